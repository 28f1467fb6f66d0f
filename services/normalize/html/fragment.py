"""A piece of markup that is nothing but an article's body, as feeds, JSON and XML documents carry it."""

from services.normalize.document import Piece
from services.normalize.html.blocks import read_outline
from services.normalize.html.body import read_fragment
from services.normalize.html.pictures import read_pictures
from services.normalize.html.pieces import pieces_of, removed
from services.normalize.html.tree import Element, parse
from shared.untrusted.markup_limits import check


def pieces_of_fragment(markup: str) -> tuple[Piece, ...]:
    """The pieces of a fragment of HTML in reading order; raises `NotAnArticle` for markup that is hostile.

    Menus, share lines and the like come last, of shape "debris": every visible word is in some piece.
    """
    if not markup.strip():
        return ()
    check(markup)
    return pieces_of_tree(parse(f"<div>{markup}</div>"))


def pieces_of_tree(root: Element) -> tuple[Piece, ...]:
    """The pieces under an element without a namespace, read as HTML is."""
    outline = read_outline(root)
    if not outline.blocks and not len(root):
        return ()
    container = outline.boxes[0]
    body = read_fragment(outline, container)
    pictures = read_pictures(outline, container, container, 0, max(container.last - 1, 0))
    return (*pieces_of(body, pictures, None, None), *removed(body, pictures))
