"""`make screenshots`: pages of a desk with articles of every state, at three widths in both themes, as PNG files."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from services.web.listing import Wanted
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.ledger.overview import EXPECTED, MINUTE_US
from shared.settings import Settings
from shared.work.liveness import HOST, WorkerRecord
from tests.e2e.newsroom import Newsroom, open_newsroom

if TYPE_CHECKING:
    from playwright.sync_api import Browser
try:
    from playwright import sync_api
except ImportError:
    sys.exit("it needs the package playwright of requirements/dev.lock")

WIDTHS = (390, 1024, 1600)
PAGES = {"now": "/", "articles": "/articles", "dead": "/dead", "feeds": "/feeds", "publishers": "/publishers",
         "worker": f"/articles?worker={HOST}"}  # fmt: skip


def main() -> None:
    """Write them into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("it needs chromium on PATH")
    with open_newsroom() as room, at_work(room.settings), sync_api.sync_playwright() as playwright:
        room.fill()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            for width in WIDTHS:
                take(browser, room, folder, theme, width)
        browser.close()


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """The processes of a desk, as far as they speak of themselves, and how much was in flight before."""
    records = [WorkerRecord(settings, name) for name in EXPECTED]
    minute = now_us() // MINUTE_US
    connect(settings).hset(keys.BACKLOG, mapping={str(minute - 10): 12, str(minute - 59): 1480})
    for record in records:
        record.start()
    yield
    for record in records:
        record.stop()


def take(browser: "Browser", room: Newsroom, folder: Path, theme: str, width: int) -> None:
    """Every page at one width in one theme."""
    context = browser.new_context(viewport={"width": width, "height": 900}, timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{room.address}/")
    page.fill("#key", room.key)
    page.press("#key", "Enter")
    page.wait_for_url(f"{room.address}/")
    rows = room.app_state.list_articles(Wanted(states=("indexed",), limit=20)).rows
    for name, path in (*PAGES.items(), ("article", f"/articles/{rows[-1].article}")):
        page.goto(room.address + path)
        if name == "now":
            page.wait_for_selector(".chart canvas >> nth=1")
        page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    main()
