"""The locks under requirements/: which packages, in which versions, and who asked for them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
IN_IMAGE = ("base", "notify", "oidc", "sinks")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
ASKED = re.compile(r"^\s+#\s+(?:via\s+)?(?P<name>\S+)")


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """One package of a lock; `via` names who asked for it: packages, or `copydesk` itself."""

    name: str
    version: str
    marker: str = ""
    via: tuple[str, ...] = ()


def read_lock(text: str) -> Iterator[Pin]:
    """The pins of a lock as uv writes it, in its order."""
    pin: Pin | None = None
    for line in text.splitlines():
        if match := PIN.match(line):
            if pin is not None:
                yield pin
            pin = Pin(name=match["name"], version=match["version"], marker=(match["marker"] or "").strip())
        elif pin is not None and (asked := ASKED.match(line)) and asked["name"] not in ("via", "-c"):
            name = "copydesk" if asked["name"] == "-r" else asked["name"]  # a file of requirements is ours
            pin = msgspec.structs.replace(pin, via=(*pin.via, name))
    if pin is not None:
        yield pin


def read_locks(names: Sequence[str] = IN_IMAGE, folder: Path = ROOT / "requirements") -> list[Pin]:
    """All pins of several locks, each once, by name; a package of two locks has both of their askers."""
    pins: dict[tuple[str, str, str], Pin] = {}
    for name in names:
        for pin in read_lock((folder / f"{name}.lock").read_text(encoding="utf-8")):
            known = pins.get((pin.name, pin.version, pin.marker))
            via = sorted({*(known.via if known else ()), *pin.via})
            pins[pin.name, pin.version, pin.marker] = msgspec.structs.replace(pin, via=tuple(via))
    return [pins[key] for key in sorted(pins)]
