"""What the fits of page fields share: labelled pages, folds that keep a site together, and the fit of the weights."""

import gzip
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from services.normalize.html.blocks import Outline, read_outline
from services.normalize.html.declared import Declared, read_declared
from services.normalize.html.tree import Element, parse
from services.normalize.models.load import ALWAYS, Features, Weights, shares
from shared.untrusted.decode import decode

CORPORA = ("fundus", "trafilatura", "aeb", "postlight", "readability", "newspaper4k", "mediacloud")
FOLDS = 6
PASSES = 120
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "gob", "nom"})


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a corpus with what is true of it. `site` is its registered domain, or the program that made it."""

    corpus: str
    site: str
    url: str
    html: bytes
    truth: dict[str, Any]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the readers of its fields get it."""

    declared: Declared
    outline: Outline
    root: Element


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates of which one is right, or none (`right` is None then); pages of one `site` stay in one fold."""

    corpus: str
    site: str
    candidates: tuple[Features, ...]
    right: int | None
    weight: float = 1.0

    @property
    def fold(self) -> int:
        """The fold that the site falls into."""
        return int(hashlib.sha256(self.site.encode()).hexdigest(), 16) % FOLDS


def labelled_pages(corpora: Path, names: Sequence[str] = CORPORA) -> Iterator[Labelled]:
    """The pages of the corpora whose titles or authors are known, and of the publishing programs."""
    for name in names:
        yield from _pages(name, corpora / "pages-dev" / name)
    yield from _pages("cms", corpora / "cms-dev")


def _pages(corpus: str, folder: Path) -> Iterator[Labelled]:
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        site = page["id"].split("/")[0] if corpus == "cms" else domain_of(page["url"] or page["id"])
        html = gzip.decompress((folder / "pages" / page["file"]).read_bytes())
        yield Labelled(corpus=corpus, site=site, url=page["url"], html=html, truth=page["truth"])


def open_page(page: Labelled) -> Opened:
    """Parse a page as its reader does."""
    root = parse(decode(page.html, "text/html", None).text)
    return Opened(declared=read_declared(root, page.url), outline=read_outline(root), root=root)


def domain_of(url: str) -> str:
    """The registered domain of an address: `news.bbc.co.uk` is `bbc.co.uk`."""
    labels = (urlsplit(url).hostname or url).split(".")
    size = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-size:])


def by_site(questions: Iterable[Question], corpora: Mapping[str, float] | None = None) -> list[Question]:
    """The questions, those of one site together weighing as the root of their number: they repeat each other.

    `corpora` says which of them count more than once.
    """
    found, times = list(questions), corpora or {}
    counts = Counter(question.site for question in found)
    return [msgspec.structs.replace(one, weight=times.get(one.corpus, 1.0) * counts[one.site] ** -0.5) for one in found]


def fit(questions: Sequence[Question], penalty: float, prior: Weights) -> dict[str, float]:
    """The weights under which the right candidates are likeliest, less `penalty` times half their squared distance
    from the `prior`: what everybody knows of pages (zero where it says nothing), for what is rare in the corpora.

    Steps by sign of the gradient, each feature with its own width (Rprop): convex, so where it ends is the one place.
    """
    table = dict.fromkeys(sorted({name for q in questions for one in q.candidates for name in one}), 0.0)
    table |= {ALWAYS: 0.0, **prior}
    width, before = dict.fromkeys(table, 0.1), dict.fromkeys(table, 0.0)
    for _ in range(PASSES):
        slope = _slope(questions, table, penalty, prior)
        for name in table:
            turn = slope[name] * before[name]
            if turn:
                width[name] = min(1.0, width[name] * 1.2) if turn > 0 else max(1e-4, width[name] * 0.5)
            if turn >= 0:
                table[name] += math.copysign(width[name], slope[name]) if slope[name] else 0.0
                before[name] = slope[name]
            else:
                before[name] = 0.0
    return {name: round(value, 3) for name, value in table.items() if abs(value) >= 0.0005}


def _slope(questions: Sequence[Question], table: dict[str, float], penalty: float, prior: Weights) -> dict[str, float]:
    slope = {
        name: -penalty * (value - prior.get(name, 0.0)) if name != ALWAYS else 0.0 for name, value in table.items()
    }
    for question in questions:
        likely = shares(question.candidates, table)
        for number, (features, share) in enumerate(zip(question.candidates, likely, strict=True)):
            pull = question.weight * ((number == question.right) - share)
            if abs(pull) > 1e-4:
                slope[ALWAYS] += pull
                for name, value in features.items():
                    slope[name] += pull * value
    return slope


def held_aside(questions: Sequence[Question], penalty: float, prior: Weights) -> Iterator[tuple[Question, list[float]]]:
    """Each question with how likely its candidates are by weights that were fitted on other sites."""
    for number in range(FOLDS):
        table = fit([one for one in questions if one.fold != number], penalty, prior)
        for question in questions:
            if question.fold == number:
                yield question, shares(question.candidates, table)


def write_table(path: Path, head: str, table: dict[str, float]) -> None:
    """Write the weights as a table that people can read."""
    lines = [*(f"# {line}" for line in head.splitlines()), ""]
    lines += [f"{json.dumps(name)} = {value}" for name, value in sorted(table.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
