"""How long what came from a source is kept: tables `[keep."push:hue"]` in copydesk.toml."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_args

import msgspec

from shared.envelope import SourceKind
from shared.setting_errors import SettingError
from shared.source_filter import fits_source
from shared.suggestions import suggest

EXPECTED = 'tables [keep."SOURCE"] with inputs_days, articles_days or both'
KINDS = ("*", *(f"{kind}:" for kind in get_args(SourceKind)))
Days = Annotated[int, msgspec.Meta(ge=1)]


class KeepSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days the inputs of a source stay in the archive, and its articles for readers; for ever without."""

    inputs_days: Days | None = None
    articles_days: Days | None = None


def read_keep(value: Any, file: str) -> dict[str, KeepSettings]:
    """The tables; refuses what cannot be meant, since what is erased does not come back."""
    if not isinstance(value, dict):
        raise SettingError(f"{file}: keep must be {EXPECTED}, not {value!r}")
    return {source: _table(source, table, f'{file}: [keep."{source}"]') for source, table in value.items()}


def keep_for(keep: Mapping[str, KeepSettings], sources: Iterable[str]) -> KeepSettings:
    """What counts for a source: the first table, in the order of the file, whose pattern fits one of its names."""
    names = tuple(sources)
    for pattern, settings in keep.items():
        if any(fits_source(pattern, name) for name in names):
            return settings
    return KeepSettings()


def _table(source: str, table: Any, place: str) -> KeepSettings:
    if not source.startswith(KINDS):
        raise SettingError(f"{place} must name sources: push:NAME, drop:*, feed:https://news.example/* or *")
    if not isinstance(table, dict):
        raise SettingError(f"{place} must be a table with inputs_days or articles_days, not {table!r}")
    for key in table:
        if key not in KeepSettings.__struct_fields__:
            raise SettingError(f"{place}: unknown key {key!r}{suggest(key, KeepSettings.__struct_fields__)}")
    if not table:
        raise SettingError(f"{place} says nothing: name inputs_days or articles_days")
    try:
        return msgspec.convert(table, KeepSettings)
    except msgspec.ValidationError as error:
        raise SettingError(f"{place} must hold whole numbers of days, 1 or more") from error
