"""Our own tables, from TOML files: words of languages, class names, fitted weights.

The standard library reads TOML letter by letter in Python: 400 kB of words are a third of the start of `copydesk read`.
Nearly all of ours are flat lists of plain strings, which are JSON too; what is anything else is left to `tomllib`.
"""

import re
import tomllib
from importlib import resources
from typing import Any, TypeVar

import msgspec

_Table = TypeVar("_Table")
# Names of tables, and what is set in them. Nothing in these is tried twice (possessive).
_PLAIN = r'"(?:[^"\\\n]++|\\["\\bfnrt]|\\u[0-9a-fA-F]{4})*+"'
_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
_STATEMENT = re.compile(
    rf"\[(?P<table>[\w.-]+)\][ \t]*+(?:#[^\n]*+)?(?=\n|$)"
    rf"|(?P<key>{_PLAIN}|[A-Za-z0-9_-]+)[ \t]*=[ \t]*"
    rf"(?:(?P<value>\[(?:[\s,]++|{_PLAIN})*+\]|{_PLAIN}|true|false|{_NUMBER}"
    rf"|\{{(?:[ \t]*\w++[ \t]*=[ \t]*{_NUMBER}[ \t]*(?:,|(?=\}})))*+\}})[ \t]*+(?:#[^\n]*+)?(?=\n|$))?"
)
_NOTHING = re.compile(r"(?:\s++|#[^\n]*+)*+")
_SET_WITHIN = re.compile(r"(\w+)[ \t]*=")
_LAST_COMMA = re.compile(r",\s*\]$")


def read_table(name: str, kind: type[_Table]) -> _Table:
    """The table in a file of this package (`data/zones.toml`); raises `msgspec.ValidationError` for another form."""
    return msgspec.convert(parse(resources.files(__package__).joinpath(name).read_text("utf-8")), kind, str_keys=True)


def parse(toml: str) -> dict[str, Any]:
    """The document of a TOML text; raises `tomllib.TOMLDecodeError` for one that is none."""
    root: dict[str, Any] = {}
    table, at = root, _NOTHING.match(toml).end()  # type: ignore[union-attr]  # it matches nothing, too
    while at < len(toml):
        found = _STATEMENT.match(toml, at)
        if found is None or not (found["table"] or found["value"]):
            return tomllib.loads(toml)
        if found["table"]:
            table = root
            for step in found["table"].split("."):
                table = table.setdefault(step, {})
        else:
            key, value = found["key"], found["value"]
            value = _SET_WITHIN.sub(r'"\1":', value) if value[0] == "{" else _LAST_COMMA.sub("]", value)
            table[msgspec.json.decode(key) if key[0] == '"' else key] = msgspec.json.decode(value)
        at = _NOTHING.match(toml, found.end()).end()  # type: ignore[union-attr]
    return root
