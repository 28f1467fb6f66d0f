"""The body: judged lines become blocks in order, and what was taken out is listed."""

import msgspec

from services.normalize.document import Document, Line, make_evidence
from services.normalize.fields.captions import is_bare_picture
from services.normalize.fields.text import mend
from shared.article import Block, BlockType, Evidence

_OF_SHAPE: dict[str, BlockType] = {
    "heading": "subhead",
    "caption": "caption",
    "picture": "picture",
    "quote": "quote",
    "list": "list",
    "table": "table",
}


def set_blocks(document: Document) -> Document:
    """Turn every line that is part of the body into a block with its evidence."""
    blocks = list(document.article.blocks)
    removed = list(document.article.boilerplate)
    evidence: list[Evidence] = []
    picture_above = False
    for line in document.lines:
        if line.kind == "boilerplate":
            evidence.append(make_evidence(document, f"boilerplate[{len(removed)}]", line, line.rule, line.sure))
            removed.append(line.text)
            continue
        block = _block(line)
        if (
            block is not None
            and block.type == "caption"
            and blocks
            and _waits_for_caption(blocks[-1])
            and picture_above
        ):
            evidence.append(
                make_evidence(document, f"blocks[{len(blocks) - 1}]", line, line.rule, line.sure, None, line.lost)
            )
            blocks[-1] = msgspec.structs.replace(blocks[-1], caption=block.text, byline=block.byline)
        elif block is not None:
            part = (line.skip, len(line.text)) if line.skip else None
            evidence.append(
                make_evidence(document, f"blocks[{len(blocks)}]", line, line.rule or _shape_rule(line), line.sure, part)
            )
            blocks.append(block)
        picture_above = is_bare_picture(line)
    article = msgspec.structs.replace(document.article, blocks=tuple(blocks), boilerplate=tuple(removed))
    return msgspec.structs.replace(document, article=article, evidence=(*document.evidence, *evidence))


def _waits_for_caption(block: Block) -> bool:
    return block.type == "picture" and block.caption is None


def _block(line: Line) -> Block | None:
    kind = line.kind or _OF_SHAPE.get(line.piece.shape, "paragraph")
    text = line.text[line.skip :].strip() or None
    piece = line.piece
    if kind == "picture":
        return Block(type="picture", caption=text, byline=line.byline, href=piece.href)
    if kind == "caption":
        return Block(type="caption", text=text, byline=line.byline)
    if kind == "list":
        return Block(
            type="list",
            items=tuple(item for item in map(mend, piece.items) if item),
            text=None if piece.items else text,
        )
    if kind == "table":
        rows = tuple(tuple(mend(cell) for cell in row) for row in piece.rows)
        return Block(type="table", rows=rows, text=None if piece.rows else text)
    if kind in ("paragraph", "subhead", "quote") and text is not None:
        return Block(type=kind, text=text)
    return None


def _shape_rule(line: Line) -> str:
    return "running text" if line.piece.shape == "line" else f"the markup says {line.piece.shape}"
