"""What is read of each source's articles now, against its own past: a site that has changed its pages shows here first.

The evidence of each article says what was found in it. Of each source a sample is read: the newest articles of the last
day (of the last week where a day has few), and those of the four weeks before.
"""

import math
import statistics
from collections.abc import Callable, Sequence

import msgspec

from services.index.listing import Listed, Span, list_settled
from services.index.search import Index
from shared.article import Article

DAY_US = 86_400_000_000
RECENT_AT_MOST, PAST_AT_MOST = 50, 100
FEWEST_RECENT, FEWEST_PAST = 8, 12
LEAST_CHANGE = 0.25  # of a share: less is the news of the day
CERTAIN = 3.0  # standard errors
SHORTER, LONGER = 0.5, 2.0  # of the median length
MOST_SOURCES = 500


class Reading(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was read of some articles: how many, the share with each part (0 to 1), and their median length (chars).

    `missed` is the share in which a setting of the source found nothing.
    """

    count: int
    headline: float
    date: float
    byline: float
    caption: float
    length: int
    missed: float = 0.0


class Drift(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A source now (since `since_us`) and in its past; `changed` names the parts that are not as they were."""

    source: str
    since_us: int
    now: Reading
    past: Reading
    changed: tuple[str, ...] = ()


def read_drift(index: Index, now_us: int) -> list[Drift]:
    """Every source of the last five weeks, those that have changed first."""
    drifts = [drift for source in _sources(index) if (drift := _drift_of(index, source, now_us)) is not None]
    return sorted(drifts, key=lambda drift: (-len(drift.changed), drift.source))


def compare(source: str, since_us: int, now: Reading, past: Reading) -> Drift:
    """Say what has changed, where both samples are large enough to tell."""
    changed: tuple[str, ...] = ()
    if now.count >= FEWEST_RECENT and past.count >= FEWEST_PAST:
        changed = tuple(part for part in PARTS if _is_other(part, now, past))
        if past.length and not SHORTER <= now.length / past.length <= LONGER:
            changed = (*changed, "length")
    return Drift(source=source, since_us=since_us, now=now, past=past, changed=changed)


def read_sample(articles: Sequence[Article]) -> Reading:
    """What there is in a sample."""
    count = len(articles)
    shares = {part: sum(map(has, articles)) / count if count else 0.0 for part, has in PARTS.items()}
    length = int(statistics.median(map(_length, articles))) if count else 0
    return msgspec.convert({"count": count, "length": length, **shares}, Reading)


def _drift_of(index: Index, source: str, now_us: int) -> Drift | None:
    since = now_us - DAY_US
    recent = _sample(index, source, since, now_us, RECENT_AT_MOST)
    if len(recent) < FEWEST_RECENT:
        since = now_us - 7 * DAY_US
        recent = _sample(index, source, since, now_us, RECENT_AT_MOST)
    past = _sample(index, source, since - 28 * DAY_US, since, PAST_AT_MOST)
    if not recent and not past:
        return None
    return compare(source, since, read_sample(recent), read_sample(past))


def _sample(index: Index, source: str, since: int, before: int, limit: int) -> list[Article]:
    span = Span(states=("indexed",), source=source, since=since, before=before)
    found: list[Listed] = list_settled(index, span, limit)
    return [listed.entry.article for listed in found if listed.entry.origin is None]  # the desk's words are no reading


def _sources(index: Index) -> list[str]:
    with index.reading() as database:
        if database is None:
            return []
        sources = [""]
        while len(sources) <= MOST_SOURCES:  # one step in the index a source, where DISTINCT would walk all articles
            (found,) = database.execute("SELECT min(origin) FROM articles WHERE origin > ?", sources[-1:]).fetchone()
            if found is None:
                break
            sources.append(found)
        return sources[1:]


def _is_other(part: str, now: Reading, past: Reading) -> bool:
    """Do two shares differ by more than chance: a test of two proportions."""
    before, after = getattr(past, part), getattr(now, part)
    both = (before * past.count + after * now.count) / (past.count + now.count)
    error = math.sqrt(both * (1 - both) * (1 / past.count + 1 / now.count))
    return bool(abs(after - before) >= LEAST_CHANGE and abs(after - before) > CERTAIN * error)


def _has_date(article: Article) -> bool:
    return article.first_created is not None and article.zone_rule not in (None, "assumed")


def _has_caption(article: Article) -> bool:
    return any(block.type == "caption" or (block.type == "picture" and block.caption) for block in article.blocks)


def _has_missed(article: Article) -> bool:
    return any(seen.field.startswith("settings.") for seen in article.evidence)


def _length(article: Article) -> int:
    return sum(len(block.text or "") + sum(map(len, block.items)) for block in article.blocks)


PARTS: dict[str, Callable[[Article], bool]] = {
    "headline": lambda article: bool(article.headline),
    "date": _has_date,
    "byline": lambda article: bool(article.byline),
    "caption": _has_caption,
    "missed": _has_missed,
}
