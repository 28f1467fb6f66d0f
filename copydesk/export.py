"""An article in the forms that others read."""

from typing import Any

import msgspec

from services.index.exports import markdown, ninjs
from shared.article import Article
from shared.identity import article_id, content_hash


def to_json(article: Article) -> bytes:
    """The article as the desk's own JSON in UTF-8: camelCase, what the source did not say left out."""
    return msgspec.json.encode(article)


def to_ninjs(article: Article) -> dict[str, Any]:
    """The article as an item of IPTC ninjs 3.1; one without an address gets a uri made of its words."""
    return ninjs.to_ninjs(article, article_id((), content_hash("", to_json(article))))


def to_markdown(article: Article) -> str:
    """The article as CommonMark, with tables as GitHub writes them; signs that Markdown would read are escaped."""
    return markdown.to_markdown(article)
