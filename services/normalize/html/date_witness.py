"""Who says when a page was published or changed, by which names, in which order of day and month; and who is right."""

import datetime as dt
import re
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.printed_dates import turned_day
from services.normalize.grammar.zones import is_day_first
from services.normalize.html.blocks import Block
from services.normalize.readings import RuleId
from shared.patterns import pattern_of

_PRINTED = frozenset(
    {RuleId.DATE_LINE, RuleId.DATE_FAR_LINE, RuleId.DATE_IN_TITLE, RuleId.DATE_TIME_ELEMENT, RuleId.DATE_IN_ADDRESS}
)
_DECLARED = frozenset({RuleId.DATE_JSON_LD, RuleId.DATE_META, RuleId.DATE_MICRODATA, RuleId.DATE_TIME_ELEMENT})
_OWN = ("datePublished of the article", "meta published", "microdata datepublished", "time at the head")
_EARLIEST = dt.date(1995, 1, 1)
_WEAK = re.compile(r"created|upload|elsewhere|of others|of a long line")


PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "date_published",
    "publishdate", "publish-date", "publish_date", "publication_date", "pubdate", "publicationdate", "publisheddate",
    "published_date",
    "published-date", "article.published", "article_date_original", "originalpublicationdate", "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created",
    "dcterms.date", "dc.date", "ptime", "citation_publication_date", "citation_date", "citation_online_date",
    "prism.publicationdate", "bt:pubdate",
    "rnews:datepublished", "nrk:published", "iso-8601-publish-date", "last-published",
    "shareaholic:article_published_time",
    "vr:published_time", "article:create_date", "created", "pub_date", "release_date", "releasedate",
    "article_publication_date",
)  # fmt: skip
PUBLISHED_NAME = pattern_of(
    r"(?:publi|posted|issue|released?(?![a-z])|first|article).{0,14}(?:date|time)|pub.?date|"
    r"(?:date|time|datum|fecha|data).?(?:of.)?(?:publi|posted|issue|release|creat)|post.?date|regdate|published.?at"
)
CHANGED_NAME = pattern_of(r"modif|updat|mod.?date|lastmod|changed|revis")
OTHER_NAME = pattern_of(
    r"expir|event|valid|start|end(?![a-z])|until|deadline|cover|read.?time|timezone|cache|render|ad-slot"
)
WEAK_METAS = (
    "date", "eprints.date", "timestamp", "displaydate", "search_date", "creation_date", "datecreated", "date_created",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "date_modified", "article:modified", "last-modified",
    "lastmod", "og:modified_time",
    "dcterms.modified", "dc.date.modified", "cxenseparse:modifiedtime", "revised", "modificationdate", "updated_time",
)  # fmt: skip
DATE_ATTRIBUTE = pattern_of(
    r"datetime|title|content|(?:data|ia)-(?:[\w-]*[-_])?(?:date|time|datetime|timestamp|utime|ts|pubdate|publish|published|created|posted)"
    r"(?:[-_](?:date|time|on|at|iso|gmt|utc|publish|published))?"
)
SCRIPT_DATE = pattern_of(
    r'"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|firstPublished|datePublication|pubDate)"\s*:\s*"([^"]{8,40})"'
)


class DateWitness(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the publishing date, or of that of the last change (`modified`).

    `kind` says who speaks, `signs` what of it counts for or against (both are names in models/date_ranking.toml).
    `turned` is the other reading, where day and month may be the other way round; `differs`: something speaks against
    the day, as a weekday beside it that is another's. `labelled`: words say that it is of the publishing, or of a
    change where `modified`.
    """

    stamp: Stamp
    rule: RuleId
    kind: str
    signs: tuple[str, ...] = ()
    path: str | None = None
    quote: str = ""
    modified: bool = False
    labelled: bool = False
    note: str = ""
    turned: Stamp | None = None
    differs: bool = False


def is_near(witness: DateWitness) -> bool:
    """Whether somebody at the head of the page, or in its declared data, speaks of the publishing."""
    return not witness.modified and not _WEAK.search(witness.kind) and "of others" not in witness.signs


def possible(found: list[DateWitness], read_on: dt.date | None) -> list[DateWitness]:
    """Those who name a day the page can be of; a day that can be read in two ways is read as others say it."""
    latest = read_on + dt.timedelta(days=1) if read_on is not None else dt.date.max
    sure = {witness.stamp.day for witness in found if witness.turned is None}
    read = [_read_as(witness, sure, latest) for witness in found]
    return [w for w in read if w.stamp.day >= _EARLIEST and (w.stamp.day <= latest or w.rule not in _PRINTED)]


def _read_as(witness: DateWitness, sure: set[dt.date], latest: dt.date) -> DateWitness:
    other = witness.turned
    if other is None or witness.stamp.day in sure:
        return witness
    if other.day in sure or witness.stamp.day > latest >= other.day:
        return replace(witness, stamp=other)
    return witness


def told_by_labels(found: list[DateWitness]) -> list[DateWitness]:
    """Whoever says of the moment of the last change that it is that of the publishing repeats the change, where an
    earlier publishing is declared, or printed with its label beside that of the change."""
    changed = {_minute(w) for w in found if w.modified} - {None}
    lines = [w for w in found if w.rule is RuleId.DATE_LINE and w.labelled]
    published, changed_on = {_clock(w) for w in lines if not w.modified}, {_clock(w) for w in lines if w.modified}
    is_pair = len(published) == len(changed_on) == 1 and max(published) < min(changed_on)
    earliest = min(
        (_clock(w) for w in found if _is_own(w) and _minute(w) not in changed and not _is_bare(w)), default=None
    )
    first_day = min((w.stamp.day for w in found if _is_own(w) and _minute(w) not in changed), default=None)

    def repeats(witness: DateWitness) -> bool:
        if witness.modified or witness.rule not in _DECLARED:
            return False
        if is_pair and _same(_clock(witness), min(changed_on)) and not _same(_clock(witness), max(published)):
            return True
        is_later = (first_day is not None and first_day < witness.stamp.day) or (
            earliest is not None and earliest < _clock(witness)
        )
        return is_later and _minute(witness) in changed

    return [replace(w, modified=True, kind="repeats the change", signs=()) if repeats(w) else w for w in found]


def _is_own(witness: DateWitness) -> bool:
    """Whether a declaration is the article's own."""
    return not witness.modified and witness.kind.startswith(_OWN)


def _is_bare(witness: DateWitness) -> bool:
    """Whether a stamp is a day alone: midnight stands for one too."""
    return witness.stamp.time in (None, dt.time())


def _same(one: tuple[dt.date, dt.time], two: tuple[dt.date, dt.time]) -> bool:
    """Whether two clocks are one, or the day of one that has no clock."""
    return one[0] == two[0] and (one[1] == two[1] or dt.time() in (one[1], two[1]))


def _minute(witness: DateWitness) -> dt.datetime | None:
    moment = witness.stamp.instant
    return moment.astimezone(dt.UTC).replace(second=0, microsecond=0) if moment is not None else None


def _clock(witness: DateWitness) -> tuple[dt.date, dt.time]:
    """Day and minute; a day alone is its first."""
    return witness.stamp.day, (witness.stamp.time or dt.time()).replace(second=0, microsecond=0)


def turned(stamp: Stamp) -> Stamp | None:
    """The same date with day and month the other way round."""
    day = turned_day(stamp.day)
    return replace(stamp, day=day) if day is not None else None


_NUMERIC = re.compile(r"(?<![\d/.-])(\d\d?)([/-])(\d\d?)\2(?:20)?\d\d(?![\d/-])")
_LONGEST_LINE = 80


def reading_language(language: str | None, blocks: Sequence[Block], url: str | None) -> str | None:
    """The language to read dates in: templates are `en-US` all over the world, so an English page is asked for more."""
    if language is not None and not language.lower().startswith("en"):
        return language
    month_first = _order_of_others(blocks)
    if month_first is None and is_day_first(url):
        month_first = False
    return language if month_first is None else "en-us" if month_first else "en-gb"


def _order_of_others(blocks: Sequence[Block]) -> bool | None:
    """True when the page prints 05/31/2020, False for 31/05/2020, None for neither or both."""
    orders = set()
    for block in blocks:
        if block.size <= _LONGEST_LINE:
            for one, _, two in _NUMERIC.findall(block.text):
                if (int(one) > 12) != (int(two) > 12) and max(int(one), int(two)) <= 31:
                    orders.add(int(two) > 12)
    return orders.pop() if len(orders) == 1 else None
