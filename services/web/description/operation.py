"""One operation of the API as it is described: what it is for, what it takes, and what it may answer."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.web.description.bodies import Body


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that is a success: its kinds of body, each with its shape (None: words), and its headers."""

    meaning: str
    media: Mapping[str, Any] = {}
    headers: tuple[str, ...] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address; `keys` are the ways in which a key may come along, `curl` is an example of it, after
    `curl` and the key."""

    id: str
    tag: str
    summary: str
    detail: str = ""
    parameters: tuple[str, ...] = ()
    body: Body | None = None
    answers: Mapping[int, Answer]
    problems: tuple[str, ...] = ()
    keys: tuple[str, ...] = ("key",)
    curl: str
