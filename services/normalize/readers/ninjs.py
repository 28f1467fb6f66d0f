"""ninjs, the IPTC's news in JSON: 1.x in lower case, 2.x with lists of objects, 3.x in camelCase."""

from collections.abc import Iterator, Mapping

from services.normalize.document import Draft, Piece, Shape
from services.normalize.fields.date import date_of_value
from services.normalize.readers.declared_fields import FieldReadings, role_of
from services.normalize.readers.feed_texts import with_pictures
from services.normalize.readers.json_document import (
    code_at,
    listed,
    named_at,
    objects_at,
    parse_json,
    text_at,
    texts_at,
)
from services.normalize.readers.markup import pieces_of_markup, pieces_of_value, plain_text_of
from services.normalize.readers.untold import leaves_of_json
from shared.embargo import embargoes_of
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.pub_status import status_members

_LOOKED_FOR = ("headline", "headlines", "title", "body_text", "body_html", "bodies", "description_text", "descriptions")
_CAPTIONS = ("description_text", "description_html", "body_text", "caption")
Item = dict[str, object]


def read(text: str, raw: Raw) -> Draft:
    """Read one ninjs item; raises `NotAnArticle` for JSON that has no headline, description or body."""
    document = parse_json(text)
    if not isinstance(document, dict):
        raise NotAnArticle("The JSON is no article: it is not an object.")
    item = {key.lower(): value for key, value in document.items()}
    names = {key.lower(): f"$.{key}" for key in document}
    readings = FieldReadings()
    spoken = text_at(item.get("language"))
    language = readings.take_language(spoken, "ninjs language", names.get("language", "$"))
    _take_texts(readings, item, names)
    pieces = _body(item, names)
    if not pieces and not readings.has("headline") and not readings.has("description"):
        raise NotAnArticle(f"The JSON is no article: it has no {listed(_LOOKED_FOR)}.")
    _take_address(readings, item, names)
    readings.take_status((f"$.{key}", said) for key, said in status_members(document))
    _take_dates(readings, item, names, raw, language)
    for name, said in embargoes_of(document):  # two may differ in their capitals alone
        readings.take_embargo(said, raw.source.zone, f"ninjs {name}", f"$.{name}")
    _take_people(readings, item, names, language)
    _take_subjects(readings, item, names)
    for key in ("genres", "genre"):
        genres = [*texts_at(item.get(key)), *named_at(item.get(key))]
        readings.take_kind(genres, "ninjs genre", names.get(key, "$"))
    readings.tell_rest(leaves_of_json(document, "$"))
    return readings.draft(with_pictures(pieces, _media(item, names)))


def _take_texts(readings: FieldReadings, item: Item, names: Mapping[str, str]) -> None:
    for path, value in _roles(item, names, "headlines", ("main", "headline", "")):
        readings.take("headline", plain_text_of(value), "ninjs headlines", path)
    for key in ("headline", *sorted(key for key in item if key.startswith("headline_"))):
        readings.take("headline", plain_text_of(text_at(item.get(key))), "ninjs headline", names.get(key, "$"))
    readings.take("headline", text_at(item.get("title")), "ninjs title", names.get("title", "$"), sure=0.7)
    for path, value in _roles(item, names, "descriptions", ("lead", "summary", "abstract", "")):
        readings.take("description", plain_text_of(value), "ninjs descriptions", path)
    for key in ("description_text", "description_html", *sorted(key for key in item if key.startswith("description_"))):
        readings.take("description", plain_text_of(text_at(item.get(key))), "ninjs description", names.get(key, "$"))
    readings.take("dateline", text_at(item.get("dateline")), "ninjs dateline", names.get("dateline", "$"))
    readings.take("located", _located(item.get("located")), "ninjs located", names.get("located", "$"))


def _located(value: object) -> str | None:
    return text_at(value.get("name")) if isinstance(value, dict) else text_at(value)


def _roles(item: Item, names: Mapping[str, str], key: str, roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """The values of a list of objects, those of the wanted roles first and in the order of the roles."""
    found = []
    for path, entry in objects_at(item.get(key)):
        role = (text_at(entry.get("role")) or "").rpartition(":")[2].lower()
        value = text_at(entry.get("value"))
        if value is not None:
            found.append((roles.index(role) if role in roles else len(roles), f"{names[key]}{path}.value", value))
    return [(path, value) for _, path, value in sorted(found, key=lambda entry: entry[0])]


def _body(item: Item, names: Mapping[str, str]) -> tuple[Piece, ...]:
    """The body as markup where there is one, since that tells a subhead from a paragraph; else as text."""
    candidates = []
    for path, entry in objects_at(item.get("bodies")):
        kind = text_at(_lowered(entry).get("contenttype")) or ""
        candidates.append((f"{names['bodies']}{path}.value", text_at(entry.get("value")), kind))
    for key in sorted((key for key in item if key.startswith("body")), key=lambda key: ("html" not in key, key)):
        kind = "text/plain" if key == "body_text" else "text/html" if "html" in key else ""
        candidates.append((names[key], text_at(item.get(key)), kind))
    for path, value, kind in sorted(candidates, key=lambda body: "html" not in body[2]):
        read = pieces_of_markup if "html" in kind else pieces_of_value
        if value and (pieces := read(value, None, path)):
            return pieces
    return ()


def _take_address(readings: FieldReadings, item: Item, names: Mapping[str, str]) -> None:
    readings.take("uri", text_at(item.get("uri")), "ninjs uri", names.get("uri", "$"))
    readings.take("version", code_at(item.get("version")), "ninjs version", names.get("version", "$"))
    ids = item.get("altids")
    if isinstance(ids, dict):
        found = [value for entry in ids.values() if (value := code_at(entry))]
    else:
        found = [value for _, entry in objects_at(ids) if (value := code_at(entry.get("value")))]
    readings.add("alt_ids", tuple(found), "ninjs altIds", names.get("altids", "$"))


def _take_dates(readings: FieldReadings, item: Item, names: Mapping[str, str], raw: Raw, language: str | None) -> None:
    for field, keys in (
        ("first_created", ("firstcreated", "firstpublished")),
        ("version_created", ("versioncreated",)),
    ):
        for key in keys:
            reading = date_of_value(item.get(key), raw, language)
            readings.take_date(field, reading, f"ninjs {key}", names.get(key, "$"), said=item.get(key))


def _take_people(readings: FieldReadings, item: Item, names: Mapping[str, str], language: str | None) -> None:
    """People of a role we have; `person` without one is whom the article is about."""
    for key, role_key in (("people", "rel"), ("person", "rel"), ("authors", "role")):
        for path, entry in objects_at(item.get(key)):
            role = role_of(text_at(entry.get(role_key)))
            name = text_at(entry.get("name"))
            if role is not None and name is not None:
                posts = (
                    text_at(info.get("value")) for _, info in objects_at(entry.get("contactInfo")) if _is_post(info)
                )
                readings.add_name(name, (role,), f"ninjs {key}", f"{names[key]}{path}", post=next(posts, None))
    for key in ("by", "byline"):
        printed = text_at(item.get(key))
        if readings.has("people"):
            readings.take("byline", printed, "ninjs byline", names.get(key, "$"))
        else:
            readings.take_byline(printed, language, "ninjs byline", names.get(key, "$"))
    for key in ("infosources", "infosource"):
        for path, entry in objects_at(item.get(key)):
            readings.add("sources", (text_at(entry.get("name")) or "",), "ninjs infoSources", f"{names[key]}{path}")


def _is_post(info: Item) -> bool:
    """Whether an entry of a person's contactInfo is a post, as our own export writes it."""
    return (text_at(info.get("type")) or "").lower() == "jobtitle"


def _take_subjects(readings: FieldReadings, item: Item, names: Mapping[str, str]) -> None:
    for key in ("keywords", "keyword"):
        readings.add(
            "keywords", tuple(word for _, word in texts_at(item.get(key))), "ninjs keywords", names.get(key, "$")
        )
    for key in ("subjects", "subject"):
        found = tuple(text_at(entry.get("name")) or "" for _, entry in objects_at(item.get(key)))
        readings.add("keywords", found, "ninjs subjects", names.get(key, "$"))
    for key in ("section", "service"):
        entries = objects_at(item.get(key))
        value = text_at(entries[0][1].get("name")) if entries else text_at(item.get(key))
        readings.take("section", value, f"ninjs {key}", names.get(key, "$"))


def _media(item: Item, names: Mapping[str, str]) -> Iterator[Piece]:
    """The pictures, films and sounds beside the body, each with its words."""
    associations = item.get("associations")
    entries = list(objects_at(associations))
    if isinstance(associations, dict):
        entries = [(f".{name}", entry) for name, entry in associations.items() if isinstance(entry, dict)]
    for path, entry in entries:
        piece = _medium(_lowered(entry), f"{names['associations']}{path}")
        if piece is not None:
            yield piece


def _medium(entry: Item, path: str) -> Piece | None:
    kind = text_at(entry.get("type"))
    names = {"descriptions": "", "headlines": ""}
    captions = [value for _, value in _roles(entry, names, "descriptions", ("caption", "main", ""))]
    captions += [value for key in _CAPTIONS if (value := text_at(entry.get(key)))]
    words = list(dict.fromkeys(filter(None, map(plain_text_of, captions))))
    credit = text_at(entry.get("by")) or text_at(entry.get("byline")) or text_at(entry.get("creditline"))
    href = _rendition(entry.get("renditions"))
    if not words and href is None and credit is None:
        return None
    shape: Shape = "picture" if kind in ("picture", "graphic", "photo", None) or not href else "embed"
    return Piece(text=" ".join(words), shape=shape, byline=credit, href=href, path=path)


def _rendition(renditions: object) -> str | None:
    """The address of the original, else of the first rendition that has one."""
    named = renditions.items() if isinstance(renditions, dict) else ()
    entries = [(str(name), entry) for name, entry in named if isinstance(entry, dict)]
    entries += [(text_at(entry.get("name")) or "", entry) for _, entry in objects_at(renditions) if not named]
    entries.sort(key=lambda entry: entry[0] != "original")
    return next((href for _, entry in entries if (href := text_at(entry.get("href")))), None)


def _lowered(entry: Item) -> Item:
    return {key.lower(): value for key, value in entry.items()}
