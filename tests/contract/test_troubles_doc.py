"""The fault table of the docs is the list of troubles that the desk tells."""

import re
from pathlib import Path

from shared.ledger.troubles import REMEDIES

OPERATE = Path(__file__).parents[2] / "docs" / "operate.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| .+ \| (.+) \|$", re.MULTILINE)


def test_each_trouble_has_its_row_with_its_remedy() -> None:
    faults = OPERATE.read_text(encoding="utf-8").partition("## Faults")[2].partition("What no list can show")[0]
    assert dict(ROW.findall(faults)) == dict(REMEDIES)
