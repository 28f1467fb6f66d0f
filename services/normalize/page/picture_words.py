"""The words beside a picture: which of them are its caption, which its credit, which neither."""

import re

from services.normalize.page.credits import CREDIT, clean_credit, is_credit, is_labelled, split_credit
from services.normalize.page.tree import SILENT, Element, squeeze, text_of
from services.normalize.page.words import CAPTION_NAMES

_SCRAP = re.compile(
    r"(?i)^(?:\d+\s*(?:/|of|von|de)\s*\d+|image|photo|video|bild|foto|advertisement|anzeige|werbung|"
    r"share|close|zoom|open image.*|view .*|enlarge.*|bild vergrößern|vergrößern|hide caption|toggle "
    r"caption"
    r"|enlarge this image|bildunterschrift.*anzeigen|image caption|caption|©|schließen|fullscreen|"
    r"vollbild|play|abspielen|next|previous|loading.*|gallery|galerie|[\d./:,\s-]+|"
    r".{0,80}\b(?:laufzeit|lesezeit|verfügbar bis|reading time|running time|min read|temps de lecture|duration:)"
    r".{0,60}|"
    r".{0,30}\d{1,2}[./]\d{1,2}[./]\d{2,4}\W{1,3}\d{1,2}[:.]\d\d.{0,30})$"
)
_NOISE = re.compile(
    r"(?i)(?:^(?:image caption|photo caption|caption|bildunterschrift|bildlegende|legende|légende|leyenda|legenda|"
    r"pie de foto|didascalia|bildtext|billedtekst|bildetekst|bijschrift|chú thích(?: ảnh)?)\s*[:,]\s*|"
    r"\s*(?:hide caption|toggle caption|"
    r"enlarge this image|bild vergrößern|vis mer|open image modal)$)"
)
_MOST_CREDITS = 40
_RUNNING = frozenset({"a", "b", "i", "em", "strong", "br"})


def split_words(whole: Element, nodes: list[Element]) -> tuple[str, str | None]:
    """The caption in these nodes, and the credit in them or elsewhere in the whole."""
    marked = credit_elements(whole)
    inside = frozenset(marked) & {element for node in nodes for element in node.iter()}
    lines = [line for node in nodes if node not in inside for line in _lines(node, inside)]
    credits = [clean_credit(text_of(element)) for element in marked]
    kept: list[str] = []
    for line in dict.fromkeys(lines):
        if _SCRAP.match(line):
            continue
        if (
            (kept and is_credit(line))
            or (len(lines) > 1 and is_labelled(line))
            or (len(lines) == 2 and kept and _is_set_under(line, kept[0]))
            or (len(lines) == 1 and not kept and is_credit(line) and len(line) < 60)
        ):
            credits.append(clean_credit(line))
        else:
            kept.append(line)
    caption = _NOISE.sub("", _NOISE.sub("", squeeze(" ".join(kept))))
    caption, printed = split_credit(caption)
    said = list(dict.fromkeys(credit for credit in credits if credit))
    credit = " | ".join(said) or printed
    return edged(caption), credit


def edged(caption: str) -> str:
    """A caption without the marks that parted it from its credit."""
    caption = caption.strip(" |/:").rstrip("-–—").rstrip()
    return caption if any(letter.isalnum() for letter in caption) else ""


def _is_set_under(line: str, caption: str) -> bool:
    """A line of few capital words under a longer caption: a name without a label is whose picture it is."""
    words = line.split()
    named = len(words) <= 5 and all(word[:1].isupper() or word in {"/", "|", "&"} for word in words)
    return named and len(caption.split()) > 2 * len(words) and not line.endswith((".", "!", "?", ":"))


def credit_elements(whole: Element) -> list[Element]:
    """The innermost elements that name themselves a credit, with no more than a line of text."""
    size = len(text_of(whole))
    named = [
        node
        for node in whole.iterdescendants()
        if node.tag not in {"img", "figcaption"} and _names_credit(node, size) and 1 < len(text_of(node)) <= 150
    ][:_MOST_CREDITS]
    outer = {parent for node in named for parent in node.iterancestors()}
    return [node for node in named if node not in outer and not CAPTION_NAMES.search(_last_word(node))]


def _names_credit(node: Element, size: int) -> bool:
    """Whether an element calls itself a credit, or is set small beside longer words."""
    if CREDIT.search(_own_names(node)):
        return True
    text = text_of(node) if node.tag in {"small", "cite"} else ""
    return bool(text) and 2 * len(text) < size and len(text.split()) < 8 and not text.endswith(".")


def _own_names(node: Element) -> str:
    return f" {node.get('class') or ''} {node.get('itemprop') or ''} ".lower()


def _last_word(node: Element) -> str:
    """What an element calls itself at the end: `image__caption__credit` is a credit, `copyright-caption` a caption."""
    names = _own_names(node)
    credit = max((match.end() for match in CREDIT.finditer(names)), default=0)
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
