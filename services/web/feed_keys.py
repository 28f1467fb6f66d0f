"""Keys as readers of feeds can send them: with the name and password of HTTP's own login, or in the address itself.

A feed reader sends no bearer. It may keep a name and a password (the key is the password), or it knows the address
alone: such a key has the scope `feeds` and no other, as addresses stand in logs, histories and lists that people share.
"""

import base64
import binascii

from starlette.datastructures import Headers, QueryParams

from services.web.keys import Key
from services.web.problems import Problem
from services.web.scopes import IN_ADDRESSES

BELOW = ("/v1/feeds", "/v1/search.")
IN_ADDRESS = "key"
CHALLENGE = 'Bearer realm="copydesk", Basic realm="copydesk", charset="UTF-8"'
LONGEST_KEY = 200


def is_feed(path: str) -> bool:
    """Is it an address that feed readers ask?"""
    return path.startswith(BELOW)


def token_of(headers: Headers, query: QueryParams) -> str:
    """The key that came along: as a bearer, as the password of Basic (RFC 7617), or in the address; else ""."""
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _password(sent.strip())
    if scheme.lower() == "bearer":
        return sent.strip()
    return query.get(IN_ADDRESS, "")[:LONGEST_KEY] if not scheme else ""


def refuse_wide(key: Key, headers: Headers) -> None:
    """Raise `Problem` for a key in an address that may do more than read feeds."""
    if "authorization" not in headers and key.publisher.scopes != IN_ADDRESSES:
        raise Problem(
            "unauthorized",
            "A key that stands in an address may have the scope feeds and no other.",
            headers={"WWW-Authenticate": CHALLENGE},
        )


def _password(encoded: str) -> str:
    try:
        login = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return login.partition(":")[2]
