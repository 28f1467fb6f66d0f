"""What each line of a plain text is: head, body and foot judged together, as the likeliest sequence of labels."""

from functools import cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from services.normalize.document import Document, Kind, Line, weighed
from services.normalize.fields.date import day_order
from services.normalize.fields.line_features import features
from services.normalize.fields.line_views import LONGEST, LineView, TextView
from services.normalize.language import phrases
from services.normalize.language.load import EVERY, for_tag
from services.normalize.readings import RuleId
from services.normalize.tables import read_table

Label = Literal[
    "slug", "kicker", "headline", "deck", "byline", "date", "para", "subhead", "caption", "credit", "item", "row",
    "note",
]  # fmt: skip
Zone = Literal["pre", "headline", "post", "body", "foot"]
_ZONES: dict[Zone, tuple[Label, ...]] = {
    "pre": ("slug", "kicker", "date", "byline", "note", "caption"),
    "headline": ("headline",),
    "post": ("deck", "byline", "date", "slug", "kicker", "note", "caption", "credit"),
    "body": ("para", "subhead", "caption", "credit", "item", "row", "note"),
    "foot": ("byline", "date", "note"),
}
_ORDER: tuple[Zone, ...] = ("pre", "headline", "post", "body", "foot")
_RULES: dict[Label, tuple[Kind, RuleId]] = {
    "slug": ("boilerplate", RuleId.LINE_SLUG), "kicker": ("boilerplate", RuleId.LINE_KICKER),
    "headline": ("headline", RuleId.LINE_HEADLINE), "deck": ("lead", RuleId.LINE_DECK),
    "byline": ("byline", RuleId.LINE_BYLINE), "date": ("date", RuleId.LINE_DATE),
    "para": ("paragraph", RuleId.LINE_TEXT), "subhead": ("subhead", RuleId.LINE_SUBHEAD),
    "caption": ("caption", RuleId.LINE_CAPTION), "credit": ("byline", RuleId.LINE_CREDIT),
    "item": ("list", RuleId.LINE_ITEM), "row": ("table", RuleId.LINE_ROW), "note": ("boilerplate", RuleId.LINE_NOTE),
}  # fmt: skip
_OF_SHAPE: dict[str, Label] = {
    "heading": "subhead", "lead": "deck", "caption": "caption", "picture": "caption", "quote": "para", "list": "item",
    "table": "row",
}  # fmt: skip
_MARKED = 8.0  # what a mark of the copy itself ("## ") adds to the label it means
_NO_HEADLINE = -12.0
_NO_BODY = -8.0  # a foot right under the head
_OPENS_TEXT: tuple[Label, ...] = ("byline", "date", "slug")  # what may stand right over a text without a headline
_OVER: tuple[Label, ...] = ("byline", "kicker", "slug")
LEAST_SENTENCE, LEAST_AT_END = 6, 3  # words


class State(msgspec.Struct, frozen=True):
    """A label in the part of the text where it stands."""

    zone: Zone
    label: Label


STATES = tuple(State(zone, label) for zone in _ORDER for label in _ZONES[zone])
LABELS: tuple[Label, ...] = tuple(dict.fromkeys(state.label for state in STATES))


def follows(one: State, two: State) -> bool:
    """Whether a line may be `two` under a line that is `one`: head, headline, rest of the head, body, foot.

    A text may have no headline: then its body stands under a byline, a date or a slug.
    """
    if two.label == "credit":
        return one == State(two.zone, "caption")
    if one.zone == "pre":
        return two.zone in ("pre", "headline") or (two.zone == "body" and one.label in _OPENS_TEXT)
    return two.zone != "headline" and _ORDER.index(one.zone) <= _ORDER.index(two.zone)


def may_open(state: State) -> bool:
    """Whether a text may open with a line in this state: over the headline, the headline, or a paragraph."""
    return state.zone in ("pre", "headline") or state == State("body", "para")


def _leaves_out(one: State, two: State) -> float:
    """What a text is less likely by that goes on without a headline, or without a body."""
    if two.zone == "foot" and one.zone in ("headline", "post"):
        return _NO_BODY
    return _NO_HEADLINE / 4 if one.zone == "pre" and two.zone == "body" else 0.0


class _Model(msgspec.Struct, frozen=True):
    """The fitted weights: by feature, one figure a label; by state, those that may follow and what that adds.

    `first` opens a text, `last` ends it.
    """

    features: dict[str, tuple[float, ...]]
    after: tuple[tuple[tuple[int, float], ...], ...]
    first: tuple[float, ...]
    last: tuple[float, ...]


class _Table(msgspec.Struct, frozen=True):
    features: dict[str, dict[str, float]]
    first: dict[str, float]
    last: dict[str, float]
    follows: dict[str, dict[str, float]]


@cache
def _model() -> _Model:
    table = read_table("models/lines.toml", _Table)
    names = [f"{state.zone}_{state.label}" for state in STATES]
    after = tuple(
        tuple(
            (at, table.follows.get(name, {}).get(names[at], 0.0) + _leaves_out(one, two))
            for at, two in enumerate(STATES)
            if follows(one, two)
        )
        for name, one in zip(names, STATES, strict=True)
    )
    return _Model(
        features={name: tuple(found.get(label, 0.0) for label in LABELS) for name, found in table.features.items()},
        after=after,
        first=tuple(table.first.get(name, 0.0) for name in names),
        last=tuple(table.last.get(name, 0.0) for name in names),
    )


def label_lines(document: Document) -> Document:
    """Say of each line of a plain text what it is; pages and what is told already stay as they are."""
    numbers = [number for number, line in enumerate(document.lines) if line.text and line.kind in (None, "headline")]
    if document.is_page or not numbers:
        return document
    headed = document.article.headline is not None and all(line.kind != "headline" for line in document.lines)
    text = TextView(document, numbers, day_order(document.rules, document.raw.source))
    totals = [_totals(text, place, headed=headed) for place in range(len(numbers))]
    states = _likeliest(totals, headed=headed)
    lines, ends_in_text = list(document.lines), _ends_in_text(text, totals, states)
    for view, place, number, total, state in zip(text.lines, range(len(numbers)), numbers, totals, states, strict=True):
        if STATES[state].label == "credit":
            above = numbers[place - 1]
            lines[above] = _credited(lines[above], lines[number], view)
            lines[number] = replace(lines[number], text="")
        elif lines[number].kind is None:
            kept = place in ends_in_text or _is_lone_sentence(text, place, totals[place], states)
            label = "para" if kept else STATES[state].label
            lines[number] = _told(lines[number], total, label)
    return replace(document, lines=tuple(line for line in lines if line.text or _is_bare_picture(line)))


def _is_bare_picture(line: Line) -> bool:
    """A picture without words is no line of the text, and stands where it stood."""
    return line.piece.shape == "picture" and bool(line.piece.href)


def _ends_in_text(text: TextView, totals: list[list[float]], states: list[int]) -> frozenset[int]:
    """Where a text goes on in short sentences to its end: not one line of its foot is shown to be the site's.

    A foot of notes has rights, headlines without a stop, labels or names among them.
    """
    last = max((place for place, state in enumerate(states) if STATES[state].label == "para"), default=len(states))
    foot = [place for place in range(last + 1, len(states)) if STATES[states[place]].label == "note"]
    if (
        not foot
        or foot[-1] != len(states) - 1
        or not all(_reads_as_text(text, at, totals[at], LEAST_AT_END) for at in foot)
    ):
        return frozenset()
    return frozenset(foot)


def _reads_as_text(text: TextView, place: int, total: list[float], least: int) -> bool:
    view = text.lines[place]
    alone = total[LABELS.index("para")] > total[LABELS.index("note")]
    return alone and view.stopped and view.size >= least and view.site is None and view.byline is None


def _is_lone_sentence(text: TextView, place: int, total: list[float], states: list[int]) -> bool:
    """Whether a line told to be a note reads as text by itself and stands alone amid the running text: then it is kept.

    Behind the last paragraph, and among other notes, sentences are the site's: its rights, its other headlines.
    """
    if STATES[states[place]].label != "note" or place >= min(text.last_running, text.end_mark):
        return False
    if any(STATES[beside].label == "note" for beside in (*states[max(place - 1, 0) : place], states[place + 1])):
        return False
    return _reads_as_text(text, place, total, LEAST_SENTENCE)


def _credited(caption: Line, line: Line, view: LineView) -> Line:
    """The caption with the credit that is printed under it."""
    credit = view.credit.credit if view.credit is not None else line.text
    piece = replace(caption.piece, end=line.piece.end)
    return replace(caption, piece=piece, byline=credit)


def _totals(text: TextView, place: int, *, headed: bool) -> list[float]:
    """What the features of a line add up to for each label, and what its marks and the reader add."""
    known = _model().features
    names = features(text, place)
    rows = [weights for name in names if (weights := known.get(name)) is not None]
    total = [sum(column) for column in zip(*rows, strict=True)]
    view = text.lines[place]
    for label, weight in _given(view, names, headed=headed):
        total[LABELS.index(label)] += weight
    if text.is_flash and not place and "reads as names" in names and "a section's name" not in names:
        for label in _OVER:  # a flash about a person is headed by the name
            total[LABELS.index(label)] -= _MARKED
    return total


def _given(view: LineView, names: list[str], *, headed: bool) -> list[tuple[Label, float]]:
    """What is known beside the fitted features: marks of the copy, words that say it, what the reader settled."""
    marked = _OF_SHAPE.get(view.line.piece.shape)
    told: tuple[tuple[Label, float, bool], ...] = (
        ("headline", 4 * _MARKED, view.line.kind == "headline"),
        ("headline", _MARKED, marked == "subhead"),
        ("headline", -5 * _MARKED, view.size > LONGEST),
        ("caption", _MARKED, "speaks of its picture" in names),
        ("note", _MARKED / 2, "under an end mark" in names),
        ("note", 4 * _MARKED, not any(map(str.isalnum, view.text))),
        ("item", _MARKED, view.member == "item"),
        ("row", _MARKED, view.member == "row"),
        ("note", _MARKED, phrases.edge_free(view.text) in _date_labels()),
        ("byline", -_MARKED, view.byline is None and (view.site is not None or "holds a figure" in names)),
        ("slug", -_MARKED / 2, _is_plain(view, names)),
    )
    found = [(label, weight) for label, weight, is_so in told if is_so]
    if marked is not None:
        found.append((marked, _MARKED))
    if headed:  # the text of a feed or of a JSON document has left its head behind
        found += [("deck", -_MARKED), ("slug", -_MARKED), ("kicker", -_MARKED)]
        found += [] if view.site is not None else [("note", -_MARKED / 2)]
    return found


@cache
def _date_labels() -> frozenset[str]:
    said = for_tag(EVERY).dates
    return phrases.folded((*said.published, *said.updated))


def _is_plain(view: LineView, names: list[str]) -> bool:
    """Whether a line is spelt as sentences are, a capital and small words, which a wire's slug is not."""
    return "code" not in names and view.capitals[:1] == [True] and view.capitals[1:2] == [False] and len(view.plain) > 2


_LABEL_OF = tuple(LABELS.index(state.label) for state in STATES)
_NEVER = -1e9
_HOPELESS = 60.0  # behind the best by more than all marks of a line can make up for
_ENDS: dict[Zone, float] = {"pre": _NO_HEADLINE, "headline": -_MARKED, "post": -_MARKED, "body": 0.0, "foot": 0.0}


def _likeliest(totals: list[list[float]], *, headed: bool) -> list[int]:
    """The likeliest states of all lines together (Viterbi); one that is headed already goes on after the headline."""
    model = _model()
    best = [first + totals[0][label] for first, label in zip(_first(headed), _LABEL_OF, strict=True)]
    steps: list[list[int]] = []
    for total in totals[1:]:
        least = max(best) - _HOPELESS
        onward, origins = [_NEVER] * len(STATES), [0] * len(STATES)
        for at, score in enumerate(best):
            if score < least:
                continue
            for after, weight in model.after[at]:
                if score + weight > onward[after]:
                    onward[after], origins[after] = score + weight, at
        best = [score + total[label] for score, label in zip(onward, _LABEL_OF, strict=True)]
        steps.append(origins)
    ends = _ENDS if steps else {**_ENDS, "headline": 0.0}  # one line alone is a headline
    state = max(range(len(STATES)), key=lambda at: best[at] + model.last[at] + ends[STATES[at].zone])
    path = [state]
    for origins in reversed(steps):
        state = origins[state]
        path.append(state)
    return path[::-1]


@cache
def _first(headed: bool) -> tuple[float, ...]:  # cached by it
    model = _model()
    if headed:
        headline = STATES.index(State("headline", "headline"))
        after = dict(model.after[headline])
        return tuple(after.get(at, _NEVER) for at in range(len(STATES)))
    opens = {"pre": 0.0, "headline": 0.0, "body": _NO_HEADLINE / 2}
    return tuple(
        w + opens[state.zone] if may_open(state) else _NEVER for w, state in zip(model.first, STATES, strict=True)
    )


def _told(line: Line, total: list[float], label: Label) -> Line:
    """The line with its kind, how likely that was by its own features, and the runner-up."""
    kind, rule = _RULES[label]
    if line.piece.shape == "quote" and kind == "paragraph":
        kind = "quote"
    if line.piece.shape == "picture":
        kind = "picture"
    return weighed(line, kind, rule, dict(zip(LABELS, total, strict=True)), label)
