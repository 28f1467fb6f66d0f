"""Articles and queries for the benchmark of the search: new texts with the words of real ones, in the same measure.

A chain of words, each chosen by the two before it as real texts have them (BENCH_CORPORA names a folder of
`truth.jsonl`; without one, the index benchmark's words are taken). No sentence is copied, so that a known article can
be asked for by a few of its words; a few words in a thousand are new names, numbers and codes.
"""

import datetime as dt
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.index import EVIDENCE, make_entries
from services.index.entry import Entry
from services.index.words import without_marks
from shared.article import Article, Block, Person
from shared.envelope import Event, Source

CORPORA = ("vietnamese-wide", "vietnamese-dev")
HANOI = dt.timezone(dt.timedelta(hours=7))
BEGIN_US = 1_750_000_000_000_000
APART_US = 60_000_000
SOURCES = 40
KNOWN_ITEMS = 200
NEW_WORDS, TURNS = 0.003, 0.12
COMMON = "của; và; được; công an; trong năm; người dân; cho biết; thành phố; chính phủ; kinh tế; hợp tác; tổng thống"

Pair = tuple[str, str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One query, and the number of the article that it was taken from, if it was."""

    q: str
    known: int | None = None


class Writer:
    """Writes articles that nobody wrote."""

    def __init__(self, seed: int = 5) -> None:
        self._luck = random.Random(seed)
        self._next: dict[Pair, list[str]] = defaultdict(list)
        self._after: dict[str, list[Pair]] = defaultdict(list)
        self._starts: dict[str, list[Pair]] = defaultdict(list)
        for kind, text in _real_texts():
            words = text.split()
            if len(words) < 4:
                continue
            self._starts[kind].append((words[0], words[1]))
            for first, second, third in zip(words, words[1:], words[2:], strict=False):
                self._next[first, second].append(third)
        for pair in self._next:
            self._after[pair[0]].append(pair)

    def articles(self, count: int) -> Iterator[tuple[Article, int]]:
        """Articles of about 3 kB with their times (µs); the lead and the first paragraph take up the headline."""
        luck = self._luck
        for number in range(count):
            at_us = BEGIN_US + number * APART_US
            head = self._run(self._start("headline"), luck.randint(8, 15))
            lead = self._run(self._at(head), luck.randint(25, 45))
            starts = [self._at(head), *(self._start("text") for _ in range(luck.randint(3, 6)))]
            texts = [self._run(start, luck.randint(40, 110)) for start in starts]
            caption = self._run(self._start("text"), luck.randint(8, 18))
            author = " ".join(self._start("headline"))
            blocks = [Block(type="paragraph", text=" ".join(words)) for words in texts]
            yield (
                Article(
                    uri=f"https://bao.example/{number:07d}.html",
                    headline=" ".join(head),
                    description=" ".join(lead),
                    byline=author,
                    people=(Person(name=author),),
                    first_created=dt.datetime.fromtimestamp(at_us / 1e6, HANOI),
                    language="vi",
                    kind="news",
                    blocks=(*blocks, Block(type="caption", text=" ".join(caption))),
                    evidence=EVIDENCE,
                ),
                at_us,
            )

    def _start(self, kind: str) -> Pair:
        return self._luck.choice(self._starts[kind] or self._starts["text"])

    def _at(self, words: list[str]) -> Pair:
        at = self._luck.randrange(len(words) - 1)
        pair = (words[at], words[at + 1])
        return pair if pair in self._next else self._start("text")

    def _run(self, start: Pair, length: int) -> list[str]:
        luck, words, pair = self._luck, [*start], start
        while len(words) < length:
            turns = self._after.get(pair[1]) if luck.random() < TURNS else None
            follows = self._next.get(pair)
            if turns:
                word = luck.choice(turns)[1]
            elif follows:
                word = luck.choice(follows)
            else:
                pair = self._start("text")
                words += pair
                continue
            if luck.random() < NEW_WORDS:
                words.append(_new_word(luck))
            words.append(word)
            pair = (pair[1], word)
        return words[:length]


def entry_of(number: int, article: Article, at_us: int) -> Entry:
    """An article as it comes to the index, from one of `SOURCES` feeds."""
    luck = random.Random(number)
    feed = f"https://bao{number % SOURCES}.example/rss"
    return Entry(
        article_id=f"{number:07d}{luck.getrandbits(130):019x}"[:26],
        rev=at_us,
        receipt=f"r{number:026d}",
        source=Source(kind="feed", name=feed, zone="Asia/Ho_Chi_Minh", language="vi"),
        received_us=at_us,
        sha=f"{luck.getrandbits(256):064x}",
        aliases=(f"url:{article.uri}", f"guid:{feed} {number}"),
        archived="host-1-1700000000.seg:123456",
        article=article,
        timeline=(Event(state="received", at_us=1), Event(state="normalized", at_us=2, stage="normalize")),
    )


def number_of(article_id: str) -> int:
    """The number that an article was written under."""
    return int(article_id[:7])


def queries(articles: Mapping[int, Article], seed: int = 3) -> dict[str, list[Asked]]:
    """By kind, what is asked: words of known articles as written and without marks, and common words."""
    luck = random.Random(seed)
    asked: dict[str, list[Asked]] = defaultdict(list)
    for number in luck.sample(sorted(articles), min(KNOWN_ITEMS, len(articles))):
        article = articles[number]
        head = (article.headline or "").split()
        body = (article.blocks[luck.randrange(len(article.blocks) - 1)].text or "").split()
        two, six = _piece(luck, head, 2), _piece(luck, body, 6)
        day = f"{article.first_created:%Y-%m-%d}"
        for kind, q in (
            ("title", " ".join(head)),
            ("two of the title", two),
            ("phrase of 4", f'"{_piece(luck, body, 4)}"'),
            ("6 of the body", six),
            ("of a source", f"{two} source:bao{number % SOURCES}.example"),
            ("of a day", f"{two} date:{day}"),
            ("in the headline", f'headline:"{two}"'),
        ):
            asked[kind].append(Asked(q=q, known=number))
        asked["title without marks"].append(Asked(q=_plain(" ".join(head)), known=number))
        asked["two without marks"].append(Asked(q=_plain(two), known=number))
        asked["6 without marks"].append(Asked(q=_plain(six), known=number))
        asked["word -word"].append(Asked(q=f"{luck.choice(head)} -{luck.choice(body)}"))
        if rare := [word for word in body if len(word) > 3 and any(map(str.isdigit, word)) and word.isalnum()]:
            asked["rare"].append(Asked(q=luck.choice(rare), known=number))
    asked["common"] = [Asked(q=q) for word in COMMON.split("; ") for q in (word, _plain(word))] * 8
    return dict(asked)


def _piece(luck: random.Random, words: list[str], length: int) -> str:
    clean = [word.strip('",.:;?!()“”-') for word in words]
    clean = [word for word in clean if word] or ["tin"]
    at = luck.randrange(max(1, len(clean) - length))
    return " ".join(clean[at : at + length])


def _plain(text: str) -> str:
    return without_marks(text.lower())


def _new_word(luck: random.Random) -> str:
    syllables = [luck.choice("bcdghklmnprstvx") + luck.choice(("an", "el", "o", "uk", "ir", "as")) for _ in range(3)]
    kind = luck.random()
    if kind < 0.4:
        return "".join(syllables).capitalize()
    return f"{luck.randint(2, 999)}" if kind < 0.7 else f"{luck.choice('ABCDEGHKLMN')}{luck.randint(10, 99_999)}"


def _real_texts() -> Iterator[tuple[str, str]]:
    folder = Path(os.environ.get("BENCH_CORPORA", "../shared/corpora"))
    files = [file for name in CORPORA if (file := folder / name / "truth.jsonl").exists()]
    for file in files:
        for line in file.read_text().splitlines():
            told = json.loads(line)
            yield "headline", told.get("headline") or ""
            yield "text", told.get("lead") or ""
            yield from (("text", block.get("text") or "") for block in told.get("blocks", ()))
    if not files:
        for entry in islice(make_entries(3000), 3000):
            yield "headline", entry.article.headline or ""
            yield "text", f"{entry.article.description} {entry.article.blocks[0].text}"
