"""Holds the ninjs of real articles against the standard: `python -m tests.quality.ninjs --corpora DIR [--schema FILE]`.

Reads a sample of each corpus (pages, feeds, copy), and prints what is wrong with the items. With `--schema` (the IPTC's
own ninjs-schema_3.1.json) they are held against that as well. Without corpora it says so and succeeds.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from services.index.exports.ninjs import to_ninjs
from services.ingest.feeds import make_inputs, read_feed
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import CopydeskError
from tests.ninjs_rules import broken

SAMPLE = 60  # of each corpus
MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}
FEEDS = {".xml", ".rss", ".atom"}
LARGEST = 2_000_000
PLACES: dict[str, Any] = {"$id": "https://geojson.org/schema/GeoJSON.json", "type": "object"}  # which we never write


def main(arguments: list[str]) -> int:
    """Print what is wrong; 1 where anything is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    parser.add_argument("--schema", type=Path, metavar="FILE", help="the IPTC's own schema")
    options = parser.parse_args(arguments)
    if not options.corpora.is_dir():
        print(f"no corpora at {options.corpora}: no ninjs looked at")
        return 0
    official = official_validator(options.schema) if options.schema else None
    items = wrong = 0
    for name, article in sampled(options.corpora):
        item = msgspec.json.decode(msgspec.json.encode(to_ninjs(article, "a" * 26)))
        told = broken(item) + (broken(item, official) if official else [])
        items += 1
        wrong += bool(told)
        for line in told:
            print(f"{name}: {line}")
    print(f"ninjs: {items} items of real articles, {wrong} of them against the rules")
    return 1 if wrong else 0


def official_validator(path: Path) -> Any:
    """The standard's own schema; the one for GeoJSON, to which it refers, is not read."""
    registry = jsonschema_rs.Registry([(PLACES["$id"], PLACES)])
    return jsonschema_rs.Draft202012Validator(
        msgspec.json.decode(path.read_bytes()), validate_formats=True, registry=registry
    )


def sampled(corpora: Path) -> Iterator[tuple[str, Article]]:
    """Articles of each corpus, from files spread evenly over it."""
    for corpus in sorted(path for path in corpora.iterdir() if path.is_dir()):
        files = [path for path in sorted(corpus.rglob("*")) if path.suffix in {*MEDIA_TYPES, *FEEDS} and path.is_file()]
        for path in files[:: max(1, len(files) // SAMPLE)]:
            for raw in raws_of(path):
                try:
                    yield str(path.relative_to(corpora)), normalize(raw)
                except CopydeskError:
                    continue


def raws_of(path: Path) -> Iterator[Raw]:
    """The document in a file, or the entries of a feed."""
    if path.stat().st_size > LARGEST:
        return
    if path.suffix in MEDIA_TYPES:
        source = Source(kind="drop", name="", zone="Asia/Ho_Chi_Minh")
        yield Raw(source=source, media_type=MEDIA_TYPES[path.suffix], body=path.read_bytes(), received_us=1)
        return
    source = Source(kind="feed", name="https://news.example/feed")
    try:
        items = make_inputs(read_feed(path.read_bytes(), None, source.name), "f1", source)
    except CopydeskError:
        return
    for given in (item.input for item in items[:3]):
        yield Raw(source=source, media_type=given.media_type, body=given.body, received_us=1, url=given.url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
