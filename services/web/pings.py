"""`POST /v1/pings`: a page or a feed has changed, says whoever made it."""

from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.web.bodies import moment
from services.web.ownership import may_claim
from services.web.problems import Problem, in_body
from services.web.push_headers import checked_address
from services.web.request_body import body_of
from services.web.responses import json_answer
from services.web.state import publisher_of, state_of
from shared.envelope import Source
from shared.identity import address_alias, is_page

PING_BYTES = 16 * 1024
FORM = "application/x-www-form-urlencoded"
MEMBERS = ("url", "hub.url", "hub.topic")  # as WebSub's publishers name it, too


async def take_ping(request: Request) -> Response:
    """Visit the feed of this address soon, or the feeds of its host, else the page itself where it is the key's."""
    app_state, publisher = state_of(request), publisher_of(request)
    limits = app_state.settings
    async with body_of(request, app_state.room, limit=PING_BYTES, seconds=limits.push_body_s) as body:
        address = _address_in(body, request.headers.get("content-type", ""))
    if not is_page(address):
        raise Problem("bad-request", "url must be the absolute http(s) address of a page or a feed.", at=in_body("url"))
    alias = address_alias(checked_address(address, "url", in_body("url")), publisher.name)
    _, is_own = may_claim((alias,), publisher, app_state.keys.prefixes_beside(publisher.name))
    pinged = await app_state.ask(app_state.ping, address)
    feeds = [{"feed": ping.feed, "due": moment(ping.due_us)} for ping in pinged]
    if feeds:
        return json_answer({"feeds": feeds}, status=202)
    if not is_own:
        detail = "No feed of that address or of its host is watched, and the page is below no prefix of this key."
        raise Problem("unknown-feed", detail, address=address)
    source = Source(kind="push", name=publisher.name, zone=publisher.zone, language=publisher.language)
    due_us = await app_state.ask(app_state.ask_visit, address, source, publisher.prefixes)
    return json_answer({"feeds": [], "page": {"url": address, "due": moment(due_us)}}, status=202)


def _address_in(body: bytes, content_type: str) -> str:
    """`{"url": "…"}`, or the same as a form."""
    if content_type.partition(";")[0].strip().lower() == FORM:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
        given: object = next((fields[name][0] for name in MEMBERS if name in fields), None)
    else:
        try:
            given = msgspec.json.decode(body, type=dict[str, object]).get("url")
        except (msgspec.DecodeError, RecursionError):
            given = None
    if not isinstance(given, str) or not given:
        raise Problem("bad-request", 'The body must be {"url": "https://…"}, or a form with url.', at=in_body("url"))
    return given
