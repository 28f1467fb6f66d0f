"""What can be set, in one place: a flag wins over the environment, that over copydesk.toml, that over the default."""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from shared.errors import PermanentError
from shared.keep_settings import EXPECTED as KEEP_EXPECTED
from shared.keep_settings import KeepSettings, read_keep
from shared.net.addresses import read_allowed, read_networks
from shared.redis_url import WrongAddress, check_redis_url
from shared.setting_errors import SettingError
from shared.sink_settings import SinkSettings, WrongSink, check_searched, read_lines, read_tables
from shared.source_settings import EXPECTED as DROPS_EXPECTED
from shared.source_settings import SourceSettings, read_drops
from shared.suggestions import hint, nearest, suggest

Count = Annotated[int, msgspec.Meta(ge=1)]
Memory = Annotated[int, msgspec.Meta(ge=256)]  # MiB: with less a process that reads two lines may not even start
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
Room = Annotated[int, msgspec.Meta(ge=0)]
Level = Literal["debug", "info", "warning", "error"]
Pages = Literal["never", "when-short", "always"]

LOGIN = re.compile(r"//([^/?#:@]*):[^/?#]*@")
# Where the desk is shown: its path goes into addresses, headers and pages as it is.
PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9_~\-][A-Za-z0-9._~\-]*)*/?")
TOKEN = re.compile(r"//[^/?#:]*@")
PASSWORD = re.compile(r"([?&](?:sentinel_)?(?:password|username)=)[^&#]*", re.IGNORECASE)
# Read by commands and tests, not settings of the desk: they may stand in the environment.
NOT_SETTINGS = frozenset({"config", "debug", "heartbeat", "key", "key_file", "log_file", "require", "url"})
# Hidden files, and what editors, browsers and file transfers call a file that they have not finished.
UNFINISHED = (
    ".*", "*~", "~*", "#*#", "*.tmp", "*.temp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download",
    "*.swp",
)  # fmt: skip
SECRETS = frozenset({"archive_store_login", "oidc_client_secret", "push_keys", "notify", "sinks"})
# What stands in a data folder: the archive and the index may stand elsewhere, as `archive_dir` and `index_dir` say.
ARCHIVE, INDEX = "archive", "index"
FEEDS_FILE, KEYS_FILE, INDEX_FILE = "feeds.json", "keys.json", "copydesk.sqlite3"
SOURCES_FILE = "sources.json"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default. Folders are relative to the working folder; seconds end in `_s`."""

    redis_url: str = "redis://127.0.0.1:6379/0"
    data_dir: str = "data"
    archive_dir: str | None = None
    archive_store: str | None = None
    archive_store_login: str | None = None
    archive_store_days: Room = 1
    index_dir: str | None = None
    seeds_dir: str = "seeds"
    max_input_bytes: Count = 16 * 1024 * 1024
    max_picture_bytes: Count = 16 * 1024 * 1024
    max_zip_bytes: Count = 256 * 1024 * 1024
    batch_articles: Count = 25
    batch_bytes: Count = 4 * 1024 * 1024
    task_limit_s: Count = 55
    visibility_timeout_s: Count = 120
    lease_s: Count = 150
    sweep_s: Seconds = 2.0
    soft_stop_s: Seconds = 10.0
    deaf_s: Seconds = 60.0
    article_cpu_s: Count = 2
    article_memory_mb: Memory = 1024
    max_attempts: Count = 5
    normalize_processes: Count | None = None
    retention_days: Count = 5
    receipt_days: Count = 7
    events_kept: Count = 50_000
    backlog_limit: Count = 100_000
    memory_limit_percent: Percent = 80
    disk_reserve_mb: Room = 256
    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    web_connections: Count = 2000
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    push_body_s: Seconds = 60.0
    push_stall_s: Seconds = 10.0
    push_rate: Count | None = None
    fuse_pushes: Count = 50
    fuse_percent: Percent = 50
    push_keys: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_scopes: tuple[str, ...] = ("openid", "profile", "email")
    oidc_roles: tuple[str, ...] = ()
    oidc_session_s: Count = 12 * 3600
    embedded_memory_mb: Count = 512
    feed_interval_s: Count = 1800
    feed_requests_a_day: Count | None = None
    feed_first_entries: Count = 1000
    feed_first_days: Count | None = None
    feed_pages: Pages = "when-short"
    feed_page_budget: Count = 1000
    fetch_timeout_s: Count = 30
    allow_networks: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    notify_after_s: Seconds = 60.0
    log_level: Level = "info"
    drops_scan_s: Seconds | None = None
    drops_ignore: tuple[str, ...] = UNFINISHED
    drops: dict[str, SourceSettings] = {}
    keep: dict[str, KeepSettings] = {}
    sinks: dict[str, SinkSettings] = {}
    search_sink: str | None = None

    @property
    def archive_folder(self) -> Path:
        """The folder of the archive's segments."""
        return Path(self.archive_dir or Path(self.data_dir, ARCHIVE))

    @property
    def index_folder(self) -> Path:
        """The folder that the index is alone in."""
        return Path(self.index_dir or Path(self.data_dir, INDEX))

    @property
    def index_file(self) -> Path:
        """The embedded index."""
        return self.index_folder / INDEX_FILE

    @property
    def outbox_folder(self) -> Path:
        """What each sink has been given and what waits for it, beside the index it comes from."""
        return self.index_folder / "outbox"

    @property
    def stories_file(self) -> Path:
        """Which articles tell one story, beside the index it is made from."""
        return self.index_folder / "stories.sqlite3"

    @property
    def audit_folder(self) -> Path:
        """The acts of people, by month."""
        return Path(self.data_dir, "audit")

    @property
    def feeds_file(self) -> Path:
        """The feeds that are watched."""
        return Path(self.data_dir, FEEDS_FILE)

    @property
    def sources_file(self) -> Path:
        """What is set for each source."""
        return Path(self.data_dir, SOURCES_FILE)

    @property
    def keys_file(self) -> Path:
        """The digests of the push keys."""
        return Path(self.data_dir, KEYS_FILE)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The settings in force, and of each whether a `flag`, `environment COPYDESK_X`, `file copydesk.toml` set it."""

    settings: Settings
    origins: dict[str, str]


FIELDS: Mapping[str, Any] = get_type_hints(Settings, include_extras=True)

EXPECTED: Mapping[Any, str] = {
    str: "a text",
    str | None: "a text",
    Count: "a whole number of 1 or more",
    Count | None: "a whole number of 1 or more",
    Memory: "a whole number of 256 or more",
    Port: "a port from 1 to 65535",
    Percent: "a whole number from 1 to 100",
    Seconds: "a number of seconds above 0",
    Seconds | None: "a number of seconds above 0",
    Room: "a whole number of 0 or more",
    tuple[str, ...]: "a list of texts",
    Level: "debug, info, warning or error",
    Pages: "never, when-short or always",
    dict[str, SourceSettings]: DROPS_EXPECTED,
    dict[str, KeepSettings]: KEEP_EXPECTED,
    dict[str, SinkSettings]: "tables [sinks.NAME] with a url, or NAME=ADDRESS one a line",
}


def load(
    flags: Mapping[str, str] | None = None, environ: Mapping[str, str] = os.environ, folder: Path = Path(".")
) -> Loaded:
    """Put the settings together from flags, environment and file, and refuse what cannot work."""
    chosen: dict[str, tuple[Any, str]] = {}
    chosen.update(_from_file(environ, folder))
    chosen.update(_from_environment(environ))
    chosen.update(_from_flags(flags or {}))
    values = {name: value for name, (value, _) in chosen.items()}
    origins = {name: chosen[name][1] if name in chosen else "default" for name in FIELDS}
    settings = Settings(**values)
    _check(settings, origins)
    return Loaded(settings=_with_folders(settings), origins=origins)


def faults_of(path: Path, environ: Mapping[str, str] = os.environ) -> list[str]:
    """All that is wrong with a file of settings: each key by itself, then what they are together with the environment.

    Raises `SettingError` for a file that is not there or no TOML.
    """
    faults = []
    for name, value in _read_toml(path).items():
        try:
            _from_toml(name, value, path.name)
        except SettingError as error:
            faults.append(str(error))
    if not faults:
        try:
            load(environ={**environ, "COPYDESK_CONFIG": str(path)})
        except SettingError as error:
            faults.append(str(error))
    return faults


def as_environment(flags: Mapping[str, str]) -> dict[str, str]:
    """Flags as the variables that say the same to a child process."""
    return {f"COPYDESK_{name.upper()}": value for name, value in flags.items()}


def without_password(url: str) -> str:
    """An address that may be shown: `redis://:***@host/0`; a name without a password may be a token, and goes too."""
    return PASSWORD.sub(r"\1***", TOKEN.sub("//***@", LOGIN.sub(r"//\1:***@", url)))


def _from_flags(flags: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    found = {}
    for name, text in flags.items():
        if name not in FIELDS:
            raise SettingError(f"unknown setting {name!r}{suggest(name, FIELDS)}")
        found[name] = (_from_text(name, text, f"flag {name}"), "flag")
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    """An empty variable counts as unset: compose writes one for `${NAME:-}`."""
    found: dict[str, tuple[Any, str]] = {}
    for variable in sorted(name for name in environ if name.startswith("COPYDESK_")):
        name = _setting_named(variable)
        if name is None or not environ[variable]:
            continue
        if name in found:
            raise SettingError(f"{found[name][1].partition(' ')[2]} and {variable} both set {name}: keep one")
        text = _read_variable(variable, environ[variable], name)
        found[name] = (_from_text(name, text, variable), f"environment {variable}")
    return found


def _setting_named(variable: str) -> str | None:
    name = variable.removeprefix("COPYDESK_").lower()
    if name in NOT_SETTINGS:
        return None
    for candidate in (name, name.removesuffix("_file")):
        if candidate in FIELDS:
            return candidate
    # Compared without what all of them share, which would make any two look alike.
    near = nearest(name, (*FIELDS, *sorted(NOT_SETTINGS)))
    raise SettingError(f"unknown variable {variable}{hint(near and f'COPYDESK_{near.upper()}')}")


def _read_variable(variable: str, text: str, name: str) -> str:
    if variable == f"COPYDESK_{name.upper()}":
        return text
    try:
        return Path(text).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{variable} names the file {text}, which cannot be read: {_reason(error)}") from error


def config_file(environ: Mapping[str, str] = os.environ, folder: Path = Path(".")) -> Path:
    """The file of settings that is read, where it is there: the one that COPYDESK_CONFIG names, else copydesk.toml."""
    named = environ.get("COPYDESK_CONFIG")
    return Path(named) if named else folder / "copydesk.toml"


def _from_file(environ: Mapping[str, str], folder: Path) -> dict[str, tuple[Any, str]]:
    path = config_file(environ, folder)
    if not environ.get("COPYDESK_CONFIG") and not path.exists():
        return {}
    content = _read_toml(path)
    return {name: (_from_toml(name, value, path.name), f"file {path.name}") for name, value in content.items()}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return dict(import_module("tomllib").loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {_reason(error)}") from error
    except import_module("tomllib").TOMLDecodeError as error:
        raise SettingError(f"{path} is no valid TOML: {error}") from error


def _from_toml(name: str, value: Any, file: str) -> Any:
    if name not in FIELDS:
        raise SettingError(f"{file}: unknown key {name!r}{suggest(name, FIELDS)}")
    if name == "drops":
        return read_drops(value, file)
    if name == "keep":
        return read_keep(value, file)
    if name == "sinks":
        return _sinks(lambda: read_tables(value), file)
    return _convert(name, value, f"{file}: {name}", strict=True)


def _from_text(name: str, text: str, place: str) -> Any:
    if name == "drops":
        raise SettingError(f'{place}: drops are set in copydesk.toml only, in tables [drops."sub/folder"]')
    if name == "keep":
        raise SettingError(f'{place}: keep is set in copydesk.toml only, in tables [keep."push:NAME"]')
    if name == "sinks":
        return _sinks(lambda: read_lines(text), place)
    kind = FIELDS[name]
    # An address to notify and the name of a group may hold commas themselves: these are parted by spaces alone.
    value: Any = text.strip()
    if kind == tuple[str, ...]:
        value = (text if name in ("notify", "oidc_roles") else text.replace(",", " ")).split()
    return _convert(name, value, place, strict=False)


def _convert(name: str, value: Any, place: str, *, strict: bool) -> Any:
    try:
        return msgspec.convert(value, FIELDS[name], strict=strict)
    except msgspec.ValidationError as error:
        shown = "" if name in SECRETS else f", not {value!r}"
        raise SettingError(f"{place} must be {EXPECTED[FIELDS[name]]}{shown}") from error


def _sinks(read: Callable[[], dict[str, SinkSettings]], place: str) -> dict[str, SinkSettings]:
    try:
        return read()
    except WrongSink as error:
        raise SettingError(f"{place}: {error}") from error


def _check(settings: Settings, origins: Mapping[str, str]) -> None:
    def shown(name: str) -> str:
        return f"{name} ({getattr(settings, name)}, {origins[name]})"

    _check_redis_url(settings.redis_url, origins["redis_url"])
    _check_networks(settings, origins)
    _check_public_url(settings.public_url, origins["public_url"])
    try:
        check_searched(settings.search_sink, settings.sinks)
    except WrongSink as error:
        raise SettingError(f"{shown('search_sink')} {error}") from error
    # One batch runs and one lies prefetched: both must end before Redis gives them to another worker,
    # and that must come before the ledger's own lease ends.
    if not 2 * settings.task_limit_s < settings.visibility_timeout_s:
        raise SettingError(f"twice {shown('task_limit_s')} must be below {shown('visibility_timeout_s')}")
    if not settings.visibility_timeout_s < settings.lease_s:
        raise SettingError(f"{shown('visibility_timeout_s')} must be below {shown('lease_s')}")


def _check_networks(settings: Settings, origins: Mapping[str, str]) -> None:
    for name, check in (
        ("allow_networks", read_allowed),
        ("trusted_proxies", partial(read_networks, "trusted_proxies")),
    ):
        try:
            check(getattr(settings, name))
        except PermanentError as error:
            raise SettingError(f"{error} ({origins[name]})") from error


def _check_public_url(url: str | None, origin: str) -> None:
    if url is not None and PUBLIC_URL.fullmatch(url) is None:
        raise SettingError(f"public_url ({url}, {origin}) must be an address such as https://news.example/desk/")


def _check_redis_url(url: str, origin: str) -> None:
    try:
        check_redis_url(url)
    except WrongAddress as error:
        raise SettingError(f"redis_url ({without_password(url)}, {origin}) {error}") from error


def _with_folders(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings,
        archive_dir=str(settings.archive_folder),
        index_dir=str(settings.index_folder),
    )


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8"
