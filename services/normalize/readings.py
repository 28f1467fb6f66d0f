"""What was read of a field, where and by which rule: a ranking believes one reading, the others are kept as lost.

Every reader and every grammar only yields readings. The words of a rule are for people: no branch looks at them.
"""

import enum
import math
from collections.abc import Iterable, Sequence

import msgspec

from shared.article import Candidate, Evidence

_QUOTE = 200
_LOST = 6
SUREST = 0.99


@enum.unique
class RuleId(enum.Enum):
    """By which rule something was read: the words people read of it, and how sure it is of itself (0 to 1).

    One section a field, in the order of the article's fields; a member's name is what code compares.
    """

    # uri
    CANONICAL_LINK = ("canonical link", 0.95)
    OG_URL = ("meta og:url", 0.9)
    GIVEN_ADDRESS = ("the address it was fetched from", 0.8)
    # language
    JSON_LD_LANGUAGE = ("JSON-LD inLanguage", 0.9)
    LANG_ATTRIBUTE = ("lang of the page", 0.9)
    META_LANGUAGE = ("meta that names the language", 0.85)
    # byline, people and organisations
    JSON_LD_AUTHOR = ("JSON-LD author", 0.95)
    JSON_LD_CREATOR = ("JSON-LD creator", 0.85)
    JSON_LD_CONTRIBUTOR = ("JSON-LD contributor", 0.65)
    JSON_LD_PAGE_AUTHOR = ("JSON-LD author of the page", 0.7)
    META_AUTHOR = ("meta that names the author", 0.8)
    META_CREATOR = ("meta that names the creator", 0.75)
    META_LABELLED = ("meta labelled as the author", 0.8)
    META_UNLABELLED = ("meta with another label", 0.1)
    MICRODATA_AUTHOR = ("microdata author", 0.85)
    MICRODATA_AUTHOR_ELSEWHERE = ("microdata author of another item", 0.2)
    REL_AUTHOR = ("link to the author", 0.82)
    AUTHOR_PAGE = ("link to the author's page", 0.77)
    BYLINE_CLASS = ("byline by its class", 0.79)
    BYLINE_BLOCK = ("byline block", 0.77)
    BYLINE_LABELLED = ("byline behind a label", 0.78)
    BYLINE_LINE = ("byline", 0.76)
    NAME_BEHIND_LABEL = ("name behind a label", 0.75)
    NAME_BESIDE_DATE = ("name beside the date", 0.7)
    SIGNATURE_UNDER = ("signature under the text", 0.69)
    AGENCY_OVER = ("agency over the text", 0.67)
    AGENCY_UNDER = ("agency under the text", 0.66)
    SOURCE_UNDER = ("source under the text", 0.65)
    # kind and access
    KIND_TYPE = ("JSON-LD type", 0.95)
    KIND_LABEL = ("label by the headline", 0.9)
    KIND_SECTION = ("section that names a kind", 0.85)
    KIND_ADDRESS = ("address that names a kind", 0.75)
    KIND_NEWS_TYPE = ("JSON-LD type of news", 0.7)
    ACCESS_JSON_LD = ("JSON-LD isAccessibleForFree", 0.95)
    ACCESS_META = ("meta that names the tier", 0.9)
    # lead picture
    OG_IMAGE = ("meta og:image", 0.9)
    JSON_LD_IMAGE = ("JSON-LD image", 0.85)
    TWITTER_IMAGE = ("meta twitter:image", 0.8)
    FIRST_PICTURE = ("first picture of the text", 0.6)
    # description
    META_SUMMARY = ("meta that describes the page", 0.9)
    JSON_LD_SUMMARY = ("JSON-LD description", 0.85)
    # keywords
    JSON_LD_KEYWORDS = ("JSON-LD keywords", 0.95)
    META_KEYWORDS = ("meta of keywords", 0.9)
    # section
    JSON_LD_SECTION = ("JSON-LD articleSection", 0.95)
    META_SECTION = ("meta that names the section", 0.9)
    BREADCRUMB = ("last step of the breadcrumbs", 0.8)
    # headline
    HEADING = ("heading of the page", 0.8)
    JSON_LD_HEADLINE = ("JSON-LD headline", 0.8)
    JSON_LD_NAME = ("JSON-LD name", 0.6)
    OG_TITLE = ("meta og:title", 0.8)
    TWITTER_TITLE = ("meta twitter:title", 0.6)
    META_TITLE = ("meta that names the headline", 0.7)
    MICRODATA_HEADLINE = ("microdata headline", 0.8)
    PAGE_TITLE = ("title of the page", 0.5)
    FIRST_LINE = ("the first line", 0.9)

    # first_created and version_created of pages; how sure a day is says models/date_ranking.toml
    DATE_JSON_LD = ("JSON-LD date", 0.95)
    DATE_META = ("meta date", 0.95)
    DATE_MICRODATA = ("microdata date", 0.9)
    DATE_ATTRIBUTE = ("date in an attribute at the head", 0.8)
    DATE_TIME_ELEMENT = ("time element", 0.9)
    DATE_LINE = ("date line of the page", 0.85)
    DATE_IN_ADDRESS = ("date in the page's address", 0.85)
    DATE_IN_SCRIPT = ("date in a script", 0.7)
    DATE_IN_TITLE = ("date in a title", 0.5)
    DATE_FAR_LINE = ("date far from the headline", 0.5)
    DATE_AGE = ("a day told from that of the receipt", 0.5)
    DATE_ONLY_ONE = ("the only day in the markup", 0.3)

    DATE_OF_DATELINE = ("the day of the dateline", 0.5)

    # first_created.clock: where the zone of a clock is known from
    ZONE_DECLARED = ("the value says its zone", 0.97)
    ZONE_PRINTED = ("the text says the zone", 0.97)
    ZONE_OF_SOURCE = ("the zone set for the source", 0.95)
    ZONE_OF_COUNTRY = ("the zone of the address's country", 0.85)
    ZONE_OF_LANGUAGE = ("the zone of the language", 0.75)
    ZONE_UNKNOWN = ("no zone is known: a clock without one", 0.5)
    # captions and credits
    CAPTION_LABEL = ("a label before a caption", 0.97)
    CREDIT_LABEL = ("a credit's label", 0.97)
    CREDIT_BRACKETED_LABEL = ("a credit's label in brackets", 0.97)
    CREDIT_AGENCY_IN_BRACKETS = ("an agency in brackets", 0.9)
    CREDIT_AGENCY_AND_NAME = ("an agency beside a name", 0.9)
    CREDIT_SIGN = ("the copyright sign before a name", 0.95)
    CREDIT_BAR = ("a name behind a bar", 0.85)
    CREDIT_TAKEN_BY = ("the word behind who took it", 0.95)
    CREDIT_WORD_BEFORE_NAME = ("a credit's word before a name", 0.9)
    CREDIT_STOCK = ("a stock picture's note", 0.9)
    # dateline
    DATELINE_MARKUP = ("the markup says dateline", 0.95)
    DATELINE_PLACE_AND_AGENCY = ("place and agency", 0.97)
    DATELINE_AGENCYS_OPENING = ("an agency's opening", 0.95)
    DATELINE_HOOKED = ("in hooked brackets", 0.9)
    DATELINE_IN_BRACKETS = ("in brackets", 0.93)
    DATELINE_DOMAIN = ("a domain before a dash", 0.97)
    DATELINE_ONLINE_EDITION = ("a paper's online edition", 0.95)
    DATELINE_KNOWN_OUTLET = ("a known outlet before a dash", 0.95)
    DATELINE_CAPITALS = ("capitals before a dash", 0.93)
    DATELINE_MIXED_CASE = ("a name in mixed case before a dash", 0.85)
    DATELINE_BROKEN_DASH = ("capitals before a dash that the encoding broke", 0.7)
    DATELINE_PLACE_AND_DAY = ("place and day", 0.9)
    DATELINE_PLACE = ("a place before the mark that papers of this language set", 0.8)
    # byline
    BYLINE_LABEL = ("labels before a colon", 0.97)
    BYLINE_OPENER = ("an opening word", 0.93)
    BYLINE_NAMES = ("names alone", 0.85)

    # fields that a feed or a wire document declares; a note names the member
    DECLARED = ("declared", 0.95)

    # what no other step took
    REMAINING = ("stands in no other field", 0.5)
    REMAINING_MARK = ("a byline or a date beside the one that was taken", 0.7)
    REMAINING_PART = ("the rest of what was read for another field", 0.6)
    REMAINING_HEADLINE = ("declared as a headline beside the main one", 0.8)

    def __init__(self, words: str, sure: float) -> None:
        self.words = words
        self.sure = sure


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one field.

    `value` is what was made of `quote`, which stands at `place`: a path in a tree or JSON document; a text says
    `start` and `end` instead, in characters of the decoded input. `weight` is what a model made of the reading's
    features, in logits; without one the rule's own sureness counts. `note` are words of this one case, for people,
    beside the rule's.
    """

    field: str
    value: str
    rule: RuleId | str
    place: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    weight: float | None = None
    note: str = ""

    @property
    def sure(self) -> float:
        """How sure this reading is by itself, 0 to 1."""
        if self.weight is not None:
            return sureness(self.weight)
        return self.rule.sure if isinstance(self.rule, RuleId) else 0.9


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """The reading that is believed, how sure that is (0 to 1), and the readings that said something else."""

    believed: Reading
    sure: float
    lost: tuple[Reading, ...] = ()

    def evidence(self, field: str | None = None) -> Evidence:
        """What the article tells of it, under the reading's field or another name (`people[0]`)."""
        best = self.believed
        return Evidence(
            field=field or best.field,
            rule=words_of(best),
            sure=round(min(SUREST, self.sure), 2),
            quote=(best.quote or best.value)[:_QUOTE],
            path=best.place,
            start=best.start,
            end=best.end,
            lost=tuple(
                Candidate(
                    value=lost.value[:_QUOTE], rule=words_of(lost), path=lost.place, start=lost.start, end=lost.end
                )
                for lost in self.lost[:_LOST]
            ),
        )


def rank(field: str, readings: Iterable[Reading]) -> Ranking | None:
    """Believe the surest reading of a field, of two as sure the first; None where nothing was read of it.

    What the others say is kept once a value, the surest first.
    """
    ordered = sorted((reading for reading in readings if reading.field == field), key=lambda one: -one.sure)
    if not ordered:
        return None
    lost: dict[str, Reading] = {}
    for reading in ordered:
        if reading.value != ordered[0].value:
            lost.setdefault(reading.value, reading)
    return Ranking(believed=ordered[0], sure=ordered[0].sure, lost=tuple(lost.values()))


def words_of(reading: Reading) -> str:
    """The rule's words for people, with the note of this case."""
    words = reading.rule.words if isinstance(reading.rule, RuleId) else reading.rule
    return f"{words}: {reading.note}" if reading.note else words


def sureness(weight: float) -> float:
    """Logits as a probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, weight))))


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one field. `quote` is what stood there, `value` what was made of it; `weight` what it is worth."""

    value: str
    rule: str
    path: str | None = None
    quote: str | None = None
    weight: float = 1.0


def evidence_for(field: str, chosen: Witness, others: Sequence[Witness], sure: float) -> Evidence:
    """The evidence of a field: who was believed, and who else spoke but said something different."""
    lost: dict[str, Candidate] = {}
    for other in others:
        if other.value != chosen.value:
            lost.setdefault(other.value, Candidate(value=other.value[:_QUOTE], rule=other.rule, path=other.path))
    return Evidence(
        field=field,
        rule=chosen.rule,
        sure=round(min(0.99, sure), 2),
        quote=(chosen.quote or chosen.value)[:_QUOTE],
        path=chosen.path,
        lost=tuple(lost.values())[:_LOST],
    )
