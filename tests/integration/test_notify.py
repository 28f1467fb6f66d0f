"""Troubles and failing feeds told to a real mail server and a real webhook on loopback, once."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from services.cli.main import main
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.ledger.troubles import Failing
from shared.setting_errors import SettingError
from shared.settings import Settings
from tests.conftest import Server, options_of, settings_over

pytest.importorskip("apprise", reason="the extra notify is not installed")

from services.notify.addresses import Address, read_addresses
from services.notify.notices import Message
from services.notify.watch import Notifier

# Apprise imports all its hundred services, one of which looks for a module that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SECOND = 1_000_000
SECRET = "t0ps3cret-token"


class Webhook:
    """Answers POSTs as it is told to, and keeps them."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[dict[str, Any]] = []
        self.headers: list[str] = []
        self.paths: list[str] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if webhook.status == 200:
                    webhook.taken.append(json.loads(body))
                    webhook.headers.append(self.headers.get("Authorization", ""))
                    webhook.paths.append(self.path)
                self.send_response(webhook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://desk:{SECRET}@127.0.0.1:{self.server.server_port}/hook/{SECRET}"


class MailSession(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs, with a login."""

    EHLO = "250-loopback\r\n250 AUTH PLAIN"
    ANSWERS: ClassVar = {"EHLO": EHLO, "AUTH": "235 welcome", "DATA": "354 go on", "QUIT": "221 bye"}

    def handle(self) -> None:
        self.say("220 loopback ESMTP")
        verb = ""
        while verb != "QUIT" and (line := self.rfile.readline().decode().strip()):
            verb = line.split()[0].upper()
            self.say(self.ANSWERS.get(verb, "250 fine"))
            if verb == "AUTH":
                self.server.logins.append(base64.b64decode(line.split()[2]).decode())  # type: ignore[attr-defined]
            elif verb == "DATA":
                mail = message_from_bytes(b"".join(self.until_dot()), policy=default)
                self.server.mails.append(mail)  # type: ignore[attr-defined]
                self.say("250 taken")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def until_dot(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()) != b".\r\n":
            yield line


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps the mails and logins it gets."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.mails: list[Mail] = []
        self.logins: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        port = self.server_address[1]
        return f"mailto://desk:{SECRET}@127.0.0.1:{port}?from=desk@news.example&to=night@news.example&mode=insecure"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.shutdown()
    made.server_close()


class Clock:
    """A time that goes on only when told."""

    def __init__(self) -> None:
        self.now = 1_750_000_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fail_feed(settings: Settings, since: int, name: str = "f1") -> None:
    failing = Failing(name="https://a.example/rss", since=since, reason="https://a.example/rss answered 500")
    connect(settings).hset(keys.FEEDS_FAILING, name, msgspec.json.encode(failing))


def notifier(settings: Settings, clock: Clock, *urls: str) -> Notifier:
    return Notifier(msgspec.structs.replace(settings, notify=urls), read_addresses(urls), clock=clock)


def test_a_feed_that_fails_is_told_and_told_again_when_it_works(
    settings: Settings, clock: Clock, webhook: Webhook
) -> None:
    desk = notifier(settings, clock, webhook.url)
    fail_feed(settings, clock())
    clock.after(59)
    assert desk.look() == [] and webhook.taken == []
    clock.after(2)
    assert desk.look() == [] and desk.look() == []
    connect(settings).hdel(keys.FEEDS_FAILING, "f1")
    clock.after(5)
    assert desk.look() == []
    clock.after(61)
    assert desk.look() == [] and desk.look() == []
    assert [taken["title"] for taken in webhook.taken] == ["Copydesk: 1 trouble", "Copydesk: 1 over"]
    assert "https://a.example/rss answered 500" in webhook.taken[0]["message"]
    assert "over after 66 s: feed https://a.example/rss" in webhook.taken[1]["message"]
    assert webhook.headers[0] == f"Basic {base64.b64encode(f'desk:{SECRET}'.encode()).decode()}"


def test_a_webhook_gets_its_own_query(webhook: Webhook) -> None:
    for query in ("", "?token=a%20b&x=1", "?redirect=yes"):
        Address(webhook.url + query, 1).send(Message("Thử", "Một hai ba"))
    assert [path.partition("?")[2] for path in webhook.paths] == ["", "token=a+b&x=1", "redirect=yes"]
    assert webhook.taken[0]["message"] == "Một hai ba"


def test_it_is_told_by_mail(settings: Settings, clock: Clock, mail_server: MailServer) -> None:
    fail_feed(settings, clock())
    clock.after(61)
    assert notifier(settings, clock, mail_server.url).look() == []
    (mail,) = mail_server.mails
    assert (mail["Subject"], mail["To"]) == ("Copydesk: 1 trouble", "night@news.example")
    assert mail_server.logins == [f"\0desk\0{SECRET}"]
    assert "https://a.example/rss answered 500" in mail.as_string()


def test_a_restart_tells_nothing_twice(settings: Settings, clock: Clock, webhook: Webhook) -> None:
    fail_feed(settings, clock())
    clock.after(61)
    for _ in range(3):
        assert notifier(settings, clock, webhook.url).look() == []
    assert len(webhook.taken) == 1


def test_two_processes_tell_once(settings: Settings, clock: Clock, webhook: Webhook) -> None:
    fail_feed(settings, clock())
    clock.after(61)
    several = [notifier(settings, clock, webhook.url) for _ in range(4)]
    threads = [threading.Thread(target=one.look) for one in several for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(webhook.taken) == 1


def test_who_is_not_reached_is_told_later_and_the_others_not_again(
    settings: Settings, clock: Clock, webhook: Webhook, mail_server: MailServer
) -> None:
    desk = notifier(settings, clock, webhook.url, mail_server.url)
    fail_feed(settings, clock())
    clock.after(61)
    webhook.status = 503
    (problem,) = desk.look()
    assert problem.startswith("notify 1 (http) was not reached: ") and "503" in problem
    assert SECRET not in problem
    clock.after(5)
    assert desk.look() == ["notify 1 (http) was not reached before: it is tried again later"]
    webhook.status = 200
    clock.after(10)
    assert desk.look() == []
    assert (len(webhook.taken), len(mail_server.mails)) == (1, 1)


def test_redis_that_is_away_is_told_and_that_it_is_back(
    redis_server: Server, tmp_path: Path, clock: Clock, webhook: Webhook
) -> None:
    desk = notifier(settings_over(redis_server, tmp_path), clock, webhook.url)
    assert desk.look() == []
    redis_server.stop()
    assert desk.look() == []
    clock.after(61)
    assert desk.look() == [] and desk.look() == []
    redis_server.start()
    assert desk.look() == []
    assert [taken["title"] for taken in webhook.taken] == ["Copydesk: 1 trouble", "Copydesk: 1 over"]
    assert "redis-away" in webhook.taken[0]["message"]


def test_a_trouble_of_the_desk_is_told(settings: Settings, clock: Clock, webhook: Webhook) -> None:
    Ledger(connect(settings), settings).client.lpush(keys.STRAYS, "1|normalize|x|y")
    desk = notifier(settings, clock, webhook.url)
    desk.look()
    clock.after(61)
    desk.look()
    assert "messages-unreadable" in webhook.taken[0]["message"]
    assert "copydesk dead strays" in webhook.taken[0]["message"]


@pytest.mark.parametrize(
    "url",
    [
        f"json://desk:{SECRET}@127.0.0.1:1/{SECRET}",
        f"http://desk:{SECRET}@127.0.0.1:1/{SECRET}",
        f"mailto://desk:{SECRET}@127.0.0.1:1?from=a@news.example&to=b@news.example&mode=insecure",
        f"ntfy://{SECRET}@127.0.0.1:1/{SECRET}",
        f"json://desk:{SECRET.replace('-', '%2D')}@127.0.0.1:1/",
        f"http://127.0.0.1:1/{SECRET[:5]}/{SECRET}",
    ],
)
def test_no_password_is_in_a_name_a_reason_or_a_log(
    url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    address = Address(url, 1)
    with pytest.raises(Exception, match="was not reached") as raised:
        address.send(Message("Thử", "Một hai ba"))
    shown = "".join((str(raised.value), address.name, caplog.text, *capfd.readouterr()))
    assert SECRET not in shown


@pytest.mark.parametrize(
    "url", [f"nonsense://{SECRET}", SECRET, f"json://:{SECRET}", "", "tgram://x", f"file:///{SECRET}"]
)
def test_what_is_no_address_is_refused_without_its_words(url: str) -> None:
    with pytest.raises(SettingError, match=r"notify 1 \(") as raised:
        read_addresses([url])
    assert SECRET not in str(raised.value)


def test_the_command_looks_once_for_cron_and_tries_addresses(
    settings: Settings,
    webhook: Webhook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    listed = tmp_path / "notify"
    listed.write_text(f"{webhook.url}\n")
    monkeypatch.setenv("COPYDESK_NOTIFY_FILE", str(listed))
    monkeypatch.chdir(tmp_path)
    words = options_of(settings)
    fail_feed(settings, 1)
    assert main(["notify", "--once", *words]) == 0
    assert main(["notify", "--once", *words]) == 0
    assert main(["notify", "--test", *words]) == 0
    assert [taken["title"] for taken in webhook.taken] == ["Copydesk: 1 trouble", "Copydesk: a test"]
    webhook.status = 500
    assert main(["notify", "--test", *words]) == 1
    assert main(["config", "show", *words]) == 0
    told = capfd.readouterr()
    assert "notify 1 (http) was not reached" in told.err
    assert SECRET not in told.err + told.out


def test_the_command_says_that_nobody_is_named(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    assert main(["notify", "--once", *options_of(settings)]) == 2
    assert "nobody is to be told" in capsys.readouterr().err
