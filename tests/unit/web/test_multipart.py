"""A body of several parts: each part's bytes come out as they went in, wherever the marks between them fall."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.multipart import WINDOW, boundary_of, media_type_of, read_parts
from services.web.problems import Problem
from tests.pictures import a_form

HEAD = 'Content-Disposition: form-data; name="x"'


def contents(body: bytes, boundary: bytes = b"x-y") -> list[bytes]:
    return [body[part.start : part.end] for part in read_parts(io.BytesIO(body), boundary)]


@given(
    st.lists(
        st.binary(max_size=60).filter(lambda body: b"--x-y" not in body)
        | st.sampled_from([b"\r\n", b"\r\n--x-", b"x\r\n--x-yz"]),
        max_size=6,
    )
)
def test_what_goes_in_comes_out(bodies: list[bytes]) -> None:
    if bodies:
        assert contents(a_form("x-y", *((HEAD, body) for body in bodies))) == bodies


@pytest.mark.parametrize("short_of", [*range(60), *range(60, 1300, 40)])
def test_a_mark_may_fall_on_the_edge_of_what_is_looked_at(short_of: int) -> None:
    bodies = [b"a" * (WINDOW - short_of), b"b" * 10, b"c" * (WINDOW - short_of)]
    assert contents(a_form("x-y", *((HEAD, body) for body in bodies))) == bodies


def test_a_preamble_and_an_epilogue_are_passed_over() -> None:
    assert contents(b"This is MIME.\r\n" + a_form("x-y", (HEAD, b"one")) + b"and more\r\n--x-y\r\n\r\n") == [b"one"]


@pytest.mark.parametrize(
    ("head", "name", "file"),
    [
        pytest.param('Content-Disposition: form-data; name="p"; filename="a.jpg"', "p", "a.jpg", id="plain"),
        pytest.param('content-disposition: form-data; name=p; filename="C:\\\\x\\\\a.jpg"', "p", "a.jpg", id="a path"),
        pytest.param('Content-Disposition: form-data; name="p"; filename="cầu.jpg"', "p", "cầu.jpg", id="UTF-8"),
        pytest.param("Content-Disposition: attachment; filename*=UTF-8''c%E1%BA%A7u.jpg", "", "cầu.jpg", id="RFC 5987"),
        pytest.param(
            'Content-Disposition: form-data; name="p"; filename="a%22.jpg"', "p", 'a".jpg', id="as browsers do"
        ),
        pytest.param(
            'Content-Disposition: form-data; name="p"; filename="a\x1b[2J.jpg"', "p", "a[2J.jpg", id="controls"
        ),
    ],
)
def test_what_a_part_is_called(head: str, name: str, file: str) -> None:
    (part,) = read_parts(io.BytesIO(a_form("x-y", (head, b"x"))), b"x-y")
    assert (part.name, part.file) == (name, file)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (HEAD, "text/plain"), (f'{HEAD}; filename="a.html"', "text/html"), (f'{HEAD}; filename="a.doc"', ""),
        (f'{HEAD}; filename="a.json"\r\nContent-Type: application/octet-stream', "application/json"),
        (f"{HEAD}\r\nContent-Type: text/plain; charset=utf-8", "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_the_type_of_a_part(head: str, media_type: str) -> None:
    (part,) = read_parts(io.BytesIO(a_form("x-y", (head, b"x"))), b"x-y")
    assert media_type_of(part) == media_type


@given(st.binary(max_size=400))
def test_no_noise_is_more_than_a_problem(noise: bytes) -> None:
    for body in (
        noise,
        b"--x-y\r\n" + noise,
        b"--x-y\r\n" + noise + b"\r\n--x-y--",
        noise + a_form("x-y", (HEAD, noise)),
    ):
        with suppress(Problem):
            read_parts(io.BytesIO(body), b"x-y")


@pytest.mark.parametrize(
    "said", ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/x; boundary={'x' * 71}"]
)
def test_without_a_mark_there_are_no_parts(said: str) -> None:
    with pytest.raises(Problem):
        boundary_of(said)
