"""Fits the weights of services/normalize/models/caption_features.toml on labelled documents, and cross-validates them.

    python -m tests.quality.fit_captions --corpora DIR            tables only
    python -m tests.quality.fit_captions --corpora DIR --write    and the weights

Softmax regression with a quadratic penalty, by plain gradient steps: a few hundred lines need no library. Every third
document is held aside from the tables: it is not fitted on, and only counted. What is written is fitted on all.
"""

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path

import msgspec

from services.normalize.document import Document, open_document, size
from services.normalize.fields.caption_features import Surroundings, signs
from services.normalize.fields.captions import Judgement, Totals, judge_captions, likeliest, settle_by_credit, weights
from services.normalize.language.folding import fold
from services.normalize.pipeline import STEPS
from services.normalize.readers import plain_text
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode

KINDS: tuple[Judgement, ...] = ("paragraph", "caption", "subhead")
WEIGHTS = Path("services/normalize/models/caption_features.toml")
LONGEST = 60
FOLDS = 5
ASIDE = 3
ANEW = 1.5
STOPPED = 0.35


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a body: its signs (None where it needs no judging) and what it is in truth."""

    signs: dict[str, float] | None
    kind: Judgement


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """One article's samples: as its file prints it (none for a page), and set anew in other layouts."""

    printed: list[Sample]
    anew: list[tuple[float, list[Sample]]]


LAYOUTS = {"captions apart": 0.5, "apart": 0.35, "close": 0.15}
Fitted = dict[Judgement, dict[str, float]]


def main() -> int:
    """Print both tables; write the weights when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--write", action="store_true", help="fit on all documents and write the weights")
    options = parser.parse_args()
    folder = options.corpora / "vietnamese-dev"
    documents = [read_document(folder, truth) for truth in read_truth(folder)]
    own = [document for number, document in enumerate(documents) if number % ASIDE != ASIDE - 1]
    aside = [document for number, document in enumerate(documents) if number % ASIDE == ASIDE - 1]
    confusion: Counter[tuple[str, str]] = Counter()
    for turn in range(FOLDS):
        fitted = fit([document for place, document in enumerate(own) if place % FOLDS != turn], options.penalty)
        confusion += compare(fitted, [document for place, document in enumerate(own) if place % FOLDS == turn])
    show(f"cross-validated in {FOLDS} folds, {len(own)} documents", confusion)
    fitted = fit(own, options.penalty)
    show(f"held aside, {len(aside)} documents", compare(fitted, aside))
    if options.write:
        WEIGHTS.write_text(as_toml(fit(documents, options.penalty)), encoding="utf-8")
    return 0


def read_truth(folder: Path) -> list[dict[str, object]]:
    """The documents of the corpus that are plain text."""
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_document(folder: Path, truth: dict[str, object]) -> Labelled:
    """The lines as printed, and those of the same article set anew in every layout, captions stopped and not."""
    kinds = true_kinds(truth)
    printed: list[Sample] = []
    if truth["media_type"] == "text/plain":
        printed = read_samples((folder / str(truth["file"])).read_bytes(), kinds)
    anew = [
        (share, read_samples(set_anew(truth, layout, dotted), kinds))
        for layout, width in LAYOUTS.items()
        for dotted, share in ((False, width * (1 - STOPPED)), (True, width * STOPPED))
    ]
    return Labelled(printed=printed, anew=anew)


def set_anew(truth: dict[str, object], layout: str, dotted: bool) -> bytes:
    """The article as plain text: every line apart, none apart, or only captions and what follows them."""
    lines = [str(truth["headline"]), "", str(truth["lead"]), ""]
    before = ""
    for block in msgspec.convert(truth["blocks"], list[dict[str, str | None]]):
        text, kind = block["text"] or "", block["type"] or ""
        apart = layout == "apart" or (
            layout == "captions apart" and (kind == "caption" or before in ("caption", "subhead"))
        )
        lines += ["", text] if apart else [text]
        if kind == "caption" and dotted:
            lines[-1] = text.rstrip(".") + "."
        before = kind
    return "\n".join(lines).encode()


def read_samples(body: bytes, known: dict[str, Judgement]) -> list[Sample]:
    """The body's lines as the pipeline leaves them to the judge, each with its true kind."""
    source = Source(kind="drop", name="", language="vi")
    raw = Raw(source=source, media_type="text/plain", body=body, received_us=1_500_000_000_000_000)
    try:
        text = decode(body, "text/plain", "vi").text
    except NotAnArticle:
        return []
    document = open_document(raw, text, plain_text.read(text, raw))
    document = msgspec.structs.replace(document, is_page=True)  # in text the lines are told by fit_lines
    for step in STEPS[: STEPS.index(judge_captions)]:
        document = step(document)
    return samples_of(document, known)


def true_kinds(truth: dict[str, object]) -> dict[str, Judgement]:
    """What each line of the truth's body is, by its folded words."""
    blocks = msgspec.convert(truth["blocks"], list[dict[str, str | None]])
    return {_key(block["text"] or ""): msgspec.convert(block["type"], Judgement) for block in reversed(blocks)}


def samples_of(document: Document, known: dict[str, Judgement]) -> list[Sample]:
    """Samples in order; a line that the truth does not know, or that its credit makes clear, only keeps its place."""
    body = [number for number, line in enumerate(document.lines) if line.kind is None]
    around = Surroundings(document, body)
    samples = []
    for place, number in enumerate(body):
        line = document.lines[number]
        kind = known.get(_key(line.text))
        if settle_by_credit(line, around.tag).kind == "caption":
            samples.append(Sample(signs=None, kind="caption"))
        elif kind is None or size(line.text) > LONGEST:
            samples.append(Sample(signs=None, kind="paragraph"))
        else:
            samples.append(Sample(signs=signs(around, place), kind=kind))
    return samples


def _key(text: str) -> str:
    return fold(text).replace(" -", "-").replace("- ", "-").strip(" .-")


def fit(documents: list[Labelled], penalty: float, rounds: int = 250) -> Fitted:
    """Weights by Adagrad on the softmax loss; an article counts as printed and, by shares, as set anew."""
    samples = [
        (sample.signs, sample.kind, share)
        for document in documents
        for lines, share in [(document.printed, 1.0), *((lines, ANEW * share) for share, lines in document.anew)]
        for sample in lines
        if sample.signs is not None
    ]
    names = sorted({name for found, _, _ in samples for name in found})
    found_weights: Fitted = {kind: dict.fromkeys(names, 0.0) for kind in KINDS}
    squares = {kind: dict.fromkeys(names, 1e-6) for kind in KINDS}
    for _ in range(rounds):
        slopes = {kind: {name: penalty * found_weights[kind][name] for name in names} for kind in KINDS}
        for found, truth, share in samples:
            shares = _shares(found_weights, found)
            for kind in KINDS:
                error = share * (shares[kind] - (kind == truth))
                for name, value in found.items():
                    slopes[kind][name] += error * value
        for kind in KINDS:
            for name, slope in slopes[kind].items():
                squares[kind][name] += slope * slope
                found_weights[kind][name] -= 0.5 * slope / math.sqrt(squares[kind][name])
    return found_weights


def _shares(fitted: Fitted, found: dict[str, float]) -> dict[Judgement, float]:
    totals = {kind: sum(fitted[kind].get(name, 0.0) * value for name, value in found.items()) for kind in KINDS}
    odds = {kind: math.exp(total - max(totals.values())) for kind, total in totals.items()}
    return {kind: odd / sum(odds.values()) for kind, odd in odds.items()}


def compare(fitted: Fitted, documents: list[Labelled]) -> Counter[tuple[str, str]]:
    """How often each kind was taken for which; a document with no mistake counts under ("document", "right")."""
    confusion: Counter[tuple[str, str]] = Counter()
    for samples in (document.printed for document in documents if document.printed):
        totals: list[Totals] = []
        for sample in samples:
            if sample.signs is None:
                totals.append({sample.kind: 0.0})
                continue
            sums = {kind: sum(fitted[kind].get(n, 0.0) * v for n, v in sample.signs.items()) for kind in KINDS}
            totals.append({kind: total - sums["paragraph"] for kind, total in sums.items()})
        told = [(s.kind, kind) for s, kind in zip(samples, likeliest(totals), strict=True) if s.signs is not None]
        confusion.update(told)
        confusion["document", "right" if all(true == kind for true, kind in told) else "wrong"] += 1
    return confusion


def show(title: str, confusion: Counter[tuple[str, str]]) -> None:
    """One table: truth down, judgement across."""
    right, wrong = confusion["document", "right"], confusion["document", "wrong"]
    print(f"{title}: every line right in {right / (right + wrong):.3f}")
    print(f"{'truth':>12} " + " ".join(f"{kind:>10}" for kind in KINDS))
    for true in KINDS:
        print(f"{true:>12} " + " ".join(f"{confusion[true, kind]:>10}" for kind in KINDS))


def as_toml(fitted: Fitted) -> str:
    """The weights against a paragraph's, and what the hand set: which kind follows which."""
    lines = [
        "# How much each sign of a short line speaks for a caption and for a subhead, against a paragraph.",
        "# Fitted by tests/quality/fit_captions.py, cross-validated in docs/decisions/0010-normalise-text.md.",
        "# [follows] was counted in the same documents and rounded: who stands after whom, as a logarithm.",
    ]
    for kind in ("caption", "subhead"):
        lines += ["", f"[{kind}]"]
        for name, value in sorted(fitted[kind].items()):
            lines.append(f'"{name}" = {round(value - fitted["paragraph"][name], 3)}')
    for kind, following in weights().follows.items():
        lines += ["", f"[follows.{kind}]", *(f"{name} = {value}" for name, value in following.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
