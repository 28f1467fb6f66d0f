"""Bylines and names that were read wrongly, kind by kind: who signed, in which role, and who did not."""

import pytest

from shared.article import Article
from tests.unit.normalize.doors import entry, names, of_markup, page, paragraphs, read, schema_org, shown

TITLE = "The ferry sails again"
FIRST = "The ferry to the island runs again after three weeks."
SECOND = "It had stood still because the river was too high, the harbour office said on Monday."
BODY = paragraphs(FIRST, SECOND)


def signed(door: str, line: str) -> Article:
    """The article signed by this line under its headline."""
    if door == "page":
        return page(f"<article><h1>{TITLE}</h1><p class=byline>{line}</p>{BODY}</article>")
    return read(f"{TITLE}\n{line}\n\n{FIRST}\n\n{SECOND}")


@pytest.mark.parametrize("door", ["text", "page"])
@pytest.mark.parametrize(
    ("line", "people"),
    [
        pytest.param("By Anna Berg", ["Anna Berg"], id="one"),
        pytest.param("By Anna Berg and Tom Wall", ["Anna Berg", "Tom Wall"], id="two"),
        pytest.param("By Anna Berg & Tom Wall", ["Anna Berg", "Tom Wall"], id="a sign between"),
        pytest.param("By Anna Berg, Ben Wood and Tom Wall", ["Anna Berg", "Ben Wood", "Tom Wall"], id="three"),
        pytest.param("By Anna Berg, Ben Wood, and Tom Wall", ["Anna Berg", "Ben Wood", "Tom Wall"], id="comma and"),
        pytest.param("By Anna van der Berg", ["Anna van der Berg"], id="particles"),
        pytest.param("By Sophie de La Tour", ["Sophie de La Tour"], id="a particle that elsewhere means by whom"),
        pytest.param("By A. B. Berg", ["A. B. Berg"], id="initials"),
        pytest.param("By Mary-Jane O'Neill", ["Mary-Jane O'Neill"], id="hyphen and apostrophe"),
        pytest.param("By Theresa May and Will Smith", ["Theresa May", "Will Smith"], id="names that are verbs too"),
        pytest.param("By Bobby Byers", ["Bobby Byers"], id="names that begin like the label"),
        pytest.param("By Anna Berg 10:05 am PDT", ["Anna Berg"], id="a clock and its zone behind"),
        pytest.param("BY ANNA BERG", ["Anna Berg"], id="capitals"),
        pytest.param("Miller, Jane", ["Jane Miller"], id="the family name first"),
        pytest.param("By Anna Berg and Tom Wall, The Courier", ["Anna Berg", "Tom Wall"], id="their paper behind"),
    ],
)  # fmt: skip
def test_those_who_signed_are_people_each_alone(door: str, line: str, people: list[str]) -> None:
    article = signed(door, line)
    assert names(article) == people
    assert [person.rel for person in article.people] == [("author",)] * len(people)
    assert article.byline == line
    assert shown(article.blocks) == [("paragraph", FIRST), ("paragraph", SECOND)]


@pytest.mark.parametrize("door", ["text", "page"])
@pytest.mark.parametrize(
    ("line", "role"),
    [
        pytest.param("Additional reporting by Tom Wall", "contributor", id="who helped"),
        pytest.param("Edited by Tom Wall", "editor", id="who edited"),
        pytest.param("Translated by Tom Wall", "translator", id="who translated"),
        pytest.param("By Tom Wall", "author", id="who wrote"),
        pytest.param("Illustration by Tom Wall", "illustrator", id="who drew"),
        pytest.param("Photos by Tom Wall", "photographer", id="who photographed"),
        pytest.param("Video by Tom Wall", "videographer", id="who filmed"),
    ],
)
def test_a_role_is_what_the_line_says(door: str, line: str, role: str) -> None:
    assert [(person.name, person.rel) for person in signed(door, line).people] == [("Tom Wall", (role,))]


@pytest.mark.parametrize("between", ["</p><p class=byline>", "<br>", "<br><br>"])
def test_who_made_the_pictures_stands_beside_who_wrote_a_page(between: str) -> None:
    article = signed("page", f"By Anna Berg{between}Photos by Cara Hill")
    assert [(one.name, one.rel) for one in article.people] == [
        ("Anna Berg", ("author",)),
        ("Cara Hill", ("photographer",)),
    ]


@pytest.mark.parametrize("door", ["text", "page"])
def test_a_post_behind_a_name_is_that_persons_job(door: str) -> None:
    (person,) = signed(door, "By Anna Berg, Transport Correspondent").people
    assert (person.name, person.job_title) == ("Anna Berg", "Transport Correspondent")


@pytest.mark.parametrize("door", ["text", "page"])
@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Last Update", id="a label of a date"),
        pytest.param("Share this", id="a button"),
        pytest.param("15 December 2024", id="a date"),
        pytest.param("5 min read", id="a length"),
    ],
)
def test_a_line_of_the_sites_signs_nothing(door: str, line: str) -> None:
    article = signed(door, line)
    assert (article.byline, article.people, article.organisations) == (None, (), ())


@pytest.mark.parametrize("line", ["Get author RSS feed", "View author archive", "See author biography"])
def test_a_link_in_the_box_of_a_byline_is_nobody(line: str) -> None:
    assert signed("page", line).people == ()


@pytest.mark.parametrize(
    ("author", "people"),
    [
        pytest.param("Anna Berg", ["Anna Berg"], id="a name"),
        pytest.param("By Anna Berg", ["Anna Berg"], id="with its label"),
        pytest.param("Miller, Jane", ["Jane Miller"], id="the family name first"),
        pytest.param("Anna Berg and Tom Wall", ["Anna Berg", "Tom Wall"], id="two in one"),
        pytest.param("Anna Berg, Tom Wall", ["Anna Berg", "Tom Wall"], id="two behind a comma"),
        pytest.param("Anna Berg | The Courier", ["Anna Berg"], id="beside a paper"),
        pytest.param("The Courier", [], id="a paper alone"),
        pytest.param("Anna Berg | Tom Wall", ["Anna Berg", "Tom Wall"], id="two beside each other"),
        pytest.param("7", [], id="a number"),
        pytest.param("desk@paper.online (Anna Berg)", ["Anna Berg"], id="in brackets behind an address"),
        pytest.param("desk@paper.vn (Anna Berg)", ["Anna Berg"], id="behind an address of a short country"),
        pytest.param("anna.berg@p.example", [], id="an address is no name"),
        pytest.param("https://p.example/anna", [], id="a link is no name"),
        pytest.param("admin", [], id="a login is no name"),
        pytest.param("", [], id="nothing"),
        pytest.param("   ", [], id="blanks"),
    ],
)
def test_an_author_of_a_feed_is_a_name_or_nobody(author: str, people: list[str]) -> None:
    assert names(entry(BODY, authors=(author,), language="en")) == people


def test_the_paper_beside_an_author_of_a_feed_is_an_organisation() -> None:
    article = entry(BODY, authors=("Anna Berg | The Courier",), language="en")
    assert (article.organisations, article.byline) == (("The Courier",), "Anna Berg | The Courier")


def test_authors_of_a_feed_keep_their_order_and_come_once() -> None:
    article = entry(BODY, authors=("Tom Wall", "Anna Berg", "Tom Wall"), language="en")
    assert names(article) == ["Tom Wall", "Anna Berg"]


def test_an_agency_among_the_authors_of_a_feed_is_no_person() -> None:
    article = entry(BODY, authors=("Reuters",), language="en")
    assert (article.people, article.organisations) == ((), ("Reuters",))


@pytest.mark.parametrize(
    ("author", "people"),
    [
        pytest.param({"@type": "Person", "name": "Anna Berg"}, ["Anna Berg"], id="a person"),
        pytest.param(
            {"@type": "Person", "givenName": "Anna", "familyName": "Berg"}, ["Anna Berg"], id="a name in parts"
        ),
        pytest.param(
            [{"@type": "Person", "name": "Anna Berg"}, {"name": "Tom Wall"}], ["Anna Berg", "Tom Wall"], id="two"
        ),
        pytest.param("Anna Berg", ["Anna Berg"], id="a bare name"),
        pytest.param(["Anna Berg", "Tom Wall"], ["Anna Berg", "Tom Wall"], id="bare names"),
        pytest.param({"@type": "Organization", "name": "The Courier"}, [], id="an organisation"),
        pytest.param({"@type": "Person"}, [], id="a person without a name"),
        pytest.param(None, [], id="null"),
        pytest.param(7, [], id="a number"),
        pytest.param({"@type": "Person", "name": 7}, [], id="a person by number"),
    ],
)
def test_declared_authors_are_read_in_every_shape_of_the_standard(author: object, people: list[str]) -> None:
    assert names(schema_org(headline=TITLE, articleBody=FIRST, author=author)) == people


def test_authors_of_teasers_sign_only_their_own_stories() -> None:
    kind = "itemscope itemtype='https://schema.org/NewsArticle'"
    own = (
        f"<article {kind}><h1>{TITLE}</h1><p class=byline>By <span itemprop=author>Anna Berg</span></p>{BODY}</article>"
    )
    other = f"<aside><div {kind}><a href='/x'>Trains stop</a><span itemprop=author>Tom Wall</span></div></aside>"
    assert names(page(own + other)) == ["Anna Berg"]


@pytest.mark.parametrize("door", ["feed", "ninjs", "page"])
@pytest.mark.parametrize("heading", ["Fixes:", "Cách làm:", "How it works:", "Neuerungen:"])
def test_a_subhead_with_a_colon_names_nobody_and_the_text_below_it_stays(door: str, heading: str) -> None:
    article = of_markup(door, f"{paragraphs(FIRST)}<h2>{heading}</h2>{paragraphs(SECOND)}")
    assert (article.byline, article.people) == (None, ())
    assert shown(article.blocks) == [("paragraph", FIRST), ("subhead", heading), ("paragraph", SECOND)]


def test_two_names_with_a_bare_hyphen_before_their_agency_are_two_people() -> None:
    first = "Sáng nay phà ra đảo đã chạy trở lại sau ba tuần nghỉ vì nước sông dâng cao."
    second = "Phà phải nằm bờ vì nước quá lớn, cảng vụ cho biết hôm thứ hai vừa qua tại cuộc họp báo."
    article = read(f"Phà ra đảo chạy lại\n\n{first}\n\n{second}\n\nXuân Tư-Tuấn Anh/TTXVN")
    assert (names(article), article.sources) == (["Xuân Tư", "Tuấn Anh"], ("TTXVN",))


@pytest.mark.parametrize("gap", ["", "\n\n"])
@pytest.mark.parametrize("signature", ["（鈴木花子）", "【鈴木花子】", "［鈴木花子］", "（社会部・鈴木花子）"])
def test_a_japanese_text_is_signed_in_brackets_at_its_end(signature: str, gap: str) -> None:
    first = "島へのフェリーが三週間ぶりに運航を再開した。"
    second = "港湾事務所は月曜日、水位が高すぎたため止まっていたと述べた。"
    article = read(f"フェリーが再開\n\n{first}\n\n{second}{gap}{signature}")
    assert names(article) == ["鈴木花子"]
    assert shown(article.blocks) == [("paragraph", first), ("paragraph", second)]


@pytest.mark.parametrize("remark", ["（月曜日）", "（続く）", "【写真】"])
def test_a_remark_in_brackets_at_the_end_signs_nothing(remark: str) -> None:
    article = read(
        f"フェリーが再開\n\n島へのフェリーが三週間ぶりに運航を再開した。\n\n港湾事務所は水位が高すぎたと述べた。{remark}"
    )
    assert article.people == ()


@pytest.mark.parametrize(
    ("opening", "people"),
    [
        pytest.param("本报记者李明报道：", ["李明"], id="the paper's own reporter"),
        pytest.param("记者李明报道：", ["李明"], id="a reporter"),
        pytest.param("記者陳怡君報導：", ["陳怡君"], id="in Taiwan"),
        pytest.param("本报北京12月20日电（记者李明、王芳）", ["李明", "王芳"], id="behind place and day"),
        pytest.param("记者从港务办公室获悉，", [], id="a reporter without a name"),
    ],
)
def test_the_reporter_before_a_chinese_lead_signs_it(opening: str, people: list[str]) -> None:
    first, second = "通往岛屿的渡轮在停航三周后恢复通航。", "港务办公室周一表示，由于水位过高，渡轮一直停航。"
    article = read(f"渡轮恢复通航\n\n{opening}{first}\n\n{second}")
    assert names(article) == people
    assert shown(article.blocks) == [("paragraph", first if people else opening + first), ("paragraph", second)]
