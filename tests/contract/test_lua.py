"""The ledger's script has no warning of luacheck, and the check sees the whole script."""

import shutil

from shared.ledger.calls import script_source
from tests.require import lacking
from tools.lua import check


def test_luacheck_has_nothing_to_say_of_the_script() -> None:
    if shutil.which("luacheck") is None:
        lacking("luacheck", "is not on PATH")
    assert check(script_source()) == 0
    assert check(script_source() + "\nlocal function unused() return undefined end\n") != 0
