"""The audit log: every act of a person on the desk, one line of JSON each, in files of a month that only grow."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from shared.clock import from_us, now_us
from shared.data_version import make_folder
from shared.errors import Unavailable
from shared.identity import without_login
from shared.whole_file import open_private

LONGEST = 1000


class Acted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One act: when (µs), who (a key's name, `oidc:<person>`, `cli:<user>`), what, on what, and why."""

    at_us: int
    who: str
    act: str
    on: str
    why: str = ""


class AuditLog:
    """Appends from any number of processes: a line is written whole, and is on the disk when `note` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, *, who: str, act: str, on: str, why: str = "") -> None:
        """Write an act down; raises `Unavailable` where that cannot be done."""
        self.note_each(who=who, act=act, on=[on], why=why)

    def note_each(self, *, who: str, act: str, on: Sequence[str], why: str = "") -> None:
        """Write down what was done to each of these, together; raises as `note` does."""
        at_us, why = now_us(), without_login(why)  # a feed's address may bring the password it is fetched with
        acts = [Acted(at_us=at_us, who=who, act=act, on=without_login(one)[:LONGEST], why=why[:LONGEST]) for one in on]
        lines = b"".join(msgspec.json.encode(acted) + b"\n" for acted in acts)
        try:
            make_folder(self.folder)
            with open(self.folder / f"{from_us(at_us):%Y-%m}.jsonl", "ab", buffering=0, opener=open_private) as file:
                while lines:
                    lines = lines[file.write(lines) :]
                os.fsync(file.fileno())
        except OSError as error:
            raise Unavailable(f"the audit log in {self.folder} cannot be written: {error.strerror}") from error

    def latest(self, limit: int = 100, on: str = "") -> list[Acted]:
        """The newest acts first; with `on`, those on this alone (an article's id takes all its revisions)."""
        found: list[Acted] = []
        for acted in self._newest_first():
            if not on or acted.on == on or acted.on.partition("@")[0] == on:
                found.append(acted)
            if len(found) == limit:
                break
        return found

    def _newest_first(self) -> Iterator[Acted]:
        try:
            files = sorted(self.folder.glob("*.jsonl"), reverse=True)
        except OSError:
            return
        for path in files:
            for line in reversed(path.read_bytes().splitlines()):
                try:
                    yield msgspec.json.decode(line, type=Acted)
                except msgspec.DecodeError:  # a line that a full disk has cut
                    continue
