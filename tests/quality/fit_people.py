"""Fits services/normalize/models/people.toml on pages whose authors are known, and cross-validates it by site.

    python -m tests.quality.fit_people --corpora DIR            tables only
    python -m tests.quality.fit_people --corpora DIR --write    and the weights

Each name that a page declares or prints asks whether it is one of the authors.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import msgspec

from services.normalize.grammar.titles import letters
from services.normalize.html.authors import BELIEVED, author_readings, name_candidates, site_letters
from services.normalize.html.headlines import read_headline
from services.normalize.html.regions import find_near, find_places
from tests.quality.calibration import calibrate
from tests.quality.fitting import Labelled, Question, by_site, fit, held_aside, labelled_pages, open_page, write_table

WEIGHTS = Path("services/normalize/models/people.toml")
HEAD = """How much each feature of a name speaks for its being an author of the page, in logits.
Fitted by tests/quality/fit_people.py, which cross-validates it by site."""
PENALTY = 1.0
PRIOR = {
    "a word in lower case": -1.5,
    "a figure": -1.0,
    "a sign": -1.5,
    "microdata author elsewhere names it": -2.0,
    "the outlet beside people": -2.0,
    "an organisation beside people": -1.0,
    "beside the surest people": -1.0,
    "one of many, of whom others are confirmed": -3.0,
    "one of very many, not the first": -4.0,
    "a person where none is declared": 1.0,
    "a pseudonym": 1.0,
    "holds another name": -3.0,
    "byline labelled names it": 1.0,
    "agency under names it": 1.0,
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A page's names as questions, and how many authors it has that nobody names."""

    corpus: str
    questions: tuple[Question, ...]
    missed: int


def main() -> int:
    """Print what comes out right on sites held aside; write the weights when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--penalty", type=float, default=PENALTY)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pages = [ask(page) for page in labelled_pages(options.corpora) if "authors" in page.truth]
    asked = by_site(question for page in pages for question in page.questions)
    show(pages, asked, options.penalty)
    if options.write:
        write_table(WEIGHTS, HEAD, fit(asked, options.penalty, PRIOR))
    return 0


def ask(page: Labelled) -> Asked:
    """One question a name."""
    opened = open_page(page)
    headline = read_headline(opened.declared, opened.outline, opened.root, page.url)
    container, _, head = find_places(opened.outline, headline.believed.value if headline is not None else None)
    readings = author_readings(opened.declared, opened.outline, container, find_near(opened.outline, container, head))
    candidates = name_candidates(readings, site_letters(opened.declared), opened.declared.language)
    true = {letters(name) for name in page.truth["authors"]}
    questions = tuple(_question(page, features, key in true) for key, _, features in candidates)
    return Asked(corpus=page.corpus, questions=questions, missed=len(true - {key for key, _, _ in candidates}))


def _question(page: Labelled, features: dict[str, float], is_author: bool) -> Question:
    right = 0 if is_author else None
    return Question(corpus=page.corpus, site=page.site, candidates=(features,), right=right)


def show(pages: list[Asked], asked: list[Question], penalty: float) -> None:
    """Precision, recall and F1 of names by corpus on sites held aside, and how far their sureness is off."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for page in pages:
        if any(question.right is not None for question in page.questions) or page.missed:
            counts[page.corpus][2] += page.missed
    stated: list[tuple[float, bool]] = []
    for question, likely in held_aside(asked, penalty, PRIOR):
        is_author, believed = question.right is not None, likely[0] >= BELIEVED
        counts[question.corpus][0] += is_author and believed
        counts[question.corpus][1] += believed and not is_author
        counts[question.corpus][2] += is_author and not believed
        if believed:
            stated.append((likely[0], is_author))
    for name, (right, wrong, missed) in sorted(counts.items()):
        precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
        f1 = 2 * right / max(1, 2 * right + wrong + missed)
        print(f"{name:14} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")
    print(calibrate(stated))


if __name__ == "__main__":
    sys.exit(main())
