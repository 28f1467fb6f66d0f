"""Pictures with their captions and credits: figures first, then whatever names or places itself as a caption."""

import re
from collections.abc import Iterator

import msgspec

from services.normalize.page.outline import REFUSED, Block, Box, Outline
from services.normalize.page.tree import Element, names_of, squeeze, text_of

CAPTION = re.compile(
    r"caption|bild-?_?(?:unterschrift|text|info)|(?<![a-z])legend(?!ary)|leyenda|pie-?_?(?:de-?_?)?foto|didascali|(?:img|image|media|photo|picture|figure|foto)-?_?(?:info|text|desc|meta|legend|title|details)"
    r"|infotext|cutline|chu-?thich|onderschrift|bijschrift|billedtekst|bildetekst|undertext|lightbox__text|text-?image"
)
CREDIT = re.compile(
    r"credit|copyright|quelle|photograph|fotograf|photo-?_?by|byline|author|autor|source|rights|urheber|agency|attribution|copyr|credito|fuente|fonte|owner|licen[sc]e|origin|provider|creator|kilde|bron(?![a-z])"
)
_MARKED = re.compile(
    r"(?P<open>[(\[|/–—-]?\s*)(?<![^\W\d_])(?P<mark>(?:(?:photo|photograph|image|picture|pic|video|illustration|graphic|file photo|archive photo|screenshot)s?\s*(?:credit|source|courtesy)?s?\s*(?:[:;]|by\b|courtesy(?: of)?\b|from\b|via\b|/)|"
    r"(?:credit|source|courtesy|rights|quelle|copyright|fuente|fonte|crédits?|kilde|bron|nguồn|источник|kaynak|źródło|forrás|kuva|bildquelle)s?\s*(?:[:;]|of\b|by\b|photo\b)|"
    r"(?:symbol|archiv|agentur|themen|hand|vorschau|beispiel|system|titel|symbol-?)?-?(?:foto|bild|bilder|fotos|grafik|bildrechte|fotografie|imago)\s*(?::|von\b|©|/)|(?:photo|crédit photo|foto|ảnh|đồ họa|фото|zdj|fot|rep|ph|montage|collage)\.?\s*:|"
    r"©|\(c\)|&copy;|photo by\b|foto de\b|foto di\b|photo de\b)\s*:?\s*)(?P<credit>[^()\[\]]{2,120}?)\s*(?P<close>[)\]]?)\s*\.?\s*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[](?P<credit>[^()\[\]]{2,80})[)\]]\s*\.?\s*$")
_AGENCY = re.compile(
    r"(?i)\b(?:afp|dpa|reuters|ap|associated press|getty|imago|epa|efe|ansa|apa|keystone|shutterstock|picture alliance|zuma|istock|alamy|pixabay|unsplash|anp|belga|ritzau|ntb|tt|scanpix|lehtikuva|tass|xinhua|ttxvn|archivo?|afp\w*|bloomberg|wikimedia|flickr|pa|ddp|witters|magnum|laif|panos|sipa|gallo|rex|bbc|nasa)\b"
)
_LABEL = re.compile(
    r"^[\s(\[|/–—:;,.•·-]*(?:(?:(?:image|photo|picture|video|photograph|illustration|graphic|file photo|screengrab|screenshot)s?\s*(?:credit|source|courtesy|caption|by|:)s?|credits?|source|sources|quelle|bildquelle|bildrechte|fotograf(?:in|ie)?|"
    r"foto(?:s|graf)?|bild(?:er)?|grafik|copyright|crédits?(?: photo)?|créditos?|fuente|fonte|kilde|bron|beeld|ảnh|nguồn|фото|rechte|© ?copyright|symbolbild|archivbild|photo by|image by|foto de|foto di|courtesy(?: of)?|kuva|fot|ph|imagen?|immagine|by)\s*[:,;.©/]*\s+|©|\(c\)|[:|/,;])+\s*",
    re.IGNORECASE,
)
_CAPTION_LABEL = re.compile(r"^(?:image caption|caption|bildunterschrift|image source[^,]*,)\s*[:,]?\s*", re.IGNORECASE)
_SCRAP = re.compile(
    r"(?i)^(?:\d+\s*(?:/|of|von|de)\s*\d+|image|photo|video|bild|foto|advertisement|anzeige|werbung|share|close|zoom|open image.*|view .*|enlarge.*|bild vergrößern|vergrößern|hide caption|toggle caption|enlarge this image)$"
)
_MEDIA = ("img", "picture", "amp-img", "video", "svg", "image", "source", "noscript")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the article: where it stands among the blocks, its words and whose it is."""

    element: Element
    index: int
    caption: str
    credit: str | None = None
    href: str | None = None
    blocks: frozenset[int] = frozenset()
    rule: str = "figure"


def read_pictures(outline: Outline, region: Box, skip: frozenset[int]) -> list[Picture]:
    """All pictures of the region in reading order."""
    found: list[Picture] = []
    inside = outline.boxes.index(region)
    done: list[tuple[int, int]] = []
    for box in outline.boxes[inside:]:
        if box.first >= region.last and box is not region and box.first > region.first:
            break
        if any(first <= box.first and box.last <= last for first, last in done) and box.first < box.last:
            continue
        picture = _picture(box, region, outline)
        if picture is not None:
            found.append(picture)
            done.append((box.first, box.last))
    return _once(found)


def _picture(box: Box, region: Box, outline: Outline) -> Picture | None:
    if box.first == box.last and box.tag != "figure":
        return None
    if box.tag == "figure" or (
        CAPTION.search(box.names) and box.tag not in {"body", "main", "article", "section"} and not box.prose
    ):
        if _refused(box, region) or sum(outline.blocks[i].size for i in range(box.first, box.last)) > 1500:
            return None
        return _figure(box, outline) if box.tag == "figure" else _named(box, outline)
    return None


def _refused(box: Box, region: Box) -> bool:
    node: Box | None = box.parent
    while node is not None and node is not region:
        if node.verdict == REFUSED or node.tag in {"aside", "nav", "footer"}:
            return True
        if node.tag == "a" or (node.tag == "li" and False):
            return True
        node = node.parent
    return False


def _figure(box: Box, outline: Outline) -> Picture | None:
    figure = box.element
    if next(figure.iter("table", "blockquote", "pre"), None) is not None:
        return None
    captions = [element for element in figure.iter("figcaption")]
    nodes = captions or [figure]
    return _read(box, nodes, outline, "figure caption" if captions else "figure")


def _named(box: Box, outline: Outline) -> Picture | None:
    near = box.element.getparent()
    for _ in range(3):
        if near is None or near.tag in {"body", "html", "article", "main"}:
            return None
        if next(near.iter("img", "picture", "amp-img", "video", "iframe"), None) is not None:
            break
        near = near.getparent()
    else:
        return None
    return _read(box, [box.element], outline, "caption by its class")


def _read(box: Box, nodes: list[Element], outline: Outline, rule: str) -> Picture | None:
    credits = [
        element
        for node in nodes
        for element in node.iter()
        if isinstance(element.tag, str)
        and element is not node
        and CREDIT.search(names_of(element))
        and not CAPTION.search(names_of(element))
    ]
    if not credits and box.tag == "figure":
        credits = [
            e
            for e in box.element.iter()
            if isinstance(e.tag, str)
            and CREDIT.search(names_of(e))
            and e is not box.element
            and not CAPTION.search(names_of(e))
            and text_of(e)
        ]
    credits = [
        element for element in credits if not any(other is not element and element in other.iter() for other in credits)
    ]
    caption = squeeze(" ".join(text_of(node, frozenset(credits)) for node in nodes))
    credit = " | ".join(dict.fromkeys(filter(None, (clean_credit(text_of(element)) for element in credits)))) or None
    caption, marked = split_credit(caption)
    caption = _CAPTION_LABEL.sub("", caption).strip(" |/")
    if _SCRAP.match(caption):
        caption = ""
    credit = credit or marked
    image = next(box.element.iter("img", "amp-img"), None)
    href = (image.get("src") or image.get("data-src")) if image is not None else None
    if not caption and not credit and not href:
        return None
    blocks = frozenset(range(box.first, box.last))
    return Picture(
        element=nodes[0], index=box.first, caption=caption, credit=credit, href=href, blocks=blocks, rule=rule
    )


def split_credit(text: str) -> tuple[str, str | None]:
    """Take a credit off the end of a caption: `Sơ chế mủ cao su. Ảnh: Anh Phong`."""
    match = _MARKED.search(text)
    if match is not None:
        return text[: match.start()].strip(), clean_credit(match["credit"])
    match = _BRACKETED.search(text)
    if match is not None and (_AGENCY.search(match["credit"]) or match["credit"].count("/") == 1):
        return text[: match.start()].strip(), clean_credit(match["credit"])
    return text, None


def clean_credit(text: str) -> str | None:
    """A credit without its label and brackets."""
    credit = squeeze(text)
    for _ in range(3):
        credit = _LABEL.sub("", credit, count=1)
    credit = credit.strip(" ()[]|/.,;:–—-")
    return credit if 1 < len(credit) <= 120 else None


def _once(found: list[Picture]) -> list[Picture]:
    kept: list[Picture] = []
    seen: set[str] = set()
    for picture in found:
        if picture.caption and picture.caption in seen:
            continue
        seen.add(picture.caption)
        kept.append(picture)
    return kept


def blocks_of(pictures: list[Picture]) -> Iterator[int]:
    """Indexes of all blocks that pictures hold."""
    for picture in pictures:
        yield from picture.blocks


def is_in_picture(block: Block) -> bool:
    """Whether a block stands in a figure."""
    box: Box | None = block.box
    while box is not None:
        if box.tag in {"figure", "figcaption"}:
            return True
        box = box.parent
    return False
