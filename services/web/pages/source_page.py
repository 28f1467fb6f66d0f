"""`/sources` and `/sources/{name}`: what is set for a source, tried on its last inputs before it is saved."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.normalize.hint_checks import WrongHint
from services.web.pages.differences import Change, changed_lines
from services.web.pages.login import checked_form
from services.web.pages.render import page
from services.web.problems import Problem, later
from services.web.responses import see_other
from services.web.source_register import Owned
from services.web.source_trial import LAST, FieldChange, Trial
from services.web.state import AppState, publisher_of, state_of
from shared.errors import PermanentError, TransientError
from shared.hints import FIELDS, NO_HINTS, Hints
from shared.source_book import ChangedMeanwhile, checked_name

FORM_BYTES = 256 * 1024
LASTS = (10, LAST, 200)
MOST_SHOWN, MOST_VERSIONS = 20, 20
EXAMPLES = {
    "zone": "Asia/Ho_Chi_Minh", "language": "vi", "headline": "h1.title", "body": "div.article-body",
    "byline": ".author", "date": ".meta time", "caption": "figure p", "leave_out": ".related\n.share",
    "byline_pattern": "Ảnh: {name}", "agency": "TTXVN", "credit": "Ảnh: TTXVN",
}  # fmt: skip
LABELS = {
    "zone": "Zone of dates without one", "language": "Language of its texts", "headline": "Headline stands at",
    "body": "Text stands at", "byline": "Byline stands at", "date": "Date stands at", "caption": "Captions stand at",
    "leave_out": "To leave out, one selector a line", "byline_pattern": "Pattern of its byline",
    "agency": "Agency, where none is named", "credit": "Picture credit, where none stands",
}  # fmt: skip


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of a source has: what stands in its form, what is wrong there by field, a trial's result; after
    saving the version, and what can be read anew."""

    given: Mapping[str, str]
    problems: Mapping[str, str] = {}
    trial: Trial | None = None
    refs: Sequence[str] = ()
    saved: str = ""


async def show_sources(request: Request) -> Response:
    """The sources of the desk, those with settings first."""
    app_state = state_of(request)
    return page(request, "sources.html", sources=await app_state.ask(app_state.desk.sources.register.all))


async def show_source(request: Request) -> Response:
    """What is set for one source; after saving, what can be read anew."""
    app_state, name = state_of(request), _name_of(request)
    owned = await app_state.ask(app_state.desk.sources.register.get, name)
    saved = request.query_params.get("saved", "")
    refs: Sequence[str] = []
    if saved.isdigit():
        refs = await _asked(app_state, name, _last_of(request.query_params))
    return await _source_page(request, owned, Shown(given=_as_form(owned.hints), refs=refs, saved=saved))


async def do_source_act(request: Request) -> Response:
    """Try the settings of the form, save them, or read the source's last inputs anew."""
    form = await checked_form(request, FORM_BYTES)
    app_state, name = state_of(request), _name_of(request)
    owned = await app_state.ask(app_state.desk.sources.register.get, name)
    try:
        match form.get("act"):
            case "try":
                trial = await app_state.ask(app_state.desk.sources.try_out, name, hints_from(form), _last_of(form))
                return await _source_page(request, owned, Shown(given=form, trial=trial))
            case "save":
                return await _save(request, owned, form)
            case "replay":
                return await _replay(request, name, form)
    except WrongHint as error:
        return await _source_page(request, owned, Shown(given=form, problems={error.field: str(error)}), status=422)
    except ChangedMeanwhile as error:
        return await _source_page(request, owned, Shown(given=form, problems={"": str(error)}), status=409)
    except TransientError as error:
        raise Problem("busy", str(error), headers=later(error.retry_after)) from error
    raise Problem("bad-request", "what is to be done: try, save or replay?")


def hints_from(form: Mapping[str, str]) -> Hints:
    """The settings of a form; what is empty is not set."""
    said: dict[str, Any] = {name: value for name in FIELDS if (value := form.get(name, "").strip())}
    if "leave_out" in said:
        said["leave_out"] = tuple(
            dict.fromkeys(line for text in said["leave_out"].splitlines() if (line := text.strip()))
        )
    return msgspec.structs.replace(NO_HINTS, **said)


async def _save(request: Request, owned: Owned, form: Mapping[str, str]) -> Response:
    app_state, note = state_of(request), form.get("note", "").strip()
    hints = hints_from(form)
    if not note:
        problems = {"note": "say why: it is kept with the version"}
        return await _source_page(request, owned, Shown(given=form, problems=problems), status=422)
    change = await app_state.ask(
        app_state.desk.sources.register.save, owned.name, hints, who=publisher_of(request).name, note=note,
        after=int(form["version"]) if form.get("version", "").isdigit() else None,
    )  # fmt: skip
    return see_other(f"{_path(owned.name)}?{urlencode({'saved': change.version, 'last': _last_of(form)})}")


async def _replay(request: Request, name: str, form: Mapping[str, str]) -> Response:
    app_state, why, refs = state_of(request), form.get("why", "").strip(), form.get("refs", "").split()
    if not why or not refs:
        raise Problem("bad-request", "say why: it is kept with the act" if refs else "no article was chosen")
    done = await app_state.ask(app_state.desk.sources.replay, refs, who=publisher_of(request).name, why=why)
    said = urlencode({"done": done.done, "left": len(done.left), "act": "replay"})
    return see_other(f"{_path(name)}?{said}")


async def _source_page(request: Request, owned: Owned, shown: Shown, *, status: int = 200) -> Response:
    app_state = state_of(request)
    history = await app_state.ask(app_state.desk.sources.register.history, owned.name)
    return page(
        request, "source.html", status=status, owned=owned, given=shown.given, problems=shown.problems, refs=shown.refs,
        saved=shown.saved, trial=shown.trial, shown=await app_state.ask(_changed, shown.trial),
        history=_told(history)[:MOST_VERSIONS], fields=FIELDS, labels=LABELS, examples=EXAMPLES, lasts=LASTS,
        last=_last_of(shown.given),
    )  # fmt: skip


async def _asked(app_state: AppState, name: str, last: int) -> Sequence[str]:
    try:
        return await app_state.ask(app_state.desk.sources.replayable, name, last)
    except TransientError:  # what is wrong stands among the troubles
        return ()


def _changed(trial: Trial | None) -> list[dict[str, Any]]:
    """The first articles that would change, with their words before and then."""
    changed = [tried for tried in trial.articles if tried.fields] if trial is not None else []
    return [
        {"ref": tried.ref, "title": tried.title, "state": tried.state,
         "fields": [(change.field, _words(change)) for change in tried.fields]}
        for tried in changed[:MOST_SHOWN]
    ]  # fmt: skip


def _words(change: FieldChange) -> list[list[Change]]:
    return changed_lines(change.before.splitlines(), change.after.splitlines())


def _told(history: Sequence[Any]) -> list[dict[str, Any]]:
    """Each version with what it set otherwise than the one before."""
    past = [*(change.hints for change in history[1:]), NO_HINTS][: len(history)]
    return [
        {"change": change,
         "fields": [(name, _as_form(before)[name], _as_form(change.hints)[name])
                    for name in FIELDS if getattr(before, name) != getattr(change.hints, name)]}
        for change, before in zip(history, past, strict=True)
    ]  # fmt: skip


def _as_form(hints: Hints) -> dict[str, str]:
    values = {name: getattr(hints, name) for name in FIELDS}
    return {name: "\n".join(value) if isinstance(value, tuple) else value or "" for name, value in values.items()}


def _last_of(given: Mapping[str, str]) -> int:
    said = given.get("last", "")
    return int(said) if said in map(str, LASTS) else LAST


def _name_of(request: Request) -> str:
    try:
        return checked_name(request.path_params["name"])
    except PermanentError as error:
        raise Problem("not-found", str(error)) from error


def _path(name: str) -> str:
    return f"/sources/{quote(name, safe='')}"
