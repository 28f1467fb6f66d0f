"""Commands that keep what cannot be made again: backups, and the proof that all of it is whole."""

from services.cli.arguments import arg, count
from services.cli.command import Command, Example

CHOSEN = (
    arg("--source", metavar="SOURCE", help="only of this source; feed:* takes all that begin so"),
    arg("--since", metavar="TIME", help="only what came since: 2d, or a moment with its zone"),
    arg("--until", metavar="TIME", help="only what came before"),
)

KEEPING = (
    Command(
        "backup",
        "backup:backup",
        "copy archive, index, feeds, keys and settings beside the live desk; only what is new",
        (
            arg("folder", metavar="DIR", help="where the backups are, on another disk"),
            arg("--without-index", action="store_true", help="leave the index out: it can be made anew"),
            arg("--keep", type=count, default=7, metavar="N", help="how many backups stay (7)"),
        ),
        examples=(Example("copydesk backup /mnt/backups/desk", "each night, beside the live desk"),),
    ),
    Command(
        "restore",
        "restore:restore",
        "bring a backup back into an empty data folder",
        (
            arg("folder", metavar="DIR", help="where the backups are"),
            arg(
                "--at",
                default="",
                metavar="NAME",
                help="which one, as its name begins (the last)",
            ),
            arg("--salvage", action="store_true", help="bring back what is whole, where files are damaged or missing"),
        ),
        opens=False,
        examples=(
            Example("copydesk restore /mnt/backups/desk --at 2026-11-29", "that night's backup, into an empty folder"),
        ),
    ),
    Command(
        "verify",
        "verify:verify",
        "hold the archive against the ledger and the index, or a backup against what it says of itself",
        (
            arg("folder", nargs="?", metavar="DIR", help="a folder of backups; without, the desk itself"),
            arg("--at", default="", metavar="NAME", help="which backup (the last)"),
        ),
        remote=True,  # of backups, which may lie on another machine
        examples=(Example("copydesk verify /mnt/backups/desk", "reads every byte of the last backup"),),
    ),
    Command(
        "export",
        "export:export",
        "take articles out as lines of JSON, or inputs as they came as WARC",
        (
            arg("file", metavar="FILE", help="where to write it, or - for standard output; .gz is compressed (WARC)"),
            arg("--ndjson", action="store_true", help="the articles that stand, a line of JSON each"),
            arg("--warc", action="store_true", help="the inputs in the archive, as WARC/1.1"),
            arg("--withdrawn", action="store_true", help="with the tombstones of what was withdrawn (NDJSON)"),
            *CHOSEN,
        ),
        examples=(Example("copydesk export pages.warc.gz --warc", "pages as they were fetched"),),
    ),
    Command(
        "renormalize",
        "renormalize:renormalize",
        "read articles once more from the archive, by the rules of this release",
        (
            arg("--dry-run", dest="yes", action="store_false", help="only tell which fields would be others"),
            *CHOSEN,
            arg("--rules", metavar="RULES", help="only what was read by these (`show --evidence` tells), or unknown"),
            arg("--limit", type=count, default=0, metavar="N", help="at most so many"),
        ),
        act=True,
        examples=(
            Example("copydesk renormalize --dry-run", "what the rules of today would change, and in how many articles"),
        ),
    ),
    Command(
        "expire",
        "expire:expire",
        "erase what is past the time that its source is kept, as the setting keep says",
        (arg("--dry-run", dest="yes", action="store_false", help="only count it"),),
        act=True,
        examples=(Example("copydesk expire", "each night, where a source is not kept for ever"),),
    ),
    Command(
        "reindex",
        "reindex:reindex",
        "set a damaged index aside, to be made anew from the archive",
        (
            arg("--yes", action="store_true", help="do it; without, only what would be done is told"),
            arg(
                "--words",
                action="store_true",
                help="make its words alone anew, from the articles in it",
            ),
        ),
        act=True,
        examples=(Example("copydesk reindex", "after the index was lost; the index service is down"),),
    ),
)
