"""Who wrote it, in every form and language: one grammar of names, which every door reads by."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.person_names import is_organisation
from services.normalize.grammar.printed_byline import (
    find_lead,
    is_agency_mark,
    is_lead,
    is_picture_line,
    named_in,
    read_names,
    source_in,
    take_lead,
)
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source

Who = tuple[list[tuple[str, str | None]], tuple[str, ...]]
RECEIVED = 1_795_000_000_000_000
TEXTS = {
    "ar": "قال المجلس إن الجسر أغلق يوم الاثنين ولن يفتح مرة أخرى قبل الصيف بسبب أعمال الصيانة في المدينة القديمة.",
    "de": "Die Brücke wurde am Montag gesperrt, teilte der Rat mit, und wird vor dem Sommer nicht wieder geöffnet.",
    "en": "The bridge was closed on Monday, the council said, and will not open again before the summer begins.",
    "es": "El puente se cerró el lunes, según informó el ayuntamiento, y no volverá a abrirse antes del verano.",
    "hi": "परिषद ने कहा कि पुल सोमवार को बंद कर दिया गया और गर्मियों से पहले फिर से नहीं खुलेगा, ऐसा अधिकारियों ने बताया है।",
    "nl": "De brug werd maandag afgesloten, zei de gemeente, en gaat voor de zomer niet meer open voor het verkeer.",
    "ru": "Мост закрыли в понедельник, сообщили в администрации, и он не откроется раньше лета, заявили в городе.",
    "th": "สภากล่าวว่าสะพานถูกปิดเมื่อวันจันทร์และจะไม่เปิดอีกก่อนฤดูร้อน เพราะต้องซ่อมแซมครั้งใหญ่ตามที่เจ้าหน้าที่แจ้งไว้",
    "tr": "Köprü pazartesi günü kapatıldı, belediyenin açıklamasına göre yaz başlamadan önce yeniden açılmayacak.",
    "vi": "Cây cầu đã đóng cửa hôm thứ Hai, hội đồng cho biết, và sẽ không mở lại trước khi mùa hè bắt đầu.",
}


def who(article: Article) -> Who:
    """People with their posts, and organisations and sources together: a text says whose copy it is."""
    return [(one.name, one.job_title) for one in article.people], (*article.organisations, *article.sources)


def read(media_type: str, body: bytes, language: str) -> Who:
    source = Source(kind="push", name="t", language=language)
    return who(normalize(Raw(source=source, media_type=media_type, body=body, received_us=RECEIVED)))


def in_a_text(byline: str, language: str) -> Who:
    words = TEXTS[language]
    return read(
        "text/plain", f"{words.split(',')[0][:40].strip()}\n\n{byline}\n\n{words}\n\n{words}\n".encode(), language
    )


def on_a_page(byline: str, language: str) -> Who:
    words = f"<p>{TEXTS[language]}</p>" * 4
    page = (
        f"<html lang={language}><head><title>Bridge 7</title></head><body><main><h1>Bridge 7</h1>"
        f"<p class=byline>{byline}</p><article>{words}</article></main></body></html>"
    )
    return read("text/html", page.encode(), language)


def in_a_feed(byline: str, language: str) -> Who:
    entry = FeedEntry(feed="t", title="Bridge 7", content=TEXTS[language], authors=(byline,), language=language)
    return read(FEED_ENTRY_TYPE, msgspec.json.encode(entry), language)


def in_ninjs(byline: str, language: str) -> Who:
    item = {
        "uri": "urn:x:1",
        "language": language,
        "headline": "Bridge 7",
        "body_text": TEXTS[language],
        "byline": byline,
    }
    return read("application/vnd.iptc.ninjs+json", json.dumps(item).encode(), language)


def in_schema_org(byline: str, language: str) -> Who:
    item = {
        "@context": "https://schema.org", "@type": "NewsArticle", "inLanguage": language, "headline": "Bridge 7",
        "articleBody": TEXTS[language], "author": byline,
    }  # fmt: skip
    return read("application/ld+json", json.dumps(item).encode(), language)


DOORS = (in_a_text, on_a_page, in_a_feed, in_ninjs, in_schema_org)


@pytest.mark.parametrize(
    ("language", "byline", "people", "others"),
    [
        pytest.param("en", "By Jane Miller and John Smith", ["Jane Miller", "John Smith"], (), id="two"),
        pytest.param("en", "By Miller, Jane", ["Jane Miller"], (), id="the family first"),
        pytest.param("en", "By Miller, Jane and Smith, John", ["Jane Miller", "John Smith"], (), id="two of them"),
        pytest.param("en", "By Jane Miller, Reuters", ["Jane Miller"], ("Reuters",), id="a person of an agency"),
        pytest.param("en", "By Jane Miller in Boston", ["Jane Miller"], (), id="where that person is"),
        pytest.param("nl", "Door: Jan Smit", ["Jan Smit"], (), id="Dutch"),
        pytest.param("ru", "Автор: Анна Иванова", ["Анна Иванова"], (), id="Russian"),
        pytest.param("tr", "Yazan: Ayşe Yılmaz", ["Ayşe Yılmaz"], (), id="Turkish"),
        pytest.param(
            "es",
            "Por Ana de la Cruz y María José García",
            ["Ana de la Cruz", "María José García"],
            (),
            id="Spanish, with little words in a name",
        ),
        pytest.param("de", "Von Anna Berg und Jan Ohm, Berlin", ["Anna Berg", "Jan Ohm"], (), id="a town is no person"),
        pytest.param("hi", "लेखक: अमित शर्मा", ["अमित शर्मा"], (), id="Hindi"),
        pytest.param("ar", "بقلم: كريم حسن", ["كريم حسن"], (), id="Arabic"),
        pytest.param("th", "โดย สมชาย ใจดี", ["สมชาย ใจดี"], (), id="Thai"),
        pytest.param("vi", "Tác giả: Nguyễn Văn An", ["Nguyễn Văn An"], (), id="Vietnamese"),
    ],
)
@pytest.mark.parametrize("door", DOORS)
def test_one_byline_through_every_door(
    door: object, language: str, byline: str, people: list[str], others: tuple[str, ...]
) -> None:
    assert callable(door)
    found, organisations = door(byline, language)
    assert [name for name, _ in found] == people
    assert organisations == others


@pytest.mark.parametrize("door", DOORS)
def test_a_post_stays_beside_its_name_at_every_door(door: object) -> None:
    assert callable(door)
    assert door("By Jane Miller, Transport Correspondent", "en")[0] == [("Jane Miller", "Transport Correspondent")]


@pytest.mark.parametrize("door", DOORS[1:])
@pytest.mark.parametrize("login", ["admin", "editor1", "webmaster", "desk@paper.example"])
def test_a_machines_login_is_nobody(door: object, login: str) -> None:
    assert callable(door)
    assert door(login, "en") == ([], ())


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        pytest.param(
            "文/李明 图/王芳", "zh", [("李明", "author"), ("王芳", "photographer")], id="Chinese, a role each"
        ),
        pytest.param("本报记者 王小明", "zh", [("王小明", "author")], id="Chinese, the paper's reporter"),
        pytest.param("홍길동 기자", "ko", [("홍길동", "author")], id="Korean, the post behind"),
        pytest.param("取材・文＝山田太郎", None, [("山田太郎", "author")], id="Japanese, no language told"),
        pytest.param("Text: A. Berg, Foto: J. Ohm", "de", [("A. Berg", "author"), ("J. Ohm", "photographer")], id="de"),
        pytest.param("Words and pictures by Ann Lee", None, [("Ann Lee", "author")], id="one hand for both"),
        pytest.param("van den Berg, Anna", "nl", [("Anna van den Berg", "author")], id="little words of the family"),
        pytest.param("Miller, Jane; Smith, John", None, [("Jane Miller", "author"), ("John Smith", "author")], id=";"),
        pytest.param(
            "Jan Nowak, Ewa Lis", "pl", [("Jan Nowak", "author"), ("Ewa Lis", "author")], id="two, short ones"
        ),
        pytest.param("Paris, Texas", "en", [], id="a town in its state"),
        pytest.param("Szabó, Anna", "hu", [("Szabó", "author"), ("Anna", "author")], id="the family stands first"),
        pytest.param("Martin Berg Martin Berg", None, [("Martin Berg", "author")], id="a portrait's words, then it"),
        pytest.param("Jane Miller is a freelance reporter in London.", None, [("Jane Miller", "author")], id="a life"),
        pytest.param("Per Dahl", None, [("Per Dahl", "author")], id="a first name that is a word elsewhere"),
        pytest.param("Nina Berg", None, [("Nina Berg", "author")], id="another"),
        pytest.param("By marc", "en", [("marc", "author")], id="a pseudonym"),
        pytest.param("Last updated", None, [], id="a date's label"),
        pytest.param("four minutes", None, [], id="how long it takes to read"),
        pytest.param("View all posts", None, [], id="a link's words"),
    ],
)
def test_names_of_a_printed_byline(text: str, language: str | None, named: list[tuple[str, str]]) -> None:
    assert [(one.name, one.role) for one in named_in(text, language)] == named


@pytest.mark.parametrize(
    ("line", "name", "sure"),
    [
        pytest.param("Posted in News by nightowl", "nightowl", True, id="behind a verb of publishing"),
        pytest.param("13 juin 2019, par Luc Petit", "Luc Petit", False, id="behind a comma"),
        pytest.param("Autorin/Autor Anna Berg", "Anna Berg", True, id="both genders"),
        pytest.param("ByJane Doe", "Jane Doe", False, id="glued to the name"),
        pytest.param("Der Hafen - Foto: Jan Ohm", None, False, id="who took the picture did not write"),
        pytest.param("The harbour in winter", None, False, id="no byline"),
    ],
)
def test_by_whom_a_line_says_it_is(line: str, name: str | None, sure: bool) -> None:
    lead = find_lead(line, "en")
    assert (lead and lead.rest, lead is not None and lead.sure) == (name, sure)


def test_labels_marks_and_sources() -> None:
    assert is_lead("Verfasst von:")
    assert not is_lead("Foto:")
    assert is_picture_line("Photograph by Jane Doe")
    assert not is_picture_line("By Jane Doe")
    assert [is_agency_mark(text) for text in ("(dpa/lno)", "Agencia EFE", "Sport", "Anna Berg")] == [1, 1, 0, 0]
    assert source_in("Quelle: Anna Berg") == "Anna Berg"
    assert source_in("Anna Berg: Quelle") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Talbote Media", True), ("dpa", True), ("paper.example.com", True), ("Redaktion", True), ("Anna Berg", False),
     ("Tòa soạn", True), ("朝日新聞デジタル", True), ("Trang Hạ", False)],
)  # fmt: skip
def test_organisations_stand_apart(name: str, expected: bool) -> None:
    assert is_organisation(name) is expected


@given(st.text(max_size=120), st.sampled_from(["de", "en", "ja", "vi", None]))
def test_nothing_is_invented_and_nothing_raised(text: str, language: str | None) -> None:
    for name in read_names(text, language):
        assert len(name.split()) <= 12
    lead = take_lead(text, language)
    assert lead is None or len(lead.rest) < len(text)
