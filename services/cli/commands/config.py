"""`copydesk config show` and `check`: every setting in force and where it comes from; what is wrong with a file."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import BOLD, styled, table, width
from shared.setting_reference import EXPLAINED, REFERENCE
from shared.settings import SECRETS, faults_of, without_password

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
    return OK


def _members(table: msgspec.Struct) -> str:
    return ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(table).items() if value)


def check_config(context: Context) -> int:
    """Each fault of a file of settings, before a process meets the first of them. Exit code 1 when there is one."""
    path = Path(context.args.file)
    faults = faults_of(path)
    if context.as_json:
        show_json({"file": str(path), "faults": faults})
        return WRONG if faults else OK
    for fault in faults:
        warn(fault)
    if not faults:
        print(f"{path} is fine, together with the environment of this process.")
    return WRONG if faults else OK


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
