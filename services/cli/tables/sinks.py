"""Commands for where articles are handed on to."""

from services.cli.arguments import arg, count
from services.cli.command import Command, Example

SINK = arg("sink", metavar="SINK", help="its name in the settings")
ONLY = arg("--sink", metavar="SINK", help="only this one")
LIMIT = arg("--limit", type=count, default=50, metavar="N")

SINKS = (
    Command(
        "sinks list",
        "sinks:list_sinks",
        "where articles are handed on to, and how each stands",
        opens=False,
        examples=(Example("copydesk sinks list", "how far behind is each?"),),
    ),
    Command(
        "sinks log",
        "sinks:log_deliveries",
        "what was delivered where, the newest first",
        (
            arg(
                "article", nargs="?", metavar="ID", help="only this article: its id, a receipt, an address, its own uri"
            ),
            ONLY,
            LIMIT,
        ),
        examples=(Example("copydesk sinks log --sink search --limit 5", "what went to `search` last"),),
    ),
    Command(
        "sinks dead",
        "sinks:dead_deliveries",
        "what a sink will not take, and why",
        (ONLY, LIMIT),
        examples=(Example("copydesk sinks dead", "at all sinks"),),
    ),
    Command(
        "sinks replay",
        "sinks:replay_deliveries",
        "deliver once more",
        (
            SINK,
            arg("articles", nargs="*", metavar="ID", help="all words of these articles, by any name"),
            arg("--dead", action="store_true", help="what it would not take"),
            arg("--since", default="", metavar="TIME", help="all since then: 30min, 2d, a moment with its zone"),
            arg("--until", default="", metavar="TIME", help="and before that"),
        ),
        act=True,
        examples=(
            Example("copydesk sinks replay search --since 2d", "what was decided in the last two days"),
            Example("copydesk sinks replay search --dead", "what it would not take, once the cause is mended"),
        ),
    ),
    Command(
        "sinks discard",
        "sinks:discard_deliveries",
        "give up what a sink will not take",
        (SINK, arg("articles", nargs="*", metavar="ID"), arg("--all", action="store_true", help="all of it")),
        act=True,
        examples=(Example("copydesk sinks discard search --all", "the articles stay in the index"),),
    ),
)
