"""Signed pushes, as Standard Webhooks has them: the key says who sends, the signature that the body is theirs.

Signed is `id.timestamp.body`, the bytes as they are sent; a signature is good for one of a key's two newest secrets.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from services.web.problems import Problem, in_header
from services.web.tokens import secret_bytes

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
VERSION = "v1"
TOLERANCE_S = 300
LONGEST_ID, MOST_SIGNATURES = 256, 10
CHALLENGE = 'Bearer realm="copydesk", error="invalid_token", error_description="signature"'


class SignatureCheck:
    """The signature of one request, checked while its body comes.

    Raises `Problem` at once where its headers cannot be right, and at the end where the body is another one.
    """

    def __init__(self, headers: Mapping[str, str], live: Sequence[str], now_s: float) -> None:
        missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name, "").strip()]
        if missing:
            raise _unsigned(f"No {' and no '.join(missing)} came along: this key signs what it sends.", missing[0])
        self.id, stamp = headers[ID].strip(), headers[TIMESTAMP].strip()
        if len(self.id) > LONGEST_ID or not self.id.isprintable():
            raise _unsigned(f"{ID} must be 1 to {LONGEST_ID} printable characters.", ID)
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16):
            raise _unsigned(f"{TIMESTAMP} must be the seconds since 1970, as 1700000000.", TIMESTAMP)
        if abs(now_s - int(stamp)) > TOLERANCE_S:
            ahead = "ahead of" if int(stamp) > now_s else "behind"
            detail = f"{TIMESTAMP} is {abs(now_s - int(stamp)):.0f} s {ahead} the desk's clock; {TOLERANCE_S} may be."
            raise _unsigned(detail, TIMESTAMP)
        said = (part.partition(",") for part in headers[SIGNATURE].split()[:MOST_SIGNATURES])
        self._said = [_decoded(text) for version, _, text in said if version == VERSION]
        begun = f"{self.id}.{stamp}.".encode("latin-1", "replace")
        keys = [key for key in map(secret_bytes, live) if key is not None]
        self._sums = [hmac.new(key, begun, hashlib.sha256) for key in keys]

    def update(self, piece: bytes) -> None:
        """One more piece of the body, as it was sent."""
        for running in self._sums:
            running.update(piece)

    def finish(self) -> None:
        """The body has ended; raises `Problem` where no secret of the key signed it."""
        right = [running.digest() for running in self._sums]
        if not any(hmac.compare_digest(one, other) for one in right for other in self._said):
            detail = f"{SIGNATURE} is of another body, id, time or secret: sign id.timestamp.body as it is sent."
            raise _unsigned(detail, SIGNATURE)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unsigned(detail: str, header: str) -> Problem:
    return Problem("unsigned", detail, at=in_header(header), headers={"WWW-Authenticate": CHALLENGE})
