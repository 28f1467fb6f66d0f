"""docs/settings.md, made from the settings and what is said of them: `make settings`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from shared.setting_reference import REFERENCE, Explained
from shared.settings import EXPECTED, FIELDS, Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Every setting, made from the code by `make settings`; a test holds this page to it. [Operating the desk](operate.md)
says where they are set: a flag (`--set NAME=VALUE`) wins over the environment (`COPYDESK_` and the name in capitals;
with `_FILE` behind it, a file that holds the value), that over `copydesk.toml`, that over the default.

```sh
copydesk config show --explain        # what is in force here, where it comes from, and what it means
copydesk config check                 # which file is in use, and all that is wrong with it
```
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(line for title, names in REFERENCE.items() for line in _section(title, names))


def _section(title: str, names: Mapping[str, Explained]) -> Iterator[str]:
    yield f"\n## {title}\n\n| setting | default | takes | meaning | turn it |\n|---|---|---|---|---|\n"
    for name, explained in names.items():
        unit = f" ({explained.unit})" if explained.unit else ""
        takes = f"{EXPECTED[FIELDS[name]]}{unit}".replace("|", "\\|")
        yield f"| `{name}` | {_default(name)} | {takes} | {explained.meaning} | {explained.turn} |\n"


def _default(name: str) -> str:
    value = msgspec.structs.asdict(Settings())[name]
    if value in (None, (), {}):
        return "–"
    return f"`{' '.join(value) if isinstance(value, tuple) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
