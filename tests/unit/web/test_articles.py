"""Which readers hold a revision already, and by which names articles are looked for while the keys cannot be read."""

from pathlib import Path

import pytest

from services.web.articles import is_known
from services.web.keys import Keys
from services.web.routes import front_door
from shared.errors import Unavailable
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import a_desk


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


def test_an_article_is_looked_for_while_the_file_of_keys_cannot_be_read(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    key = keys.create("lan", scopes=("read-all",))
    desk = a_desk(keys)
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {key}"}) as reader:
        assert reader.get("/v1/articles/urn:hue:1").status == 404
        keys.path.write_text("{", "utf-8")
        assert reader.get("/v1/articles/urn:hue:1").status == 404


def test_whose_names_there_are_is_not_guessed_where_no_key_was_ever_read(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    keys.path.write_text("{", "utf-8")
    with pytest.raises(Unavailable, match="cannot be read"):
        keys.publishers()
