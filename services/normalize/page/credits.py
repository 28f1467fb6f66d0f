"""Whose picture it is: credits printed in or beside a caption, by their element, their label or their brackets."""

import re

from services.normalize.page.tree import squeeze

CREDIT = re.compile(
    r"credit|copyright|quelle|photograph|fotograf|photo-?_?by|byline|author|autor|source|rights|"
    r"urheber|agency|distribut|attribution|copyr|credito|fuente"
    r"|fonte|owner|licen[sc]e|origin|provider|creator|kilde|(?<![a-z])bron(?![a-z])|__src(?![a-z])|nguon"
)
SAID_CREDIT = re.compile(r"credit|copyright|(?:image|photo|bild|foto|img)-?_?(?:source|author|quelle)")
_WORDS = (
    r"(?:(?:photo|photograph|image|picture|pic|video|illustration|graphic|file photo|archive photo|"
    r"screenshot)s?\s*(?:credit|source|courtesy)?s?"
    r"|credits?|sources?|courtesy|rights|quelle|copyright|fuente|fonte|crédits?(?: photo)?|créditos?|"
    r"kilde|bron|beeld|nguồn|источник|kaynak|źródło|forrás|kuvaaja|kuva|zdroj|herkunft"
    r"|[\w-]{0,12}(?:foto|fotos|bild|bilder|grafik|bildrechte|fotografie|fotocredit)|bildquelle|фото|"
    r"коллаж|иллюстрация|ảnh|đồ họa|đồ hoạ|tư liệu|fotoğraf|fotograf(?:i|ie|ía|ia)?"
    r"|zdj|fot|rep|ph|montage|collage|imagen?|immagine|foto de|isithombe|picha|写真|撮影|제공|사진|圖|图|صورة)"
)
_MARKED = re.compile(
    rf"(?P<open>[(\[|/–—-]?\s*)(?<![^\W\d_])(?:{_WORDS}\s*(?:[:：;]|©|(?<=o)\s+von\b|(?<=d)\s+von\b)|"
    rf"(?:photos?|images?|pictures?|videos?|illustrations?|fotos?) (?:by|from|via|courtesy(?: of)?|de|"
    rf"di|van|von)\b|courtesy(?: of)?\b(?=[^.]*$)|©|\(c\)\s)"
    r"\s*(?P<credit>[^()\[\]:]{2,120}(?:\([^()]{2,40}\))?)\s*[)\]]?\s*\.?\s*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[（](?P<credit>[^()\[\]（）]{2,80})[)\]）]\s*\.?\s*$")
_TAKEN_BY = re.compile(r"[（(](?P<credit>[^（）()]{2,30}?)(?:撮影|摄|攝)[）)]$")
_LABELLED = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zà-ÿ])[^\W\d_]{3,12}\s?:\s*(?P<credit>[^\W\d_][^:.!?]{1,50})\.?$")
_AGENCY = re.compile(
    r"\b(?:AFP|dpa|Reuters|REUTERS|AP|Associated Press|Getty|GETTY|IMAGO|imago|Imago|EPA|epa|EFE|ANSA|"
    r"APA|Keystone|KEYSTONE|Shutterstock|picture alliance|ZUMA|iStock|Alamy|Pixabay|Unsplash|ANP|"
    r"Belga|Ritzau|NTB|TT|Scanpix|Lehtikuva|TASS|"
    r"Xinhua|TTXVN|Bloomberg|Wikimedia|Flickr|PA|ddp|Witters|Magnum|laif|Panos|Sipa|Gallo|Rex|NASA)\b"
)
_TWO_NAMES = re.compile(r"(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}\s*/\s*(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}")
_LABEL = re.compile(
    rf"^[\s(\[|/–—:;,.•·-]*(?:{_WORDS}\s*(?:[:：;,.©/|]|\bby\b|\bvon\b|\bde\b|\bdi\b)\s*|(?:photos?|"
    rf"images?|pictures?|videos?|fotos?|bild|illustrations?) (?:by|from|via|de|di|von)\s+|copyright\s+|"
    rf"courtesy(?: of)?:?\s+|by:?\s+(?=[A-Z])|©|\(c\)|[:|/,;])+\s*",
    re.IGNORECASE,
)
_LABEL_IN_BRACKETS = re.compile(r"\w\s*\([^()]{2,20}:\s")
_MOMENT = re.compile(r"[\W\d]*(?:\d\d?[:.]\d\d|\d{4})[\W\d]*(?:min|sec|sek|uhr|h|am|pm)?\.?", re.IGNORECASE)
_BEHIND_BAR = re.compile(r"\s[|｜]\s*(?P<credit>(?=[^|]*[^\W\d_])[^|.!?]{2,60})$")
_BARE_LABEL = re.compile(rf"^(?:{_WORDS}|picture by|image by)$", re.IGNORECASE)


def split_credit(text: str) -> tuple[str, str | None]:
    """Take a credit off the end of a caption: `Sơ chế mủ cao su. Ảnh: Anh Phong`."""
    for pattern in (_MARKED, _TAKEN_BY, _LABELLED):
        match = pattern.search(text)
        if match is not None:
            credit = clean_credit(match["credit"])
            rest = text[: match.start()]
            if credit and rest.count("(") <= rest.count(")") + ("(" in match[0]):
                return text[: match.start()].strip(" \t|–—-/"), credit
    match = _BEHIND_BAR.search(text)
    if match is not None and len(text[: match.start()].split()) > 3 and len(match["credit"].split()) < 7:
        return text[: match.start()].strip(), clean_credit(match["credit"])
    match = _BRACKETED.search(text)
    if match is not None and (_AGENCY.search(match["credit"]) or _TWO_NAMES.fullmatch(match["credit"])):
        return text[: match.start()].strip(), clean_credit(match["credit"])
    return text, None


def clean_credit(text: str) -> str | None:
    """A credit without its label and brackets."""
    credit = squeeze(text)
    for _ in range(3):
        credit = _LABEL.sub("", credit, count=1)
    credit = _unbracket(credit.strip(" |/,;:–—-").removesuffix(" Vis mer"))
    if len(credit.split()[-1:] and credit.split()[-1]) > 5:
        credit = credit.rstrip(".")
    named = 1 < len(credit) <= 120 and not _BARE_LABEL.match(credit) and not _MOMENT.fullmatch(credit)
    return credit if named else None


def is_labelled(text: str) -> bool:
    """Whether a line says outright that it is a credit: `Foto: Deja Gaston`, `© dpa`."""
    match = _LABEL.match(text)
    return match is not None and match.end() < len(text) <= 120 and bool(re.search(r"[^\W\d_]|©", match[0]))


def is_credit(text: str) -> bool:
    """Whether a line is nothing but a credit: `Foto: Deja Gaston`, `(Edu Luque)`, `© dpa`, `REUTERS`."""
    if len(text) > 120 or _LABEL_IN_BRACKETS.search(text):
        return False
    if is_labelled(text):
        return True
    if text.startswith(("(", "（")) and text.endswith((")", "）")) and len(text) < 60:
        return True
    if _says_more(text):
        return False
    return len(text) < 60 and bool(_AGENCY.search(text)) and len(re.findall(r"\b[a-zà-ÿ]{4,}", text)) < 3


def _says_more(text: str) -> bool:
    """Whether words of its own stand before a credit: `Donald Trump bleibt vage. (Foto: Reuters)`."""
    rest, credit = split_credit(text)
    return credit is not None and len(rest.split()) > 1 and rest.endswith((".", "!", "?", "…"))


def _unbracket(text: str) -> str:
    text = text.strip()
    while len(text) > 2 and text[0] in "([（" and text[-1] in ")]）" and text.count(text[0]) == 1:
        text = text[1:-1].strip()
    if text.count(")") > text.count("("):
        text = text.rstrip(")").strip()
    if text.count("(") > text.count(")"):
        text = text.replace("(", "", 1).strip() if text.startswith("(") else text + ")"
    return text
