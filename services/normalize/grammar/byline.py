"""The grammar of a byline: "Bài: Đoàn Loan - Ảnh: Trung Sơn", "Hữu Nguyên (Theo BBC)", "Ngọc Trường/VOV.VN"."""

import re
from functools import cache

import msgspec

from services.normalize.grammar.person_names import bare_name, is_caseless, is_name, is_outlet, normal_case, opens_with
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag
from services.normalize.language.phrases import DASHES, crews, edge_free, folded, roles, titles
from shared.article import Person, Role

# Brackets and commas as Chinese, Japanese and Korean set them; an address behind a name is no part of it.
_HALF_WIDTH = str.maketrans({"（": "(", "）": ")", "、": ",", "，": ",", "；": ";"})
_ADDRESS = re.compile(r"\s*[(<\[]?[\w.+-]+@[\w-]+(?:\.[\w-]+)+[)>\]]?\s*$")
LONGEST = 600
MOST_WORDS = 24
MOST_DESK_WORDS = 6
MOST_ORGANISATION_WORDS = 8
LABELS = "labels before a colon"
NAMES = "names alone"
ROLES: tuple[Role, ...] = ("author", "photographer", "videographer", "translator")


class BylineReading(msgspec.Struct, frozen=True, kw_only=True):
    """Who a byline names, in which role, and who supplied the text; `rule` says by which form it was told."""

    people: tuple[Person, ...] = ()
    organisations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rule: str
    sure: float


class _Names(msgspec.Struct, kw_only=True):
    """What is gathered while a byline is taken apart."""

    roles: dict[str, list[Role]] = {}
    organisations: list[str] = []
    sources: list[str] = []

    def add(self, name: str, named: tuple[Role, ...]) -> None:
        held = self.roles.setdefault(name, [])
        held.extend(role for role in named if role not in held)


def read_byline(line: str, tag: str) -> BylineReading | None:
    """Read a line that is a byline and nothing else; None for any other."""
    if len(line) > LONGEST:
        return None
    text = _ADDRESS.sub("", line.strip().translate(_HALF_WIDTH))
    text = _unglued(text.removesuffix("./.").removesuffix("/.").rstrip(" *"), tag)
    if len(text.split()) > MOST_WORDS:
        return None
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    for form, rule, sure in (
        (_labelled, LABELS, 0.97),
        (_opened, "an opening word", 0.93),
        (_plain, NAMES, 0.85),
    ):
        names = _Names()
        if form(text, tag, names) and (names.roles or names.sources or names.organisations):
            return _reading(names, rule, sure)
    return None


def _reading(names: _Names, rule: str, sure: float) -> BylineReading:
    people = tuple(
        Person(name=name, rel=tuple(role for role in ROLES if role in roles)) for name, roles in names.roles.items()
    )
    return BylineReading(
        people=people,
        organisations=tuple(dict.fromkeys(names.organisations)),
        sources=tuple(dict.fromkeys(names.sources)),
        rule=rule,
        sure=sure,
    )


def _labelled(text: str, tag: str, names: _Names) -> bool:
    """ "Bài và ảnh: A - B", "Bài: A - Ảnh: B", "A - Ảnh: B": each label rules until the next."""
    matches = list(_labels(tag).finditer(text))
    if not matches:
        return False
    before = text[: matches[0].start()].strip(f" {DASHES}.,;|(")
    if before and not _plain(before, tag, names):
        return False
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        value = text[match.end() : following.start() if following else len(text)].strip(f" {DASHES};,|")
        value = value if "(" in value else value.rstrip(")")
        if not value or not _take_labelled(match["labels"], value, tag, names):
            return False
    return True


def _take_labelled(labels: str, value: str, tag: str, names: _Names) -> bool:
    known = for_tag(tag).bylines
    words = [fold(word) for word in _label_word(tag).findall(labels)]
    if any(word in folded(known.sources) for word in words):
        return _take_sources(value, tag, names)
    named = tuple(dict.fromkeys(role for label, role in roles(tag, "labels").items() if label in words))
    return _take_people(value, tag, names, named or ("author",), strict=False)


def _opened(text: str, tag: str, names: _Names) -> bool:
    """ "Theo VietNamNet", "By Anh Phong, Reuters", "Cẩm Thịnh theo Macrumors"."""
    known = for_tag(tag).bylines
    while (match := _NOTE.search(text)) is not None and _take_note(match["note"].strip(), tag, names) is not None:
        text = text[: match.start()].strip(f" {DASHES},")
    lowered = fold(text)
    if len(lowered) != len(text):
        return False
    for source in sorted(known.sources, key=len, reverse=True):
        opener = fold(source) + " "
        if lowered.startswith(opener):
            return _take_sources(text[len(opener) :], tag, names)
        if f" {opener}" in lowered:
            at = lowered.index(f" {opener}")
            return _plain(text[:at], tag, names) and _take_sources(text[at + len(opener) + 1 :], tag, names)
    for word, role in roles(tag, "openers").items():
        if lowered.startswith(word + " "):
            return _take_people(text[len(word) + 1 :].strip(" :"), tag, names, (role,), strict=True)
    return False


def _plain(text: str, tag: str, names: _Names) -> bool:
    """ "A - B (tổng hợp)", "A/TTXVN", "PV": names only, with remarks in brackets and an outlet behind a stroke."""
    named: tuple[Role, ...] = ("author",)
    while (match := _NOTE.search(text)) is not None:
        note = _take_note(match["note"].strip(), tag, names)
        if note is None:
            return False
        named = note or named
        text = text[: match.start()].strip(f" {DASHES},")
    text, said = _without_last_note(text, tag)
    named = said or named
    if not text or (is_caseless(text) and bare_name(text, tag) == text):
        return False
    return _take_people(text, tag, names, named, strict=True)


def _without_last_note(text: str, tag: str) -> tuple[str, tuple[Role, ...]]:
    """ "Hải Yến dịch": the remark stands behind the name without brackets."""
    known = for_tag(tag).bylines
    for word in (*roles(tag, "notes"), *folded(known.remarks)):
        if fold(text).endswith(" " + word) and not text[-len(word) :][:1].isupper():
            role = roles(tag, "notes").get(word)
            return text[: -len(word)].strip(f" {DASHES},"), (role,) if role is not None else ()
    return text, ()


_NOTE = re.compile(r"\s*[(\[](?P<note>[^()\[\]]{1,60})[)\]]\.?\s*$")


def _take_note(note: str, tag: str, names: _Names) -> tuple[Role, ...] | None:
    """A remark behind a name: its roles, () for one that changes nothing, None when it is no remark of a byline."""
    known = for_tag(tag).bylines
    plain = edge_free(note)
    if plain in folded(known.remarks):
        return ()
    role = roles(tag, "notes").get(plain)
    if role is not None:
        return (role,)
    for remark in (*known.remarks, *known.notes):
        if plain.startswith(fold(remark) + " theo "):
            return _take_note(note[len(remark) + 1 :], tag, names)
    if _labelled(note, tag, names) or _opened(note, tag, names):
        return ()
    outlets = note.split("/")
    if all(is_outlet(outlet, tag) for outlet in outlets):
        names.sources.extend(outlets)
        return ()
    return () if opens_with(note, known.institutions) else None


def _take_people(value: str, tag: str, names: _Names, named: tuple[Role, ...], *, strict: bool) -> bool:
    """Names split at commas, dashes and "và"; with `strict` each must be spelt like one."""
    while (match := _NOTE.search(value)) is not None and _take_note(match["note"].strip(), tag, names) is not None:
        value = value[: match.start()]
    if not strict and match is not None and match["note"][0].isupper():
        value = value[: match.start()]  # behind a label, words in brackets are where that person is from
    posted = False
    for part in _split(value, tag):
        plain = fold(part).strip(".")
        posted = posted or _is_post(part, tag)
        if plain not in crews(tag) and (plain in folded(for_tag(tag).bylines.remarks) or _is_post(part, tag)):
            continue
        if posted and names.roles and not is_name(part, tag):
            continue  # "Ann Lee, Senior Correspondent, London": where the post is
        person, stroke, outlet = part.partition("/")
        if stroke:
            names.sources.extend(word.strip() for word in outlet.split("/") if word.strip(" ."))
        if not _take_person(person.strip(), tag, names, named, strict=strict):
            return False
    return True


def _is_post(part: str, tag: str) -> bool:
    """ "AP National Political Writer" beside a name says what that person is."""
    head, _, last = fold(part).rpartition(" ")
    return bool(head) and last in titles(tag) and not is_caseless(part)


def _take_person(text: str, tag: str, names: _Names, named: tuple[Role, ...], *, strict: bool) -> bool:
    if fold(text) in crews(tag) or _is_desk(text, tag):
        names.add(text, named)
        return True
    known = for_tag(tag)
    for source in known.bylines.sources:
        if fold(text).startswith(fold(source) + " "):
            return _take_sources(text[len(source) + 1 :], tag, names)
    name = bare_name(text.rstrip("."), tag)
    if is_name(name, tag):
        gives = "photographer" in named and fold(name) in folded(known.captions.givers)
        if fold(name) not in crews(tag) and (gives or (strict and is_outlet(name, tag))):
            names.sources.append(name)
        else:
            names.add(normal_case(name), named)
        return True
    said = ":" in name or text.rstrip().endswith(("?", "!", "…", "...")) or len(name.split()) > MOST_ORGANISATION_WORDS
    if strict or not name or said or not name[0].isupper():
        return False
    names.organisations.append(name)
    return True


def _is_desk(text: str, tag: str) -> bool:
    """ "Nhóm PV Quốc hội": a crew by the field it covers."""
    return len(text.split()) <= MOST_DESK_WORDS and opens_with(text, tuple(crew for crew in crews(tag) if " " in crew))


def _take_sources(value: str, tag: str, names: _Names) -> bool:
    plain = value.strip(' .,:;()"“”')
    named = plain[:1].isupper() or plain[:1].isdigit() or "." in plain or is_caseless(plain)
    named = named or opens_with(plain, for_tag(tag).outlet_kinds)
    if not named or len(plain.split()) > 9:
        return False
    for part in _split(plain, tag, dashes=False):
        names.sources.append(part.strip(' ."“”'))
    return True


def _split(value: str, tag: str, *, dashes: bool = True) -> list[str]:
    joiners = (
        "|".join(re.escape(word) for word in sorted(for_tag(tag).bylines.joiners, key=len, reverse=True)) or "(?!)"
    )
    dash = rf"|\s*\s[{DASHES}]\s*|\s*[{DASHES}]\s" if dashes else ""
    parts = re.split(rf"\s*[,;+|]\s*|\s(?:{joiners})\s|\s?&\s{dash}", value)
    return [part.strip() for part in parts if part and part.strip(f" .{DASHES}")]


def _unglued(text: str, tag: str) -> str:
    """ "Minh PhươngTheo The Hill" was two lines once."""
    return _glued(tag).sub(r" \g<word> ", text).strip() if len(text) < 120 else text


@cache
def _glued(tag: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word[:1].upper() + word[1:]) for word in for_tag(tag).bylines.sources) or "(?!)"
    return re.compile(rf"(?<=[^\W\d_A-Z])(?<![A-Z])(?P<word>{words})\s(?=[A-Z])")


@cache
def _label_word(tag: str) -> re.Pattern[str]:
    known = for_tag(tag).bylines
    longest_first = sorted((*known.labels, *known.sources), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}(?!\w)" for word in longest_first) or "(?!)", re.IGNORECASE)


@cache
def _labels(tag: str) -> re.Pattern[str]:
    """One or more label words before a colon: "Tin, bài và ảnh:", "Tin-ảnh:"."""
    word = f"(?:{_label_word(tag).pattern})"
    joiners = "|".join(re.escape(joiner) for joiner in for_tag(tag).bylines.joiners) or "(?!)"
    joint = rf"\s*(?:[{DASHES},/&+]|(?:{joiners})(?!\w))\s*"
    return re.compile(rf"(?<![\w])(?P<labels>{word}(?:{joint}{word})*)\s*[:：＝]\s*", re.IGNORECASE)
