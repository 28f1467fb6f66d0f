"""What is told of dropped files that were not taken, as files: `problems/hue/bai.docx.problem.json` in the data folder.

Each is a problem document (RFC 9457), for whoever looks after the folder without the desk's commands. The drop folder
itself is never written to. A file that cannot be written here costs the log a line, and the drops nothing.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from urllib.parse import unquote_to_bytes

import msgspec

from services.ingest.drop_files import WHOLE, percent_encoded
from services.ingest.drop_problems import PROBLEM_KINDS, DropProblem
from shared.clock import from_us
from shared.late_log import LateLog
from shared.whole_file import open_private

log = LateLog(__name__)

FOLDER = "problems"
ENDING = ".problem.json"
URN = "urn:x-copydesk:"
LONGEST = 255  # bytes of a name, to most file systems
DIGEST = 16  # letters that stand for the rest of a longer one
LOOKED_AT_ONCE = 200


class ProblemFiles:
    """The files of one desk. Any number of watchers may write them: all write the same."""

    def __init__(self, data_dir: Path, seeds: Path) -> None:
        self._folder = data_dir / FOLDER
        self._seeds = seeds
        self._walk: Iterator[Path] = iter(())

    def write(self, name: str, problem: DropProblem) -> None:
        """Tell of a file by its name below the drop folder; the folder as a whole has no such file."""
        if name == WHOLE:
            return
        path = self.path_of(name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            written = path.with_name(f".{os.getpid()}-{time.monotonic_ns()}.new")  # unsynced: Redis knows it too
            with open(written, "xb", opener=open_private) as file:
                file.write(_told(problem))
            written.replace(path)
        except OSError as error:
            log.warning("drop_problem_not_written", path=problem.path, reason=str(error))

    def remove(self, names: Iterable[str]) -> None:
        """Tell no more of files that were taken, or are gone."""
        for name in names:
            self._unlink(self.path_of(name))

    def tidy(self) -> None:
        """Look through some of them: none stays whose file is gone, also where Redis has forgotten that one was."""
        looked = list(islice(self._walk, LOOKED_AT_ONCE))
        if len(looked) < LOOKED_AT_ONCE:
            self._walk = self._written()
        for path in looked:
            name = self._name_of(path)
            if name is not None and not os.path.lexists(self._seeds / name):
                self._unlink(path)

    def _written(self) -> Iterator[Path]:
        """All of them; a folder that goes meanwhile, with its last one, ends no walk (`Path.rglob` raises there)."""
        for folder, _, names in os.walk(self._folder):
            yield from (Path(folder, name) for name in names if name.endswith(ENDING))

    def path_of(self, name: str) -> Path:
        """Where a file is told of: each step of its name as plain text, cut where it is too long for one."""
        *folders, last = PurePosixPath(name).parts or (name,)
        return self._folder.joinpath(*(_step(part) for part in folders), _step(last, ENDING))

    def _name_of(self, path: Path) -> str | None:
        """Whose file it is; None of one whose name was cut."""
        name = path.relative_to(self._folder).as_posix().removesuffix(ENDING)
        named = os.fsdecode(unquote_to_bytes(name))
        return named if self.path_of(named) == path else None

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
            if path.parent != self._folder and not any(path.parent.iterdir()):
                path.parent.rmdir()
        except FileNotFoundError:  # the folder went meanwhile, with what it held
            pass
        except OSError as error:
            log.warning("drop_problem_not_removed", path=str(path), reason=str(error))


def _step(part: str, ending: str = "") -> str:
    plain = percent_encoded(part)
    if len(os.fsencode(plain)) + len(ending) <= LONGEST:
        return plain + ending
    digest = hashlib.sha256(os.fsencode(plain)).hexdigest()[:DIGEST]
    kept = os.fsencode(plain)[: LONGEST - len(ending) - DIGEST - 1].decode("utf-8", "ignore")
    return f"{kept}-{digest}{ending}"


def _told(problem: DropProblem) -> bytes:
    kind = PROBLEM_KINDS[problem.kind]
    told: dict[str, object] = {
        "type": f"{URN}{problem.kind}",
        "title": kind.title,
        "detail": problem.reason,
        "file": problem.path,
        "do": kind.remedy,
        "since": from_us(problem.at_us).isoformat().replace("+00:00", "Z"),
    }
    if problem.members:
        told["members"] = [msgspec.to_builtins(member) for member in problem.members]
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
