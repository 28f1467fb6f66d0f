"""`POST /v1/articles:validate`: what would become of a push, and the article it holds; nothing is stored."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.index.completing import completed, needs_stored, told_outside
from services.index.entry import Entry, embargo_us, known_from
from services.index.revisions import rule
from services.index.search import Stored
from services.web.articles import claimed, read_inputs
from services.web.keys import Publisher
from services.web.problems import BODY, Problem, problem_of, told
from services.web.reading import Reading
from services.web.responses import json_answer
from services.web.state import AppState, publisher_of, state_of
from services.web.taking import refusal
from services.web.unread_dates import warnings_of
from shared.article import Article
from shared.clock import from_us, now_us
from shared.envelope import Input, Raw
from shared.errors import InputRefused
from shared.identity import content_hash, url_of
from shared.ledger.calls import NOT_TAKEN, Weighed

MOST_VALIDATED = 20


async def validate_article(request: Request) -> Response:
    """For each article of the body: what it reads as, with the evidence, and what would happen to it."""
    app_state, publisher = state_of(request), publisher_of(request)
    async with read_inputs(request, app_state, publisher) as inputs:
        if len(inputs) > MOST_VALIDATED:
            raise Problem("bad-request", f"At most {MOST_VALIDATED} articles are looked at in one request.", at=BODY)
        found = [await _validated(app_state, publisher, item) for item in inputs]
    return json_answer(found[0] if len(found) == 1 else {"articles": found})


async def _validated(app_state: AppState, publisher: Publisher, item: Input) -> dict[str, object]:
    """`outcome` is `new`, `revision` or `duplicate` of an article, `superseded`, `withdrawn` or `refused`."""
    raw = Raw(source=item.source, media_type=item.media_type, body=item.body, received_us=now_us(), url=item.url)
    applied = await app_state.ask(
        app_state.desk.sources.register.book.applied, item.source, item.url or url_of(item.aliases)
    )
    reading = await app_state.reading.read(raw.with_settings(applied))
    article = told_outside(reading.article, item) if reading.article is not None else None
    found: dict[str, object] = {} if article is None else {"article": article} | warnings_of(article)
    try:
        weighed = await _weighed(app_state, publisher, item)
        if article is None:
            raise _unreadable(reading, app_state)
    except Problem as problem:
        held = _held(embargo_us(article)) if article is not None else {}
        return {"outcome": "refused", "problem": told(problem)} | found | held
    entry = _entry(item, article, weighed.article)
    found |= _held(await app_state.ask(app_state.desk.held_until, entry) if weighed.rev else embargo_us(article))
    if weighed.state == "duplicate" or not weighed.rev:
        outcome = "duplicate" if weighed.state == "duplicate" else "new"
        known = {"id": weighed.article, "rev": weighed.rev} if weighed.rev else None
        return {"outcome": outcome} | ({"of": known} if known else {}) | found
    stored = await app_state.ask(app_state.index.get, weighed.article)
    of = {"id": weighed.article, "rev": stored.rev if stored else weighed.rev}
    return {"outcome": _ruled(entry, stored), "of": of} | found


def _held(until_us: int | None) -> dict[str, object]:
    return {"heldUntil": from_us(until_us)} if until_us is not None and until_us > now_us() else {}


async def _weighed(app_state: AppState, publisher: Publisher, item: Input) -> Weighed:
    """What the ledger would say; raises the `Problem` that the push would get."""
    item = await claimed(app_state, item, publisher, app_state.keys.prefixes_beside(publisher.name))
    (weighed,) = await app_state.ask(app_state.intake.weigh, [item])
    if isinstance(weighed, InputRefused):
        raise problem_of(weighed, "POST")
    if weighed.state in NOT_TAKEN:
        raise await refusal(app_state, publisher, item, weighed)
    return weighed


def _unreadable(reading: Reading, app_state: AppState) -> Problem:
    if not reading.too_costly:
        return Problem("no-article", reading.refused, at=BODY)
    limits = app_state.settings
    return Problem(
        "too-costly",
        f"It needs more than {limits.article_cpu_s} s of processor time (article_cpu_s) or "
        f"{limits.article_memory_mb} MB of memory (article_memory_mb) to be read.",
        at=BODY,
    )


def _ruled(entry: Entry, stored: Stored | None) -> str:
    """What the index would make of it beside what it has: the rules are the same, so is what they see."""
    if stored is None:  # what came before is still on its way
        return "revision"
    before = Entry(
        article_id=stored.article_id,
        rev=stored.rev,
        receipt="",
        source=stored.source,
        received_us=stored.received_us,
        sha="",
        article=stored.article,
        aliases=stored.aliases,
    )
    entry = msgspec.structs.replace(entry, article_id=stored.article_id)
    if needs_stored(entry):
        entry = completed(entry, stored.article)
    outcome = rule(entry, known_from(before, row_id=0), lambda: stored.article).outcome
    return "revision" if outcome == "indexed" else outcome


def _entry(item: Input, article: Article, article_id: str) -> Entry:
    """The article as it would come to the index now."""
    rev = now_us()
    return Entry(
        article_id=article_id,
        rev=rev,
        receipt="",
        source=item.source,
        received_us=rev,
        sha=content_hash(item.media_type, item.body),
        article=article,
        aliases=item.aliases,
        own=item.own,
    )
