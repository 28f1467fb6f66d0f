"""Whole texts of our own, each with the fields it must come out with (tests/corpus/text)."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.normalize.pipeline import normalize
from shared.envelope import Raw, Source

CORPUS = Path(__file__).parents[2] / "corpus" / "text"
TEXTS = sorted(CORPUS.glob("*.txt"))


def normal(path: Path) -> dict[str, Any]:
    """A text's article as it goes over the wire; a field that is not there was not said."""
    source = Source(kind="drop", name="")
    raw = Raw(source=source, media_type="text/plain", body=path.read_bytes(), received_us=1_577_836_800_000_000)
    found: dict[str, Any] = json.loads(msgspec.json.encode(normalize(raw)))
    for person in found.get("people", ()):
        person.setdefault("rel", ["author"])
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_text_comes_out_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = normal(path)
    assert {field: found.get(field) for field in expected} == expected


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_block_says_where_it_stood(path: Path) -> None:
    found = normal(path)
    fields = [evidence["field"] for evidence in found["evidence"]]
    for number, _ in enumerate(found["blocks"]):
        assert fields.count(f"blocks[{number}]") == 1
    for evidence in found["evidence"]:
        assert 0 <= evidence["sure"] <= 1
        assert evidence.get("start", 0) <= evidence.get("end", 0)


def test_there_are_texts() -> None:
    assert len(TEXTS) >= 5
