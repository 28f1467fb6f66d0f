"""Our article as a page of its own: plain HTML that loads nothing but the pictures it shows."""

from html import escape

from services.index.exports.body import body_html, web_address
from shared.article import Article


def to_page(article: Article) -> str:
    """A whole document; every word is escaped, and addresses lead to the web or nowhere."""
    title = escape(article.headline or "")
    when = article.local_day or (article.first_created and article.first_created.date())
    about = " · ".join(escape(part) for part in (article.byline, when and when.isoformat()) if part)
    canonical = web_address(article.uri)
    parts = (
        "<!DOCTYPE html>",
        f'<html lang="{escape(article.language)}">' if article.language else "<html>",
        f'<head><meta charset="utf-8"><title>{title}</title>'
        + (f'<link rel="canonical" href="{escape(canonical)}">' if canonical else "")
        + "</head>",
        "<body><article>",
        f"<h1>{title}</h1>" if title else "",
        f"<p>{about}</p>" if about else "",
        f"<p><strong>{escape(article.description)}</strong></p>" if article.description else "",
        body_html(article),
        "</article></body></html>",
    )
    return "\n".join(part for part in parts if part) + "\n"
