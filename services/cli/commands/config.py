"""`copydesk config show`: every setting in force and where it comes from."""

import msgspec

from services.cli.context import OK, Context, show_json
from services.cli.printing import table
from shared.settings import SECRETS, without_password

HIDDEN = "***"


def show_config(context: Context) -> int:
    """Values and origins; passwords and keys are never shown."""
    values = {name: _shown(name, value) for name, value in msgspec.structs.asdict(context.settings).items()}
    origins = context.loaded.origins
    if context.as_json:
        show_json({name: {"value": value, "origin": origins[name]} for name, value in values.items()})
        return OK
    rows = [("SETTING", "VALUE", "FROM")]
    rows += [(name, _text(value), origins[name]) for name, value in values.items() if name != "drops"]
    for path, source in context.settings.drops.items():
        values_of_drop = ", ".join(f"{key} {value}" for key, value in msgspec.structs.asdict(source).items() if value)
        rows.append((f'drops."{path}"', values_of_drop, origins["drops"]))
    print(*table(rows), sep="\n")
    return OK


def _shown(name: str, value: object) -> object:
    if name in SECRETS:
        return HIDDEN if value else None
    return without_password(value) if name.endswith("_url") and isinstance(value, str) else value


def _text(value: object) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) or "-" if isinstance(value, tuple) else str(value)
