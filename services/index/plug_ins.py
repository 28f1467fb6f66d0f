"""Sinks and engines by the kind of an address, imported when they are used: a desk needs none of their libraries."""

import importlib
from typing import Any
from urllib.parse import urlsplit

from shared.errors import PermanentError


def kind_of(address: str) -> str:
    """`opensearch` of `opensearch+https://host:9200/articles`."""
    return urlsplit(address).scheme.partition("+")[0]


def load(target: str, *, used_by: str, kind: str, setting: str) -> Any:
    """What `module:Name` means. `PermanentError` tells which library is missing, and what to do: to install the extra
    of the kind, or to remove the setting."""
    module, _, name = target.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise PermanentError(
            f"{used_by} needs {error.name}: pip install 'copydesk[{kind}]', or remove the {setting}"
        ) from error
