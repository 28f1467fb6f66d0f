"""Push keys: made for a publisher, shown once, kept as digests in keys.json on the data volume."""

import contextlib
import datetime as dt
import hashlib
import hmac
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from services.web.key_texts import checked_name, read_prefixes, read_scopes
from services.web.scopes import BEFORE, PUBLISHER, Scope
from services.web.tokens import LIVE_SECRETS, make_token, secret_bytes
from shared.clock import now
from shared.errors import NewerData, PermanentError, Unavailable
from shared.late_log import LateLog
from shared.settings import Settings
from shared.volume_file import VolumeFile

log = LateLog(__name__)

SHORTEST_SECRET = 32
SETUP_FILE = "setup-code"
# 2 has prefixes: a release that ignores them would let every key claim every page. 3 has scopes: one that ignores those
# would let every key do everything. 4 has secrets: one that ignores those would take in what is not signed. 5 has
# the scope of feeds, which one before would not know.
VERSION = 5
SIGNED, SCOPED, PREFIXED = 4, 3, 2


class Publisher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Who a key speaks for, and what its owner set for them. `prefixes` are canonical: pages below them are theirs.

    A key without scopes was made before there were any, and may do what all could do then.
    """

    name: str
    zone: str | None = None
    language: str | None = None
    prefixes: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = BEFORE


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One key as kept: `id` names it to people, `sha256` recognises it; the key itself is nowhere.

    With `secrets`, the newest first, what it sends must be signed by one of them; they must be kept to check that.
    """

    id: str
    sha256: str
    publisher: Publisher
    created: dt.datetime | None = None
    expires: dt.datetime | None = None
    secrets: tuple[str, ...] = ()

    def is_over(self) -> bool:
        """Is it past its time."""
        return self.expires is not None and self.expires <= now()


class _File(msgspec.Struct, frozen=True, kw_only=True):
    v: int = VERSION
    keys: tuple[Key, ...] = ()


class Keys:
    """The keys of one desk. `listed` (lines of `name:key`, from a file secret) stands in for the file altogether."""

    def __init__(self, path: Path, *, listed: str | None = None) -> None:
        self.path = path
        self._file = VolumeFile(path, _File, version=VERSION, what="the keys in")
        self._listed = None if listed is None else read_listed(listed)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()
        self._told = ""

    def create(
        self,
        name: str,
        *,
        zone: str | None = None,
        language: str | None = None,
        prefixes: Sequence[str] = (),
        scopes: Sequence[Scope] = PUBLISHER,
        expires: dt.datetime | None = None,
        secret: str = "",
    ) -> str:
        """Make a key, keep its digest, and give the key itself: the only time it is seen. With a `secret` it signs.

        A publisher's next key has the zone and language of the last, where none is said: dates are read as before.
        Raises `PermanentError` for a prefix that another publisher's key carries.
        """
        self._refuse_when_listed()
        key, carried = make_token(checked_name(name)), read_prefixes(prefixes)
        with self._file.alone():
            keys = self._read()
            _refuse_taken(keys, name, carried)
            last = next((key.publisher for key in reversed(keys) if key.publisher.name == name), Publisher(name=name))
            publisher = Publisher(
                name=name,
                zone=zone or last.zone,
                language=language or last.language,
                prefixes=carried,
                scopes=tuple(dict.fromkeys(scopes)),
            )
            secrets = (secret,) if secret else ()
            created = now().replace(microsecond=0)
            self._write((*keys, _key(key, publisher, created=created, expires=expires, secrets=secrets)))
        with contextlib.suppress(OSError):  # the code for a first key opens nothing any more
            self.path.with_name(SETUP_FILE).unlink()
        return key

    def add_prefixes(self, name: str, prefixes: Sequence[str]) -> int:
        """Give a publisher's keys these prefixes besides those they carry; answers how many keys there are.

        Raises `PermanentError` for a prefix that another publisher's key carries.
        """
        self._refuse_when_listed()
        more = read_prefixes(prefixes)
        with self._file.alone():
            keys = self._read()
            _refuse_taken(keys, name, more)
            widened = tuple(_widened(key, more) if key.publisher.name == name else key for key in keys)
            if widened != keys:
                self._write(widened)
        return sum(key.publisher.name == name for key in keys)

    def set_scopes(self, name_or_id: str, scopes: Sequence[Scope]) -> int:
        """Let a publisher's keys, or the one of this id, do this and nothing else; answers how many there are."""
        self._refuse_when_listed()
        given = tuple(dict.fromkeys(scopes))
        with self._file.alone():
            keys = self._read()
            changed = tuple(_scoped(key, given) if name_or_id in (key.id, key.publisher.name) else key for key in keys)
            if changed != keys:
                self._write(changed)
        return sum(name_or_id in (key.id, key.publisher.name) for key in keys)

    def add_secret(self, name_or_id: str, secret: str) -> int:
        """Let a publisher's keys, or the one of this id, sign by this secret or by the one before; answers how many."""
        self._refuse_when_listed()
        with self._file.alone():
            keys = self._read()
            chosen = {key.id for key in keys if name_or_id in (key.id, key.publisher.name)}
            self._write(tuple(signing(key, secret) if key.id in chosen else key for key in keys))
        return len(chosen)

    def drop_prefixes(self, name: str, prefixes: Sequence[str]) -> int:
        """Take these prefixes from a publisher's keys; answers how many had one. `PermanentError` for the last."""
        self._refuse_when_listed()
        gone = set(read_prefixes(prefixes))
        with self._file.alone():
            keys = self._read()
            narrowed = tuple(_narrowed(key, gone) if key.publisher.name == name else key for key in keys)
            if narrowed != keys:
                self._write(narrowed)
        return sum(before != after for before, after in zip(keys, narrowed, strict=True))

    def prefixes_beside(self, name: str) -> tuple[str, ...]:
        """The prefixes of all other publishers' keys that are good now."""
        keys = [key for key in self._current() if key.publisher.name != name and not key.is_over()]
        return tuple(prefix for key in keys for prefix in key.publisher.prefixes)

    def publishers(self) -> tuple[str, ...]:
        """The names of all who have a key, also one that is over; while the file cannot be read, those read before.

        Raises `Unavailable` where there are none of these either: what they call their articles nobody knows then.
        """
        self.check_known()
        return tuple(dict.fromkeys(key.publisher.name for key in self._current()))

    def list(self) -> Sequence[Key]:
        """Every key that is kept, the oldest first."""
        return self._listed if self._listed is not None else self._read()

    def known(self) -> Sequence[Key]:
        """The same; while the file cannot be read, those that were read before (`check_readable` tells why)."""
        return self._current()

    def begin(self) -> None:
        """Read the file before the first push asks: from now on a hand edit gone wrong locks nobody out.

        Raises `NewerData` when a newer release wrote it; one that cannot be read is told of at each look.
        """
        if self._listed is None:
            with contextlib.suppress(PermanentError):
                self._read()
            self._current()

    def check_readable(self) -> None:
        """Raise `Unavailable`, with the reason and what it means, while the file cannot be read."""
        keys = self._current()
        if self._told:
            meaning = "the keys read before stay good, changes do not count" if keys else "no push is taken"
            raise Unavailable(f"{self._told}; {meaning}: correct the file or restore it", retry_after=30)

    def check_known(self) -> None:
        """Raise `Unavailable` while the file cannot be read and none of its keys is known: no push can be let in."""
        if not self._current():
            self.check_readable()

    def revoke(self, name_or_id: str) -> int:
        """Drop a publisher's keys, or the one of this id; answers how many there were."""
        self._refuse_when_listed()
        with self._file.alone():
            keys = self._read()
            staying = tuple(key for key in keys if name_or_id not in (key.id, key.publisher.name))
            if len(staying) < len(keys):
                self._write(staying)
        return len(keys) - len(staying)

    def check(self, token: str) -> Publisher | None:
        """Whose key this is, or None when it is unknown, revoked or over its time.

        Raises `Unavailable` for one that is not known while the file cannot be read: it may stand there.
        """
        key = self.find(token)
        return key.publisher if key is not None else None

    def publisher_of(self, key_id: str) -> Publisher | None:
        """Who the key of this id speaks for, while it is good."""
        good = (key for key in self._current() if key.id == key_id and not key.is_over())
        return next((key.publisher for key in good), None)

    def find(self, token: str) -> Key | None:
        """The same as `check`, with all that is kept of the key."""
        digest = _digest(token)
        match = None
        for key in self._current():
            if hmac.compare_digest(key.sha256, digest):
                match = key
        if match is None:
            self.check_readable()
        return None if match is None or match.is_over() else match

    def _current(self) -> Sequence[Key]:
        if self._listed is not None:
            return self._listed
        with self._lock:
            state = _state(self.path)
            if state != self._seen:
                try:
                    self._keys = self._read()
                    self._seen = state  # only now: what could not be read is read again at the next look
                    self._told = ""
                except (PermanentError, NewerData) as error:  # a hand edit gone wrong must not lock every publisher out
                    if self._told != str(error):
                        log.error("keys_unreadable", error=str(error))
                    self._told = str(error)
            return self._keys

    def _read(self) -> tuple[Key, ...]:
        content = self._file.read()
        return content.keys if content is not None else ()

    def _write(self, keys: tuple[Key, ...]) -> None:
        self._file.write(_File(v=_version_for(keys), keys=keys))

    def _refuse_when_listed(self) -> None:
        if self._listed is not None:
            raise PermanentError("the push keys come from a file secret (COPYDESK_PUSH_KEYS): change them there")


def open_keys(settings: Settings) -> Keys:
    """The keys that the settings name."""
    return Keys(settings.keys_file, listed=settings.push_keys)


def read_listed(text: str) -> tuple[Key, ...]:
    """Read a file secret: `hue-daily:<key> zone=Asia/Ho_Chi_Minh language=vi scope=push,read prefix=https://hue.example/`,
    one a line, `#` for remarks; `prefix` may stand several times."""
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        address, *rest = line.split()
        name, _, key = address.partition(":")
        settings = dict(word.partition("=")[::2] for word in rest if not word.startswith("prefix="))
        prefixes = [word.removeprefix("prefix=") for word in rest if word.startswith("prefix=")]
        scopes, secrets = settings.pop("scope", None), tuple(filter(None, settings.pop("secret", "").split(",")))
        if len(key) < SHORTEST_SECRET or settings.keys() - {"zone", "language"} or not all(map(secret_bytes, secrets)):
            raise PermanentError(
                f"line {number} of the push keys is not `name:key [zone=…] [language=…] [scope=…] [secret=whsec_…] "
                f"[prefix=…]` with a key of at least {SHORTEST_SECRET} characters"
            )
        given = BEFORE if scopes is None else read_scopes(scopes.split(","))
        publisher = Publisher(name=checked_name(name), prefixes=read_prefixes(prefixes), scopes=given, **settings)
        keys.append(_key(key, publisher, secrets=secrets))
    return tuple(keys)


def _version_for(keys: Sequence[Key]) -> int:
    """The oldest version that has words for all that these keys carry."""
    if any("feeds" in key.publisher.scopes for key in keys):
        return VERSION
    if any(key.secrets for key in keys):
        return SIGNED
    if any(key.publisher.scopes != BEFORE for key in keys):
        return SCOPED
    return PREFIXED if any(key.publisher.prefixes for key in keys) else 1


def _key(key: str, publisher: Publisher, **more: Any) -> Key:
    digest = _digest(key)
    return Key(id=digest[:10], sha256=digest, publisher=publisher, **more)


def signing(key: Key, secret: str) -> Key:
    """The key with one more secret, newest first; the oldest of three is good no more."""
    return msgspec.structs.replace(key, secrets=(secret, *key.secrets)[:LIVE_SECRETS])


def _widened(key: Key, more: Sequence[str]) -> Key:
    prefixes = tuple(dict.fromkeys((*key.publisher.prefixes, *more)))
    return msgspec.structs.replace(key, publisher=msgspec.structs.replace(key.publisher, prefixes=prefixes))


def _scoped(key: Key, scopes: tuple[Scope, ...]) -> Key:
    return msgspec.structs.replace(key, publisher=msgspec.structs.replace(key.publisher, scopes=scopes))


def _refuse_taken(keys: Sequence[Key], name: str, prefixes: Sequence[str]) -> None:
    """Of two that carry the same prefix both would own its pages; a longer prefix within another's is fine."""
    for key in keys:
        shared = [prefix for prefix in prefixes if prefix in key.publisher.prefixes]
        if shared and key.publisher.name != name and not key.is_over():
            other = key.publisher.name
            raise PermanentError(
                f"{shared[0]} is already the prefix of {other}: take it back first "
                f"(`copydesk keys take {other} --prefix {shared[0]}`, or `copydesk keys revoke {other}`), or give "
                f"{name} a longer one"
            )


def _narrowed(key: Key, gone: set[str]) -> Key:
    prefixes = tuple(prefix for prefix in key.publisher.prefixes if prefix not in gone)
    if key.publisher.prefixes and not prefixes:
        raise PermanentError(
            f"the key {key.id} of {key.publisher.name} would be left without a prefix, and could claim what nobody "
            "has: give it another first, or revoke it"
        )
    return msgspec.structs.replace(key, publisher=msgspec.structs.replace(key.publisher, prefixes=prefixes))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _state(path: Path) -> tuple[int, int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size
