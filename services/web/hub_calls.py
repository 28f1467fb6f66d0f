"""`/websub/{token}`: hubs confirm subscriptions here, and call with news. No key: the address itself is the secret."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.ingest.websub import Signature
from services.web.problems import Problem
from services.web.request_body import paced, too_large
from services.web.state import state_of

LONGEST_CHALLENGE = 2_000


async def confirm_subscription(request: Request) -> Response:
    """Answer a hub's question whether a subscription is wished for: with its own challenge, or by 404."""
    asked, hubs = request.query_params, state_of(request).desk.feeds.hubs
    token, mode, topic = request.path_params["token"], asked.get("hub.mode", ""), asked.get("hub.topic", "")
    if mode == "denied":
        known = await state_of(request).ask(hubs.deny, token, topic, asked.get("hub.reason", ""))
        if known:
            return PlainTextResponse("")
    else:
        lease = asked.get("hub.lease_seconds", "")
        lease_s = float(lease[:12]) if lease.isascii() and lease.isdigit() else None
        challenge = asked.get("hub.challenge", "")[:LONGEST_CHALLENGE]
        if await state_of(request).ask(hubs.confirm, token, mode, topic, lease_s):
            return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})
    raise Problem("not-found", "No such subscription is wished for.")


async def take_call(request: Request) -> Response:
    """News of a feed: it is visited soon. What the hub did not sign is answered alike and ignored (7.1).

    Who calls shows no key: of a body nothing is kept, and none is read before its callback is known.
    """
    app_state = state_of(request)
    feeds, limits = app_state.desk.feeds, app_state.settings
    known = await app_state.ask(feeds.hubs.of_token, request.path_params["token"])
    if known is None:
        return PlainTextResponse("", 410)  # which ends the subscription at the hub
    signature, length = Signature(request.headers.get("x-hub-signature"), known.secret), 0
    if signature.may_match:
        async for piece in paced(request, limits.push_body_s, limits.push_stall_s):
            length += len(piece)
            if length > limits.max_input_bytes:
                raise too_large(limits.max_input_bytes)
            signature.update(piece)
        if signature.matches:
            await app_state.ask(feeds.take_call, known)
    return PlainTextResponse("", 202)
