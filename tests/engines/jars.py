"""What servers for tests are made of, from Maven's artifacts: brought once for each virtual environment."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.require import lacking

ENGINES = Path(sys.prefix) / "engines"


def bring(engine: str, pom: Path, *, needs: tuple[str, ...] = ("mvn", "java")) -> Path:
    """The folder of an engine, with the jars that its `pom.xml` names in `lib`; what else was in it is gone where the
    pom is newer. Skips where a program is missing."""
    folder = ENGINES / engine
    if is_newer(folder / "lib", pom):
        return folder
    for program in needs:
        if shutil.which(program) is None:
            lacking(engine, f"needs {program}")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished = f"-DoutputDirectory={folder / 'unfinished'}"
    subprocess.run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", unfinished], check=True, timeout=300)
    (folder / "unfinished").rename(folder / "lib")
    return folder


def is_newer(made: Path, source: Path) -> bool:
    """Whether what was made is there, and of this source."""
    return made.exists() and made.stat().st_mtime > source.stat().st_mtime
