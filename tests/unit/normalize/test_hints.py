"""What a source's settings change in what is read of its inputs, and what they never do."""

import re

import msgspec
import pytest
from msgspec.structs import replace

from services.normalize.hint_checks import WrongHint, check_hints
from services.normalize.pipeline import normalize
from shared.article import Article, Evidence
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source
from shared.hints import NO_HINTS, Applied, Hints, merged
from tests.cost import times_as_dear

TEXT = (
    "Chị Hoàng Thị Khôi, 21 tuổi, vừa bán xong chuyến hàng đầu tiên trong năm, và đang chuẩn bị cho chuyến tiếp theo. "
    "Theo thống kê của địa phương, năm có 247 hộ tham gia, tăng 94 hộ so với năm trước."
)
PAGE = f"""<html lang="vi"><head><title>Tin | Báo Huế</title><meta property="og:title" content="Tin trong ngày"></head>
<body><div class="top">Mục lục</div><h2 class="real">Làng rau vào vụ Tết</h2>
<div class="meta"><span class="who">Lê Văn Tám</span> <i class="when">09/11/2015 - 05:34</i></div>
<div class="text"><p>{TEXT}</p><div class="promo"><p>Đặt báo hôm nay để nhận quà tặng.</p></div>
<img src="/rau.jpg" width="600" height="400"><p class="under">Rau xanh ở làng Thanh</p>
<p>{TEXT[::-1]}.</p></div></body></html>"""


def read(hints: Hints, body: str = PAGE, media_type: str = "text/html", said_by: str = "push:hue 3") -> Article:
    raw = Raw(
        source=Source(kind="push", name="hue"),
        media_type=media_type,
        body=body.encode(),
        received_us=1_447_100_000_000_000,
    )
    return normalize(raw.with_settings(Applied(hints=hints, said_by=said_by if hints != NO_HINTS else "")))


def evidence(article: Article, field: str) -> Evidence:
    return next(seen for seen in article.evidence if seen.field == field)


def test_without_settings_nothing_is_told_of_them() -> None:
    assert not [seen for seen in read(NO_HINTS).evidence if "setting" in seen.field]


def test_a_selector_says_where_the_headline_stands() -> None:
    article = read(Hints(headline="h2.real"))
    seen = evidence(article, "headline")
    assert article.headline == "Làng rau vào vụ Tết"
    assert (seen.rule, seen.path) == ("the source's settings (h2.real)", "/html/body/h2")
    assert "Tin trong ngày" in [lost.value for lost in seen.lost]


def test_a_revision_says_with_which_version_of_the_settings_it_was_read() -> None:
    assert evidence(read(Hints(headline="h2.real")), "settings").rule == "read with the settings of (push:hue 3)"


def test_a_selector_says_who_wrote_it() -> None:
    article = read(Hints(byline=".who"))
    assert [person.name for person in article.people] == ["Lê Văn Tám"]
    assert evidence(article, "byline").path == "/html/body/div[2]/span"


def test_a_selector_says_where_the_date_stands_and_the_zone_is_the_settings() -> None:
    article = read(Hints(date=".when", zone="Asia/Tokyo"))
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-11-09T05:34:00+09:00"
    assert evidence(article, "first_created").rule == "the source's settings (.when)"


def test_a_selector_says_which_words_are_a_caption() -> None:
    article = read(Hints(caption=".under"))
    said = [block.caption or block.text for block in article.blocks if block.type in ("picture", "caption")]
    assert said == ["Rau xanh ở làng Thanh"]


def test_what_is_left_out_is_told_with_the_setting_that_took_it() -> None:
    article = read(Hints(leave_out=(".promo",)))
    at = article.boilerplate.index("Đặt báo hôm nay để nhận quà tặng.")
    assert evidence(article, f"boilerplate[{at}]").rule == "the source's settings (.promo)"
    assert all("quà tặng" not in (block.text or "") for block in article.blocks)


def test_an_element_that_is_left_out_moves_no_path() -> None:
    plain, cut = read(NO_HINTS), read(Hints(leave_out=(".top", ".promo")))
    last = [seen.path for article in (plain, cut) for seen in article.evidence if seen.field.startswith("blocks")]
    assert last.count("/html/body/div[3]/p[3]") == 2


@pytest.mark.parametrize("field", ["headline", "body", "byline", "date", "caption"])
def test_a_selector_that_finds_nothing_is_told_and_the_usual_reading_stands(field: str) -> None:
    article, plain = read(replace(NO_HINTS, **{field: "b.gone"})), read(NO_HINTS)
    assert evidence(article, f"settings.{field}").rule.endswith("(b.gone)")
    assert (article.headline, article.byline, article.blocks) == (plain.headline, plain.byline, plain.blocks)


@pytest.mark.parametrize("selector", ["*", "div", "body *", "p"])
def test_settings_never_leave_an_article_empty(selector: str) -> None:
    article, plain = read(Hints(leave_out=(selector,))), read(NO_HINTS)
    assert article.headline == plain.headline
    assert article.blocks
    assert any(seen.field == "settings" for seen in article.evidence)


def test_a_pattern_says_which_line_of_a_text_is_its_byline() -> None:
    body = f"Làng rau vào vụ Tết\n\n{TEXT}\n\n{TEXT[::-1]}\n\nThực hiện bởi nhóm Cây Bút Trẻ\n"
    article = read(Hints(byline_pattern="Thực hiện bởi nhóm {name}"), body, "text/plain")
    assert [person.name for person in article.people] == ["Cây Bút Trẻ"]
    assert evidence(article, "byline").rule == "the source's settings (Thực hiện bởi nhóm {name})"


def entry(content: str, hints: Hints) -> Article:
    body = FeedEntry(feed="https://a.example/rss", title="Làng rau vào vụ Tết", content=content, authors=("Báo Huế",))
    return read(hints, msgspec.json.encode(body).decode(), FEED_ENTRY_TYPE, "feed:https://a.example/rss 2")


def test_a_feeds_entry_is_read_without_what_is_left_out_and_by_its_own_byline() -> None:
    content = f'<p>{TEXT}</p><p class="who">Lê Văn Tám</p><div class="promo"><p>Đặt báo hôm nay để nhận quà.</p></div>'
    article = entry(content, Hints(leave_out=(".promo",), byline=".who", headline="h1"))
    rules = {seen.field: seen.rule for seen in article.evidence}
    assert [person.name for person in article.people] == ["Lê Văn Tám"]
    assert article.boilerplate == ("Đặt báo hôm nay để nhận quà.",)
    assert rules["boilerplate[0]"] == "the source's settings (.promo)"
    assert rules["settings.headline"].startswith("a setting for pages")
    assert not [field for field in rules if field.startswith("settings.leave_out")]


def test_a_feeds_entry_is_never_left_empty() -> None:
    article = entry(f"<p>{TEXT}</p>", Hints(leave_out=("p",)))
    assert article.description == TEXT
    assert any(seen.rule.startswith("settings that would leave nothing") for seen in article.evidence)


def test_agency_and_credit_stand_where_nobody_is_named() -> None:
    article = read(Hints(agency="TTXVN", credit="Ảnh: TTXVN", caption=".under"))
    assert article.sources == ("TTXVN",)
    assert [block.byline for block in article.blocks if block.type in ("picture", "caption")] == ["Ảnh: TTXVN"]


def test_the_page_of_a_host_is_read_as_that_host_is_set() -> None:
    source = Hints(headline="h1", zone="Asia/Tokyo", leave_out=(".ad",))
    host = Hints(headline="h2.real", leave_out=(".promo", ".ad"))
    assert merged(source, host) == Hints(headline="h2.real", zone="Asia/Tokyo", leave_out=(".ad", ".promo"))


@pytest.mark.parametrize(
    ("hints", "told"),
    [
        pytest.param(Hints(headline="h1:hover"), "headline: 'h1:hover' is no selector", id="a selector"),
        pytest.param(Hints(leave_out=(".a", "p >")), "leave_out: 'p >'", id="one of several"),
        pytest.param(Hints(leave_out=(".a",) * 21), "leave_out: at most 20", id="too many"),
        pytest.param(Hints(headline="x" * 1_000_000), "at most 500 characters", id="a megabyte"),
        pytest.param(Hints(body="* * * * *"), "of which 5 name no", id="every element five times"),
        pytest.param(Hints(byline_pattern="{name}"), "byline_pattern", id="a pattern of everything"),
        pytest.param(Hints(byline_pattern="(a+)+$"), "byline_pattern: it names nobody", id="a regular expression"),
        pytest.param(Hints(agency="a\nb"), "agency", id="two lines"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(hints: Hints, told: str) -> None:
    with pytest.raises(WrongHint, match=re.escape(told)):
        check_hints(hints)


@pytest.mark.parametrize(
    "hints",
    [
        pytest.param(Hints(leave_out=("* * * *",)), id="every element"),
        pytest.param(Hints(leave_out=tuple(f"p.x{n}, div .a .a .a" for n in range(12))), id="one within another"),
        pytest.param(Hints(headline=" ".join(["div"] * 40) + " p"), id="deep"),
        pytest.param(Hints(byline="p", caption="p", date="p", headline="p"), id="each paragraph"),
        pytest.param(Hints(byline_pattern="x{any}" * 20 + "x{name}"), id="a pattern of many places"),
    ],
)
def test_the_worst_settings_cost_a_few_times_the_reading(hints: Hints) -> None:
    body = f"<h1>Tin</h1>{'<div class=a>' * 200}{'<p>x</p>' * 15_000}{'</div>' * 200}<p>{TEXT}</p><p>{TEXT[::-1]}</p>"
    assert times_as_dear(lambda: read(hints, body), lambda: read(NO_HINTS, body), bound=6) < 6
