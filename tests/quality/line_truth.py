"""Labelled lines for fitting the labeller: what the truth of a document says of each of its printed lines."""

import json
import re
import unicodedata
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from services.normalize.document import Document, Line, open_document
from services.normalize.fields.date import day_order
from services.normalize.fields.line_features import features
from services.normalize.fields.line_labels import STATES, follows, label_lines, may_open
from services.normalize.fields.line_views import BULLET, CELLS, TextView
from services.normalize.grammar.dates import read_dates
from services.normalize.pipeline import STEPS
from services.normalize.readers import plain_text
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode
from tests.quality.line_variants import variants, without_rules

Truth = dict[str, Any]
OWN_WEIGHT = 5
SEED_WEIGHT = 30  # the one text whose subheads are its own
SEED_LABELS = (
    "date", "headline", "paragraph", "caption", "subhead", *["paragraph"] * 6, "subhead", "caption", "paragraph",
    "paragraph", "byline", "note", "note",
)  # fmt: skip
RECEIVED_US = 1_500_000_000_000_000


class Sample(msgspec.Struct, kw_only=True):
    """One text: the features of its lines, the true states of its lines, and its variant."""

    name: str
    corpus: str
    language: str
    variant: dict[str, str]
    features: list[list[str]]
    states: list[int]
    texts: list[str]
    is_anew: bool = False


def read_corpus(folder: Path, count: int) -> list[Sample]:
    """The plain texts of a corpus whose lines the truth explains, each with as many settings anew."""
    found: list[Sample] = []
    left = 0
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        if truth["media_type"] != "text/plain":
            continue
        samples = read_samples(folder, truth, count)
        left += not samples
        found += samples
    print(f"{folder.name}: {sum(not sample.is_anew for sample in found)} texts, {left} left out")
    return found


def read_own() -> list[Sample]:
    """The example that the project began with and the whole texts of its own corpus, as truths."""
    own = Path("tests/corpus/text")
    found: list[Sample] = []
    for path in sorted(own.glob("*.json")):
        told = json.loads(path.read_bytes())
        blocks = [{**block, "text": block.get("text") or ""} for block in told.get("blocks", [])]
        truth = {
            "id": path.stem, "file": f"{path.stem}.txt", "media_type": "text/plain", "headline": told["headline"],
            "lead": told.get("description") or "", "authors": told.get("people", []),
            "sources": told.get("sources", []),
            "blocks": blocks, "boilerplate": told.get("boilerplate", []), "variant": {"layout": "own"},
            "printed": {"byline": (told.get("byline") or "").replace(" | ", "\n")},
            "language": told.get("language", "vi"),
        }  # fmt: skip
        found += read_samples(own, truth, 0) * OWN_WEIGHT if blocks else []
    (seed,) = Path("seeds").glob("*.txt")
    lines = [line.strip() for line in seed.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    blocks = [
        {"type": kind, "text": text}
        for kind, text in zip(SEED_LABELS, lines, strict=True)
        if kind in ("caption", "subhead", "paragraph")
    ]
    seed_truth = {
        "id": "seed", "file": seed.name, "media_type": "text/plain", "headline": lines[1], "lead": "", "authors": [],
        "sources": [], "blocks": blocks, "boilerplate": lines[-2:], "variant": {"layout": "seed"},
        "printed": {"byline": lines[-3]}, "language": "vi",
    }  # fmt: skip
    return [*found, *read_samples(seed.parent, seed_truth, 0) * SEED_WEIGHT]


def read_samples(folder: Path, truth: Truth, count: int) -> list[Sample]:
    """One text as the pipeline leaves it to the labeller, and set anew."""
    language = truth.get("language", "vi")
    body = (folder / truth["file"]).read_bytes()
    source = Source(kind="drop", name="", language=language, zone=truth.get("zone"))
    raw = Raw(source=source, media_type="text/plain", body=body, received_us=RECEIVED_US)
    try:
        text = decode(body, "text/plain", language).text
    except NotAnArticle:
        return []
    document = open_document(raw, text, plain_text.read(text, raw))
    for step in STEPS[: STEPS.index(label_lines)]:
        document = step(document)
    labels = label(document, truth)
    if "headline" not in labels or states_of(labels) is None:
        return []
    seed = zlib.crc32(truth["id"].encode())
    labelled = list(zip(document.lines, labels, strict=True))
    settings = [labelled, *variants(labelled, seed, count)]
    found = []
    for turn, lines in enumerate(settings):
        if (states := states_of([name for _, name in lines])) is None:
            continue
        anew = msgspec.structs.replace(document, lines=tuple(line for line, _ in lines))
        anew = without_rules(anew) if turn == 1 and seed % 4 == 0 else anew
        view = TextView(anew, list(range(len(lines))), day_order(anew.rules, source))
        rows = [features(view, place) for place in range(len(lines))]
        found.append(
            Sample(
                name=truth["id"],
                corpus=folder.name,
                language=language,
                variant=truth["variant"],
                features=rows,
                states=states,
                texts=[line.text for line, _ in lines],
                is_anew=turn > 0,
            )
        )
    return found


_PLAIN = re.compile(r"[\W_]+")


def key(text: str | None) -> str:
    """Letters and figures only."""
    return _PLAIN.sub("", unicodedata.normalize("NFKC", text or "").casefold())


class _Known:
    """The keys of what a truth says of its document's lines."""

    def __init__(self, truth: Truth) -> None:
        printed = truth.get("printed", {})
        self.heads = {key(truth["headline"]), key(printed.get("headline"))}
        self.slugs = {key(slug) for slug in printed.get("slugs", [])}
        self.kicker = key(printed.get("kicker")) or None
        self.dates, self.bylines = (
            {key(part) for part in (printed.get(name) or "").split("\n")} - {""} for name in ("date", "byline")
        )
        self.other = {key(line) for line in truth["boilerplate"]} - {""}
        self.blocks = [(block["type"], key(block["text"])) for block in truth["blocks"] if key(block["text"])]
        self.lead = key(truth["lead"])
        self.deck = self.lead if truth.get("deck") else None
        names = [person["name"] for person in truth["authors"]] + truth["sources"]
        self.names = [name for name in map(key, names) if name]


def label(document: Document, truth: Truth) -> list[str]:
    """What each line is."""
    known = _Known(truth)
    found: list[str] = []
    for line in document.lines:
        headed = "headline" in found
        own = key(line.text)
        told = None if headed else _label_over(own, line, known)
        name = told or _label_under(own, line, known) or _label_of_rest(own, line, known, document, headed=headed)
        found.append(name)
    return found


def _label_over(own: str, line: Line, known: _Known) -> str | None:
    """The label of a line over the headline, or of the headline."""
    if own in known.heads:
        return "headline"
    if own in known.slugs:
        return "slug"
    if own == known.kicker:
        return "kicker"
    return "date" if line.text.startswith("Date: ") else None


def _label_under(own: str, line: Line, known: _Known) -> str | None:
    printed = (("date", own in known.dates), ("byline", own in known.bylines), ("deck", own == known.deck))
    told = next((name for name, is_so in printed if is_so), None)
    if told is not None:
        return told
    found = (_label_of_block(own, line, kind, block) for kind, block in known.blocks)
    name = next((name for name in found if name is not None), None)
    return name or ("para" if known.lead and own.endswith(known.lead) else None)


def _label_of_block(own: str, line: Line, kind: str, block: str) -> str | None:
    if kind == "caption":
        return "caption" if block in own and len(own) < len(block) + 90 and len(block) > 3 else None
    if kind == "subhead":
        return "subhead" if own == block else None
    bullet, cells = BULLET.match(line.text) is not None, CELLS.search(line.piece.text) is not None
    whole = own.endswith(block) and len(own) < len(block) + 70
    if not whole and not (len(own) > 3 and own in block and (bullet or cells)):
        return None
    return "row" if cells and len(line.text) < 120 else "item" if bullet else "para"


def _label_of_rest(own: str, line: Line, known: _Known, document: Document, *, headed: bool) -> str:
    """What the truth lists as no part of the article, a date or byline it does not spell out, and the rest."""
    listed = own in known.other or any(text in own for text in known.other if len(text) > 5)
    if listed or (not headed and re.match(r"(?:From|To|Subject|Cc|Reply-To|Sent): ", line.text)):
        return "note" if headed else "slug"
    if len(line.text) < 140 and read_dates(line.text, document.rules.tag, document.rules.dates.order, None):
        return "date"
    if len(line.text) < 120 and any(name in own for name in known.names):
        return "byline"
    return "note" if headed else "kicker"


def states_of(labels: list[str]) -> list[int] | None:
    """The labels in their zones; None where they make no article. What stands over a text without headline is `pre`."""
    body = ("para", "subhead", "item", "row")
    if labels.count("headline") > 1:
        return None
    headline = labels.index("headline") if "headline" in labels else -1
    inner = [n for n, name in enumerate(labels) if n > headline and name in body]
    if not inner:
        return None
    head = ("deck", "byline", "date", "slug", "kicker")
    opening = max((n for n in range(headline + 1, inner[0]) if labels[n] in head), default=headline)
    ending = max(n for n, name in enumerate(labels) if name in (*body, "caption", "credit"))
    ends: tuple[tuple[int, str], ...] = (
        (headline - 1, "pre"), (headline, "headline"), (opening, "post"), (ending, "body"),
    )  # fmt: skip
    if headline < 0:
        ends = ((opening, "pre"), (ending, "body"))
    states = [_state_of(n, name, ends) for n, name in enumerate(labels)]
    found = [state for state in states if state is not None]
    fits = (
        len(found) == len(states)
        and may_open(STATES[found[0]])
        and all(follows(STATES[one], STATES[two]) for one, two in pairwise(found))
    )
    return found if fits else None


def _state_of(number: int, name: str, ends: tuple[tuple[int, str], ...]) -> int | None:
    """The state of a line in the zone that ends at or after it."""
    zone = next((zone for last, zone in ends if number <= last), "foot")
    name = "note" if zone == "body" and name == "byline" else name
    return next((n for n, state in enumerate(STATES) if (state.zone, state.label) == (zone, name)), None)
