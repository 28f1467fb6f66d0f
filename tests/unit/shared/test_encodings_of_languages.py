"""Copy of twenty languages in the encodings their newsrooms used before Unicode comes out letter by letter."""

import unicodedata

import pytest

from shared.untrusted.decode import decode

TEXTS = {
    "en": "The council’s plan — “bold”, the mayor’s words — costs £4m. © Example",
    "de": "Die Bürger möchten mehr Bäume in der Straße, sagte der Bürgermeister: „Wir prüfen das für den Frühling.“",
    "fr": (
        "La municipalité a décidé de rénover l’école dès l’été, a indiqué l’élu ; « "
        "c’est une priorité », a-t-il ajouté."
    ),
    "es": (
        "El alcalde anunció que la reparación del muelle empezará mañana; «será rápida», aseguró también la portavoz."
    ),
    "it": (
        "Il sindaco ha detto che la città avrà più alberi: «È una necessità», ha spiegato, perché l’estate sarà calda."
    ),
    "pt": (
        "A câmara decidiu que a reconstrução do cais começará amanhã, disse a vereadora; não há previsão de atrasos."
    ),
    "nl": (
        "De gemeente wil ’s zomers meer bomen – vooral langs het water – en vraagt bewoners om ideeën en coördinatie."
    ),
    "sv": (
        "Kommunen vill återställa bryggan före sommaren, sade ordföranden, som också hoppas på fler båtar och gäster."
    ),
    "no": (
        "Kommunen ønsker å bygge bryggen på nytt før sommeren, sa ordføreren, som også håper på flere båter og gjester."
    ),
    "da": (
        "Kommunen ønsker at genopføre broen før sommeren, sagde borgmesteren, som også håber på flere både og gæster."
    ),
    "pl": (
        "Rada miasta zgodziła się na odbudowę mola, które zniszczył sztorm; prace mają ruszyć już w przyszłym tygodniu."
    ),
    "tr": (
        "Belediye meclisi iskelenin yeniden yapılması için karar aldı; çalışmaların yazdan önce başlayacağı bildirildi."
    ),
    "id": "Dewan kota menyetujui perbaikan dermaga – “secepatnya,” kata wali kota – mulai bulan depan.",
    "th": "สภาเมืองเห็นชอบให้ซ่อมท่าเรือไม้ที่พังเพราะพายุ โดยงานจะเริ่มก่อนฤดูร้อนและใช้เวลาประมาณสิบเดือน",
    "ru": (
        "Городской совет решил восстановить причал, разрушенный штормом; работы начнутся "
        "до лета и продлятся десять месяцев."
    ),
    "ja": "市議会は月曜日、嵐で壊れた桟橋を再建する計画を可決した。工事は夏の前に始まり、十か月ほどかかる見通しだ。",
    "zh": "市议会周一通过了重建码头的计划，工程预计在夏季之前动工，工期约为十个月，费用由省市两级共同承担。",
    "ko": "시의회는 월요일 폭풍으로 무너진 부두를 다시 짓는 계획을 통과시켰다. 공사는 여름 전에 시작해 열 달쯤 걸린다.",
    "ar": "وافق مجلس المدينة يوم الاثنين على إعادة بناء الرصيف الذي دمرته العاصفة، على أن يبدأ العمل قبل الصيف.",
    "hi": "नगर परिषद ने सोमवार को तूफ़ान में टूटे घाट को फिर से बनाने की मंज़ूरी दी, काम गर्मियों से पहले शुरू होगा।",
}
ENCODINGS = {
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pt", "nl", "sv", "no", "da", "id"), ("cp1252",)),
    "pl": ("cp1250", "iso8859_2"), "tr": ("cp1254", "iso8859_9"), "th": ("cp874",), "ar": ("cp1256",),
    "ru": ("cp1251", "koi8_r", "iso8859_5"), "ja": ("cp932", "euc_jp"), "zh": ("gb18030",), "ko": ("cp949",),
    "hi": ("utf_16",),
}  # fmt: skip


@pytest.mark.parametrize(("language", "encoding"), [(tag, name) for tag, names in ENCODINGS.items() for name in names])
@pytest.mark.parametrize("hinted", [True, False], ids=["language told", "language not told"])
def test_every_encoding_of_a_language_is_exact(language: str, encoding: str, hinted: bool) -> None:
    body = "\n\n".join([TEXTS[language]] * 3).encode(encoding, "ignore")
    expected = unicodedata.normalize("NFC", body.decode(encoding))
    assert decode(body, "text/plain", language if hinted else None).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "The council’s plan — a bold one",
        "A fine of £500 on Monday",
        "It’s the mayor’s idea",
        "Sales rose 3% – the most since 2019",
        "© 2024 Example News",
        "“Never again,” she said",
    ],
)
def test_a_few_signs_alone_are_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252"), "text/plain").text == text
