"""The words by which a byline is taken apart: labels, opening words, words before a source, separators of names."""

import re
from functools import cache
from typing import Literal

import msgspec

from services.normalize.grammar.person_names import is_caseless, is_organisation
from services.normalize.language.alternatives import any_of
from services.normalize.language.folding import LOWER, fold
from services.normalize.language.load import EVERY, for_tag
from services.normalize.language.phrases import DASHES, crews, folded, not_names, particles, roles, titles
from shared.article import Role
from shared.patterns import pattern_of

_TURNED = pattern_of(
    r"(?P<family>(?:[^\W\d_]{1,3} ){0,2}[^\W\d_][\w'’-]+), "
    r"(?P<given>[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)?)"
)


class Mark(msgspec.Struct, frozen=True):
    """A word of a byline that names a role or a source, where it stands, and whether a colon follows it."""

    start: int
    end: int
    named: tuple[Role, ...]
    is_label: bool
    is_source: bool


def find_marks(text: str, tag: str) -> list[Mark]:
    marks: list[Mark] = []
    for match in _grammar(tag).finditer(text):
        is_label = match["labels"] is not None
        words = [fold(word) for word in _label_word(tag).findall(match["labels"])] if is_label else []
        words = words or [fold(match["opener"] or match["source"] or "")]
        is_source = all(word in folded(for_tag(tag).bylines.sources) for word in words)
        if not is_label and not is_source and match.start() > 0 and not _may_open(text, match.start(), words[0], tag):
            continue
        known = roles(tag, "labels" if is_label else "openers")
        named = tuple(dict.fromkeys(role for word, role in known.items() if word in words))
        marks.append(Mark(match.start(), match.end(), () if is_source else named or ("author",), is_label, is_source))
    return marks


def _may_open(text: str, start: int, opener: str, tag: str) -> bool:
    """Within a line an opening word stands behind a stop, has two words, or is of another role (글 A 사진 B)."""
    behind_stop = text[:start].rstrip()[-1:] in ".,;/|-–—·:("
    other = is_caseless(opener) and roles(tag, "openers").get(opener) != "author"
    return behind_stop or " " in opener or other


@cache
def _grammar(tag: str) -> re.Pattern[str]:
    """Labels before a colon ("Tin, bài và ảnh:", "文/"), opening words ("By"), words before a source ("theo")."""
    known = for_tag(tag).bylines
    labels = (*roles(tag, "labels"), *known.labels, *known.sources)
    word = f"(?:{any_of(labels)})(?!\\w)"
    caseless = any_of(tuple(label for label in labels if is_caseless(label) and len(label) <= 4))
    joiners = any_of(known.joiners)
    joint = rf"\s*(?:[{DASHES},/&+・·]|(?<!\w)(?:{joiners})(?!\w))\s*"
    colon = r"\s*[:：＝]\s*"
    openers = (*roles(tag, "openers"), *known.openers)
    return re.compile(
        rf"(?<!\w)(?P<labels>{word}(?:{joint}{word})*(?={colon})|(?:{caseless})(?:[・·]?(?:{caseless}))*(?=[/／・＝]))"
        rf"(?:{colon}|[/／・＝]\s*)|"
        rf"(?<!\w)(?P<opener>{any_of(openers)})(?:\s*[:：]\s*|\s+)(?=\S)|"
        rf"(?:(?<=\s)|^|(?<=[({DASHES};,]))(?P<source>{any_of(known.sources)})\s+(?=\S)",
        re.IGNORECASE,
    )


@cache
def _label_word(tag: str) -> re.Pattern[str]:
    known = for_tag(tag).bylines
    words = any_of((*roles(tag, "labels"), *known.labels, *known.sources))
    return re.compile(rf"(?<!\w)(?:{words})(?![\w])", re.IGNORECASE)


@cache
def remarked_source(tag: str) -> re.Pattern[str]:
    """ "tổng hợp theo": a remark and the word before the sources."""
    known = for_tag(tag).bylines
    return re.compile(
        rf"(?P<remark>{any_of((*known.remarks, *known.notes))})\s+(?:{any_of(known.sources)})\s+", re.IGNORECASE
    )


@cache
def client_behind(tag: str) -> re.Pattern[str]:
    words = any_of(for_tag(tag).bylines.clients)
    return re.compile(rf",?\s+(?:{words})\s+(?:the\s)?(?P<client>[^\W\d_][^,;()]{{1,50}})$", re.IGNORECASE)


def split_names(value: str, tag: str, kind: Literal["any", "lower", "no dashes"]) -> list[str]:
    parts = _separators(tag, kind).split(value)
    lead = _leading_joiner(tag)
    return [lead.sub("", part).strip() for part in parts if part and part.strip(f" .{DASHES}")]


def turned_names(text: str, tag: str) -> list[str]:
    """ "Jane Miller" and "John Smith" for "Miller, Jane and Smith, John"; [] where given names do not stand behind.

    Two people, a town in its state and a person of an agency are parted by a comma as well.
    """
    if "," not in text or for_tag(tag).bylines.family_first:
        return []
    turned = [_turned(one) for one in _pairs(tag).split(text)]
    return [name for name in turned if name] if all(turned) else []


def _turned(text: str) -> str | None:
    match = _TURNED.fullmatch(text.strip())
    if match is None or not all(match[part].split()[-1][0].isupper() for part in ("family", "given")):
        return None
    if any(not word.islower() for word in match["family"].split()[:-1]):  # "Jan Nowak, Ewa Lis" are two
        return None
    for part in (match["family"], match["given"]):
        key = fold(part)
        others = (not_names(EVERY), titles(EVERY), crews(EVERY), folded(for_tag(EVERY).bylines.remarks))
        if any(key in words for words in others) or is_organisation(part):
            return None
    return f"{match['given']} {match['family']}"


@cache
def _pairs(tag: str) -> re.Pattern[str]:
    return re.compile(rf",?\s(?:{any_of(joiners(tag))}|&)\s|\s*[;|]\s*", re.IGNORECASE)


@cache
def joiners(tag: str) -> tuple[str, ...]:
    """The words for "and" of all languages, without what means something else in another than this one."""
    known = for_tag(EVERY).bylines
    doubtful = {*known.place_words, *known.clients} - {*for_tag(tag).bylines.joiners}
    return tuple({*known.joiners} - doubtful - {"/", "·"})


@cache
def _separators(tag: str, kind: Literal["any", "lower", "no dashes"]) -> re.Pattern[str]:
    """Commas, dashes, strokes and "and"; in names that stand alone a joiner in capitals is a word of a title."""
    known = for_tag(tag).bylines
    joiners = any_of(known.joiners)
    glued = rf"|\s(?:{any_of(known.glued_joiners)})(?=(?:{any_of(known.given_names)})(?:\s|$))"
    dashes = rf"|\s+[{DASHES}]\s*|\s*[{DASHES}]\s|\s+/\s+" if kind != "no dashes" else ""
    return re.compile(
        rf"\s*[,;+|•·]\s*|\s+(?:{joiners})\s+|\s?&\s{glued}{dashes}", re.IGNORECASE if kind != "lower" else re.NOFLAG
    )


@cache
def _leading_joiner(tag: str) -> re.Pattern[str]:
    """ "A, B, and Tom Wall"."""
    return re.compile(rf"^(?:{any_of(for_tag(tag).bylines.joiners)}|&)\s+", re.IGNORECASE)


def unglued(text: str, tag: str) -> str:
    """ "Minh PhươngTheo The Hill" was two lines once."""
    return _glued(tag).sub(r" \g<word> ", text).strip() if len(text) < 120 else text


@cache
def _glued(tag: str) -> re.Pattern[str]:
    words = any_of(tuple(word[:1].upper() + word[1:] for word in for_tag(tag).bylines.sources if not is_caseless(word)))
    return re.compile(rf"(?<=[^\W\d_A-Z])(?<![A-Z])(?P<word>{words})\s(?=[A-Z])")


@cache
def source_before(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(for_tag(tag).bylines.sources)})\s+", re.IGNORECASE)


@cache
def place_behind(tag: str) -> re.Pattern[str]:
    """ "Jane Miller in New York": the place behind a name, without a comma."""
    words = tuple(word for word in for_tag(tag).bylines.place_words if word not in particles(tag))
    return re.compile(rf"\s+(?i:{any_of(words)})\s+[^\W\d_{LOWER}][^,;()\d]{{1,40}}$")
