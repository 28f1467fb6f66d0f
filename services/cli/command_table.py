"""Every command of `copydesk`; each table in `tables/` is a section of the help."""

from services.cli.tables.articles import ARTICLES
from services.cli.tables.desk import DESK
from services.cli.tables.keeping import KEEPING
from services.cli.tables.monitoring import MONITORING
from services.cli.tables.sinks import SINKS
from services.cli.tables.sources import SOURCES

COMMANDS = (*MONITORING, *ARTICLES, *SOURCES, *SINKS, *KEEPING, *DESK)

GROUPS = {
    "feeds": "subscriptions",
    "keys": "keys of publishers, monitors and operators",
    "dead": "articles that need a person",
    "refused": "inputs that only their sender can mend",
    "sinks": "places that articles are handed on to",
    "config": "settings",
}
