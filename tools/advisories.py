"""Known faults of what the image is made of: `python -m tools.advisories PyPI.zip`, without a network.

The file is the OSV database's export for PyPI: a record of its schema in a file of JSON each. Exit code 1 where a
pinned version is one that a record names, 2 where there is no such file.
"""

import argparse
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tools.locks import IN_IMAGE, Pin, read_locks


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A pinned version that an advisory names; `fixed` are versions that are not."""

    pin: Pin
    advisory: str
    summary: str
    fixed: tuple[str, ...] = ()


def affected(pins: Sequence[Pin], records: Iterator[Mapping[str, Any]]) -> Iterator[Found]:
    """Every pin that a record names and nobody withdrew."""
    wanted: dict[str, list[Pin]] = {}
    for pin in pins:
        wanted.setdefault(canonicalize_name(pin.name), []).append(pin)
    for record in records:
        if record.get("withdrawn"):
            continue
        for part in record.get("affected", ()):
            package = part.get("package", {})
            if package.get("ecosystem") != "PyPI":
                continue
            for pin in wanted.get(canonicalize_name(package.get("name", "")), ()):
                if _is_affected(pin.version, part):
                    told = str(record.get("summary") or record.get("details", "")).strip().partition("\n")[0]
                    yield Found(pin=pin, advisory=record["id"], summary=told[:200], fixed=tuple(_fixes(part)))


def _is_affected(version: str, part: Mapping[str, Any]) -> bool:
    if version in part.get("versions", ()):
        return True
    return any(_is_within(Version(version), one.get("events", ())) for one in _ranges(part))


def _is_within(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    """Between an event that brought the fault in and one that ended it, in whatever order they are told."""
    within = False
    for at, kind in sorted(_events(events), key=lambda event: (event[0], event[1] == "introduced")):
        if kind == "introduced" and version >= at:
            within = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            within = False
    return within


def _events(events: Sequence[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind, text in event.items():
            try:
                yield Version(text), kind
            except InvalidVersion:  # a record of before PEP 440: its list of versions counts
                continue


def _ranges(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in part.get("ranges", ()) if one.get("type") == "ECOSYSTEM")


def _fixes(part: Mapping[str, Any]) -> Iterator[str]:
    for one in _ranges(part):
        yield from (event["fixed"] for event in one.get("events", ()) if "fixed" in event)


def read_records(file: Path) -> Iterator[Mapping[str, Any]]:
    """The records of an export."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield msgspec.json.decode(archive.read(name))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("file", type=Path, metavar="PyPI.zip")
    file = parser.parse_args(argv).file
    if not file.is_file():
        print(f"make audit: there is no export of OSV at {file}: nothing was looked at", file=sys.stderr)
        return 2
    pins = read_locks((*IN_IMAGE, "build"))
    found = list(affected(pins, read_records(file)))
    for one in found:
        cure = f"; fixed in {', '.join(one.fixed)}" if one.fixed else ""
        print(f"{one.pin.name} {one.pin.version}: {one.advisory} {one.summary}{cure}")
    print(f"{len(pins)} pinned packages, {len(found)} named by an advisory")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
