"""Fits services/normalize/models/date_ranking.toml on pages whose day is known, and cross-validates it by site.

    python -m tests.quality.fit_dates --corpora DIR            tables only
    python -m tests.quality.fit_dates --corpora DIR --write    and the weights

Each page asks which of the days that it names is that of its publishing, or whether none is (a softmax with "none" at
zero), so that the share of the day believed is how sure it is.
"""

import argparse
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.normalize.fields.date_ranking import SHIFT, SLOPE, Settled, day_candidates, settle_published
from services.normalize.grammar.zones import assign_zone
from services.normalize.html.date_witness import DateWitness
from services.normalize.html.dates import date_witnesses
from services.normalize.html.declared import with_own_tongue
from services.normalize.html.headlines import read_headline
from services.normalize.html.regions import find_near, find_places
from services.normalize.models.load import logit
from services.normalize.readers.html_page import language_of_page
from services.normalize.readings import sureness
from shared.envelope import Raw, Source
from tests.quality.calibration import calibrate
from tests.quality.fitting import (
    CORPORA,
    FOLDS,
    Labelled,
    Question,
    by_site,
    fit,
    labelled_pages,
    open_page,
    write_table,
)

WEIGHTS = Path("services/normalize/models/date_ranking.toml")
HEAD = """How much each witness of a day, and each sign of it, speaks for its being that of the publishing, in logits.
Fitted by tests/quality/fit_dates.py, which cross-validates it by site."""
PENALTY = 2.0
_TIMES = {"fundus": 2.0}  # pages of papers count twice
# What everybody knows of pages: a declaration of the article's own goes before a line, a line before the rest.
PRIOR = {
    "datePublished of the article": 3.0,
    "datePublished of the page": 2.0,
    "datePublished of another object": 0.8,
    "dateCreated of the article": 1.0,
    "dateCreated of the page": 0.5,
    "uploadDate of the article": 0.5,
    "meta published": 2.5,
    "meta that tells": 2.0,
    "meta date": 1.0,
    "meta modified": -0.5,
    "microdata datepublished": 2.0,
    "microdata datecreated": 0.5,
    "microdata datemodified": -0.5,
    "time at the head": 1.5,
    "the only time": 1.0,
    "time of others": -1.0,
    "time elsewhere": 0.3,
    "time at the head, changed": -0.5,
    "time elsewhere, changed": -0.7,
    "time says published": 0.5,
    "attribute": 1.0,
    "attribute changed": -0.5,
    "element of a date": 1.3,
    "line of a date": 1.0,
    "line": 0.6,
    "element of a date, changed": -0.3,
    "line of a date, changed": -0.3,
    "line, changed": -0.5,
    "says published": 0.6,
    "of others": -1.5,
    "address": 1.4,
    "script": 0.8,
    "line elsewhere": -0.5,
    "line in the margin": -2.5,
    "only day": -1.0,
    "repeats the change": -1.0,
    "only of a change": -1.0,
    "head of a long line": 0.2,
}
READ_ON = dt.date(2026, 12, 1)
_DAY, _MINUTE = 10, dt.timedelta(minutes=1)


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A page whose day is known: who speaks of it, and what the truth is as ISO text."""

    corpus: str
    site: str
    url: str
    told: str
    witnesses: list[DateWitness]

    @property
    def question(self) -> Question:
        """Which of its days is right: that of the moment told, else the day told."""
        days = day_candidates(self.witnesses)
        right = self._day_of_moment() or dt.date.fromisoformat(self.told[:10])
        at = next((number for number, day in enumerate(days) if day == right), None)
        return Question(corpus=self.corpus, site=self.site, candidates=tuple(days.values()), right=at)

    def _day_of_moment(self) -> dt.date | None:
        moment = dt.datetime.fromisoformat(self.told) if len(self.told) > _DAY else None
        if moment is None or moment.tzinfo is None:
            return None
        instants = ((w.stamp.instant, w.stamp.day) for w in self.witnesses if not w.modified)
        return next((day for instant, day in instants if instant and abs(instant - moment) < _MINUTE), None)

    def is_right(self, settled: Settled) -> bool:
        """Whether the day believed is the one told, in the zone of one or the other."""
        told, moment = dt.datetime.fromisoformat(self.told), settled.moment
        days = {moment.day}
        if told.tzinfo is not None and moment.value.tzinfo is not None:
            days.add(moment.value.astimezone(told.tzinfo).date())
        return told.date() in days


def main() -> int:
    """Print the shares that come out right on sites held aside; write the weights when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--penalty", type=float, default=PENALTY)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    dated = list(pages(options.corpora))
    asked = by_site((page.question for page in dated), _TIMES)
    slope, shift = show(dated, asked, options.penalty)
    if options.write:
        table = fit(asked, options.penalty, PRIOR)
        write_table(WEIGHTS, HEAD, table | {SLOPE: round(slope, 3), SHIFT: round(shift, 3)})
    return 0


def pages(corpora: Path) -> Iterator[Dated]:
    """The pages whose day is known."""
    for page in labelled_pages(corpora, [*CORPORA, "htmldate"]):
        told = page.truth.get("published")
        if told:
            witnesses = witnesses_of(page)
            yield Dated(corpus=page.corpus, site=page.site, url=page.url, told=told, witnesses=witnesses)


def witnesses_of(page: Labelled) -> list[DateWitness]:
    """Who speaks of a page's date, as its reader asks them."""
    opened = open_page(page)
    raw = Raw(source=Source(kind="push", name="fit"), media_type="text/html", body=b"", received_us=0, url=page.url)
    declared = opened.declared
    headline = read_headline(declared, opened.outline, opened.root, page.url)
    container, _, head = find_places(opened.outline, headline.believed.value if headline is not None else None)
    declared = with_own_tongue(declared, container)
    told = language_of_page(declared, raw, opened.outline, container)
    spoken = msgspec.structs.replace(declared, language=told.tag if told is not None else None)
    near = find_near(opened.outline, container, head)
    return date_witnesses(spoken, opened.outline, near, opened.root, page.url, READ_ON)


def show(dated: list[Dated], asked: list[Question], penalty: float) -> tuple[float, float]:
    """Print right days by corpus on sites held aside and how far their sureness is off; the bend that mends it."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    stated: list[tuple[int, float, bool]] = []
    for number in range(FOLDS):
        table = fit([one for one in asked if one.fold != number], penalty, PRIOR)
        for page, question in zip(dated, asked, strict=True):
            if question.fold != number:
                continue
            settled = settle_published(page.witnesses, assign_zone(None, page.url, None), table)
            is_right = settled is not None and page.is_right(settled)
            for name in (page.corpus, "all"):
                counts[name][0] += 1
                counts[name][1] += is_right
            if settled is not None and page.corpus != "cms":  # made by few programs: they would count as many
                stated.append((number, settled.sure, is_right))
    for name, (total, found) in sorted(counts.items()):
        print(f"{name:14} {total:5} pages, day right {found / total:.3f}")
    bent = [
        (sureness(slope * logit(sure) + shift), right)
        for number in range(FOLDS)
        for slope, shift in [bend([(sure, right) for fold, sure, right in stated if fold != number])]
        for fold, sure, right in stated
        if fold == number
    ]
    print(calibrate(bent))
    return bend([(sure, right) for _, sure, right in stated])


def bend(stated: list[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and shift, in logits, under which what is stated is likeliest (Platt), by Newton's steps."""
    slope, shift = 1.0, 0.0
    weights = [(logit(sure), right) for sure, right in stated]
    for _ in range(30):
        likely = [sureness(slope * weight + shift) for weight, _ in weights]
        gaps = [
            (right - share, weight, share * (1 - share)) for (weight, right), share in zip(weights, likely, strict=True)
        ]
        one, two = sum(gap * weight for gap, weight, _ in gaps), sum(gap for gap, _, _ in gaps)
        a, b, c = (sum(spread * weight**power for _, weight, spread in gaps) for power in (2, 1, 0))
        size = a * c - b * b or 1.0
        slope, shift = slope + (c * one - b * two) / size, shift + (a * two - b * one) / size
    return slope, shift


if __name__ == "__main__":
    sys.exit(main())
