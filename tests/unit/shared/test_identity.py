"""How addresses are spelled: one page has one spelling, two pages never share one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.identity import (
    COMMAND_LINE,
    address_alias,
    address_fault,
    article_id,
    article_uri,
    canonical_prefix,
    canonical_url,
    clean_link,
    content_hash,
    covers,
    feed_id,
    guid_alias,
    has_login,
    host_of,
    is_page,
    names_of,
    without_login,
)

WORD = st.text("abcxyz0189-_.~%", min_size=1, max_size=6).filter(lambda word: word.strip("."))
PATHS = st.lists(WORD, max_size=3).map(lambda words: "/" + "/".join(words))
QUERIES = st.dictionaries(st.text("abc", min_size=1, max_size=3), WORD, max_size=4)
TRACKING = st.sampled_from(["utm_source=feed", "fbclid=1", "gclid=x&utm_medium=rss", "UTM_Campaign=a"])


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("HTTP://News.Example:80/A?b=1&utm_medium=x#top", "https://news.example/A?b=1"),
        ("https://news.example:443", "https://news.example/"),
        ("http://news.example/a/", "https://news.example/a"),
        ("http://www.news.example/a?z=1&a=2", "https://news.example/a?a=2&z=1"),
        ("https://news.example:8443/?a=&fbclid=1&b", "https://news.example:8443/?a=&b"),
        ("http://news.example/?q=h%E1%BB%99i%20utm_x", "https://news.example/?q=h%E1%BB%99i%20utm_x"),
        ("http://news.example/?page=2", "https://news.example/?page=2"),
        ("https://anna:secret@news.example./a/../b/./c", "https://news.example/b/c"),
        ("http://news.example/%7Eb%c3%a0i/a%2Fb?q=%e1", "https://news.example/~b%C3%A0i/a%2Fb?q=%E1"),
        ("http://news.example/bài?q=ệ", "https://news.example/b%C3%A0i?q=%E1%BB%87"),
        ("http://bücher.example/%2e%2e/a/..", "https://xn--bcher-kva.example/"),
        ("urn:news:1/", "urn:news:1/"),
        ("HTTP://::", "https:///"),
        ("http://[::1/", None),
        (None, None),
    ],
)
def test_canonical_url(link: str | None, expected: str | None) -> None:
    assert canonical_url(link) == expected


@pytest.mark.parametrize("unseen", ["\t", "\r", "\n", "\r\n"])
def test_no_login_hides_behind_what_browsers_pass_over(unseen: str) -> None:
    link = f"https:{unseen}//anna:sec{unseen}ret@a.example/1"
    assert clean_link(link) == article_uri(link) == "https://a.example/1"


@given(st.one_of(st.text(max_size=60), st.builds("http://{}{}".format, WORD, st.text(max_size=30))))
@example("HTTP:\r@")
def test_cleaning_a_link_twice_is_cleaning_it_once(link: str) -> None:
    assert clean_link(clean_link(link)) == clean_link(link)
    assert canonical_url(canonical_url(link)) == canonical_url(link)
    assert article_uri(article_uri(link)) == article_uri(link)


@given(PATHS, QUERIES, TRACKING)
def test_every_spelling_of_a_page_is_one_address(path: str, query: dict[str, str], track: str) -> None:
    pieces = [f"{name}={value}" for name, value in query.items()]
    plain = canonical_url(f"https://news.example{path}?{'&'.join(pieces)}")
    for scheme in ("http", "HTTPS"):
        for host in ("news.example", "WWW.news.example", "www.News.Example:" + ("80" if scheme == "http" else "443")):
            shuffled = list(reversed(pieces))
            for end in ("", "/"):
                asked = f"{scheme}://{host}{path}{end}?{'&'.join([track, *shuffled])}#part"
                assert canonical_url(asked) == plain


@given(PATHS, PATHS, QUERIES, QUERIES)
def test_two_paths_or_two_queries_are_two_addresses(
    path: str, other: str, query: dict[str, str], another: dict[str, str]
) -> None:
    spelled = [
        canonical_url(f"http://news.example{at}?{'&'.join(f'{name}={value}' for name, value in asked.items())}")
        for at, asked in ((path, query), (other, another))
    ]
    same = path.rstrip("/") == other.rstrip("/") and query == another
    assert (spelled[0] == spelled[1]) is same


def test_a_subdomain_and_a_port_are_other_places() -> None:
    assert canonical_url("http://m.news.example/a") != canonical_url("http://news.example/a")
    assert canonical_url("http://news.example:8080/a") != canonical_url("http://news.example/a")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param(
            "https://a.example/x?utm_source=f&id=7#top", "https://a.example/x?id=7", id="tracking and fragment go"
        ),
        pytest.param(
            "https://a.example/x?id=7&page=2", "https://a.example/x?id=7&page=2", id="what tells pages apart stays"
        ),
        pytest.param("https://[broken", "https://[broken", id="no address at all stays as it is"),
        pytest.param(None, None, id="none"),
    ],
)
def test_article_uri(link: str | None, expected: str | None) -> None:
    assert article_uri(link) == expected


def test_a_page_is_the_same_for_all_and_another_uri_its_publishers_own() -> None:
    assert address_alias("http://hue.example/1/", "hue") == address_alias("https://www.hue.example/1", COMMAND_LINE)
    assert address_alias("urn:1", "hue") != address_alias("urn:1", "hanoi")
    assert address_alias("urn:1", COMMAND_LINE) == "uri:urn:1"


def test_a_very_long_guid_is_shortened() -> None:
    assert len(guid_alias("f", "x" * 100_000)) < 100


def test_what_a_person_calls_an_article_finds_it_however_it_is_spelled() -> None:
    assert "url:https://hue.example/1" in names_of("http://www.hue.example/1/?utm_source=x")
    assert "url:https://hue.example/1" in names_of("url:http://hue.example/1")


@pytest.mark.parametrize(
    ("address", "host"),
    [("http://www.hue.example:80/a", "hue.example"), ("urn:x:1", None), (None, None), ("a/b", None)],
)
def test_the_host_of_an_address(address: str | None, host: str | None) -> None:
    assert host_of(address) == host


def test_ids_stay_what_they_were() -> None:
    """Archived articles and feeds are known by these for ever."""
    assert article_id(("url:http://hue.example/1",), "x") == "kiifw763m76ewbdsxo5d6b4mkz"
    assert article_id((), "sha256:0") == "3ww4neempapqe6zsh7aghnannl"
    assert feed_id("http://hue.example/feed") == "ftigaspkc5pg4"
    assert (
        content_hash("Text/Plain; charset=x", b"a")
        == "sha256:74f8caf89a5a7bdb1e6d0d0b799d9aa80a065a81cd19a26417e312b50bb9ca09"
    )
    assert not is_page("http://[")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://anna:secret@news.example/a", "https://news.example/a"),
        ("HTTPS://anna@news.example", "https://news.example"),
        ("https://a@b:c@news.example/a", "https://news.example/a"),
        ("https://news.example//@anna", "https://news.example//@anna"),
        ("https://news.example/?to=anna@news.example", "https://news.example/?to=anna@news.example"),
        ("mailto:anna@news.example", "mailto:anna@news.example"),
        ("https://medium.example/@anna/1", "https://medium.example/@anna/1"),
    ],
)
def test_no_address_is_shown_with_a_login_in_it(said: str, shown: str) -> None:
    assert clean_link(said) == article_uri(said) == shown
    assert without_login(f"from {said} on").lower() == f"from {shown} on".lower()
    assert has_login(said) is (said.lower() != shown)


@pytest.mark.parametrize(
    ("prefix", "page", "covered"),
    [
        ("https://news.example/a/", "http://www.News.example/a/b", True),
        ("https://news.example/a/", "https://news.example/a", True),
        ("https://news.example/a", "https://news.example/a/?p=1", True),
        ("https://news.example/a", "https://news.example/a?p=1", True),
        ("HTTP://WWW.news.example:80", "https://news.example/?p=1", True),
        ("https://news.example/", "https://anna@news.example/b", True),
        ("https://news.example/a", "https://news.example/ab", False),
        ("https://news.example/a", "https://news.example/A/b", False),
        ("https://news.example/a", "https://news.example/a/../b", False),
        ("https://news.example/a", "https://news.example/a%2F../b", False),
        ("https://news.example/a", "https://news.example/a/%2e%2E/b", False),
        ("https://news.example/a", "https://news.example/a/..\\b", False),
        ("https://news.example/a", "https://news.example/a\\..\\b", False),
        ("https://news.example/a", "https://news.example/a/.%2E\\b", False),
        ("https://news.example/a", "https://news.example/a\\b", True),
        ("https://news.example/", "https://news.example.evil.example/", False),
        ("https://news.example/", "https://m.news.example/", False),
        ("https://news.example/", "https://news.example:8443/", False),
        ("https://news.example:8443/", "https://news.example/", False),
        ("https://news.example/", "https://news.example@evil.example/", False),
        ("https://news.example/", "https://evil.example/https://news.example/", False),
    ],
)
def test_a_prefix_covers_what_lies_below_it_on_the_same_host(prefix: str, page: str, covered: bool) -> None:
    below = canonical_prefix(prefix)
    assert below is not None
    assert covers(below, canonical_url(page) or "") is covered


@pytest.mark.parametrize(
    "prefix",
    [
        "news.example/a",
        "https://",
        "urn:a",
        "https://news.example/?a",
        "https://a/#b",
        "",
        "https://news.example/..\\",
        "https://news.example/a/../",
        "https://news.example/a/%2e%2E/b",
        "https://a.example/.",
        "https://a.example/b\\",
        "https://anna:secret@a.example/",
        "https://anna@a.example/",
        "https://a.example:99999/",
    ],
)
def test_what_no_page_lies_below_is_no_prefix(prefix: str) -> None:
    assert canonical_prefix(prefix) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example\\@b.example/",
        "https://a b/",
        "https://a%2eb/",
        "https://a:b/",
        "https:///x",
        "http://[::1/x",
        "https://a.example:65536/",
        "https://a.example:99999999999999999999/",
        "https://a..b/",
        "https://./",
        "http:/a/b",
    ],
)
def test_an_address_that_programs_read_differently_is_no_page(address: str) -> None:
    assert not is_page(address)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        pytest.param("https://a.example:65535/1", None, id="a page"),
        pytest.param("http://[::1]:8080/x", None, id="a host by number"),
        pytest.param("urn:news:1", None, id="a uri"),
        pytest.param("rubber-1", None, id="a word"),
        pytest.param("https", None, id="a word that begins so"),
        pytest.param("https:///x", "is none", id="no host"),
        pytest.param("HTTP://[::1/x", "is none", id="a bracket left open"),
        pytest.param("https://a.example:99999/", "is none", id="no such port"),
        pytest.param("https:", "is none", id="nothing behind it"),
        pytest.param("http:/a.example/1", "is none", id="a slash too few"),
        pytest.param("https://anna:secret@a.example/1", "has a login", id="a login"),
        pytest.param(
            "https:\\\\anna:secret@a.example/1", "has a login", id="a login behind what browsers take for slashes"
        ),
        pytest.param("https:anna@a.example/1", "has a login", id="a login behind no slashes"),
        pytest.param("ftp://anna:secret@a.example/1", "has a login", id="a login at another server"),
        pytest.param("a b", "is no address", id="a space"),
        pytest.param("a" * 2001, "is no address", id="too long"),
    ],
)
def test_what_begins_as_a_page_must_be_one(address: str, fault: str | None) -> None:
    told = address_fault(address)
    assert (told is None) is (fault is None)
    assert fault is None or fault in str(told)
    assert "secret" not in str(told)
