"""What a source's settings say of a page: the elements that hold its fields, read before and ranked above all else.

A selector that finds nothing is told, and the usual reading stands.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import msgspec
from msgspec.structs import replace

from services.normalize.document import Piece
from services.normalize.grammar.byline_pattern import LONGEST_LINE, read_pattern, read_signed
from services.normalize.grammar.dates import read_date, read_dates
from services.normalize.grammar.printed_byline import read_names
from services.normalize.html.authors import Signed
from services.normalize.html.blocks import Block, Box, Outline, read_outline
from services.normalize.html.body import Body
from services.normalize.html.bylines import Byline, unique_names
from services.normalize.html.class_names import NORMAL
from services.normalize.html.date_witness import DateWitness
from services.normalize.html.pictures import Picture
from services.normalize.html.tree import Element, path_of, short_text_of, squeeze, text_of
from services.normalize.readers.markup import pieces_of_markup
from services.normalize.readings import Ranking, Reading, RuleId
from shared.article import Evidence
from shared.hints import NO_HINTS, SELECTED, Hints
from shared.untrusted.matcher import MOST_FOUND, PAGE, Matcher
from shared.untrusted.selectors import Selector, read_selectors

_LONGEST_HEADLINE, _LONGEST_BYLINE, _LONGEST_CAPTION, _LONGEST_NAME = 1_000, 300, 1_500, 60
_MOST_BYLINES, _MOST_CAPTIONS = 6, 60
_MOST_LEFT_OUT = 500  # lines that are told as taken out
_MOST_TEXTS = 200  # texts of an element among which there is a word, or it has none
_NEAR = 6  # blocks between a picture and the caption that settings name


class Hinted(msgspec.Struct, frozen=True, kw_only=True):
    """The elements that the settings' selectors found, by field, what was left out, and what nothing was found for."""

    hints: Hints = NO_HINTS
    found: dict[str, list[Element]] = {}
    left_out: tuple[Piece, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def elements(self, field: str) -> list[Element]:
        """What the selector of a field found."""
        return self.found.get(field, [])

    def note(self, field: str) -> str:
        """The selector, for people."""
        return f"{getattr(self.hints, field)}"[:80]


NOTHING = Hinted()


class HintedFragments:
    """The same for the fragments of a page that a feed's entry has: what is left out, and where the byline stands."""

    def __init__(self, hints: Hints, said_by: str) -> None:
        self._hints = replace(NO_HINTS, byline=hints.byline, leave_out=hints.leave_out)
        self._said_by = said_by
        self._seen: list[Hinted] = []
        self._aside = False
        self.left_out: list[Piece] = []

    def pieces(self, text: str, base: str, path: str) -> tuple[Piece, ...]:
        """The pieces of a fragment, its byline told, without what is left out; never none where there are words."""
        if self._hints == NO_HINTS:
            return pieces_of_markup(text, base, path)
        found: list[Hinted] = []
        pieces = pieces_of_markup(text, base, path, lambda root: found.append(read_hinted(root, self._hints)))
        if not pieces:
            self._aside = bool(found and found[0].left_out)
            return pieces_of_markup(text, base, path)
        self._seen += found
        for piece in (piece for hinted in found for piece in hinted.left_out):
            self.left_out.append(replace(piece, path=path))
        signed = {said_in(one, _LONGEST_BYLINE) for hinted in found for one in hinted.elements("byline")[:1]}
        note = f"{self._hints.byline}"[:80]
        return tuple(replace(one, shape="byline", hint=note) if one.text in signed else one for one in pieces)

    def evidence(self) -> tuple[Evidence, ...]:
        """What found nothing in any of the fragments, and whether the settings would have left nothing of one."""
        missed = [{seen.rule: seen for seen in hinted.evidence} for hinted in self._seen]
        nowhere = [seen for rule, seen in (missed[0] if missed else {}).items() if all(rule in one for one in missed)]
        rule = RuleId.HINTS_ASIDE
        aside = Evidence(field="settings", rule=rule.told(self._said_by), sure=rule.sure)
        return (*nowhere, aside) if self._aside else tuple(nowhere)


def read_hinted(root: Element, hints: Hints) -> Hinted:
    """Look for what the settings name, and empty what is to be left out; its elements stay, so that paths hold."""
    if hints == NO_HINTS:
        return NOTHING
    matcher = _matcher(hints)
    found = matcher.find(root) if matcher is not None else {}
    if found is None:
        return Hinted(hints=hints, evidence=(_told(RuleId.HINT_TOO_WIDE, "selectors", "all of them"),))
    left_out: list[Piece] = []
    evidence: list[Evidence] = []
    for number, selector in enumerate(hints.leave_out):
        elements = [element for element in found.pop(f"leave_out {number}", []) if element.tag not in PAGE]
        if len(elements) > MOST_FOUND:
            evidence.append(_told(RuleId.HINT_TOO_WIDE, f"leave_out[{number}]", selector))
            continue
        if not elements:
            evidence.append(_told(RuleId.HINT_MISSED, f"leave_out[{number}]", selector))
        for element in elements:
            left_out += islice(_words_of(element, selector), _MOST_LEFT_OUT - len(left_out))
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # newer than the stubs
    fields = {field: [element for element in found.get(field, []) if _holds_words(element)] for field in SELECTED}
    evidence += [
        _told(RuleId.HINT_MISSED, field, str(getattr(hints, field)))
        for field in SELECTED
        if getattr(hints, field) and not fields[field]
    ]
    return Hinted(hints=hints, found=fields, left_out=tuple(left_out), evidence=tuple(evidence))


@lru_cache(maxsize=64)
def _matcher(hints: Hints) -> Matcher | None:
    texts = {field: getattr(hints, field) for field in SELECTED if getattr(hints, field)}
    left_out = {f"leave_out {number}": text for number, text in enumerate(hints.leave_out)}
    texts |= left_out
    selectors: dict[str, tuple[Selector, ...]] = {name: read_selectors(text) for name, text in texts.items()}
    return Matcher(selectors, whole=left_out) if selectors else None


def _told(rule: RuleId, field: str, selector: str) -> Evidence:
    return Evidence(field=f"settings.{field}", rule=rule.told(selector[:80]), sure=rule.sure)


def _words_of(element: Element, selector: str) -> Iterator[Piece]:
    for block in read_outline(element).blocks:
        yield Piece(text=block.text, shape="debris", path=path_of(block.box.element), hint=selector[:80])


def _holds_words(element: Element) -> bool:
    return bool(_declared_in(element)) or any(not text.isspace() for text in islice(element.itertext(), _MOST_TEXTS))


def said_in(element: Element, most: int) -> str:
    """What an element says: a meta's content, the moment a `<time>` declares, else its words; nothing where these are
    more than `most` characters."""
    said = _declared_in(element) or short_text_of(element, most) or ""
    return said if len(said) <= most else ""


def _declared_in(element: Element) -> str:
    declared = {"meta": "content", "time": "datetime", "data": "value"}.get(element.tag)
    return squeeze((element.get(declared) if declared else None) or "")


def printed_in(element: Element) -> str:
    """The words of a line or two; nothing of more."""
    return short_text_of(element, _LONGEST_HEADLINE) or ""


def hinted_headline(hinted: Hinted, usual: Ranking | None) -> Ranking | None:
    """The headline where the settings say it stands, with what is read otherwise beside it."""
    element = next(iter(hinted.elements("headline")), None)
    value = said_in(element, _LONGEST_HEADLINE) if element is not None else ""
    if element is None or not value:
        return usual
    reading = _reading("headline", value, element, hinted)
    others = (usual.believed, *usual.lost) if usual is not None else ()
    return Ranking(believed=reading, sure=reading.sure, lost=tuple(one for one in others if one.value != value))


def hinted_container(hinted: Hinted, outline: Outline) -> Box | None:
    """The box of the text where the settings say it stands; nothing round it is debris."""
    for element in hinted.elements("body"):
        box = outline.order.get(element)
        if box is not None and box.last > box.first:
            for outer in box.rising():
                outer.verdict = NORMAL
            return box
    return None


def hinted_date(hinted: Hinted, language: str | None) -> DateWitness | None:
    """The date where the settings say it stands, declared or printed."""
    for element in hinted.elements("date")[:_MOST_BYLINES]:
        for text in filter(None, dict.fromkeys((said_in(element, _LONGEST_BYLINE), printed_in(element)))):
            reading = read_date(text, language) or next(iter(read_dates(text, language)), None)
            if reading is not None:
                return DateWitness(
                    stamp=reading.stamp, rule=RuleId.SOURCE_HINT, kind="line of a date", path=path_of(element),
                    quote=text, labelled=True, note=hinted.note("date"),
                )  # fmt: skip
    return None


def hinted_bylines(hinted: Hinted, near: list[Block], language: str | None) -> list[Byline]:
    """The bylines where the settings say they stand, and the line near the headline that is like their pattern."""
    found = [
        byline
        for element in hinted.elements("byline")[:_MOST_BYLINES]
        if (byline := _byline_in(element, hinted, language)) is not None
    ]
    if found or not hinted.hints.byline_pattern:
        return found
    for block in near:
        parts = ((block.text, block.box.element), *((text_of(inner), inner) for inner in block.inline))
        for text, element in parts:
            names = names_by_pattern(text, hinted.hints)
            if names:
                return [_byline(text, names, element, hinted.note("byline_pattern"))]
    return []


def names_by_pattern(line: str, hints: Hints) -> tuple[str, ...]:
    """The names that a line has in the places of the source's pattern."""
    if not hints.byline_pattern or len(line) > LONGEST_LINE:
        return ()
    signed = read_signed(line, read_pattern(hints.byline_pattern))
    return (*signed.names, *signed.agencies) if signed is not None else ()


def _byline_in(element: Element, hinted: Hinted, language: str | None) -> Byline | None:
    text = said_in(element, _LONGEST_BYLINE)
    names = names_by_pattern(text, hinted.hints) or tuple(read_names(text, language))
    if not names and len(text) <= _LONGEST_NAME and any(letter.isalpha() for letter in text):
        names = (text,)
    return _byline(text, names, element, hinted.note("byline")) if names else None


def _byline(text: str, names: tuple[str, ...], element: Element, note: str) -> Byline:
    rule = RuleId.SOURCE_HINT
    return Byline(value=text, rule=rule, place=path_of(element), quote=text, note=note, names=unique_names(names))


def hinted_authors(bylines: list[Byline], usual: Signed | None) -> Signed | None:
    """Who signed where the settings say so; those who were read elsewhere have lost."""
    if not bylines:
        return usual
    told = {name: byline for byline in reversed(bylines) for name in byline.names}
    names = [
        (name, _ranked(replace(_as_reading(one), field="people", value=name)))
        for name, one in sorted(told.items(), key=lambda pair: bylines.index(pair[1]))
    ]
    first = bylines[0]
    if len(bylines) > 1:
        first = replace(first, value=" | ".join(dict.fromkeys(one.value for one in bylines)))
    lost = usual.names if usual is not None else ()
    return Signed(
        byline=first, names=tuple(names), lost=tuple(ranking.believed for name, ranking in lost if name not in told)
    )


def _as_reading(one: Byline) -> Reading:
    return Reading(field=one.field, value=one.value, rule=one.rule, place=one.place, quote=one.quote, note=one.note)


def _ranked(reading: Reading) -> Ranking:
    return Ranking(believed=reading, sure=reading.sure)


def _reading(field: str, value: str, element: Element, hinted: Hinted) -> Reading:
    return Reading(
        field=field, value=value, rule=RuleId.SOURCE_HINT, place=path_of(element), quote=value, note=hinted.note(field)
    )


def hinted_pictures(hinted: Hinted, pictures: list[Picture], outline: Outline) -> list[Picture]:
    """The pictures with the captions that the settings name; one whose picture is not found stands alone."""
    for element in hinted.elements("caption")[:_MOST_CAPTIONS]:
        text = short_text_of(element, _LONGEST_CAPTION)
        blocks = blocks_of(element, outline) if text else []
        if not blocks or not text:
            continue
        taken, note = frozenset(block.index for block in blocks), hinted.note("caption")
        at = _picture_of(taken, pictures)
        said = {"caption": text, "blocks": taken, "is_beside": False, "hint": note}
        if at is None:
            pictures = [*pictures, Picture(element=element, index=min(taken), caption=text, blocks=taken, hint=note)]
        else:
            said["blocks"] = pictures[at].blocks | taken
            pictures = [*pictures[:at], replace(pictures[at], **said), *pictures[at + 1 :]]
    return sorted(pictures, key=lambda picture: picture.index)


def _picture_of(taken: frozenset[int], pictures: list[Picture]) -> int | None:
    """The picture that has these words already, else the nearest before them, else the nearest behind."""
    first = min(taken)
    free = [at for at, one in enumerate(pictures) if not one.hint]
    own = next((at for at in free if pictures[at].blocks & taken), None)
    if own is not None:
        return own
    before = [at for at in free if first - _NEAR <= pictures[at].index <= first]
    behind = [at for at in free if first < pictures[at].index <= max(taken) + 2]
    return before[-1] if before else behind[0] if behind else None


def blocks_of(element: Element, outline: Outline) -> list[Block]:
    """The blocks that an element is, whole: those in its box, or the line that it is all of."""
    box = outline.order.get(element)
    if box is not None:
        return outline.blocks[box.first : box.last]
    around = outline.box_of(element)
    if around is None:
        return []
    text = printed_in(element)
    return [block for block in outline.blocks[around.first : around.last] if block.text == text][:1]


def without_hinted(hinted: Hinted, body: Body, outline: Outline) -> Body:
    """The body without the lines that settings name as headline, byline or date: these were read for their fields."""
    read = {
        block.index
        for field in ("headline", "byline", "date")
        for element in hinted.elements(field)[:_MOST_BYLINES]
        if printed_in(element)
        for block in blocks_of(element, outline)
    }
    if not read:
        return body
    moved = tuple(block for block in (*body.lead, *body.kept) if block.index in read)
    return replace(
        body,
        lead=tuple(block for block in body.lead if block.index not in read),
        kept=tuple(block for block in body.kept if block.index not in read),
        front=(*body.front, *moved),
    )
