"""Copydesk as a library: what a program gets that never starts a desk."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import copydesk
from shared.setting_errors import SettingError

COPY = """Harbour ferry runs again after storm

By Lena Marsh

12 November 2025 10:15

The harbour ferry returned to service on Tuesday, two weeks after a storm tore its landing stage from the quay.

The council had the stage repaired in a yard up the river, a spokeswoman said.
"""
PAGE = (
    "<html><head><title>Ferry</title></head><body><article><h1>Harbour ferry runs again after storm</h1>"
    "<p>The harbour ferry returned to service on Tuesday, two weeks after a storm.</p>"
    "<p>The council had the stage repaired in a yard up the river, a spokeswoman said.</p></article></body></html>"
)
FEED = """<rss version="2.0"><channel><title>Harbour Post</title>
<item><title>Ferry runs again</title><link>https://paper.example/1</link>
<description>It left at nine.</description></item>
<item><title>Quay is repaired</title><link>https://paper.example/2</link>
<description>Work took two weeks.</description></item>
</channel></rss>"""
MESSAGES = [
    {"headline": "Ferry runs again", "body_text": "It left at nine."},
    {"headline": "Quay is repaired", "body_text": "It took two weeks."},
]
NOT_NEEDED = (
    "redis", "celery", "kombu", "httpx", "uvicorn", "starlette", "feedparser", "structlog", "sqlite3", "asyncio",
)  # fmt: skip
NOT_OF_A_TEXT = ("lxml", "services.normalize.html", "services.normalize.readers.markup", "services.ingest")


@pytest.mark.parametrize("kind", ["text", "bytes", "file"])
def test_a_document_is_read_from_text_bytes_or_a_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text(COPY, encoding="utf-8")
    documents: dict[str, str | bytes | Path] = {"text": COPY, "bytes": COPY.encode(), "file": file}
    article = copydesk.read(documents[kind], zone="Europe/London")
    assert article.headline == "Harbour ferry runs again after storm"
    assert [person.name for person in article.people] == ["Lena Marsh"]
    assert article.first_created == dt.datetime(2025, 11, 12, 10, 15, tzinfo=dt.UTC)


def test_text_is_what_it_says_whatever_encoding_it_declares() -> None:
    page = PAGE.replace("<title>", '<meta charset="windows-1252"><title>').replace("storm", "tempête")
    assert copydesk.read(page).headline == "Harbour ferry runs again after tempête"


def test_every_field_says_where_it_was_read() -> None:
    article = copydesk.read(COPY)
    evidence = next(reading for reading in article.evidence if reading.field == "headline")
    assert evidence.start is not None
    assert COPY[evidence.start : evidence.end] == article.headline


@pytest.mark.parametrize(
    ("document", "headlines"),
    [
        pytest.param(FEED, ["Ferry runs again", "Quay is repaired"], id="the entries of a feed"),
        pytest.param(json.dumps(MESSAGES), ["Ferry runs again", "Quay is repaired"], id="the articles of a list"),
        pytest.param(PAGE, ["Harbour ferry runs again after storm"], id="the one article of a page"),
    ],
)
def test_every_article_of_a_document_is_read(document: str, headlines: list[str]) -> None:
    assert [article.headline for article in copydesk.read_all(document)] == headlines


def test_what_holds_no_article_is_refused() -> None:
    with pytest.raises(copydesk.NotAnArticle):
        copydesk.read(b"   ")
    with pytest.raises(copydesk.NotAnArticle):
        list(copydesk.read_all('[{"number": 1}, {"number": 2}]'))


def test_what_is_no_document_is_told() -> None:
    with pytest.raises(TypeError, match="bytes, text or the Path of a file, not int"):
        copydesk.read(5)  # type: ignore[arg-type]  # what is refused


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingError, match="unknown zone 'Mars/Olympus'"):
        copydesk.read(COPY, zone="Mars/Olympus")


def test_a_time_of_receipt_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware instant"):
        copydesk.read(COPY, received=dt.datetime(2025, 11, 12))  # noqa: DTZ001  # what is refused


def test_an_article_goes_on_as_json_ninjs_and_markdown() -> None:
    article = copydesk.read(COPY)
    assert json.loads(copydesk.to_json(article))["headline"] == article.headline
    assert copydesk.to_ninjs(article)["headlines"][0]["value"] == article.headline
    assert copydesk.to_markdown(article).startswith("# Harbour ferry runs again after storm\n")


def test_all_public_names_are_there() -> None:
    assert all(getattr(copydesk, name).__doc__ for name in dir(copydesk))
    with pytest.raises(AttributeError, match="no attribute 'write'"):
        _ = copydesk.write


def test_reading_a_file_needs_no_desk(tmp_path: Path) -> None:
    """No module of the desk's other halves is imported, nor of pages: they cost several times the start of Python."""
    file = tmp_path / "ferry.txt"
    file.write_text(COPY, encoding="utf-8")
    script = (
        "import sys; from services.cli.main import main\n"
        f"code = main(['read', {str(file)!r}, '--markdown'])\n"
        f"sys.exit(code or [name for name in {(*NOT_NEEDED, *NOT_OF_A_TEXT)!r} if name in sys.modules] or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "# Harbour ferry runs again after storm" in done.stdout


def test_the_example_of_the_manual_runs(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "normalize.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
    (tmp_path / "article.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Harbour ferry runs again after storm None []\n# Harbour")
    assert done.stdout.endswith("https://paper.example/1 Ferry runs again\nhttps://paper.example/2 Quay is repaired\n")
