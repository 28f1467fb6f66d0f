"""The phrase lists of a language as sets of folded words, with the generic ones added; made once a language."""

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Literal

from services.normalize.language.folding import fold
from services.normalize.language.load import EVERY, GENERIC, for_tag, languages
from shared.article import Kind, Role

PRINTED_DASHES = "‐‑‒–—―−"
DASHES = "-" + PRINTED_DASHES  # people type the hyphen, dashes and the minus for one another; first in a `[…]`
EDGES = f" .,;:!?{DASHES}|•·*>»<«()[]\"'…"


def edge_free(text: str) -> str:
    """Folded, without signs at the edges: "Chia sẻ:" as "chia sẻ"."""
    return fold(text).strip(EDGES)


@cache
def folded(phrases: tuple[str, ...]) -> frozenset[str]:
    """The phrases in the form in which lines are compared."""
    return frozenset(fold(phrase) for phrase in phrases)


@cache
def roles(tag: str, kind: Literal["labels", "openers", "notes"]) -> Mapping[str, Role]:
    """The words of a byline that name a role, folded, longest first."""
    words: dict[str, Role] = {**getattr(for_tag(GENERIC).bylines, kind), **getattr(for_tag(tag).bylines, kind)}
    return {fold(word): words[word] for word in sorted(words, key=len, reverse=True)}


def any_role(word: str) -> Role | None:
    """The role that a folded word names before a colon in any language: "ảnh", "foto"."""
    return roles(EVERY, "labels").get(word)


@cache
def _kinds() -> Mapping[str, Kind]:
    return {fold(word): kind for one in languages().values() for kind, words in one.kinds.items() for word in words}


def kind_named(text: str) -> Kind | None:
    """The kind of article that a label names, in any language: papers label in another one than the text's, too."""
    return _kinds().get(fold(text).strip(" :.|-–—•[]()"))


@cache
def note_openers(tag: str) -> tuple[str, ...]:
    """How notes on corrections begin, the longest first."""
    return tuple(sorted(folded((*for_tag(tag).notes.corrections, *for_tag("en").notes.corrections)), key=len))[::-1]


@cache
def paywall_lines(tag: str) -> tuple[str, ...]:
    """What lines say that ask to pay for the rest of a text."""
    return tuple(folded((*for_tag(tag).notes.paywall, *for_tag("en").notes.paywall)))


def _phrases(where: str, beside: str | None = None) -> Callable[[str], frozenset[str]]:
    """A list of a language's file ("boilerplate.lines") folded, by the language's tag; `beside`: with that one's."""
    listed = attrgetter(where)

    @cache
    def folded_list(tag: str) -> frozenset[str]:
        return folded((*listed(for_tag(tag)), *(listed(for_tag(beside)) if beside is not None else ())))

    return folded_list


site_lines = _phrases("boilerplate.lines", GENERIC)
"""Whole lines that belong to a site."""

_site_prefixes = _phrases("boilerplate.prefixes", GENERIC)

related_openers = _phrases("boilerplate.related")
"""What stands over a list of other articles."""

sections = _phrases("boilerplate.sections")
"""Names of a paper's sections."""

outlets = _phrases("outlets", GENERIC)
"""Papers and agencies."""

calls = _phrases("calls", "en")
"""What newsrooms call out before a text, in the shape of a dateline."""

crews = _phrases("bylines.crews")
"""Newsroom words that stand where a name would."""

place_words = _phrases("bylines.place_words")
"""What stands between a name and where that person is: "in", "à", "из"."""

given_names = _phrases("bylines.given_names")
"""Usual given names, where letters have no case to tell a name by."""


@cache
def site_prefixes(tag: str) -> tuple[str, ...]:
    """Beginnings of lines that belong to a site."""
    return tuple(_site_prefixes(tag))


@cache
def titles(tag: str) -> frozenset[str]:
    """Titles before a name, without full stops at the end."""
    return frozenset(title.rstrip(".") for title in folded(for_tag(tag).bylines.titles))


@cache
def not_names(tag: str) -> frozenset[str]:
    """What is spelt like a name but is none."""
    rules = for_tag(tag)
    logins = for_tag(GENERIC).bylines.logins
    return folded((*rules.bylines.not_names, *rules.dates.weekdays, *logins)) | sections(tag) | site_lines(tag)


@cache
def sentence_words(tag: str) -> frozenset[str]:
    """Little words that make a sentence and never stand in a name."""
    style = for_tag(tag).style
    return folded(style.function_words) | folded(style.verbs)


@cache
def particles(tag: str) -> frozenset[str]:
    """Little words within names: "van den Berg"."""
    return frozenset((*for_tag(GENERIC).bylines.particles, *for_tag(tag).bylines.particles))


@cache
def date_words(tag: str) -> frozenset[str]:
    """Weekdays, months and labels of dates: no place, no name."""
    dates = for_tag(tag).dates
    names = (word for row in dates.weekdays for word in row.split())
    return folded((*names, *dates.weekdays, *dates.months, *dates.published, *dates.updated, *dates.days))


_ASIDE_EDGES = EDGES + "\t\n：►▶▸➤→▼▽■●◆★+#。，（）【】？！“”„’>›0123456789"


@cache
def _asides() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    known = for_tag(EVERY).boilerplate
    lines = folded((*known.asides, *known.lines, *known.related))
    openers = (fold(word) + " " * word.endswith(" ") for word in known.aside_openers)
    return lines, tuple(openers), tuple(folded(known.consents))


def is_aside(text: str) -> bool:
    """Whether a short line between paragraphs is the site's, in any language: "Mehr zum Thema Schule", "3 min read"."""
    (lines, openers, _), plain = _asides(), fold(text)
    bare = plain.strip(_ASIDE_EDGES)
    return plain.startswith(openers) or bare.startswith(openers) or bare in lines


def is_notice(text: str) -> bool:
    """Whether a paragraph asks for consent to content of another site: "An dieser Stelle finden Sie einen …"."""
    return fold(text).lstrip(_ASIDE_EDGES).startswith(_asides()[2])
