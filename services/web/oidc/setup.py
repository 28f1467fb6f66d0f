"""Is there a login service, and can its settings work? What it takes is loaded only where one is set."""

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import redis

from services.web.oidc.pending import PendingLogins
from services.web.oidc.roles import read_roles
from shared.setting_errors import SettingError
from shared.settings import Settings

if TYPE_CHECKING:
    from services.web.oidc.login import OidcLogin

CALLBACK = "/login/oidc"
LEFT = "/login"  # where the service sends whoever has logged out there
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def open_login(settings: Settings, client: redis.Redis) -> "OidcLogin | None":
    """The way in that the settings name; None where they name none. Raises `SettingError` for what cannot work."""
    if settings.oidc_issuer is None:
        return None
    _check_issuer(settings.oidc_issuer)
    _check_rest(settings)
    try:
        login = import_module("services.web.oidc.login")
    except ModuleNotFoundError as error:
        raise SettingError(
            f"oidc_issuer is set, but the package {error.name} is not installed: install copydesk[oidc], "
            "or take oidc_issuer away"
        ) from error
    opened: OidcLogin = login.OidcLogin(settings, read_roles(settings.oidc_roles), PendingLogins(client))
    return opened


def setup_of(settings: Settings) -> str:
    """A digest of what decides who comes in by OpenID Connect: sessions that began under another one are over."""
    if settings.oidc_issuer is None:
        return ""
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_roles)
    return hashlib.sha256(msgspec.json.encode(given)).hexdigest()[:16]


def _check_issuer(issuer: str) -> None:
    try:
        url = urlsplit(issuer)
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        is_plain = bool(url.hostname) and url.port != 0 and not (url.username or url.query or url.fragment)
    except ValueError:  # a port that is no number, brackets that do not close
        is_safe = is_plain = False
    if not is_safe or not is_plain:
        raise SettingError(
            "oidc_issuer must be an https address without a name, a query or a fragment, such as "
            "https://login.example/realms/news (http on this machine only)"
        )


def _check_rest(settings: Settings) -> None:
    for name, use in (
        ("oidc_client_id", "the name under which the login service knows the desk"),
        ("oidc_roles", "who may do what, as groups=news-desk:admin; without one nobody could log in"),
        ("public_url", f"where people see the desk: the login service sends them back to it, at {CALLBACK}"),
    ):
        if not getattr(settings, name):
            raise SettingError(f"oidc_issuer is set, and needs {name}: {use}")
