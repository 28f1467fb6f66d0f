"""Labelled plain texts set anew: heads in other orders, lines set apart otherwise, more notes, no stops, no language.

What a corpus has is a few of the forms that newsrooms use; a labeller fitted on these too leans on no single one.
"""

import random
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec

from services.normalize.document import Document, Line, Piece
from services.normalize.grammar.credit import take_credit
from services.normalize.language.load import GENERIC, for_tag
from services.normalize.language.signs import STOPS

Labelled = list[tuple[Line, str]]

_NOTES = tomllib.loads(Path(__file__).with_name("line_notes.toml").read_text(encoding="utf-8"))
_BODY = ("para", "subhead", "item", "row", "caption")
_FLASHES = 0.06
_POST = (
    ("deck", "byline", "date"),
    ("byline", "date", "deck"),
    ("date", "deck", "byline"),
    ("date", "byline", "deck"),
    ("deck", "date", "byline"),
)


def variants(labelled: Labelled, seed: int, count: int) -> list[Labelled]:
    """As many other settings of the same article."""
    return [_set_anew(labelled, random.Random(seed * 31 + turn)) for turn in range(count)]


def _set_anew(labelled: Labelled, chance: random.Random) -> Labelled:
    if chance.random() < _FLASHES:
        return _flash(labelled, chance)
    lines = labelled
    for change, share in (
        (_head, 0.7),
        (_tail, 0.3),
        (_layout, 0.6),
        (_credits, 0.15),
        (_stopless, 0.12),
        (_capitals, 0.08),
    ):
        if chance.random() < share:
            lines = change(lines, chance)
    return lines


def _flash(lines: Labelled, chance: random.Random) -> Labelled:
    """A headline and a sentence, with a section's name or without."""
    headline = next(line for line, label in lines if label == "headline")
    opening = next((line.text for line, label in lines if label == "para"), headline.text)
    sentence = opening[: opening.find(". ") + 1] or opening
    gap = chance.choice((0, 1))
    flash = [_new(headline.text, "headline", 0), _new(sentence, "para", gap)]
    section = chance.choice(_NOTES["kicker"])
    return chance.choice(
        [flash, [_new(section, "kicker", 0), *flash], [*flash, _new(section, "note", gap)], [*flash, *_byline(lines)]]
    )


def _byline(lines: Labelled) -> Labelled:
    return [line for line in lines if line[1] == "byline"][:1]


def _credits(lines: Labelled, chance: random.Random) -> Labelled:
    """Each caption's credit on a line of its own under it."""
    found: Labelled = []
    for line, label in lines:
        credit = take_credit(line.text, GENERIC) if label == "caption" else None
        rest = line.text[len(credit.caption) :].strip(" .-–—|/()[]（）。") if credit is not None else ""
        if credit is None or not credit.credit or not line.text.startswith(credit.caption) or not rest:
            found.append((line, label))
            continue
        found += [_new(credit.caption, "caption", line.piece.gap), _new(rest, "credit", 0)]
    return found


def _new(text: str, label: str, gap: int) -> tuple[Line, str]:
    return Line(piece=Piece(text=text, gap=gap), text=text), label


def _head(lines: Labelled, chance: random.Random) -> Labelled:
    """The head's lines in another order, a slug or kicker more, byline and date over the headline or under the text."""
    at = next(n for n, (_, label) in enumerate(lines) if label == "headline")
    end = next(
        n
        for n, (_, label) in enumerate(lines)
        if n > at and label in ("para", "subhead", "item", "row", "caption", "note")
    )
    parts: dict[str, Labelled] = {}
    for line in lines[:end]:
        parts.setdefault(line[1], []).append(line)
    gap = max((line.piece.gap for line, _ in lines[1:end]), default=1)
    for label, share in (("slug", 0.3), ("kicker", 0.3)):
        if chance.random() < share:
            parts.setdefault(label, []).append(_new(chance.choice(_NOTES[label]), label, gap))
    over = ["slug", "kicker"]
    chance.shuffle(over)
    post = [*chance.choice(_POST)]
    foot: list[str] = []
    for label, where in (("date", chance.random()), ("byline", chance.random())):
        if where < 0.15:
            post.remove(label)
            over.insert(chance.randrange(len(over) + 1), label)
        elif where < 0.3 and len(parts.get(label, [])) < 3:
            post.remove(label)
            foot.append(label)
    known = {*over, "headline", *post, *foot}
    left = [line for label, found in parts.items() if label not in known for line in found]
    head = [line for label in [*over, "headline", *post] for line in parts.get(label, [])]
    ending = max(n for n, (_, label) in enumerate(lines) if label in _BODY)
    tail = [line for label in foot for line in parts.get(label, [])]
    return [*head, *left, *lines[end : ending + 1], *tail, *lines[ending + 1 :]]


def _tail(lines: Labelled, chance: random.Random) -> Labelled:
    """An end mark, a note about the sender, an invitation more."""
    notes = chance.choice(_NOTES["tails"])
    return [*lines, *(_new(text, "note", 1) for text in notes)]


def _layout(lines: Labelled, chance: random.Random) -> Labelled:
    style = chance.choice(("blank", "none", "tight head", "captions apart", "subheads apart", "indented"))
    found: Labelled = []
    before = ""
    for line, label in lines:
        head = label in ("slug", "kicker", "headline", "deck", "byline", "date")
        apart = {
            "blank": True, "none": False, "tight head": not head, "indented": head and chance.random() < 0.5,
            "captions apart": "caption" in (label, before) or head,
            "subheads apart": "subhead" in (label, before) or head,
        }[style]  # fmt: skip
        same = label == before and label in ("item", "row")
        indent = 4 if style == "indented" and label == "para" else 0
        piece = msgspec.structs.replace(line.piece, gap=int(apart and not same), indent=indent)
        found.append((msgspec.structs.replace(line, piece=piece), label))
        before = label
    return found


def _retold(change: Callable[[str, str], str], lines: Labelled) -> Labelled:
    return [
        (msgspec.structs.replace(line, text=text, piece=msgspec.structs.replace(line.piece, text=text)), label)
        for line, label in lines
        for text in [change(line.text, label) or line.text]
    ]


def _stopless(lines: Labelled, chance: random.Random) -> Labelled:
    """As in scripts that write no stops."""
    return _retold(lambda text, _: text.rstrip(STOPS), lines)


def _capitals(lines: Labelled, chance: random.Random) -> Labelled:
    """A headline, kickers and bylines in capitals."""
    return _retold(lambda text, label: text.upper() if label in ("headline", "kicker", "byline") else text, lines)


def without_rules(document: Document) -> Document:
    """The text as it is read where its language has no file."""
    return msgspec.structs.replace(document, rules=for_tag(GENERIC))
