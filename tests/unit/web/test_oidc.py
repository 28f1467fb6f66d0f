"""Who comes in by a login service, and as what: the rules, the settings, the token's own faults."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from services.web.oidc.login import challenge_of
from services.web.oidc.refusals import LoginRefused
from services.web.oidc.roles import name_of, read_roles, scopes_for
from services.web.oidc.setup import open_login
from services.web.oidc.tokens import read_id_token
from shared.identity import PUBLISHER
from shared.setting_errors import SettingError
from shared.settings import Settings, load

GOOD = Settings(
    oidc_issuer="https://login.example/realms/news",
    oidc_client_id="desk",
    oidc_roles=("groups=news-desk:admin",),
    public_url="https://news.example/",
)
DN = "cn=news desk,ou=groups,dc=example"


@pytest.mark.parametrize(
    ("rule", "claims", "fits"),
    [
        pytest.param("groups=news-desk:admin", {"groups": ["sport", "news-desk"]}, True, id="one of several"),
        pytest.param("groups=news-desk:admin", {"groups": "news-desk"}, True, id="a single text"),
        pytest.param("groups=news-desk:admin", {"groups": ["news-desk-2"]}, False, id="a longer name is another"),
        pytest.param("groups=news-desk:admin", {"groups": ["News-desk"]}, False, id="groups are told apart by case"),
        pytest.param(f"groups={DN}:admin", {"groups": [DN]}, True, id="a name with = and commas"),
        pytest.param("groups=a:b:admin", {"groups": ["a:b"]}, True, id="a name with a colon"),
        pytest.param("realm_access.roles=desk:admin", {"realm_access": {"roles": ["desk"]}}, True, id="a path"),
        pytest.param("https://x.example/g=desk:admin", {"https://x.example/g": ["desk"]}, True, id="an address"),
        pytest.param("realm_access.roles=desk:admin", {"realm_access": ["roles"]}, False, id="a path that ends early"),
        pytest.param("email=*@news.example:admin", {"email": "Lan@News.Example", "email_verified": True}, True,
                     id="addresses have no case"),
        pytest.param("email=*@news.example:admin", {"email": "lan@news.example"}, False, id="not verified"),
        pytest.param("email=*@news.example:admin", {"email": "a@news.example.evil", "email_verified": True}, False,
                     id="a longer host is another"),
        pytest.param("email=*@news.example:admin", {"email": "a@newsXexample", "email_verified": True}, False,
                     id="a dot is a dot"),
        pytest.param("sub=*:admin", {"sub": "7"}, True, id="everybody"),
        pytest.param("groups=*:admin", {}, False, id="no such claim"),
    ],
)  # fmt: skip
def test_a_rule_fits_whom_it_names(rule: str, claims: dict[str, Any], fits: bool) -> None:
    assert scopes_for(read_roles([rule]), claims) == (("admin",) if fits else ())


def test_all_rules_that_fit_count() -> None:
    rules = read_roles(["groups=a:monitor", "groups=b:admin", "groups=c:monitor"])
    assert scopes_for(rules, {"groups": ["a", "b"]}) == ("monitor", "admin")
    assert scopes_for(rules, {"groups": ["c"]}) == ("monitor",)


@pytest.mark.parametrize(
    "rule", ["", "groups", "groups=desk", "groups=desk:push", "=desk:admin", "groups=:admin", "a=b:"]
)
def test_what_is_no_rule_is_refused_with_an_example(rule: str) -> None:
    with pytest.raises(SettingError, match=r"is no rule: write CLAIM=VALUE:SCOPE"):
        read_roles([rule])


@given(st.text(), st.booleans(), st.text(min_size=1))
def test_a_persons_name_is_printable_short_and_never_a_publishers(email: str, verified: bool, sub: str) -> None:
    name = name_of({"email": email, "email_verified": verified, "sub": sub, "preferred_username": "admin"})
    assert name.startswith("oidc:")
    assert name.isprintable()
    assert len(name) <= 205
    assert PUBLISHER.fullmatch(name) is None


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.text(), st.lists)))
def test_whatever_a_service_says_is_read_or_fits_nothing(claims: dict[str, Any]) -> None:
    scopes_for(read_roles(["groups=desk:admin", "a.b=c:monitor", "email=*:monitor"]), claims)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"oidc_client_id": None}, "needs oidc_client_id"),
        ({"oidc_roles": ()}, "needs oidc_roles"),
        ({"public_url": None}, "needs public_url"),
        ({"oidc_roles": ("groups=desk:push",)}, "is no rule"),
        ({"oidc_issuer": "http://login.example"}, "must be an https address"),
        ({"oidc_issuer": "https://login.example/?tenant=1"}, "without a name, a query"),
        ({"oidc_issuer": "https://desk:secret@login.example/"}, "must be an https address"),
        ({"oidc_issuer": "login.example"}, "must be an https address"),
    ],
)
def test_a_setup_that_cannot_work_is_refused_at_the_start(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        open_login(msgspec.structs.replace(GOOD, **changes), redis.Redis())


def test_a_login_service_is_opened_only_where_one_is_set() -> None:
    assert open_login(Settings(), redis.Redis()) is None
    oidc = open_login(GOOD, redis.Redis())
    assert oidc is not None
    assert oidc.host == "login.example"


def test_without_the_package_the_front_door_says_which_one_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("login", "tokens"):
        monkeypatch.delitem(sys.modules, f"services.web.oidc.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "joserfc", None)  # as where it is not installed
    with pytest.raises(SettingError, match=r"joserfc is not installed: install copydesk\[oidc\], or take"):
        open_login(GOOD, redis.Redis())


def test_rules_in_the_environment_are_parted_by_spaces_since_names_of_groups_hold_commas() -> None:
    loaded = load(environ={"COPYDESK_OIDC_ROLES": "groups=cn=desk,ou=x:admin email=*@news.example:monitor"})
    assert loaded.settings.oidc_roles == ("groups=cn=desk,ou=x:admin", "email=*@news.example:monitor")


def test_a_challenge_is_the_one_of_rfc_7636() -> None:  # its appendix B
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "keys", [[], [{"kty": "oct", "k": "c2VjcmV0"}], [{"kty": "RSA"}], [{"kty": "RSA", "use": "enc"}]]
)
@given(token=st.text() | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_any_text_as_a_token_is_refused_never_raised(keys: Sequence[dict[str, Any]], token: str) -> None:
    with pytest.raises(LoginRefused):
        read_id_token(token, keys, algorithms=["RS256"], issuer="i", client_id="desk", nonce="n")


def test_a_desk_without_a_login_service_loads_nothing_of_it() -> None:
    program = (
        "import sys, services.web.app; "
        "print([name for name in ('joserfc', 'httpx', 'services.web.oidc.login') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
