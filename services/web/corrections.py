"""`PUT`, `PATCH` and `DELETE` of an article: its publisher corrects it whole or in part, or takes it back."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.index.exports.addresses import as_uri, made_uri
from services.ingest.intake import Receipt
from services.web.articles import read_inputs, unknown_article
from services.web.bodies import moment
from services.web.correction_form import NINJS, item_of
from services.web.held_articles import beyond_a_patch
from services.web.keys import Publisher
from services.web.merge_patch import merged
from services.web.ownership import may_claim
from services.web.patch_shape import check_patch
from services.web.preferences import is_create_only, read_if_match
from services.web.problems import BODY, Problem, in_body, in_header, in_parameter
from services.web.push_headers import check_embargo, checked_address, checked_status, held_until, version_of
from services.web.request_body import body_of
from services.web.scopes import only_of
from services.web.state import AppState, publisher_of, state_of
from services.web.taking import answer_taken, changed, take_in
from services.web.targets import Target, check_correctable, find_target, known_by, on_its_way, remembered
from services.web.tombstones import gone
from shared.article import Article
from shared.embargo import names_embargo
from shared.envelope import WITHDRAWAL_TYPE, Input, Preconditions, Source, Withdrawal
from shared.errors import Unavailable
from shared.identity import address_alias
from shared.ledger.reader import InputStatus
from shared.pub_status import status_members

log = structlog.get_logger(__name__)

MERGE_PATCH = "application/merge-patch+json"
PATCH_BYTES, REASON_BYTES = 1024 * 1024, 16 * 1024
LONGEST_REASON = 1000


async def put_article(request: Request) -> Response:
    """A whole correction, or a new article under its publisher's own uri."""
    app_state, publisher = state_of(request), publisher_of(request)
    target = await find_target(app_state, publisher, request.path_params["name"])
    if target.article is None and not target.named:
        raise unknown_article()
    if target.article is not None:
        await _check_own(app_state, publisher, target)
    wanted = _preconditions(request.headers, target)
    async with read_inputs(request, app_state, publisher) as inputs:
        if len(inputs) != 1:
            raise Problem("bad-request", f"PUT takes one article, and the body holds {len(inputs)}.", at=BODY)
        await _check_addresses(app_state, inputs[0], target, publisher)
        item = await _aimed(app_state, publisher, inputs[0], target, wanted)
        receipts = await take_in(request, app_state, [item])
    if target.article is not None:
        await _note(app_state, publisher, "correct", receipts[0])
    return await answer_taken(request, app_state, [item], receipts)


async def patch_article(request: Request) -> Response:
    """A correction in part: a merge patch (RFC 7396) upon the article in ninjs, as `Accept` with that type gives it."""
    app_state, publisher = state_of(request), publisher_of(request)
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence != MERGE_PATCH:
        detail, place = f"PATCH takes {MERGE_PATCH}.", in_header("Content-Type")
        raise Problem("unsupported-media-type", detail, at=place, accepted=[MERGE_PATCH])
    limits = app_state.settings
    async with body_of(request, app_state.room, limit=PATCH_BYTES, seconds=limits.push_body_s) as body:
        patch = _read_patch(body, publisher)
    held = held_until(request.headers, publisher.zone)
    target = await find_target(app_state, publisher, request.path_params["name"])
    if target.article is None:
        raise unknown_article()
    await _check_own(app_state, publisher, target)
    wanted = _patchable(_preconditions(request.headers, target), target, publisher)
    document = await _patched_document(app_state, target)
    if "uri" in patch:
        patch = _without_uri(patch, document, target.article, publisher, await known_by(app_state, target))
    item = msgspec.structs.replace(_patched(patch, document, publisher), embargoed_until=held)
    item = await _aimed(app_state, publisher, item, target, wanted)
    receipts = await take_in(request, app_state, [item])
    await _note(app_state, publisher, "withdraw" if item.withdraws else "correct", receipts[0])
    return await answer_taken(request, app_state, [item], receipts)


def _patchable(wanted: Preconditions, target: Target, publisher: Publisher) -> Preconditions:
    """What a patch insists on: the revision that it is laid upon. Raises `Problem` where there is none to lay it on."""
    if target.held:
        return wanted if wanted.head is not None else _upon_newest(wanted, target)
    if target.is_moving:
        raise on_its_way()
    if target.stored is None:
        raise Problem("not-indexed", "Only what is in the index can be changed in part: push it whole.")
    if wanted.head is not None:
        return wanted
    if target.stored.withdrawn:
        raise gone(target.stored.article_id, target.stored.rev, target.stored, only_of(publisher))
    return _upon_newest(wanted, target)


def _upon_newest(wanted: Preconditions, target: Target) -> Preconditions:
    return msgspec.structs.replace(wanted, head=target.newest, is_named=False)


async def _patched_document(app_state: AppState, target: Target) -> dict[str, Any]:
    """The article in ninjs that a patch is laid upon: its newest revision, which may wait for the end of an embargo."""
    if target.article is None:  # cannot be: the caller has looked
        raise unknown_article()
    if target.held:
        article = await app_state.ask(app_state.desk.read_held, target.held)
        if article is None:
            raise on_its_way()
        if target.stored is None and target.line is not None:
            _check_whole(article, target.line)
        beside = {"dateline": article.dateline, "genres": [{"name": article.kind}] if article.kind else None}
        return item_of(article, target.article) | {name: value for name, value in beside.items() if value}
    if target.stored is None:
        raise unknown_article()
    return item_of(target.stored.article, target.stored.article_id)


def _check_whole(article: Article, line: InputStatus) -> None:
    """Raise `Problem` where a patch would lose what ninjs cannot say, and no stored article tells it."""
    lost = beyond_a_patch(article)
    if lost is not None:
        until = moment(line.due_us)
        detail = f"It is held until {until:%Y-%m-%d %H:%M:%S} UTC, and a patch would lose its {lost}: PUT it whole."
        raise Problem("not-indexed", detail, state="held", embargoedUntil=until)


async def withdraw_article(request: Request) -> Response:
    """Take an article back, for a reason that may be given; what stays is that it was there."""
    app_state, publisher = state_of(request), publisher_of(request)
    target = await find_target(app_state, publisher, request.path_params["name"])
    if target.article is None:
        raise unknown_article()
    await _check_own(app_state, publisher, target)
    wanted = msgspec.structs.replace(_preconditions(request.headers, target), grows=False)
    reason = await _reason_of(request, app_state)
    body = msgspec.json.encode(Withdrawal(article=target.article, reason=reason))
    source = Source(kind="push", name=publisher.name, zone=publisher.zone, language=publisher.language)
    item = Input(source=source, media_type=WITHDRAWAL_TYPE, body=body, withdraws=True)
    item = await _aimed(app_state, publisher, item, target, wanted)
    receipts = await take_in(request, app_state, [item])
    await _note(app_state, publisher, "withdraw", receipts[0], reason)
    return await answer_taken(request, app_state, [item], receipts)


async def _note(app_state: AppState, publisher: Publisher, act: str, receipt: Receipt, why: str = "") -> None:
    """Write down what a key did to an article; what was taken in stays so where the audit log cannot be written."""
    if receipt.state != "received":
        return
    try:
        on = f"{receipt.article}@{receipt.rev}"
        await app_state.ask(app_state.desk.audit.note, who=publisher.name, act=act, on=on, why=why)
    except Unavailable as error:
        log.error("act_not_noted", act=act, reason=str(error))


def _preconditions(headers: Mapping[str, str], target: Target) -> Preconditions:
    """On what the sender insists, looked at here; that nothing comes in between the ledger sees to."""
    is_new, revisions = is_create_only(headers), read_if_match(headers)
    if is_new and target.article is not None:
        detail = "The article is there already, and If-None-Match: * creates only what is not."
        raise Problem("precondition-failed", detail, article=target.article)
    if revisions is None:
        return Preconditions(is_new=is_new, grows=True)
    is_there = target.stored is not None and not target.stored.withdrawn
    holds = is_there if "*" in revisions else target.current in revisions
    if target.article is None or not holds:
        raise changed(target.article or target.named, target.current)
    return Preconditions(is_new=is_new, head=target.newest, grows=True)


async def _aimed(
    app_state: AppState, publisher: Publisher, item: Input, target: Target, wanted: Preconditions
) -> Input:
    """The input as a correction of its target: it is known by whatever the article is known by."""
    aliases = tuple(dict.fromkeys((*([target.named] if target.named else []), *item.aliases)))
    if target.article is None:
        aliases, own = may_claim(aliases, publisher, app_state.keys.prefixes_beside(publisher.name))
        return msgspec.structs.replace(item, aliases=aliases, own=own, preconditions=wanted)
    own = await _check_own(app_state, publisher, target)
    claimed, _ = may_claim(item.aliases, publisher, app_state.keys.prefixes_beside(publisher.name))
    return msgspec.structs.replace(
        item,
        aliases=tuple(dict.fromkeys((*target.aliases, *claimed))),
        own=own,
        corrects=target.article,
        preconditions=wanted,
        before=remembered(target.article, target.stored),
    )


async def _check_own(app_state: AppState, publisher: Publisher, target: Target) -> bool:
    """As `check_correctable`; of an article that was named by its id, and that the key may not see, not even that it is
    there."""
    try:
        return await check_correctable(app_state, publisher, target)
    except Problem as problem:
        if target.named or not only_of(publisher):
            raise
        raise unknown_article() from problem


async def _check_addresses(app_state: AppState, item: Input, target: Target, publisher: Publisher) -> None:
    """Raise `Problem` where the body says that it is another article than the one it was sent to."""
    ids = {target.article, target.stored.article_id if target.stored else None}
    for alias in item.aliases:
        if alias == target.named or (target.stored is not None and alias in target.stored.aliases):
            continue
        owner = await app_state.ask(app_state.ledger.owner, alias)
        if owner is None:
            stored = await app_state.ask(app_state.index.get, alias)
            owner = stored.article_id if stored else None
        if owner is not None and owner not in ids:
            address = alias.partition(":")[2]
            detail = f"The body names {address}, which is another article."
            stored = await app_state.ask(app_state.index.get, owner)
            is_seen = only_of(publisher) in ("", stored.owner if stored else None)
            problem = Problem("another-article", detail, address=address)
            problem.more |= {"article": owner} if is_seen else {}
            raise problem


def _read_patch(body: bytes, publisher: Publisher) -> dict[str, Any]:
    """A merge patch as a publisher may send it, whatever stands of the article."""
    try:
        patch = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem("bad-request", f"The patch is no JSON: {error}.", at=BODY) from error
    if not isinstance(patch, dict):
        raise Problem("bad-request", "A merge patch of an article is a JSON object, and this is none.", at=BODY)
    check_patch(patch)
    for member in filter(names_embargo, patch):
        check_embargo(member, patch[member], publisher.zone, in_body(member))
    checked_status(status_members(patch))
    if isinstance(patch.get("uri"), str):
        checked_address(patch["uri"], "uri", in_body("uri"))
    return patch


def _without_uri(
    patch: dict[str, Any], document: dict[str, Any], article: str, publisher: Publisher, aliases: Collection[str]
) -> dict[str, Any]:
    """The patch without the name of its article, which it may repeat. Raises `Problem` where it says another: by its
    uri an article is known, and whoever keeps the old one would lose it."""
    own, said = document.get("uri"), patch["uri"]
    is_alias = said is not None and address_alias(said, publisher.name) in aliases
    if said in (own, as_uri(own), made_uri(article)) or is_alias:
        return {member: value for member, value in patch.items() if member != "uri"}
    detail = "uri names the article, and a patch does not change it: leave it out, or PUT the article with its new uri."
    raise Problem("bad-request", detail, at=in_body("uri"))


def _patched(patch: dict[str, Any], document: dict[str, Any], publisher: Publisher) -> Input:
    """An article in ninjs, with the patch in it, as an input."""
    document = merged(document, patch)
    # `null` takes a member away; of an embargo it says that there is none, which a correction must say to end one.
    document |= {member: None for member in filter(names_embargo, patch) if patch[member] is None}
    version = patch.get("version")
    source = Source(kind="push", name=publisher.name, zone=publisher.zone, language=publisher.language)
    return Input(
        source=source,
        media_type=NINJS,
        body=msgspec.json.encode(document),
        version=version_of(str(version)) if isinstance(version, str | int) else None,
        withdraws=checked_status(status_members(patch)) not in (None, "usable"),
        patches=True,
    )


async def _reason_of(request: Request, app_state: AppState) -> str:
    """Why, from `?reason=` or from `{"reason": "…"}`; nothing where neither says so."""
    reason: object = request.query_params.get("reason", "")
    place, limits = in_parameter("reason"), app_state.settings
    async with body_of(request, app_state.room, limit=REASON_BYTES, seconds=limits.push_body_s) as body:
        if body.strip():
            try:
                told = msgspec.json.decode(body, type=dict[str, object])
            except (msgspec.DecodeError, RecursionError) as error:
                raise Problem("bad-request", 'The body must be {"reason": "…"}, or empty.', at=BODY) from error
            if "reason" in told:
                reason, place = told["reason"], in_body("reason")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        raise Problem("bad-request", f"reason must be a text of at most {LONGEST_REASON} characters.", at=place)
    return " ".join(reason.split())
