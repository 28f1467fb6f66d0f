"""How changes and rows are told, at the door and by commands: with moments, and without what is not known."""

import datetime as dt

import msgspec

from services.web.links import link_to
from services.web.listing import Row
from shared.clock import from_us
from shared.ledger.events import Change


def moment(micros: int | None) -> dt.datetime | None:
    """A ledger time as people write it."""
    return None if micros is None else from_us(micros)


def change_body(change: Change) -> dict[str, object]:
    """A change as it is told: with a moment, and without what it does not say."""
    body: dict[str, object] = {"id": change.id, "state": change.state, "at": moment(change.at_us)}
    if change.article:
        body |= {"article": change.article, "rev": change.rev}
    if change.source:
        body["source"] = change.source
    if change.stage:
        body["stage"] = change.stage
    if change.note and change.state != "working":  # there it names the worker's host and process: not for strangers
        body["note"] = change.note
    return body


def row_body(row: Row) -> dict[str, object]:
    """A row with moments and seconds, and without what is not known."""
    body: dict[str, object] = msgspec.to_builtins(row)
    for micros, name in (("receivedUs", "received"), ("settledUs", "settled")):
        body[name] = moment(body.pop(micros, None))  # type: ignore[arg-type]
    for micros, name in (("waitedUs", "waitedSeconds"), ("workedUs", "workedSeconds")):
        spent = body.pop(micros, None)
        body[name] = None if spent is None else spent / 1_000_000  # type: ignore[operator]
    body["links"] = {"article": link_to(f"/v1/articles/{row.article}")} | (
        {"receipt": link_to(f"/v1/receipts/{row.receipt}")} if row.receipt else {}
    )
    return {name: value for name, value in body.items() if value is not None}
