"""The form in which a person changes a feed: what it says, as changes of the feed. Secrets are written, never shown."""

from collections.abc import Mapping
from typing import Any, get_args

from services.ingest.request_settings import changed, read_header
from services.ingest.schedule import Scope
from services.ingest.section_settings import read_section
from services.ingest.subscriptions import NUMBERS, Subscription
from shared.errors import PermanentError
from shared.settings import Pages

SECRETS = ("cookie", "login")


def read_changes(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The changes as `Subscriptions.edit` takes them, and what is wrong by field. Only fields that the form has say
    something; a secret that is left empty stays."""
    changes, problems = _read_numbers(form)
    if "title" in form:
        changes["title"] = form["title"].strip() or None
    if url := form.get("url", "").strip():
        changes["url"] = url
    for name, known in (("pages", get_args(Pages)), ("scope", get_args(Scope))):
        if name in form:
            changes[name] = next((one for one in known if one == form[name]), None)
    wrong = "select"
    try:
        if "select" in form:
            changes["section"] = read_section(form["select"], form.get("select_title"), form.get("select_date"))
        wrong = "header"
        said = _request_said(form)
    except PermanentError as error:
        return changes, problems | {wrong: str(error)}
    if said or "forget" in form:
        changes["request"] = lambda feed: _request_of(feed, said, forget="forget" in form)
    return changes, problems


def _read_numbers(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    changes: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in NUMBERS:
        text = form.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 9):
            problems[name] = "say how many seconds"
        elif name in form:
            changes[name] = int(text or 0) or None
    return changes, problems


def _request_said(form: Mapping[str, str]) -> dict[str, str | None]:
    said: dict[str, str | None] = {name: text for name in SECRETS if (text := form.get(name, "").strip())}
    if "user_agent" in form:
        said["user_agent"] = form["user_agent"].strip()
    if header := form.get("header", "").strip():
        name, value = read_header(header)
        said[name] = value
    return said


def _request_of(feed: Subscription, said: Mapping[str, str | None], *, forget: bool) -> Any:
    none = dict.fromkeys((*SECRETS, *(f"header {name}" for name in feed.request.headers))) if forget else {}
    return changed(feed.request, {**none, **said}, feed.url)
