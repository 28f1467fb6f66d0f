"""Labelled plain texts set anew: heads in other orders, lines set apart otherwise, more notes, no stops, no language.

What a corpus has is a few of the forms that newsrooms use; a labeller fitted on these too leans on no single one.
"""

import random
import re
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
_TITLE = 12  # words of a second title
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
        (_short, 0.12),
        (_short_sentences, 0.08),
        (_verses, 0.02),
        (_refrain, 0.03),
        (_rows, 0.08),
        (_two_titles, 0.05),
        (_byline_tails, 0.08),
        (_signed, 0.08),
        (_head, 0.7),
        (_tail, 0.3),
        (_layout, 0.6),
        (_credits, 0.15),
        (_stopless, 0.12),
        (_capitals, 0.08),
        (_headless, 0.04),
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


def _new(text: str, label: str, gap: int, printed: str | None = None) -> tuple[Line, str]:
    return Line(piece=Piece(text=printed or text, gap=gap), text=text), label


def _texts(lines: Labelled) -> list[str]:
    return [line.text for line, label in lines if label == "para"]


def _short(lines: Labelled, chance: random.Random) -> Labelled:
    """Copy of one to three paragraphs."""
    kept = chance.choice((1, 1, 2, 3))
    ends = [n for n, (_, label) in enumerate(lines) if label == "para"][:kept]
    last = max(n for n, (_, label) in enumerate(lines) if label in _BODY)
    return [*lines[: ends[-1] + 1], *lines[last + 1 :]] if ends else lines


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(rf"(?<=[{re.escape(STOPS)}])\s+", text) if len(part) > 8]


def _short_sentences(lines: Labelled, chance: random.Random) -> Labelled:
    """The last paragraphs a sentence a line, as flashes and tabloids print them."""
    last = [n for n, (_, label) in enumerate(lines) if label == "para"][-chance.choice((1, 2, 3)) :]
    gap = max(line.piece.gap for line, _ in lines)
    return [
        new
        for n, (line, label) in enumerate(lines)
        for new in ([_new(text, "para", gap) for text in _sentences(line.text)] if n in last else [(line, label)])
    ]


def _verses(lines: Labelled, chance: random.Random) -> Labelled:
    """The lines of a song for a body."""
    clauses = [part.strip() for text in _texts(lines) for part in re.split(r"[,;:.!?،，。]\s*", text)]
    verses = [part for part in clauses if 2 <= len(part.split()) <= 8 or 4 <= len(part) <= 16][:12]
    at = next((n for n, (_, label) in enumerate(lines) if label in _BODY), None)
    if at is None or len(verses) < 4:
        return lines
    last = max(n for n, (_, label) in enumerate(lines) if label in _BODY)
    mark = chance.choice((".", ",", ""))
    refrain = verses[0]
    told = [verse for n, verse in enumerate(verses) for verse in ((verse, refrain) if n % 4 == 3 else (verse,))]
    verse_lines = [_new(verse + mark, "para", int(n % 5 == 0)) for n, verse in enumerate(told)]
    return [*lines[:at], *verse_lines, *lines[last + 1 :]]


def _refrain(lines: Labelled, chance: random.Random) -> Labelled:
    """One short sentence that comes again and again."""
    sentence = min((s for text in _texts(lines) for s in _sentences(text)), key=len, default="")
    if not 3 <= len(sentence.split()) <= 12:
        return lines
    gap = max(line.piece.gap for line, _ in lines)
    places = [n for n, (_, label) in enumerate(lines) if label == "para"][:: chance.choice((1, 2))]
    found: Labelled = []
    for n, line in enumerate(lines):
        found += [line, _new(sentence, "para", gap)] if n in places else [line]
    return found


def _rows(lines: Labelled, chance: random.Random) -> Labelled:
    """A table amid the text: names, places and figures in cells."""
    inner = [n for n, (_, label) in enumerate(lines) if label == "para"][1:]
    words = [word for text in _texts(lines) for word in re.findall(r"[^\W\d_]{3,}", text)]
    if not inner or len(words) < 20:
        return lines
    mark, count = chance.choice(("\t", "\t", " | ", "    ")), chance.choice((2, 3, 4))
    figures = range(chance.choice((0, 1, 1, 2)))
    rows = []
    for number in range(chance.randrange(3, 6)):
        cells = [" ".join(chance.sample(words, chance.choice((1, 1, 2)))).title() for _ in range(count)]
        for n in figures if number else ():
            cells[-1 - n] = str(chance.randrange(2, 20_000))
        rows.append(mark.join(cells))
    gap = max(line.piece.gap for line, _ in lines)
    table = [_new(" ".join(row.split()), "row", gap if not n else 0, row) for n, row in enumerate(rows)]
    at = chance.choice(inner)
    return [*lines[:at], *table, *lines[at:]]


def _two_titles(lines: Labelled, chance: random.Random) -> Labelled:
    """A second title under the headline: the first words of a paragraph, without a stop."""
    at = next(n for n, (_, label) in enumerate(lines) if label == "headline")
    if any(label == "deck" for _, label in lines) or not (texts := _texts(lines)):
        return lines
    text = chance.choice(texts)
    title = re.split(r"[,;:.!?،，。]", text)[0] if " " not in text[:20] else " ".join(text.split()[:_TITLE])
    return [*lines[: at + 1], _new(title.rstrip(STOPS + ",;"), "deck", chance.choice((0, 1))), *lines[at + 1 :]]


def _byline_tails(lines: Labelled, chance: random.Random) -> Labelled:
    """A byline with more behind the name than its grammar reads: what a paper calls itself, a post, a place."""
    tail = chance.choice(_NOTES["byline_tails"])
    return _retold(lambda text, label: f"{text}{tail}" if label == "byline" else text, lines)


def _signed(lines: Labelled, chance: random.Random) -> Labelled:
    """The writer's name in brackets behind the last sentence."""
    last = max((n for n, (_, label) in enumerate(lines) if label == "para"), default=None)
    if last is None:
        return lines
    text = lines[last][0].text
    wide = re.search("[\u3040-\u30ff\u3400-\u9fff]", text) is not None
    name = chance.choice(_NOTES["signatures_wide" if wide else "signatures"])
    signed = f"{text}（{name}）" if wide else f"{text} ({name})"
    found = [line for n, line in enumerate(lines) if line[1] != "byline" or n > last]
    return [
        (_new(signed, "para", line.piece.gap) if line is lines[last][0] else (line, label)) for line, label in found
    ]


def _headless(lines: Labelled, chance: random.Random) -> Labelled:
    """Copy without a headline: a byline, a date or a slug over the text."""
    left = [line for line in lines if line[1] not in ("headline", "deck")]
    return left if chance.random() < 0.3 or left[0][1] in ("byline", "date", "slug") else lines


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
