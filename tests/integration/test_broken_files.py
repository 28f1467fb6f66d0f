"""A file of the desk that somebody broke by hand takes no page down but its own, and that one says what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.integration.test_pages import Browser
from tests.integration.verbs import Newsdesk, news, newsdesk_of

SOURCES = ("/sources", "/sources/push:hue")
PAGES = ("/", "/articles", "/dead", "/feeds", "/feeds/failing", "/quality", "/publishers", *SOURCES)
# Which pages cannot be told without the file; all others go on.
OF_FILES: dict[str, set[str]] = {
    "keys.json": set(),
    "feeds.json": {"/feeds", "/feeds/failing", *SOURCES},
    "sources.json": set(SOURCES),
    "filters.json": set(),
}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


@pytest.mark.parametrize("name", OF_FILES)
def test_a_broken_file_is_told_with_what_to_do_and_the_rest_goes_on(desk: Newsdesk, name: str) -> None:
    browser = Browser(desk.port)
    browser.log_in(desk.key("boss", scopes=("admin",)))
    desk.push(news("Rubber"))
    Path(desk.settings.data_dir, name).write_text("{broken")
    for path in PAGES:
        page = browser.get(path)
        assert page.status == (503 if path in OF_FILES[name] else 200), path
        if page.status == 503:
            assert name in page.text
            assert "correct the file, restore it" in page.text
            told = desk.call("GET", path, b"", "boss")
            assert (told.slug, name in str(told.body)) == ("file-unreadable", False), "a program is told no path"
    publishers = browser.get("/publishers").text
    assert "hue" in publishers
    assert ("keys.json" in publishers) is (name == "keys.json"), "the keys read before, and that the file is broken"


def test_an_input_that_is_no_text_has_a_page_that_says_so(desk: Newsdesk) -> None:
    browser = Browser(desk.port)
    browser.log_in(desk.key("boss", scopes=("admin",)))
    article = desk.push(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Content_Type="text/plain").body["article"]
    desk.work()
    page = browser.get(f"/articles/{article}")
    assert (page.status, "a PNG picture" in page.text) == (200, True)
