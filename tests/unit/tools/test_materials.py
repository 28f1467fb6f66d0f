"""Locks are read whole; the bill of materials holds them all; an advisory is found by version or range."""

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools.advisories import affected, main
from tools.locks import IN_IMAGE, ROOT, Pin, read_lock, read_locks
from tools.sbom import bill

LOCK = """\
amqp==5.4.2 \\
    --hash=sha256:00 \\
    --hash=sha256:01
    # via kombu
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:02
    # via
    #   -c requirements/base.lock
    #   redis
    #   valkey
joserfc==1.8.0 \\
    --hash=sha256:03
    # via -r requirements/oidc.in
celery[redis]==5.7.0 \\
    --hash=sha256:04
    # via copydesk (pyproject.toml)
"""


def test_a_lock_is_read_whole() -> None:
    assert list(read_lock(LOCK)) == [
        Pin(name="amqp", version="5.4.2", via=("kombu",)),
        Pin(name="async-timeout", version="5.0.1", marker="python_full_version < '3.11.3'", via=("redis", "valkey")),
        Pin(name="joserfc", version="1.8.0", via=("copydesk",)),
        Pin(name="celery", version="5.7.0", via=("copydesk",)),
    ]


def test_each_pin_of_ours_is_in_the_bill_and_somebody_needs_it() -> None:
    pins = read_locks()
    lines = [line for name in IN_IMAGE for line in (ROOT / f"requirements/{name}.lock").read_text("utf-8").splitlines()]
    assert {pin.name for pin in pins} == {
        line.partition("==")[0].partition("[")[0] for line in lines if "==" in line and line[0].isalnum()
    }
    made = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    told = bill("0.1.0", pins, [{"name": "htmx", "version": "2", "licence": "0BSD", "sha256": {"h.js": "00"}}], made)
    assert told == bill(
        "0.1.0", pins, [{"name": "htmx", "version": "2", "licence": "0BSD", "sha256": {"h.js": "00"}}], made
    )
    refs = {component["bom-ref"] for component in told["components"]} | {"copydesk"}
    needs = {entry["ref"]: set(entry["dependsOn"]) for entry in told["dependencies"]}
    assert set(needs) | {"vendor/htmx"} == refs
    assert set().union(*needs.values()) == refs - {"copydesk"}, "what nobody needs should not be there"
    assert "pkg:pypi/celery@5.7.0" in needs["copydesk"] or any("celery@" in ref for ref in needs["copydesk"])


def record(**part: Any) -> dict[str, Any]:
    return {
        "id": "PYSEC-1",
        "summary": "It leaks",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "A_mqp"}, **part}],
    }


def within(*events: dict[str, str]) -> dict[str, Any]:
    return record(ranges=[{"type": "ECOSYSTEM", "events": list(events)}])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(record(versions=["5.4.2"]), True, id="named"),
        pytest.param(record(versions=["5.4.1"]), False, id="another version"),
        pytest.param(within({"introduced": "0"}, {"fixed": "5.4.3"}), True, id="before the fix"),
        pytest.param(within({"introduced": "0"}, {"fixed": "5.4.2"}), False, id="the fix"),
        pytest.param(within({"introduced": "5.5"}), False, id="before the fault"),
        pytest.param(within({"introduced": "5"}, {"last_affected": "5.4.2"}), True, id="the last"),
        pytest.param(within({"introduced": "5"}, {"last_affected": "5.4.1"}), False, id="after the last"),
        pytest.param(within({"fixed": "4"}, {"introduced": "3"}, {"introduced": "5"}), True, id="it came back"),
        pytest.param(within({"introduced": "0"}, {"fixed": "5.4.10"}), True, id="versions are no decimals"),
        pytest.param(record(versions=["5.4.2"]) | {"withdrawn": "2026-01-01T00:00:00Z"}, False, id="withdrawn"),
        pytest.param(
            {"id": "GHSA-1", "affected": [{"package": {"ecosystem": "npm", "name": "amqp"}, "versions": ["5.4.2"]}]},
            False,
            id="npm",
        ),
    ],
)
def test_an_advisory_is_found(told: dict[str, Any], expected: bool) -> None:
    pins = [Pin(name="a-mqp" if told["id"] == "PYSEC-1" else "amqp", version="5.4.2")]
    assert bool(list(affected(pins, iter([told])))) is expected


def test_a_fault_of_a_pin_of_ours_ends_the_audit_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pin = read_locks()[0]
    export = tmp_path / "PyPI.zip"
    for versions, code in ([pin.version], 1), (["0.0.0"], 0):
        with zipfile.ZipFile(export, "w") as archive:
            told = {
                "id": "X-1",
                "affected": [{"package": {"ecosystem": "PyPI", "name": pin.name}, "versions": versions}],
            }
            archive.writestr("X-1.json", json.dumps(told))
        assert main([str(export)]) == code
    assert f"{pin.name} {pin.version}: X-1" in capsys.readouterr().out
    assert main([str(tmp_path / "none.zip")]) == 2
