"""The words by a picture told apart: the caption, the credit, what is neither, and what may be a caption unnamed."""

import re
from itertools import islice

from services.normalize.grammar.credit import is_name_line, take_credit
from services.normalize.grammar.credit_lines import clean_credit, is_bare_label, is_credit, is_labelled
from services.normalize.html.blocks import Block, Box
from services.normalize.html.class_names import (
    BYLINE_NAMES,
    CAPTION_NAMES,
    DATE_NAMES,
    DEBRIS_LINE,
    PICTURE_CREDIT,
    SAID_CREDIT,
)
from services.normalize.html.tree import SILENT, Element, attributes_of, names_of, squeeze, text_of
from services.normalize.language.load import EVERY
from services.normalize.readings import RuleId
from shared.patterns import pattern_of

_SCRAP = pattern_of(
    r"(?i)^(?:\d+\s*(?:/|of|von|de)\s*\d+|image|photo|video|bild|foto|advertisement|anzeige|werbung|"
    r"share|close|zoom|open image.*|view .*|enlarge.*|bild vergrößern|vergrößern|hide caption|toggle "
    r"caption"
    r"|enlarge this image|bildunterschrift.*anzeigen|image caption|caption|©|schließen|fullscreen|"
    r"vollbild|play|abspielen|of|von|sur|next|previous|loading.*|gallery|galerie|[\d./:,\s-]+|"
    r".{0,80}\b(?:laufzeit|lesezeit|verfügbar bis|reading time|running time|min read|temps de lecture|duration:)"
    r".{0,60}|"
    r".{0,30}\d{1,2}[./]\d{1,2}[./]\d{2,4}\W{1,3}\d{1,2}[:.]\d\d.{0,30})$"
)
_NOISE = pattern_of(
    r"(?i)(?:^\[\d+/\d+\]\s*|^(?:image caption|photo caption|caption|bildunterschrift|bildlegende|legende|"
    r"légende|leyenda|legenda|pie de foto|didascalia|bildtext|billedtekst|bildetekst|bijschrift|"
    r"chú thích(?: ảnh)?)\s*[:,]\s*|\s*(?:hide caption|toggle caption|"
    r"enlarge this image|bild vergrößern|vis mer|open image modal|"
    r"(?:purchase|acquire) licensing rights.*|[\s–—-]*©?\s*riproduzione riservata)$)"
)
_DANGLING = pattern_of(r"(?:^\s*[:;,|•·]\s*|\s*[•·]\s*$|\s+[–—|/-]+\s*$)")
_RUNNING = frozenset({"a", "b", "i", "em", "strong", "br"})
_SMALL = frozenset({"small", "cite"})
_SLANTED = frozenset({"em", "i", "b", "strong", "span"})
_MOST_CREDITS = 40
_SHORTENED = 5
_LONGEST = 150


_SURE = frozenset(
    {RuleId.CREDIT_LABEL, RuleId.CREDIT_BRACKETED_LABEL, RuleId.CREDIT_TAKEN_BY, RuleId.CREDIT_SIGN}
)  # the end of a caption says outright that it is a credit, as "(AP Photo)" does not


def split_credit(text: str) -> tuple[str, str | None]:
    """Take a credit off a caption in any language: "Sơ chế mủ cao su. Ảnh: Anh Phong"."""
    found = take_credit(text, EVERY)
    credit = clean_credit(found.credit or "") if found is not None else None
    if found is None or credit is None:
        return text, None
    is_short = len(credit.split()[-1]) <= _SHORTENED and text.rstrip(" )]").endswith(f"{credit}.")
    return found.caption, f"{credit}." if is_short else credit  # "Getty Inc."


def is_surely_credit(text: str) -> bool:
    """Whether a text says outright whose the picture is."""
    found = take_credit(text, EVERY)
    return found is not None and found.credit is not None and found.rule in _SURE


def named_credit(spoken: str, known: list[str]) -> str | None:
    """The credit in what a picture calls itself: "The harbour | dpa" over a picture known as the harbour."""
    before, bar, after = spoken.rpartition("|")
    if bar and before.strip() and (squeeze(before) in known or is_labelled(after.strip())) and len(after) < 80:
        return clean_credit(after)
    found = take_credit(spoken, EVERY)
    return clean_credit(found.credit or "") if found is not None and found.caption and found.rule in _SURE else None


def split_words(whole: Element, nodes: list[Element]) -> tuple[str, str | None]:
    """The caption in these nodes, and the credit in them or elsewhere in the whole."""
    marked, labels = _credit_elements(whole)
    skip = frozenset((*marked, *labels))
    around = {parent for element in skip for parent in (element, *element.iterancestors())}
    inside = frozenset(element for element in skip if not around.isdisjoint(nodes))
    lines = [line for node in nodes if node not in inside for line in _lines(node, inside)]
    said = [credit for element in marked if (credit := clean_credit(text_of(element)))]
    kept, printed = _sort_lines(list(dict.fromkeys(lines)), credited=bool(said))
    if not said and not printed and whole not in nodes:
        printed = _sort_lines(_lines(whole, frozenset((*skip, *nodes))), credited=True)[1]
    caption = _tidy(" ".join(kept))
    credits = list(dict.fromkeys((*said, *printed)))
    shorter, last = split_credit(caption)
    if last is not None and (not credits or is_surely_credit(caption[len(shorter) :])):
        caption = shorter
        credits = credits or [last]
    return caption, " | ".join(credits) or None


def _sort_lines(lines: list[str], *, credited: bool) -> tuple[list[str], list[str]]:
    """The lines of a caption, and the credits that stand on lines of their own."""
    kept: list[str] = []
    credits: list[str] = []
    labelled = False
    for place, line in enumerate(lines):
        credit = clean_credit(line)
        if is_bare_label(line):
            labelled = True
        elif _SCRAP.match(line):
            continue
        elif credit and (labelled or _stands_as_credit(line, first=not kept, alone=len(lines) == 1)):
            credits.append(credit)
            labelled = False
        elif credit and kept and place == len(lines) - 1 and not credits and not credited and is_name_line(line, kept):
            credits.append(credit)
        else:
            kept.append(line)
    return kept, credits


def _stands_as_credit(line: str, *, first: bool, alone: bool) -> bool:
    if not first:
        return is_credit(line)
    if not alone:
        return is_labelled(line)
    return len(line) < 60 and (is_labelled(line) or _is_all_credit(line))


def _is_all_credit(text: str) -> bool:
    """Whether a text is a credit with no caption before it, as `Trump stays vague. (Photo: Reuters)` is not."""
    caption, credit = split_credit(text)
    return is_credit(text) and (credit is None or not caption)


def _tidy(text: str) -> str:
    caption = _NOISE.sub("", _NOISE.sub("", squeeze(text)))
    return _DANGLING.sub("", _DANGLING.sub("", caption)).strip(" |/")


def named_captions(element: Element) -> list[Element]:
    """The outermost elements in a box that name themselves a caption."""
    named = [
        node
        for node in element.iter()
        if node is not element and CAPTION_NAMES.search(names_of(node)) and text_of(node)
    ]
    inner = {child for node in named for child in node.iterdescendants()}
    return [node for node in named if node not in inner]


def credit_of(whole: Element) -> str | None:
    """The first credit that an element in the box calls its own."""
    return next((credit for element in _credit_elements(whole)[0] if (credit := clean_credit(text_of(element)))), None)


def _credit_elements(whole: Element) -> tuple[list[Element], list[Element]]:
    """The innermost elements that name themselves a credit, with no more than a line of text, and their bare labels."""
    size = len(text_of(whole))
    named: list[Element] = []
    labels: list[Element] = []
    for node in whole.iterdescendants():
        if node.tag in {"img", "figcaption"} or not _names_credit(node, size):
            continue
        text = text_of(node)
        if 1 < len(text) <= _LONGEST:
            (labels if is_bare_label(text) else named).append(node)
        if len(named) == _MOST_CREDITS:
            break
    outer = {parent for node in named for parent in node.iterancestors()}
    return [node for node in named if node not in outer and not CAPTION_NAMES.search(_last_word(node))], labels


def _names_credit(node: Element, size: int) -> bool:
    """Whether an element calls itself a credit, or is set apart at the end of longer words."""
    if PICTURE_CREDIT.search(_own_names(node)):
        return True
    if node.tag in _SMALL:
        text = text_of(node)
        return bool(text) and 2 * len(text) < size and len(text.split()) < 8 and not text.endswith(".")
    if node.tag in _SLANTED and not (node.tail or "").strip() and node.getnext() is None:
        text = text_of(node)
        return 2 * len(text) < size and text[:1] not in "([（" and _is_all_credit(text)
    return False


def _own_names(node: Element) -> str:
    return f" {node.get('class') or ''} {node.get('itemprop') or ''} ".lower()


def _last_word(node: Element) -> str:
    """What an element calls itself at the end: `image__caption__credit` is a credit, `copyright-caption` a caption."""
    names = _own_names(node)
    credit = max((match.end() for match in PICTURE_CREDIT.finditer(names)), default=0)
    return names[credit:]


def _lines(node: Element, skip: frozenset[Element]) -> list[str]:
    """The text of a node, one line for each child that stands by itself."""
    lines: list[str] = []
    run = [node.text or ""]
    for child in node:
        if child.tag in SILENT:
            pass
        elif child not in skip and child.tag not in _RUNNING:
            lines.append(squeeze("".join(run)))
            lines += _lines(child, skip) if len(child) else [text_of(child)]
            run = []
        elif child not in skip:
            run.append(text_of(child, skip) if child.tag != "br" else " ")
        run.append(child.tail or "")
    lines.append(squeeze("".join(run)))
    return [line for line in lines if line]


_NO_CAPTION = re.compile(
    r"(?i)(?:von|by|par|por|di|door|av|af|od|oleh)\s+(?:\w+[\s.-]+){1,3}\w+$|.{0,12}sponsor|"
    r"präsentiert von|presented by|in kooperation mit|en partenariat avec|in partnership with|error loading|-?A\s*\+A"
)
_TWO_SENTENCES = re.compile(r"[.!?…] +\S.{20}|[。！？]\S.{20}")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d$")
NOT_BESIDE = frozenset({"h1", "h2", "h3", "h4", "li"})
_NEAR = 4
_LONGEST_BESIDE = 400
_ICON = 48


def is_icon(image: Element) -> bool:
    """Whether a picture says that it is no larger than a button or a dot, or lies behind words that are set over it.

    A size of 16 or 9 only says its proportions.
    """
    attributes = attributes_of(image)
    sizes = [int(size[:5]) for key in ("width", "height") if (size := attributes.get(key, "")).isdecimal()]
    if sizes and (max(sizes) <= 1 or 17 <= max(sizes) <= _ICON):
        return True
    return "background" in attributes.get("class", "")


def is_portrait(group: Box) -> bool:
    """Whether a figure shows the writer: it signs the article or says when it was written."""
    if group.tag not in {"figure", "figcaption"}:
        return False
    return any(node.tag in {"address", "time"} or node.get("rel") == "author" for node in group.element.iter())


def is_quoted(box: Box) -> bool:
    """Whether a figcaption names the speaker of a quote or the title of a table, not what a picture shows."""
    near = islice(box.rising(), _NEAR + 1) if box.tag == "figcaption" else ()
    figure = next((outer for outer in near if outer.tag == "figure"), None)
    if figure is None or figure.last - figure.first > 4 * _NEAR:
        return False
    return next(figure.element.iter("blockquote", "table", "pre"), None) is not None


def is_linked(element: Element) -> bool:
    """Whether a picture leads elsewhere, as a teaser's does."""
    near = islice(element.iterancestors(), _NEAR)
    return next(element.iter("a"), None) is not None or any(node.tag == "a" for node in near)


def is_said_credit(blocks: list[Block]) -> bool:
    """Whether all there is beside a picture calls itself a credit."""
    return bool(blocks) and all(SAID_CREDIT.search(block.box.names) for block in blocks)


def may_be_caption(caption: str, group: Box, blocks: list[Block]) -> bool:
    """Text beside a picture that nothing declares a caption: no byline, no date, no teaser, no form."""
    if not _reads_as_caption(caption) or len(blocks) > 6 or any(block.box.tag in NOT_BESIDE for block in blocks):
        return False
    size, linked = sum(block.size for block in blocks), sum(block.linked for block in blocks)
    if linked > 0.2 * size or any(block.linkage > 0.8 and block.size > 12 for block in blocks):
        return False
    boxes = [group, *(block.box for block in blocks)]
    if any(BYLINE_NAMES.search(box.names) for box in boxes) or any(DATE_NAMES.search(box.names) for box in boxes[1:]):
        return False
    if (
        _TWO_SENTENCES.search(caption)
        and group.tag != "figure"
        and next(group.element.iter("figure"), None) is not None
    ):
        return False
    if group.tag == "aside" or next(group.element.iterancestors("aside"), None) is not None:
        return False
    return next(group.element.iter("button", "input", "form", "time", "ul"), None) is None


def _reads_as_caption(text: str) -> bool:
    """Whether a line may say what a picture shows: neither a byline or time nor a sponsor's or the page's own words."""
    if not 12 <= len(text) <= _LONGEST_BESIDE or " " not in text:
        return False
    return not (_NO_CAPTION.match(text) or DEBRIS_LINE.match(text) or _CLOCK.search(text))
