"""Templates into pages: what each may use, in which language, under which rules for the browser."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.ingest.standing import standing_of
from services.web.acts import ACTS
from services.web.feed_desk import FEED_ACTS
from services.web.links import link_to
from services.web.pages.static_files import address_of
from services.web.scopes import may
from services.web.triage_desk import TRIAGE_ACTS
from shared.clock import from_us, now_us
from shared.identity import without_login
from shared.ledger.causes import returns
from shared.ledger.troubles import REMEDIES, Trouble, remedy

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
THEMES, TIMES = ("auto", "light", "dark"), ("relative", "local", "utc")
# What reads otherwise than the word it is asked by.
ENGLISH = {
    "said: replay": "Replayed",
    "said: discard": "Discarded",
    "said: withdraw": "Withdrawn",
    "said: edit": "Edited and replayed",
    "said: correct": "Corrected",
    "said: release": "Released",
    "said: resume": "At work again",
    "said: refresh": "Visited soon",
    "said: remove": "Removed",
    "said: add": "Added",
    "hub: found": "to be asked",
    "hub: asked": "asked, not confirmed",
    "hub: active": "active",
    "hub: denied": "denied",
    "page: taken": "read",
    "page: same": "unchanged",
    "page: postponed": "away for now",
    "page: refused": "not to be read",
    "page: given-up": "given up",
    "pages: as the desk": "as the desk's settings say",
    "pages: never": "never read",
    "pages: when-short": "read where entries are short",
    "pages: always": "always read",
    "visit: news": "new entries",
    "visit: same": "nothing new",
    "visit: failed": "failed",
    "visit: gone": "gone (410)",
    "visit: full": "the desk was full",
    "visit: offline": "nothing answered",
    "next: offline": "nothing answers: the desk seems cut off",
    "next: rest": "its host asked that all its feeds rest",
    "feed is: fine": "fine",
    "feed is: moving": "fine; it says that it has moved",
    "feed is: moved": "fine; it has moved from",
    "feed is: restless": "revises too often",
    "feed is: silent": "silent for longer than ever",
    "feed is: offline": "nothing answers us",
    "feed is: soft": "this may pass",
    "feed is: hard": "this stays so",
    "feed is: blocked": "we are refused",
    "feed is: gone": "gone (410)",
    "scope: auto": "as its answer tells",
    "scope: feed": "this feed alone",
    "scope: host": "all feeds of its host",
    "scope: domain": "all feeds of its domain",
    "said: mute": "Muted",
    "said: unmute": "Told again",
    "said: assign": "Assigned",
    "replay: what it does": "Read it again, from the stage where it failed",
    "discard: what it does": "Give it up for good; the archive keeps what came",
    "withdraw: what it does": "Take it back everywhere; no publisher brings it back",
    "until grows": "until more fail of it",
    "until 1h": "for an hour",
    "until 8h": "for 8 hours",
    "until 1d": "for a day",
    "until 7d": "for a week",
    "feed found: moved": "The address that was asked has moved there for good:",
    "feed found: named": "The address that was asked is no feed itself; its page names this one:",
    "feed found: usual": "The address that was asked names no feed; this one stands where feeds usually are:",
    "feed found: listed": "The address that was asked has no feed; its robots.txt lists this sitemap:",
    "next: pace": "the desk's own pace",
    "next: asked": "its server asked for it",
    "next: backoff": "longer after each failure",
    "next: full": "the desk was full",
    "next: request": "a person asked for it",
    "next: gone": "never again by itself",
    "release: what it does": "Let the next publisher who pushes this address have it",
}
PREFERENCES = {"lang": tuple(LANGUAGES), "theme": THEMES, "times": TIMES}
# Nothing but our own files; no script or style within the page, so that nothing an article says can become one.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OWN_ADDRESS = re.compile(r'(\b(?:href|src|action|formaction|hx-(?:get|post)|sse-connect)=")/(?!/)')
# A state is told by its sign and its word; the colour only helps.
SIGNS = {
    "queued": "○", "working": "◐", "retrying": "↻", "held": "‖", "normalized": "◑", "indexed": "●", "duplicate": "＝",
    "superseded": "⇣", "withdrawn": "⊖", "refused": "⊘", "dead": "✕", "discarded": "∅", "received": "→",
    "paused": "‖", "resumed": "▶", "released": "⇢",
}  # fmt: skip
MORE = re.compile(r"; and ([0-9]+) more$")


class OwnAddresses(Extension):
    """Lets templates name the desk's own addresses from its root (`href="/dead"`), wherever the desk is shown."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with each such address below the path of the desk; what it is filled with is not looked at."""
        return OWN_ADDRESS.sub(r'\1{{ link_to("") }}/', source)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page as this person wants it. `values` may stand for what a page knows by itself: `who` is there, and the
    `path` that its forms come back to."""
    wishes = preferences(request)
    session = getattr(request.state, "session", None)
    publisher = getattr(request.state, "publisher", None)
    known = {
        "path": request.url.path,
        "wishes": wishes,
        "who": publisher,
        "csrf": session.csrf if session is not None else "",
        "is_admin": publisher is not None and may(publisher.scopes, "admin"),
    }
    text = _environment(wishes["lang"]).get_template(template).render(request=request, **(known | values))
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
        # Under `no-referrer` browsers send our own forms with `Origin: null`, which nobody can tell from forged ones.
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(text, status, headers)


def fragment(template: str, **values: Any) -> Markup:
    """A part of a page that is the same for everybody, in English."""
    return Markup(_environment("en").get_template(template).render(**values))  # noqa: S704 - the template escapes


def preferences(request: Request) -> dict[str, str]:
    """Language, theme and form of times: what was chosen, else what the browser asks for."""
    wishes = {name: request.cookies.get(f"copydesk_{name}", "") for name in PREFERENCES}
    wishes = {name: value if value in PREFERENCES[name] else "" for name, value in wishes.items()}
    return {
        "lang": wishes["lang"] or _accepted(request.headers.get("accept-language", "")),
        "theme": wishes["theme"] or "auto",
        "times": wishes["times"] or "relative",
    }


def _accepted(header: str) -> str:
    for part in header.split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return "en"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("services.web.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=[OwnAddresses],
    )  # fmt: skip
    environment.globals |= {
        "t": translator(language), "static": address_of, "link_to": link_to, "languages": LANGUAGES, "signs": SIGNS,
        "acts_known": (*ACTS, *FEED_ACTS, *TRIAGE_ACTS), "what_is_wrong": trouble_teller(language),
        "what_to_do": remedy_teller(language),
        "returns": returns, "standing_of": lambda feed, state: standing_of(feed, state, now_us()),
    }  # fmt: skip
    filters: dict[str, Callable[..., object]] = {
        "moment": moment_tag, "exact": exact_tag, "seconds": seconds, "number": lambda value: f"{value:,}",
        "host": without_scheme, "segment": segment, "counted": counter(language), "commands": with_commands,
        "without_login": without_login,
    }  # fmt: skip
    environment.filters |= filters
    return environment


@cache
def translator(language: str) -> Callable[[str], str]:
    """Our words in a language; what has no translation stays English."""
    words: Mapping[str, str] = ENGLISH
    if language != "en":
        file = resources.files("services.web.pages").joinpath("words", f"{language}.toml")
        words = tomllib.loads(file.read_text("utf-8"))
    return lambda text: words.get(text, text)


@cache
def remedy_teller(language: str) -> Callable[[Trouble], str]:
    """What to do about a trouble, in a language."""
    say = translator(language)
    return lambda trouble: remedy(say(REMEDIES[trouble.code]), trouble.subject)


@cache
def trouble_teller(language: str) -> Callable[[Trouble], str]:
    """What is wrong, in a language: its own words with the trouble's figures, where there are any, else ours."""
    say = translator(language)

    def tell(trouble: Trouble) -> str:
        name = f"trouble: {trouble.code}{' muted' if trouble.code == 'articles-dead' and trouble.detail else ''}"
        pattern = say(name)
        if pattern == name:
            return trouble.what
        # What a part of the desk said of its cause is English; only how many are not named is said in words of ours.
        detail = MORE.sub(lambda more: say("; and {count} more").format(count=more[1]), trouble.detail)
        return pattern.format(count=trouble.count, subject=trouble.subject, detail=detail).strip()

    return tell


@cache
def counter(language: str) -> Callable[[int, str, str], str]:
    """`1 article`, `3 articles` in a language; one that has no plural, as Vietnamese, has one word for both."""
    say = translator(language)
    return lambda number, one, many: f"{number:,} {say(one if number == 1 else many)}"


def moment_tag(micros: int | None) -> Markup:
    """A time that the page's script shows as the reader wants it; without script it is UTC."""
    if micros is None:
        return Markup("")
    at: dt.datetime = from_us(micros)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S} UTC")


def exact_tag(micros: int) -> Markup:
    """A time to the millisecond: steps of one article lie close together, and "now" says nothing of them."""
    at = from_us(micros)
    text = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
    return Markup('<time data-exact datetime="{}">{}</time>').format(at.isoformat(), text)


def segment(text: str) -> str:
    """Any text as one part of an address's path."""
    return quote(text, safe="")


def without_scheme(address: str) -> str:
    """`tin.example/rss` of `https://tin.example/rss`: what tells one source from another comes first."""
    return address.partition("://")[2] or address


def with_commands(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it was escaped before


def seconds(micros: int | None) -> str:
    """`12 ms`, `1.2 s`, `75 s`, `3 min`, `2 h`; a dash where it is not known."""
    if micros is None:
        return "–"
    spent = micros / 1_000_000
    if spent < 1:
        return f"{micros / 1000:.0f} ms"
    if spent < 10:
        return f"{spent:.1f} s"
    for limit, unit, name in ((180, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if spent < limit:
            return f"{spent / unit:.0f} {name}"
    return f"{spent / 86_400:.0f} d"
