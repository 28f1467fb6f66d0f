"""Commands for what is set for a source: looked at, tried, saved, taken back."""

from services.cli.arguments import arg, count
from services.cli.command import Command, Example

NAME = arg("name", metavar="SOURCE", help="feed:URL, push:PUBLISHER, drop:FOLDER or host:news.example")
LAST = arg("--last", type=count, default=50, metavar="N", help="how many of its last inputs (50, at most 500)")
NOTE = arg("--note", default="", metavar="WHY", help="kept with the version, for whoever asks later")
HINTS = (
    arg("--zone", metavar="ZONE", help="time zone of its dates without one, such as Asia/Ho_Chi_Minh"),
    arg("--language", metavar="TAG", help="language of its texts, such as vi"),
    arg("--headline", metavar="SELECTOR", help="where its pages have the headline: h1.title"),
    arg("--body", metavar="SELECTOR", help="the box of the text"),
    arg("--byline", metavar="SELECTOR", help="where they say who wrote it"),
    arg("--date", metavar="SELECTOR", help="where they say when it was published"),
    arg("--caption", metavar="SELECTOR", help="the captions of their pictures"),
    arg("--leave-out", action="append", metavar="SELECTOR", help="no part of the article (may be given several times)"),
    arg("--byline-pattern", metavar="PATTERN", help="its byline's line: 'Ảnh: {name}', '{name} ({agency})'"),
    arg("--agency", metavar="NAME", help="who supplied it, where nobody is named"),
    arg("--credit", metavar="WORDS", help="whose its pictures are, where no credit stands"),
)  # fmt: skip

SOURCE_SETTINGS = (
    Command(
        "sources list",
        "sources:list_sources",
        "the sources, and what is set for each",
        examples=(Example("copydesk sources list", "which sources have settings of their own?"),),
    ),
    Command(
        "sources show",
        "sources:show_source",
        "what is set for one source",
        (NAME,),
        examples=(Example("copydesk sources show push:hue-daily", "zone, language and hints in force"),),
    ),
    Command(
        "sources try",
        "sources:try_source",
        "read its last inputs with other settings and show what would change; nothing is kept",
        (NAME, *HINTS, LAST),
        examples=(
            Example(
                "copydesk sources try feed:https://news.example/rss --leave-out .promo",
                "what would go from the last 50 articles?",
            ),
        ),
    ),
    Command(
        "sources set",
        "sources:set_source",
        "save settings: they count for what is read from now on",
        (NAME, *HINTS, NOTE),
        makes=True,
        examples=(
            Example(
                "copydesk sources set host:news.example --headline h2.title --note 'new template'",
                "for every page of this host, whoever sends it",
            ),
        ),
    ),
    Command(
        "sources unset",
        "sources:unset_source",
        "take settings back",
        (
            NAME,
            arg("fields", nargs="+", metavar="FIELD", help="headline, leave-out …, or all"),
            NOTE,
        ),
        examples=(Example("copydesk sources unset host:news.example headline", "the usual reading again"),),
    ),
    Command(
        "sources history",
        "sources:history_of_source",
        "every version of a source's settings: when, by whom, why",
        (NAME,),
        examples=(Example("copydesk sources history push:hue-daily", "who changed what, and why?"),),
    ),
    Command(
        "sources replay",
        "sources:replay_source",
        "read a source's last inputs once more, as it is set now",
        (
            NAME,
            LAST,
            arg("--yes", action="store_true", help="do it; without, they are only counted"),
            NOTE,
        ),
        examples=(
            Example("copydesk sources replay host:news.example", "how many are there?"),
            Example("copydesk sources replay host:news.example --yes --note 'new template'", "read them anew"),
        ),
    ),
)
