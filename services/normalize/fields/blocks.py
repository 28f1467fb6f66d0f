"""The body: judged lines become blocks in order, and what was taken out is listed."""

import msgspec

from services.normalize.document import Document, Line, make_evidence
from services.normalize.fields.text import mend, mend_code
from shared.article import Block, BlockType, Evidence

_OF_SHAPE: dict[str, BlockType] = {
    "heading": "subhead",
    "caption": "caption",
    "picture": "picture",
    "quote": "quote",
    "list": "list",
    "table": "table",
    "code": "code",
    "footnote": "footnote",
    "embed": "embed",
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
            credit = block.byline or blocks[-1].byline
            blocks[-1] = msgspec.structs.replace(blocks[-1], caption=block.text, byline=credit)
        elif block is not None:
            part = (line.skip, len(line.text)) if line.skip else None
            evidence.append(
                make_evidence(document, f"blocks[{len(blocks)}]", line, line.rule or _shape_rule(line), line.sure, part)
            )
            blocks.append(block)
        picture_above = line.piece.shape == "picture" and not line.text
    article = msgspec.structs.replace(document.article, blocks=tuple(blocks), boilerplate=tuple(removed))
    return msgspec.structs.replace(document, article=article, evidence=(*document.evidence, *evidence))


def _waits_for_caption(block: Block) -> bool:
    return block.type == "picture" and block.caption is None


def _block(line: Line) -> Block | None:
    kind = line.kind or _OF_SHAPE.get(line.piece.shape, "paragraph")
    text = line.text[line.skip :].strip() or None
    piece = line.piece
    caption = mend(piece.caption) or None if piece.caption else None
    match kind:
        case "picture":
            return Block(type="picture", caption=text, byline=line.byline, href=piece.href)
        case "list" if piece.items:
            return Block(type="list", items=tuple(item for item in map(mend, piece.items) if item))
        case "table" if piece.rows:
            rows = tuple(tuple(mend(cell) for cell in row) for row in piece.rows)
            return Block(type="table", rows=rows, caption=caption)
        case "code":
            return Block(type="code", text=mend_code(piece.text), caption=caption)
        case "embed":
            return Block(type="embed", text=text, href=piece.href, caption=caption, byline=line.byline)
        case "caption" if text is not None or line.byline is not None:
            return Block(type="caption", text=text, byline=line.byline)
        case "paragraph" | "subhead" | "footnote" | "quote" | "list" | "table" if text is not None:
            return Block(type=kind, text=text, byline=line.byline)
    return None


def _shape_rule(line: Line) -> str:
    return "running text" if line.piece.shape == "line" else f"the markup says {line.piece.shape}"
