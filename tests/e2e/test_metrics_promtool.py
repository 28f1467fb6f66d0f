"""The exposition at /metrics, and the alerts, before Prometheus' own judge."""

import shutil
import subprocess
from pathlib import Path

import pytest

from shared.errors import TransientError
from shared.ledger.overview import Overview, Watchman
from shared.metrics import Meters
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.require import lacking

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    return found or lacking("promtool", "is not on PATH")


def judged(promtool: str, exposition: bytes) -> str:
    """What promtool has to say; nothing when it is content."""
    done = subprocess.run(
        [promtool, "check", "metrics"], input=exposition, capture_output=True, check=False, timeout=30
    )
    return (done.stdout + done.stderr).decode().strip() or ("" if done.returncode == 0 else f"exit {done.returncode}")


def test_promtool_finds_nothing_to_say(promtool: str, settings: Settings) -> None:
    meters = Meters(Watchman(open_ledger(settings), settings).look)
    meters.pushes.labels("agency", "202").inc()
    meters.requests.labels("POST", "/v1/articles", "202").observe(0.012)
    assert judged(promtool, meters.exposition()) == ""


def test_a_ledger_that_does_not_answer_is_shown_in_a_valid_exposition(promtool: str) -> None:
    def away() -> Overview:
        raise TransientError("Redis does not answer")

    exposition = Meters(away).exposition()
    assert b"copydesk_up 0.0" in exposition
    assert judged(promtool, exposition) == ""


def test_the_alerts_fire_when_they_should(promtool: str) -> None:
    command = [promtool, "test", "rules", "copydesk.rules.test.yml"]
    done = subprocess.run(command, cwd=RULES, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_settings_of_the_profile(promtool: str) -> None:
    command = [promtool, "check", "config", "--syntax-only", "prometheus.yml"]
    done = subprocess.run(command, cwd=RULES, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
