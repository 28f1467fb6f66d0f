"""`copydesk doctor`: what this machine lacks, and what to do about it."""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from services.cli.context import NEWER, OK, UNUSABLE, Context, show_json
from services.cli.printing import RED, ago, clean, plural, row, styled
from services.cli.reach import refuse_newer_ledger
from services.cli.triage import triaged_causes
from services.desk.data_folder import find_desk, reach
from services.desk.valkey import find_server
from services.ingest.drop_watch import mode
from shared.audit import AuditLog
from shared.clock import now_us
from shared.data_version import VERSION, check_folder
from shared.errors import CopydeskError, NewerData
from shared.ledger.connection import OLDEST_REDIS, connect_to_look, redis_errors
from shared.ledger.reader import LedgerReader
from shared.redis_url import read_sentinels
from shared.settings import Settings, without_password
from shared.source_settings import is_zone

MIB = 1024 * 1024
EXPIRED_WITHIN_US = 2 * 86_400 * 1_000_000
MOST_ACTS = 1000
OLDEST_PYTHON = (3, 11)

FEWEST_WATCHES = 8192
A_TIME_AFTER_THIS_WAS_WRITTEN = 1_760_000_000

Verdict = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was looked at. `advice` says what to do where it is not fine; `newer`: of a newer release."""

    name: str
    verdict: Verdict
    found: str
    advice: str | None = None
    newer: bool = False


def doctor(context: Context) -> int:
    """Look at everything; exit code 2 when something must be done before the desk can work, 3 for newer data."""
    findings = list(examine(context))
    if context.as_json:
        show_json(findings)
    else:
        for finding in findings:
            print(*_lines(finding), sep="\n")
    if any(finding.newer for finding in findings):
        return NEWER
    return UNUSABLE if any(finding.verdict == "fail" for finding in findings) else OK


def examine(context: Context) -> Iterator[Finding]:
    """Each check on its own: one that breaks tells so and does not stop the others."""
    settings = reach(context.loaded)
    yield from _careful("python", _python)
    yield from _careful("sqlite", _sqlite)
    yield from _careful("redis", lambda: _redis(context, settings))
    yield from _careful("muted", lambda: _muted(context, settings))
    yield from _careful("folders", lambda: _folders(settings))
    yield from _careful("drops", lambda: _drops(settings))
    yield from _careful("keep", lambda: _keep(settings))
    yield from _careful("clock", _clock)


def _keep(settings: Settings) -> Iterator[Finding]:
    """Where something is not kept for ever, whether anybody erases it: the audit log tells."""
    if not settings.keep:
        return
    acts = AuditLog(settings.audit_folder).latest(MOST_ACTS, on="all")
    last = next((acted.at_us for acted in acts if acted.act == "expire"), None)
    if last is not None and now_us() - last < EXPIRED_WITHIN_US:
        yield Finding(name="keep", verdict="ok", found=f"what is past its time was erased {ago(last, now_us())} ago")
        return
    told = "never" if last is None else f"{ago(last, now_us())} ago for the last time"
    advice = "run `copydesk expire` each night, by cron or a timer (docs/operate.md)"
    yield Finding(name="keep", verdict="warn", found=f"what is past its time was erased {told}", advice=advice)


def _careful(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except (CopydeskError, OSError, sqlite3.Error) as error:
        yield Finding(name=name, verdict="fail", found=str(error), newer=isinstance(error, NewerData))


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Finding(name="python", verdict="fail", found=version, advice="install Python 3.11 or newer")
    else:
        yield Finding(name="python", verdict="ok", found=version)


def _sqlite() -> Iterator[Finding]:
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
        yield Finding(name="sqlite", verdict="ok", found=f"{sqlite3.sqlite_version} with FTS5")
    except sqlite3.OperationalError:
        yield Finding(
            name="sqlite",
            verdict="fail",
            found=f"{sqlite3.sqlite_version} without FTS5",
            advice="use a Python whose sqlite3 has the FTS5 extension: the index needs it",
        )
    finally:
        database.close()


def _redis(context: Context, settings: Settings) -> Iterator[Finding]:
    if context.loaded.origins["redis_url"] == "default" and find_desk(context.data_dir) is None:
        reason = f"none is up on {context.data_dir}; `copydesk up` starts {find_server()}"
        yield Finding(name="redis", verdict="ok", found=reason)
        return
    client: Any = connect_to_look(settings)
    with redis_errors(client):
        info = client.info()
    yield from _server(info, without_password(settings.redis_url))
    if read_sentinels(settings.redis_url) is not None:
        yield _replicas(info)
    refuse_newer_ledger(settings)


def _server(info: Mapping[str, Any], place: str) -> Iterator[Finding]:
    """Is it one that the ledger and Celery can use, and does it keep what it is given?"""
    version = str(info.get("valkey_version") or info["redis_version"])
    yield _judged(
        "redis",
        int(version.partition(".")[0]) >= OLDEST_REDIS,
        f"{info.get('server_name', 'redis')} {version} at {place}",
        "use Redis 7 or newer, or Valkey: the ledger needs its scripts",
    )
    yield _judged(
        "redis cluster",
        not info.get("cluster_enabled"),
        "off" if not info.get("cluster_enabled") else "on",
        "neither Celery nor the ledger can use a cluster: point redis_url at a single Redis, or at Sentinels",
    )
    policy = str(info.get("maxmemory_policy", "not told"))
    yield _judged(
        "redis eviction",
        policy == "noeviction",
        policy,
        "set maxmemory-policy noeviction: any other deletes whole queues without a word when memory is short",
    )
    appends = bool(info.get("aof_enabled"))
    yield Finding(
        name="redis appendonly",
        verdict="ok" if appends else "warn",
        found="yes" if appends else "no",
        advice=None
        if appends
        else "set appendonly yes: after a crash all work in flight is recovered from the archive only",
    )


def _replicas(info: Mapping[str, Any]) -> Finding:
    """Who could take the master's place, and whether one that was cut off stops by itself."""
    count = int(info.get("connected_slaves", 0))
    guarded = "min_slaves_good_slaves" in info  # told only where min-replicas-to-write is set
    if count == 0:
        advice = "start a replica: with none, nobody can take the master's place"
    elif not guarded:
        advice = "set min-replicas-to-write 1 and min-replicas-max-lag 10: else a master that was cut off goes on alone"
    else:
        advice = None
    found = f"{plural(count, 'replica')}, min-replicas-to-write {'set' if guarded else 'not set'}"
    return Finding(name="redis replicas", verdict="warn" if advice else "ok", found=found, advice=advice)


def _muted(context: Context, settings: Settings) -> Iterator[Finding]:
    """What nobody is told of is told here."""
    if context.loaded.origins["redis_url"] == "default" and find_desk(context.data_dir) is None:
        return
    muted = [one for one in triaged_causes(settings, LedgerReader(connect_to_look(settings))) if one.muted]
    if muted:
        dead = plural(sum(one.count for one in muted), "dead article")
        found = f"{dead} of {plural(len(muted), 'cause')}: no trouble is told of them"
        yield Finding(name="muted", verdict="ok", found=found, advice="`copydesk dead list` says until when, by whom")


def _folders(settings: Settings) -> Iterator[Finding]:
    version = check_folder(Path(settings.data_dir))
    meaning = "this release's" if version == VERSION else f"brought up to {VERSION} by `copydesk up`"
    yield Finding(name="data version", verdict="ok", found=f"{version}, {meaning}")
    named = {"data": settings.data_dir, "archive": settings.archive_dir, "index": settings.index_dir}
    for part, named_folder in named.items():
        name, folder = f"{part} folder", named_folder or settings.data_dir
        place = _nearest(Path(folder))
        writable = os.access(place, os.W_OK | os.X_OK)
        free = shutil.disk_usage(place).free // MIB
        found = f"{folder}, {free:,} MiB free" if writable else f"{folder} cannot be written"
        if not writable:
            yield Finding(name=name, verdict="fail", found=found, advice=f"let user {os.getuid()} write to {place}")
        elif free < settings.disk_reserve_mb:
            advice = f"free some space: below disk_reserve_mb ({settings.disk_reserve_mb}) nothing is taken in"
            yield Finding(name=name, verdict="fail", found=found, advice=advice)
        else:
            yield Finding(name=name, verdict="ok", found=found)


def _drops(settings: Settings) -> Iterator[Finding]:
    folder = Path(settings.seeds_dir)
    if not folder.is_dir():
        advice = f"make the folder {folder}, or set seeds_dir"
        yield Finding(name="drops", verdict="warn", found=f"{folder} is not there", advice=advice)
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield Finding(
            name="drops", verdict="fail", found=f"{folder} cannot be read", advice="give the desk read rights"
        )
        return
    how = mode(folder)
    by_events = how.kind == "inotify"
    yield Finding(
        name="drops",
        verdict="ok" if by_events else "warn",
        found=f"{folder}: {how.reason}",
        advice=None if by_events else "a folder on a local disk is taken at once",
    )
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if by_events and limit.exists():
        watches = int(limit.read_text())
        few = watches < FEWEST_WATCHES
        yield Finding(
            name="inotify",
            verdict="warn" if few else "ok",
            found=f"{watches:,} watches allowed",
            advice="raise fs.inotify.max_user_watches: each sub-folder of drops needs one" if few else None,
        )


def _clock() -> Iterator[Finding]:
    now = time.time()
    year = time.gmtime(now).tm_year
    yield _judged(
        "clock", now > A_TIME_AFTER_THIS_WAS_WRITTEN, f"the year is {year}", "set the clock: revisions are times"
    )
    is_known = is_zone("Asia/Ho_Chi_Minh")
    yield _judged("time zones", is_known, "known" if is_known else "not known", "install tzdata (pip install tzdata)")


def _judged(name: str, fine: bool, found: str, advice: str) -> Finding:
    return Finding(name=name, verdict="ok" if fine else "fail", found=found, advice=None if fine else advice)


def _nearest(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def _lines(finding: Finding) -> Iterator[str]:
    mark = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}[finding.verdict]
    yield f"{styled(mark, RED) if finding.verdict == 'fail' else mark}  {finding.name:<17} {clean(finding.found)}"
    if finding.advice:
        yield from row("", finding.advice)
