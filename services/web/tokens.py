"""Keys and secrets as they are handed over, with enough chance that nobody guesses one."""

import base64
import binascii
import secrets
import string

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_BYTES, KEY_DIGITS = 32, 43
PREFIX = "whsec_"
SECRET_BYTES, LEAST_SECRET_BYTES = 32, 24
LIVE_SECRETS = 2


def make_token(name: str) -> str:
    """`cd_hue-daily_…`."""
    return f"cd_{name}_{base62(secrets.token_bytes(KEY_BYTES))}"


def base62(raw: bytes) -> str:
    """Bytes as digits and letters only, so that a double click selects the whole key."""
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits.rjust(KEY_DIGITS, "0")


def make_secret() -> str:
    """A secret as it is handed over: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_bytes(secret: str) -> bytes | None:
    """The key of the HMAC; None for what is no secret of this kind, or too short to be one."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= LEAST_SECRET_BYTES else None
