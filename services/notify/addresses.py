"""The addresses of people, and the way there: Apprise knows how to speak to each kind (mail, webhook, ntfy, chats)."""

import hashlib
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import apprise

from services.notify.notices import Message
from shared.errors import TransientError
from shared.setting_errors import SettingError

SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}(?=://)", re.IGNORECASE)
SEPARATORS = re.compile(r"[/:@?&=#\s]+")
SHORTEST_SECRET = 4
HTTP = {"http": "json", "https": "jsons"}  # a plain web address is a webhook that takes JSON
_TALK = logging.getLogger("apprise")
_ONE = threading.Lock()


class Address:
    """One address to notify. Its words hold passwords and tokens: `name` is all that a log or a person is shown."""

    def __init__(self, url: str, number: int) -> None:
        scheme = (SCHEME.match(url) or [""])[0].lower()
        self.name = f"notify {number} ({scheme or 'no address'})"
        # A restart, or another order in the settings, is the same address.
        self.digest = hashlib.blake2b(url.encode(), digest_size=12).hexdigest()
        # The longest first: a short one within it would leave the rest of it to be read.
        parts = {part for part in SEPARATORS.split(f"{url} {unquote(url)}") if len(part) >= SHORTEST_SECRET}
        self._secrets = sorted(parts, key=len, reverse=True)
        with _listening():
            target = _as_apprise_spells(url, scheme)
            self._service: Any = apprise.Apprise.instantiate(target, suppress_exceptions=True) if scheme else None
        if self._service is None:
            raise SettingError(
                f"{self.name} is no address that Apprise can use: mailto://, json:// (a webhook), ntfy://, slack://, "
                "tgram:// and others, each as its documentation spells it"
            )

    def send(self, message: Message) -> None:
        """Deliver a message; raises `TransientError` with the reason, free of the address' own words."""
        with _listening() as heard:
            try:
                done = self._service.notify(
                    title=message.title, body=message.body, notify_type=apprise.NotifyType.WARNING
                )
            except Exception as error:  # noqa: BLE001 - a hundred services, each with its own way to fail
                heard.append(f"{type(error).__name__}: {error}")
                done = False
        if not done:
            raise TransientError(
                f"{self.name} was not reached: {self._without_secrets('; '.join(heard) or 'no reason given')}"
            )

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:300]


def read_addresses(urls: Sequence[str]) -> list[Address]:
    """The addresses in the order of the settings; raises `SettingError` for the first that makes no sense."""
    return [Address(url, number) for number, url in enumerate(dict.fromkeys(urls), start=1)]


def _as_apprise_spells(url: str, scheme: str) -> str:
    """A web address as a webhook of Apprise, which takes `?a=b` for its own settings, and `?-a=b` for the webhook's."""
    if scheme not in HTTP:
        return url
    address, question, query = url.partition("?")
    named = "&".join(f"-{pair}" for pair in query.split("&") if pair)
    return HTTP[scheme] + address[len(scheme) :] + (question and f"?{named}")


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise says meanwhile. It names addresses with their tokens: nothing of it may reach the log as it is."""
    handler = _Heard()
    with _ONE:
        _TALK.propagate = False
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        _TALK.setLevel(logging.WARNING)
        _TALK.addHandler(handler)
        try:
            yield handler.words
        finally:
            _TALK.removeHandler(handler)
