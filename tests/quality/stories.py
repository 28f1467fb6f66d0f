"""How well copies are told from other articles: `python -m tests.quality.stories --corpora DIR`.

Real articles of the corpora are copied as desks copy them: cut, framed, reordered, edited, stripped of their marks.
Every pair of different articles that shares a run of words is a chance to be wrong; pairs that are one article in two
corpora (nearly all of the text is the same) are left out.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from services.index.stories.keeper import MOST_SHARING
from services.index.stories.likeness import Print, are_alike, marks_of, print_of
from services.index.words import without_marks
from shared.article import Article, Block

TEXTS = ("vietnamese-dev", "vietnamese-wide")
PAGES = ("aeb", "fundus", "newspaper4k", "postlight", "readability", "trafilatura")
SAMPLE = 300
LEAST_WORDS = 60
ONE_AND_THE_SAME = 0.9
PRECISION, RECALL = 0.98, 0.95

Copy = Callable[[list[str], random.Random], list[str]]


def cut(share: float) -> Copy:
    def copy(paragraphs: list[str], _: random.Random) -> list[str]:
        words = " \n ".join(paragraphs).split(" ")
        return " ".join(words[: max(LEAST_WORDS // 2, int(len(words) * share))]).split(" \n ")

    return copy


def framed(paragraphs: list[str], _: random.Random) -> list[str]:
    return ["According to the agency, this was told to our reporters today.", *paragraphs, "Read more on our site."]


def shuffled(paragraphs: list[str], chance: random.Random) -> list[str]:
    return chance.sample(paragraphs, len(paragraphs))


def edited(share: float) -> Copy:
    def copy(paragraphs: list[str], chance: random.Random) -> list[str]:
        return [" ".join("nay" if chance.random() < share else word for word in one.split()) for one in paragraphs]

    return copy


def unmarked(paragraphs: list[str], _: random.Random) -> list[str]:
    return [without_marks(one.lower()) for one in paragraphs]


def joined(paragraphs: list[str], _: random.Random) -> list[str]:
    return [" ".join(paragraphs)]


COPIES: Mapping[str, Copy] = {
    "whole": lambda paragraphs, _: paragraphs,
    "cut to 70 %": cut(0.7),
    "cut to 40 %": cut(0.4),
    "framed": framed,
    "shuffled": shuffled,
    "6 % of the words changed": edited(0.06),
    "20 % of the words changed": edited(0.2),
    "without marks": unmarked,
    "one paragraph": joined,
}


class Told(NamedTuple):
    """What was measured: right and wrong pairs, and by kind of copy how many of how many were found."""

    right: int
    wrong: int
    compared: int
    found: Mapping[str, tuple[int, int]]


def measure(texts: Sequence[list[str]], seed: int = 1) -> Told:
    """Copy a sample of texts in every way, and compare all that share a run."""
    chance = random.Random(seed)
    prints = [print_of(_article(text)) for text in texts]
    found: dict[str, tuple[int, int]] = {}
    for kind, copy in COPIES.items():
        hits = sum(
            _is_found(prints[n], print_of(_article(copy(texts[n], chance)))) for n in _sample(len(texts), chance)
        )
        found[kind] = (hits, min(SAMPLE, len(texts)))
    others = _others(prints)
    wrong = sum(are_alike(prints[one], prints[other]) for one, other in others)
    return Told(right=sum(hits for hits, _ in found.values()), wrong=wrong, compared=len(others), found=found)


def read_texts(corpora: Path) -> list[list[str]]:
    """The paragraphs of every article that is long enough to be told from others, each once."""
    texts = {text[0]: text for text in (*_of_texts(corpora), *_of_pages(corpora)) if text}
    return [text for text in texts.values() if sum(len(one.split()) for one in text) >= LEAST_WORDS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    told = measure(read_texts(parser.parse_args().corpora))
    for kind, (hits, count) in told.found.items():
        print(f"{kind:28} {hits / count:.3f}")
    precision = told.right / (told.right + told.wrong)
    recall = told.right / sum(count for _, count in told.found.values())
    print(
        f"precision {precision:.4f} (floor {PRECISION}), recall {recall:.4f} (floor {RECALL}); wrong pairs {told.wrong}"
    )
    return 0 if precision >= PRECISION and recall >= RECALL else 1


def _is_found(one: Print, copy: Print) -> bool:
    return bool(set(marks_of(one)) & set(marks_of(copy))) and are_alike(one, copy)


def _others(prints: Sequence[Print]) -> set[tuple[int, int]]:
    """The pairs that are compared at all, without those that are one article twice."""
    by_mark: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(prints):
        for mark in marks_of(one):
            by_mark[mark].append(number)
    pairs = {pair for numbers in by_mark.values() if len(numbers) <= MOST_SHARING for pair in combinations(numbers, 2)}
    return {(one, other) for one, other in pairs if not _is_one(prints[one], prints[other])}


def _is_one(one: Print, other: Print) -> bool:
    return len(one.runs & other.runs) >= ONE_AND_THE_SAME * min(len(one.runs), len(other.runs))


def _sample(count: int, chance: random.Random) -> list[int]:
    return chance.sample(range(count), min(SAMPLE, count))


def _article(paragraphs: Sequence[str]) -> Article:
    return Article(headline="x", blocks=tuple(Block(type="paragraph", text=one) for one in paragraphs))


def _of_texts(corpora: Path) -> Iterator[list[str]]:
    for name in TEXTS:
        for line in (corpora / name / "truth.jsonl").open(encoding="utf-8"):
            blocks = json.loads(line)["blocks"]
            yield [one["text"] for one in blocks if one.get("text") and one["type"] == "paragraph"]


def _of_pages(corpora: Path) -> Iterator[list[str]]:
    for name in PAGES:
        for line in (corpora / "pages-dev" / name / "truth.jsonl").open(encoding="utf-8"):
            body = json.loads(line)["truth"].get("body") or ""
            yield [one.strip() for one in body.split("\n") if one.strip()]


if __name__ == "__main__":
    raise SystemExit(main())
