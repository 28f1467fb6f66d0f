"""The places that articles are handed on to, as an operator sets them: tables in copydesk.toml, or one a line."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
ADDRESS = re.compile(r"[a-z0-9+.-]+:\S+", re.IGNORECASE)
HUB = "websub+"


class WrongSink(ValueError):
    """A sink that cannot be meant: which, and what is wrong with it."""


class SinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that articles are handed on to: its address, and what may not stand in it.

    `login` is `name:password`; `secrets` sign what is sent, the first of them first. Each may stand in a file instead,
    secrets one a line. `ca_file` holds the certificate of an authority of one's own. `sources` are those whose articles
    go there, as `feed:https://news.example/rss` or `push:*`; all, where none is named. `topics` are the feeds of the
    desk that a hub is told of, as their readers ask for them.
    """

    url: str
    login: str | None = None
    login_file: str | None = None
    secrets: tuple[str, ...] = ()
    secrets_file: str | None = None
    ca_file: str | None = None
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    topics_file: str | None = None


def hubs_of(sinks: Mapping[str, SinkSettings], topic: str) -> tuple[str, ...]:
    """The hubs that are told of changes to a feed (WebSub), by its address."""
    hubs = [sink.url.removeprefix(HUB) for sink in sinks.values() if sink.url.startswith(HUB) and topic in sink.topics]
    return tuple(hubs)


def read_tables(value: Any) -> dict[str, SinkSettings]:
    """Tables `[sinks.NAME]` of copydesk.toml."""
    if not isinstance(value, dict):
        raise WrongSink("sinks must be tables [sinks.NAME] with a url")
    return {name: _sink(name, table) for name, table in value.items()}


def read_lines(text: str) -> dict[str, SinkSettings]:
    """`NAME=ADDRESS` one a line, as an environment variable or a file of secrets holds them."""
    sinks = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, parted, address = line.partition("=")
        if not parted:
            raise WrongSink("a sink is written NAME=ADDRESS, such as search=opensearch+http://opensearch:9200/articles")
        sinks[name.strip()] = _sink(name.strip(), {"url": address.strip()})
    return sinks


def check_searched(name: str | None, sinks: Mapping[str, SinkSettings]) -> None:
    """Raise `WrongSink` where searches are to be asked of a sink that is not there, or does not get all articles."""
    if name is None:
        return
    if name not in sinks:
        raise WrongSink(f"must be one of the sinks: {', '.join(sorted(sinks)) or 'there is none'}")
    if sinks[name].sources:
        raise WrongSink("must get all articles, or what it lacks is never found: leave its sources out")


def _sink(name: str, table: Any) -> SinkSettings:
    if not NAME.fullmatch(name):
        raise WrongSink(f"a sink's name has small letters, digits and hyphens, not {name!r}")
    try:
        sink = msgspec.convert(table, SinkSettings)
    except msgspec.ValidationError as error:
        raise WrongSink(f"sink {name}: {error}") from error
    if not ADDRESS.fullmatch(sink.url):
        raise WrongSink(f"sink {name}: its url must be an address such as opensearch+http://opensearch:9200/articles")
    return _with_files(name, sink)


def _with_files(name: str, sink: SinkSettings) -> SinkSettings:
    """The same with what stands in files."""
    if sink.login_file is not None:
        sink = msgspec.structs.replace(sink, login=_read(name, sink.login_file).strip())
    if sink.secrets_file is not None:
        lines = _read(name, sink.secrets_file).split()
        sink = msgspec.structs.replace(sink, secrets=(*sink.secrets, *lines))
    if sink.topics_file is not None:
        sink = msgspec.structs.replace(sink, topics=(*sink.topics, *_read(name, sink.topics_file).split()))
    return sink


def _read(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSink(f"sink {name}: the file {file} cannot be read: {error}") from error
