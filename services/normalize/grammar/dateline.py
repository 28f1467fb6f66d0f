"""The dateline before the first words: "TTH - ", "HANOI, Nov 9 (Reuters) - ", "[서울=뉴시스] 홍길동 기자 = "."""

import re
from functools import cache

import msgspec

from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.person_names import is_agency, is_caseless, is_east_asian, is_outlet, title_case
from services.normalize.language import phrases
from services.normalize.language.alternatives import any_of
from services.normalize.language.folding import LOWER, UPPER, fold
from services.normalize.language.load import GENERIC, for_tag
from services.normalize.readings import RuleId
from shared.article import Person
from shared.patterns import pattern_of

LONGEST_BRACKET = 5
LEAST_REST = 5  # words that must follow where only a full stop or colon parts the place from the text
_DASHES = "(?:-{1,2}|–|—|―|−|‒|‑|_)"
_DASH = rf"\s*\.?{_DASHES}\s*"
_OPENS = rf"(?=[^\s{LOWER}])"
_CAPS_WORD = rf"[{UPPER}][{UPPER}\d]*(?:[.&'’][{UPPER}]+)*\.?"
_LETTER = r"(?:[^\W\d_]|[\u064b-\u0652\u0900-\u0963\u0970-\u0dff\u0e31\u0e34-\u0e4e])"
_TOWN_WORD = rf"(?![{LOWER}\d]){_LETTER}(?:{_LETTER}|['’.-](?={_LETTER}))*+"
_TOWN = rf"(?P<place>{_TOWN_WORD}(?:[\s/]{_TOWN_WORD}|\s[{LOWER}]{{1,4}}\s{_TOWN_WORD}){{0,4}}\.?)"
_REGION = rf"(?:,\s[{UPPER}][\w.]*(?:\s[{UPPER}][\w.]*)?|\s\([{UPPER}][^()\d\n]{{2,28}}\)(?=,))?"
_MONTH = rf"(?:{_LETTER}|\.){{2,12}}"
_DAY = (
    rf"(?:ngày\s)?(?:\d{{1,2}}[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?\.?|\d{{1,2}}\.?\s(?:de\s|di\s)?{_MONTH}(?:\s(?:de\s)?\d{{4}})?"
    rf"|{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?)"
)
_ENCLOSED = r"[(\[/（]\s?(?P<agency>[^()\[\]/（）\d\n][^()\[\]（）\n]{1,29}?)\s?[)\]/）]"
_AFTER = rf"(?:\s*[.,]?\s?(?P<mark>{_DASHES}|:|=)\s*|\.?\s+)(?=\S)"

_BRACKET = pattern_of(rf"[(\[]\s*(?P<name>[^()\[\]\n]{{2,40}}?)\s*[)\]]\s*\.?{_DASH}(?=\S)")
_BRACKET_ALONE = pattern_of(rf"\(\s*(?P<name>[{UPPER}][{UPPER}\d&.]{{1,9}})\s*\)\s*(?=[{UPPER}\d“\"])")
_DOMAIN = pattern_of(rf"(?P<name>(?:[A-Za-z0-9-]+\.)+(?:[A-Za-z]{{2,6}})){_DASH}(?=\S)")
_ONLINE = pattern_of(rf"(?P<name>(?:[^\W\d_]+\s){{1,4}}(?:Online|online|ONLINE|Điện tử|điện tử)){_DASH}(?=\S)")
_CAMEL = pattern_of(rf"(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]*)+|[A-Z]{{2,}}[a-z]+|[A-Z][a-z]+[A-Z]{{2,}}){_DASH}{_OPENS}")
_CAPITALS = pattern_of(
    rf"(?P<name>(?P<place>{_CAPS_WORD}(?:\s{_CAPS_WORD}){{0,4}})(?:,\s?{_DAY}|,\s?{_CAPS_WORD}(?:\s{_CAPS_WORD}){{0,2}})?)"
    rf"{_DASH}{_OPENS}"
)
_BROKEN_DASH = pattern_of(rf"(?P<name>{_CAPS_WORD})\s\?\s{_OPENS}")
_WIRE = pattern_of(rf"(?P<name>(?:{_DAY}\s)?{_TOWN}{_REGION}(?:,?\s{_DAY})?[.,]?\s?{_ENCLOSED}){_AFTER}")
_AGENCY_FIRST = pattern_of(rf"{_ENCLOSED}{_DASH}(?P<name>{_TOWN}(?:,?\s{_DAY})?)(?:{_DASH}|:\s)(?=\S)")
_TOWN_AND_DAY = pattern_of(rf"(?P<name>{_TOWN}(?P<comma>,?)\s?{_DAY})(?:{_DASH}|[.:]\s)(?=\S)")
_TOWN_ALONE = pattern_of(
    rf"(?P<name>{_TOWN_WORD}(?:[\s/]{_TOWN_WORD}){{0,2}})(?:(?P<mark>\.|:)\s+|(?P<danda>।)\s*|\s{_DASHES}\s|\.\s?{_DASHES}\s*){_OPENS}"
)
_KOREAN = pattern_of(
    r"[(\[](?P<name>(?P<place>[^()\[\]=]{1,14})=(?P<agency>[^()\[\]=]{2,14}))[)\]]\s*(?:(?P<reporter>[^=\n]{2,40}?)\s?=\s*)?(?=\S)"
)


class Dateline(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the text, without brackets or dash, where it ends, and by which shape it was told.

    `place` is where it was written, `agencies` who reports, `people` the reporters named within.
    """

    printed: str
    end: int
    rule: RuleId
    place: str | None = None
    agencies: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def sure(self) -> float:
        """How sure this shape is, 0 to 1."""
        return self.rule.sure


def read_dateline(text: str, tag: str) -> Dateline | None:
    """The dateline at the start of a text, or None: "Nga - Mỹ: …" and "Sáng 22 - 2 …" have none."""
    if text[:1] in "\"“'‘ ":
        return None
    head = text[:160]  # a dateline is short: what stands further on is never looked at
    for shape, rule in _shapes(tag, is_outlet_named=_names_outlet(head, tag)):
        match = shape.match(head)
        if match is not None and _is_plausible(match, rule, text, tag):
            return _dateline(match, rule, tag)
    match = _glued(tag).match(head) if for_tag(tag).stamps else None
    if match is not None:
        return _dateline(match, RuleId.DATELINE_GLUED, tag)
    match = _by_reporter(tag).match(head) if is_east_asian(head[:1]) else None
    if match is not None:
        return _dateline(match, RuleId.DATELINE_AGENCYS_OPENING, tag)
    match = _known(tag).match(head) if head.startswith(_outlet_names(tag)) else None
    return _dateline(match, RuleId.DATELINE_KNOWN_OUTLET, tag) if match is not None else None


def _names_outlet(head: str, tag: str) -> bool:
    """Whether a text opens like a place or a bracket and names an outlet in its head."""
    return _MAY_NAME_OUTLET.match(head) is not None and any(name in head for name in _outlet_names(tag))


@cache
def _shapes(tag: str, *, is_outlet_named: bool) -> tuple[tuple[re.Pattern[str], RuleId], ...]:
    """The shapes to try; the patterns of a language's outlets take long to make, and few texts name one."""
    chinese = ((shape, RuleId.DATELINE_AGENCYS_OPENING) for shape in _chinese())
    own: tuple[tuple[re.Pattern[str], RuleId], ...] = ()
    if is_outlet_named:
        own = ((_hooked(tag), RuleId.DATELINE_HOOKED), (_place_and_outlet(tag), RuleId.DATELINE_PLACE_AND_AGENCY))
    return ((_KOREAN, RuleId.DATELINE_PLACE_AND_AGENCY), *chinese, *own, *_SHAPES)


@cache
def _chinese() -> tuple[re.Pattern[str], ...]:
    """ "新华社北京11月9日电（记者张伟）" and "（中央社記者陳怡君台北9日電）"; agencies and day run into the place."""
    agency = rf"(?P<agency>{any_of(name for name in for_tag('zh').outlets if not name.isascii())})"
    opening = re.compile(
        rf"(?P<name>(?:据)?{agency}(?P<place>[^\d\s，。（(的]{{1,8}}?)?(?:\d{{4}}年)?(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?"
        r"(?:[电電讯訊]|综合报道|消息))\s?(?:[（(](?P<reporter>[^（）()]{2,40})[）)])?[\s:：]*(?=\S)"
    )
    in_brackets = re.compile(
        rf"[（(【](?P<name>{agency}(?P<reporter>(?:记者|記者)[^\d\s（）()]{{2,4}})?(?P<place>[^\d\s]{{2,4}}?)?"
        r"(?:\d{1,2}日)?(?:\d{4}年\d{1,2}月\d{1,2}日)?[电電讯訊]?)[）)】]\s*(?=\S)"
    )
    unlisted = re.compile(
        r"(?P<name>(?P<agency>[^\W\d_]{2,6}?[社报報网網])(?P<place>[^\W\d_]{2,8}?)(?:\d{4}年)?\d{1,2}月\d{1,2}日[电電讯訊])"
        r"\s?(?:[（(](?P<reporter>[^（）()]{2,40})[）)])?[\s:：]*(?=\S)"
    )
    return opening, in_brackets, unlisted


_MAY_NAME_OUTLET = pattern_of(rf"{_TOWN}(?:,\s{_DAY})?(?:,\s|{_DASH}|\.\s)|[【［〔（(\[]")
_SHAPES = (
    (_AGENCY_FIRST, RuleId.DATELINE_PLACE_AND_AGENCY),
    (_BRACKET, RuleId.DATELINE_IN_BRACKETS),
    (_BRACKET_ALONE, RuleId.DATELINE_IN_BRACKETS),
    (_WIRE, RuleId.DATELINE_PLACE_AND_AGENCY),
    (_DOMAIN, RuleId.DATELINE_DOMAIN),
    (_ONLINE, RuleId.DATELINE_ONLINE_EDITION),
    (_CAPITALS, RuleId.DATELINE_CAPITALS),
    (_CAMEL, RuleId.DATELINE_MIXED_CASE),
    (_BROKEN_DASH, RuleId.DATELINE_BROKEN_DASH),
    (_TOWN_AND_DAY, RuleId.DATELINE_PLACE_AND_DAY),
    (_TOWN_ALONE, RuleId.DATELINE_PLACE),
)


def _dateline(match: re.Match[str], rule: RuleId, tag: str) -> Dateline:
    found = match.groupdict()
    agency = (found.get("agency") or "").strip()
    reporter = read_byline(f"({found['reporter'].strip()})", tag) if found.get("reporter") else None
    printed = found["name"].strip().rstrip(".") if rule is RuleId.DATELINE_PLACE_AND_DAY else found["name"].strip()
    return Dateline(
        printed=printed,
        end=match.end(),
        rule=rule,
        place=found["place"] if rule is RuleId.DATELINE_GLUED else _place(found.get("place"), match, tag),
        agencies=(agency,) if agency and not agency.startswith("本") else (),
        people=reporter.people if reporter is not None else (),
    )


def _is_plausible(match: re.Match[str], rule: RuleId, text: str, tag: str) -> bool:
    name = match["name"].strip()
    if rule is RuleId.DATELINE_IN_BRACKETS:
        titled = name[0].isupper() or is_caseless(name)
        return len(name.split()) <= LONGEST_BRACKET and titled and not name[-1].isdigit()
    if fold(name) in phrases.calls(tag):
        return False
    if rule in (RuleId.DATELINE_CAPITALS, RuleId.DATELINE_BROKEN_DASH):
        letters = [letter for letter in name if letter.isalpha()]
        return len(letters) >= 2 and not any(sign.isdigit() for sign in name.split(",")[0]) and name[0].isalpha()
    if rule is RuleId.DATELINE_PLACE_AND_AGENCY:
        return _names_place(match, tag) and _names_agency(match, tag)
    if rule is RuleId.DATELINE_PLACE_AND_DAY:
        return _names_place(match, tag) and (match["comma"] != "" or is_caseless(name) or match["place"].isupper())
    return rule is not RuleId.DATELINE_PLACE or _is_town(match, text, tag)


def _names_place(match: re.Match[str], tag: str) -> bool:
    """A place begins with a capital and with no word that opens a sentence."""
    place = match["place"].strip()
    first = fold(place.split()[0]).strip(".")
    style = for_tag(tag).style
    opens = phrases.folded(style.function_words) | phrases.folded(style.connectives) | phrases.date_words(tag)
    return not place[0].islower() and (first not in opens or place.isupper()) and fold(place) not in opens


def _names_agency(match: re.Match[str], tag: str) -> bool:
    """In brackets before a mark anything may be an agency; without a mark it must be known as one."""
    agency, mark = match["agency"], match.groupdict().get("mark", "-")
    if not agency[0].isalpha() or agency.isdigit():
        return False
    known = is_agency(agency, tag) or is_outlet(agency, tag)
    short = 1 < len(agency) <= 4 and agency.isupper()
    return known or (mark is not None and len(agency.split()) <= LONGEST_BRACKET) or short


def _is_town(match: re.Match[str], text: str, tag: str) -> bool:
    """A town and no more before the text: by the marks that papers of this language set there ("KÖLN. ", "मुंबई: ")."""
    name, mark = match["name"], match["mark"] or match["danda"] or "-"
    rest = text[match.end() :]
    style = for_tag(tag).style
    words = phrases.sentence_words(tag) | phrases.folded(style.connectives) | phrases.date_words(tag)
    spoken = any(fold(word).strip(".") in words for word in name.split())
    other = (
        fold(name) in phrases.site_lines(tag)
        or fold(name) in phrases.related_openers(tag)
        or fold(name) in _labels(tag)
    )
    enough = len(rest.split()) >= LEAST_REST or (is_caseless(rest) and len(rest) >= 4 * LEAST_REST)
    return mark in for_tag(tag).dateline_marks and len(name) >= 3 and not spoken and not other and enough


@cache
def _labels(tag: str) -> frozenset[str]:
    labels = for_tag(tag).labels
    return phrases.folded((*labels.headline, *labels.lead, *labels.caption, *labels.body)) | frozenset(
        phrases.roles(tag, "labels")
    )


def _place(place: str | None, match: re.Match[str], tag: str) -> str | None:
    name = match["name"].strip()
    known = for_tag(tag).places.get(name)
    if known is not None:
        return known
    place = place if place is not None or "danda" not in match.re.groupindex else name  # a town alone has no group
    if place is None or fold(place) in phrases.outlets(tag) or ("agency" not in match.re.groupindex and len(place) < 4):
        return None
    place = place.rstrip(".")
    if "&" in place or "." in place:
        return None
    return title_case(place, tag) if place.isupper() else place


@cache
def _by_reporter(tag: str) -> re.Pattern[str]:
    """ "本报记者李明报道：": a reporter's post before the name, and the word for reporting behind it."""
    known = for_tag(tag).bylines
    posts, remarks = (any_of(filter(is_east_asian, words)) for words in (known.titles, known.remarks))
    return re.compile(rf"(?P<name>(?P<reporter>(?:{posts})\s?[^\W\d_]{{2,4}}?)\s?(?:{remarks}))\s?[:：]\s*(?=\S)")


@cache
def _glued(tag: str) -> re.Pattern[str]:
    """ "Đà NẵngSau năm ngày …"."""
    return re.compile(rf"(?P<name>(?P<place>{any_of(for_tag(tag).stamps)}))(?=[{UPPER}][{LOWER}]*\s)")


@cache
def _known(tag: str) -> re.Pattern[str]:
    known = _outlets(tag)
    return re.compile(rf"(?P<name>{known})(?:\s*[{phrases.DASHES}]\s+|\s+[{phrases.DASHES}]\s*|\s\?\s)(?=\S)")


@cache
def _place_and_outlet(tag: str) -> re.Pattern[str]:
    """ "Medan, KOMPAS.com - ", "تونس - أ ش أ: ", "МОСКВА, 2 дек - РИА Новости. "."""
    return re.compile(
        rf"(?P<name>{_TOWN}(?:,\s{_DAY})?(?:,\s|{_DASH}|\.\s)(?P<agency>{_outlets(tag)}))(?:{_DASH}|[.:]\s)(?=\S)"
    )


@cache
def _hooked(tag: str) -> re.Pattern[str]:
    """ "【ハノイ共同】", "［東京 12日 ロイター］ - "."""
    return re.compile(
        r"[【［〔（(\[](?P<name>(?P<place>[^\W\d_]{1,8}?)[\s\u3000]?(?:[\d０-９]{1,2}日[\s\u3000]?)?"
        rf"(?P<agency>{_outlets('ja')}|{_outlets(tag)}))[】］〕）)\]]\s*[{phrases.DASHES}＝=]?\s*(?=\S)"
    )


@cache
def _outlets(tag: str) -> str:
    return any_of({*for_tag(tag).outlets, *for_tag(GENERIC).outlets})


@cache
def _outlet_names(tag: str) -> tuple[str, ...]:
    """The outlets that a dateline may name: the language's, those of all, and Japan's in their brackets."""
    return tuple({*for_tag(tag).outlets, *for_tag(GENERIC).outlets, *for_tag("ja").outlets})
