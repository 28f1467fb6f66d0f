"""Fits services/normalize/models/headline.toml on pages whose headline is known, and cross-validates it by site.

    python -m tests.quality.fit_headline --corpora DIR            tables only
    python -m tests.quality.fit_headline --corpora DIR --write    and the weights

Each page asks which of its candidates is the headline, or whether none is (a softmax with "none" at zero).
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from services.normalize.grammar.titles import fold
from services.normalize.html.headlines import headline_candidates
from tests.quality.calibration import calibrate
from tests.quality.fitting import Question, by_site, fit, held_aside, labelled_pages, open_page, write_table

WEIGHTS = Path("services/normalize/models/headline.toml")
HEAD = """How much each feature of a title speaks for its being the headline, in logits.
Fitted by tests/quality/fit_headline.py, which cross-validates it by site; "says", "cuts" and "holds" tell whether a
source prints the title whole, less the outlet's name, or as one of its parts."""
PENALTY = 2.0
# Pages of papers count twice: the others are also shops, forums and clubs. Readability's truth is its own output.
_TIMES = {"fundus": 2.0, "readability": 0.3}
PRIOR = {
    "title_line says it": 1.0,
    "line set apart": 1.5,
    "is shown": 1.5,
    "ends in a colon": -4.0,
    "an end is the outlet": -2.0,
    "h1 of the site": -2.0,
    "heading links home": -2.0,
    "is the outlet": -2.0,
    "other part of the title is a heading": -4.0,
}


def main() -> int:
    """Print the shares that come out right on sites held aside; write the weights when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--penalty", type=float, default=PENALTY)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    asked = by_site(questions(options.corpora), _TIMES)
    show(asked, options.penalty)
    if options.write:
        write_table(WEIGHTS, HEAD, fit(asked, options.penalty, PRIOR))
    return 0


def questions(corpora: Path) -> Iterator[Question]:
    """One question a page whose headline is known."""
    for page in labelled_pages(corpora):
        wanted = fold(page.truth.get("title") or "")
        if wanted:
            opened = open_page(page)
            candidates = headline_candidates(opened.declared, opened.outline, opened.root, page.url)
            right = next((at for at, (reading, _) in enumerate(candidates) if fold(reading.value) == wanted), None)
            features = tuple(found for _, found in candidates)
            yield Question(corpus=page.corpus, site=page.site, candidates=features, right=right)


def show(asked: list[Question], penalty: float) -> None:
    """Right headlines by corpus on sites held aside, and how far their sureness is off."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    stated: list[tuple[float, bool]] = []
    for question, likely in held_aside(asked, penalty, PRIOR):
        best = max(range(len(likely)), key=likely.__getitem__, default=None)
        is_right = best is not None and best == question.right
        for name in (question.corpus, "all"):
            counts[name][0] += 1
            counts[name][1] += question.right is not None
            counts[name][2] += is_right
        if best is not None:
            stated.append((likely[best], is_right))
    for name, (total, findable, right) in sorted(counts.items()):
        print(f"{name:14} {total:5} pages, among the candidates {findable / total:.3f}, right {right / total:.3f}")
    print(calibrate(stated))


if __name__ == "__main__":
    sys.exit(main())
