"""schema.org's NewsArticle and its kin as JSON: an object, a list, or a @graph of them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from services.normalize.document import Draft, Piece
from services.normalize.fields.date import date_of_value
from services.normalize.html.declared import name_in_parts
from services.normalize.html.kind import kind_of_type
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.json_document import code_at, listed, objects_at, parse_json, text_at, texts_at
from services.normalize.readers.markup import pieces_of_value, plain_text_of
from services.normalize.readers.untold import leaves_of_json
from shared.article import Access, PubStatus, Role
from shared.embargo import embargoes_of
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.identity import article_uri
from shared.pub_status import STATES, status_members

_LOOKED_FOR = ("headline", "name", "description", "articleBody")
_KINDS = ("Article", "Posting", "Report", "Review", "CreativeWork")
_BELOW = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")
_DEEPEST = 6
_MOST_OBJECTS = 2000
_STATES: Mapping[str, PubStatus] = {**STATES, "published": "usable", "retracted": "canceled"}
_PEOPLE: tuple[tuple[str, Role], ...] = (
    ("author", "author"), ("creator", "author"), ("contributor", "contributor"), ("editor", "editor"),
    ("translator", "translator"), ("illustrator", "illustrator"),
)  # fmt: skip
_SAID_FREE: Mapping[str, Access] = {"true": "free", "false": "paid"}
_TEXTS = (
    ("headline", "headline", 0.95), ("headline", "name", 0.8), ("headline", "alternativeHeadline", 0.6),
    ("description", "description", 0.9), ("description", "abstract", 0.9),
)  # fmt: skip
_SURE_NEWS = 0.7  # many programs call every page that
Item = dict[str, object]


def read(text: str, raw: Raw) -> Draft:
    """Read the article of the document; raises `NotAnArticle` for JSON that has none, or several beside each other."""
    document = parse_json(text)
    _refuse_several(document)
    found = _best(document)
    if found is None:
        raise NotAnArticle(
            f"The JSON is no article: nothing in it has @type NewsArticle, Article or a kin, nor {listed(_LOOKED_FOR)}."
        )
    path, item = found
    readings = FieldReadings()
    said = _language(item.get("inLanguage"))
    language = readings.take_language(said, "schema.org inLanguage", f"{path}.inLanguage")
    _take_texts(readings, item, path)
    pieces = _body(item, path)
    if not pieces and not readings.has("headline") and not readings.has("description"):
        raise NotAnArticle(f"The JSON is no article: it has no {listed(_LOOKED_FOR)}.")
    _take_dates(readings, item, path, raw, language)
    _take_embargoes(readings, document, raw)
    _take_people(readings, item, path, language)
    _take_address(readings, item, path)
    _take_sort(readings, item, path)
    _take_corrections(readings, item, path, raw, language)
    readings.tell_rest(leaves_of_json(item, path))
    return readings.draft((*_pictures(item, path), *pieces))


def _best(document: object) -> tuple[str, Item] | None:
    """The object that is an article by type, else the one that has an article's keys."""
    objects = [entry for _, entry in zip(range(_MOST_OBJECTS), _objects(document, "$", 0), strict=False)]
    for wanted in ("NewsArticle", *_KINDS):
        for path, item in objects:
            if any(kind.endswith(wanted) for _, kind in texts_at(item.get("@type"))) and _says_something(item):
                return path, item
    return next(((path, item) for path, item in objects if "@type" not in item and _says_something(item)), None)


def _refuse_several(document: object) -> None:
    """Who takes in splits lists and graphs: what comes here with several articles would be cut to its first."""
    beside = _objects(document, "$", 0, ("@graph", "itemListElement", "item"))
    count = sum(
        any("Article" in kind for _, kind in texts_at(item.get("@type"))) and _says_something(item)
        for _, item in itertools.islice(beside, _MOST_OBJECTS)
    )
    if count > 1:
        raise NotAnArticle(f"The JSON holds {count} articles: send each by itself.")


def _says_something(item: Item) -> bool:
    return any(text_at(item.get(key)) for key in ("headline", "articleBody")) or (
        text_at(item.get("name")) is not None and text_at(item.get("description")) is not None
    )


def _objects(value: object, path: str, depth: int, below_keys: Sequence[str] = _BELOW) -> Iterator[tuple[str, Item]]:
    for below, item in objects_at(value):
        yield f"{path}{below}", item
        for key in below_keys:
            if depth < _DEEPEST and key in item:
                yield from _objects(item[key], f"{path}{below}.{key}", depth + 1, below_keys)


def _take_texts(readings: FieldReadings, item: Item, path: str) -> None:
    for field, key, sure in _TEXTS:
        said = plain_text_of(text_at(item.get(key)))
        readings.take(field, said, f"schema.org {key}", f"{path}.{key}", sure=sure)
    readings.take("dateline", text_at(item.get("dateline")), "schema.org dateline", f"{path}.dateline")
    place = _name(item.get("locationCreated"))
    readings.take("located", place, "schema.org locationCreated", f"{path}.locationCreated")
    sections = [text for _, text in texts_at(item.get("articleSection"))]
    for section in sections:
        readings.take("section", section, "schema.org articleSection", f"{path}.articleSection")
    tags = [word.strip() for _, text in texts_at(item.get("keywords")) for word in text.split(",")]
    tags += [name for _, entry in objects_at(item.get("keywords")) if (name := _name(entry))]
    readings.add("keywords", tuple(tags), "schema.org keywords", f"{path}.keywords")
    about = tuple(name for _, entry in objects_at(item.get("about")) if (name := _name(entry)))
    readings.add("keywords", about, "schema.org about", f"{path}.about")


def _body(item: Item, path: str) -> tuple[Piece, ...]:
    """The text, and the entries of a live report below it."""
    bodies = ((f"{path}.{key}", text_at(item.get(key))) for key in ("articleBody", "text", "reviewBody"))
    pieces = next((pieces_of_value(body, None, place) for place, body in bodies if body is not None), ())
    updates = objects_at(item.get("liveBlogUpdate"))
    return (
        *pieces,
        *(piece for below, update in updates for piece in _update(update, f"{path}.liveBlogUpdate{below}")),
    )


def _update(update: Item, path: str) -> Iterator[Piece]:
    headline = plain_text_of(text_at(update.get("headline")) or text_at(update.get("name")))
    if headline:
        yield Piece(text=headline, shape="heading", path=f"{path}.headline")
    yield from pieces_of_value(text_at(update.get("articleBody")) or "", None, f"{path}.articleBody")


def _take_dates(readings: FieldReadings, item: Item, path: str, raw: Raw, language: str | None) -> None:
    for field, key in (
        ("first_created", "datePublished"),
        ("first_created", "dateCreated"),
        ("version_created", "dateModified"),
    ):
        reading = date_of_value(code_at(item.get(key)), raw, language)
        readings.take_date(field, reading, f"schema.org {key}", f"{path}.{key}", said=item.get(key))


def _take_embargoes(readings: FieldReadings, document: object, raw: Raw) -> None:
    """Those of the article, and of what it stands in or beside: of several articles none comes here."""
    for place, item in _objects(document, "$", 0):
        for name, said in embargoes_of(item):
            readings.take_embargo(said, raw.source.zone, f"JSON {name}", f"{place}.{name}")


def _take_sort(readings: FieldReadings, item: Item, path: str) -> None:
    """The kind of article, by its type and its genre, and whether it is free to read."""
    for below, name in texts_at(item.get("@type")):
        kind = kind_of_type(name)
        sure = _SURE_NEWS if kind == "news" else 0.95
        readings.take("kind", kind, "schema.org @type", f"{path}.@type{below}", quote=name, sure=sure)
    readings.take_kind(texts_at(item.get("genre")), "schema.org genre", f"{path}.genre")
    said = str(item.get("isAccessibleForFree")).lower().rpartition("/")[2]
    place = f"{path}.isAccessibleForFree"
    readings.take("access", _SAID_FREE.get(said), "schema.org isAccessibleForFree", place, quote=said)


def _take_corrections(readings: FieldReadings, item: Item, path: str, raw: Raw, language: str | None) -> None:
    """Corrections as texts, or as objects with their text and day."""
    place = f"{path}.correction"
    for below, text in texts_at(item.get("correction")):
        readings.add_correction(plain_text_of(text), None, "schema.org correction", f"{place}{below}")
    for below, entry in objects_at(item.get("correction")):
        dated = date_of_value(code_at(entry.get("datePublished")), raw, language)
        key = next((key for key in ("text", "description", "name") if text_at(entry.get(key))), "text")
        text_of = plain_text_of(text_at(entry.get(key)))
        at = dated.moment.value if dated is not None else None
        readings.add_correction(text_of, at, "schema.org correction", f"{place}{below}.{key}")


def _take_people(readings: FieldReadings, item: Item, path: str, language: str | None) -> None:
    for key, role in _PEOPLE:
        if key == "creator" and readings.has("people"):
            continue
        posts = {_name(entry): text_at(entry.get("jobTitle")) for _, entry in objects_at(item.get(key))}
        for below, name, is_person in _names(item.get(key)):
            rule, place = f"schema.org {role}", f"{path}.{key}{below}"
            if is_person:
                readings.add_person(name, (role,), rule, place, post=posts.get(name))
            elif is_person is False:
                readings.add("organisations", (name,), rule, place)
            else:
                readings.take_names(name, language, rule, place, role)
    printed = tuple(dict.fromkeys(name for _, name, _ in _names(item.get("author"))))
    readings.take("byline", ", ".join(printed), "schema.org author", f"{path}.author", sure=0.8)
    for key in ("sourceOrganization", "provider", "publisher"):
        if not readings.has("sources"):
            readings.add("sources", (_name(item.get(key)) or "",), f"schema.org {key}", f"{path}.{key}")


def _names(value: object) -> Iterator[tuple[str, str, bool | None]]:
    """Names in their order with their path, and whether each is a person's: None where the document does not say."""
    for place, entry in enumerate(value) if isinstance(value, list) else ((None, value),):
        below = "" if place is None else f"[{place}]"
        name = _name(entry)
        if name is None or not any(map(str.isalpha, name)) or name.startswith(("http:", "https:")):
            continue
        if not isinstance(entry, dict):
            yield below, name, None
            continue
        kinds = [kind for _, kind in texts_at(entry.get("@type"))]
        is_person = True if "Person" in kinds else False if any("Organization" in kind for kind in kinds) else None
        yield (f"{below}.name" if entry.get("name") else below), name, is_person


def _name(value: object) -> str | None:
    if isinstance(value, dict):
        return text_at(value.get("name")) or name_in_parts(value)[1] or None
    if isinstance(value, list):
        return next((name for item in value if (name := _name(item))), None)
    return text_at(value)


def _take_address(readings: FieldReadings, item: Item, path: str) -> None:
    page = item.get("mainEntityOfPage")
    readings.take("uri", article_uri(_link(item.get("url"))), "schema.org url", f"{path}.url")
    readings.take("uri", article_uri(_link(page)), "schema.org mainEntityOfPage", f"{path}.mainEntityOfPage")
    readings.take("uri", _link(item.get("@id")), "schema.org @id", f"{path}.@id")
    readings.take("version", code_at(item.get("version")), "schema.org version", f"{path}.version")
    readings.take_status((f"{path}.{key}", said) for key, said in status_members(item))
    state = _STATES.get((_name(item.get("creativeWorkStatus")) or "").lower())
    readings.take("pub_status", state, "schema.org creativeWorkStatus", f"{path}.creativeWorkStatus")
    identifier = item.get("identifier")
    ids = [code for one in (identifier if isinstance(identifier, list) else [identifier]) if (code := code_at(one))]
    ids += [text for _, entry in objects_at(identifier) if (text := code_at(entry.get("value")))]
    readings.add("alt_ids", tuple(ids), "schema.org identifier", f"{path}.identifier")


def _link(value: object) -> str | None:
    if isinstance(value, dict):
        return text_at(value.get("@id")) or text_at(value.get("url"))
    link = text_at(value)
    return link if link and ":" in link else None


def _language(value: object) -> str | None:
    if isinstance(value, dict):
        return text_at(value.get("alternateName")) or text_at(value.get("name"))
    return next((text for _, text in texts_at(value)), None)


def _pictures(item: Item, path: str) -> Iterator[Piece]:
    """Pictures with words: a bare address in `image` is a preview for networks, and no part of the article."""
    for key in ("image", "associatedMedia"):
        for below, entry in objects_at(item.get(key)):
            caption = plain_text_of(_name(entry.get("caption")))
            credit = plain_text_of(text_at(entry.get("creditText")))
            if caption or credit:
                credit = credit or _name(entry.get("author")) or _name(entry.get("creator"))
                href = text_at(entry.get("contentUrl")) or _link(entry.get("url"))
                place = f"{path}.{key}{below}"
                yield Piece(text=caption or "", shape="picture", byline=credit, href=href, path=place)
