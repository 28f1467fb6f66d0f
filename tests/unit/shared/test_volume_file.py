"""What all small files of the data volume have in common: versions, one writer, and who is to blame."""

from pathlib import Path

import msgspec
import pytest

from shared.errors import NewerData, PermanentError, Unavailable
from shared.volume_file import VolumeFile, alone, write


class Names(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 2
    names: tuple[str, ...] = ()


def names_in(path: Path) -> VolumeFile[Names]:
    return VolumeFile(path, Names, version=2, what="the names in")


def test_what_was_written_is_read_and_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    file = names_in(tmp_path / "data" / "names.json")
    assert file.read() is None
    with file.alone():
        file.write(Names(names=("Huế",)))
    assert file.read() == Names(names=("Huế",))
    assert file.path.read_text("utf-8").startswith('{\n  "version": 2')


@pytest.mark.parametrize("said", ['{"version": 3}', '{"v": 3}'])
def test_a_newer_release_is_not_overwritten(tmp_path: Path, said: str) -> None:
    (tmp_path / "names.json").write_text(said)
    with pytest.raises(NewerData, match=r"the names in .*version 3, and this release knows up to 2"):
        names_in(tmp_path / "names.json").read()


@pytest.mark.parametrize("content", [b"{", b'{"names": 1}', b"\xff", b"[]"])
def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "names.json").write_bytes(content)
    with pytest.raises(PermanentError, match=r"the names in .*names\.json cannot be read: .*; correct the file"):
        names_in(tmp_path / "names.json").read()


def test_a_disk_that_takes_nothing_is_away(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    file = names_in(tmp_path / "data" / "names.json")
    with pytest.raises(Unavailable, match="cannot be written"), file.alone():
        pytest.fail("nobody is alone with a file that cannot be")
    with pytest.raises(Unavailable, match="cannot be written"):
        file.write(Names())


def test_what_fails_beside_the_file_is_not_blamed_on_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="elsewhere"), alone(tmp_path / "names.json"):
        raise OSError("elsewhere")


def test_who_waits_sees_what_the_one_before_has_written(tmp_path: Path) -> None:
    path = tmp_path / "code"
    with alone(path):
        write(path, b"one\n")
    with alone(path):
        assert path.read_bytes() == b"one\n"
    assert path.stat().st_mode & 0o777 == 0o600
