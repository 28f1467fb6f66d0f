"""The arguments of commands, as argparse takes them, and those that several commands share."""

import argparse
from typing import Any, NamedTuple

STAGES = ("ingest", "normalize", "index")
DELIVERER = "deliver"
WATCHER = "watch"
VIETNAM, OF_VIETNAM = "Asia/Ho_Chi_Minh", ("asia/hanoi", "asia/saigon", "hanoi", "saigon", "vietnam")


class Argument(NamedTuple):
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]

    @property
    def is_option(self) -> bool:
        return self.names[0].startswith("-")

    @property
    def takes_value(self) -> bool:
        return (self.is_option and "action" not in self.options) or self.options.get("action") == "append"

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.options.get("choices", ()))

    @property
    def value(self) -> str:
        """What stands for its value in help: `FILE`, `{normalize,index}`."""
        choices = f"{{{','.join(self.choices)}}}" if self.choices else ""
        return choices or str(self.options.get("metavar") or self.names[-1].lstrip("-").replace("-", "_").upper())

    @property
    def label(self) -> str:
        """How it is written: `-n, --lines N`, `[WORD ...]`."""
        if self.is_option:
            return ", ".join(self.names) + (f" {self.value}" if self.takes_value else "")
        many = {"*": f"[{self.value} ...]", "+": f"{self.value} [{self.value} ...]", "?": f"[{self.value}]"}
        return many.get(str(self.options.get("nargs")), self.value)

    @property
    def help(self) -> str:
        return str(self.options.get("help", ""))


def arg(*names: str, **options: Any) -> Argument:
    """One argument, written as for `add_argument`."""
    return Argument(names, options)


def number(text: str) -> int:
    """A whole number, as large as a revision."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return int(text)


def count(text: str) -> int:
    """How many."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return int(text)


JSON = arg("--json", action="store_true", help="answer in JSON, for programs; errors too")
SET = arg("--set", dest="set_pairs", action="append", metavar="NAME=VALUE", help="any other setting (`config show`)")
PLACES = (
    arg("--data-dir", metavar="DIR", help="where everything is kept (data)"),
    arg("--seeds-dir", metavar="DIR", help="the watched folder (seeds)"),
    arg("--redis-url", metavar="URL", help="a Redis of yours instead of the embedded one"),
    arg("--host", dest="web_host", metavar="HOST", help="the front door's address (127.0.0.1)"),
    arg("--port", dest="web_port", metavar="PORT", help="the front door's port (8080)"),
)
COMMON = (JSON, *PLACES, SET)


def zone(text: str) -> str:
    """A time zone; the cities that people in Vietnam name stand for their country's."""
    return VIETNAM if text.strip().lower() in OF_VIETNAM else text


SOURCE = (
    arg("--zone", type=zone, metavar="ZONE", help="time zone of its dates without one, such as Asia/Ho_Chi_Minh"),
    arg("--language", metavar="TAG", help="language of its texts, such as vi"),
)
PREFIX = arg(
    "--prefix", dest="prefixes", action="append", default=[], metavar="URL",
    help="pages below this address are theirs alone, such as https://example.org/news/ (may be given several times)",
)  # fmt: skip
SCOPE = arg(
    "--scope", dest="scopes", action="append", default=[], metavar="SCOPE",
    help="what the key may do: push, feeds (outgoing feeds), read (its own articles), read-all, monitor, admin "
    "(may be given several times)",
)  # fmt: skip
EXPIRES = arg("--expires", metavar="DAYS|DAY", help="when it ends: 90d, or 2027-01-31")
SIGNED = arg("--signed", action="store_true", help="what it sends must be signed; a secret is made and shown with it")
BECAUSE = arg("--because", required=True, metavar="WHY", help="kept for good, for whoever asks later")
REFS = (
    arg("refs", nargs="*", metavar="ID", help="id@rev as `dead list` shows it"),
    arg("--all", action="store_true", help="all that match the filters below"),
    arg("--reason", metavar="REASON", help="only those dead for this reason"),
    arg("--stage", choices=STAGES[1:], help="only those that died in this stage"),
    arg(
        "--source",
        metavar="SOURCE",
        help="only those of feed, drop or push, of one source, or of several that begin so (push:hue-*)",
    ),
    arg("--count", action="store_true", help="tell how many that would be, and do nothing"),
)
DEAD = arg("name", metavar="ID", help="any dead article of that cause, as `dead list` shows it")
FEEDS = (
    arg("refs", nargs="*", metavar="FEED", help="its id or address, as `feeds list` shows it"),
    arg("--failing", action="store_true", help="all that fail or have ended"),
)
NOTIFY = (
    arg("--once", action="store_true", help="look once and stop, for cron"),
    arg("--test", action="store_true", help="send each address a word, and say which was not reached"),
)
PURGED = (
    arg("name", metavar="ADDRESS|ID", help="the article's address, its id or a receipt"),
    arg("--yes", action="store_true", help="do it; without, what would go is only counted"),
    BECAUSE,
)
