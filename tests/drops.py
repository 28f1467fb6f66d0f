"""Dropped files opened as the desk does, in its killable processes, without a desk behind them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from services.ingest.containers.opening import open_file
from services.ingest.containers.parts import Limits, Part
from services.ingest.drop_inputs import DropInputs, DropReaders
from services.ingest.drop_problems import DropMember
from shared.envelope import Input, Source
from shared.errors import InputRefused
from shared.picture_files import PictureFiles
from shared.settings import Settings

LIMITS = Limits(article_bytes=4 * 1024 * 1024, picture_bytes=1024 * 1024, all_bytes=16 * 1024 * 1024)


@contextmanager
def inputs_of(name: str, body: bytes, source: Source, folder: Path | None = None) -> Iterator[list[Input | DropMember]]:
    """The inputs of a dropped file, with what of it is not taken; its pictures are staged below `folder`."""
    pictures = PictureFiles(folder or Path("no-pictures"))
    with closing(DropReaders()) as readers:
        inputs = list(DropInputs(Settings(), pictures).of(name, body, source, readers))
        try:
            yield inputs
        finally:
            pictures.let_go(picture for item in inputs if isinstance(item, Input) for picture in item.pictures)


def parts_of(name: str, body: bytes, limits: Limits = LIMITS) -> tuple[list[Part], str]:
    """The parts of a file, opened in this process, and why nothing more of it is taken."""
    parts: list[Part] = []
    try:
        for part in open_file(name, body, limits):
            parts.append(part)  # noqa: PERF402 - what was given before a refusal counts
    except InputRefused as error:
        return parts, str(error)
    return parts, ""


def told_of(name: str, body: bytes, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    """Each part's role and name; of a refused one its reason."""
    parts, problem = parts_of(name, body, limits)
    told = [(str(part.role), f"{part.name}: {part.reason}" if part.reason else part.name) for part in parts]
    return [*told, ("problem", problem)] if problem else told
