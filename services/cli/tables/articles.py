"""Commands that take articles in, or act on them."""

from services.cli.arguments import BECAUSE, DEAD, PURGED, REFS, SOURCE, arg, count
from services.cli.command import Command, Example

ARTICLES = (
    Command(
        "push",
        "push:push",
        "take files in as a publisher would",
        (
            arg("files", nargs="+", metavar="FILE", help="a file, or - for standard input"),
            arg(
                "--url", help="push over HTTP to this desk (COPYDESK_URL; its key in COPYDESK_KEY or COPYDESK_KEY_FILE)"
            ),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            arg("--uri", help="the article's own address (one file only)"),
            *SOURCE,
        ),
        opens=False,  # another machine's desk is pushed to by --url
        examples=(
            Example("copydesk push rubber.txt ferry.html", "two files"),
            Example(
                "curl -s https://news.example/rubber.html | copydesk push - --type text/html --uri https://news.example/rubber.html",
                "a page by its own address",
            ),
        ),
    ),
    Command(
        "read",
        "read:read",
        "show the article in a document, with the evidence for each field: no desk, no Redis",
        (
            arg("document", metavar="FILE|-|URL", help="a file, standard input, or a page of the web"),
            arg("--ninjs", action="store_true", help="as an item of IPTC ninjs 3.1"),
            arg("--markdown", action="store_true", help="as Markdown"),
            arg("--url", help="the address the document stands at"),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            *SOURCE,
        ),
        opens=False,
        alone=True,
        examples=(
            Example("copydesk read page.html", "a file"),
            Example("copydesk read https://news.example/rubber.html --markdown", "a page of the web, as Markdown"),
        ),
    ),
    Command(
        "normalize",
        "normalize:normalize",
        "clean articles from standard input to standard output, without Redis",
        (arg("--jsonl", action="store_true", required=True, help='one input a line: {"path"|"text"|"body_b64": …}'),),
        opens=False,
        alone=True,
        examples=(Example('echo \'{"text": "Ferry runs again"}\' | copydesk normalize --jsonl', "one article a line"),),
    ),
    Command(
        "dead list",
        "dead:list_dead",
        "what no further try will help, and why",
        (arg("--limit", type=count, default=100, metavar="N"), arg("--offset", type=count, default=0, metavar="N")),
        remote=True,
        examples=(Example("copydesk dead list --limit 20", "the latest twenty"),),
    ),
    Command(
        "dead show",
        "dead:show_dead",
        "one dead article, with its input",
        (
            arg("ref", metavar="ID"),
            arg("--raw", action="store_true", help="the input alone, as it came, for `dead edit`"),
        ),
        examples=(
            Example("copydesk dead show k3v7abcdefghijklmnopqrstuv", "with the beginning of its input"),
            Example("copydesk dead show k3v7abcdefghijklmnopqrstuv --raw | tee input.txt", "the whole input"),
        ),
    ),
    Command(
        "dead edit",
        "dead:edit_dead",
        "send a dead or refused input through again with other words in its place",
        (
            arg("name", metavar="ID", help="id@rev as `dead list` or `refused list` shows it"),
            arg("file", metavar="FILE", help="the words as they are to be, or - for standard input"),
            BECAUSE,
        ),
        examples=(
            Example(
                "copydesk dead edit k3v7abc@1447 input.txt --because 'it was cut short'", "once input.txt is mended"
            ),
        ),
        act=True,
    ),
    Command(
        "dead replay",
        "dead:replay_dead",
        "send dead articles through again",
        (*REFS, arg("--because", metavar="WHY", help="kept in the audit log")),
        act=True,
        examples=(
            Example("copydesk dead replay --all --source feed --count", "how many would that be?"),
            Example("copydesk dead replay --all --reason unforeseen", "all that an error ended, once it is mended"),
        ),
    ),
    Command(
        "dead discard",
        "dead:discard_dead",
        "give dead articles up for good",
        (*REFS, arg("--because", default="discarded by hand", metavar="WHY", help="kept in the timeline")),
        act=True,
        examples=(Example("copydesk dead discard --all --stage normalize --because 'no articles'", "give them up"),),
    ),
    Command(
        "dead mute",
        "dead:mute_dead",
        "say nothing of what an article died of, for a time or until more die of it",
        (
            DEAD,
            arg("--until", choices=("grows", "1h", "8h", "1d", "7d"), default="grows", help="for how long (grows)"),
            BECAUSE,
        ),
        act=True,
        examples=(Example("copydesk dead mute ID --until 1d --because 'a release is coming'", "no trouble for a day"),),
    ),
    Command(
        "dead unmute",
        "dead:unmute_dead",
        "speak again of what was muted",
        (DEAD, BECAUSE),
        act=True,
        examples=(Example("copydesk dead unmute ID --because 'it spreads'", "a trouble again"),),
    ),
    Command(
        "dead assign",
        "dead:assign_dead",
        "say who looks after what an article died of",
        (DEAD, arg("to", metavar="PERSON", help="a name, or - for nobody"), BECAUSE),
        act=True,
        examples=(Example("copydesk dead assign ID lan --because 'she knows this site'", "somebody's work"),),
    ),
    Command(
        "dead strays",
        "dead:strays",
        "messages that no worker could read",
        (arg("--clear", action="store_true", help="forget them, once they are shown"),),
        remote=True,
        examples=(Example("copydesk dead strays --clear", "see them a last time"),),
    ),
    Command(
        "refused list",
        "refused:list_refused",
        "inputs that only their sender can mend, and why",
        (arg("--limit", type=count, default=100, metavar="N"), arg("--offset", type=count, default=0, metavar="N")),
        remote=True,
        examples=(Example("copydesk refused list --limit 20", "the latest twenty"),),
    ),
    Command(
        "refused replay",
        "refused:replay_refused",
        "read refused inputs once more, after the reader was mended",
        (
            arg("refs", nargs="*", metavar="ID", help="id@rev as `refused list` shows it"),
            arg("--all", action="store_true", help="all that are listed"),
        ),
        act=True,
        examples=(Example("copydesk refused replay --all", "after an update that reads more"),),
    ),
    Command(
        "release",
        "release:release",
        "give an address free that a publisher has pushed",
        (arg("name", metavar="ADDRESS|ID", help="a page's address, or the article's id"),),
        act=True,
        examples=(
            Example("copydesk release https://news.example/rubber.html", "the next publisher who pushes it has it"),
        ),
    ),
    Command(
        "withdraw",
        "withdraw:withdraw",
        "take an article back for its readers, or all of a source; a tombstone stays",
        (
            arg("name", nargs="?", metavar="ADDRESS|ID", help="the article's address, its id or a receipt"),
            arg("--source", metavar="SOURCE", help="all of feed, drop or push, of one source, or of push:hue-*"),
            arg("--publisher", metavar="NAME", help="all that this publisher pushed last"),
            arg("--since", metavar="TIME", help="what came since: 30min, 1h, 2d, or a moment with its zone"),
            arg("--yes", action="store_true", help="withdraw all of them; without, they are only counted"),
            arg("--because", metavar="WHY", help="kept for good, for whoever asks later"),
        ),
        act=True,
        examples=(
            Example("copydesk withdraw https://news.example/rubber.html --because 'a court order'", "take it back"),
            Example("copydesk withdraw --publisher hue-daily --since 2h", "how many that would be"),
            Example(
                "copydesk withdraw --publisher hue-daily --since 2h --yes --because 'sent by mistake'",
                "take back all of it",
            ),
        ),
    ),
    Command(
        "correct",
        "correct:correct",
        "put other words in an article's place, whoever sent it",
        (
            arg("name", metavar="ADDRESS|ID", help="the article's address, its id or a receipt"),
            arg("file", metavar="FILE", help="the whole article as it is to be, or - for standard input"),
            arg("--type", dest="media_type", metavar="TYPE", help="media type, when the file's name does not tell it"),
            BECAUSE,
        ),
        act=True,
        examples=(
            Example(
                "copydesk correct https://news.example/rubber.html rubber.txt --because 'the names are out'",
                "put other words in its place",
            ),
        ),
    ),
    Command(
        "purge",
        "purge:purge",
        "erase the words of an article for good, archive included",
        PURGED,
        act=True,
        examples=(
            Example("copydesk purge https://news.example/rubber.html --because 'a court order'", "count what would go"),
            Example("copydesk purge https://news.example/rubber.html --because 'a court order' --yes", "erase it"),
        ),
    ),
)
