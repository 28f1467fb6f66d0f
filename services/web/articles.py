"""`POST /v1/articles` takes articles in; `GET /v1/articles/{id}` gives it as it stands in the index."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.index.search import Stored
from services.web.bodies import moment
from services.web.forms import form_for
from services.web.keys import Publisher
from services.web.links import link_to
from services.web.ownership import may_claim, not_yours
from services.web.packages import is_package, read_package
from services.web.picture_addresses import with_addresses
from services.web.preferences import etag_of
from services.web.problems import BODY, Problem, later
from services.web.push_headers import inputs_of, read_kind
from services.web.request_body import body_of
from services.web.scopes import is_seen_by, may, only_of
from services.web.state import AppState, publisher_of, state_of
from services.web.taking import answer_taken, take_in
from services.web.targets import ID, Target, find_anothers, find_target, remembered
from services.web.tombstones import gone_to_reader
from shared.envelope import MOST_BYTES, Input, pushed_by
from shared.ledger.reader import SETTLED, InputStatus

LARGE = 256 * 1024
REVISION = re.compile(rf"{ID.pattern}@[0-9]{{1,18}}")


async def push_article(request: Request) -> Response:
    """Archive and enter the articles of one body; the answer is their receipts, and by then nothing can lose them."""
    app_state, publisher = state_of(request), publisher_of(request)
    async with read_inputs(request, app_state, publisher) as inputs:
        beside = app_state.keys.prefixes_beside(publisher.name)
        items = [await claimed(app_state, item, publisher, beside) for item in inputs]
        app_state.quota.charge(publisher.name, len(items) - 1)  # one was taken when the request came
        receipts = await take_in(request, app_state, items)
    return await answer_taken(request, app_state, items, receipts)


@asynccontextmanager
async def read_inputs(request: Request, app_state: AppState, publisher: Publisher) -> AsyncIterator[Sequence[Input]]:
    """The articles of a request's body; its bytes count as held until the block ends."""
    if is_package(request.headers):
        async with read_package(request, app_state, publisher) as packaged:
            yield packaged
        return
    kind = read_kind(request.headers.get("content-type"))
    limits = app_state.settings
    most = min(limits.max_input_bytes, MOST_BYTES)
    async with body_of(request, app_state.room, limit=most, seconds=limits.push_body_s) as body:
        if not body or body.isspace():
            raise Problem("no-article", "The body is empty.", at=BODY)
        reading = partial(inputs_of, kind, body, request.headers, publisher)
        yield reading() if len(body) < LARGE else await app_state.read(reading)


async def show_article(request: Request) -> Response:
    """The article as it stands in the index, in the form that its reader accepts; `ETag` is its revision."""
    stored = await readable(request, request.path_params["name"])
    form = form_for(request.headers.get("accept"))
    etag = etag_of(stored.rev, form.name)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    shown = with_addresses(request, stored, is_whole=form.name != "")
    return Response(form.write(shown), headers=headers, media_type=form.content_type)


async def readable(request: Request, name: str) -> Stored:
    """The article of that name, or a revision of it (`id@rev`); raises the `Problem` that tells why its reader does not
    get it. Who may read an article may read all that it said, as long as it stands."""
    if REVISION.fullmatch(name):
        await readable(request, name.partition("@")[0])
        app_state = state_of(request)
        revision = await app_state.ask(app_state.index.get, name)
        if revision is None:
            raise unknown_article()
        return revision
    app_state, publisher = state_of(request), publisher_of(request)
    target = await find_target(app_state, publisher, name)
    if target.named and target.article is None and not only_of(publisher):
        target = await find_anothers(app_state, name)
    stored = target.stored
    if stored is None:
        problem = _not_there(target, publisher)
        # It may have been indexed between the two looks: who has heard "done" from the ledger asks the index once more.
        named = target.article or target.named
        stored = await app_state.ask(app_state.index.get, named) if named else None
        if stored is None:
            raise problem
    if only_of(publisher) not in ("", stored.owner):
        raise unknown_article()
    if stored.withdrawn or target.withdrawal is not None:
        raise gone_to_reader(stored, target.withdrawal or stored.rev)
    return stored


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Does the reader hold this revision already (RFC 9110, 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in re.findall(r'"[^"]*"', if_none_match)


async def claimed(app_state: AppState, item: Input, publisher: Publisher, beside: Sequence[str]) -> Input:
    """The input with the addresses it may claim; `beside` are the prefixes of other publishers.

    Whose an article is the ledger decides when it takes them; what it has forgotten since the index still knows.
    """
    aliases, own = may_claim(item.aliases, publisher, beside)
    before = None
    for alias, stored in (await app_state.ask(_all_known, app_state, aliases)).items() if aliases else ():
        if stored is None:
            continue
        if alias.startswith("url:") and not own and stored.owner not in ("", publisher.name):
            freed = await app_state.ask(app_state.ledger.freed, stored.article_id)
            if freed is None or freed < stored.owned_us:
                raise not_yours(alias[4:])
        before = before or remembered(stored.article_id, stored)
    return msgspec.structs.replace(item, aliases=aliases, own=own, before=before)


def _all_known(app_state: AppState, aliases: Sequence[str]) -> dict[str, Stored | None]:
    return {alias: app_state.index.get(alias) for alias in aliases}


def unknown_article() -> Problem:
    """Said of what is not there and of what this key may not see alike."""
    return Problem("not-found", "Neither the index nor the ledger knows this article.")


def _not_there(target: Target, publisher: Publisher) -> Problem:
    """No such article, one on its way, or one that died: told apart by the ledger, while it remembers.

    That something waits for the end of an embargo is told to its own publisher, and to who watches the desk.
    """
    line = target.line
    may_know = may(publisher.scopes, "monitor") or (line is not None and _is_own(line, publisher))
    is_secret = line is not None and line.state == "held" and not may_know
    if line is None or is_secret or not is_seen_by(only_of(publisher), line.source):
        return unknown_article()
    links = {"receipt": link_to(f"/v1/receipts/{line.receipt}")}
    if line.state == "held" and line.due_us is not None:
        detail, until = "It waits for the end of its embargo.", moment(line.due_us)
        return Problem("not-indexed", detail, state="held", embargoedUntil=until, links=links)
    if line.state not in SETTLED:
        return Problem("not-indexed", "It is on its way.", headers=later(1), state=line.state, links=links)
    return Problem("not-indexed", line.note or line.reason, state=line.state, reason=line.reason, links=links)


def _is_own(line: InputStatus, publisher: Publisher) -> bool:
    return pushed_by(line.source) == publisher.name
