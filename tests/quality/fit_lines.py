"""Fits services/normalize/models/lines.toml on labelled plain text, and cross-validates it.

    python -m tests.quality.fit_lines --corpora DIR            tables only: formats left out, languages left out
    python -m tests.quality.fit_lines --corpora DIR --write    and the weights

A linear-chain conditional random field with a quadratic penalty, fitted by L-BFGS; needs numpy, which the product does
not. A document's lines are labelled by what its truth says of them.
"""

import argparse
import json
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from services.normalize.fields.line_labels import LABELS, STATES, follows
from tests.quality.line_truth import Sample, read_corpus, read_own

if TYPE_CHECKING:
    from tests.quality.crf import Fitted

MODEL = Path("services/normalize/models/lines.toml")
FOLDS = 5
Answers = list[tuple[Sample, list[int]]]


def main() -> int:
    """Print the tables; write the weights when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--write", action="store_true", help="fit on all documents and write the weights")
    parser.add_argument("--anew", type=int, default=2, help="settings anew of each text")
    parser.add_argument("--no-tables", action="store_true")
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--anew-too", action="store_true", help="count the settings anew in the tables too")
    options = parser.parse_args()
    from tests.quality import crf  # noqa: PLC0415  # numpy, which reading the help asks nobody for

    samples = [
        sample
        for corpus in ("copytext-dev", "vietnamese-wide", "vietnamese-dev")
        for sample in read_corpus(options.corpora / corpus, options.anew)
    ]
    samples += read_own()
    print(f"{len(samples)} texts, {sum(len(s.states) for s in samples)} lines")
    if not options.no_tables:
        for title, group in (("heads and layouts left out", _format), ("languages left out", _language)):
            answers = cross_validate(samples, group, options.penalty, options.anew_too)
            show(title, answers, samples, options.misses)
    if options.write:
        MODEL.write_text(as_toml(crf.fit(samples, options.penalty)), encoding="utf-8")
    return 0


def _format(sample: Sample) -> str:
    return sample.variant.get("head", "") + "|" + sample.variant["layout"]


def _language(sample: Sample) -> str:
    return sample.language


def cross_validate(samples: list[Sample], group, penalty: float, anew: bool = False) -> Answers:  # type: ignore[no-untyped-def]
    """Each sample's states by a model that has seen no sample of its group."""
    from tests.quality.crf import decode_states, fit  # noqa: PLC0415  # see main

    groups = sorted({group(sample) for sample in samples})
    fold_of = {name: zlib.crc32(name.encode()) % FOLDS for name in groups}
    answers: Answers = []
    for turn in range(FOLDS):
        own = [sample for sample in samples if fold_of[group(sample)] != turn]
        aside = [s for s in samples if fold_of[group(s)] == turn and (anew or not s.is_anew)]
        fitted = fit(own, penalty, 60)
        answers += list(zip(aside, decode_states(fitted, aside), strict=True))
    return answers


def show(title: str, answers: list[tuple[Sample, list[int]]], samples: list[Sample], misses: int) -> None:
    """One table a corpus: how many lines of each label are found, and how many so called are so."""
    for corpus in sorted({sample.corpus for sample in samples}):
        chosen = [(sample, states) for sample, states in answers if sample.corpus == corpus]
        pairs = Counter(
            (STATES[true].label, STATES[told].label)
            for sample, states in chosen
            for true, told in zip(sample.states, states, strict=True)
        )
        perfect = sum(
            all(STATES[a].label == STATES[b].label for a, b in zip(sample.states, states, strict=True))
            for sample, states in chosen
        )
        exact = sum(count for (true, told), count in pairs.items() if true == told)
        print(f"\n{title}, {corpus}: lines {exact / sum(pairs.values()):.4f}, whole texts {perfect / len(chosen):.3f}")
        for name in LABELS:
            true = sum(count for (one, _), count in pairs.items() if one == name)
            told = sum(count for (_, two), count in pairs.items() if two == name)
            wrong = sorted(((c, two) for (one, two), c in pairs.items() if one == name and two != name), reverse=True)[
                :3
            ]
            share, right = pairs[name, name] / max(true, 1), pairs[name, name] / max(told, 1)
            print(f"  {name:9} {true:5} found {share:.3f} right {right:.3f}  taken for {wrong}")
    by_language: dict[str, list[bool]] = {}
    for sample, states in answers:
        by_language.setdefault(sample.language, []).extend(
            STATES[a].label == STATES[b].label for a, b in zip(sample.states, states, strict=True)
        )
    print("  " + ", ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in sorted(by_language.items())))
    shown = 0
    for sample, states in answers:
        for line, a, b in zip(sample.texts, sample.states, states, strict=True):
            if STATES[a].label != STATES[b].label and shown < misses and zlib.crc32(line.encode()) % 7 == 0:
                shown += 1
                print(
                    f"   {sample.name} {STATES[a].zone}.{STATES[a].label} told {STATES[b].zone}.{STATES[b].label}: "
                    f"{line[:110]}"
                )


def as_toml(fitted: "Fitted") -> str:
    """The weights as a table that people can read."""
    lines = [
        "# How much each feature of a line of plain text speaks for each label, and which state likes to follow which.",
        "# Fitted by tests/quality/fit_lines.py; weights are logits, those under 0.02 are left out.",
        "", "[features]",
    ]  # fmt: skip
    for name, number in sorted(fitted.names.items()):
        parts = [f"{label_} = {w:.2f}" for label_, w in zip(LABELS, fitted.emit[number], strict=True) if abs(w) >= 0.02]
        if parts:
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = {{ {', '.join(parts)} }}")
    for title, weights in (("first", fitted.first), ("last", fitted.last)):
        lines += ["", f"[{title}]"]
        lines += [f"{s.zone}_{s.label} = {w:.2f}" for s, w in zip(STATES, weights, strict=True) if abs(w) >= 0.02]
    for row, state in enumerate(STATES):
        parts = [
            f"{t.zone}_{t.label} = {fitted.move[row, n]:.2f}"
            for n, t in enumerate(STATES)
            if follows(state, t) and abs(fitted.move[row, n]) >= 0.02
        ]
        lines += ["", f"[follows.{state.zone}_{state.label}]", *parts]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
