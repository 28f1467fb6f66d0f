"""Our article as schema.org NewsArticle in JSON-LD, for pages and for search engines."""

from collections.abc import Mapping
from typing import Any

from services.index.exports.body import body_text, web_address
from services.index.exports.ninjs import item_uri
from shared.article import Article, Block, Correction, Kind, LiveEntry, Person, Role

Node = dict[str, Any]

_TYPES: Mapping[Kind, str] = {
    "opinion": "OpinionNewsArticle",
    "analysis": "AnalysisNewsArticle",
    "review": "ReviewNewsArticle",
    "live": "LiveBlogPosting",
    "sponsored": "AdvertiserContentArticle",
}


def to_schema_org(article: Article, article_id: str) -> Node:
    """The node. Photographers and translators have properties of their own; who took a picture stands with it, too."""
    node = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if article.live_entries else _TYPES.get(article.kind or "news", "NewsArticle"),
        "@id": item_uri(article, article_id),
        "url": web_address(article.uri),
        "headline": article.headline,
        "alternativeHeadline": [other.value for other in article.alternate_headlines],
        "description": article.description,
        "articleBody": body_text(article),
        "datePublished": article.first_created and article.first_created.isoformat(),
        "dateModified": article.version_created and article.version_created.isoformat(),
        "author": _people(article, "author"),
        "editor": _people(article, "editor"),
        "contributor": _people(article, "contributor", "photographer", "videographer", "illustrator", "compiler"),
        "translator": _people(article, "translator"),
        "sourceOrganization": [{"@type": "Organization", "name": name} for name in article.sources],
        "dateline": article.dateline,
        "locationCreated": article.located and {"@type": "Place", "name": article.located},
        "inLanguage": article.language,
        "keywords": list(article.keywords),
        "articleSection": article.section,
        "version": article.version,
        "identifier": list(article.alt_ids),
        "image": _images(article),
        "video": [_media("VideoObject", block) for block in article.blocks if _shows(block, "video")],
        "audio": [_media("AudioObject", block) for block in article.blocks if _shows(block, "audio")],
        "correction": [_correction(correction) for correction in article.corrections],
        "liveBlogUpdate": [_entry(entry) for entry in article.live_entries],
        "creativeWorkStatus": None if article.pub_status == "usable" else article.pub_status,
    }
    said = _said(node)
    if article.access is not None:
        said["isAccessibleForFree"] = article.access == "free"
    return said


def _people(article: Article, *roles: Role) -> list[Node]:
    return [_person(person) for person in article.people if not set(roles).isdisjoint(person.rel)]


def _person(person: Person) -> Node:
    return _said({"@type": "Person", "name": person.name, "jobTitle": person.job_title})


def _images(article: Article) -> list[Node]:
    """The picture that stands for the article first; one that stands in the text too is there with its caption."""
    blocks = [block for block in article.blocks if block.type in ("picture", "caption")]
    lead = article.lead_picture
    if lead is not None and lead.href:
        same = next((block for block in blocks if block.href == lead.href), lead)
        blocks = [same, *(block for block in blocks if block is not same)]
    return [_image(block) for block in blocks]


def _shows(block: Block, what: str) -> bool:
    return block.type == "embed" and block.text == what and web_address(block.href) is not None


def _media(kind: str, block: Block) -> Node:
    return _said({"@type": kind, "embedUrl": web_address(block.href), "caption": block.caption})


def _correction(correction: Correction) -> Node:
    at = correction.at and correction.at.isoformat()
    return _said({"@type": "CorrectionComment", "text": correction.text, "datePublished": at})


def _entry(entry: LiveEntry) -> Node:
    return _said(
        {
            "@type": "BlogPosting",
            "headline": entry.headline,
            "datePublished": entry.at and entry.at.isoformat(),
            "author": entry.byline and {"@type": "Person", "name": entry.byline},
            "articleBody": body_text(Article(blocks=entry.blocks)),
        }
    )


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
