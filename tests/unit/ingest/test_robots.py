"""What a robots.txt lets us read, by RFC 9309."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.robots import CLOSED, LONGEST_PAUSE_S, MOST_BYTES, OPEN, read_robots, robots_address

HOST = "https://news.example"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        pytest.param("", "/a", True, id="no rule"),
        pytest.param("User-agent: *\nDisallow: /", "/a", False, id="all is closed to all"),
        pytest.param("User-agent: *\nDisallow:", "/a", True, id="an empty rule closes nothing"),
        pytest.param("User-agent: other\nDisallow: /", "/a", True, id="of another robot"),
        pytest.param("User-agent: *\nDisallow: /\nUser-agent: CopyDesk\nAllow: /", "/a", True, id="ours goes before"),
        pytest.param("User-agent: Copydesk/1.0\nDisallow: /x", "/x", False, id="our name with a version"),
        pytest.param("User-agent: a\nUser-agent: copydesk\nDisallow: /x", "/x", False, id="names share a group"),
        pytest.param(
            "User-agent: copydesk\nDisallow: /x\nUser-agent: b\nAllow: /\nUser-agent: copydesk\nDisallow: /y", "/y",
            False, id="groups of one name are one",
        ),
        pytest.param("User-agent: *\nDisallow: /news\nAllow: /news/free", "/news/free/1", True, id="the longest rule"),
        pytest.param("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True, id="of two as long the one that allows"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False, id="an end"),
        pytest.param("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True, id="not at the end"),
        pytest.param("User-agent: *\nDisallow: /a$", "/ab", True, id="the path alone"),
        pytest.param("User-agent: *\nDisallow: /*?print=", "/a.html?print=1", False, id="in the query"),
        pytest.param("User-agent: *\nDisallow: /a*c*e", "/abcde", False, id="two stars"),
        pytest.param("User-agent: *\nDisallow: /tin-t%E1%BB%A9c", "/tin-tức", False, id="escaped letters"),
        pytest.param("User-agent: *\nDisallow: /%7Ejoe", "/~joe/x", False, id="escaped without need"),
        pytest.param("User-agent: *\r\nDisallow: /x # why\r\n", "/x", False, id="a remark"),
        pytest.param("\ufeffUser-agent: *\nDisallow: /x", "/x", False, id="a mark of byte order"),
        pytest.param("Disallow: /x", "/x", True, id="a rule for nobody"),
        pytest.param("User-agent: *\nSitemap: /s\nDisallow: /x", "/x", False, id="other lines end no group"),
        pytest.param("User-agent: *\nDisallow: /", "/robots.txt", True, id="the file itself"),
    ],
)  # fmt: skip
def test_what_may_be_read(text: str, path: str, allowed: bool) -> None:
    assert read_robots(text.encode()).allow(HOST + path) is allowed


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        pytest.param("Crawl-delay: 2.5", 2.5, id="seconds"),
        pytest.param("Crawl-delay: 99999", LONGEST_PAUSE_S, id="no end"),
        pytest.param("Crawl-delay: nan", 0, id="no number"),
        pytest.param("Crawl-delay: -3", 0, id="the past"),
    ],
)
def test_the_pause_that_a_host_asks_for(line: str, seconds: float) -> None:
    assert read_robots(f"User-agent: *\n{line}".encode()).pause_s == seconds


def test_a_rule_of_many_stars_costs_no_more_than_its_parts() -> None:
    rules = read_robots(b"User-agent: *\nDisallow: /" + b"*a" * 500 + b"*b$")
    started = time.process_time()
    assert rules.allow(f"{HOST}/{'a' * 1900}")
    assert time.process_time() - started < 1  # of CPU; a backtracking pattern takes years


def test_what_follows_the_first_bytes_is_not_read() -> None:
    assert read_robots(b"User-agent: *\n" + b"#" * MOST_BYTES + b"\nDisallow: /").allow(f"{HOST}/a")


def test_nothing_is_read_where_nobody_knows_the_rules() -> None:
    assert OPEN.allow(f"{HOST}/a") and not CLOSED.allow(f"{HOST}/a")
    assert robots_address("http://u:p@news.example:8080/a?b") == "http://news.example:8080/robots.txt"


@given(st.binary(max_size=400), st.text(max_size=60))
def test_any_file_is_read(body: bytes, path: str) -> None:
    read_robots(body).allow(f"{HOST}/{path.replace('[', '')}")
