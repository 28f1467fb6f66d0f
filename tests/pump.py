"""Whether reading costs as much as the input is long: a unit repeated at every place an article may be read from.

`python -m tests.pump [DOOR|UNIT ...]` measures the whole table at 20,000 and 160,000 characters and prints what grows
faster than its size to the power of 1.2; the suite measures a part of it, at shorter lengths.
"""

import json
import math
import sys
import time
from collections.abc import Callable

import msgspec

from services.normalize.pipeline import normalize
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source
from shared.errors import NotAnArticle

EXPONENT = 1.2
SHORT, LONG = 20_000, 160_000
LEAST_S = 0.004  # what costs less counts as this: too little to compare
TRIES = 3

UNITS = {
    "date line": "09/11/2015 - 05:34\n",
    "date in words": "Thứ Hai, ngày 9 tháng 11 năm 2015, 5 giờ 34 phút chiều ",
    "English date": "Mon, 9 November 2015 at 5:34 pm EST, ",
    "machine date": "2015-11-09T05:34:00+07:00 ",
    "digits": "1",
    "digits and dots": "1.1.",
    "clock": "5:34 ",
    "spaces": " ",
    "lines": "\n",
    "letters": "a",
    "capitals": "A",
    "word": "tin ",
    "name": "Nguyễn Văn An, ",
    "names and": "Jane Doe and ",
    "byline": "By Jane Doe\n",
    "Vietnamese byline": "Bài, ảnh: Anh Phong\n",
    "credit": "(Ảnh: Anh Phong) ",
    "agency": "Photo: AP/Reuters/AFP ",
    "bracket": "(",
    "brackets": "()",
    "square bracket": "[",
    "full-width bracket": "（记者",
    "quote": '"',
    "quotes": "“a” ",
    "apostrophe": "'",
    "comma": ",",
    "comma and space": "a, ",
    "dash": "- ",
    "dashes": "—",
    "pipe": " | ",
    "colon": "a: ",
    "colons": ":",
    "slash": "/",
    "at": "a@",
    "mail": "jane@paper.example ",
    "address": "https://paper.example/a ",
    "bullet": "• an item\n",
    "dash item": "- an item\n",
    "numbered": "1. an item\n",
    "table row": "a\tb\tc\n",
    "heading": "# Heading\n",
    "picture mark": "![a](b)\n",
    "sentence": "The road is shut. ",
    "sentences apart": "The road is shut.\n\n",
    "wrapped": "The road that leads to the old town of Hull is shut for a year and more from\n",
    "stops": ".",
    "ellipsis": "…",
    "Chinese": "新华社北京讯",
    "Thai": "กรุงเทพ",
    "Arabic": "قال ",
    "combining": "e\u0301\u0323",
    "zero width": "\u200b",
    "ampersand": "&",
    "entity": "&amp;",
    "numeric entity": "&#7879;",
    "unknown entity": "&xyz;",
    "less than": "<",
    "less than letter": "<a",
    "end tag": "</div>",
    "comment": "<!--",
    "declaration": "<![CDATA[",
    "paragraph": "<p>The road is shut.</p>",
    "open paragraph": "<p>a",
    "open division": "<div>a",
    "open bold": "<b>a",
    "open link": "<a href='/x'>a",
    "mismatched": "<b><i>a</b></i>",
    "break": "a<br>",
    "heading tag": "<h2>Heading</h2>",
    "list": "<ul><li>item</li></ul>",
    "nested list": "<ul><li>item",
    "definition": "<dl><dt>a</dt><dd>b</dd></dl>",
    "cells": "<table><tr><td>a</td><td>b</td></tr></table>",
    "nested table": "<table><tr><td>",
    "quote tag": "<blockquote>said<cite>Jane Doe</cite></blockquote>",
    "preformatted": "<pre>a\nb</pre>",
    "figure": "<figure><img src='/a.jpg'><figcaption>The bridge (Photo: Jane Doe)</figcaption></figure>",
    "nested figure": "<figure><img src='/a.jpg'>",
    "image": "<img src='/a.jpg' alt='The bridge'>",
    "image and line": "<p><img src='/a.jpg'></p><p><em>The bridge at dusk</em></p>",
    "caption class": "<div class='caption'>The bridge</div>",
    "time": "<time datetime='2015-11-09T05:34:00+07:00'>9 Nov</time>",
    "author": "<span class='author' itemprop='author'>Jane Doe</span>",
    "author link": "<a rel='author' href='/a'>Jane Doe</a>",
    "frame": "<iframe src='https://www.youtube.com/embed/x'></iframe>",
    "script": "<script>a</script>",
    "style": "<style>a</style>",
    "noscript": "<noscript><img src='/a.jpg'></noscript>",
    "footnote": "<li id='fn1'>a <a href='#r'>↩</a></li>",
    "note mark": "a<sup><a href='#fn1'>1</a></sup> ",
    "class": "<div class='share related comments'>a</div>",
    "inline class": "<span class='c'>a</span>",
    "custom element": "<x-a>a</x-a>",
    "button": "<button><p>a",
    "attribute": "<p a='b' c=d e>a",
    "meta": "<meta name='author' content='Jane Doe'><meta property='article:published_time' content='2015-11-09'>",
    "JSON-LD": '<script type=\'application/ld+json\'>{"@type":"NewsArticle","headline":"a"}</script>',
    "open JSON-LD": "<script type='application/ld+json'>{\"a\":[",
    "brace": "{",
    "JSON list": "[[",
    "backslash": "\\",
}

Door = Callable[[str], tuple[str, bytes]]


def _text(words: str) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", f"The bridge is shut\n\n{words}\n".encode()


def _page(words: str, head: str = "", title: str = "The bridge is shut") -> tuple[str, bytes]:
    body = f"<article><h1>The bridge is shut</h1><p>By Jane Doe</p><div class='body'>{words}</div></article>"
    top = f"<head><meta charset='utf-8'><title>{title}</title>{head}</head>"
    return "text/html", f"<html lang='en'>{top}<body>{body}</body></html>".encode()


def _json_ld(words: str) -> tuple[str, bytes]:
    story = {"@type": "NewsArticle", "headline": words, "author": words, "datePublished": words, "articleBody": words}
    return _page("<p>The road is shut.</p>", f"<script type='application/ld+json'>{json.dumps(story)}</script>")


def _entry(words: str) -> tuple[str, bytes]:
    entry = FeedEntry(feed="https://a.example/f", title=words[:400], content=words, summary=words, authors=(words,))
    return FEED_ENTRY_TYPE, msgspec.json.encode(entry)


def _ninjs(words: str) -> tuple[str, bytes]:
    said = {"uri": "tag:a", "headline": words, "byline": words, "body_xhtml": words, "versioncreated": words}
    return "application/ninjs+json", json.dumps(said).encode()


DOORS: dict[str, Door] = {
    "text": _text,
    "page body": _page,
    "page head": lambda words: _page("<p>The road is shut.</p>", words),
    "page title": lambda words: _page("<p>The road is shut.</p>", title=words),
    "page JSON-LD": _json_ld,
    "feed entry": _entry,
    "ninjs": _ninjs,
}


def growth(door: str, unit: str, short: int = SHORT, long: int = LONG) -> float:
    """The power of its size by which the cost of an input of this unit grows; the least of a few looks counts."""
    best = math.inf
    for _ in range(TRIES):
        few, many = (_cost(door, unit, size) for size in (short, long))
        best = min(best, math.log(many / few) / math.log(long / short))
        if best < EXPONENT:
            break
    return best


def _cost(door: str, unit: str, size: int) -> float:
    media_type, body = DOORS[door](UNITS[unit] * (size // len(UNITS[unit])))
    source = Source(kind="push", name="pump", zone="Asia/Ho_Chi_Minh")
    raw = Raw(source=source, media_type=media_type, body=body, received_us=1_700_000_000_000_000)
    begun = time.process_time()
    try:
        normalize(raw)
    except NotAnArticle:
        pass
    return max(LEAST_S, time.process_time() - begun)


def main(wanted: list[str]) -> int:
    """Measure the table, or the doors and units named; the number of those that grow too fast."""
    failed = 0
    for door in DOORS:
        for unit in UNITS:
            if wanted and door not in wanted and unit not in wanted:
                continue
            power = growth(door, unit)
            if power > EXPONENT:
                failed += 1
                print(f"{door}: {unit}: {power:.2f} ({_cost(door, unit, LONG):.2f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
