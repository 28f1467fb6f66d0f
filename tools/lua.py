"""Check what Redis runs, as it gets it: the ledger's files are joined, so luacheck on each sees half a program."""

import shutil
import subprocess
import sys
from pathlib import Path

from services.ingest.redis_scripts import IN_MICROSECONDS, IN_SECONDS
from services.ingest.redis_scripts import script_source as of_ingest
from shared.ledger.calls import script_source

REDIS = ("redis", "cmsgpack", "cjson", "ARGV", "KEYS")
FUSE = Path("services", "web", "fuse.lua")
# What one kind of call takes, each of its functions takes; and the length of comments is a matter of taste.
COMMAND = ("luacheck", "--std", "lua51", "--no-color", "--no-unused-args", "--no-max-line-length", "--globals", *REDIS)


def check(script: str) -> int:
    """luacheck's exit code for the script: 0 clean, 1 warnings, 2 errors. Raises FileNotFoundError without luacheck."""
    return subprocess.run([*COMMAND, "-q", "-"], input=script, text=True, check=False).returncode


def main() -> int:
    if shutil.which(COMMAND[0]) is None:
        print("luacheck is not here, so the scripts are not checked (Debian: apt install lua-check)")
        return 0
    ingest = map(of_ingest, (*IN_SECONDS, *IN_MICROSECONDS))
    return max(map(check, (script_source(), FUSE.read_text("utf-8"), *ingest)))


if __name__ == "__main__":
    sys.exit(main())
