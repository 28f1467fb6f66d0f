"""Pictures that came with an article: each goes to where the article names it, else to its caption, else to the end.

What the article says of a picture goes before what is embedded in it. No embedded word is lost: what no field takes is
told as removed, with the place in the picture where it stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from urllib.parse import unquote

from msgspec.structs import replace

from services.normalize.document import Document, Line, Piece, classified, words
from services.normalize.fields.text import mend
from services.normalize.grammar.credit import take_credit
from services.normalize.pictures.words import EmbeddedPicture, Said
from services.normalize.readings import RuleId, shortened
from shared.article import Block, Evidence

_LIKE = 0.6  # of the words of the shorter caption, so many stand in the longer one


def place_pictures(document: Document) -> Document:
    """Put each picture where it belongs, with its words where the article has none for it."""
    if not document.pictures:
        return document
    lines = list(document.lines)
    left = [picture for picture in document.pictures if not _place_by_name(lines, picture, document.rules.tag)]
    captions = [number for number, line in enumerate(lines) if _is_caption(line)]
    for number, picture in _pairs(lines, captions, left):
        lines[number] = _with_picture(lines[number], picture)
        left.remove(picture)
    lines += [_worded(_bare(picture), picture, document.rules.tag) for picture in left]
    document = replace(document, lines=tuple(lines))
    return replace(document, lines=(*lines, *_beside(document)))


def tell_pictures(document: Document) -> Document:
    """The day and the people of each picture, and where they and its credit are read; the first is the article's."""
    if not document.pictures:
        return document
    by_address = {picture.href: picture for picture in document.pictures}
    article, evidence = document.article, list(document.evidence)
    blocks = list(article.blocks)
    for number, block in enumerate(blocks):
        picture = by_address.get(block.href or "") if block.type == "picture" else None
        if picture is not None:
            people = tuple(said.text for said in picture.people)
            blocks[number] = replace(block, taken=picture.moment, people=people)
            evidence += _evidence_of(picture, blocks[number], f"blocks[{number}]")
    lead = article.lead_picture
    named = next((one for one in document.pictures if lead is not None and _is_named(lead.href, one)), None)
    first = next((block for block in blocks if block.href in by_address), None)
    if lead is not None and named is not None:
        lead = replace(lead, href=named.href)
    elif lead is None and first is not None:
        lead = first
        rule, quote = RuleId.CAME_FIRST, by_address[first.href or ""].shown
        evidence.append(Evidence(field="lead_picture", rule=rule.words, sure=rule.sure, quote=quote))
    article = replace(article, blocks=tuple(blocks), lead_picture=lead)
    return replace(document, article=article, evidence=tuple(evidence))


def _place_by_name(lines: list[Line], picture: EmbeddedPicture, tag: str) -> bool:
    """Whether the article names the picture; the first place that does has its words, all have the picture."""
    spots = [n for n, line in enumerate(lines) if line.piece.shape == "picture" and _is_named(line.piece.href, picture)]
    for number in spots:
        lines[number] = replace(lines[number], piece=replace(lines[number].piece, href=picture.href))
    if spots:
        lines[spots[0]] = _worded(lines[spots[0]], picture, tag)
    return bool(spots)


def _is_named(href: str | None, picture: EmbeddedPicture) -> bool:
    """Whether an address in the article means the picture: as a whole, by its last part, or as a part's id (`cid:`)."""
    if not href:
        return False
    address = unquote(href.partition("#")[0]).removeprefix("cid:").removeprefix("./")
    last = address.partition("?")[0].rpartition("/")[2].casefold()
    names = {name.casefold() for name in picture.names}
    return href == picture.href or address.casefold() in names or last in names


def _is_caption(line: Line) -> bool:
    return line.kind == "caption" or (line.kind is None and line.piece.shape == "caption")


def _pairs(
    lines: Sequence[Line], captions: Sequence[int], left: Sequence[EmbeddedPicture]
) -> Iterator[tuple[int, EmbeddedPicture]]:
    """Which caption is whose: by the words that both have, and all others in their order where none is left over."""
    free, waiting = list(captions), []
    for picture in left:
        own = set(words(picture.caption.text.casefold())) if picture.caption else set()
        alike = next((number for number in free if _is_alike(own, set(words(lines[number].text.casefold())))), None)
        if alike is None:
            waiting.append(picture)
        else:
            free.remove(alike)
            yield alike, picture
    if len(free) == len(waiting):
        yield from zip(free, waiting, strict=True)


def _is_alike(one: set[str], other: set[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= _LIKE * shorter


def _with_picture(line: Line, picture: EmbeddedPicture) -> Line:
    """A caption of a text that has its picture now; the credit is the picture's where the caption names none."""
    piece = replace(line.piece, shape="picture", href=picture.href)
    return replace(line, kind="picture", piece=piece, byline=line.byline or picture.credit)


def _bare(picture: EmbeddedPicture) -> Line:
    return Line(piece=Piece(text="", shape="picture", href=picture.href, path=picture.shown), text="")


def _worded(line: Line, picture: EmbeddedPicture, tag: str) -> Line:
    """A picture's place with the embedded caption and credit, where the article has no words of its own there."""
    said = picture.caption
    if line.text or said is None:
        return replace(line, byline=line.byline or picture.credit)
    text = mend(said.text)
    credit = take_credit(text, tag)
    caption, name = (credit.caption, credit.credit) if credit is not None else (text, None)
    line = classified(line, "picture", RuleId.EMBEDDED_CAPTION)
    piece = replace(line.piece, path=said.place, start=None, end=None)
    return replace(line, piece=piece, text=caption, byline=line.byline or name or picture.credit)


def _beside(document: Document) -> Iterator[Line]:
    """The embedded words that stand in no field and in no line, as lines that are told as removed."""
    kept = [" ".join(words(text.casefold())) for text in _texts_of(document)]
    for said in chain.from_iterable(map(_all_said, document.pictures)):
        text = mend(said.text)
        plain = " ".join(words(text.casefold()))
        if not plain or any(f" {plain} " in f" {one} " for one in kept):
            continue
        kept.append(plain)
        piece = Piece(text=text, shape="debris", path=said.place)
        yield classified(Line(piece=piece, text=text), "boilerplate", RuleId.EMBEDDED_BESIDE)


def _all_said(picture: EmbeddedPicture) -> Iterator[Said]:
    if picture.caption is not None:
        yield picture.caption
    yield from (*picture.byline, *picture.others)


def _texts_of(document: Document) -> Iterable[str]:
    article = document.article
    yield from filter(None, (article.headline, article.byline, article.description, article.dateline, article.section))
    yield from (*article.keywords, *(person.name for person in article.people))
    yield from (said.text for picture in document.pictures for said in picture.people)
    for line in document.lines:
        yield from filter(None, (line.text, line.byline))


def _evidence_of(picture: EmbeddedPicture, block: Block, field: str) -> Iterator[Evidence]:
    for said in picture.byline:
        if block.byline and said.text in block.byline:
            yield _seen(f"{field}.byline", RuleId.EMBEDDED_CREDIT, said)
    if picture.taken is not None:
        yield _seen(f"{field}.taken", RuleId.EMBEDDED_DAY, picture.taken)
    for number, said in enumerate(picture.people):
        yield _seen(f"{field}.people[{number}]", RuleId.EMBEDDED_PEOPLE, said)
    if picture.unread:
        rule = RuleId.EMBEDDED_UNREAD
        yield Evidence(field=field, rule=rule.told(picture.unread), sure=rule.sure, path=picture.shown)


def _seen(field: str, rule: RuleId, said: Said) -> Evidence:
    return Evidence(field=field, rule=rule.words, sure=rule.sure, quote=shortened(said.text), path=said.place)
