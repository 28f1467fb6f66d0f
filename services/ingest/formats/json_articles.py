"""One JSON document may hold several articles: each is cut out whole, with the addresses it declares."""

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from shared.embargo import SPELLED, embargo_members
from shared.errors import InputRefused
from shared.identity import canonical_url, is_page
from shared.pub_status import decisive_members, status_members

# Each `{}` of a list costs a hundred times its two bytes once it is decoded.
LARGEST_LIST = 1024 * 1024
MOST_ARTICLES = 1000
ABSENT = msgspec.Raw()
ARTICLE_TYPES = re.compile(r"Article|Posting|Report")
LOOKED_FOR = (
    "Looked for ninjs items (headline or headlines, body_text, body_html or bodies, …) and schema.org articles "
    "(headline, articleBody, …), at the top, in a list, in @graph or in itemListElement."
)
# Half a letter, escaped alone: no encoding can write it, and strict readers refuse the whole document for it.
HALF_LETTER = re.compile(
    rb"\\(?:u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
T = TypeVar("T")
Where = tuple[str | int, ...]
Embargo = tuple[Where, object]
"""The members and places that lead to what names an embargo, and what it says."""


class BrokenJson(InputRefused):
    """The bytes are no JSON at all."""


class NoArticle(InputRefused):
    """JSON in which nothing was found that we read."""


class JsonArticle(msgspec.Struct, frozen=True, kw_only=True):
    """One article of a document: its bytes, and what it declares as its address, with the member that does.

    `version` is its publisher's own, `statuses` the members that say whether it may be published (`pubStatus`), with
    what they say. `where` are the members and places that lead to it in the document. `embargoes` are the members that
    name one, its own and those of what it stands in, each with where it stands and what it says.
    """

    body: bytes
    addresses: tuple[tuple[str, str], ...] = ()
    where: Where = ()
    version: str | None = None
    statuses: tuple[tuple[str, object], ...] = ()
    embargoes: tuple[Embargo, ...] = ()


class _Declared(msgspec.Struct):
    """The members of an object that tell what it is; all others are skipped unread."""

    context: msgspec.Raw = msgspec.field(default=ABSENT, name="@context")
    uri: msgspec.Raw = ABSENT
    url: msgspec.Raw = ABSENT
    id: msgspec.Raw = msgspec.field(default=ABSENT, name="@id")
    page: msgspec.Raw = msgspec.field(default=ABSENT, name="mainEntityOfPage")
    type: msgspec.Raw = msgspec.field(default=ABSENT, name="@type")
    graph: msgspec.Raw = msgspec.field(default=ABSENT, name="@graph")
    elements: msgspec.Raw = msgspec.field(default=ABSENT, name="itemListElement")
    item: msgspec.Raw = ABSENT
    version: msgspec.Raw = ABSENT
    headline: msgspec.Raw = ABSENT
    headlines: msgspec.Raw = ABSENT
    name: msgspec.Raw = ABSENT
    description: msgspec.Raw = ABSENT
    description_text: msgspec.Raw = ABSENT
    descriptions: msgspec.Raw = ABSENT
    article_body: msgspec.Raw = msgspec.field(default=ABSENT, name="articleBody")
    body_text: msgspec.Raw = ABSENT
    body_html: msgspec.Raw = ABSENT
    body_xhtml: msgspec.Raw = ABSENT
    bodies: msgspec.Raw = ABSENT

    @property
    def says_something(self) -> bool:
        """Does it hold any member that a reader of ours takes words from."""
        return any(getattr(self, name) is not ABSENT for name in WORDS)

    @property
    def is_typed(self) -> bool:
        """Does it say what it is, in schema.org's words."""
        return self.type is not ABSENT

    @property
    def is_article(self) -> bool:
        """Does it call itself a kind of article."""
        return ARTICLE_TYPES.search(bytes(self.type).decode("utf-8", "replace")) is not None


class _Named(msgspec.Struct):
    id: msgspec.Raw = msgspec.field(default=ABSENT, name="@id")


class _Part(msgspec.Struct):
    """An object of the document, as its bytes stand there; `around` are the embargoes of what it stands in."""

    raw: msgspec.Raw
    declared: _Declared
    where: Where = ()
    around: tuple[Embargo, ...] = ()

    @property
    def embargoes(self) -> tuple[Embargo, ...]:
        """Those it names itself."""
        return tuple(((*self.where, member), said) for member, said in embargo_members(bytes(self.raw)))

    @property
    def statuses(self) -> tuple[tuple[str, object], ...]:
        """What it says of whether it may be published, as its reader will take it."""
        body = bytes(self.raw)
        if b"pubstatus" not in body.lower():
            return ()
        try:
            members = json.loads(body, strict=False, object_pairs_hook=decisive_members)
        except (ValueError, RecursionError):  # its reader says so
            return ()
        return tuple(status_members(members)) if isinstance(members, dict) else ()


WORDS = _Declared.__struct_fields__[_Declared.__struct_fields__.index("headline") :]


def split_json(body: bytes) -> Sequence[JsonArticle]:
    """The articles of a JSON document, in its order; one that stands alone keeps the whole document as its body.

    Raises `BrokenJson` for what is no JSON, `NoArticle` for what holds none, and `InputRefused` with a sentence for
    what cannot be cut into articles without losing something.
    """
    body = with_whole_letters(body.removeprefix(codecs.BOM_UTF8))
    try:
        body.decode("utf-8")  # what is skipped below is not looked into
        if body.lstrip()[:1] == b"[":
            return _cut(body, _articles_of_list(_parts(body)), ABSENT)
        declared = msgspec.json.decode(body, type=_Declared)
        return _cut(body, _articles_of_object(_Part(raw=msgspec.Raw(body), declared=declared)), declared.context)
    except UnicodeDecodeError as error:
        raise BrokenJson(f"JSON is UTF-8, and byte {error.start} of this body is not.") from error
    except msgspec.ValidationError as error:
        raise NoArticle(f"The JSON is neither an object nor a list of objects. {LOOKED_FOR}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BrokenJson(f"The body is no JSON: {error}.") from error


def with_whole_letters(body: bytes) -> bytes:
    """JSON whose escaped halves of letters are U+FFFD: `"a\\ud800"` loses a letter, not the article."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return HALF_LETTER.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def _cut(body: bytes, articles: Sequence[_Part], context: msgspec.Raw) -> Sequence[JsonArticle]:
    if len(articles) > MOST_ARTICLES:
        raise InputRefused(f"The JSON holds {len(articles)} articles, and one body may hold {MOST_ARTICLES}.")
    if len(articles) == 1:
        return [_article(articles[0], body, tuple(_addresses(articles[0].declared)))]
    declared = [tuple(_addresses(part.declared)) for part in articles]
    named = Counter(name for addresses in declared for name in {_called(address) for _, address in addresses})
    return [
        _article(
            part,
            _alone(part, context),
            # What different articles share, as the address of the page they stand on, tells none of them apart.
            tuple(address for address in addresses if named[_called(address[1])] == 1),
        )
        for part, addresses in zip(articles, declared, strict=True)
    ]


def _article(part: _Part, body: bytes, addresses: tuple[tuple[str, str], ...]) -> JsonArticle:
    declared = part.declared
    version = _read(declared.version, str) or _read(declared.version, int)
    return JsonArticle(
        body=body,
        addresses=addresses,
        where=part.where,
        version=None if version is None else str(version),
        statuses=part.statuses,
        embargoes=(*part.around, *part.embargoes),
    )


def _called(address: str) -> str | None:
    return canonical_url(address) if is_page(address) else address


def _articles_of_list(parts: Sequence[_Part]) -> Sequence[_Part]:
    """The articles among the items of a list: beside them only what says that it is something else may stand."""
    articles = _articles(parts)
    odd = next((n for n, part in enumerate(parts, 1) if not (_is_article(part) or part.declared.is_typed)), None)
    if articles and odd is not None:
        raise InputRefused(f"Item {odd} of the list is no article, and so the list is not split. {LOOKED_FOR}")
    return _beside(parts, articles or _the_only_one(parts))


def _articles_of_object(document: _Part) -> Sequence[_Part]:
    below = [*_listed(document.declared.graph, "@graph"), *_items_of(document.declared.elements)]
    if not below:
        return _the_only_one([document])
    around = document.embargoes  # once: it looks through the whole document
    below = [_within(around, part) for part in below]
    articles = _articles([*([document] if document.declared.is_article else []), *below])
    return _beside(below, articles or _the_only_one([document, *below]))


def _articles(parts: Sequence[_Part]) -> list[_Part]:
    return [part for part in parts if _is_article(part)]


def _is_article(part: _Part) -> bool:
    """Whether it calls itself an article, or says words without telling what it is."""
    declared = part.declared
    return declared.says_something and (declared.is_article or not declared.is_typed)


def _the_only_one(parts: Sequence[_Part]) -> Sequence[_Part]:
    speaking = [part for part in parts if part.declared.says_something]
    if len(speaking) != 1:
        raise NoArticle(LOOKED_FOR)
    return speaking


def _items_of(elements: msgspec.Raw) -> Sequence[_Part]:
    """What a schema.org list holds: its elements, or what each `ListItem` is about."""
    return [
        _within(element.embargoes, _part(element.declared.item, *element.where, "item"))
        if element.declared.item is not ABSENT
        else element
        for element in _listed(elements, "itemListElement")
    ]


def _within(around: Sequence[Embargo], part: _Part) -> _Part:
    """A part as one of something whose embargoes hold for all of it."""
    return msgspec.structs.replace(part, around=(*around, *part.around))


def _beside(parts: Sequence[_Part], articles: Sequence[_Part]) -> Sequence[_Part]:
    """Articles with the embargoes of what stands beside them and is none, such as the page they are all on."""
    chosen = {id(article) for article in articles}
    said = [embargo for part in parts if id(part) not in chosen for embargo in part.embargoes]
    return [_within(said, article) for article in articles] if said else articles


def _listed(raw: msgspec.Raw, member: str) -> Sequence[_Part]:
    return _parts(raw, member) if bytes(memoryview(raw)[:1]) == b"[" else []


def _parts(raw: bytes | msgspec.Raw, *where: str) -> Sequence[_Part]:
    if memoryview(raw).nbytes > LARGEST_LIST:
        raise InputRefused(
            f"A list or @graph over {LARGEST_LIST} bytes is not split: send its articles one by one, or fewer."
        )
    return [_part(item, *where, n) for n, item in enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw]))]


def _part(raw: msgspec.Raw, *where: str | int) -> _Part:
    return _Part(raw=raw, declared=_read(raw, _Declared) or _Declared(), where=where)


def _alone(part: _Part, context: msgspec.Raw) -> bytes:
    """An object as it stood, with what the document around it says of it: its `@context` where it has none of its own,
    and when an embargo ends, by a name that the object does not use itself."""
    raw = bytes(part.raw).strip()
    members = {} if context is ABSENT or part.declared.context is not ABSENT else {"@context": bytes(context)}
    if part.around:
        used = _read(part.raw, dict[str, msgspec.Raw]) or {}
        free = [name for name in SPELLED if name not in used]
        said = list(dict.fromkeys(msgspec.json.encode(said) for _, said in part.around))
        if len(said) > len(free):
            raise InputRefused("The JSON names more embargoes around one article than can be told apart.")
        members |= dict(zip(free, said, strict=False))
    ahead = b"".join(msgspec.json.encode(name) + b":" + value + b"," for name, value in members.items())
    return b"{" + ahead + raw[1:].lstrip() if ahead else raw


def _addresses(declared: _Declared) -> Iterator[tuple[str, str]]:
    named = _read(declared.page, _Named)
    members = {"uri": declared.uri, "@id": declared.id, "url": declared.url, "mainEntityOfPage": declared.page}
    if named is not None:
        members["mainEntityOfPage"] = named.id
    for member, raw in members.items():
        address = _read(raw, str)
        # "#article" names a place in its own page: the same in every page of that site.
        if address and not address.startswith("#"):
            yield member, address


def _read(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError):  # of another shape: declares nothing that we use
        return None
