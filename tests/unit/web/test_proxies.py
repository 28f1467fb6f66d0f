"""Who asks, as proxies tell it: believed from those that are ours, and only as far as they reach."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.keys import Keys
from services.web.links import inner_path
from services.web.pages.render import OWN_ADDRESS
from services.web.proxies import ProxiedRequests, TrustedProxies
from services.web.routes import front_door
from shared.errors import PermanentError
from shared.setting_errors import SettingError
from shared.settings import load
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import KEY, SECRET, a_desk

ROOT = Path(__file__).parents[3]
OURS = TrustedProxies(["10.0.0.0/8", "2001:db8::1"])


def seen(peer: str, *headers: tuple[str, str]) -> tuple[str, str, str]:
    """The client, the scheme and the host of a request that comes from `peer`."""
    lines = [(b"host", b"desk"), *((name.encode(), value.encode("latin-1")) for name, value in headers)]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": lines}
    OURS.see_through(scope)
    return scope["client"][0], scope["scheme"], dict(scope["headers"])[b"host"].decode()


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        pytest.param("192.0.2.9", [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-host", "evil"),
                     ("x-forwarded-proto", "https")], ("192.0.2.9", "http", "desk"), id="a stranger is not believed"),
        pytest.param("10.0.0.1", [], ("10.0.0.1", "http", "desk"), id="a proxy that says nothing"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "198.51.100.1")], ("198.51.100.1", "http", "desk"), id="one hop"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "203.0.113.7, 198.51.100.1, 10.2.2.2")],
                     ("198.51.100.1", "http", "desk"), id="what a stranger wrote before our chain is passed over"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "198.51.100.1")],
                     ("198.51.100.1", "http", "desk"), id="several lines are one chain"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "unknown, 10.2.2.2")], ("10.2.2.2", "http", "desk"),
                     id="as far as it is known"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "198.51.100.1:4711")], ("198.51.100.1", "http", "desk"),
                     id="with a port"),
        pytest.param("::ffff:10.0.0.1", [("x-forwarded-for", "[2001:db8:7::2]:99")], ("2001:db8:7::2", "http", "desk"),
                     id="IPv4 in IPv6, and IPv6 with a port"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https"),
                     ("x-forwarded-host", "evil, news.example:8443")],
                     ("198.51.100.1", "https", "news.example:8443"), id="scheme and host of the nearest"),
        pytest.param("10.0.0.1", [("x-forwarded-host", "evil"), ("x-forwarded-host", "news.example")],
                     ("10.0.0.1", "http", "news.example"), id="of several lines the nearest wrote the last"),
        pytest.param("10.0.0.1", [("x-forwarded-proto", "gopher"), ("x-forwarded-host", "a b")],
                     ("10.0.0.1", "http", "desk"), id="no scheme and no host"),
        pytest.param("2001:db8::1", [("forwarded",
                     'for=203.0.113.7, For="[2001:db8:7::2]:99";proto=https;host=news.example')],
                     ("2001:db8:7::2", "https", "news.example"), id="RFC 7239"),
        pytest.param("10.0.0.1", [("forwarded", 'for="a,b\\";c";proto=http, for=198.51.100.1')],
                     ("198.51.100.1", "http", "desk"), id="marks within quotes"),
        pytest.param("10.0.0.1", [("forwarded", "for=198.51.100.1;;=")], ("10.0.0.1", "http", "desk"),
                     id="a broken one says nothing"),
        pytest.param("10.0.0.1", [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=203.0.113.7;host=evil")],
                     ("198.51.100.1", "http", "desk"), id="beside X-Forwarded-For, Forwarded may be a stranger's"),
    ],
)  # fmt: skip
def test_who_asks(peer: str, headers: list[tuple[str, str]], expected: tuple[str, str, str]) -> None:
    assert seen(peer, *headers) == expected


@given(st.text(st.characters(max_codepoint=255)), st.sampled_from(["forwarded", "x-forwarded-for"]))
def test_no_header_is_ever_an_error(value: str, name: str) -> None:
    seen("10.0.0.1", (name, value))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/desk/v1/articles", "/v1/articles"), ("/desk", "/"), ("/desk/", "/"), ("/v1/articles", "/v1/articles"),
     ("/desktop", "/desktop"), ("/desk/desk/x", "/desk/x")],
)  # fmt: skip
def test_the_path_inside(path: str, expected: str) -> None:
    assert inner_path(path, "/desk") == expected


def test_one_address_behind_proxies_has_half_of_what_may_be_at_work() -> None:
    requests, one, other = ProxiedRequests(4), "192.0.2.1", "192.0.2.2"
    with ExitStack() as stack:
        has_place = [stack.enter_context(requests.counted(client)) for client in (one, one, one, other, "")]
        assert has_place == [True, True, False, True, True]
    with requests.counted(one) as again:
        assert again


def test_links_and_problems_stand_below_the_path_however_the_proxy_asks(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json", listed=SECRET)
    desk = a_desk(keys, public_url="https://news.example/desk/")
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {KEY}", "Content-Type": "text/plain"}) as client:
        whole, taken_away = client.post("/desk/v1/articles", b"Bai"), client.post("/v1/articles", b"Bai 2")
        assert whole.status == taken_away.status == 202
        assert whole.headers["location"].startswith("/desk/v1/receipts/")
        assert whole.json()["links"] == taken_away.json()["links"]
        problem = client.get("/desk/v1/nothing").json()
        assert problem["type"] == "/desk/problems/not-found"
        assert client.get(problem["type"]).status == 200
        page = client.get("/desk/articles", Accept="text/html", Authorization="")
        assert (page.status, page.headers["location"]) == (303, "/desk/login?next=/articles")
        login = client.get("/desk/login", Authorization="").body.decode()
        assert 'action="/desk/login"' in login
        assert 'href="/static' not in login


def test_a_feed_has_whole_addresses_below_the_path_however_the_proxy_asks(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), public_url="https://news.example/desk/")
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {KEY}"}) as client:
        whole, taken_away = client.get("/desk/v1/search.json?q=tin"), client.get("/v1/search.json?q=tin")
    assert whole.json()["feed_url"] == "https://news.example/desk/v1/search.json?q=tin"
    assert (whole.body, whole.headers["etag"]) == (taken_away.body, taken_away.headers["etag"])


@pytest.mark.parametrize(
    "url",
    [
        "news.example/desk",
        "ftp://a/b",
        "https://a/b?c",
        "https://a/b c/",
        "https://a//b",
        'https://a/"',
        "https://a/../b",
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="public_url"):
        load({"public_url": url}, {}, tmp_path)


def test_a_path_that_is_the_desks_own_is_refused(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), public_url="https://news.example/articles/")
    with pytest.raises(PermanentError, match="/articles"):
        front_door(desk.app_state)


def test_a_proxy_that_is_no_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="trusted_proxies"):
        load({"trusted_proxies": "nginx"}, {}, tmp_path)


def test_nothing_names_an_address_of_the_desk_but_by_its_link() -> None:
    told = re.compile(r'(?<!link_to\()f"/(?:v1|articles|static|problems)/|RedirectResponse\(')
    sources = [path for path in (ROOT / "services" / "web").rglob("*.py") if path.name != "responses.py"]
    assert [(path.name, found[0]) for path in sources for found in told.finditer(path.read_text("utf-8"))] == []


def test_no_script_and_no_template_names_one_that_is_not_put_below_the_path() -> None:
    pages = ROOT / "services" / "web" / "pages"
    own = re.compile(r"""(?:fetch|open|EventSource)\(["'`]/|(?<!\w)(?!value=)[\w-]+=["']/(?=\w)""")
    texts = {path.name: OWN_ADDRESS.sub("", path.read_text("utf-8")) for path in pages.rglob("*.[hj]*")}
    assert [(name, found[0]) for name, text in texts.items() for found in own.finditer(text)] == []
