"""`copydesk config show` and `check`: every setting in force and where it comes from; what is wrong with a file."""

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import BOLD, styled, table, width
from shared.setting_reference import EXPLAINED, REFERENCE
from shared.settings import SECRETS, config_file, faults_of, without_password

HIDDEN = "***"


def show_config(context: Context) -> int:
    """Values and origins; passwords and keys are never shown."""
    values = {name: _shown(name, value) for name, value in msgspec.structs.asdict(context.settings).items()}
    origins, explain = context.loaded.origins, context.args.explain
    if context.as_json:
        show_json({name: _told(name, value, origins[name], explain=explain) for name, value in values.items()})
        return OK
    if explain:
        for title, names in REFERENCE.items():
            print(styled(title, BOLD))
            for name in names:
                print(*_explained(name, values[name], origins[name]), sep="\n")
        return OK
    rows = [("SETTING", "VALUE", "FROM")]
    rows += [(name, _text(value), origins[name]) for name, value in values.items() if name not in ("drops", "keep")]
    for path, source in context.settings.drops.items():
        rows.append((f'drops."{path}"', _members(source), origins["drops"]))
    for pattern, kept in context.settings.keep.items():
        rows.append((f'keep."{pattern}"', _members(kept), origins["keep"]))
    print(*table(rows), sep="\n")
    in_use = file_in_use()
    print("", _said_of_use(None, None) if in_use is None else f"The file of settings in use: {in_use}", sep="\n")
    return OK


def _members(table: msgspec.Struct) -> str:
    return ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(table).items() if value)


def check_config(context: Context) -> int:
    """Each fault of a file of settings, before a process meets the first of them. Exit code 1 when there is one.

    Without a file named, of the one that commands and processes read when they are started here.
    """
    in_use = file_in_use()
    path = Path(context.args.file) if context.args.file else in_use
    faults = faults_of(path) if path is not None else []
    if context.as_json:
        show_json({"file": path and str(path), "inUse": in_use and str(in_use), "faults": faults})
        return WRONG if faults else OK
    for fault in faults:
        warn(fault)
    if path is not None and not faults:
        print(f"{path} is fine, together with the environment of this process.")
    print(_said_of_use(path, in_use))
    return WRONG if faults else OK


def file_in_use() -> Path | None:
    """The file of settings that whatever is started here reads; None where there is none."""
    path = config_file().absolute()
    return path if path.exists() or os.environ.get("COPYDESK_CONFIG") else None


def _said_of_use(path: Path | None, in_use: Path | None) -> str:
    if in_use is None:
        place = config_file().absolute()
        return f"No file of settings is in use here: COPYDESK_CONFIG names none, and there is no {place}."
    if path is not None and path.absolute() == in_use:
        return "It is the file in use: whatever is started here reads it."
    return f"In use here is another one: {in_use}."


def _told(name: str, value: object, origin: str, *, explain: bool) -> dict[str, object]:
    told = {"value": value, "origin": origin}
    return told | EXPLAINED[name]._asdict() if explain else told


def _explained(name: str, value: object, origin: str) -> Iterator[str]:
    explained = EXPLAINED[name]
    unit = f" {explained.unit}" if explained.unit and value is not None else ""
    yield f"  {name} = {_text(value)}{unit} ({origin})"
    for text in (explained.meaning, explained.turn):
        yield from (f"      {line}" for line in textwrap.wrap(text, max(40, width() - 6)))


def _shown(name: str, value: object) -> object:
    if name in SECRETS:
        return HIDDEN if value else None
    return without_password(value) if name.endswith("_url") and isinstance(value, str) else value


def _text(value: object) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) or "-" if isinstance(value, tuple) else str(value)
