"""Who may do what: rules that turn what a login service says of a person into the desk's own scopes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from services.web.scopes import Scope
from shared.setting_errors import SettingError

ROLE = re.compile(r"(?P<claim>[^=\s][^=]*)=(?P<pattern>.+):(?P<scope>[^:]*)", re.DOTALL)
GIVEN: tuple[Scope, ...] = ("monitor", "admin")  # a browser sees and acts; what pushes is a publisher with a key
LONGEST_NAME = 200


class Role(msgspec.Struct, frozen=True):
    """One rule: whose claim has a value like this pattern has this scope."""

    claim: str
    pattern: re.Pattern[str]
    scope: Scope


def read_roles(texts: Sequence[str]) -> tuple[Role, ...]:
    """Read rules such as `groups=news-desk:admin` and `email=*@example.org:monitor`."""
    return tuple(map(_read_role, texts))


def scopes_for(roles: Iterable[Role], claims: Mapping[str, Any]) -> tuple[Scope, ...]:
    """The scopes that the rules give to a person of whom this is said; none where no rule fits."""
    scopes = {role.scope for role in roles if any(map(role.pattern.fullmatch, values_of(claims, role.claim)))}
    return tuple(scope for scope in GIVEN if scope in scopes)


def values_of(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts of a claim, by its name or its path (`realm_access.roles`).

    An address that its login service has not verified is none: whoever types it into a profile would have its role.
    """
    if name == "email" and claims.get("email_verified") is not True:
        return ()
    value: Any = claims.get(name)
    if name not in claims:
        value = claims
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
    values = value if isinstance(value, list) else [value]
    return tuple(value for value in values if isinstance(value, str))


def name_of(claims: Mapping[str, Any]) -> str:
    """Who it is, for the audit log: the verified address, else the subject. A nickname anybody may change is neither.

    No publisher can be called so: their names have no colon.
    """
    told = next(iter(values_of(claims, "email")), "") or str(claims["sub"])
    return "oidc:" + "".join(sign for sign in told if sign.isprintable())[:LONGEST_NAME]


def _read_role(text: str) -> Role:
    match = ROLE.fullmatch(text)
    if match is None or match["scope"] not in GIVEN:
        raise SettingError(
            f"oidc_roles: {text!r} is no rule: write CLAIM=VALUE:SCOPE with the scope monitor or admin, "
            "as groups=news-desk:admin or email=*@example.org:monitor"
        )
    words = ".*".join(map(re.escape, re.split(r"\*+", match["pattern"])))
    flags = re.DOTALL | (re.IGNORECASE if match["claim"] == "email" else re.NOFLAG)
    return Role(match["claim"], re.compile(words, flags), "admin" if match["scope"] == "admin" else "monitor")
