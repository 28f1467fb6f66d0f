"""Which readers hold a revision already."""

import pytest

from services.web.articles import is_known


@pytest.mark.parametrize(
    ("header", "known"),
    [
        pytest.param(None, False, id="a reader that says nothing"),
        pytest.param('"a"', True, id="this revision"),
        pytest.param('"b"', False, id="another revision"),
        pytest.param('"b", W/"a"', True, id="one of several, compared weakly"),
        pytest.param("*", True, id="any revision"),
    ],
)
def test_is_known(header: str | None, known: bool) -> None:
    assert is_known(header, '"a"') is known
