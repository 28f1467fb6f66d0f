"""Logging in by a login service: by a real one, and by one that lies in every way that a desk must notice."""

import html
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.ingest.intake import open_archive
from services.web.app import open_state
from services.web.listing import Wanted
from services.web.oidc.login import challenge_of
from services.web.oidc.refusals import TOLD, WHYS, Why
from services.web.pages.oidc_login import COOKIE
from services.web.pages.render import translator
from services.web.sessions import COOKIE as SESSION
from services.web.sessions import TRIES
from shared.ledger import keys
from shared.settings import Settings
from tests.integration.test_article_list import Desk
from tests.integration.test_pages import Answer, Browser, key_with
from tests.integration.test_web import door_of
from tests.oidc.liar import Liar

ROLES = ("groups=news-desk:admin", "email=*@news.example:monitor")
LAN = {"email": "lan@news.example", "email_verified": True, "groups": ["news-desk"]}


@pytest.fixture
def liar() -> Iterator[Liar]:
    liar = Liar()
    liar.claims = dict(LAN)
    yield liar
    liar.close()


def settings_for(settings: Settings, issuer: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "oidc_issuer": issuer,
        "oidc_client_id": "desk",
        "oidc_client_secret": "s & 100 %",
        "oidc_roles": ROLES,
        "public_url": "https://news.example/desk/",
        "allow_networks": ("127.0.0.1",),
    }
    return msgspec.structs.replace(settings, **(given | more))


@pytest.fixture
def desk(settings: Settings, liar: Liar) -> Iterator[Desk]:
    with_service = settings_for(settings, liar.issuer)
    app_state = open_state(with_service, open_archive(with_service))
    with door_of(app_state) as (port, _, _):
        yield Desk(app_state, with_service, port, "")


def begin(browser: Browser, onward: str = "/dead") -> dict[str, str]:
    """Set out for the login service; gives what the browser carries there."""
    led = browser.get(f"/login/oidc/begin?next={onward}")
    assert led.status == 303, led.text
    return {name: values[0] for name, values in parse_qs(urlsplit(led.headers["location"]).query).items()}


def come_back(browser: Browser, liar: Liar, asked: dict[str, str], more: str = "&code=once") -> Answer:
    liar.claims.setdefault("nonce", asked["nonce"])
    return browser.get(f"/login/oidc?state={asked['state']}{more}")


def log_in(desk: Desk, liar: Liar) -> tuple[Browser, Answer]:
    browser = Browser(desk.port)
    return browser, come_back(browser, liar, begin(browser))


def is_refused(browser: Browser, answer: Answer, why: Why) -> bool:
    status, told = TOLD[why]
    page = " ".join(re.sub(r"&#39;", "'", answer.text).split())
    assert (answer.status, told in page) == (status, True), answer.text
    assert 'href="/desk/login/oidc/begin' in page
    return SESSION not in browser.cookies


def test_a_person_comes_in_acts_and_leaves(desk: Desk, liar: Liar) -> None:
    browser = Browser(desk.port)
    form = browser.get("/login?next=/dead").text
    assert f"Log in with {urlsplit(liar.issuer).netloc}" in form
    assert 'href="/desk/login/oidc/begin?next=%2Fdead"' in form
    asked = begin(browser)
    assert asked["redirect_uri"] == "https://news.example/desk/login/oidc"
    assert (asked["tenant"], asked["scope"], asked["code_challenge_method"]) == ("desk", "openid profile email", "S256")
    done = come_back(browser, liar, asked)
    assert done.status == 200
    assert '<meta http-equiv="refresh" content="0; url=/desk/dead">' in done.text
    cookie = done.headers["set-cookie"].lower()
    assert all(part in cookie for part in (SESSION, "httponly", "samesite=strict", "path=/desk/"))
    (_, headers, sent) = next(one for one in liar.asked if one[0] == "/token")
    assert challenge_of(sent["code_verifier"]) == asked["code_challenge"]
    assert headers["authorization"].startswith("Basic ")
    assert "client_secret" not in sent
    desk.take("Bài")
    desk.bury()
    (row,) = desk.app_state.list_articles(Wanted()).rows
    ref = f"{row.article}@{row.rev}"
    assert browser.post("/acts/discard", csrf=browser.csrf(), refs=ref, why="junk").status == 303
    (acted,) = desk.app_state.desk.audit.latest(on=ref)
    assert acted.who == "oidc:lan@news.example"
    assert browser.post("/logout", csrf=browser.csrf()).status == 303
    assert browser.get("/").status == 303


def leave(browser: Browser) -> tuple[str, dict[str, str]]:
    """Log out of the desk; gives where the page leads on to, and what it tells there."""
    answer = browser.post("/logout", csrf=browser.csrf())
    assert browser.get("/").status == 303, "the desk's own session is over"
    if answer.status == 303:
        return answer.headers["location"], {}
    (address,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    asked = urlsplit(html.unescape(address))
    assert f'href="{address}"' in answer.text, "without the leading on it is a link"
    assert 'action="/desk/logout"' not in answer.text, "the page is nobody's any more"
    told = {name: values[0] for name, values in parse_qs(asked.query).items()}
    return f"{asked.scheme}://{asked.netloc}{asked.path}", told


@pytest.mark.parametrize("query", ["", "?tenant=desk"])
def test_who_leaves_the_desk_is_led_to_the_service_to_leave_there_too(desk: Desk, liar: Liar, query: str) -> None:
    liar.about = {"end_session_endpoint": f"{liar.issuer}/out{query}"}
    browser, _ = log_in(desk, liar)
    address, told = leave(browser)
    assert address == f"{liar.issuer}/out"
    assert jwt.decode(told.pop("id_token_hint"), liar.key, algorithms=["RS256"]).claims["sub"] == "lan"
    assert told == {"client_id": "desk", "post_logout_redirect_uri": "https://news.example/desk/login"} | (
        {"tenant": "desk"} if query else {}
    )


def test_a_proof_that_is_too_long_for_an_address_stays_here(desk: Desk, liar: Liar) -> None:
    liar.about = {"end_session_endpoint": f"{liar.issuer}/out"}
    liar.claims |= {"groups": ["news-desk", *(f"group-{number}" for number in range(500))]}
    browser, _ = log_in(desk, liar)
    address, told = leave(browser)
    assert (address, "id_token_hint" in told, told["client_id"]) == (f"{liar.issuer}/out", False, "desk")


def test_who_leaves_is_out_of_the_desk_whatever_the_service_does(settings: Settings, liar: Liar) -> None:
    with_service = settings_for(settings, liar.issuer)
    app_state = open_state(with_service, open_archive(with_service))
    with door_of(app_state) as (port, _, _):
        desk = Desk(app_state, with_service, port, "")
        assert leave(log_in(desk, liar)[0]) == ("/desk/login", {}), "it has no such page"
        by_key = Browser(port)
        liar.about = {"end_session_endpoint": f"{liar.issuer}/out"}
        assert by_key.log_in(key_with(desk, "monitor")).status == 303
        assert leave(by_key) == ("/desk/login", {}), "a key is no login there"
        liar.claims = dict(LAN)
        browser, _ = log_in(desk, liar)
    liar.failing = {"/.well-known/openid-configuration": (503, b"")}
    again = open_state(with_service, open_archive(with_service))  # a door that has not asked the service yet
    with door_of(again) as (port, _, _):
        browser.port = port
        assert leave(browser) == ("/desk/login", {}), "it is away"


def test_a_page_to_leave_that_is_not_https_is_refused(desk: Desk, liar: Liar) -> None:
    liar.about = {"end_session_endpoint": "javascript:alert(1)"}
    browser = Browser(desk.port)
    assert is_refused(browser, browser.get("/login/oidc/begin"), "settings")


def test_the_cookie_of_a_login_under_way_opens_nothing_else(desk: Desk) -> None:
    browser = Browser(desk.port)
    cookie = browser.get("/login/oidc/begin").headers["set-cookie"].lower()
    assert all(part in cookie for part in (COOKIE, "httponly", "samesite=lax", "path=/desk/login/oidc", "max-age=600"))
    assert browser.get("/").status == 303


def test_who_may_only_look_cannot_act_and_nobody_pushes(desk: Desk, liar: Liar) -> None:
    liar.claims["groups"] = ["sport"]
    browser, _ = log_in(desk, liar)
    assert browser.get("/").status == 200
    assert browser.post("/acts/resume", csrf=browser.csrf(), refs="push:hue", why="x").status == 403
    assert browser.send("POST", "/v1/articles", b"Hue", {"Content-Type": "text/plain"}).status == 403


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "lan@evil.example", "groups": []}, id="nothing fits"),
        pytest.param({"email_verified": False, "groups": []}, id="an address nobody verified"),
        pytest.param({"email_verified": "true", "groups": "sport"}, id="verified by a word"),
        pytest.param({"groups": [{"news-desk": 1}], "email": None}, id="no text"),
    ],
)
def test_who_has_no_role_is_told_so(desk: Desk, liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims |= claims
    assert is_refused(*log_in(desk, liar), "role")


def test_what_the_token_does_not_say_is_asked_for(desk: Desk, liar: Liar) -> None:
    liar.claims = {}
    liar.person = {"sub": "lan"} | LAN
    browser, done = log_in(desk, liar)
    assert done.status == 200
    assert "oidc:lan@news.example" in browser.get("/").text
    (_, headers, _) = next(one for one in liar.asked if one[0] == "/me")
    assert headers["authorization"] == "Bearer for-me"
    liar.claims = {}
    liar.person["sub"] = "somebody else"
    assert is_refused(*log_in(desk, liar), "proof")


def test_what_the_token_says_stands_against_what_is_told_beside_it(desk: Desk, liar: Liar) -> None:
    liar.claims = {"groups": ["sport"]}
    liar.person = {"sub": "lan"} | LAN
    browser, done = log_in(desk, liar)
    assert done.status == 200
    assert browser.post("/acts/resume", csrf=browser.csrf(), refs="push:hue", why="x").status == 403


def test_a_service_that_wants_the_secret_in_the_form_has_it_there(desk: Desk, liar: Liar) -> None:
    liar.about["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert log_in(desk, liar)[1].status == 200
    (_, headers, sent) = next(one for one in liar.asked if one[0] == "/token")
    assert "authorization" not in headers
    assert (sent["client_id"], sent["client_secret"]) == ("desk", "s & 100 %")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"nonce": "of another login"}, id="nonce of another login"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"aud": "another"}, id="another audience"),
        pytest.param({"aud": ["desk", "another"]}, id="several audiences and no azp"),
        pytest.param({"aud": ["desk", "another"], "azp": "another"}, id="made for another"),
        pytest.param({"azp": "another"}, id="asked for by another"),
        pytest.param({"exp": time.time() - 3600}, id="over"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"iat": None}, id="without a beginning"),
        pytest.param({"iat": time.time() + 3600}, id="of the future"),
        pytest.param({"sub": None}, id="of nobody"),
        pytest.param({"sub": 7}, id="of a number"),
    ],
)
def test_a_token_that_proves_nothing_lets_nobody_in(desk: Desk, liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims |= claims
    assert is_refused(*log_in(desk, liar), "proof")


def test_a_nonce_among_others_is_none(desk: Desk, liar: Liar) -> None:
    browser = Browser(desk.port)
    asked = begin(browser)
    liar.claims["nonce"] = [asked["nonce"], "of another login"]
    assert is_refused(browser, come_back(browser, liar, asked), "proof")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_private_keys_signature_lets_nobody_in(desk: Desk, liar: Liar, algorithm: str) -> None:
    liar.algorithm = algorithm
    liar.about["id_token_signing_alg_values_supported"] = ["RS256", "HS256", "none"]
    assert is_refused(*log_in(desk, liar), "proof")


def test_an_algorithm_that_the_service_does_not_announce_is_not_taken(desk: Desk, liar: Liar) -> None:
    liar.about["id_token_signing_alg_values_supported"] = ["ES256"]
    assert is_refused(*log_in(desk, liar), "proof")


def test_a_key_that_the_service_does_not_list_lets_nobody_in(desk: Desk, liar: Liar) -> None:
    liar.listed = [RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"}, auto_kid=False)]
    assert is_refused(*log_in(desk, liar), "proof")
    liar.listed = []
    assert is_refused(*log_in(desk, liar), "proof")


def test_a_key_for_encryption_beside_that_for_signatures_confuses_nobody(desk: Desk, liar: Liar) -> None:
    other = RSAKey.generate_key(2048, parameters={"use": "enc"}, auto_kid=False)
    liar.key = RSAKey.generate_key(2048, parameters={"use": "sig"}, auto_kid=False)
    liar.listed, liar.header = [other, liar.key], {}
    assert log_in(desk, liar)[1].status == 200


def test_keys_are_kept_and_asked_for_anew_when_the_service_has_changed_them(desk: Desk, liar: Liar) -> None:
    for _ in range(2):
        liar.claims = dict(LAN)
        assert log_in(desk, liar)[1].status == 200
    assert (liar.paths().count("/jwks"), liar.paths().count("/.well-known/openid-configuration")) == (1, 1)
    liar.key = RSAKey.generate_key(2048, parameters={"kid": "two", "use": "sig"}, auto_kid=False)
    liar.listed, liar.header, liar.claims = [liar.key], {"kid": "two"}, dict(LAN)
    oidc = desk.app_state.oidc
    assert oidc is not None
    assert is_refused(*log_in(desk, liar), "proof")  # asked for less than a minute ago
    oidc.provider._clock = lambda: time.monotonic() + 120
    liar.claims = dict(LAN)
    assert log_in(desk, liar)[1].status == 200


@pytest.mark.parametrize(
    ("path", "status", "body", "why"),
    [
        ("/token", 400, b'{"error": "invalid_grant"}', "code"),
        ("/token", 401, b'{"error": "invalid_client"}', "settings"),
        ("/token", 200, b'{"access_token": "no proof"}', "settings"),
        ("/token", 200, b"<html>", "settings"),
        ("/token", 302, b"", "settings"),
        ("/token", 503, b"", "away"),
        ("/jwks", 500, b"", "away"),
        ("/jwks", 200, b'{"keys": [{"kty": "RSA", "n": "x"}]}', "proof"),
        ("/jwks", 404, b"", "settings"),
    ],
)
def test_what_goes_wrong_at_the_service_is_told(
    desk: Desk, liar: Liar, path: str, status: int, body: bytes, why: Why, capfd: pytest.CaptureFixture[str]
) -> None:
    liar.failing[path] = (status, body)
    assert is_refused(*log_in(desk, liar), why)
    logged = capfd.readouterr().err
    for secret in ("s & 100 %", "for-me", "code=once", "no proof", "nonce"):
        assert secret not in logged


def test_a_service_that_is_away_or_another_one_is_told_before_anybody_sets_out(desk: Desk, liar: Liar) -> None:
    browser = Browser(desk.port)
    liar.failing["/.well-known/openid-configuration"] = (503, b"")
    assert is_refused(browser, browser.get("/login/oidc/begin"), "away")
    liar.failing.clear()
    for about in ({"issuer": "https://evil.example"}, {"token_endpoint": "ftp://evil.example"}, {"jwks_uri": None}):
        liar.about = dict(about)
        assert is_refused(browser, browser.get("/login/oidc/begin"), "settings")


def test_an_answer_counts_once_for_one_browser_within_its_time(desk: Desk, liar: Liar) -> None:
    browser, other = Browser(desk.port), Browser(desk.port)
    asked = begin(browser)
    assert come_back(browser, liar, asked).status == 200
    browser.cookies.pop(SESSION)
    assert is_refused(browser, come_back(browser, liar, asked), "state")
    begin(other)
    assert is_refused(other, come_back(other, liar, begin(browser)), "state")
    client = desk.ledger.client
    before = set(client.keys(keys.pending_login("*")))
    asked = begin(browser)
    (place,) = set(client.keys(keys.pending_login("*"))) - before
    assert 0 < client.ttl(place) <= 600
    client.delete(place)  # as its end does
    assert is_refused(browser, come_back(browser, liar, asked), "state")
    assert is_refused(browser, browser.get("/login/oidc?code=once"), "state")
    assert liar.paths().count("/token") == 1


def test_who_leaves_the_service_or_is_turned_away_is_told(desk: Desk, liar: Liar) -> None:
    for more, why in (("&error=access_denied", "left"), ("&error=invalid_scope", "settings"), ("", "settings")):
        browser = Browser(desk.port)
        assert is_refused(browser, come_back(browser, liar, begin(browser), more), why)  # type: ignore[arg-type]


def test_the_answer_of_another_service_is_not_taken(desk: Desk, liar: Liar) -> None:
    browser = Browser(desk.port)
    answer = come_back(browser, liar, begin(browser), "&code=once&iss=https://evil.example")
    assert is_refused(browser, answer, "proof")
    assert "/token" not in liar.paths()


def test_a_service_that_names_itself_in_each_answer_must_do_so(desk: Desk, liar: Liar) -> None:
    liar.about["authorization_response_iss_parameter_supported"] = True
    assert is_refused(*log_in(desk, liar), "proof")
    browser = Browser(desk.port)
    assert come_back(browser, liar, begin(browser), f"&code=once&iss={liar.issuer}").status == 502  # nonce of the first
    liar.claims.pop("nonce")
    assert come_back(browser, liar, begin(browser), f"&code=once&iss={liar.issuer}").status == 200


def test_who_tries_too_often_must_wait_and_a_key_still_opens(desk: Desk) -> None:
    browser = Browser(desk.port)
    tries = [browser.get("/login/oidc/begin").status for _ in range(TRIES + 2)]
    assert tries == [303] * TRIES + [429, 429]
    assert browser.log_in(key_with(desk, "monitor")).status == 303


def test_an_office_behind_one_address_comes_in_one_by_one(desk: Desk, liar: Liar) -> None:
    for _ in range(TRIES + 2):
        liar.claims = dict(LAN)
        assert log_in(desk, liar)[1].status == 200


def test_a_session_ends_in_its_time_and_with_another_setup(settings: Settings, liar: Liar) -> None:
    with_service = settings_for(settings, liar.issuer, oidc_session_s=900)
    app_state = open_state(with_service, open_archive(with_service))
    with door_of(app_state) as (port, _, _):
        desk = Desk(app_state, with_service, port, "")
        browser, done = log_in(desk, liar)
        assert "max-age=900" in done.headers["set-cookie"].lower()
        (place,) = desk.ledger.client.keys(keys.session("*"))
        assert 0 < desk.ledger.client.ttl(place) <= 900
    for changes in ({"oidc_roles": ("email=*@other.example:monitor",)}, {"oidc_issuer": None}):
        other = msgspec.structs.replace(with_service, **changes)
        again = open_state(other, open_archive(other))
        assert again.sessions.find(browser.cookies[SESSION]) is None
        again.close()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_login_leads_to_no_other_site(desk: Desk, liar: Liar, onward: str) -> None:
    browser = Browser(desk.port)
    assert "url=/desk/&#34;" in come_back(browser, liar, begin(browser, onward)).text.replace('"', "&#34;")


def test_without_a_login_service_there_is_no_such_way(settings: Settings) -> None:
    app_state = open_state(settings, open_archive(settings))
    with door_of(app_state) as (port, _, _):
        browser = Browser(port)
        desk = Desk(app_state, settings, port, "")
        key_with(desk, "monitor")
        assert "Log in with" not in browser.get("/login").text.replace("Log in with a key", "")
        assert browser.get("/login/oidc/begin").status == browser.get("/login/oidc?code=x").status == 404


def test_a_private_address_needs_the_operators_word(settings: Settings, liar: Liar) -> None:
    shut = settings_for(settings, liar.issuer, allow_networks=())
    with door_of(open_state(shut, open_archive(shut))) as (port, _, _):
        browser = Browser(port)
        assert is_refused(browser, browser.get("/login/oidc/begin"), "settings")
    assert liar.asked == []


@pytest.mark.parametrize("why", WHYS)
def test_every_refusal_is_told_in_vietnamese(why: Why) -> None:
    assert translator("vi")(TOLD[why][1]) != TOLD[why][1]
