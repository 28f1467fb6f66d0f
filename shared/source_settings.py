"""What is set for a source: in tables of copydesk.toml, by flags, or with a key."""

from importlib import import_module
from typing import Any

import msgspec

from shared.language_tags import language_tag
from shared.setting_errors import SettingError
from shared.suggestions import suggest

EXPECTED = 'tables [drops."sub/folder"] with zone and language'


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner knows of a source: the zone of dates without one, the language of its texts."""

    zone: str | None = None
    language: str | None = None


def read_drops(value: Any, file: str) -> dict[str, SourceSettings]:
    """Tables `[drops."sub/folder"]`."""
    if not isinstance(value, dict):
        raise SettingError(f"{file}: drops must be {EXPECTED}, not {value!r}")
    return {_drop_path(path, file): _drop(path, table, file) for path, table in value.items()}


def _drop_path(path: str, file: str) -> str:
    plain = path.strip("/")
    if any(part in ("", ".", "..") for part in plain.split("/")) and plain:
        raise SettingError(f'{file}: [drops."{path}"] must be a folder below seeds_dir, such as "agency/sport"')
    return plain


def _drop(path: str, table: Any, file: str) -> SourceSettings:
    place = f'{file}: [drops."{path}"]'
    if not isinstance(table, dict):
        raise SettingError(f"{place} must be a table with zone and language, not {table!r}")
    for key, value in table.items():
        if key not in SourceSettings.__struct_fields__:
            raise SettingError(f"{place}: unknown key {key!r}{suggest(key, SourceSettings.__struct_fields__)}")
        if not isinstance(value, str):
            raise SettingError(f"{place}: {key} must be a text, not {value!r}")
    check_source(zone=table.get("zone"), language=table.get("language"), place=place)
    return SourceSettings(**table)


def check_source(*, zone: str | None, language: str | None, place: str) -> None:
    """Refuse a zone or a language that nobody knows: `Asia/Ho_Chi_Minh` and `vi` are fine."""
    for problem in problems_of_source(zone=zone, language=language).values():
        raise SettingError(f"{place}: {problem}")


def problems_of_source(*, zone: str | None, language: str | None) -> dict[str, str]:
    """What is wrong with them, by the name of the field; nothing of those that can be used."""
    problems = {}
    if zone is not None and not is_zone(zone):
        problems["zone"] = f"unknown zone {zone!r}{_suggest_zone(zone)}"
    if language is not None and language_tag(language) != language:
        problems["language"] = f"language must be a tag such as vi or pt-BR, not {language!r}"
    return problems


def is_zone(name: str) -> bool:
    """Is it a name of the time zone database?"""
    try:
        import_module("zoneinfo").ZoneInfo(name)
    except (OSError, ValueError):  # a folder of the database, a path out of it, or no entry (ZoneInfoNotFoundError)
        return False
    except KeyError:
        return False
    return True


def _suggest_zone(name: str) -> str:
    return suggest(name, sorted(import_module("zoneinfo").available_timezones()))
