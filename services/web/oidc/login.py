"""Logging in by OpenID Connect: an authorization code with PKCE, for a browser that is sent there and comes back."""

import base64
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog

from services.web.keys import Publisher
from services.web.oidc.pending import PendingLogins
from services.web.oidc.provider import Provider
from services.web.oidc.refusals import LoginRefused, UnknownKey
from services.web.oidc.roles import Role, name_of, scopes_for, values_of
from services.web.oidc.setup import CALLBACK, LEFT
from services.web.oidc.tokens import read_id_token
from shared.settings import Settings

log = structlog.get_logger(__name__)

LONGEST_HINT = 4096  # an address of 8 kB is one that servers refuse


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who came back from the login service, with what the desk lets them do, where they wanted to go, and the proof,
    which tells the service whom to log out; "" where that is too long for an address."""

    publisher: Publisher
    onward: str
    id_token: str = ""


class OidcLogin:
    """The way in by one login service."""

    def __init__(self, settings: Settings, roles: tuple[Role, ...], pending: PendingLogins) -> None:
        self.provider, self.session_s = Provider(settings), settings.oidc_session_s
        self.host = urlsplit(self.provider.issuer).netloc
        self._client_id, self._scopes = settings.oidc_client_id or "", settings.oidc_scopes
        desk = (settings.public_url or "").rstrip("/")
        self._redirect_uri, self._left_uri = desk + CALLBACK, desk + LEFT
        self._roles, self._pending = roles, pending

    async def address_for(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to log in."""
        endpoint = (await self.provider.description()).authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *self._scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(endpoint, asked)

    def begin(self, browser: str, onward: str) -> tuple[str, str, str]:
        """Keep a login that begins; gives what `address_for` needs. Asks Redis."""
        state, pending = self._pending.begin(browser, onward)
        return state, pending.nonce, pending.verifier

    def take(self, answer: Mapping[str, str], browser: str) -> tuple[str, str, str]:
        """The nonce, verifier and page of the login that this answer belongs to. Asks Redis."""
        pending = self._pending.take(answer.get("state", ""), browser)
        if pending is None:
            raise LoginRefused("state", "no login under way in this browser has that state")
        return pending.nonce, pending.verifier, pending.onward

    async def finish(self, answer: Mapping[str, str], nonce: str, verifier: str, onward: str) -> Person:
        """Who it is, by the answer that the browser brought; raises `LoginRefused` with the reason."""
        description = await self.provider.description()
        issuer = answer.get("iss")
        if issuer != self.provider.issuer and (
            issuer is not None or description.authorization_response_iss_parameter_supported
        ):
            raise LoginRefused("proof", "the answer is not of the login service that was asked (RFC 9207)")
        if "error" in answer or "code" not in answer:
            is_choice = answer.get("error") in ("access_denied", "login_required", "interaction_required")
            reason = f"the login service answered {answer.get('error', 'without a code')[:60]!r}"
            raise LoginRefused("left" if is_choice else "settings", reason)
        tokens = await self.provider.exchange(answer["code"], verifier, self._redirect_uri)
        claims = await self._claims(tokens.id_token, nonce)
        claims = claims | await self._more(claims, tokens.access_token)
        scopes = scopes_for(self._roles, claims)
        if not scopes:
            raise LoginRefused("role", f"{name_of(claims)} fits no rule of oidc_roles")
        proof = tokens.id_token if len(tokens.id_token) <= LONGEST_HINT else ""
        return Person(publisher=Publisher(name=name_of(claims), scopes=scopes), onward=onward, id_token=proof)

    async def leaving_address(self, id_token: str) -> str | None:
        """Where the browser goes to log out of the service too (OpenID Connect RP-Initiated Logout 1.0).

        None where the service has no such page, or does not answer: then the person has left the desk alone.
        """
        try:
            endpoint = (await self.provider.description()).end_session_endpoint
        except LoginRefused as error:
            log.warning("oidc_logout_left_out", why=error.why, reason=str(error))
            return None
        if endpoint is None:
            return None
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": self._left_uri}
        return _with_query(endpoint, asked | ({"id_token_hint": id_token} if id_token else {}))

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        description = await self.provider.description()
        read = partial(
            read_id_token,
            token,
            algorithms=description.id_token_signing_alg_values_supported,
            issuer=self.provider.issuer,
            client_id=self._client_id,
            nonce=nonce,
        )
        known = await self.provider.keys()
        try:
            return dict(read(known))
        except UnknownKey:
            newer = await self.provider.keys(anew=True)  # the service may have changed its key since
            if newer is known:
                raise
            return dict(read(newer))

    async def _more(self, claims: Mapping[str, Any], access_token: str) -> dict[str, Any]:
        """What the rules ask for and the ID token does not say; what the token says stands."""
        if all(values_of(claims, role.claim) for role in self._roles) and values_of(claims, "email"):
            return {}
        told = await self.provider.person(access_token)
        if told and told.get("sub") != claims["sub"]:
            raise LoginRefused("proof", "what the login service says of the person is about somebody else (sub)")
        return {name: value for name, value in told.items() if name not in claims}


def _with_query(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
