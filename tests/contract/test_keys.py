"""One list of Redis keys: whoever looks for a key finds it in `shared/ledger/keys.py`, also those of the script."""

import re
from pathlib import Path

from shared.ledger import keys
from shared.ledger.calls import script_source

ROOT = Path(__file__).parents[2]
SPELLED = re.compile(r"""["'](?:ledger|drops|feeds|feed|art|head|alias|rcpt|web):""")
LIST = Path("shared", "ledger", "keys.py")
COMMANDS = Path("services", "cli", "tables")  # name functions of commands: "feeds:add_feed"


def test_no_module_spells_a_key_of_its_own() -> None:
    modules = [path.relative_to(ROOT) for room in ("services", "shared") for path in (ROOT / room).rglob("*.py")]
    spelling = [path for path in modules if SPELLED.search((ROOT / path).read_text(encoding="utf-8"))]
    assert [path for path in spelling if COMMANDS not in path.parents] == [LIST]


def test_the_script_spells_no_key_that_the_list_does_not_have() -> None:
    listed = Path(keys.__file__).read_text(encoding="utf-8")
    spelled = set(re.findall(r"'((?:ledger|art|head|alias|rcpt|stray):[a-z]*)", script_source()))
    assert spelled
    assert {key for key in spelled if key not in listed} == set()
