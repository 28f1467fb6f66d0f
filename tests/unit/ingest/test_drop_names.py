"""Which names in the drop folder are for us, whose they are, and how the folder is watched."""

from pathlib import Path

import pytest

from services.ingest.drop_files import DropNames, Vanished, list_names, path_alias, printable, read_drop
from services.ingest.drop_inputs import drop_source
from services.ingest.drop_watch import file_system, mode
from shared.settings import UNFINISHED
from shared.source_settings import SourceSettings

DROPS = {
    "": SourceSettings(language="en"),
    "hue": SourceSettings(zone="Asia/Ho_Chi_Minh", language="vi"),
    "hue/world": SourceSettings(zone="UTC"),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bai.txt", True),
        ("hue/2015/Bài viết.html", True),
        (".bai.txt", False),
        (".git/bai.txt", False),
        ("hue/.x/bai.txt", False),
        ("bai.txt.part", False),
        ("bai.TMP", False),
        ("bai.txt~", False),
        ("~$bai.txt", False),
        ("upload.txt.filepart", False),
        ("a~b.txt", True),
        ("", False),
    ],
)
def test_names_of_hidden_and_unfinished_files_are_not_for_us(name: str, expected: bool) -> None:
    assert (name in DropNames(UNFINISHED)) is expected


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        pytest.param("*.bak", "hue/bai.BAK", False, id="a part, whatever its case"),
        pytest.param("Sent", "hue/sent/bai.txt", False, id="a folder, wherever"),
        pytest.param("sent/", "sent/bai.txt", False, id="a folder, from the top"),
        pytest.param("sent/", "hue/sent/bai.txt", True, id="only from the top"),
        pytest.param("hue/*.txt", "hue/bai.txt", False, id="a path"),
        pytest.param("hue/*.txt", "bai.txt", True, id="another path"),
        pytest.param("bai", "bai.txt", True, id="a pattern fits a whole name"),
    ],
)
def test_patterns_of_names_that_are_not_for_us(pattern: str, name: str, expected: bool) -> None:
    assert (name in DropNames([pattern])) is expected


@pytest.mark.parametrize(
    ("name", "source", "zone", "language"),
    [
        pytest.param("bai.txt", "", None, "en", id="the top"),
        pytest.param("hue/bai.txt", "hue", "Asia/Ho_Chi_Minh", "vi", id="a folder"),
        pytest.param("hue/2015/11/bai.txt", "hue/2015/11", "Asia/Ho_Chi_Minh", "vi", id="below it"),
        pytest.param("hue/world/bai.txt", "hue/world", "UTC", None, id="the longest wins, whole"),
        pytest.param("hue2/bai.txt", "hue2", None, "en", id="a name is no beginning of another"),
    ],
)
def test_drop_source(name: str, source: str, zone: str | None, language: str | None) -> None:
    found = drop_source(name, DROPS)
    assert (found.kind, found.name, found.zone, found.language) == ("drop", source, zone, language)


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "seeds" / "b").mkdir(parents=True)
    (tmp_path / "seeds" / "b" / "1.txt").touch()
    (tmp_path / "seeds" / "a.txt").touch()
    (tmp_path / "seeds" / "loop").symlink_to(tmp_path)
    assert list(list_names(tmp_path / "seeds", DropNames(()))) == ["a.txt", "b/1.txt"]


def test_printable_escapes_what_a_terminal_would_obey() -> None:
    assert printable("Bài\x1b[31m\n\udce9") == "Bài\\x1b[31m\\n\\udce9"


@pytest.mark.parametrize("name", ["bai.txt", "hue/2015/Bài viết (2).html", "50% off.txt", "a%zz.txt"])
def test_a_plain_name_is_its_own_alias(name: str) -> None:
    assert path_alias(name) == f"path:{name}"


def test_no_two_names_share_an_alias() -> None:
    names = ["a\nb", "a\\nb", "a%0Ab", "a%5Cnb", "a%250Ab", "a\udce9b", "a\\udce9b", "a%E9b", "a%\n", "a%%0A"]
    aliases = [path_alias(name) for name in names]
    assert len(set(aliases)) == len(names)
    assert all(alias.isprintable() for alias in aliases)
    assert aliases[0] == "path:a%0Ab"


def test_a_file_in_the_root_folder_stands_behind_no_link() -> None:
    with pytest.raises(Vanished):
        read_drop(Path("/"), "no-such-file.txt", 10)


MOUNTS = """\
21 1 8:1 / / rw - ext4 /dev/sda1 rw
30 21 0:40 / /srv/news rw shared:1 - nfs4 server:/news rw
31 30 0:41 / /srv/news/local\\040disk rw - xfs /dev/sdb rw
32 21 0:42 / /srv/newspaper rw - fuse.sshfs host: rw
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("/home/x", "ext4"), ("/srv/news/a", "nfs4"), ("/srv/news/local disk/a", "xfs"), ("/srv/newspaper", "fuse.sshfs")],
)
def test_file_system(folder: str, expected: str) -> None:
    assert file_system(Path(folder), MOUNTS) == expected


@pytest.mark.parametrize(
    ("folder", "kind"), [("/home/x", "inotify"), ("/srv/news/x", "scan"), ("/srv/newspaper", "scan")]
)
def test_mode(tmp_path: Path, folder: str, kind: str) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert mode(Path(folder), tmp_path / "mountinfo").kind == kind
