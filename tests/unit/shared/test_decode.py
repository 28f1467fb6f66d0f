"""Bytes in any encoding that people really send come out as the text that was written."""

import unicodedata
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from shared.errors import NotAnArticle
from shared.untrusted.charsets.vietnamese import DECODERS
from shared.untrusted.decode import decode
from tests.cost import times_as_dear
from tests.unit.shared.old_encodings import misread, write

PLAIN = "text/plain"
NEWS = (
    "Ủy ban nhân dân tỉnh vừa tổ chức hội nghị đánh giá kết quả trồng rừng gỗ lớn trong sáu tháng qua.",
    "Theo báo cáo, toàn huyện có 45 hộ tham gia, tăng 12% so với cùng kỳ năm trước.",
    "Ông Nguyễn Văn Hữu cho biết địa phương sẽ ưu tiên nguồn vốn cho việc đào tạo nghề ở nông thôn.",
    "Mưa lớn khiến một số tuyến đường bị sạt lở, giao thông gián đoạn suốt năm giờ.",
    "Các xã vùng cao kiến nghị hỗ trợ thêm cây giống, vật tư và kỹ thuật.",
    "Đến nay, chín công trình đã hoàn thành, tổng kinh phí hơn ba mươi tỷ đồng.",
)
SECOND = {"tcvn3": str.lower}  # the ABC fonts have no capitals with tones
SENTENCES = {
    "fr": "L'été dernier, le président a reçu à l'Élysée les maires des régions. « C'est un début », a-t-il dit.",
    "es": "El año pasado, los niños españoles pidieron más información. ¿Qué pasó después? La situación cambió.",
    "de": "Die Grünen möchten für mehr Geld in der Straße kämpfen. Über die Größe wurde später gesprochen.",
    "pl": "Wczoraj w Łodzi odbyło się spotkanie, na którym poseł zażądał wyjaśnień. Później głosowano nad uchwałą.",
    "cs": "Včera večer se v Plzni sešli žáci a učitelé, kteří řekli, že příští rok budou chtít více peněz.",
    "hu": "A kormányfő tegnap azt mondta, hogy a következő évben több pénz jut az iskoláknak. Győrben örültek.",
    "tr": "Cumhurbaşkanı dün yaptığı açıklamada, önümüzdeki yıl için bütçenin artırılacağını söyledi.",
    "ru": "Вчера вечером президент встретился с представителями регионов. Он заявил, что бюджет будет увеличен.",
    "uk": "Учора ввечері президент зустрівся з представниками областей. Наступного року її бюджет буде збільшено.",
    "el": "Ο πρωθυπουργός δήλωσε χθες το βράδυ ότι του χρόνου θα αυξηθούν οι δαπάνες για τα σχολεία.",
    "he": "ראש הממשלה אמר אתמול בערב כי בשנה הבאה יגדל התקציב לבתי הספר ולבתי החולים בכל רחבי הארץ.",
    "ar": "قال رئيس الوزراء مساء أمس إن الميزانية سترتفع في العام المقبل، وذلك لدعم المدارس.",
    "th": "นายกรัฐมนตรีกล่าวเมื่อวานนี้ว่า งบประมาณของโรงเรียนและโรงพยาบาลจะเพิ่มขึ้นในปีหน้า",
    "ja": "首相は昨日の夜、来年度の予算について記者会見を開き、学校や病院への支出を増やすと述べた。",
    "ko": "대통령은 어제 저녁 기자회견을 열고 내년도 예산에서 학교와 병원에 대한 지출을 늘리겠다고 말했다.",
    "zh": "总理昨天晚上表示，明年国家将增加学校和医院的预算，并要求各地政府认真落实有关政策。",
    "zh-hant": "總理昨天晚上表示，明年國家將增加學校和醫院的預算，並要求各地政府認真落實有關政策。",
    "en": "The minister said “we won’t wait” – and left for the café… It cost €5.",
}
IN_USE = [
    *(("fr", name) for name in ("cp1252", "mac_roman")),
    *((language, "cp1252") for language in ("es", "de", "en")),
    *((language, name) for language in ("pl", "cs", "hu") for name in ("cp1250", "iso8859_2")),
    ("tr", "cp1254"),
    *(("ru", name) for name in ("cp1251", "koi8_r", "iso8859_5", "cp866")),
    *(("uk", name) for name in ("cp1251", "koi8_u")),
    *(("el", name) for name in ("cp1253", "iso8859_7")),
    ("he", "cp1255"),
    *(("ar", name) for name in ("cp1256", "iso8859_6")),
    ("th", "cp874"),
    *(("ja", name) for name in ("cp932", "euc_jp", "utf-16-le", "utf-16-be")),
    ("ko", "cp949"),
    ("zh", "gb18030"),
    ("zh-hant", "big5hkscs"),
]

articles = st.lists(st.sampled_from(NEWS), min_size=1, max_size=5).map("\n\n".join)


@pytest.mark.parametrize(("language", "encoding"), IN_USE, ids=str)
@pytest.mark.parametrize("declared", ["nothing", "its own", "ISO-8859-1"])
def test_text_of_any_language_is_read_in_the_encoding_it_was_written_in(
    language: str, encoding: str, declared: str
) -> None:
    body = SENTENCES[language].encode(encoding)
    media_type = {"nothing": PLAIN, "its own": f"{PLAIN}; charset={encoding}"}.get(
        declared, f"{PLAIN}; charset=iso-8859-1"
    )
    assert decode(body, media_type).text == body.decode(encoding)


@pytest.mark.parametrize("name", DECODERS)
@given(article=articles)
@settings(max_examples=10, deadline=None)
def test_old_vietnamese_encodings_are_told_apart_without_a_declaration(name: str, article: str) -> None:
    form = SECOND.get(name, str)
    decoded = decode(write(article, name), PLAIN)
    assert form(decoded.text) == form(article)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_old_vietnamese_saved_as_unicode_is_read_again(name: str, encoding: str) -> None:
    article = "\n".join(NEWS)
    form = SECOND.get(name, str)
    assert form(decode(misread(write(article, name), encoding).encode(), PLAIN).text) == form(article)


_LATIN = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư"
LETTERS = {*_LATIN, *map(chr, range(0x1EA0, 0x1EFA))}


@pytest.mark.parametrize("name", ["tcvn5712", "viscii", "vps"])
def test_a_table_of_single_bytes_has_every_letter_once(name: str) -> None:
    letters = [DECODERS[name](bytes((byte,))) for byte in range(256)]
    assert [letter for letter in letters if letter in LETTERS and letters.count(letter) > 1] == []
    assert not LETTERS.difference(letters)


@pytest.mark.parametrize("name", DECODERS)
def test_every_letter_is_read_as_it_was_written(name: str) -> None:
    form = SECOND.get(name, str)
    written = form("".join(sorted(LETTERS)))
    assert form(DECODERS[name](write(written, name))) == written


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1258", "cp1250"])
@pytest.mark.parametrize("times", [1, 2])
@given(article=articles)
@settings(max_examples=8, deadline=None)
def test_text_encoded_more_than_once_is_decoded_as_often(encoding: str, times: int, article: str) -> None:
    body = article.encode()
    for _ in range(times):
        body = misread(body, encoding).encode()
    decoded = decode(body, PLAIN)
    assert decoded.text == article
    assert decoded.repaired


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("Tiếng Việt".encode("utf-8-sig"), "Tiếng Việt", id="UTF-8 with its mark"),
        pytest.param("Tiếng Việt".encode("utf-16"), "Tiếng Việt", id="UTF-16 with its mark"),
        pytest.param("Tiếng Việt".encode("utf-16-be"), "Tiếng Việt", id="UTF-16 without"),
        pytest.param("Tiếng Việt".encode("utf-32"), "Tiếng Việt", id="UTF-32 with its mark"),
        pytest.param("Tiếng Việt".encode("utf-32-le"), "Tiếng Việt", id="UTF-32 without"),
        pytest.param(unicodedata.normalize("NFD", "Tiếng Việt ở Huế").encode(), "Tiếng Việt ở Huế", id="marks apart"),
        pytest.param("Việt Nam".encode() + b" \xe1 x\xff.", "Việt Nam \ufffd x\ufffd.", id="stray bytes are shown"),
        pytest.param(
            "Việt Nam nói ".encode() + b"\x93v\xc3\xa2ng\x94", "Việt Nam nói “vâng”", id="stray quotes of Windows"
        ),
        pytest.param("Việt Nam".encode()[:-5] + b"\xe1\xbb", "Việ\ufffd", id="cut inside a letter"),
        pytest.param(b"caf\xed\xa0\xbd\xed\xb8\x80 \xc3\xa9t\xc3\xa9", "caf😀 été", id="surrogates encoded apart"),
        pytest.param("“ĐÔ” và “MŨ”, ‘CÓ’… «là »".encode(), "“ĐÔ” và “MŨ”, ‘CÓ’… «là »", id="sound text with quotes"),
        pytest.param(
            "«\u00a0vol aggravé\u00a0» – déjà".encode(), "«\u00a0vol aggravé\u00a0» – déjà", id="sound French"
        ),
        pytest.param("På øya så de når også får".encode(), "På øya så de når også får", id="sound Norwegian"),
        pytest.param("Сіль і Рівне, її".encode(), "Сіль і Рівне, її", id="sound Ukrainian"),
        pytest.param(b"a\x00b\x0bc \x1fd" + b" nothing else" * 9, "ab\nc d" + " nothing else" * 9, id="controls go"),
    ],
)
def test_what_comes_out(body: bytes, expected: str) -> None:
    assert decode(body, PLAIN).text == expected


@pytest.mark.parametrize(
    ("body", "text", "unreadable"),
    [
        pytest.param(
            "Le café est ".encode() + b"ferm\xe9, dit", "Le café est fermé, dit", 0, id="a letter of the language"
        ),
        pytest.param("Größe der ".encode() + b"Stra\xdfe", "Größe der Straße", 0, id="a German one"),
        pytest.param(
            "Le café est ".encode() + b"ferm\xfe, dit", "Le café est ferm\ufffd, dit", 1, id="no letter of it"
        ),
        pytest.param("São Paulo: região".encode() + b" n\xc3", "São Paulo: região n\ufffd", 1, id="cut at the end"),
        pytest.param("été".encode("utf-16")[:-1], "ét\ufffd", 1, id="UTF-16 cut at the end"),
    ],
)
def test_no_letter_of_damaged_text_is_dropped(body: bytes, text: str, unreadable: int) -> None:
    decoded = decode(body, PLAIN)
    assert (decoded.text, decoded.unreadable, decoded.repaired) == (text, unreadable, True)


@pytest.mark.parametrize("name", ["cp1258", "viscii", "vps", "vni"])
def test_an_old_paragraph_in_a_unicode_text_is_read_on_its_own(name: str) -> None:
    lines = [NEWS[0].encode(), write(NEWS[1], name), NEWS[2].encode(), write(NEWS[3], name), NEWS[4].encode()]
    decoded = decode(b"\r\n".join(lines), PLAIN)
    assert decoded.text == "\r\n".join(NEWS[:5])
    assert decoded.encoding == f"utf-8+{name}"
    assert decoded.repaired


def test_two_old_encodings_in_one_text_are_each_read_as_what_they_are() -> None:
    lines = [NEWS[0].encode(), write(NEWS[1], "viscii"), NEWS[2].encode(), write(NEWS[3], "cp1258"), NEWS[4].encode()]
    assert decode(b"\n".join(lines), PLAIN).text == "\n".join(NEWS[:5])


def test_elements_of_one_line_are_read_each_on_its_own() -> None:
    parts = [f"<p>{NEWS[0]}</p>".encode(), b"<p>" + write(NEWS[1], "cp1258") + b"</p>", f"<p>{NEWS[2]}</p>".encode()]
    assert decode(b"".join(parts), "text/html").text == "".join(f"<p>{text}</p>" for text in NEWS[:3])


def test_a_doubly_encoded_paragraph_does_not_change_the_sound_ones() -> None:
    body = "\n".join((NEWS[0], misread(NEWS[1].encode(), "cp1252"), NEWS[2])).encode()
    assert decode(body, PLAIN).text == "\n".join(NEWS[:3])


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        pytest.param("", "text/plain; charset=windows-1258", id="in the content type"),
        pytest.param('<?xml version="1.0" encoding="windows-1258"?>', "application/xml", id="in the prolog"),
        pytest.param('<meta charset="windows-1258">', "text/html", id="in the meta element"),
        pytest.param(
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">', "text/html", id="old"
        ),
    ],
)
def test_a_declaration_decides_where_the_bytes_alone_do_not(head: str, media_type: str) -> None:
    body = head.encode() + "Sơn".encode("cp1258")
    assert decode(body, media_type).text == f"{head}Sơn"


@pytest.mark.parametrize("claim", ["utf-8", "utf-16", "shift_jis", "x-bogus-9", "hex", "idna", "undefined"])
def test_a_declaration_that_the_bytes_contradict_is_no_use(claim: str) -> None:
    body = "\n".join(NEWS).encode()
    assert decode(body, f"text/plain; charset={claim}").text == "\n".join(NEWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ðà Nẵng, Ðiện Biên: ðường mới", "Đà Nẵng, Điện Biên: đường mới", id="Vietnamese typed with Eth"),
        pytest.param("Þjóðverjar og Ðe ơưạ", "Þjóðverjar og Ðe ơưạ", id="Icelandic beside Vietnamese letters"),
        pytest.param("Fróðskaparsetur Ð", "Fróðskaparsetur Ð", id="Faroese"),
    ],
)
def test_vietnamese_typed_with_icelands_letter_gets_its_own(text: str, expected: str) -> None:
    assert decode(text.encode(), "text/plain").text == expected


def test_half_capitals_of_the_old_fonts_are_made_whole() -> None:
    body = write("NAM ĐÔNG: CHÍNH QUYỀN HỌP BÀN VIỆC TRỒNG RỪNG\nBà con ở Nội Hà nói vậy, theo ông Hồ Đức.", "tcvn3")
    assert decode(body, PLAIN).text.startswith("NAM ĐÔNG: CHÍNH QUYỀN HỌP BÀN VIỆC TRỒNG RỪNG\nBà con")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \r\n\t \n", "empty", id="white space"),
        pytest.param(b"\xef\xbb\xbf \n", "empty", id="a mark alone"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG picture", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG picture", id="JPEG"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document", id="PDF"),
        pytest.param(b"PK\x03\x04\x14\x00", "a ZIP archive", id="ZIP"),
        pytest.param(b"\x1f\x8b\x08\x00", "gzip", id="gzip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word", id="DOC"),
        pytest.param(b"\x7fELF\x02\x01\x01", "a program", id="ELF"),
        pytest.param(bytes(range(256)) * 8, "no text", id="every byte there is"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_what_they_look_like(body: bytes, kind: str) -> None:
    with pytest.raises(NotAnArticle, match=kind):
        decode(body, "application/octet-stream")


@pytest.mark.parametrize("size", [150, 400, 4_000])
@pytest.mark.parametrize("mark", [b"", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"], ids=["none", "LE", "BE", "UTF-32"])
@pytest.mark.parametrize("media_type", [PLAIN, "text/plain; charset=viscii", "text/plain; charset=windows-1258"])
def test_bytes_of_chance_are_no_text_whatever_stands_before_or_beside_them(
    mark: bytes, size: int, media_type: str
) -> None:
    for seed in range(12):
        with pytest.raises(NotAnArticle, match="no text"):
            decode(mark + Random(seed).randbytes(size), media_type)


@pytest.mark.parametrize("length", [8, 16, 25, 60])
def test_a_line_in_an_old_encoding_is_never_taken_for_chance(length: int) -> None:
    for language, encoding in IN_USE:
        decode(SENTENCES[language][:length].encode(encoding), PLAIN)
    for name in DECODERS:
        for line in NEWS:
            decode(write(line[:length], name), PLAIN)


@pytest.mark.parametrize("script", ["ሰላም ለዓለም፣ ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ", "👍🏽 𠀋𠂢 ", "ⴰⵣⵓⵍ ⴰⵎⴰⴹⴰⵍ "])
def test_a_rare_script_behind_a_mark_is_no_chance(script: str) -> None:
    assert decode(b"\xff\xfe" + (script * 20).encode("utf-16-le"), PLAIN).text == script * 20


@given(body=st.binary(max_size=300), media_type=st.sampled_from([PLAIN, "text/html; charset=utf-16", "; charset=big5"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_in_nfc_and_what_is_unreadable_is_told(body: bytes, media_type: str) -> None:
    try:
        decoded = decode(body, media_type)
    except NotAnArticle:
        return
    assert unicodedata.is_normalized("NFC", decoded.text)
    printed = "\ufffd".encode() in body or b"\xff\xfd" in body or b"\xfd\xff" in body
    assert "\ufffd" not in decoded.text or printed or (decoded.unreadable and decoded.repaired)


@given(text=st.text(min_size=1, max_size=200))
@settings(max_examples=150, deadline=None)
def test_sound_unicode_stays_as_it_is(text: str) -> None:
    kept = unicodedata.normalize("NFC", "".join(letter for letter in text if letter.isprintable() or letter == "\n"))
    try:
        decoded = decode(kept.encode(), PLAIN)
    except NotAnArticle:
        return
    if not decoded.repaired:
        assert decoded.text == kept.removeprefix("\ufeff")


def test_a_page_costs_less_than_its_parsing() -> None:
    page = ("<p class=x>" + " ".join(NEWS) + "</p>\n<div><a href='/x'>share this article</a></div>" * 20).encode() * 800
    parse = partial(html.fromstring, page)
    assert times_as_dear(partial(decode, page, "text/html"), than=parse, bound=1) < 1
