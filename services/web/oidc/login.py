"""Logging in by OpenID Connect: an authorization code with PKCE, for a browser that is sent there and comes back."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import redis

from services.web.keys import Publisher
from services.web.oidc.pending import PendingLogins
from services.web.oidc.provider import Provider
from services.web.oidc.refusals import LoginRefused, UnknownKey
from services.web.oidc.roles import Role, name_of, read_roles, scopes_for, values_of
from shared.errors import PermanentError
from shared.net.http import read_url
from shared.settings import SettingError, Settings

CALLBACK = "/login/oidc"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who came back from the login service, with what the desk lets them do, and where they wanted to go."""

    publisher: Publisher
    onward: str


class OidcLogin:
    """The way in by one login service. `read_token` checks an ID token (services/web/oidc/tokens.py)."""

    def __init__(
        self,
        settings: Settings,
        roles: tuple[Role, ...],
        pending: PendingLogins,
        read_token: Callable[..., Mapping[str, Any]],
    ) -> None:
        self.provider, self.session_s = Provider(settings), settings.oidc_session_s
        self.host = urlsplit(self.provider.issuer).netloc
        self._client_id, self._scopes = settings.oidc_client_id or "", settings.oidc_scopes
        self._redirect_uri = (settings.public_url or "").rstrip("/") + CALLBACK
        self._roles, self._pending, self._read_token = roles, pending, read_token

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
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

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
        return Person(publisher=Publisher(name=name_of(claims), scopes=scopes), onward=onward)

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        description = await self.provider.description()
        wanted = {
            "algorithms": description.id_token_signing_alg_values_supported,
            "issuer": self.provider.issuer,
            "client_id": self._client_id,
            "nonce": nonce,
        }
        known = await self.provider.keys()
        try:
            return dict(self._read_token(token, known, **wanted))
        except UnknownKey:
            newer = await self.provider.keys(anew=True)  # the service may have changed its key since
            if newer is known:
                raise
            return dict(self._read_token(token, newer, **wanted))

    async def _more(self, claims: Mapping[str, Any], access_token: str) -> dict[str, Any]:
        """What the rules ask for and the ID token does not say; what the token says stands."""
        if all(values_of(claims, role.claim) for role in self._roles) and values_of(claims, "email"):
            return {}
        told = await self.provider.person(access_token)
        if told and told.get("sub") != claims["sub"]:
            raise LoginRefused("proof", "what the login service says of the person is about somebody else (sub)")
        return {name: value for name, value in told.items() if name not in claims}


def open_login(settings: Settings, client: redis.Redis) -> OidcLogin | None:
    """The way in that the settings name; None where they name none. Raises `SettingError` for what cannot work."""
    if settings.oidc_issuer is None:
        return None
    _check(settings)
    try:
        tokens = import_module("services.web.oidc.tokens")
    except ModuleNotFoundError as error:
        raise SettingError(
            "oidc_issuer is set, but the package joserfc is not installed: install copydesk[oidc], "
            "or take oidc_issuer away"
        ) from error
    return OidcLogin(settings, read_roles(settings.oidc_roles), PendingLogins(client), tokens.read_id_token)


def setup_of(settings: Settings) -> str:
    """A digest of what decides who comes in by OpenID Connect: sessions that began under another one are over."""
    if settings.oidc_issuer is None:
        return ""
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_roles)
    return hashlib.sha256(msgspec.json.encode(given)).hexdigest()[:16]


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _check(settings: Settings) -> None:
    issuer = settings.oidc_issuer or ""
    try:
        url = read_url(issuer)
    except PermanentError as error:
        raise SettingError(f"oidc_issuer: {error}") from error
    if (url.scheme != "https" and url.host not in LOOPBACK) or url.userinfo or url.query or url.fragment:
        raise SettingError("oidc_issuer must be an https address without a query (http only on this machine)")
    for name, use in (
        ("oidc_client_id", "the name under which the login service knows the desk"),
        ("oidc_roles", "who may do what, as groups=news-desk:admin; without one nobody could log in"),
        ("public_url", f"where people see the desk: the login service sends them back to it, at {CALLBACK}"),
    ):
        if not getattr(settings, name):
            raise SettingError(f"oidc_issuer is set, and needs {name}: {use}")
