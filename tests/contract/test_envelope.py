"""The messages the ledger writes by itself are those that Celery's own `apply_async` would have sent."""

import json
from pathlib import Path
from typing import Any

from services.ingest.intake import Intake
from shared.archive import Archive
from shared.envelope import VERSION, Input, Source
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import make_app, open_ledger, task_name

PER_MESSAGE = ("id", "root_id", "origin", "argsrepr", "kwargsrepr")


def sent_by_celery(settings: Settings) -> dict[str, Any]:
    app = make_app(settings, "normalize")
    app.send_task(task_name("normalize"), args=[VERSION], queue="normalize", ignore_result=True)
    message: dict[str, Any] = json.loads(connect(settings).rpop("normalize"))  # type: ignore[arg-type]
    return message


def test_our_envelope_is_celerys(settings: Settings) -> None:
    ledger = open_ledger(settings)
    one = Input(source=Source(kind="push", name="desk"), media_type="text/plain", body=b"a")
    Intake(ledger, Archive(Path(settings.archive_dir or "")), settings).take([one])
    ours = json.loads(ledger.client.rpop("normalize"))
    theirs = sent_by_celery(settings)
    assert json.loads(ours["body"]) == json.loads(theirs["body"])
    assert ours["content-type"] == theirs["content-type"]
    assert ours["content-encoding"] == theirs["content-encoding"]
    assert set(ours["headers"]) == set(theirs["headers"])
    for name in theirs["headers"].keys() - set(PER_MESSAGE):
        assert ours["headers"][name] == theirs["headers"][name], name
    ours["properties"].pop("reply_to"), theirs["properties"].pop("reply_to")
    assert set(ours["properties"]) == set(theirs["properties"])
    for name in ("body_encoding", "delivery_mode", "priority", "delivery_info"):
        assert ours["properties"][name] == theirs["properties"][name], name
    assert ours["headers"]["id"] == ours["headers"]["root_id"] == ours["properties"]["correlation_id"]
