"""Every command of `copydesk`; each table in `tables/` is a section of the help."""

from collections.abc import Mapping

from services.cli.command import Command
from services.cli.tables.articles import ARTICLES
from services.cli.tables.desk import DESK
from services.cli.tables.help import HELP
from services.cli.tables.keeping import KEEPING
from services.cli.tables.monitoring import MONITORING
from services.cli.tables.sinks import SINKS
from services.cli.tables.source_settings import SOURCE_SETTINGS
from services.cli.tables.sources import SOURCES

SECTIONS: Mapping[str, tuple[Command, ...]] = {
    "Look": MONITORING,
    "Articles": ARTICLES,
    "Sources": (*SOURCES, *SOURCE_SETTINGS),
    "Sinks": SINKS,
    "Keep": KEEPING,
    "The desk": DESK,
    "Help": HELP,
}
COMMANDS = tuple(command for section in SECTIONS.values() for command in section)

GROUPS = {
    "feeds": "subscriptions",
    "sources": "what is set for a source: zone, language, hints",
    "keys": "keys of publishers, monitors and operators",
    "dead": "articles that need a person",
    "refused": "inputs that only their sender can mend",
    "sinks": "places that articles are handed on to",
    "config": "settings",
}
ABOUT = "News in, clean articles out: feeds, drops and pushes become one searchable article each."


def below(group: str) -> tuple[Command, ...]:
    """The commands of a group: `feeds add`, `feeds list` …"""
    return tuple(command for command in COMMANDS if command.words.startswith(f"{group} "))
