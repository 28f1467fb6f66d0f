"""Speaks the protocols of the corpora's scorers on stdin and stdout: `python -m tests.quality.answer vietnamese`."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from services.normalize.pipeline import normalize
from shared.article import Article, Block
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

ROLES = {
    "author": "text", "photographer": "photo", "videographer": "video", "translator": "translation",
    "contributor": "text", "compiler": "text", "editor": "editing", "illustrator": "illustration",
}  # fmt: skip


def main(argv: list[str]) -> int:
    """Answer every line of stdin in the protocol named."""
    match argv:
        case ["vietnamese"]:
            for line in sys.stdin:
                print(json.dumps(answer_vietnamese(json.loads(line)), ensure_ascii=False))
            return 0
        case ["pages"]:
            from tests.quality import pages_answer  # noqa: PLC0415  # brings the page reader's libraries

            pages_answer.main()
            return 0
    print("usage: python -m tests.quality.answer vietnamese|pages", file=sys.stderr)
    return 2


def answer_vietnamese(request: dict[str, Any]) -> dict[str, Any]:
    """One document of a corpus of texts in its scorer's words; `language` and `zone` are those set for its source."""
    received = dt.datetime.fromisoformat(request["received_at"])
    raw = Raw(
        source=Source(kind="drop", name="", zone=request.get("zone"), language=request.get("language")),
        media_type=request["media_type"],
        body=Path(request["path"]).read_bytes(),
        received_us=int(received.timestamp() * 1_000_000),
    )
    try:
        article = normalize(raw)
    except NotAnArticle:
        return {"id": request["id"]}
    return {"id": request["id"], **in_scorers_words(article)}


def in_scorers_words(article: Article) -> dict[str, Any]:
    """Our fields under the scorer's names."""
    return {
        "headline": article.headline,
        "published": _published(article),
        "dateline": article.dateline,
        "lead": article.description,
        "authors": [{"name": person.name, "roles": [ROLES[role] for role in person.rel]} for person in article.people],
        "sources": list(article.sources),
        "blocks": [block for block in map(_block, article.blocks) if block is not None],
    }


def _published(article: Article) -> str | None:
    if article.first_created is None:
        return None
    if article.precision == "day":
        return (article.local_day or article.first_created.date()).isoformat()
    return article.first_created.isoformat()


def _block(block: Block) -> dict[str, Any] | None:
    match block.type:
        case "subhead":
            return {"type": "subhead", "text": block.text}
        case "caption" | "picture":
            text = block.text or block.caption
            return {"type": "caption", "text": text, "credit": block.byline} if text else None
        case "list":
            return {"type": "paragraph", "text": block.text or "\n".join(block.items)}
        case "table":
            return {"type": "paragraph", "text": "\n".join(" ".join(row) for row in block.rows)}
    return {"type": "paragraph", "text": block.text}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
