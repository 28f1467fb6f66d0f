"""`copydesk backup`: what cannot be made again, copied beside the live desk."""

from pathlib import Path

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import plural, size
from services.desk.backup.copying import Backup, back_up
from services.desk.backup.store import Store
from shared.settings import config_file


def backup(context: Context) -> int:
    """Make a backup. Exit code 1 when what was copied was damaged before, 2 when none could be made."""
    args = context.args
    store = Store(Path(args.folder))
    made = back_up(context.settings, config_file(), store, with_index=not args.without_index, keep=args.keep)
    damaged = [item for item in made.manifest.items if item.damaged]
    for item in damaged:
        warn(
            f"{item.name} has {plural(item.damaged, 'damaged entry')}, copied as it is: "
            f"`{context.hint('verify')}` says which"
        )
    if context.as_json:
        show_json(_told(made, args.folder))
    else:
        told = "without the index" if made.manifest.articles is None else plural(made.manifest.articles, "article")
        inputs = sum(item.entries for item in made.manifest.items)
        print(f"Backup {made.name} in {args.folder}: {plural(inputs, 'archived entry')},")
        print(
            f"{told}, {size(made.manifest.size)} in {plural(len(made.manifest.items), 'file')}, "
            f"of which {size(made.copied_bytes)} were copied."
        )
    return WRONG if damaged else OK


def _told(made: Backup, folder: str) -> dict[str, object]:
    return {
        "name": made.name,
        "folder": folder,
        "files": len(made.manifest.items),
        "bytes": made.manifest.size,
        "copiedBytes": made.copied_bytes,
        "removedFiles": made.removed_files,
        "entries": sum(item.entries for item in made.manifest.items),
        "articles": made.manifest.articles,
        "damaged": [item.name for item in made.manifest.items if item.damaged],
    }
