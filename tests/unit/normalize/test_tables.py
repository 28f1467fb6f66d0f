"""Our tables are read as the standard library reads TOML, only faster; what is not plain is left to it."""

import tomllib
from pathlib import Path

import pytest

import services.normalize
from services.normalize.tables import parse

FOLDER = Path(services.normalize.__file__).parent
FILES = sorted(FOLDER.rglob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_table_of_ours_says_what_it_says_in_toml(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert parse(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "toml",
    [
        pytest.param("", id="nothing"),
        pytest.param("# only words\n\n", id="a remark"),
        pytest.param('tag = "de"  # German\n', id="a remark behind a value"),
        pytest.param('words = [\n    "a", "b",\n]\n', id="a list over lines that ends in a comma"),
        pytest.param('words = [ # of two\n "a", # first\n "b" ]\n', id="remarks in a list"),
        pytest.param("words = ['\\d+', 'x']\n", id="strings that are taken as they stand"),
        pytest.param('word = "\\u00e9 \\"é\\" \\\\"\n', id="signs with a stroke before them"),
        pytest.param('word = "\\U0001F600"\n', id="a sign that JSON spells otherwise"),
        pytest.param("one = 1\nhalf = -0.5\nyes = true\nno = false\n", id="figures and truth"),
        pytest.param("day = 2024-05-01\nbig = 1_000\nhex = 0xff\n", id="what JSON has no word for"),
        pytest.param("[dates.months]\n1 = ['jan']\n[dates]\norder = 'dmy'\n", id="a table within a table"),
        pytest.param('[models]\n"a word" = { caption = 0.5, date = -1.25 }\n', id="a table in a line"),
        pytest.param('text = """two\nlines"""\n', id="text of several lines"),
        pytest.param("a.b = 1\n", id="a dotted name"),
        pytest.param("[[rows]]\nname = 'x'\n", id="tables in a list"),
        pytest.param("last = 'no line end'", id="no end of line"),
    ],
)
def test_any_toml_is_read_as_the_standard_library_reads_it(toml: str) -> None:
    assert parse(toml) == tomllib.loads(toml)


@pytest.mark.parametrize("toml", ["tag = ", "tag", '"half', "[table", "words = ['a'", "word = 'a' 'b'", "day = 1 2\n"])
def test_what_is_no_toml_is_refused_as_by_the_standard_library(toml: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        parse(toml)
