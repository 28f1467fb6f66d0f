"""Our article as an item of IPTC ninjs 3.1, which allows no property of our own: evidence stays with us."""

import datetime as dt
from typing import Any

from services.index.entry import embargo_end
from services.index.exports.addresses import as_uri, made_uri
from services.index.exports.body import body_html, body_text, web_address
from shared.article import Article, Block, Person, Role

JOB_TITLE = "jobTitle"  # schema.org's word, as the type of a contactInfo
SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"

Item = dict[str, Any]


def to_ninjs(article: Article, article_id: str) -> Item:
    """The item, with nothing in it that the source did not say, but for the uri that every item must have."""
    item = {
        "uri": item_uri(article, article_id),
        "type": "text",
        "standard": {"name": "ninjs", "version": "3.1", "schema": SCHEMA},
        "version": article.version,
        "firstCreated": _instant(article.first_created),
        "versionCreated": _instant(article.version_created),
        "embargoedUntil": _instant(embargo_end(article)),
        "pubStatus": article.pub_status,
        "language": article.language,
        "headlines": _headlines(article),
        "descriptions": _texts("lead", article.description),
        "bodies": _bodies(article),
        "by": article.byline,
        "people": [_person(person, rel) for person in article.people for rel in person.rel],
        "organisations": [{"name": name} for name in article.organisations],
        "infoSources": [{"name": name} for name in article.sources],
        "located": article.located,
        "subjects": _subjects(article),
        "associations": _pictures(article, article_id),
        "altIds": _alt_ids(article),
    }
    return _said(item)


def _person(person: Person, rel: Role) -> Item:
    """One role a person; 3.1 has no property for a post, so that it stands where the schema leaves the type open."""
    post = [{"type": JOB_TITLE, "value": person.job_title}] if person.job_title else []
    return _said({"name": person.name, "rel": rel, "contactInfo": post})


def item_uri(article: Article, article_id: str) -> str:
    """The publisher's own uri, else one made of our id; a bare number or name is no uri."""
    return as_uri(article.uri) or made_uri(article_id)


def _instant(moment: dt.datetime | None) -> str | None:
    """RFC 3339, as the schema wants it: a clock whose zone nobody knows is no instant, and is left out.

    Zones of before there were any stand seconds apart from UTC, which RFC 3339 cannot say.
    """
    offset = moment.utcoffset() if moment is not None else None
    if moment is None or offset is None:
        return None
    if not offset % dt.timedelta(minutes=1):
        return moment.isoformat()
    try:
        return moment.astimezone(dt.UTC).isoformat()
    except OverflowError:  # on the first or the last day there is
        return None


def _headlines(article: Article) -> list[Item]:
    others = (item for other in article.alternate_headlines for item in _texts(other.role, other.value))
    return [*_texts("main", article.headline), *others]


def _bodies(article: Article) -> list[Item]:
    plain = body_text(article)
    if not article.blocks:
        return []
    return [
        {"role": "main", "contentType": "text/plain", "charCount": len(plain), "value": plain},
        {"role": "main", "contentType": "text/html", "value": body_html(article)},
    ]


def _alt_ids(article: Article) -> list[Item]:
    bare = [article.uri] if article.uri and as_uri(article.uri) is None else []
    return [{"value": alt_id} for alt_id in dict.fromkeys((*bare, *article.alt_ids))]


def _texts(role: str, value: str | None) -> list[Item]:
    return [{"role": role, "contentType": "text/plain", "value": value}] if value else []


def _subjects(article: Article) -> list[Item]:
    section = [{"name": article.section, "rel": "section"}] if article.section else []
    return [*section, *({"name": name, "rel": "keyword"} for name in article.keywords)]


def _pictures(article: Article, article_id: str) -> list[Item]:
    pictures = [block for block in article.blocks if block.type in ("picture", "caption")]
    if not pictures:
        return []
    uri = item_uri(article, article_id).partition("#")[0]
    return [_picture(block, f"picture-{number}", uri) for number, block in enumerate(pictures, start=1)]


def _picture(block: Block, name: str, uri: str) -> Item:
    href = as_uri(web_address(block.href))
    item = {
        "name": name,
        "rel": "picture",
        "uri": f"{uri}#{name}",
        "type": "picture",
        "by": block.byline,
        "descriptions": _texts("caption", block.caption or block.text),
        "renditions": [{"name": "main", "href": href}] if href else [],
    }
    return _said(item)


def _said(item: Item) -> Item:
    return {name: value for name, value in item.items() if value}
