"""JSON Merge Patch (RFC 7396)."""

from typing import Any


def merged(document: Any, patch: Any) -> Any:
    """The document with a patch in it: members are replaced, `null` takes one away, lists are replaced whole.

    Nothing that was given is changed. How deep it may go is bounded by the JSON that both came from.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
