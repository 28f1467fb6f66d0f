"""The short lines at both ends of an article: section, byline and date above its text, signatures under it."""

from services.normalize.html.blocks import Block
from services.normalize.html.class_names import BYLINE_NAMES, DATE_NAMES, LEAD_NAMES
from services.normalize.html.tree import HEADINGS
from shared.patterns import pattern_of

END = pattern_of(r"[.!?…。！？।؟»”\"’':;)\]]\s*$")
_DATE = pattern_of(r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d\d){1,2}\b|\b\d{1,2}[:h]\d\d\b|年")
DAY = pattern_of(rf"{_DATE.pattern}|\b(?:19|20)\d\d\b")
_MOST_HEADINGS = 3
_TEXT_TAGS = frozenset({"p", "li", "td", "dd", "dt", "blockquote", "pre"})
_CONTACT = pattern_of(
    r"(?i)\bfollow (?:him|her|them|us|@?\w+)\b.{0,40}\b(?:twitter|facebook|instagram|x)\b|"
    r"\b(?:reached at|e-?mail(?:ed)? (?:him|her|us|\w+ \w+) at|contact (?:the|our) (?:author|writer|"
    r"reporter))\b|\bis a (?:staff writer|reporter|senior reporter|correspondent|columnist|"
    r"freelance)\b"
)
# How agencies sign: who wrote, edited and translated stands in one line under the text.
_SIGNED = pattern_of(
    r"(?i)^\W*(?:(?:additional |with )?(?:reporting|writing|editing|compiled|edited|reported|translated|translation|"
    r"production) by\b|(?:updated|last updated|published|posted|aktualisiert|publiziert|zuletzt aktualisiert|"
    r"veröffentlicht|mis à jour|publié|actualizado|publicado|aggiornato|pubblicato|atualizado|bijgewerkt|"
    r"gepubliceerd|oppdatert|publisert|uppdaterad|publicerad|opdateret|обновлено|опубликовано|оновлено|"
    r"cập nhật|更新|公開|发布时间)(?: (?:at|on|am|um|le|el|il|em|op|den|à))?\b.{0,40}\d|"
    r"with (?:reports?|files|reporting|inputs?|contributions?|additional reporting) (?:from|by)\b)"
)
_IS = ("ist ", "is ", "est ", "es ", "è ", "é ", "är ", "er ", "on ", "jest ", "schreibt ", "writes ", "covers ")


def trimmed(blocks: list[Block], headline: str, names: tuple[str, ...]) -> tuple[list[Block], list[Block], list[Block]]:
    """Cut byline, date and section lines off the front, signatures and other scraps off the back."""
    first = next((index for index, block in enumerate(blocks) if _opens_text(block, names)), 0)
    front = [block for block in blocks[:first] if _is_front_matter(block, headline, names)]
    rest = [block for block in blocks if block not in front]
    end = len(rest)
    while end > 1 and _is_back_matter(rest[end - 1], names, len(rest) - end):
        end -= 1
    headings = [block for block in rest[end:] if block.box.tag in HEADINGS]
    if len(headings) > _MOST_HEADINGS:  # a list of headings is what the article says, not what stands under it
        end = rest.index(headings[-1]) + 1
    return [block for block in rest[:end] if block.text != headline], front, rest[end:]


def _opens_text(block: Block, names: tuple[str, ...]) -> bool:
    """Whether a block is running text, and no line that says by whom or when."""
    if block.prose == 0 and block.size <= 120:
        return False
    dated = DAY.search(block.text) is not None and not END.search(block.text)
    return block.size >= 150 or not (dated or any(name in block.text for name in names))


def _is_front_matter(block: Block, headline: str, names: tuple[str, ...]) -> bool:
    if block.text == headline or (any(name in block.text for name in names) and block.size < 150):
        return True
    box = block.box
    if DATE_NAMES.search(box.names) or BYLINE_NAMES.search(box.names):
        return True
    if box.tag in {"h2", "h3"} and block.size > 30:
        return _DATE.search(block.text) is not None
    if DAY.search(block.text) and block.size < 100:
        return True
    return box.tag not in _TEXT_TAGS and not LEAD_NAMES.search(box.names) and block.size < 60


def _is_back_matter(block: Block, names: tuple[str, ...], place: int) -> bool:
    if block.box.tag in {"li", "td", "th", "dd", "blockquote"}:
        return False
    if (block.box.tag in HEADINGS and block.size < 150) or (
        block.size < 20 and not END.search(block.text) and block.box.tag != "p"
    ):
        return True
    if place < 3 and block.size < 400 and any(_is_about(name, block.text) for name in names):
        return True
    if place < 3 and block.size < 60 and DAY.search(block.text) and not END.search(block.text):
        return True
    if place < 3 and block.size < 300 and _SIGNED.match(block.text):
        return True
    return place < 3 and block.size < 500 and bool(_CONTACT.search(block.text))


def _is_about(name: str, text: str) -> bool:
    """Whether a last line says who the author is: "Jane Doe writes …", "Korrespondentin Anna Berg ist …"."""
    before, found, after = text[:100].partition(name)
    return bool(found) and (not before or (len(before) < 40 and after.lstrip().startswith(_IS)))
