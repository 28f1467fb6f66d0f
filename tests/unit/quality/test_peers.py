"""Peers answer one page at a time, each within its time, over the same sample of the same corpora."""

import json
from pathlib import Path

import pytest

from tests.quality.peer_answers import Answer, answer_within
from tests.quality.peers import digest, sample_corpora

PAGE = {"html_b64": "PGgxPkZlcnJ5PC9oMT4=", "url": None}


def reads(page: bytes, url: str | None) -> Answer:
    return {"title": page.decode()}


def fails(page: bytes, url: str | None) -> Answer:
    raise ValueError(f"no article in {len(page)} bytes")


def never_ends(page: bytes, url: str | None) -> Answer:
    while True:
        pass


def dies(page: bytes, url: str | None) -> Answer:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("reader", "answer"),
    [
        pytest.param(reads, {"title": "<h1>Ferry</h1>"}, id="an answer"),
        pytest.param(fails, {"error": "ValueError: no article in 14 bytes"}, id="an error is an answer"),
        pytest.param(never_ends, {"error": "no answer within 0.3 s, or it died"}, id="one that never ends is ended"),
        pytest.param(dies, {"error": "no answer within 0.3 s, or it died"}, id="one that dies takes nobody along"),
    ],
)
def test_a_page_is_answered_or_given_up(reader: object, answer: Answer) -> None:
    assert answer_within(reader, PAGE, 0.3) == answer  # type: ignore[arg-type]  # a table holds objects


def test_a_sample_is_the_same_for_everybody(tmp_path: Path) -> None:
    for corpus in ("aeb", "fundus"):
        (tmp_path / "whole" / corpus / "pages").mkdir(parents=True)
        lines = [json.dumps({"id": f"{corpus}:{number}", "file": "x"}) for number in range(9)]
        (tmp_path / "whole" / corpus / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    asked = [sample_corpora(tmp_path / "whole", tmp_path / name, 4) for name in ("first", "second")]
    assert asked == [{"aeb": 4, "fundus": 4}] * 2
    first, second = ((tmp_path / name / "aeb" / "truth.jsonl").read_text() for name in ("first", "second"))
    assert first == second
    assert sample_corpora(tmp_path / "whole", tmp_path / "all", 0) == {"aeb": 9, "fundus": 9}


def test_the_table_of_the_manual_has_the_main_fields_of_corpora_of_some_size() -> None:
    tables = """
### aeb / dev (60 pages)

| system | shingle_p | body_f1 | errors |
|---|---|---|---|
| copydesk | 0.979 | 0.986 | 0 |
| mute | 0.000 | 0.000 | 0 |

### mediacloud / dev (6 pages)

| system | title_exact | errors |
|---|---|---|
| copydesk | 0.750 | 0 |
"""
    assert digest(tables).splitlines()[2:] == ["| aeb (60) | copydesk | – | – | – | – | – | 0.99 |"]
