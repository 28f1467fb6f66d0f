"""What IPTC ninjs 3.1 asks of the properties that we write, as a JSON Schema in words of our own.

It is not the IPTC's file, of which no package that we may depend on has a copy: it says the same of fewer properties.
One that it does not name is refused, as by the standard's `unevaluatedProperties`, and each `format` is held to; so
whatever keeps these rules keeps the standard's. Who has the file holds it beside them, by
`python -m tests.quality.ninjs --schema FILE`.
"""

from typing import Any

import jsonschema_rs

Schema = dict[str, Any]

WORDS: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
WHOLE: Schema = {"type": "integer"}


def thing(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object with these properties alone."""
    return closed(required, properties)


def closed(required: tuple[str, ...], properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


TEXT = {"role": WORDS, "contentType": WORDS, "value": WORDS}
NAMED = {"name": WORDS, "rel": WORDS, "uri": ADDRESS, "literal": WORDS}
CONTACT: Schema = thing(("value",), type=WORDS, role=WORDS, lang=WORDS, name=WORDS, value=WORDS)
ITEM: dict[str, Schema] = {
    "uri": ADDRESS,
    "type": {"enum": ["text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"]},
    "standard": thing(name=WORDS, version=WORDS, schema=ADDRESS),
    "version": WORDS,
    "firstCreated": MOMENT,
    "versionCreated": MOMENT,
    "embargoedUntil": MOMENT,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "language": WORDS,
    "headlines": listed(thing(("value",), **TEXT)),
    "descriptions": listed(thing(("value",), **TEXT)),
    "bodies": listed(thing(("value",), charCount=WHOLE, wordCount=WHOLE, **TEXT)),
    "by": WORDS,
    "located": WORDS,
    "people": listed(thing(**NAMED, contactInfo=listed(CONTACT))),
    "organisations": listed(thing(**NAMED, contactInfo=listed(CONTACT))),
    "infoSources": listed(thing(name=WORDS, role=WORDS, uri=ADDRESS, literal=WORDS, contactInfo=listed(CONTACT))),
    "subjects": listed(thing(**NAMED, creator=WORDS)),
    "renditions": listed(thing(("name",), name=WORDS, href=ADDRESS, contentType=WORDS, title=WORDS)),
    "altIds": listed(thing(role=WORDS, value=WORDS)),
}
PICTURE: Schema = closed(("name", "uri"), ITEM | {"name": WORDS, "rel": WORDS})
RULES: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **closed(("uri",), ITEM | {"associations": listed(PICTURE)}),
}

_validator = jsonschema_rs.Draft202012Validator(RULES, validate_formats=True)


def broken(item: object, validator: Any = _validator) -> list[str]:
    """What is wrong with an item, and where."""
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in validator.iter_errors(item)
    ]
