"""Push keys: shown once, kept as digests, read anew when changed."""

import datetime as dt
import hashlib
import json
import os
import re
import stat
import threading
from pathlib import Path

import pytest

from services.web.keys import Keys, Publisher, read_listed
from services.web.tokens import base62
from shared.errors import PermanentError, Unavailable

SECRET = "k" * 43
HUE = Publisher(name="hue")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.json")


def test_a_key_opens_for_its_publisher_with_their_settings(keys: Keys) -> None:
    key = keys.create("hue-daily", zone="Asia/Ho_Chi_Minh", language="vi")
    assert re.fullmatch(r"cd_hue-daily_[0-9A-Za-z]{43}", key)
    made = Publisher(name="hue-daily", zone="Asia/Ho_Chi_Minh", language="vi", scopes=("push", "read"))
    assert keys.check(key) == made


def test_a_publishers_next_key_reads_dates_as_the_last_did(keys: Keys) -> None:
    keys.create("hue-daily", zone="Asia/Ho_Chi_Minh", language="vi")
    second = keys.check(keys.create("hue-daily"))
    other = keys.check(keys.create("hue-daily", language="en"))
    stranger = keys.check(keys.create("hanoi"))
    assert [(one.zone, one.language) for one in (second, other, stranger) if one] == [
        ("Asia/Ho_Chi_Minh", "vi"), ("Asia/Ho_Chi_Minh", "en"), (None, None)
    ]  # fmt: skip


def test_the_key_itself_is_nowhere_on_disk_and_the_file_is_its_owners_alone(keys: Keys) -> None:
    key = keys.create("hue-daily")
    assert key.rpartition("_")[2] not in keys.path.read_text()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("token", ["", "cd_hue-daily_", "cd_hue-daily_" + "0" * 43, "\udcff", "x" * 100_000])
def test_anything_else_opens_nothing(keys: Keys, token: str) -> None:
    keys.create("hue-daily")
    assert keys.check(token) is None


def test_a_key_is_over_at_its_time(keys: Keys) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert keys.check(keys.create("late", expires=past)) is None
    assert keys.check(keys.create("early", expires=past.replace(year=2999))) is not None


def test_another_process_sees_what_was_created_and_revoked(keys: Keys) -> None:
    server = Keys(keys.path)
    assert server.check("cd_a_b") is None
    first, second, other = keys.create("hue"), keys.create("hue"), keys.create("hanoi")
    assert all(server.check(key) for key in (first, second, other))
    assert keys.revoke("hue") == 2
    assert [server.check(key) for key in (first, second)] == [None, None]
    assert keys.revoke(keys.list()[0].id) == 1
    assert server.check(other) is None
    assert keys.revoke("hue") == 0


def test_creating_at_the_same_time_loses_no_key(keys: Keys) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(Keys(keys.path).create("many"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(keys.list()) == len({key for key in made if keys.check(key)}) == 8


def test_a_broken_file_locks_nobody_out_and_is_not_written_over(keys: Keys) -> None:
    key = keys.create("hue")
    assert keys.check(key)
    keys.path.write_text("{ not json")
    assert keys.check(key)
    with pytest.raises(PermanentError, match="cannot be read"):
        keys.create("hanoi")
    assert keys.path.read_text() == "{ not json"


@pytest.mark.parametrize("name", ["", "a_b", "../x", "Báo", "a b", "x" * 65, "-a", "a\n"])
def test_a_name_that_would_not_fit_a_key_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(PermanentError, match="no publisher's name"):
        keys.create(name)


def test_a_revoked_key_is_refused_as_soon_as_a_failed_read_is_made_good(keys: Keys, tmp_path: Path) -> None:
    revoked = keys.create("hue")
    server = Keys(keys.path)
    assert server.check(revoked) is not None
    keys.revoke("hue")
    content = keys.path.read_bytes()
    keys.path.unlink()
    keys.path.symlink_to(tmp_path)  # opens as a folder does: no bytes come
    assert server.check(revoked) is not None  # unreadable keys lock nobody out
    keys.path.unlink()
    keys.path.write_bytes(content)
    assert server.check(revoked) is None


def test_a_read_that_failed_is_tried_again_though_the_file_stays_the_same(keys: Keys) -> None:
    key = keys.create("hue")
    content = keys.path.read_bytes()
    keys.path.write_bytes(b" " * len(content))
    server, seen = Keys(keys.path), keys.path.stat()
    with pytest.raises(Unavailable, match="no push is taken"):
        server.check(key)
    with keys.path.open("r+b") as file:
        file.write(content)
    os.utime(keys.path, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # by size, time and inode the file it was
    assert server.check(key) is not None


def test_a_file_secret_stands_in_for_the_file(keys: Keys) -> None:
    created = keys.create("hue")
    listed = Keys(keys.path, listed=f"# ours\n\nhanoi:{SECRET} zone=Asia/Ho_Chi_Minh\n")
    assert listed.check(SECRET) == Publisher(name="hanoi", zone="Asia/Ho_Chi_Minh")
    assert listed.check(created) is None
    with pytest.raises(PermanentError, match="file secret"):
        listed.create("hue")
    with pytest.raises(PermanentError, match="file secret"):
        listed.revoke("hue")


def test_a_key_carries_prefixes_in_one_spelling_and_more_may_be_added(keys: Keys) -> None:
    first = keys.create("hue", prefixes=["HTTP://www.Hue.example/news/", "https://hue.example/news"])
    second = keys.create("hue")
    keys.create("hanoi", prefixes=["https://hanoi.example"])
    assert (keys.check(first) or HUE).prefixes == ("https://hue.example/news",)
    assert (keys.check(second) or HUE).prefixes == ()
    assert keys.add_prefixes("hue", ["https://hue.example/sport/"]) == 2
    assert (keys.check(first) or HUE).prefixes == ("https://hue.example/news", "https://hue.example/sport")
    assert (keys.check(second) or HUE).prefixes == ("https://hue.example/sport",)
    assert keys.prefixes_beside("hue") == ("https://hanoi.example/",)
    assert keys.add_prefixes("nobody", ["https://a.example/"]) == 0


def test_prefixes_are_taken_back_but_for_the_last(keys: Keys) -> None:
    key = keys.create("hue", prefixes=["https://hue.example/a", "https://hue.example/b"])
    assert keys.drop_prefixes("hue", ["http://www.hue.example/a/"]) == 1
    assert (keys.check(key) or HUE).prefixes == ("https://hue.example/b",)
    with pytest.raises(PermanentError, match="would be left without a prefix"):
        keys.drop_prefixes("hue", ["https://hue.example/b"])
    assert (keys.check(key) or HUE).prefixes == ("https://hue.example/b",)
    assert keys.drop_prefixes("hanoi", ["https://hue.example/b"]) == 0


def test_a_prefix_that_another_publisher_has_is_refused_by_their_name(keys: Keys) -> None:
    keys.create("hue", prefixes=["https://hue.example/news"])
    hanoi = keys.create("hanoi", prefixes=["https://hue.example/news/hanoi"])
    before = keys.path.read_bytes()
    said = r"https://hue\.example/news is already the prefix of hue: .*`copydesk keys take hue --prefix https://hue"
    with pytest.raises(PermanentError, match=said):
        keys.create("saigon", prefixes=["https://a.example/", "HTTP://www.hue.example/news/"])
    with pytest.raises(PermanentError, match=said):
        keys.add_prefixes("hanoi", ["https://hue.example/news"])
    assert keys.path.read_bytes() == before
    keys.create("hue", prefixes=["https://hue.example/news"])  # their own once more
    keys.revoke("hue")
    assert keys.add_prefixes("hanoi", ["https://hue.example/news"]) == 1
    assert "https://hue.example/news" in (keys.check(hanoi) or HUE).prefixes


def test_a_prefix_of_a_key_over_its_time_is_free(keys: Keys) -> None:
    keys.create("late", prefixes=["https://a.example/"], expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert (keys.check(keys.create("hue", prefixes=["https://a.example/"])) or HUE).prefixes == ("https://a.example/",)


@pytest.mark.parametrize(
    "prefix",
    ["hue.example", "https://hue.example/?a=1", "ftp://hue.example/", "", "https://hue.example/a/..\\",
     "https://anna:secret@hue.example/a/", "https:\\\\anna:secret@hue.example/a/"],
)  # fmt: skip
def test_what_is_no_prefix_is_refused(keys: Keys, prefix: str) -> None:
    with pytest.raises(PermanentError, match="no prefix of pages") as caught:
        keys.create("hue", prefixes=[prefix])
    assert "secret" not in str(caught.value)
    assert keys.list() == ()


def test_a_key_over_its_time_keeps_its_prefixes_from_nobody(keys: Keys) -> None:
    keys.create("late", prefixes=["https://a.example/"], expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert keys.prefixes_beside("hue") == ()


def test_a_key_file_from_before_there_were_prefixes_works(keys: Keys) -> None:
    token = "cd_hue_" + "k" * 43
    digest = hashlib.sha256(token.encode()).hexdigest()
    row = {"id": digest[:10], "sha256": digest, "publisher": {"name": "hue", "zone": "Asia/Ho_Chi_Minh"}}
    keys.path.write_text(json.dumps({"v": 1, "keys": [row]}))
    assert keys.check(token) == Publisher(name="hue", zone="Asia/Ho_Chi_Minh")
    assert keys.add_prefixes("hue", ["https://hue.example/"]) == 1
    assert (keys.check(token) or HUE).prefixes == ("https://hue.example/",)


def test_the_scope_of_feeds_is_in_a_file_that_a_release_before_it_refuses(keys: Keys) -> None:
    keys.create("hue", scopes=["push", "read"])
    assert json.loads(keys.path.read_bytes())["v"] == 3
    keys.create("partner", scopes=["feeds"])
    assert json.loads(keys.path.read_bytes())["v"] == 5


def test_a_file_secret_names_prefixes(keys: Keys) -> None:
    line = f"hue:{SECRET} prefix=https://hue.example/a language=vi prefix=https://hue.example/b"
    publisher = Keys(keys.path, listed=line).check(SECRET)
    assert publisher == Publisher(
        name="hue", language="vi", prefixes=("https://hue.example/a", "https://hue.example/b")
    )


@pytest.mark.parametrize("line", ["hanoi", "hanoi:short", f":{SECRET}", f"hanoi:{SECRET} colour=red"])
def test_a_line_that_is_no_key_is_named_by_its_number_and_not_repeated(line: str) -> None:
    with pytest.raises(PermanentError) as caught:
        read_listed(f"# first\n{line}")
    assert SECRET not in str(caught.value)


def test_base62_is_43_digits_for_any_32_bytes() -> None:
    assert base62(bytes(32)) == "0" * 43
    assert len(base62(b"\xff" * 32)) == 43
