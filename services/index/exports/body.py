"""The body of an article as plain text and as HTML that is safe to show."""

from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from shared.article import Article, Block
from shared.package import sha256_of


def body_text(article: Article) -> str:
    """What a reader reads from top to bottom, captions left out; paragraphs parted by an empty line."""
    return "\n\n".join(text for block in article.blocks for text in _block_text(block))


def body_html(article: Article) -> str:
    """The blocks in their order; every word escaped, no address but of the web."""
    return "\n".join(html for block in article.blocks if (html := _block_html(block)))


def web_address(address: str | None) -> str | None:
    """The address if it leads to the web; `javascript:` and its kind, or a path without a site, lead nowhere.

    The name of a picture that came with the article (`ni:`) stays: whoever shows the article puts its address there.
    """
    if address is None or sha256_of(address) is not None:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:  # http://[ : no address at all
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def _block_text(block: Block) -> Iterator[str]:
    if block.type in ("picture", "caption"):
        return
    if block.text:
        yield block.text
    if block.items:
        yield "\n".join(f"- {item}" for item in block.items)
    if block.rows:
        yield "\n".join("\t".join(row) for row in block.rows)


def _block_html(block: Block) -> str:
    text = escape(block.text or "")
    match block.type:
        case "subhead":
            return f"<h2>{text}</h2>"
        case "quote":
            return f"<blockquote>{text}</blockquote>"
        case "list":
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
        case "table":
            rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block.rows)
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        case "picture" | "caption":
            return _figure_html(block)
        case _:
            return f"<p>{text}</p>"


def _figure_html(block: Block) -> str:
    words = " ".join(escape(part) for part in (block.text, block.caption) if part)
    credit = f" <cite>{escape(block.byline)}</cite>" if block.byline else ""
    href = web_address(block.href)
    picture = f'<img src="{escape(href)}" alt="{words}">' if href else ""
    caption = f"<figcaption>{words}{credit}</figcaption>" if words or credit else ""
    return f"<figure>{picture}{caption}</figure>" if picture or caption else ""
