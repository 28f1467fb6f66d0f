"""What was read of a field, where and by which rule: a ranking believes one reading, the others are kept as lost.

Every reader and every grammar only yields readings. The words of a rule are for people: no branch looks at them.
"""

import enum
import math
import re
from collections.abc import Iterable

import msgspec

from shared.article import Candidate, Evidence

_QUOTE = 200
_HALF_WORD = re.compile(r"(?<=\W)\w+\Z")
_LOST = 6
SUREST = 0.99


@enum.unique
class RuleId(enum.Enum):
    """By which rule something was read: the words people read of it, and how sure it is of itself (0 to 1).

    One section a field, in the order of the article's fields; a member's name is what code compares.
    """

    # what is set for the source, before all that is read
    SOURCE_HINT = ("the source's settings", 0.97)
    SETTINGS_USED = ("read with the settings of", 1.0)
    HINT_MISSED = ("a setting that found nothing: the usual reading stands", 1.0)
    HINT_FOR_PAGES = ("a setting for pages, which this input is not: the usual reading stands", 1.0)
    HINT_TOO_WIDE = ("a setting that means too much of the page: set aside", 1.0)
    HINTS_ASIDE = ("settings that would leave nothing of the article: set aside", 1.0)
    # a page that an entry of a feed leads to
    PAGE_ASIDE = ("the page of this entry is set aside", 1.0)
    # encoding: told where the text is not just what the bytes say
    BYTES_UNREADABLE = ("bytes that are no letters of the text's encoding: U+FFFD stands for them", 1.0)
    TEXT_MENDED = ("misread before it came, and mended", 0.9)
    # uri
    CANONICAL_LINK = ("canonical link", 0.95)
    OG_URL = ("meta og:url", 0.9)
    GIVEN_ADDRESS = ("the address it was fetched from", 0.8)
    # language
    JSON_LD_LANGUAGE = ("JSON-LD inLanguage", 0.9)
    LANG_ATTRIBUTE = ("lang of the page", 0.9)
    META_LANGUAGE = ("meta that names the language", 0.85)
    LANGUAGE_DECLARED = ("declared language", 0.9)
    LANGUAGE_OF_SOURCE = ("the source's setting", 0.9)
    LANGUAGE_OF_TEXT = ("letters and commonest words", 0.9)
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
    TAG_LINKS = ("links to the article's tags", 0.85)
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
    TITLE_LINE = ("a line set over the text", 0.6)
    PAGE_TITLE = ("title of the page", 0.5)
    FIRST_LINE = ("the first line", 0.9)
    FIRST_LINE_UNDER_KICKER = ("the first line under a section's name", 0.9)
    HEADLINE_REPEATED = ("repeats the headline", 0.95)
    HEADLINE_WITHOUT_SITE = ("the title's words without the site's name, on top of the text", 0.9)
    MAIL_HEAD = ("a mail's head", 0.95)
    MAIL_SENDER = ("who sent the mail", 0.5)
    MAIL_SUBJECT = ("a mail's subject", 0.9)
    LABELLED = ("labelled in the copy", 0.98)
    LABEL_ALONE = ("a label of the copy", 0.9)

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
    # and of texts; how sure a date line is says how it is printed
    DATE_LINE_OF_TEXT = ("date line", 0.98)
    DATE_LINE_UPDATED = ("date line, updated", 0.98)
    DATE_SAME_AS_CREATED = ("same as first created: no correction said", 0.98)
    DATE_LATER_LINE = ("a later date line", 0.98)
    DATE_BESIDE_WORDS = ("dates beside other words", 1.0)
    DATE_BESIDE_DATE = ("a date line beside another", 0.6)

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
    CREDIT_ANY_LABEL = ("a word and a colon behind a caption", 0.7)
    CREDIT_STOCK = ("a stock picture's note", 0.9)
    CAPTION_CREDITED = ("a caption by its credit", 0.97)
    CAPTION_CREDITED_ON_PAGE = ("a paragraph that credits a picture", 0.95)
    CAPTION_SPEAKING = ("a caption: it speaks of its picture", 0.9)
    # pictures that came with the article
    EMBEDDED_CAPTION = ("the caption within the picture", 0.9)
    EMBEDDED_CREDIT = ("the credit within the picture", 0.9)
    EMBEDDED_DAY = ("when the picture says that it was taken", 0.9)
    EMBEDDED_PEOPLE = ("whom the picture says that it shows", 0.9)
    EMBEDDED_BESIDE = ("stands within the picture beside its caption", 0.95)
    EMBEDDED_UNREAD = ("words within the picture that are not read", 1.0)
    CAME_FIRST = ("the first picture that came with the article", 0.6)
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
    DATELINE_GLUED = ("a place that runs into the first word", 0.85)
    DATELINE_BEFORE_DESCRIPTION = ("before the description", 0.9)
    PLACE_OF_DATELINE = ("place of the dateline", 0.8)
    OPENING_PARAGRAPH = ("the opening paragraph under the headline", 0.9)
    # byline
    BYLINE_LABEL = ("labels before a colon", 0.97)
    BYLINE_OPENER = ("an opening word", 0.93)
    BYLINE_NAMES = ("names alone", 0.85)
    BYLINE_CALLED = ("the page calls it a byline", 0.6)
    BYLINE_AS_PRINTED = ("the byline as printed", 0.9)
    BYLINE_FIRST_LOOK = ("the reader's first look", 0.8)
    BYLINE_UNREAD = ("beside the byline", 0.5)
    BYLINE_FOLLOWER = ("a short line after the byline", 0.8)

    # what a line is; how sure that is say the models of lines and of captions
    LINE_SLUG = ("a slug or note to desks over the headline", 0.9)
    LINE_KICKER = ("a section's or series' name over the headline", 0.85)
    LINE_HEADLINE = ("the headline's line, head judged as a whole", 0.9)
    LINE_DECK = ("a standfirst under the headline", 0.9)
    LINE_BYLINE = ("a byline's line", 0.9)
    LINE_DATE = ("a line of dates", 1.0)
    LINE_TEXT = ("running text", 0.9)
    LINE_OPENING = ("opens the text", 0.9)
    LINE_SUBHEAD = ("features of a subhead", 0.9)
    LINE_CAPTION = ("features of a caption", 0.9)
    LINE_CREDIT = ("a credit on a line of its own", 0.9)
    LINE_ITEM = ("an item of a list", 0.9)
    LINE_ROW = ("a row of a table", 0.9)
    LINE_NOTE = ("a note that is no part of the article", 0.9)
    LINE_FEATURES = ("its features", 0.5)
    LINE_OF_MARKUP = ("the markup says what it is", 1.0)

    # boilerplate
    SITE_LINE = ("a line of the site", 0.95)
    SITE_PREFIX = ("begins as a line of the site", 0.95)
    SITE_OPENER = ("opens a list of other articles", 0.95)
    SITE_FOLLOWER = ("under a line that opens a list of other articles", 0.85)
    SITE_HEADLINE = ("another article's headline", 0.95)
    SITE_ARROW = ("an arrow before a headline", 0.95)
    SITE_ADDRESS = ("an address or hashtags alone", 0.95)
    SITE_DEBRIS = ("debris of the page", 0.9)
    SITE_FIGURES = ("figures without a word", 0.7)

    # corrections, and whether the text is cut
    CORRECTION_NOTE = ("a note on what was corrected", 0.9)
    PAYWALL_LINE = ("a line that asks to pay for the rest", 0.85)
    PAID_PART_AWAY = ("the paid part that JSON-LD names is not on the page", 0.85)

    # live entries
    LIVE_PRINTED = ("entries under their clocks", 0.8)
    LIVE_UPDATE = ("JSON-LD liveBlogUpdate", 0.95)

    # fields that a feed or a wire document declares; a note names the member
    DECLARED = ("declared", 0.95)

    DATE_UNREAD = ("declared, and no date that can be read", 1.0)

    # what a file says of itself beside its text: programs and templates fill it in
    FILE_PROPERTY = ("what the file says of itself", 0.4)

    # what no other step took
    REMAINING = ("stands in no other field", 0.5)
    REMAINING_MARK = ("a byline or a date beside the one that was taken", 0.7)
    REMAINING_PART = ("the rest of what was read for another field", 0.6)
    REMAINING_DECLARED = ("declared beside the article", 0.9)
    REMAINING_HEADLINE = ("declared as a headline beside the main one", 0.8)

    def __init__(self, words: str, sure: float) -> None:
        self.words = words
        self.sure = sure

    def told(self, note: str = "") -> str:
        """The rule's words for people, with what only this case knows in brackets."""
        return f"{self.words} ({note})" if note else self.words


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one field.

    `value` is what was made of `quote`, which stands at `place`: a path in a tree or JSON document; a text says
    `start` and `end` instead, in characters of the decoded input. `weight` is what a model made of the reading's
    features, in logits; without one the rule's own sureness counts. `note` are words of this one case, for people,
    beside the rule's.
    """

    field: str
    value: str
    rule: RuleId
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
        return self.rule.sure


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
            rule=best.rule.told(best.note),
            sure=round(min(SUREST, self.sure), 2),
            quote=shortened(best.quote or best.value),
            path=best.place,
            start=best.start,
            end=best.end,
            lost=tuple(
                Candidate(
                    value=shortened(lost.value),
                    rule=lost.rule.told(lost.note),
                    path=lost.place,
                    start=lost.start,
                    end=lost.end,
                )
                for lost in self.lost[:_LOST]
            ),
        )


def rank(field: str, readings: Iterable[Reading]) -> Ranking | None:
    """Believe the surest reading of a field, of two as sure the first; None where nothing was read of it.

    What the others say is kept once a value, the surest first.
    """
    ordered = sorted((reading for reading in readings if reading.field == field), key=lambda one: -one.sure)
    return Ranking(believed=ordered[0], sure=ordered[0].sure, lost=contradicting(ordered)) if ordered else None


def contradicting(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Those that say something else than the first, one a value."""
    told: dict[str, Reading] = {}
    for reading in readings:
        told.setdefault(reading.value, reading)
    return tuple(told.values())[1:]


def shortened(text: str) -> str:
    """The first 200 characters at most, ending where a word ends: half a word would be one that nobody wrote."""
    if len(text) <= _QUOTE:
        return text
    kept = text[:_QUOTE]
    if not (kept[-1].isalnum() and text[_QUOTE].isalnum()):
        return kept
    whole = _HALF_WORD.sub("", kept)
    return whole or kept


def sureness(weight: float) -> float:
    """Logits as a probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, weight))))
