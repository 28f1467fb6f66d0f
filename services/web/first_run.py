"""A desk without any key: who knows the code, which only its log and its folder tell, makes the first."""

import hmac
import secrets
from pathlib import Path

import structlog

from services.web.key_texts import checked_name
from services.web.keys import Keys
from services.web.scopes import Scope
from services.web.tokens import base62
from shared.audit import AuditLog
from shared.errors import PermanentError, Unavailable
from shared.volume_file import alone, write

log = structlog.get_logger(__name__)

CODE_BYTES, GROUP = 15, 5
LONGEST = 200
SCOPES: tuple[Scope, ...] = ("push", "admin")


class FirstRun:
    """The one-time code of a desk without keys: made when somebody opens its page, void once there is a key."""

    def __init__(self, path: Path, keys: Keys, audit: AuditLog) -> None:
        self._path, self._keys, self._audit = path, keys, audit
        self._told = ""

    def is_open(self) -> bool:
        """Is there no key at all? A file of keys that cannot be read opens nothing."""
        try:
            return not self._keys.list()
        except (PermanentError, Unavailable):
            return False

    def tell_code(self) -> None:
        """Write the code into the log, once a process, and anew where it was used or taken away."""
        code = self._code()
        if code != self._told:
            self._told = code
            log.warning("setup_code_waits", code=code, file=str(self._path), do="type it into the desk's first page")

    def make_key(self, code: str, name: str) -> str | None:
        """The first key, for who knows the code; None for a wrong one, and where there is a key already."""
        with alone(self._path):  # of two who come at once, the second finds the first one's key
            kept = self._kept()
            if not self.is_open() or not kept or not hmac.compare_digest(_bare(code), _bare(kept)):
                return None
            checked_name(name)
            key = self._keys.create(name, scopes=SCOPES)  # which voids the code, as any first key does
        self._audit.note(who="setup code", act="create key", on=name, why="the first key of this desk")
        log.info("first_key_made", publisher=name)
        return key

    def _code(self) -> str:
        """The code as the file has it; made where there is none, for its owner's eyes alone."""
        with alone(self._path):
            if kept := self._kept():
                return kept
            digits = base62(secrets.token_bytes(CODE_BYTES))[-20:]
            made = "-".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))
            write(self._path, f"{made}\n".encode("ascii"))
            return made

    def _kept(self) -> str:
        """What stands in the file; nothing where there is none."""
        try:
            return self._path.read_text("ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"the setup code in {self._path} cannot be read: {error}", retry_after=30) from error


def _bare(code: str) -> bytes:
    """What somebody typed, without what separates its parts."""
    return "".join(code[:LONGEST].split()).replace("-", "").encode("utf-8", "surrogatepass")
