"""What an operator has set for a source: zone, language, and hints on where its fields stand."""

import msgspec


class Hints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The settings of one source; what is not set is left to the usual reading.

    `headline`, `body`, `byline`, `date`, `caption` and each of `leave_out` are CSS selectors for pages.
    `byline_pattern` is a byline's line with `{name}` in it ("Ảnh: {name}"), `agency` who supplied what names nobody,
    `credit` whose pictures without one are.
    """

    zone: str | None = None
    language: str | None = None
    headline: str | None = None
    body: str | None = None
    byline: str | None = None
    date: str | None = None
    caption: str | None = None
    leave_out: tuple[str, ...] = ()
    byline_pattern: str | None = None
    agency: str | None = None
    credit: str | None = None


NO_HINTS = Hints()
FIELDS = Hints.__struct_fields__
SELECTED = ("headline", "body", "byline", "date", "caption")
"""The fields that one selector says the place of."""


class Applied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The settings that count for one input, and whose they are: `feed:https://a.example/rss 3, host:a.example 1`."""

    hints: Hints = NO_HINTS
    said_by: str = ""


NOT_SET = Applied()


def merged(first: Hints, then: Hints) -> Hints:
    """`first`, with what `then` sets in its place; what is to be left out adds up."""
    said = {name: value for name in FIELDS if (value := getattr(then, name)) and name != "leave_out"}
    leave_out = tuple(dict.fromkeys((*first.leave_out, *then.leave_out)))
    return msgspec.structs.replace(first, leave_out=leave_out, **said)


def has_selectors(hints: Hints) -> bool:
    """Does any of the settings say where on a page something stands?"""
    return bool(hints.leave_out or hints.byline_pattern or any(getattr(hints, name) for name in SELECTED))


def without_selectors(hints: Hints) -> Hints:
    """The settings that hold for any input, however it is made."""
    return msgspec.structs.replace(hints, leave_out=(), byline_pattern=None, **dict.fromkeys(SELECTED))
