"""The names in words that are known to be a byline, in whatever language: a meta, a class, a feed's author.

`read_byline` tells a byline from other lines and wants every word of it to fit; here somebody already said that it is
one, so that what does not fit is left out: labels, places, posts, dates, buttons.
"""

import re
from functools import cache
from itertools import islice

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.byline_marks import joiners, turned_names
from services.normalize.grammar.person_names import (
    is_agency,
    is_caseless,
    is_full,
    is_name,
    is_organisation,
    normal_case,
    organisation_words,
)
from services.normalize.grammar.posts import is_post
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.load import EVERY, GENERIC, for_tag, languages
from shared.article import Role
from shared.patterns import pattern_of

_LONGEST, _LONGEST_NAME, _LONGEST_LINE, _LONGEST_KEPT = 2000, 300, 90, 60
_MOST_WORDS = 7
_MOST_LEADS = 3
_WORDS_OF_LEAD = 5
_MOST_BEHIND = 6
_EDGES = " \t\u3000,;:.|/–—-*•·＝=：／\"'“”„‚‘’‹›►»→"
_NO_QUOTES = str.maketrans("", "", '"“”„‟')  # Amanda "Tania Mae" Tan
_HALF_WIDTH = str.maketrans({"（": "(", "）": ")", "：": ":", "／": "/", "＝": "=", "｜": "|", "\u00a0": " "})
_TOKEN = pattern_of(r"[^\W_](?:[^\s:：,;|()/]*[^\W_])?\.?(?:\(\w+\))?(?:[/*:]-?in(?:nen)?\b)?")
_CASELESS_LEAD = pattern_of(r"\s*[:：/／=＝]\s*")
_GLUED_LEAD = pattern_of(r"[^\W\d_]{2,}?(?=[A-ZÀ-Ý][^\W\d_A-Z])")
_GLUED_TAIL = pattern_of(r"(?<=[^\W\d_A-Z])[A-Z][^\W\d_A-Z]+$")
_DEGREE = pattern_of(
    r",?\s+(?i:ph\.?\s?d|m\.?d|d\.?o|r\.?d|r\.?n|mba|llm|msc|m\.?a|b\.?a|esq|cfa|cpa|ms|mph)\.?(?=$|[\s,])"
)
_BESIDE = pattern_of(r"\s*(?:\(.*?\)|\[.*?\]|<.*?>|@\S+.*|https?:\S*|\S+@\S+)\s*")
_NO_NAME = pattern_of(
    r"https?:|www\.|\.(?:com|org|net|html?|php)\b.*/|[{}<>=\[\]]|\d{3,}|\d[:.]\d\d|[^\W\d_A-Z]{3}\.\s"
)
_AFTER_STROKE = pattern_of(r"^(\w[\w.'’-]+(?: \w[\w.'’-]*){1,3})\s?/\s?[\w.&-]{2,15}$")
_HANDLE = pattern_of(r"(?=[\w.-]*[^\W\d_])\w[\w.-]{1,24}")
_STARTS = pattern_of(r"^|[|·•–—(]\s*|\s[-/]\s|,\s")
_SPACE = pattern_of(r"\s")
_PICTURES: frozenset[Role] = frozenset({"photographer", "videographer", "illustrator"})


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name as printed, the post beside it, and the role that the words before it name."""

    name: str
    post: str | None = None
    role: Role = "author"


def read_names(text: str, tag: str | None = None) -> list[str]:
    """The authors in a printed byline: "Text: Jane Doe, Fotos: John Roe" names one."""
    return list(dict.fromkeys(named.name for named in named_in(text, tag) if named.role not in _PICTURES))


def named_in(text: str, tag: str | None = None) -> list[Named]:
    """Everybody in a printed byline; words before a name rule until the next such words, a post behind it is its."""
    text = text[:_LONGEST].translate(_HALF_WIDTH)
    told = read_byline(text, tag) if tag is not None and is_caseless(text) else None
    if told is not None:
        people = (Named(name=one.name, post=one.job_title, role=one.rel[0]) for one in told.people)
        return [*people, *(Named(name=name) for name in (*told.organisations, *told.sources))]
    lead = take_lead(text, tag) or Lead(role="author", rest=text)
    role, text = lead.role, lead.rest
    text = _BESIDE.sub(" ", text) if not text.startswith(("(", "[")) else text.strip("()[]")
    found: list[Named] = []
    for part in turned_names(text, tag or EVERY) or _split(tag or EVERY).split(text):
        lead = take_lead(part, tag) or Lead(role=role, rest=part)
        role, rest = lead.role, lead.rest
        if found and found[-1].post is None and is_post(rest.strip(_EDGES), EVERY):
            found[-1] = replace(found[-1], post=rest.strip(_EDGES))
        elif (named := _clean(rest, text)) is not None and not (found and _is_aside(named.name, rest)):
            is_loud = named.name.isupper() and is_person(named.name, tag)
            name = normal_case(named.name, tag or GENERIC) if is_loud else named.name
            found.append(replace(named, name=name, role=role))
    return found


def _is_aside(name: str, printed: str) -> bool:
    """Behind names: "with agencies", and the rest of a sentence."""
    return fold(name) in phrases.crews(EVERY) or (printed[:1].islower() and " " in printed)


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before a name, and the rest behind it; `sure` where it can be nothing else ("Written by")."""

    role: Role
    rest: str
    sure: bool = False


def take_lead(text: str, tag: str | None = None) -> Lead | None:
    """Take "By", "Text:", "View all posts by", "文/" and their like off the front of a byline, one behind the other."""
    found: Lead | None = None
    for _ in range(_MOST_LEADS):
        rest = text if found is None else found.rest
        lead = _caseless_lead(rest) if is_caseless(rest[:8]) else _worded_lead(rest, tag) or _glued_lead(rest, tag)
        if lead is None or not lead.rest:
            break
        found = lead if found is None else Lead(role=found.role, rest=lead.rest, sure=True)
    return found


def find_lead(text: str, tag: str | None = None) -> Lead | None:
    """By whom, wherever a line says it: "13 juin 2019, par Luc Petit", "Posted in News by nightowl"."""
    starts = [match.end() for match in _STARTS.finditer(text)]
    dated = (first := _TOKEN.search(text)) is not None and fold(first[0]) in _dated()
    if dated:
        starts = sorted({*starts, *(match.end() for match in _SPACE.finditer(text[:_LONGEST_KEPT]))})
    for start in starts:
        lead = take_lead(text[start:], tag)
        if lead is not None and lead.role not in _PICTURES and (rest := lead.rest.partition("|")[0].strip()):
            sure = lead.sure or (dated and "|" not in text[:start])
            return Lead(role=lead.role, rest=rest[:_LONGEST_LINE], sure=sure)
    return None


def is_lead(text: str) -> bool:
    """Whether a text is a label of authors and no more: "Autor", "Written by:"."""
    return _leads().get(phrases.edge_free(text)) == "author"


def is_picture_line(text: str) -> bool:
    """Whether a line names who took or owns the picture beside it."""
    lead = take_lead(text)
    return text.lstrip("( ").startswith(("©", "(c)")) or (lead is not None and lead.role in _PICTURES)


def is_agency_mark(text: str) -> bool:
    """Whether a line is the mark of a news agency and no more: "dpa/lno", "Agencia EFE", "(AFP)"."""
    first, *codes = re.split(r"\s?[/,;-]\s?", text.strip("()[]. "))
    kind, _, name = first.partition(" ")
    name = name if fold(kind) in phrases.folded(for_tag(EVERY).outlet_kinds) else first
    is_code = (name.isupper() or name.islower()) and is_agency(name, EVERY)
    known = is_code or is_agency(name, GENERIC)
    return known and len(codes) < _MOST_WORDS and all(re.fullmatch(r"\w{2,12}", code) for code in codes)


def source_in(text: str) -> str | None:
    """What a line names as its source: "Quelle: Anna Berg"."""
    label, _, rest = text.translate(_HALF_WIDTH).partition(":")
    is_source = phrases.edge_free(label) in phrases.folded(for_tag(EVERY).bylines.sources)
    return rest.strip() if is_source and 1 < len(rest.strip()) <= _LONGEST_KEPT else None


def _worded_lead(text: str, tag: str | None) -> Lead | None:
    """One lead, or several joined: "Words and pictures by", "Bài, ảnh:"."""
    first = last = _lead_at(text, 0)
    if first is None or last is None:
        return None
    joint = _joint(EVERY).match(text, last.end)
    while joint is not None and (following := _lead_at(text, joint.end())) is not None:
        last = following
        joint = _joint(EVERY).match(text, last.end)
    rest = text[last.end :].lstrip(" \t–—-,")
    colon = rest[:1] in (":", ";") and rest.strip(" :;") != ""
    rest = rest.lstrip(" \t:;,–—-")
    if colon or (_stands_free(last) and _may_follow(last.key, rest, tag, is_small=text[:1].islower())):
        return Lead(role=first.role, rest=rest, sure=colon or " " in last.key or first is not last)
    return None


def _glued_lead(text: str, tag: str | None) -> Lead | None:
    """ "ByJane Doe": a theme's hidden label stands so close that it reads as one word with the name."""
    match = _GLUED_LEAD.match(text)
    key = fold(match[0]) if match is not None else ""
    known = _leads().get(key) == "author" and key not in phrases.particles(EVERY)
    if match is None or not known or (len(key) < 4 and key not in _openers(tag or GENERIC) | _openers("en")):
        return None
    return Lead(role="author", rest=text[match.end() :])


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a lead, folded, and where they end."""

    key: str
    role: Role
    end: int


def _lead_at(text: str, start: int) -> _Words | None:
    """The longest lead of up to five words that begins here."""
    words = [*islice(_TOKEN.finditer(text[: start + _LONGEST_NAME], start), _WORDS_OF_LEAD)]
    if not words or (start and words[0].start() != start):
        return None
    for count in range(len(words), 0, -1):
        key = fold(text[words[0].start() : words[count - 1].end()])
        role = _leads().get(key) or _leads().get(key.rstrip("."))
        if role is not None:
            return _Words(key=key.rstrip("."), role=role, end=words[count - 1].end())
    return None


def _stands_free(lead: _Words) -> bool:
    """Whether it needs no colon: an opening word, "photograph by", or an author's label that is no desk's name."""
    return (
        lead.key in _openers(EVERY)
        or " " in lead.key
        or (lead.role == "author" and lead.key not in phrases.crews(EVERY))
    )


def _may_follow(lead: str, rest: str, tag: str | None, *, is_small: bool) -> bool:
    """A little word of another language may be a name's first: "Per Dahl", "Di Marco", "Nina Magoley"."""
    own = is_small or lead in _openers(tag or GENERIC) or lead in _openers("en")
    return bool(rest) and (len(lead) > 4 or own or " " in rest.strip())


def _caseless_lead(text: str) -> Lead | None:
    text = text.lstrip("([（［ ")
    for word in _caseless_leads():
        if text.startswith(word):
            mark = _CASELESS_LEAD.match(text, len(word))
            rest = text[mark.end() if mark else len(word) :]
            if mark or (text[len(word) :][:1].isspace() and word in _openers(EVERY)) or len(word) > 2:
                return Lead(role=_leads()[word], rest=rest.strip(), sure=mark is not None)
    return None


@cache
def _leads() -> dict[str, Role]:
    return {**phrases.roles(EVERY, "labels"), **phrases.roles(EVERY, "openers")}


@cache
def _openers(tag: str) -> frozenset[str]:
    return frozenset(phrases.roles(tag, "openers"))


@cache
def _caseless_leads() -> tuple[str, ...]:
    return tuple(sorted(filter(is_caseless, _leads()), key=len, reverse=True))


@cache
def _joint(tag: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(for_tag(tag).bylines.joiners, key=len, reverse=True))
    return re.compile(rf"\s*(?:[,/&+·・]|\s(?:{words})\s)\s*(?=\w)", re.IGNORECASE)


@cache
def _split(tag: str) -> re.Pattern[str]:
    """Commas, strokes, dashes, and the words for "and"."""
    words = "|".join(re.escape(word) for word in sorted(joiners(tag), key=len, reverse=True))
    leads = "|".join(re.escape(word) for word in _caseless_leads())
    return re.compile(
        rf"\s*(?:[;|·•、，+&]|\s/\s|,\s*(?:{words})\s|,(?!\s*(?:jr|sr|phd|md|m\.d|ii|iii)\b)|"
        rf"\s(?:{words})\s|\s[–—-]\s?|[–—-]\s|\s(?=(?:{leads})\s?[:：/／]))\s*",
        re.IGNORECASE,
    )


def _clean(text: str, whole: str) -> Named | None:
    words = text[:_LONGEST_NAME].split()
    is_label = len(words) > 2 and words[1].islower() and phrases.any_role(fold(words[1])) == "author"
    if "www." in text or (is_label and words[1] not in phrases.particles(EVERY)):  # "Get author RSS feed"
        return None
    name = _DEGREE.sub("", text[:_LONGEST_NAME]).strip(_EDGES)
    glued = _GLUED_TAIL.search(name)
    name = name[: glued.start()] if glued and fold(glued[0]) in phrases.folded(for_tag(EVERY).bylines.buttons) else name
    name = _AFTER_STROKE.sub(r"\1", " ".join(name.split()))
    name, post = _without_post(_named_words(name))
    name = name.strip(" ,;–—-")
    if re.search(r"\b(?:Jr|Sr)$", name) or (name[-2:-1] == " " and f"{name}." in whole):
        name += "."
    if name.count("(") != name.count(")"):
        name = name.replace("(", "").replace(")", "").strip()
    return Named(name=name, post=post) if _may_be_name(name) else None


def _named_words(name: str) -> str:
    """A name ends before where its bearer is and what they do: "Jane Doe in Paris", "Jan Ohm schreibt für …"."""
    words = name.split()
    for number, word in enumerate(words[1:], 1):
        if word[0].islower() and _ends_name(word, words[:number], words[number:]):
            words = words[:number]
            break
    while len(words) > 1 and _is_tail(words):
        words.pop()
    half = len(words) // 2
    if words[:half] == words[half:]:  # a portrait's alternative text, then the name
        words = words[:half]
    return " ".join(words)


def _ends_name(word: str, before: list[str], behind: list[str]) -> bool:
    if fold(word) in _tails():
        return len(behind) <= _MOST_BEHIND
    return len(before) > 1 and fold(word) in _verbs() and all(one[0].isupper() for one in before[:2])


def _is_tail(words: list[str]) -> bool:
    last = fold(words[-1])
    if words[-1].islower():
        return (len(words) > 2 and last not in _posts()) or last in phrases.particles(EVERY) or last in _tails()
    return last in _dated() or (len(words) > 2 and last in _tails())


@cache
def _verbs() -> frozenset[str]:
    return phrases.folded(for_tag(EVERY).style.verbs) - phrases.particles(EVERY)


@cache
def _dated() -> frozenset[str]:
    said = for_tag(EVERY).dates
    return frozenset(word.split()[0] for word in phrases.folded((*said.published, *said.updated)))


@cache
def _tails() -> frozenset[str]:
    """What a line prints behind a name: "on", "in", "Published", "Follow"; no particle."""
    known = for_tag(EVERY)
    by = known.bylines
    words = (*by.place_words, *by.clients, *by.joiners, *by.buttons, *known.dates.joiners)
    return (phrases.folded(words) | _dated()) - phrases.particles(EVERY)


def _without_post(name: str) -> tuple[str, str | None]:
    """ "Anna Berg Redakteurin", "Richard Adams Education editor": the post behind the name."""
    words = name.split()
    for number in range(2, len(words)):
        if _is_post(words[number:]) and not is_organisation(" ".join(words[:number])):
            return " ".join(words[:number]), " ".join(words[number:])
    return name, None


def _is_post(words: list[str]) -> bool:
    """ "Senior Political Correspondent", "Redakteurin für Wirtschaft", "Education editor"."""
    if not words or len(words) > _MOST_WORDS:
        return False
    last, first, joined = fold(words[-1]), fold(words[0]), fold(" ".join(words))
    if joined in _posts() or (first in _posts() and len(words) > 1 and not words[1][:1].isupper()):
        return True
    fields = _posts() | phrases.sections(EVERY) | _ranks()
    return last in _posts() and all(fold(word) in fields for word in words[:-1])


@cache
def _ranks() -> frozenset[str]:
    """The words of posts of several words but their last: "senior", "political", "stv."."""
    return frozenset(word for post in _posts() for word in post.split()[:-1])


@cache
def _posts() -> frozenset[str]:
    known = for_tag(EVERY).bylines
    words = phrases.folded((*known.remarks, *known.titles)) - organisation_words()
    return frozenset(word for word in words if len(word) > 4)


def _may_be_name(name: str) -> bool:
    if not 2 <= len(name) <= _LONGEST_KEPT or len(name.split()) > _MOST_WORDS or _NO_NAME.search(name):
        return False
    key = phrases.edge_free(name)
    if not any(letter.isalpha() for letter in key) or key.rstrip("0123456789") in _logins():
        return False
    first, last = key.split()[0], key.split()[-1]
    if first.isdecimal() or (name[-1].islower() and last in for_tag(EVERY).dates.units):  # "four minutes"
        return False
    if first in _dated() - phrases.particles(EVERY) or all(word in languages() for word in key.split()):  # "EN | FR"
        return False
    return is_organisation(name) or not (key in phrases.not_names(EVERY) or key in _leads() or key in _posts())


@cache
def _logins() -> frozenset[str]:
    return phrases.folded(for_tag(EVERY).bylines.logins)


def is_handle(name: str) -> bool:
    """Whether it may be the one word that people sign with on a blog or a forum."""
    return _HANDLE.fullmatch(name) is not None and not is_organisation(name)


def is_person(name: str, tag: str | None = None) -> bool:
    """Whether it is spelt like a whole person's name: two words or more, or what is written in one in East Asia."""
    bare = name.translate(_NO_QUOTES)
    spelt = is_name(bare, tag or GENERIC if is_caseless(bare) else GENERIC)  # "Nguyễn Văn An" on an English page
    return is_full(bare) and spelt and not is_organisation(name)
