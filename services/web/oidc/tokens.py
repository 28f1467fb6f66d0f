"""The ID token: who signed it, for whom, for which login, and until when (OpenID Connect Core, 3.1.3.7)."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.web.oidc.refusals import LoginRefused, UnknownKey

# Only what a private key of the login service signs: with `none`, or a public key as an HS256 secret, anybody could.
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
KINDS = frozenset({"RSA", "EC", "OKP"})
CLOCKS_APART_S = 60
LONGEST = 64 * 1024


def read_id_token(
    token: str,
    keys: Sequence[Mapping[str, Any]],
    *,
    algorithms: Sequence[str],
    issuer: str,
    client_id: str,
    nonce: str,
    clock: Callable[[], float] = time.time,
) -> Mapping[str, Any]:
    """What the token says of the person; raises `LoginRefused` with what is wrong with it."""
    try:
        claims = _verified(token, keys, [name for name in SIGNED if name in algorithms])
        jwt.JWTClaimsRegistry(
            now=int(clock()),
            leeway=CLOCKS_APART_S,
            iss={"essential": True, "value": issuer},
            sub={"essential": True},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except JoseError as error:
        raise LoginRefused("proof", f"the ID token is not good: {error}") from error
    _check_parties(claims, client_id, nonce)
    return claims


def _verified(token: str, keys: Sequence[Mapping[str, Any]], algorithms: Sequence[str]) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise LoginRefused("proof", f"the ID token has more than {LONGEST} characters")
    fit = [dict(key) for key in keys if key.get("kty") in KINDS and key.get("use", "sig") == "sig"]
    if not fit:
        raise UnknownKey("the login service has no public key for signatures in its list")
    try:
        return jwt.decode(token, KeySet.import_key_set({"keys": fit}), algorithms=algorithms).claims
    except JoseError as error:
        if error.error in ("invalid_key_id", "bad_signature"):
            raise UnknownKey(f"the ID token is signed by no key of the login service: {error}") from error
        raise
    except ValueError as error:  # a key of the list that is none
        raise LoginRefused("proof", f"the keys of the login service cannot be read: {type(error).__name__}") from error


def _check_parties(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    """What a registry of claims takes more loosely than OpenID Connect: single texts, and of which client."""
    if claims["nonce"] != nonce or not isinstance(claims["sub"], str) or not claims["sub"]:
        raise LoginRefused("proof", "the ID token is not good: nonce must be the one of this login, and sub a text")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id if len(audience) == 1 else "") != client_id:
        raise LoginRefused("proof", "the ID token is not good: it was made for another client (azp)")
