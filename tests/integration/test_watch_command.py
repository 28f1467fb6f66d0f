"""`copydesk watch` in a real terminal: it follows the desk, keeps to its window, and gives the terminal back."""

import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator

import pytest

from services.cli.columns import columns_of
from services.ingest.intake import open_archive
from services.web.app import open_state
from shared.settings import Settings
from tests.integration.terminal import Terminal
from tests.integration.test_article_list import Desk

COPYDESK = [sys.executable, "-m", "services.cli"]
CRASH = """
from services.cli.screen import Screen
with Screen() as screen:
    screen.draw(["one", "two"])
    raise RuntimeError("an error of ours")
"""

Open = Callable[..., Terminal]


@pytest.fixture
def desk(settings: Settings) -> Desk:
    made = Desk(open_state(settings, open_archive(settings)), settings, 0, "")
    made.ledger.resume("stage", "index")  # a desk lives there: a Redis without one is not watched
    return made


@pytest.fixture
def terminals() -> Iterator[Open]:
    opened: list[Terminal] = []

    def start(command: list[str], **more: object) -> Terminal:
        opened.append(Terminal(command, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def words(desk: Desk, *more: str) -> list[str]:
    over = [f"--set=redis_url={desk.settings.redis_url}", f"--set=index_dir={desk.settings.index_dir}"]
    return [*COPYDESK, "watch", "--data-dir", str(desk.settings.data_dir), *over, *more]


def is_given_back(terminal: Terminal) -> bool:
    assert not terminal.is_second
    assert "\x1b[?25h" in terminal.written.rpartition("\x1b[?25l")[2], "the cursor is shown again"
    return termios.tcgetattr(terminal.theirs) == terminal.before


def test_the_screen_follows_the_desk_and_the_window(desk: Desk, terminals: Open) -> None:
    desk.take("Một")
    desk.clean("Huế đón khách")
    terminal = terminals(words(desk))
    terminal.until(lambda: any("Huế đón khách" in row for row in terminal.rows))
    assert terminal.is_second
    assert terminal.rows[0].startswith("Copydesk on ")
    assert any(row.split()[:2] == ["STAGE", "QUEUED"] for row in terminal.rows)
    assert any(row.startswith("TROUBLE worker-missing") or "accepted" in row for row in terminal.rows)
    desk.take("Hai")
    desk.clean("Tin mới: 新しい記事がここにあります")
    terminal.until(lambda: any("新しい記事" in row for row in terminal.rows))
    terminal.resize(42, 16)
    terminal.until(lambda: 0 < len(terminal.rows) <= 16 and all(columns_of(row) <= 42 for row in terminal.rows))
    terminal.press("q")
    assert terminal.end() == 0
    assert is_given_back(terminal)


def test_a_change_is_drawn_without_clearing_the_screen(desk: Desk, terminals: Open) -> None:
    desk.take("Một")
    desk.clean("Huế đón khách")
    terminal = terminals(words(desk))
    terminal.until(lambda: any("Huế đón khách" in row for row in terminal.rows))
    shown = len(terminal.written)
    desk.take("Hai")
    desk.clean("Thứ hai")
    terminal.until(lambda: any("Thứ hai" in row for row in terminal.rows))
    assert "\x1b[2J" not in terminal.written
    assert "STAGE" not in terminal.written[shown:], "what stays as it is is not written again"
    terminal.press("\x03")
    assert terminal.end() == 130
    assert is_given_back(terminal)


def test_a_process_that_is_ended_or_breaks_gives_the_terminal_back(desk: Desk, terminals: Open) -> None:
    terminal = terminals(words(desk))
    terminal.until(lambda: terminal.rows)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 0
    assert is_given_back(terminal)
    broken = terminals([sys.executable, "-c", CRASH])
    assert broken.end() == 1
    assert is_given_back(broken)
    assert "an error of ours" in broken.written.rpartition("\x1b[?1049l")[2], "it is read on the screen that stays"


def test_a_terminal_that_places_no_cursor_gets_lines(desk: Desk, terminals: Open) -> None:
    terminal = terminals(words(desk), TERM="dumb")
    terminal.until(lambda: "accepted" in terminal.written)
    desk.take("Một")
    terminal.until(lambda: "push:hue" in terminal.written)
    assert "\x1b" not in terminal.written
    terminal.press("\x03")
    assert terminal.end() == 130


def test_without_a_terminal_nothing_pretends_to_be_started(desk: Desk) -> None:
    told = subprocess.run(words(desk), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    assert "nothing was started" in told.stderr
    assert "`copydesk work watch`" in told.stderr


def test_a_program_gets_lines_when_it_asks(desk: Desk) -> None:
    with subprocess.Popen(words(desk, "--plain"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as plain:
        assert plain.stdout is not None
        article = None
        for line in plain.stdout:
            article = article or desk.take("Một")
            if article in line:
                break
        plain.send_signal(signal.SIGINT)
        assert plain.wait(10) == 130
