"""Credits at the end of captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.credit import take_credit


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("Xe con hư hỏng - Ảnh: Hà Linh/TTXVN", "Xe con hư hỏng", "Hà Linh/TTXVN", id="behind a dash"),
        pytest.param("Xe con hư hỏng (Ảnh: Tấn Vũ)", "Xe con hư hỏng", "Tấn Vũ", id="in brackets"),
        pytest.param("Xe con hư hỏng. Ảnh: T.M", "Xe con hư hỏng.", "T.M", id="behind a stop"),
        pytest.param("Xe con hư hỏng -Ảnh: AFP", "Xe con hư hỏng", "AFP", id="a hyphen on one side"),
        pytest.param("Xe con hư hỏng (ảnh minh họa)", "Xe con hư hỏng", None, id="a stock picture"),
        pytest.param("Xe con hư hỏng (Minh Tâm/TTXVN)", "Xe con hư hỏng", "Minh Tâm/TTXVN", id="an agency in brackets"),
        pytest.param("Xe con hư hỏng. Ảnh Minh Anh.", "Xe con hư hỏng", "Minh Anh", id="without a colon"),
        pytest.param(
            "Workers repair a line. Photo: Tran Minh/AP", "Workers repair a line.", "Tran Minh/AP", id="English"
        ),
    ],
)
def test_credits(text: str, caption: str, credit: str | None) -> None:
    found = take_credit(text, "en" if "Photo" in text else "vi")
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hiện trường vụ tai nạn", id="no credit"),
        pytest.param("Hình minh họa", id="a note alone is the caption"),
        pytest.param("Ảnh của công chúa được công bố hôm qua", id="the word Ảnh begins a sentence"),
        pytest.param("Thủ tướng Đức Merkel (trái) và Thủ tướng Trung Quốc", id="who stands where"),
    ],
)
def test_no_credits(text: str) -> None:
    assert take_credit(text, "vi") is None


@given(st.text(max_size=80))
def test_a_caption_and_its_credit_are_parts_of_the_text(text: str) -> None:
    found = take_credit(text, "vi")
    assert found is None or (found.caption in text and all(part in text for part in (found.credit or "").split("/")))


@pytest.mark.parametrize(
    ("text", "tag", "caption", "credit"),
    [
        ("Die Ministerin bei ihrer Ankunft (Archivbild)", "de", "Die Ministerin bei ihrer Ankunft (Archivbild)", None),
        ("The harbour in winter (file photo)", "en", "The harbour in winter (file photo)", None),
        ("El puerto en invierno. Imagen de archivo", "es", "El puerto en invierno. Imagen de archivo", None),
        ("Die Ministerin (Archivbild). Foto: Anna Berg", "de", "Die Ministerin (Archivbild).", "Anna Berg"),
    ],
)
def test_what_kind_of_picture_it_is_stays_in_the_caption(text: str, tag: str, caption: str, credit: str | None) -> None:
    found = take_credit(text, tag)
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "tag", "caption", "credit"),
    [
        ("Der Hafen im Winter © Pia Roth", "de", "Der Hafen im Winter", "Pia Roth"),
        ("Bild: Pia Roth. Der Hafen im Winter", "de", "Der Hafen im Winter", "Pia Roth"),
        ("Bildunterschrift: Der Hafen im Winter", "de", "Der Hafen im Winter", None),
        ("PHOTO: Workers repair a line in the harbour", "en", "Workers repair a line in the harbour", None),
        ("The harbour in winter (AP Photo/Ann Lee)", "en", "The harbour in winter", "AP Photo/Ann Lee"),
        ("The harbour in winter. (Photo by Ann Lee/PA)", "en", "The harbour in winter.", "Ann Lee/PA"),
        ("Le port en hiver. (Photo Anne Petit)", "fr", "Le port en hiver.", "Anne Petit"),
        ("Le port en hiver. / Photo Belga", "fr", "Le port en hiver.", "Belga"),
        ("El puerto en invierno | Ana Gil", "es", "El puerto en invierno", "Ana Gil"),
        ("Il porto d'inverno - Foto di Ugo Neri", "it", "Il porto d'inverno", "Ugo Neri"),
        ("Port zimą / Fot. Ewa Lis", "pl", "Port zimą", "Ewa Lis"),
        ("Pelabuhan kota. ANTARA FOTO/Budi Karta", "id", "Pelabuhan kota.", "ANTARA FOTO/Budi Karta"),
        ("冬の港＝林 一郎撮影", "ja", "冬の港", "林 一郎"),
        ("冬の港（写真＝林 一郎）", "ja", "冬の港", "林 一郎"),
        ("冬天的港口。李明 摄", "zh", "冬天的港口。", "李明"),
        ("冬天的港口（人民日报记者 李明 摄）", "zh", "冬天的港口", "人民日报记者 李明 摄"),
        ("港口的冬天。海湾社记者 李明 摄", "zh", "港口的冬天。", "海湾社记者 李明 摄"),
        (
            "写真＝再開した朝市で魚を選ぶ買い物客（十四日、石巻市で、林一郎撮影）",
            "ja",
            "再開した朝市で魚を選ぶ買い物客（十四日、石巻市で）",
            "林一郎",
        ),
        ("Foto 3: Der Hafen im Winter. Foto: Pia Roth", "de", "Der Hafen im Winter.", "Pia Roth"),
        ("Ảnh 2: Bến cảng mùa đông.", "vi", "Bến cảng mùa đông.", None),
        ("겨울 항구. /사진=연합뉴스", "ko", "겨울 항구.", "연합뉴스"),
        ("겨울 항구. 이하늘 기자", "ko", "겨울 항구.", "이하늘"),
        ("सर्दी में बंदरगाह। फोटो: रमेश गुप्ता", "hi", "सर्दी में बंदरगाह।", "रमेश गुप्ता"),
        ("คำบรรยายภาพ: ท่าเรือในฤดูหนาว", "th", "ท่าเรือในฤดูหนาว", None),
    ],
)
def test_credits_of_other_languages(text: str, tag: str, caption: str, credit: str | None) -> None:
    found = take_credit(text, tag)
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)


@pytest.mark.parametrize("pattern", ["A - ", "© ", "| ", "Foto: ", "(A ", "。摄", "नई "])
def test_a_long_text_is_read_at_its_end(pattern: str) -> None:
    text = pattern * 40_000 + " Der Hafen. Foto: Pia Roth"
    found = take_credit(text, "de")
    assert found is not None
    assert found.credit == "Pia Roth"
    assert text.startswith(found.caption)
