"""Why a login by OpenID Connect came to nothing: what the person is told, and what the log keeps for the operator."""

from typing import Literal, get_args

from shared.errors import PermanentError

Why = Literal["away", "settings", "left", "state", "code", "proof", "role"]
WHYS: tuple[Why, ...] = get_args(Why)
# The status of the page, what happened, and what to do.
TOLD: dict[Why, tuple[int, str]] = {
    "away": (503, "The login service does not answer. Try again in a minute, or log in with a key."),
    "settings": (
        502,
        "The login service and the desk's settings do not fit. Ask the operator to read web's log.",
    ),
    "left": (403, "The login service turned you away, or you left it. Log in again, or with a key."),
    "state": (400, "This login took too long, was used before, or began in another browser. Log in again."),
    "code": (
        400,
        "The login service no longer takes this login's code: it works once, for a short time. Log in again.",
    ),
    "proof": (502, "The login service did not prove who you are. Log in again, or ask the operator to read web's log."),
    "role": (403, "You have no role at this desk. Ask the operator for one (oidc_roles), or log in with a key."),
}


class LoginRefused(PermanentError):
    """A login that was not let in; its message is for the log, and never holds a code, a token or a secret."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.status, self.told = TOLD[why]


class UnknownKey(LoginRefused):
    """No key of the login service's list signed the token: the list may be old."""

    def __init__(self, reason: str) -> None:
        super().__init__("proof", reason)
