"""How the desk stands, as its answers tell it."""

from collections.abc import Container
from typing import Any, Literal

import msgspec

from services.index.rhythm import LastHour
from services.web.description.shapes import Shape
from shared.ledger.overview import Overview
from shared.ledger.reader import Status


def _fields_of(told: type[msgspec.Struct], but: Container[str] = ()) -> list[tuple[str, Any]]:
    return [(field.name, field.type) for field in msgspec.structs.fields(told) if field.name not in but]


# As `Overview.as_told` puts them side by side: what comes to the one comes to the other.
DeskStatus = msgspec.defstruct(
    "DeskStatus",
    [
        ("state", Literal["ok", "degraded"]),
        *_fields_of(Status),
        *_fields_of(Overview, but=("status", "latency")),
        ("articles", int),
        ("last_hour", LastHour),
    ],
    bases=(Shape,),
    namespace={"__doc__": "The desk at one moment."},
    kw_only=True,
    rename="camel",
)


class Healthy(Shape):
    """The front door answers."""

    healthy: Literal[True]


class Ready(Shape):
    """A push sent now would be taken in."""

    ready: Literal[True]
