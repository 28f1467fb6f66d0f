"""The command line as people and programs meet it: fast help, JSON with stable keys, exit codes, no traceback ever."""

import argparse
import base64
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import copydesk
from services.cli import main as cli
from services.cli.command_table import COMMANDS
from services.cli.commands.normalize import answers
from services.cli.context import Context
from shared.data_version import make_folder
from shared.settings import load

TEXT = """09/11/2015 - 05:34

Chợ nổi mở thêm bến thuyền cho khách

TTH - Khách đến chợ nổi có thể lên thuyền ở ba bến mới.
"""
HEAVY = ("celery", "kombu", "redis", "httpx", "lxml", "sqlite3", "msgspec", "structlog", "services.desk", "shared")


@pytest.fixture(autouse=True)
def fresh_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COPYDESK_")]:
        monkeypatch.delenv(name)


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = cli.main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def order(monkeypatch: pytest.MonkeyPatch, *lines: object) -> None:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def results(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_help_imports_nothing_but_the_parser() -> None:
    script = (
        "import sys; from services.cli import main as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit([name for name in {HEAVY!r} if name in sys.modules] or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "push" in done.stdout


def test_every_command_has_a_function_of_its_name() -> None:
    for command in COMMANDS:
        module, _, function = command.target.partition(":")
        group, _, word = command.words.rpartition(" ")
        assert module == (group or word)
        assert function == word or (group and function.startswith(f"{word}_")), command.words
        assert callable(getattr(cli._module(f"services.cli.commands.{module}"), function)), command.words


@pytest.mark.parametrize("command", [c.words for c in COMMANDS])
def test_every_command_has_help_and_speaks_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([*command.split(), "--help"])
    assert end.value.code == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["feeds"],
        ["fly"],
        ["work", "sports"],
        ["push"],
        ["search", "a", "--limit", "x"],
        ["search", "a", "--limit", "-1"],
        ["dead", "list", "--offset", "-1"],
    ],
)
def test_wrong_usage_ends_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(argv)
    assert end.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["status"],
        ["balance"],
        ["dead", "list"],
        ["recover"],
        ["push", "x.txt"],
        ["show", "nobody"],
        ["status", "--redis-url", "redis://127.0.0.1:1/0"],
        ["status", "--redis-url", "unix:///nowhere/s"],
        ["status", "--set", "web_prot=1"],
        ["status", "--set", "web_port"],
        ["up", "--set", "allow_networks=foo"],
        ["up", "--port", "none"],
        ["keys", "create", "Not A Name"],
        ["keys", "create", "hue", "--zone", "Asia/Hue"],
        ["feeds", "add", "not-a-feed"],
        ["dead", "replay", "--redis-url", "redis://127.0.0.1:1/0"],
        ["push", "x.txt", "--url", "ftp://x"],
    ],
)
def test_what_cannot_be_done_is_one_line_and_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 6379)) == 0 and "--redis-url" not in argv:
            pytest.skip("a Redis of somebody's listens at the default address")
    code, out, err = answer(capsys, *argv)
    assert (code, out) == (2, "")
    assert err.startswith("copydesk: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_fault_of_ours_is_one_line_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(context: object) -> int:
        raise ValueError("two\nlines")

    monkeypatch.setattr("services.cli.commands.config.show_config", broken)
    code, _, err = answer(capsys, "config", "show")
    assert code == 2
    assert err == "copydesk: unforeseen ValueError: two lines (COPYDESK_DEBUG=1 shows where; please report it)\n"
    monkeypatch.setenv("COPYDESK_DEBUG", "1")
    with pytest.raises(ValueError, match="two"):
        cli.main(["config", "show"])


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(context: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("services.cli.commands.config.show_config", interrupted)
    assert answer(capsys, "config", "show") == (130, "", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    script = f"{sys.executable} -m services.cli config show | head -1; echo ${{PIPESTATUS[0]}}"
    lines = [json.dumps({"text": TEXT})] * 200
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["SETTING", "VALUE", "FROM", "0"]
    script = f"{sys.executable} -m services.cli normalize --jsonl | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], input="\n".join(lines), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""


def test_config_show_tells_values_and_origins_but_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_REDIS_URL", "redis://:s3cret@redis/0")
    monkeypatch.setenv("COPYDESK_PUSH_KEYS", "hue:0123456789012345678901234567890123")
    code, out, _ = answer(capsys, "config", "show", "--json", "--port", "99", "--set", "lease-s=200")
    told = json.loads(out)
    assert code == 0
    assert told["web_port"] == {"value": 99, "origin": "flag"}
    assert told["lease_s"] == {"value": 200, "origin": "flag"}
    assert told["redis_url"] == {"value": "redis://:***@redis/0", "origin": "environment COPYDESK_REDIS_URL"}
    assert told["push_keys"]["value"] == "***"
    _, out, _ = answer(capsys, "config", "show")
    assert "s3cret" not in out
    for url in (
        "redis://h/0?db=1&password=s3cret",
        "unix:///s?password=s3cret",
        "redis://s3cret@h/0",
        "s3://a:s3cret@h",
    ):
        assert "s3cret" not in "".join(answer(capsys, "config", "show", "--json", "--redis-url", url)[1:]), url
    assert "0123456" not in out


def test_options_may_stand_before_and_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = answer(capsys, "--json", "--set", "sweep_s=2", "config", "show", "--set", "lease_s=300")
    told = json.loads(out)
    assert (told["sweep_s"]["value"], told["lease_s"]["value"]) == (2.0, 300)


def test_normalize_answers_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bai.txt").write_text(TEXT, encoding="utf-8")
    order(
        monkeypatch,
        {"path": "bai.txt", "id": "a", "zone": "Asia/Ho_Chi_Minh"},
        {"text": TEXT, "receivedAt": "2015-11-09T06:00:00+07:00"},
        "",
        {"body_b64": base64.b64encode(TEXT.encode()).decode(), "mediaType": "text/plain", "id": 7},
    )
    code, out, err = answer(capsys, "normalize", "--jsonl")
    told = results(out)
    assert (code, err) == (0, "")
    assert [one["id"] for one in told] == ["a", 2, 7]
    assert {one["article"]["headline"] for one in told} == {"Chợ nổi mở thêm bến thuyền cho khách"}
    assert told[0]["article"]["firstCreated"] == "2015-11-09T05:34:00+07:00"


def test_normalize_reads_a_path_as_a_drop_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "large.txt").write_bytes(b"x" * 101)
    paths = ["/dev/zero", "pipe.txt", "large.txt", "gone.txt"]
    order(monkeypatch, *({"path": path} for path in paths))
    code, out, _ = answer(capsys, "normalize", "--jsonl", "--set", "max_input_bytes=100")
    told = [one["error"] for one in results(out)]
    assert code == 1
    for error, reason in zip(told, ["no plain file", "no plain file", "max_input_bytes is 100", "is not"], strict=True):
        assert reason in error


@pytest.mark.parametrize(
    "argv",
    [
        ["show", "\udce9"],
        ["dead", "discard", "\udce9"],
        ["feeds", "add", "http://a/\udce9"],
        ["push", "x.txt", "--uri", "\udce9"],
        ["status", "--data-dir", "\udce9"],
        ["search", "tin", "\udce9"],
        ["status", "--set", "seeds_dir=\udce9"],
    ],
)
def test_words_that_are_no_text_are_told_in_a_sentence(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capsys, *argv)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no text in UTF-8" in err


def test_the_key_of_a_push_may_lie_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bai.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "key").write_text("cd_hue_x\n", encoding="utf-8")
    push = ("push", "bai.txt", "--url", "http://127.0.0.1:1")
    monkeypatch.setenv("COPYDESK_KEY_FILE", "gone")
    assert "COPYDESK_KEY_FILE names gone, which cannot be read" in answer(capsys, *push)[2]
    monkeypatch.setenv("COPYDESK_KEY_FILE", "key")
    assert "does not answer" in answer(capsys, *push)[2]


def test_hints_reach_the_same_data_folder(tmp_path: Path) -> None:
    settings = load({})
    plain = Context(args=argparse.Namespace(), flags={}, loaded=settings)
    given = Context(args=argparse.Namespace(), flags={"data_dir": "my data"}, loaded=settings)
    assert plain.hint("status").endswith(" status")
    assert given.hint("status").endswith(" status --data-dir 'my data'")


def test_normalize_tells_each_bad_line_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad: list[object] = [
        "{",
        {"text": "x", "path": "y"},
        {},
        {"path": "gone.txt"},
        {"body_b64": "!"},
        {"text": ""},
        {"text": "x", "colour": "red"},
        {"text": "x", "zone": "Mars/Olympus"},
        {"body_b64": base64.b64encode(bytes(range(256)) * 9).decode()},
    ]
    order(monkeypatch, *bad, {"text": TEXT})
    code, out, _ = answer(capsys, "normalize", "--jsonl")
    told = results(out)
    assert code == 1
    assert [one["id"] for one in told] == list(range(1, len(bad) + 2))
    assert all(one["error"] for one in told[:-1])
    assert told[-1]["article"]["headline"]


def test_a_line_that_costs_too_much_is_told_and_the_next_is_read() -> None:
    long = "The bridge was closed for nine months while the piers were set anew, as the town said.\n\n" * 19_000
    lines = [json.dumps(line).encode() for line in ({"text": TEXT}, {"text": long, "id": "long"}, {"text": TEXT})]
    hasty = msgspec.structs.replace(load({}).settings, article_cpu_s=0.1)
    copydesk.read(TEXT)  # the child inherits the tables that are made by now
    told = list(answers(lines, hasty))
    assert [one.id for one in told] == [1, "long", 3]
    assert told[1].error is not None
    assert "0.1 s of processor time" in told[1].error
    assert told[0].article == told[2].article
    assert told[0].article is not None


def test_keys_are_made_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    code, key, _ = answer(capsys, "keys", "create", "hue", "--zone", "Asia/Ho_Chi_Minh", "--language", "vi")
    assert code == 0
    assert key.startswith("cd_hue_")
    _, out, _ = answer(capsys, "keys", "list", "--json")
    (told,) = json.loads(out)
    assert (told["name"], told["zone"], told["language"]) == ("hue", "Asia/Ho_Chi_Minh", "vi")
    assert key.strip() not in out
    assert answer(capsys, "keys", "revoke", "hue", "--json")[:2] == (0, '{"revoked":1}\n')
    assert answer(capsys, "keys", "revoke", "hue")[0] == 1


def test_feeds_are_kept_without_redis(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "feeds", "add", "--unchecked", "https://news.example.org/rss", "--language", "vi")[0] == 0
    code, out, _ = answer(capsys, "feeds", "list", "--json")
    (told,) = json.loads(out)
    assert (code, told["url"], told["language"]) == (0, "https://news.example.org/rss", "vi")
    assert "not known" in answer(capsys, "feeds", "list")[1]
    assert answer(capsys, "feeds", "remove", told["id"])[0] == 0
    assert json.loads(answer(capsys, "feeds", "list", "--json")[1]) == []


def test_a_feeds_password_is_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://name:s3cret@news.example.org/rss"
    for argv in (
        ["feeds", "add", "--unchecked", url],
        ["feeds", "add", "--unchecked", url, "--json"],
        ["feeds", "add", "--unchecked", url, "--zone", "Mars/Olympus"],
        ["feeds", "list"],
        ["feeds", "list", "--json"],
        ["feeds", "remove", url, "--json"],
        ["feeds", "remove", url],
    ):
        assert "s3cret" not in "".join(answer(capsys, *argv)[1:]), argv


def test_what_nobody_knows_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(Path("data"))
    for argv in (["feeds", "remove", "f1"], ["keys", "revoke", "hue"]):
        code, out, err = answer(capsys, *argv)
        assert (code, out, err.count("\n")) == (1, "", 1)


def test_doctor_tells_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capsys, "doctor", "--json")
    found = {one["name"]: one for one in json.loads(out)}
    assert code == 0
    assert found["sqlite"]["verdict"] == "ok"
    assert found["drops"] == {
        "name": "drops",
        "verdict": "warn",
        "found": "seeds is not there",
        "advice": "make the folder seeds, or set seeds_dir",
    }
    code, out, _ = answer(capsys, "doctor", "--redis-url", "redis://127.0.0.1:1/0")
    assert code == 2
    assert "FAIL  redis" in out


def test_a_publisher_is_given_pages_and_loses_them_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capsys, "keys", "add", "hue", "--prefix", "HTTP://www.Hue.example/a/", "--json")
    assert (code, json.loads(out)["name"], "key" in json.loads(out)) == (0, "hue", True)
    code, out, _ = answer(capsys, "keys", "add", "hue", "--prefix", "https://hue.example/b")
    assert (code, out) == (0, "1 key of hue: pages below https://hue.example/a, https://hue.example/b\n")
    code, out, _ = answer(capsys, "keys", "take", "hue", "--prefix", "https://hue.example/a")
    assert (code, out) == (0, "1 key of hue: pages below https://hue.example/b\n")
    assert "https://hue.example/b" in answer(capsys, "keys", "list")[1]
    assert answer(capsys, "keys", "take", "hue", "--prefix", "https://hue.example/c")[0] == 1
    for words in (["keys", "add", "hue"], ["keys", "add", "hue", "--prefix", "hue.example"], ["keys", "take", "hue"]):
        code, _, err = answer(capsys, *words)
        assert (code, "https://example.org/news/" in err) == (2, True)


PAGE = (
    "<html><body><article><h1>Ferry runs again</h1><p>It left at nine, as it had before the storm.</p></article></body>"
)


@pytest.mark.parametrize(
    ("flag", "begins"),
    [
        pytest.param((), "\nFerry runs again\n", id="for a person"),
        pytest.param(("--json",), '{"headline":"Ferry runs again"', id="as JSON"),
        pytest.param(("--ninjs",), '{"uri":"urn:copydesk:', id="as ninjs"),
        pytest.param(("--markdown",), "# Ferry runs again\n", id="as Markdown"),
    ],
)
def test_read_shows_the_article_of_a_file(
    flag: tuple[str, ...], begins: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    assert cli.main(["read", "page.html", *flag]) == 0
    assert capfd.readouterr().out.startswith(begins)


def test_read_takes_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    order(monkeypatch, PAGE)
    assert answer(capsys, "read", "-", "--markdown")[:2] == (
        0,
        "# Ferry runs again\n\nIt left at nine, as it had before the storm.\n\n",
    )


@pytest.mark.parametrize(
    ("argv", "said", "code"),
    [
        pytest.param(("absent.html",), "absent.html: there is no such file\n", 2, id="no such file"),
        pytest.param(
            ("www.bao.vn/1",), "for a page of the web write https://www.bao.vn/1", 2, id="an address cut short"
        ),
        pytest.param((".",), "is a folder: name one document in it", 2, id="a folder"),
        pytest.param(("bai.pdf",), "The PDF cannot be read", 1, id="a PDF"),
        pytest.param(("bai.docx",), "The DOCX cannot be opened", 1, id="a document of Word"),
        pytest.param(("bai.zip",), "a ZIP archive: unpack it", 1, id="an archive"),
        pytest.param(("noise.bin",), "This is no text", 1, id="noise"),
        pytest.param(("empty.txt",), "The input is empty", 1, id="no article"),
        pytest.param(("empty.txt", "--zone", "Mars/Olympus"), "unknown zone 'Mars/Olympus'", 2, id="no such zone"),
        pytest.param(("empty.txt", "--ninjs", "--markdown"), "ask for one", 2, id="two forms"),
        pytest.param(("feed.xml",), "The feed has no entries.", 1, id="a feed without entries"),
        pytest.param(("long.txt", "--set", "max_input_bytes=10"), "has more than 10 bytes", 1, id="too long"),
        pytest.param(
            ("long.txt", "--set", "max_input_bytes=10"), "--set max_input_bytes=", 1, id="and what takes more"
        ),
        pytest.param(("huge.txt",), "more than 4194304 are not read as one article", 1, id="longer than any article"),
    ],
)
def test_read_says_what_is_wrong(
    argv: tuple[str, ...], said: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "long.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "huge.txt").write_bytes(b"The ferry runs again.\n" * 200_000)
    (tmp_path / "bai.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    (tmp_path / "bai.docx").write_bytes(
        b"PK\x03\x04\x14\0\x06\0[Content_Types].xml" + b"\0" * 64 + b"word/document.xml"
    )
    (tmp_path / "bai.zip").write_bytes(b"PK\x03\x04\x14\0\x06\0bai.txt")
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 16)
    (tmp_path / "feed.xml").write_text("<rss><channel><title>Harbour Post</title></channel></rss>", encoding="utf-8")
    got, out, err = answer(capsys, "read", *argv)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_read_speaks_only_of_options_that_concern_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["read", "--help"])
    help_text = capsys.readouterr().out
    assert "--zone" in help_text
    assert not [name for name in ("--redis-url", "--data-dir", "--seeds-dir", "--port") if name in help_text]


def test_read_takes_the_place_of_a_desk_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    assert answer(capsys, "read", "page.html", "--markdown", "--data-dir", str(tmp_path))[0] == 0


@pytest.mark.parametrize("words", ["read - </dev/null", "printf '' | {} read -"], ids=["nothing", "an empty pipe"])
def test_an_empty_standard_input_is_told_with_what_to_do(words: str) -> None:
    program = f"{sys.executable} -m services.cli"
    line = words.format(program) if "{}" in words else f"{program} {words}"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert "standard input is empty: pipe a document in" in done.stderr


def test_what_is_typed_is_read_and_how_it_ends_is_told() -> None:
    ours, theirs = os.openpty()
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    line = [sys.executable, "-m", "services.cli", "read", "-", "--markdown"]
    with subprocess.Popen(line, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as reading:
        os.write(ours, b"Ferry runs again\n\nIt left at nine, as it had before the storm.\n\x04")
        out, err = reading.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (reading.returncode, out.decode().splitlines()[0]) == (0, "# Ferry runs again")
    assert b"end with Ctrl-D" in err


@pytest.mark.parametrize("command", ["read -", "normalize --jsonl", "push - --type text/plain"])
def test_a_closed_standard_input_is_told(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYDESK_DATA_DIR", str(tmp_path))
    words = f"{sys.executable} -m services.cli {command} <&-"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False, env=environ)
    assert done.returncode in (1, 2)
    assert "unforeseen" not in done.stderr


def test_a_closed_standard_output_costs_nothing_but_the_answer(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    words = f"{sys.executable} -m services.cli read page.html --markdown >&-"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", words], stderr=subprocess.PIPE, text=True, check=False, env=environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_may_have_any_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"page-\xff.html")
    (tmp_path / name).write_text(PAGE, encoding="utf-8")
    assert answer(capsys, "read", name, "--markdown")[0] == 0


@pytest.mark.parametrize("end", ["-1d", "0d", "2015-11-09"])
def test_a_key_that_would_open_nothing_is_not_made(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capsys, "keys", "create", "hue", f"--expires={end}")
    assert (code, out) == (2, "")
    assert "the key would open nothing, and none was made" in err
    assert not Path("data", "keys.json").exists()


@pytest.mark.parametrize("desk", [[], ["--url", "http://127.0.0.1:9"]])
@pytest.mark.parametrize("uri", ["https://anna:secret@hue.example/1", "https:///1", "https://hue.example:99999/1"])
def test_an_address_that_is_none_or_has_a_login_is_pushed_nowhere(
    uri: str, desk: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Rubber")
    code, out, err = answer(capsys, "push", str(file), "--uri", uri, *desk)
    assert (code, out) == (2, "")
    assert "--uri has a login in it" in err if "anna" in uri else "--uri begins as the address of a page" in err
    assert "secret" not in err
