"""The login service as the desk asks it: its description, its keys, a token for a code, what it says of a person."""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from services.web.oidc.refusals import LoginRefused, Why
from shared.errors import PermanentError, TransientError
from shared.net.http import Client, Fetched, call
from shared.settings import Settings

T = TypeVar("T")
DESCRIPTION = "/.well-known/openid-configuration"
KNOWN_S, KEYS_REST_S = 3600.0, 60.0
ANSWER_BYTES, ANSWER_S = 1024 * 1024, 10
FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What the service says of itself (OpenID Connect Discovery, 3), as far as it is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a code was changed into."""

    id_token: str
    access_token: str = ""


class _KeyList(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, Any], ...]


class _No(msgspec.Struct, frozen=True):
    error: str = ""


class Provider:
    """One login service. What it says of itself is known for an hour; its keys are asked for anew when none fits."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = settings.oidc_issuer or ""
        self._client_id, self._secret = settings.oidc_client_id or "", settings.oidc_client_secret or ""
        self._settings = msgspec.structs.replace(
            settings, fetch_timeout_s=min(ANSWER_S, settings.fetch_timeout_s), max_input_bytes=ANSWER_BYTES
        )
        self._clock = clock
        self._described: tuple[float, Description] | None = None
        self._keys: tuple[float, tuple[dict[str, Any], ...]] | None = None

    async def description(self) -> Description:
        """Its endpoints, as it tells them itself."""
        if self._described is None or self._clock() - self._described[0] > KNOWN_S:
            address = self.issuer.rstrip("/") + DESCRIPTION
            description = _read(await self._call(address, {"Accept": "application/json"}), Description)
            self._check(description)
            self._described = (self._clock(), description)
        return self._described[1]

    async def keys(self, *, anew: bool = False) -> tuple[dict[str, Any], ...]:
        """The public keys that its tokens are signed by; `anew` where none of those known fits, once a minute."""
        age = None if self._keys is None else self._clock() - self._keys[0]
        if self._keys is None or age is None or age > (KEYS_REST_S if anew else KNOWN_S):
            answer = await self._call((await self.description()).jwks_uri, {"Accept": "application/json"})
            self._keys = (self._clock(), _read(answer, _KeyList).keys)
        return self._keys[1]

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Change the code of a login into its tokens."""
        description = await self.description()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = dict(FORM)
        if self._secret and "client_secret_basic" in description.token_endpoint_auth_methods_supported:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields |= {"client_id": self._client_id} | ({"client_secret": self._secret} if self._secret else {})
        answer = await self._call(description.token_endpoint, headers, urlencode(fields).encode())
        if answer.status in (400, 401, 403):
            error = _read(answer, _No).error[:60]
            why: Why = "code" if error == "invalid_grant" else "settings"
            raise LoginRefused(why, f"{answer.url} answered {answer.status}: {error or 'no reason given'}")
        return _read(answer, Tokens)

    async def person(self, access_token: str) -> Mapping[str, Any]:
        """What it says of the person beside the ID token; nothing where it has no such endpoint."""
        endpoint = (await self.description()).userinfo_endpoint
        if endpoint is None or not access_token:
            return {}
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}
        return _read(await self._call(endpoint, headers), dict[str, Any])

    async def _call(self, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Fetched:
        try:
            async with Client(self._settings) as client:
                return await call(client, url, headers, body)
        except TransientError as error:
            raise LoginRefused("away", str(error)) from error
        except PermanentError as error:
            raise LoginRefused("settings", str(error)) from error

    def _check(self, description: Description) -> None:
        if description.issuer != self.issuer:
            raise LoginRefused(
                "settings", f"oidc_issuer is {self.issuer}, but the service calls itself {description.issuer[:200]!r}"
            )
        endpoints = (description.token_endpoint, description.jwks_uri, description.authorization_endpoint)
        for endpoint in (*endpoints, description.userinfo_endpoint, description.end_session_endpoint):
            if endpoint is not None and urlsplit(endpoint).scheme not in ("https", urlsplit(self.issuer).scheme):
                raise LoginRefused("settings", f"the login service names {endpoint[:200]!r}, which is no https address")


def _read(answer: Fetched, shape: type[T]) -> T:
    """An answer in JSON; what it holds is never told, only where it came from and what shape it lacks."""
    if answer.status not in (200, 400, 401, 403) or (answer.status != 200 and shape is not _No):
        raise LoginRefused("settings", f"{answer.url} answered {answer.status}")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LoginRefused("settings", f"{answer.url} answered no JSON as OpenID Connect has it: {error}") from error
