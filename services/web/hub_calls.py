"""`/websub/{token}`: hubs confirm subscriptions here, and call with news. No key: the address itself is the secret."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.web.problems import Problem
from services.web.request_body import body_of
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
    """News of a feed: it is visited soon. What the hub did not sign is answered alike and ignored (7.1)."""
    app_state = state_of(request)
    limits = app_state.settings
    async with body_of(request, app_state.room, limit=limits.max_input_bytes, seconds=limits.push_body_s) as body:
        signature = request.headers.get("x-hub-signature")
        known = await app_state.ask(app_state.desk.feeds.take_call, request.path_params["token"], body, signature)
    if not known:
        return PlainTextResponse("", 410)  # which ends the subscription at the hub
    return PlainTextResponse("", 202)
