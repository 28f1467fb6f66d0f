"""Our article as schema.org NewsArticle in JSON-LD, for pages and for search engines."""

from typing import Any

from services.index.exports.body import body_text, web_address
from services.index.exports.ninjs import item_uri
from shared.article import Article, Block, Person

Node = dict[str, Any]


def to_schema_org(article: Article, article_id: str) -> Node:
    """The node. Photographers and translators have properties of their own; who took a picture stands with it, too."""
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": item_uri(article, article_id),
        "url": web_address(article.uri),
        "headline": article.headline,
        "description": article.description,
        "articleBody": body_text(article),
        "datePublished": article.first_created and article.first_created.isoformat(),
        "dateModified": article.version_created and article.version_created.isoformat(),
        "author": _people(article, "author"),
        "contributor": _people(article, "photographer") + _people(article, "videographer"),
        "translator": _people(article, "translator"),
        "sourceOrganization": [{"@type": "Organization", "name": name} for name in article.sources],
        "dateline": article.dateline,
        "locationCreated": article.located and {"@type": "Place", "name": article.located},
        "inLanguage": article.language,
        "keywords": list(article.keywords),
        "articleSection": article.section,
        "version": article.version,
        "identifier": list(article.alt_ids),
        "image": [_image(block) for block in article.blocks if block.type in ("picture", "caption")],
        "creativeWorkStatus": None if article.pub_status == "usable" else article.pub_status,
    }
    return _said(node)


def _people(article: Article, role: str) -> list[Node]:
    return [_person(person) for person in article.people if role in person.rel]


def _person(person: Person) -> Node:
    return {"@type": "Person", "name": person.name}


def _image(block: Block) -> Node:
    return _said(
        {
            "@type": "ImageObject",
            "contentUrl": web_address(block.href),
            "caption": block.caption or block.text,
            "creditText": block.byline,
        }
    )


def _said(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
