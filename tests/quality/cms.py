"""Scores what real publishing programs make of articles: `python -m tests.quality.cms DIR [pages|feeds] [--errors]`.

DIR holds `truth.jsonl` with `pages/`, and `feeds.json` with `feeds/`. Figures are shares from 0 to 1 over all pages or
entries; `words_lost` is the share of the truth's words that stand in no field, `words_told` of those that were removed
and said to be. A lead counts as part of the body where the truth's body has its words.
"""

import argparse
import datetime as dt
import gzip
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.ingest.feeds import make_inputs, read_feed
from services.normalize.pipeline import normalize
from shared.article import Article, Block
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from shared.identity import canonical_url

_NOW = int(dt.datetime(2026, 12, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000
_ALONE = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: one word a character
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_SIGNS = str.maketrans("‘’“”„«»–—‐‑", '\'\'"""""----')
_CREDIT_ENDS = re.compile(r"\s*(?:[,;|]|\s(?:and|und|&)\s)\s*")
_ALIKE = 0.9
_A_MINUTE = 60
_WITHOUT_MOMENT = "cms:mezzanine-"  # its pages print "7 years ago" alone: giving none is right, giving another is not
Truth = dict[str, Any]
Marks = list[tuple[float, float]]  # what was reached, of what could be


class Tally:
    """Marks of each field, summed up over all articles."""

    def __init__(self, prefix: str, *, errors: bool) -> None:
        self._prefix, self._errors = prefix, errors
        self._marks: dict[str, Marks] = {}

    def add(self, field: str, reached: float, possible: float, about: str = "") -> None:
        """Add one article's mark of a field; what falls short is printed where errors are asked for."""
        self._marks.setdefault(field, []).append((reached, possible))
        if self._errors and reached != possible and about:
            print(f"  {self._prefix} {field}: {about}"[:300])

    def figures(self) -> dict[str, float]:
        """`{"cms.pages.headline": 0.99, …}`; a field that no truth has is left out."""
        sums = {name: (sum(a for a, _ in marks), sum(b for _, b in marks)) for name, marks in self._marks.items()}
        shares = {name: reached / possible for name, (reached, possible) in sums.items() if possible}
        for name in ("authors", "captions", "credits"):
            found, given = shares.pop(f"{name}_recall", None), shares.pop(f"{name}_precision", 0.0)
            if found is not None:
                shares[f"{name}_f1"] = 2 * found * given / (found + given) if found and given else 0.0
        return {f"cms.{self._prefix}.{name}": share for name, share in shares.items()}


def main() -> int:
    """Print the figures of one corpus."""
    parser = argparse.ArgumentParser(description="Score pages and feeds of real publishing programs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="?", choices=("pages", "feeds"))
    parser.add_argument("--errors", action="store_true", help="print each field that falls short")
    parser.add_argument("--named", default="", metavar="PART", help="pages and feeds with this in their name alone")
    options = parser.parse_args()
    for name, value in score(options.folder, options.only, options.named, errors=options.errors).items():
        print(f"{name:32} {value:7.4f}")
    return 0


def score(folder: Path, only: str | None = None, named: str = "", *, errors: bool = False) -> dict[str, float]:
    """The figures of the pages and of the feeds."""
    figures: dict[str, float] = {}
    for part, answers in (("pages", _pages), ("feeds", _entries)):
        if only in (None, part):
            tally = Tally(part, errors=errors)
            for name, truth, article, whole in answers(folder, named):
                _judge(tally, name, truth, article, whole=whole)
            figures |= tally.figures()
    return figures


def _pages(folder: Path, named: str) -> Iterator[tuple[str, Truth, Article | None, bool]]:
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if named in row["id"]:
            body = gzip.decompress((folder / "pages" / row["file"]).read_bytes())
            yield (
                row["id"],
                row["truth"],
                _clean(Source(kind="push", name="quality"), "text/html", body, row["url"]),
                True,
            )


def _entries(folder: Path, named: str) -> Iterator[tuple[str, Truth, Article | None, bool]]:
    """Every entry that the truth names, and the article of its address; a feed of summaries has no whole body."""
    for feed in json.loads((folder / "feeds.json").read_text(encoding="utf-8")):
        if named not in feed["file"]:
            continue
        address = f"http://paper.example/{feed['file']}"
        source = Source(kind="feed", name=address)
        read = read_feed((folder / "feeds" / feed["file"]).read_bytes(), None, address)
        inputs = {canonical_url(item.input.url): item.input for item in make_inputs(read, address, source)}
        for truth in feed["entries"]:
            made = inputs.get(canonical_url(truth["url"]))
            article = None if made is None else _clean(source, made.media_type, made.body, made.url)
            yield f"{feed['file']} {truth['url'].rstrip('/').rpartition('/')[2]}", truth, article, not feed["summaries"]


def _clean(source: Source, media_type: str, body: bytes, url: str | None) -> Article | None:
    try:
        return normalize(Raw(source=source, media_type=media_type, body=body, received_us=_NOW, url=url))
    except NotAnArticle:
        return None


def _judge(tally: Tally, name: str, truth: Truth, article: Article | None, *, whole: bool) -> None:
    article = Article() if article is None else article
    title = article.headline or ""
    tally.add("headline", _plain(title) == _plain(truth["title"]), 1, f"{name}: {title!r} for {truth['title']!r}")
    if truth.get("published"):
        about = f"{name}: {article.first_created} ({article.precision}) for {truth['published']}"
        is_rightly_none = name.startswith(_WITHOUT_MOMENT) and article.first_created is None
        tally.add("instant", is_rightly_none or _is_instant(article, truth["published"]), 1, about)
    authors = [person.name for person in article.people if "author" in person.rel]
    _add_set(tally, "authors", name, truth["authors"], authors)
    tally.add("language", (article.language or "")[:2] == truth["lang"], 1, f"{name}: {article.language}")
    missing = sorted({_plain(tag) for tag in truth["tags"]} - {_plain(word) for word in article.keywords})
    tally.add("tags", len(truth["tags"]) - len(missing), len(truth["tags"]), f"{name}: no {missing}")
    if whole:
        _judge_text(tally, name, truth, article)


def _judge_text(tally: Tally, name: str, truth: Truth, article: Article) -> None:
    pictures = [block for block in article.blocks if block.type in ("picture", "caption")]
    captions = [caption for block in pictures if (caption := block.caption or block.text)]
    matched, left = _matched(truth["captions"], captions)
    about = f"{name}: left {left}, of {truth['captions']}"
    tally.add("captions_recall", matched, len(truth["captions"]), about if matched < len(truth["captions"]) else "")
    tally.add("captions_precision", matched, len(captions), about if left else "")
    credits = [part for block in pictures if block.byline for part in _CREDIT_ENDS.split(block.byline) if part]
    _add_set(tally, "credits", name, truth["credits"], credits)
    wanted, told = _words(truth["body"]), _words("\n".join(_body(article, truth["body"])))
    tally.add("body_f1", _f1(wanted, told), 1)
    every = _words("\n".join([truth["title"], truth["body"], *truth["captions"], *truth["credits"]]))
    lost = Counter(every) - Counter(_words("\n".join(_strings(msgspec.to_builtins(article)))))
    removed = lost & Counter(_words("\n".join(article.boilerplate)))
    gone = lost - removed
    tally.add("words_lost", gone.total(), len(every), f"{name}: lost {list(gone)[:12]}" if gone else "")
    tally.add("words_told", removed.total(), len(every))


def _is_instant(article: Article, published: str) -> bool:
    if article.first_created is None or article.precision == "day":
        return False
    apart = article.first_created - dt.datetime.fromisoformat(published)
    return abs(apart.total_seconds()) < _A_MINUTE


def _add_set(tally: Tally, field: str, name: str, wanted: Iterable[str], given: Iterable[str]) -> None:
    right, got = {_plain(value) for value in wanted}, {_plain(value) for value in given}
    about = f"{name}: {sorted(got)} for {sorted(right)}"
    tally.add(f"{field}_recall", len(right & got), len(right), about)
    tally.add(f"{field}_precision", len(right & got), len(got), about if got - right and not right - got else "")
    tally.add(f"{field}_exact", right == got, 1)


def _matched(wanted: list[str], given: list[str]) -> tuple[int, list[str]]:
    """How many of the wanted captions were given, one for one, and what was given beside them."""
    left, found = list(given), 0
    for caption in wanted:
        best = max(left, key=lambda other: _f1(_words(caption), _words(other)), default=None)
        if best is not None and _f1(_words(caption), _words(best)) >= _ALIKE:
            left.remove(best)
            found += 1
    return found, left


def _body(article: Article, truth: str) -> Iterator[str]:
    lead = _words(article.description or "")
    if lead and (Counter(lead) - Counter(_words(truth))).total() <= (1 - _ALIKE) * len(lead):
        blocks = _words("\n".join(line for block in article.blocks for line in _lines(block)))
        if Counter(lead) - Counter(blocks):
            yield article.description or ""
    if article.dateline and _plain(article.dateline) in _plain(truth):
        yield article.dateline
    for block in article.blocks:
        yield from _lines(block)


def _lines(block: Block) -> Iterator[str]:
    if block.type not in ("picture", "caption", "embed"):
        said = block.byline if block.type == "quote" else None
        yield from (text for text in (block.text, *block.items, *map(" ".join, block.rows), said) if text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in ("evidence", "boilerplate", "href", "uri"):
                yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold().split())


def _f1(wanted: list[str], given: list[str]) -> float:
    both = (Counter(wanted) & Counter(given)).total()
    return 2 * both / (len(wanted) + len(given)) if both else float(not wanted and not given)


if __name__ == "__main__":
    sys.exit(main())
