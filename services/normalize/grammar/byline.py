"""The grammar of a byline: "Bài: Đoàn Loan - Ảnh: Trung Sơn", "By Ann Lee for Reuters", "文/李明 图/王芳"."""

import re
from functools import cache, lru_cache

import msgspec

from services.normalize.grammar.byline_marks import (
    Mark,
    client_behind,
    find_marks,
    place_behind,
    remarked_source,
    source_before,
    split_names,
    turned_names,
    unglued,
)
from services.normalize.grammar.clocks import clocks_in
from services.normalize.grammar.person_names import (
    is_agency,
    is_caseless,
    is_east_asian,
    is_full,
    is_name,
    is_outlet,
    is_place,
    normal_case,
    opens_with,
    split_title,
    stands_alone,
)
from services.normalize.grammar.posts import is_desk, is_post, is_post_word
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag
from services.normalize.language.phrases import DASHES, crews, edge_free, folded, not_names, roles
from services.normalize.readings import RuleId
from shared.article import Person, Role

# Brackets and commas as Chinese, Japanese and Korean set them; an address behind a name is no part of it.
_HALF_WIDTH = str.maketrans(
    {"（": "(", "）": ")", "、": ",", "，": ",", "；": ";", "،": ",", "؛": ";", "\u3000": " ", "｜": "|"}
)
_ADDRESS = re.compile(r"\s*[(<\[]?[\w.+-]+@[\w-]+(?:\.[\w-]+)+[)>\]]?\s*$")
_ENCLOSED = re.compile(r"[(\[【［](?P<inner>[^()\[\]【】［］]+)[)\]】］]|/(?P<agency>[^/]{2,30})/")
_NOTE = re.compile(r"\s*[(\[](?P<note>[^()\[\]]{1,60})[)\]]\.?\s*$")
_ENDS_SENTENCE = re.compile(r"\w{3}\.\s*$")  # "The minister and her guest. Photo: Ann Lee" is a caption
LONGEST = 600
MOST_WORDS = 32
MOST_OUTLET_WORDS = 6
MOST_ORGANISATION_WORDS = 8
ROLES: tuple[Role, ...] = (
    "author", "photographer", "videographer", "translator", "editor", "illustrator", "compiler", "contributor",
)  # fmt: skip


class BylineReading(msgspec.Struct, frozen=True, kw_only=True):
    """Who a byline names, in which role, and who supplied the text; `rule` says by which form it was told."""

    people: tuple[Person, ...] = ()
    organisations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rule: RuleId

    @property
    def sure(self) -> float:
        """How sure this form is, 0 to 1."""
        return self.rule.sure


class _Names(msgspec.Struct, kw_only=True):
    """What is gathered while a byline is taken apart."""

    roles: dict[str, list[Role]] = {}
    posts: dict[str, str] = {}
    organisations: list[str] = []
    sources: list[str] = []

    def add(self, name: str, named: tuple[Role, ...], post: str | None = None) -> None:
        held = self.roles.setdefault(name, [])
        held.extend(role for role in named if role not in held)
        if post is not None:
            self.posts.setdefault(name, post)

    def give_post(self, post: str) -> None:
        """The post printed behind a name is that person's."""
        if self.roles:
            self.posts.setdefault(next(reversed(self.roles)), post)

    def reading(self, rule: RuleId) -> BylineReading:
        return BylineReading(
            people=tuple(
                Person(name=name, rel=tuple(role for role in ROLES if role in held), job_title=self.posts.get(name))
                for name, held in self.roles.items()
            ),
            organisations=tuple(dict.fromkeys(self.organisations)),
            sources=tuple(dict.fromkeys(self.sources)),
            rule=rule,
        )


@lru_cache(maxsize=256)  # the steps of one text ask for the same lines
def read_byline(line: str, tag: str) -> BylineReading | None:
    """Read a line that is a byline and nothing else; None for any other."""
    if len(line) > LONGEST:
        return None
    text = _ADDRESS.sub("", line.strip().translate(_HALF_WIDTH))
    text = unglued(text.removesuffix("./.").removesuffix("/.").rstrip(" *"), tag)
    text = _without_clock(text, tag)
    if len(text.split()) > MOST_WORDS or text.endswith((":", "：")):  # "To: desk@paper.example", "Fixes:"
        return None
    enclosed = _ENCLOSED.fullmatch(text)
    if enclosed is not None:
        text = (enclosed["inner"] or enclosed["agency"]).strip()
    names = _Names()
    rule = _read(text, tag, names, in_brackets=enclosed is not None)
    if rule is None or not (names.roles or names.sources or names.organisations):
        return None
    return names.reading(rule)


def _without_clock(text: str, tag: str) -> str:
    """ "By Anna Berg 10:05 am PDT": the clock behind the names is no part of them; one beside a day is the day's."""
    clocks = clocks_in(text, tag) if any(map(str.isdigit, text)) else []
    before = text[: clocks[0].start] if clocks and clocks[0].end == len(text) else text
    return text if any(map(str.isdigit, before)) else before.rstrip(" ,|·•")


def _read(text: str, tag: str, names: _Names, *, in_brackets: bool) -> RuleId | None:
    """Each word that names a role rules until the next; what stands before the first are names alone."""
    text = _without_marked_notes(text, tag, names)
    marks = find_marks(text, tag)
    if not marks:
        return RuleId.BYLINE_NAMES if _plain(text, tag, names, in_brackets=in_brackets) else None
    before = text[: marks[0].start]
    after = _Names()
    if _ENDS_SENTENCE.search(before) or not _take_all(marks, text, tag, after):
        return None
    before = before.strip(f" {DASHES}.,;:|(/·")
    if before and not _plain(before, tag, names, in_brackets=in_brackets):
        return None
    for name, held in after.roles.items():
        names.add(name, tuple(held), after.posts.get(name))
    names.sources.extend(after.sources)
    names.organisations.extend(after.organisations)
    return RuleId.BYLINE_LABEL if any(mark.is_label for mark in marks) else RuleId.BYLINE_OPENER


def _without_marked_notes(text: str, tag: str, names: _Names) -> str:
    """ "Hữu Nguyên (Theo BBC)": what a remark in brackets says by a byline's words is taken, the rest stays."""
    while (match := _NOTE.search(text)) is not None and find_marks(match["note"], tag):
        if _read(match["note"].strip(), tag, names, in_brackets=True) is None:
            break
        text = text[: match.start()].strip(f" {DASHES},")
    return text


def _take_all(marks: list[Mark], text: str, tag: str, names: _Names) -> bool:
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        value = text[mark.end : following.start if following else len(text)].strip(f" {DASHES};,|/·")
        value = value if "(" in value else value.rstrip(")")
        if not value or not _take_marked(mark, value, tag, names):
            return False
    return True


def _take_marked(mark: Mark, value: str, tag: str, names: _Names) -> bool:
    if not mark.is_source:
        return _take_people(value, tag, names, mark.named, strict=not mark.is_label, opened=not mark.is_label)
    person, stroke, outlet = value.partition("/")
    if stroke and is_full(person) and is_name(person.strip(), tag) and not is_outlet(person, tag):
        names.add(normal_case(person.strip(), tag), ("author",))  # "Theo Hoàng Thùy/Dân trí": the paper's own reporter
        value = outlet
    return _take_sources(value, tag, names)


def _plain(text: str, tag: str, names: _Names, *, in_brackets: bool = False) -> bool:
    """ "A - B (tổng hợp)", "A/TTXVN", "PV": names only, with remarks in brackets and an outlet behind a stroke."""
    named: tuple[Role, ...] = ("author",)
    while (match := _NOTE.search(text)) is not None:
        note = _take_note(match["note"].strip(), tag, names)
        if note is None:
            return False
        named = note or named
        text = text[: match.start()].strip(f" {DASHES},")
    text, said = _without_last_note(text, tag)
    if not text:
        return False
    return _take_people(text, tag, names, said or named, strict=True, alone=not in_brackets)


def _without_last_note(text: str, tag: str) -> tuple[str, tuple[Role, ...]]:
    """ "Hải Yến dịch": the remark stands behind the name without brackets."""
    lowered = fold(text)
    for word, role in _last_notes(tag):
        if lowered.endswith(" " + word) and not text[-len(word) :][:1].isupper():
            return text[: -len(word)].strip(f" {DASHES},"), (role,) if role is not None else ()
    return text, ()


@cache
def _last_notes(tag: str) -> tuple[tuple[str, Role | None], ...]:
    notes = roles(tag, "notes")
    return (*notes.items(), *((word, None) for word in folded(for_tag(tag).bylines.remarks)))


def _take_note(note: str, tag: str, names: _Names) -> tuple[Role, ...] | None:
    """A remark behind a name: its roles, () for one that changes nothing, None when it is no remark of a byline."""
    known, notes = for_tag(tag).bylines, roles(tag, "notes")
    plain = edge_free(note)
    if plain in notes:
        return (notes[plain],)
    if plain in folded(known.remarks) or is_post(note, tag) or opens_with(note, known.institutions):
        return ()
    behind = remarked_source(tag).match(note)
    if behind is not None:
        said = notes.get(fold(behind["remark"]))
        taken = _take_sources(note[behind.end() :], tag, names)
        return None if not taken else () if said is None else (said,)
    outlets = [outlet.strip() for outlet in note.split("/")]
    if all(is_outlet(outlet, tag) for outlet in outlets):
        names.sources.extend(outlets)
        return ()
    named = is_place(note, tag) or (find_marks(note, tag) and _read(note, tag, names, in_brackets=True) is not None)
    return () if named else None


def _take_people(
    value: str,
    tag: str,
    names: _Names,
    named: tuple[Role, ...],
    *,
    strict: bool,
    opened: bool = False,
    alone: bool = False,
) -> bool:
    """Names split at commas, dashes and "và"; with `strict` each must be spelt like one.

    Behind an opening word ("von") a name has two parts; one that stands `alone` must tell itself.
    """
    while (match := _NOTE.search(value)) is not None:
        note = _take_note(match["note"].strip(), tag, names)
        if note is None:
            break
        named, value = note or named, value[: match.start()]
    if not strict and match is not None and (match["note"][0].isupper() or is_caseless(match["note"])):
        value = value[: match.start()]  # behind a label, words in brackets are where that person is from
    value = _without_client(value, tag, names)
    taken = _Part(tag=tag, names=names, named=named, strict=strict, opened=opened)
    parts = turned_names(value, tag) or split_names(value, tag, "lower" if alone else "any")
    if not all(taken.take(part) for part in parts):
        return False
    untold = alone or (opened and is_caseless(value) and not is_east_asian(value))
    return not untold or taken.supported or all(stands_alone(name, tag) for name in names.roles)


def _without_client(value: str, tag: str, names: _Names) -> str:
    """ "Ann Lee for Reuters": who ordered the text is a source where it is a paper or agency, else an organisation."""
    match = client_behind(tag).search(value)
    if match is None:
        return value
    client = match["client"].strip(" .")
    (names.sources if is_outlet(client, tag) else names.organisations).append(client)
    return value[: match.start()]


class _Part(msgspec.Struct, kw_only=True):
    """One name after the other.

    `in_post` once a post was read, since its place may follow; `supported` once a title, post, place or paper beside
    the names shows that they are names.
    """

    tag: str
    names: _Names
    named: tuple[Role, ...]
    strict: bool
    opened: bool
    in_post: bool = False
    begun: bool = False
    supported: bool = False

    def take(self, part: str) -> bool:
        tag, names = self.tag, self.names
        plain = fold(part).strip(".")
        if is_agency(part, tag) and plain not in crews(tag):
            self.supported = True
            names.sources.extend(word.strip() for word in part.split("/"))
            return True
        if plain in crews(tag) or is_desk(part, tag):
            self.supported = True
            names.add(part, self.named)
            return True
        if plain in folded(for_tag(tag).bylines.remarks) or is_post(part, tag):
            self.in_post = self.supported = True
            names.give_post(part)
            return True
        if self.begun and self._is_aside(part):
            self.supported = True
            return True
        self.begun = True
        person, stroke, outlet = part.partition("/")
        if stroke:
            names.sources.extend(word.strip() for word in outlet.split("/") if word.strip(" ."))
        pair = _bare_hyphen(person.strip(), tag)
        return all(self._take_person(name.strip()) for name in pair)

    def _is_aside(self, part: str) -> bool:
        """What stands behind a name and is none: a place, or a post's place."""
        if is_outlet(part, self.tag) and fold(part) not in not_names(self.tag):
            return False
        if is_east_asian(part):
            return fold(part) in not_names(self.tag)
        if is_place(part, self.tag) or (self.in_post and not is_name(part, self.tag)):
            return True
        single = " " not in part and "." not in part and not for_tag(self.tag).bylines.single_names
        return single and part[:1].isalpha() and not part[:1].islower()

    def _take_person(self, text: str) -> bool:
        tag, names = self.tag, self.names
        source = source_before(tag).match(text)
        if source is not None:
            return _take_sources(text[source.end() :], tag, names)
        placed = place_behind(tag).search(text)
        name, title = split_title((text[: placed.start()] if placed else text).rstrip("."), tag)
        if is_name(name, tag):
            return self._keep(name, title)
        if self.opened and names.roles and _may_be_outlet(name):
            names.organisations.append(name)
            return True
        said = ":" in name or text.rstrip().endswith(("?", "!", "…", "..."))
        if self.strict or not name or said or len(name.split()) > MOST_ORGANISATION_WORDS:
            return False
        if not (name[0].isupper() or is_caseless(name)):
            return False
        names.organisations.append(name)
        return True

    def _keep(self, name: str, title: str | None) -> bool:
        known, names = for_tag(self.tag), self.names
        gives = "photographer" in self.named and fold(name) in folded(known.captions.givers)
        if fold(name) not in crews(self.tag) and (gives or self._is_source(name)):
            names.sources.append(name)
            return True
        if self.opened and not (is_full(name) or known.bylines.single_names or name.isupper() or title):
            return False
        self.supported = self.supported or title is not None
        if title is not None and is_agency(title, self.tag):
            names.sources.append(title)
        post = title if title is not None and is_post_word(title) else None
        names.add(normal_case(name, self.tag), self.named, post)
        return True

    def _is_source(self, name: str) -> bool:
        return is_outlet(name, self.tag) if self.strict else is_agency(name, self.tag)


def _may_be_outlet(name: str) -> bool:
    """ "By Ann Lee and Tom Wall, The Paper": behind names, what is set like a name and is none."""
    words = name.split()
    return 1 < len(words) <= MOST_OUTLET_WORDS and all(word[0].isupper() for word in words) and name[-1].isalnum()


def _bare_hyphen(text: str, tag: str) -> tuple[str, ...]:
    """ "Xuân Tư-Tuấn Anh" are two: a space stands on either side of the hyphen."""
    first, hyphen, second = text.partition("-")
    apart = hyphen and " " in first.strip() and " " in second.strip() and "-" not in second
    if apart and is_name(first.strip(), tag) and is_name(second.strip(), tag):
        return first, second
    return (text,)


def _take_sources(value: str, tag: str, names: _Names) -> bool:
    plain = value.strip(' .,:;()"“”')
    named = plain[:1].isupper() or plain[:1].isdigit() or "." in plain or is_caseless(plain)
    named = named or opens_with(plain, for_tag(tag).outlet_kinds)
    if not named or len(plain.split()) > 9:
        return False
    for part in split_names(plain, tag, "no dashes"):
        names.sources.append(part.strip(' ."“”'))
    return True
