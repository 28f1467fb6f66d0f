"""`/articles/{name}`: one article, its way, its input beside what was read, revisions, acts."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.index.entry import embargo_us
from services.index.search import Stored
from services.web.acts import Act, may_do
from services.web.articles import unknown_article
from services.web.correction_form import words_of
from services.web.listing import Row, row_of
from services.web.pages.differences import Difference, differences
from services.web.pages.input_view import InputView, view_input
from services.web.pages.render import page
from services.web.picture_addresses import paths_of
from services.web.state import AppState, state_of
from shared.ledger.reader import InputStatus

NOTHING: Mapping[str, str] = {}


async def show_one(request: Request) -> Response:
    """One article: its way, its input beside what was read, revisions, acts."""
    return await article_page(request, request.path_params["name"])


async def article_page(
    request: Request, name: str, *, typed: Mapping[str, str] = NOTHING, act: str = "", problem: str = ""
) -> Response:
    """The page of an article; where an act came to nothing, with its form open, as it was typed, and why.

    Raises `Problem` for an article that nobody knows.
    """
    app_state = state_of(request)
    stored = await app_state.ask(app_state.index.get, name)
    article = stored.article_id if stored is not None else name.partition("@")[0]
    head = await app_state.ask(app_state.ledger.head, article)
    ref = name if "@" in name else f"{article}@{head.rev}" if head is not None else None
    line = await app_state.ask(app_state.ledger.line, ref) if ref else None
    if stored is None and line is None:
        raise unknown_article()
    (row,) = await app_state.ask(app_state.desk.with_headlines, [row_of(line, stored)])
    is_standing = may_do("correct", row)
    return page(
        request,
        "article.html",
        status=400 if problem else 200,
        path=typed.get("next") or request.url.path,
        typed=typed,
        act=act,
        problem=problem,
        stored=stored,
        line=line,
        row=row,
        embargo_us=_embargo_us(line, stored),
        input=await _input(app_state, row, stored),
        acts=_acts_on(row, stored),
        words=words_of(stored.article) if stored is not None and _is_newest(row, stored) and is_standing else None,
        pictures=paths_of(stored) if stored is not None and _is_newest(row, stored) and is_standing else {},
        changed=await _changed(app_state, stored),
        story=await app_state.ask(app_state.stories.of, row.article),
        deliveries=await app_state.ask(app_state.desk.deliveries, row.article),
        acted=await app_state.ask(app_state.desk.audit.latest, 20, article),
    )


def _embargo_us(line: InputStatus | None, stored: Stored | None) -> int | None:
    """When the embargo ends, of what is held or was: what waits goes on then."""
    if line is not None and line.state == "held":
        return line.due_us
    return embargo_us(stored.article) if stored is not None else None


async def _input(app_state: AppState, row: Row, stored: Stored | None) -> InputView | None:
    archived = await app_state.ask(app_state.desk.archived, f"{row.article}@{row.rev}", stored)
    if archived is None:
        return None
    return view_input(archived, stored.article if stored is not None else None)


def _is_newest(row: Row, stored: Stored | None) -> bool:
    return stored is None or stored.revisions[-1:] == () or stored.revisions[-1].rev <= row.rev


def _acts_on(row: Row, stored: Stored | None) -> list[Act]:
    """What may be done to an article as it stands; to an older revision nothing."""
    is_newest = _is_newest(row, stored)
    acts: list[Act] = [act for act in ("replay", "discard", "withdraw") if may_do(act, row) and is_newest]
    return [*acts, "release"] if stored is not None and stored.owner and is_newest else acts


async def _changed(app_state: AppState, stored: Stored | None) -> list[Difference] | None:
    """What this revision says otherwise than the one before it; None where there is none, or it is too long."""
    earlier = [past.rev for past in stored.revisions if past.rev < stored.rev] if stored is not None else []
    if stored is None or not earlier:
        return None
    before = await app_state.ask(app_state.index.get, f"{stored.article_id}@{max(earlier)}")
    return await app_state.ask(differences, before.article, stored.article) if before is not None else None
