"""What every sink promises, each against the real server: see tests/engines for how one is started."""

from collections.abc import Iterator

import pytest

from services.index.sinks.registry import open_sink
from services.index.sinks.sink import Delivery, Kind, Sink
from shared.article import Article, Block, PubStatus
from shared.errors import PermanentError
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.engines.places import PLACES, Place
from tests.entries import make_entry

SINCE = 1_790_000_000_000_000


def delivery(
    article_id: str = "a",
    version: int = 1,
    *,
    headline: str = "Nâng cao chất lượng đường sắt",
    kind: Kind = "put",
    article: Article | None = None,
) -> Delivery:
    status: PubStatus = "usable" if kind == "put" else "canceled"
    entry = make_entry(article_id, SINCE + version, headline=headline, pub_status=status, article=article)
    return Delivery(
        change=version,
        version=SINCE + version,
        since_us=SINCE,
        article_id=article_id,
        rev=SINCE + version,
        kind=kind,
        entry=entry,
    )


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with PLACES[request.param]() as place:
        yield place


@pytest.fixture
def sink(place: Place) -> Iterator[Sink]:
    sink = open_sink("tried", place.settings, place.desk)
    yield sink
    sink.close()


def test_a_bulk_is_in_with_a_result_for_each(place: Place, sink: Sink) -> None:
    bulk = [delivery(f"a{number}", number, headline=f"Tin số {number}") for number in range(1, 101)]
    assert sink.deliver(bulk) == [None] * 100
    assert place.headlines() == {f"a{number}": f"Tin số {number}" for number in range(1, 101)}


def test_delivering_twice_equals_delivering_once(place: Place, sink: Sink) -> None:
    bulk = [delivery("a", 1), delivery("b", 2, headline="Hai")]
    assert sink.deliver(bulk) == [None, None]
    once = place.headlines()
    assert sink.deliver(bulk) == [None, None]
    assert place.headlines() == once


def test_an_older_version_never_wins(place: Place, sink: Sink) -> None:
    assert sink.deliver([delivery("a", 5, headline="Mới")]) == [None]
    assert sink.deliver([delivery("a", 4, headline="Cũ")]) == [None]
    assert place.headlines() == {"a": "Mới"}


def test_a_withdrawal_hides_the_article_and_stays(place: Place, sink: Sink) -> None:
    sink.deliver([delivery("a", 1), delivery("b", 2, headline="Hai")])
    assert sink.deliver([delivery("a", 5, kind="withdraw")]) == [None]
    assert place.headlines() == {"b": "Hai"}
    assert sink.deliver([delivery("a", 3, headline="Đến muộn")]) == [None]
    assert place.headlines() == {"b": "Hai"}
    assert sink.deliver([delivery("a", 9, headline="Đăng lại")]) == [None]
    assert place.headlines() == {"a": "Đăng lại", "b": "Hai"}


def test_a_withdrawal_that_comes_first_stays_too(place: Place, sink: Sink) -> None:
    assert sink.deliver([delivery("a", 7, kind="withdraw")]) == [None]
    assert sink.deliver([delivery("a", 3)]) == [None]
    assert place.headlines() == {}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "NUL \0 ở giữa",
        "\U0001f6a8 Khẩn: bão số 9",
        "x" * 100_000,
        "ทดสอบ ข่าว ភាសាខ្មែរ 日本語 한국어",
        "a\u202eb\u200bc\ufeff",
    ],
)
def test_any_words_are_kept(place: Place, sink: Sink, words: str) -> None:
    assert sink.deliver([delivery("a", 1, headline=words or "–"), delivery("b", 2, headline="Hai")]) == [None, None]
    assert set(place.headlines()) == {"a", "b"}


def test_a_huge_article_is_kept(place: Place, sink: Sink) -> None:
    blocks = tuple(
        Block(type="paragraph", text=f"đoạn {number} " + "nâng cao hiệu quả " * 200) for number in range(600)
    )
    huge = Article(headline="Dài", blocks=blocks, keywords=tuple(f"từ khoá {number}" for number in range(5000)))
    assert sink.deliver([delivery("a", 1, article=huge)]) == [None]
    assert place.headlines() == {"a": "Dài"}


def test_settling_hides_nothing(place: Place, sink: Sink) -> None:
    sink.deliver([delivery("a", 1, headline="Một")])
    sink.settle()
    assert place.headlines() == {"a": "Một"}
    sink.deliver([delivery("b", 2, headline="Hai")])
    assert place.headlines() == {"a": "Một", "b": "Hai"}


def test_two_that_start_at_once_do_not_trip(place: Place, sink: Sink) -> None:
    other = open_sink("other", place.settings, place.desk)
    try:
        assert sink.deliver([delivery("a", 1)]) == [None]
        assert other.deliver([delivery("b", 2, headline="Hai")]) == [None]
    finally:
        other.close()
    assert set(place.headlines()) == {"a", "b"}


@pytest.mark.parametrize("url", ["gopher://nowhere/x", "opensearch+ftp://host/articles"])
def test_an_address_that_means_nothing_is_named(url: str) -> None:
    with pytest.raises(PermanentError, match=r"sink tried|OpenSearch"):
        open_sink("tried", SinkSettings(url=url), Settings())
