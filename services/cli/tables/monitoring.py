"""Commands that look: what stands where, one article's way, and whether all is accounted for."""

from services.cli.arguments import arg, count, number
from services.cli.command import Command, Example

CAME_FROM = arg("--source", metavar="SOURCE", help="feed, drop or push, one source, or how several begin (push:hue-*)")

MONITORING = (
    Command(
        "status",
        "status:status",
        "what stands where, and how old the oldest is",
        remote=True,
        examples=(
            Example("copydesk status", "is all well? the exit code says so too: 1 with a trouble"),
            Example("copydesk status --json | jq .troubles", "the troubles for a program"),
        ),
    ),
    Command(
        "list",
        "list:list",
        "the articles by state, source and time, the newest first",
        (
            arg("words", nargs="*", metavar="WORD", help="words, an id, a receipt, an address or a drop's path"),
            arg("--state", metavar="STATE", help="dead, queued …, or in-flight, failed, all (several with commas)"),
            CAME_FROM,
            arg("--publisher", metavar="NAME", help="what this publisher pushed"),
            arg("--since", metavar="TIME", help="30min, 1h, 2d, or a moment with its zone"),
            arg(
                "--worker", metavar="HOST[:START]", help="what this worker took up lately; `copydesk status` names all"
            ),
            arg("--before", type=number, metavar="REV", help="the page after the one that named it"),
            arg("--limit", type=count, default=50, metavar="N"),
        ),
        examples=(
            Example("copydesk list --state failed --since 1h", "what failed in the last hour, and why"),
            Example("copydesk list --source feed --limit 10", "the last ten articles of feeds"),
        ),
    ),
    Command(
        "show",
        "show:show",
        "one article: what was read, from where, and its way through the desk",
        (
            arg("id", metavar="ID", help="an article's id, a receipt, an address, or the path of a drop"),
            arg("--evidence", action="store_true", help="with every reading, the rule behind it and how sure it is"),
            arg("--all", action="store_true", help="with every receipt: each input that told of it"),
        ),
        examples=(
            Example("copydesk show https://news.example/rubber.html", "by its address"),
            Example("copydesk show seeds/rubber.txt --evidence", "a drop, with every reading"),
        ),
    ),
    Command(
        "search",
        "search:search",
        "find articles, with or without Vietnamese diacritics",
        (
            arg("query", nargs="+", metavar="QUERY"),
            arg("--limit", type=count, default=10, metavar="N"),
            arg("--offset", type=count, default=0, metavar="N"),
            arg("--cursor", default="", metavar="CURSOR", help="the page after that, as the page before told it"),
            arg("--facet", action="append", metavar="NAME", help="count by source, language, day, author or kind"),
        ),
        examples=(
            Example("copydesk search cao su", "the best hits first, with or without marks on letters"),
            Example('copydesk search "giá cao su" --limit 3 --json', "for a program"),
        ),
    ),
    Command(
        "tail",
        "tail:tail",
        "the last changes of articles; -f for those that come",
        (
            arg("-f", "--follow", action="store_true", help="go on with each change as it happens, until Ctrl-C"),
            arg("-n", "--lines", type=count, default=20, metavar="N", help="how many to begin with (20)"),
            arg("--state", metavar="STATE", help="only these states (several with commas)"),
            CAME_FROM,
            arg("--publisher", metavar="NAME", help="only what this publisher pushed"),
            arg("--article", metavar="ID", help="only this article"),
            arg("--worker", metavar="HOST[:START]", help="only what this worker took up"),
        ),
        remote=True,
        examples=(
            Example("copydesk tail -f", "every change as it happens"),
            Example("copydesk tail -f --state dead,refused --json", "what fails, for a program"),
        ),
    ),
    Command(
        "watch",
        "watch:watch",
        "the desk at a glance, live: troubles, stages, the newest articles",
        (
            arg("--once", action="store_true", help="look once, as `copydesk status` does"),
            arg("--plain", action="store_true", help="write lines for a file or a pipe, without a screen"),
        ),
        remote=True,
        examples=(
            Example("copydesk watch", "until q"),
            Example("copydesk watch --plain >> desk.log", "lines for a file"),
        ),
    ),
    Command(
        "balance",
        "balance:balance",
        "prove that every input is accounted for",
        remote=True,
        examples=(Example("copydesk balance || echo 'something is unaccounted for'", "in a script"),),
    ),
)
