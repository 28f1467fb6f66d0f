"""The body: judged lines become blocks in order, and what was taken out is listed."""

from typing import Literal

from msgspec.structs import replace

from services.normalize.document import Document, Line, make_evidence
from services.normalize.fields.line_views import SIGN_BULLET, cells_of
from services.normalize.fields.text import mend, mend_code
from services.normalize.readings import RuleId
from shared.article import Block, BlockType, Evidence

_OF_SHAPE: dict[str, BlockType] = {
    "heading": "subhead", "caption": "caption", "picture": "picture", "quote": "quote", "list": "list",
    "table": "table", "code": "code", "footnote": "footnote", "embed": "embed",
}  # fmt: skip


def set_blocks(document: Document) -> Document:
    """Turn every line that is part of the body into a block with its evidence."""
    blocks = list(document.article.blocks)
    removed = list(document.article.boilerplate)
    evidence: list[Evidence] = []
    picture_above = False
    last: Line | None = None
    for line in document.lines:
        if line.kind == "boilerplate":
            evidence.append(_evidence(document, f"boilerplate[{len(removed)}]", line))
            removed.append(line.text)
            continue
        block = _block(line)
        if block is not None and blocks and _goes_on(blocks[-1], block, line, last):
            above = blocks[-1]
            blocks[-1] = replace(above, items=(*above.items, *block.items), rows=(*above.rows, *block.rows))
            last = line
            continue
        last = line
        if (
            block is not None
            and block.type == "caption"
            and blocks
            and _waits_for_caption(blocks[-1], block.byline)
            and picture_above
        ):
            evidence.append(_evidence(document, f"blocks[{len(blocks) - 1}]", line))
            credit = block.byline or blocks[-1].byline
            blocks[-1] = replace(blocks[-1], caption=block.text, byline=credit)
        elif block is not None:
            part = (line.skip, len(line.text)) if line.skip else None
            evidence.append(_evidence(document, f"blocks[{len(blocks)}]", line, part))
            blocks.append(block)
        picture_above = line.piece.shape == "picture" and not line.text
    article = replace(document.article, blocks=tuple(blocks), boilerplate=tuple(removed))
    return replace(document, article=article, evidence=(*document.evidence, *evidence))


def _waits_for_caption(block: Block, credit: str | None) -> bool:
    """Whether a picture takes the caption below it: one that credits somebody else is no caption of this picture."""
    same_credit = block.byline is None or credit is None or block.byline == credit
    return block.type == "picture" and block.caption is None and same_credit


def _goes_on(above: Block, block: Block, line: Line, last: Line | None) -> bool:
    """Whether this is the next item of a plain text's list, or the next row of its table."""
    printed = line.piece.shape == "line" and last is not None and last.kind == line.kind
    return printed and block.type == above.type and block.type in ("list", "table")


def _block(line: Line) -> Block | None:
    kind = line.kind or _OF_SHAPE.get(line.piece.shape, "paragraph")
    text = line.text[line.skip :].strip() or None
    piece = line.piece
    caption = mend(piece.caption) or None if piece.caption else None
    match kind:
        case "picture":
            return Block(type="picture", caption=text, byline=line.byline, href=piece.href)
        case "list" | "table" if piece.shape == "line" or piece.items or piece.rows:
            return _listed(line, kind, caption)
        case "code":
            return Block(type="code", text=mend_code(piece.text), caption=caption)
        case "embed":
            return Block(type="embed", text=text, href=piece.href, caption=caption, byline=line.byline)
        case "caption" if text is not None or line.byline is not None:
            return Block(type="caption", text=text, byline=line.byline)
        case "paragraph" | "subhead" | "footnote" | "quote" | "list" | "table" if text is not None:
            return Block(type=kind, text=text, byline=line.byline)
    return None


def _listed(line: Line, kind: Literal["list", "table"], caption: str | None) -> Block:
    """A list or table of a page, or one item or row of a plain text's."""
    piece = line.piece
    if kind == "list":
        bullet = SIGN_BULLET.match(line.text)  # without its sign; its number stays, for another line may name it
        items = map(mend, piece.items) if piece.items else [line.text[bullet.end() if bullet else 0 :]]
        return Block(type="list", items=tuple(item for item in items if item))
    rows = [tuple(mend(cell) for cell in row) for row in piece.rows] if piece.rows else [cells_of(piece.text)]
    return Block(type="table", rows=tuple(rows), caption=caption)


def _evidence(document: Document, field: str, line: Line, part: tuple[int, int] | None = None) -> Evidence:
    """By which rule a line is what it is; what no step judged is what its markup says."""
    rule = line.rule
    if rule is None:
        rule = RuleId.LINE_TEXT if line.piece.shape == "line" else RuleId.LINE_OF_MARKUP
        note = "" if line.piece.shape == "line" else line.piece.shape
        line = replace(line, rule=rule, note=note)
    return make_evidence(document, field, line, rule, line.sure, part, line.lost)
