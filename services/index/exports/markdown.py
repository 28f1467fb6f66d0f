"""Our article as Markdown (CommonMark, tables as GitHub writes them), for people and for language models."""

import re
from collections.abc import Iterator

from services.index.exports.body import web_address
from shared.article import Article, Block

# What would begin a heading, a list, a quote or a rule at the head of a line, and what marks within one.
_MARK = re.compile(r"([\\`*_\[\]<>|])")
_HEAD = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+=](?=\s|[-=+]*$)|\d+(?=[.)]\s))", re.MULTILINE)
_FENCE = re.compile(r"`{3,}")


def to_markdown(article: Article) -> str:
    """Headline, byline and day, lead, then the blocks; every sign of the text that Markdown would read is escaped."""
    return "\n\n".join(part for part in _parts(article) if part) + "\n"


def _parts(article: Article) -> Iterator[str]:
    if article.headline:
        yield f"# {_line(article.headline)}"
    when = article.local_day or (article.first_created and article.first_created.date())
    yield " · ".join(_line(part) for part in (article.byline, when and when.isoformat()) if part)
    if article.description:
        yield f"**{_line(article.description)}**"
    for block in article.blocks:
        yield _block(block)


def _block(block: Block) -> str:
    match block.type:
        case "subhead":
            return f"## {_line(block.text or '')}"
        case "quote":
            said = f"\n>\n> — {_line(block.byline)}" if block.byline else ""
            return "\n".join(f"> {line}" for line in _text(block.text or "").split("\n")) + said
        case "list":
            return "\n".join(f"- {_line(item)}" for item in block.items)
        case "table":
            return _table(block)
        case "code":
            return _code(block.text or "")
        case "picture" | "caption" | "embed":
            return _picture(block)
        case "footnote":
            return f"<small>{_line(block.text or '')}</small>"
        case _:
            return _text(block.text or "")


def _table(block: Block) -> str:
    """The first row stands as the head that every table must have."""
    columns = max((len(row) for row in block.rows), default=0)
    rows = [" | ".join(_line(cell) for cell in (*row, *[""] * (columns - len(row)))) for row in block.rows]
    rule = " | ".join(["---"] * columns)
    caption = [f"*{_line(block.caption)}*\n"] if block.caption else []
    return "\n".join([*caption, *(f"| {row} |" for row in (*rows[:1], rule, *rows[1:]))])


def _code(text: str) -> str:
    """A fence longer than any within."""
    fence = "`" * max(3, *(len(run) + 1 for run in _FENCE.findall(text)), 3)
    return f"{fence}\n{text}\n{fence}"


def _picture(block: Block) -> str:
    words = " ".join(part for part in (block.caption or block.text, block.byline and f"({block.byline})") if part)
    address = web_address(block.href)
    if address is None:
        return f"*{_line(words)}*" if words else ""
    target = address.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
    return f"{'' if block.type == 'embed' else '!'}[{_line(words)}]({target})"


def _line(text: str) -> str:
    return _text(" ".join(text.split()))


def _text(text: str) -> str:
    return _HEAD.sub(r"\1\\\2", _MARK.sub(r"\\\1", text))
