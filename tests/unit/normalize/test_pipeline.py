"""The whole pipeline: the example article to the letter, and what holds for any input at all."""

import contextlib
import datetime as dt
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.fields.text import mend
from services.normalize.language.folding import fold
from services.normalize.pipeline import normalize
from shared.article import Article, Block, Person
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode
from tests.cost import times_as_dear

SEEDS = Path(__file__).parents[3] / "seeds"
RECEIVED_US = 1_447_022_400_000_000
RUNNING_TEXT = "Theo đó, người dân phải đi thuyền trong nhiều ngày liền vì nước lên.\n\n"
RUNNING_PAGE = "<p>The bridge was closed for nine months while the piers were set anew, the town said.</p>"


def raw(body: str | bytes, media_type: str = "text/plain", **source: str) -> Raw:
    """An input as a drop gives it."""
    data = body.encode() if isinstance(body, str) else body
    return Raw(
        source=msgspec.convert({"kind": "drop", "name": "", **source}, Source),
        media_type=media_type,
        body=data,
        received_us=RECEIVED_US,
    )


@pytest.fixture(scope="module")
def example() -> Article:
    (path,) = SEEDS.glob("*.txt")
    return normalize(raw(path.read_bytes()))


def test_the_example_in_every_field(example: Article) -> None:
    hanoi = dt.timezone(dt.timedelta(hours=7))
    assert example.headline == "Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên"
    assert example.first_created == dt.datetime(2015, 11, 9, 5, 34, tzinfo=hanoi)
    assert (example.precision, example.local_day) == ("minute", dt.date(2015, 11, 9))
    assert example.zone_rule == "language"
    assert (example.dateline, example.located, example.language) == ("TTH", "Thừa Thiên Huế", "vi")
    assert example.people == (Person(name="Anh Phong", rel=("author", "photographer")),)
    assert example.byline == "Bài, ảnh: Anh Phong"
    assert example.boilerplate == ("Chia sẻ bài viết", "ĐỒNG HÀNH CÙNG DOANH NGHIỆP")
    assert example.description is not None
    assert example.description.startswith("Bằng những giải pháp thiết thực")


def test_the_examples_body_in_order(example: Article) -> None:
    kinds = [block.type for block in example.blocks]
    assert kinds == ["caption", "subhead", *["paragraph"] * 6, "subhead", "caption", *["paragraph"] * 2]
    short = [block.text for block in example.blocks if block.type != "paragraph"]
    assert short == [
        "Sơ chế mủ cao su",
        "Củng cố, xây dựng tổ chức Đảng và đảng viên",
        "“Huyện nắm chắc từng thôn, xã nắm chắc từng hộ gia đình”",
        "Cạo mủ cao su",
    ]


def test_every_field_of_the_example_says_where_it_was_read(example: Article) -> None:
    (path,) = SEEDS.glob("*.txt")
    text = decode(path.read_bytes(), "text/plain", None).text
    fields = {evidence.field: evidence for evidence in example.evidence}
    for field in ("headline", "first_created", "dateline", "description", "byline", "people[0]", "blocks[0]"):
        evidence = fields[field]
        assert evidence.start is not None
        assert evidence.end is not None
        assert evidence.quote == text[evidence.start : evidence.end][:200]
    assert fields["dateline"].quote == "TTH"
    assert (fields["description"].quote or "").startswith("Bằng những")
    assert len([field for field in fields if field.startswith("blocks[")]) == len(example.blocks)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(b"", "text/plain", id="nothing"),
        pytest.param(b" \n\xc2\xa0\n", "text/plain", id="white space"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(200), "application/octet-stream", id="a picture"),
        pytest.param(b'{"a": 1}', "application/json", id="JSON that is no article"),
        pytest.param(b"***\n---\n", "text/plain", id="signs only"),
    ],
)
def test_what_holds_no_article_is_refused(body: bytes, media_type: str) -> None:
    with pytest.raises(NotAnArticle):
        normalize(raw(body, media_type))


@pytest.mark.parametrize(
    ("source", "expected", "rule"),
    [
        pytest.param({}, "2015-11-09T05:34:00+07:00", "language", id="the language's zone"),
        pytest.param(
            {"zone": "Europe/Prague"},
            "2015-11-09T05:34:00+01:00",
            "source",
            id="the source's",
        ),
    ],
)
def test_the_zone_of_a_date_line_without_one(source: dict[str, str], expected: str, rule: str) -> None:
    text = (
        "09/11/2015 - 05:34\n\nMưa lớn ở Huế\n\nSáng nay mưa rất to ở nhiều nơi trong tỉnh và người dân phải đi thuyền."
    )
    article = normalize(raw(text, **source))
    assert article.first_created is not None
    assert (article.first_created.isoformat(), article.zone_rule) == (expected, rule)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        pytest.param("Huế, ngày 9/11/2015", "2015-11-09", id="a place and a day"),
        pytest.param("Báo Thừa Thiên Huế, 09/11/2015", "2015-11-09", id="a paper and a day"),
        pytest.param("Anh Phong - 09/11/2015", "2015-11-09", id="a name and a day"),
        pytest.param("Festival nghề truyền thống Huế, 9/11/2015", None, id="more words than a place has"),
    ],
)
def test_a_date_line_may_begin_with_where_it_came_out(line: str, day: str | None) -> None:
    body = f"{line}\nNâng cao đời sống công nhân\n\n" + "Công ty đã trồng mới hơn hai nghìn héc ta cao su. " * 4
    article = normalize(raw(body))
    assert (article.local_day.isoformat() if article.local_day else None) == day


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        pytest.param("", "vi", id="nothing declared"),
        pytest.param(' lang="en"', "vi", id="declared by an English template"),
        pytest.param(' lang="vi-VN"', "vi-VN", id="declared"),
    ],
)
def test_a_page_is_read_in_the_language_of_its_text(attributes: str, language: str) -> None:
    text = "Công ty đã trồng mới hơn hai nghìn héc ta cao su tại các xã vùng núi của huyện trong những năm qua. "
    page = (
        f"<html{attributes}><body><h1>Nâng cao đời sống</h1><div class='date'>Cập nhật: 05:34 | 03/06/2015</div>"
        f"<div><p>{text}</p><p>{text * 2}</p><p>{text}</p></div></body></html>"
    )
    article = normalize(raw(page, "text/html"))
    assert article.language == language
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-06-03T05:34:00+07:00"


@pytest.mark.parametrize(
    ("opening", "dateline", "lead"),
    [
        pytest.param('<span class="location-stamp">Hà Nội</span>Mưa lớn', "Hà Nội", "Mưa lớn", id="a style's dash"),
        pytest.param('<b class="dateline">HUẾ - </b>Mưa lớn', "HUẾ", "Mưa lớn", id="a dash of its own"),
        pytest.param('<i class="dateline">9/11/2015</i> Mưa lớn', None, "9/11/2015 Mưa lớn", id="a day is none"),
    ],
)
def test_a_dateline_by_its_markup(opening: str, dateline: str | None, lead: str) -> None:
    rest = " làm ngập nhiều tuyến đường của thành phố trong sáng hôm nay và kéo dài đến chiều tối."
    text = "<p>Công ty đã trồng mới hơn hai nghìn héc ta cao su tại các xã vùng núi của huyện trong những năm qua.</p>"
    page = f"<article><h1>Đường phố ngập sâu</h1><p class='description'>{opening}{rest}</p>{text * 3}</article>"
    article = normalize(raw(page, "text/html"))
    assert (article.dateline, article.description) == (dateline, lead + rest)


def test_a_date_in_the_body_is_no_date_line() -> None:
    article = normalize(
        raw("Mưa lớn ở Huế\n\nNgày 09/11/2015 lúc 05:34, mưa rất to ở nhiều nơi.\n\nDân phải đi thuyền.")
    )
    assert article.first_created is None
    assert article.precision is None


def test_a_section_over_the_headline_is_none() -> None:
    article = normalize(
        raw("Kinh tế\n\nGiá gạo tăng mạnh\n\n09/11/2015 05:34\n\nSáng nay, giá gạo tăng mạnh ở nhiều chợ trong tỉnh.")
    )
    assert (article.headline, article.boilerplate) == ("Giá gạo tăng mạnh", ("Kinh tế",))


def test_headlines_of_other_articles_leave_the_body() -> None:
    body = (
        "Mưa lớn ở Huế\n\nSáng nay mưa rất to ở nhiều nơi trong tỉnh, người dân phải đi thuyền.\n\n"
        "Xem thêm: Giá gạo tăng mạnh\n\nNước đã rút ở vùng cao nhưng vùng trũng vẫn còn ngập sâu gần một mét.\n\n"
        "Anh Phong\n\nTin liên quan\nGiá gạo tăng mạnh ở miền Trung\n> Trường học cho nghỉ hai ngày\nBình luận (19)"
    )
    article = normalize(raw(body))
    assert article.people == (Person(name="Anh Phong"),)
    assert [block.type for block in article.blocks] == ["paragraph"]
    assert len(article.boilerplate) == 5


RUNNING = "Thành phố cho biết cây cầu sẽ đóng cửa chín tháng để làm lại các trụ và mặt đường cho người dân."


def test_a_question_in_an_interview_is_no_byline() -> None:
    talk = [
        "PV: Người dân phản ứng ra sao?",
        "Ông Hùng: Đa số người dân ủng hộ kế hoạch này của thành phố.",
        "PV: Xin cảm ơn ông!",
    ]
    article = normalize(raw("\n".join(["Cầu đóng cửa chín tháng", RUNNING, *talk, "Minh Đức"]), language="vi"))
    assert [person.name for person in article.people] == ["Minh Đức"]
    assert article.organisations == ()
    assert all(line in [block.text for block in article.blocks] for line in talk)


def test_a_short_last_line_of_a_signed_article_stays() -> None:
    item = (
        '{"@type": "NewsArticle", "headline": "Tapping", "author": {"name": "Ann Lee"}, '
        '"articleBody": "It is so.\\nMore."}'
    )
    article = normalize(raw(item, "application/ld+json"))
    assert [block.text for block in article.blocks] == ["It is so.", "More."]
    assert [person.name for person in article.people] == ["Ann Lee"]


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("Ảnh minh họa", "Ảnh minh họa"),
        ("[Ảnh 1]", "[Ảnh 1]"),
        ("Ảnh do nhân vật cung cấp", "Ảnh do nhân vật cung cấp"),
        ("Ảnh 2: Cây cầu vào mùa xuân", "Cây cầu vào mùa xuân"),
        ("Cầu cũ (ảnh trên) và mới", "Cầu cũ (ảnh trên) và mới"),
    ],
)
def test_a_line_that_speaks_of_its_picture_is_a_caption(line: str, caption: str) -> None:
    lines = ["Cầu đóng cửa chín tháng", f"TTH - {RUNNING}", RUNNING, line, RUNNING]
    blocks = normalize(raw("\n\n".join(lines), language="vi")).blocks
    assert [block.type for block in blocks] == ["paragraph", "caption", "paragraph"]
    assert blocks[1].text == caption


def test_an_update_on_a_line_of_its_own_is_the_version() -> None:
    lines = ["Cầu đóng cửa", "Xuất bản: 15/06/2024 07:30", "Cập nhật: 16/06/2024 09:00", "", RUNNING]
    article = normalize(raw("\n".join(lines), language="vi"))
    assert article.first_created is not None
    assert article.version_created is not None
    assert article.first_created.isoformat() == "2024-06-15T07:30:00+07:00"
    assert article.version_created.isoformat() == "2024-06-16T09:00:00+07:00"


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        pytest.param("31/02/2024 07:30", None, id="no such day"),
        pytest.param("15/06/1024", None, id="no newspaper is that old"),
        pytest.param("15/06/2024 07:30:00 +07", "2024-06-15T07:30:00+07:00", id="hours of an offset alone"),
        pytest.param("2024-06-15 07:30 +0000", "2024-06-15T07:30:00+00:00", id="an offset without a colon"),
    ],
)
def test_a_line_of_figures_is_no_headline(line: str, moment: str | None) -> None:
    article = normalize(raw(f"{line}\nCầu đóng cửa chín tháng\n\n{RUNNING}", language="vi"))
    assert article.headline == "Cầu đóng cửa chín tháng"
    assert (article.first_created.isoformat() if article.first_created else None) == moment


def test_a_byline_on_top_is_no_headline() -> None:
    text = "The bridge was closed for nine months while its piers were set anew, the town said on Monday."
    article = normalize(raw(f"By ANN LEE and BOB ROE\nBridge closed for months\n\n{text}\n\n{text}", language="en"))
    assert article.headline == "Bridge closed for months"
    assert [person.name for person in article.people] == ["Ann Lee", "Bob Roe"]
    assert [block.type for block in article.blocks] == ["paragraph", "paragraph"]


@pytest.mark.parametrize("call", ["BREAKING NEWS", "EXCLUSIVE"])
def test_what_newsrooms_shout_is_no_place(call: str) -> None:
    text = "The bridge was closed for nine months while its piers were set anew, the town said on Monday."
    article = normalize(raw(f"Bridge closed for months\n\n{call} - {text}\n\n{text}", language="en"))
    assert (article.dateline, article.located) == (None, None)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param('{"headline": "Bridge \\ud800 closed", "body_text": "It is."}', "application/json", id="ninjs"),
        pytest.param(
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge \\ud800 closed"}</script>'
            "<p>The bridge was closed for nine months while its piers were set anew.</p>",
            "text/html",
            id="JSON-LD",
        ),
    ],
)
def test_half_a_letter_is_replaced(body: str, media_type: str) -> None:
    article = normalize(raw(body, media_type))
    assert "\ufffd" in (article.headline or "") or article.headline == "Bridge closed"
    msgspec.json.encode(article)


@pytest.mark.parametrize(
    "foot",
    [
        pytest.param("<footer>Giấy phép số 12/GP-BTTTT ngày 05/01/2018</footer>", id="a licence"),
        pytest.param("<div>Founded 4 July 1999.</div>", id="a founding day"),
        pytest.param(
            "<p>Hội nghị diễn ra ngày 05/01/2018 tại hội trường lớn của thành phố.</p>", id="an event told of"
        ),
        pytest.param(
            "<figure><img src=a><figcaption>Ảnh chụp ngày 05/01/2018</figcaption></figure>", id="a picture's day"
        ),
    ],
)
def test_a_day_of_something_else_is_not_the_articles(foot: str) -> None:
    page = f"<article><h1>Cầu đóng cửa chín tháng</h1><p>{RUNNING}</p><p>{RUNNING}</p>{foot}</article>"
    assert normalize(raw(page, "text/html")).first_created is None


def test_paragraphs_round_a_picture_stay_paragraphs() -> None:
    page = (
        f"<main><h1>Cầu đóng cửa chín tháng</h1><img src=/a.jpg><p>{RUNNING}</p><figure><img src=/b.jpg>"
        f"<figcaption>Cầu vào mùa xuân. Ảnh: Lê Na</figcaption></figure><p>{RUNNING} Đến mùa thu.</p></main>"
    )
    kinds = [block.type for block in normalize(raw(page, "text/html")).blocks]
    assert kinds.count("picture") == 1
    assert kinds.count("paragraph") + (normalize(raw(page, "text/html")).description is not None) == 2


def test_a_quotation_in_guillemets_is_no_arrow_before_a_headline() -> None:
    said = "»Das war knapp«, sagt die Bürgermeisterin der Stadt."
    running = "Die Brücke bleibt neun Monate lang zu, sagt die Stadt. " * 3
    body = f"Brücke bleibt zu\n\n{running}\n\n{said}\n\n» Neue Radwege"
    article = normalize(raw(body, language="de"))
    assert said in [block.text for block in article.blocks]
    assert article.boilerplate == ("» Neue Radwege",)


def test_a_caption_keeps_its_place_and_its_credit() -> None:
    body = (
        "Mưa lớn ở Huế\n\nSáng nay mưa rất to ở nhiều nơi trong tỉnh, người dân phải đi thuyền.\n\n"
        "Một con đường ở Huế ngập sâu (Ảnh: Minh Tâm/TTXVN)\n\n"
        "Nước đã rút ở vùng cao nhưng vùng trũng vẫn còn ngập sâu gần một mét.\n"
    )
    blocks = normalize(raw(body)).blocks
    assert blocks[0] == Block(type="caption", text="Một con đường ở Huế ngập sâu", byline="Minh Tâm/TTXVN")


def test_a_byline_under_the_text_ends_it() -> None:
    above = "Sáng nay mưa rất to ở nhiều nơi trong tỉnh khiến nhiều tuyến đường bị ngập và trường học phải cho nghỉ."
    last = "Giá gạo tăng trở lại sau nhiều tuần giảm"
    body = f"Mưa lớn ở Huế\n\n{above}\n\n{RUNNING_TEXT * 3}Anh Phong\n\n{last}"
    article = normalize(raw(body, language="vi"))
    assert [person.name for person in article.people] == ["Anh Phong"]
    assert article.boilerplate == (last,)


LINES = st.sampled_from(
    [
        "",
        "",
        "TTH - Sáng nay mưa rất to.",
        "09/11/2015 - 05:34",
        "Bài, ảnh: Anh Phong",
        "Tin liên quan",
        "> Giá gạo tăng",
        "ANH PHONG",
        "Mưa lớn ở Huế",
        "Một con đường ngập (Ảnh: AFP)",
        "Xem thêm:",
        "Theo đó, người dân phải đi thuyền trong nhiều ngày liền vì nước lên.",
        "“Nước lên nhanh quá”",
        "Kinh tế",
        "A/TTXVN",
        "\u200b",
        "2 giờ trước",
        "By Jane Smith",
        "1",
        ":",
        "(",
        "- ",
        "Ảnh:",
        "Theo",
        "Bài:",
    ]
)


@settings(max_examples=150)
@given(st.one_of(st.lists(LINES, max_size=14).map("\n".join), st.text(max_size=200)))
def test_any_text_becomes_an_article_of_its_own_words_or_is_refused(text: str) -> None:
    try:
        article = normalize(raw(text))
    except NotAnArticle:
        return
    known = fold(mend(decode(text.encode(), "text/plain", None).text))
    said = [article.headline, article.description, article.dateline, *article.sources, *article.boilerplate]
    said += [part for block in article.blocks for part in (block.text, block.byline)]
    said += [person.name for person in article.people]
    for words in filter(None, said):
        assert all(fold(word) in known for word in re.split(r"\s+", words))
    assert normalize(raw(text)) == article


@settings(max_examples=60)
@given(
    st.binary(max_size=300),
    st.sampled_from(["text/plain", "text/html", "application/json", "application/xml", "x/y", ""]),
)
def test_any_bytes_are_read_or_refused(body: bytes, media_type: str) -> None:
    try:
        normalize(raw(body, media_type))
    except NotAnArticle:
        pass


@pytest.mark.parametrize(
    ("piece", "count"),
    [
        pytest.param("a ", 400_000, id="one endless line"),
        pytest.param("Anh Phong\n", 4_000, id="a name on every line"),
        pytest.param("Tin liên quan\n", 4_000, id="a site's line on every line"),
        pytest.param("Tin liên quan\nGiá gạo tăng\n", 2_000, id="openers and headlines in turn"),
        pytest.param("A - ", 50_000, id="dashes"),
        pytest.param("(", 100_000, id="brackets"),
        pytest.param("9/11/", 40_000, id="figures"),
        pytest.param("Ảnh: ", 40_000, id="labels"),
        pytest.param("Bài: " * 20 + "\n", 2_000, id="labels on every line"),
    ],
)
def test_hostile_text_costs_little(piece: str, count: int) -> None:
    def read(text: str) -> None:
        with contextlib.suppress(NotAnArticle):
            normalize(raw(text, language="vi"))

    check_cost(read, lambda count: piece * count, count, RUNNING_TEXT * 250)


@pytest.mark.parametrize(
    ("before", "piece", "count"),
    [
        pytest.param("<p class=date>", "11.11.", 200_000, id="figures without end"),
        pytest.param("<div class=byline>", "Von Anna und ", 80_000, id="a byline without end"),
        pytest.param("", "<h1>Anna Berg</h1>", 12_000, id="headings alone"),
        pytest.param("", "<meta name=date content='09/11/2015 x'>", 12_000, id="dates in metas"),
        pytest.param("", "<div class=caption>In spring</div><img src=x>", 6_000, id="captions alone"),
        pytest.param("<p>", "ABC ", 300_000, id="a paragraph of capitals"),
        pytest.param("<p>", "<i class=date>9</i> It rained.<br><br>", 5_000, id="a date on every line of a paragraph"),
    ],
)
def test_hostile_pages_cost_little(before: str, piece: str, count: int) -> None:
    def page(middle: str) -> str:
        return f"<article><h1>Bridge closed</h1>{RUNNING_PAGE}{middle}</div></p>{RUNNING_PAGE * 3}</article>"

    def read(markup: str) -> None:
        assert normalize(raw(markup, "text/html")).headline is not None

    check_cost(read, lambda count: page(before + piece * count + "<p>"), count, page(RUNNING_PAGE * 250))


def check_cost(read: Callable[[str], None], hostile: Callable[[int], str], count: int, usual: str) -> None:
    """What is hostile costs no more than its length says: four times as much of it not nine times as much (the square
    would be sixteen), and a letter of it not fifteen times as much as one of running text.
    """
    short, long = hostile(count // 4), hostile(count)
    assert times_as_dear(partial(read, long), than=partial(read, short), bound=9) < 9
    bound = 15 * max(1.0, len(short) / len(usual))
    assert times_as_dear(partial(read, short), than=partial(read, usual), bound=bound) < bound


@pytest.mark.parametrize(
    ("body", "media_type", "said"),
    [
        pytest.param(b"word " * 1_500_000, "text/plain", "bytes", id="a text of 7 MB"),
        pytest.param(b"a line\n" * 30_000, "text/plain", "lines", id="a text of 30,000 lines"),
        pytest.param(b"<p>x</p>" * 40_000, "text/html", "tags", id="a page of 80,000 tags"),
    ],
)
def test_what_is_too_large_for_an_article_is_refused_before_it_costs_anything(
    body: bytes, media_type: str, said: str
) -> None:
    with pytest.raises(NotAnArticle, match=said):
        normalize(Raw(source=Source(kind="drop", name=""), media_type=media_type, body=body, received_us=1))


def test_a_line_without_end_is_no_headline() -> None:
    body = b"x" * 100_000 + "\n\nCâu mở đầu của bản tin, đủ dài.\n\nThân bài của bản tin.".encode()
    article = normalize(Raw(source=Source(kind="drop", name=""), media_type="text/plain", body=body, received_us=1))
    assert len(article.headline or "") < 1_000


@pytest.mark.parametrize("length", [900, 1_100, 20_000])
@pytest.mark.parametrize(
    ("media_type", "member"),
    [("application/vnd.iptc.ninjs+json", "body_text"), ("application/ld+json", "articleBody")],
)
def test_a_declared_headline_stays_one_however_long(length: int, media_type: str, member: str) -> None:
    said = ("chữ " * length)[:length].strip()
    text = "Câu mở đầu của bản tin dài vừa đủ.\n\nThân bài của bản tin cũng dài vừa đủ."
    item = {"@type": "NewsArticle", "@context": "https://schema.org", "headline": said, member: text}
    raw = Raw(
        source=Source(kind="push", name="x"), media_type=media_type, body=json.dumps(item).encode(), received_us=1
    )
    article = normalize(raw)
    assert article.headline == said
    assert [*filter(None, (article.description, *(block.text for block in article.blocks)))] == text.split("\n\n")


def test_of_a_headline_as_long_as_a_book_no_word_is_lost() -> None:
    said = ("chữ " * 10_000).strip()
    body = json.dumps({"headline": said, "body_text": "Câu mở đầu của bản tin."}).encode()
    media_type = "application/vnd.iptc.ninjs+json"
    article = normalize(Raw(source=Source(kind="push", name="x"), media_type=media_type, body=body, received_us=1))
    assert said in " ".join(block.text or "" for block in article.blocks)


def test_a_number_without_end_is_refused_in_words_of_ours() -> None:
    body = b'{"headline": "Tin", "size": ' + b"9" * 5_000 + b"}"
    raw = Raw(source=Source(kind="push", name="x"), media_type="application/json", body=body, received_us=1)
    with pytest.raises(NotAnArticle, match="a number of more than 4300 digits"):
        normalize(raw)
