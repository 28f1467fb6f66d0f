"""Whose picture it is: credits printed in or beside a caption, by their element, their label or their brackets."""

import re

from services.normalize.html.tree import squeeze
from services.normalize.kept import kept_for_lines
from shared.patterns import pattern_of

CREDIT = pattern_of(
    r"credit|copyright|quelle|photograph|fotograf|photo-?_?by|byline|author|autor|source|rights|"
    r"urheber|agency|distribut|attribution|copyr|credito|fuente"
    r"|fonte|owner|licen[sc]e|origin|provider|creator|kilde|(?<![a-z])bron(?![a-z])|__src(?![a-z])|nguon"
)
SAID_CREDIT = pattern_of(
    r"credit|copyright|(?:image|photo|bild|foto|img|media|picture)[-_]{0,2}(?:source|author|quelle|rights|by(?![a-z]))|"
    r"photographer|fotograf|fuente-?_?(?:foto|imagen)|crédit|bildnachweis|urheber"
)
_WORDS = (
    r"(?:(?:photo|photograph|photographer|image|picture|pic|video|illustration|graphic|file photo|"
    r"archive photo|screenshot|artwork)s?\s*(?:credit|source|courtesy)?s?"
    r"|credits?|sources?|courtesy|rights|quelle|copyright|fuente|fonte|crédits?(?: photos?| image)?|"
    r"créditos?(?: da foto| da imagem)?|kilde|källa|bron|beeld|afbeelding|nguồn|источник|джерело|kaynak|źródło|forrás|"
    r"lähde|kuvaajat?|kuvat?|zdroj|herkunft|sursa(?: foto)?"
    r"|[\w-]{0,12}(?:foto|fotos|bild|bilder|grafik|bildrechte|fotografie|fotocredit)|bildquellen?|fotoquelle|"
    r"fotografinn?e?n?|fotók?|фото(?:графия)?|снимок|скриншот|скріншот|колаж|"
    r"коллаж|иллюстрация|ілюстрація|ảnh|đồ họa|đồ hoạ|tư liệu|fotoğraf(?:lar)?|fotograf(?:i|ie|ía|ia|o)?|görsel"
    r"|zdjęci[ea]|zdj|fot|rep|ph|montage|collage|imagen?|imagem|imagens|immagine|foto de|isithombe|picha|mynd|"
    r"snímek|reprofoto|写真(?:提供)?|画像(?:提供)?|撮影|出典|제공|사진|자료사진|출처|圖|图|图片来源|图源|來源|来源|摄影|攝影|摄|供图|"
    r"صورة|المصدر|تصوير|عکس|फोटो|तस्वीर|इमेज|צילום|φωτογραφία|φωτο|снимка)"
)
_MARKED = pattern_of(
    rf"(?P<open>[(\[（【|/／–—-]?\s*)(?<![^\W\d_])(?:{_WORDS}\s*(?:[:：;=＝／]|©|(?<=o)\s+von\b|(?<=d)\s+von\b)|"
    rf"(?:photos?|images?|pictures?|videos?|illustrations?|fotos?) (?:by|from|via|courtesy(?: of)?|de|"
    rf"di|van|von|av|af|par|por)\b:?|courtesy(?: of)?\b(?=[^.]*$)|"
    rf"(?:(?<=[/|(] )|(?<=\())(?:photo|image|foto|фото|bild|fot\.|ảnh)(?=\s+(?-i:[^\W\d_a-zà-ÿа-яіїє]))|©|\(c\)\s)"
    r"\s*(?P<credit>[^()\[\]:（）【】]{2,120}(?:\([^()]{2,40}\))?)\s*[)\]）】]?\s*[.。]?\s*$",
    re.IGNORECASE,
)
_BRACKETED = pattern_of(r"[(\[（](?P<credit>[^()\[\]（）]{2,80})[)\]）]\s*\.?\s*$")
_TAKEN_BY = pattern_of(r"[（(](?P<credit>[^（）()]{2,30}?)(?:撮影|摄|攝)[）)]$")
_REPORTER = pattern_of(r"(?<=[。.\s])(?P<credit>[^\s。]{0,8}记者[^。，]{2,14}?)\s*[摄攝]。?$")
_AFTER_SIGN = pattern_of(
    r"[＝=、](?P<credit>[^＝=、。\s]{2,20}(?=撮影|提供)|共同|時事|ロイター|AFP時事|AFP|AP|ゲッティ)(?:撮影|提供)?$"
)
_LABELLED = pattern_of(r"(?<=[.!?…])\s+(?=[^\W\d_a-zà-ÿ])[^\W\d_]{3,12}\s?:\s*(?P<credit>[^\W\d_][^:.!?]{1,50})\.?$")
_SURE = (_MARKED, _TAKEN_BY, _REPORTER, _AFTER_SIGN, _LABELLED)
_AGENCY = pattern_of(
    r"\b(?:AFP|dpa|Reuters|REUTERS|AP|Associated Press|Getty|GETTY|IMAGO|imago|Imago|EPA|epa|EFE|ANSA|APA|"
    r"Keystone|KEYSTONE|Shutterstock|picture alliance|ZUMA|iStock|Alamy|Pixabay|Unsplash|ANP|Belga|Ritzau|"
    r"NTB|TT|Scanpix|Lehtikuva|TASS|Xinhua|TTXVN|Bloomberg|Wikimedia|Flickr|PA|ddp|Witters|Magnum|laif|"
    r"Panos|Sipa|SIPA|Gallo|Rex|NASA|EPA-EFE|LaPresse|Pexels|stock\.adobe\.com|Adobe Stock|AdobeStock|"
    r"Fotolia|Depositphotos|Dreamstime|PAP|ČTK|MTI|Agencja Wyborcza|Anadolu|AA|DHA|İHA|Kyodo|Jiji|Yonhap|"
    r"PTI|ANI|Antara|Bernama|VCG|CNS|Укринформ|Укрінформ|УНИАН|УНІАН|РИА Новости|ТАСС|ansa|afp|reuters|efe|"
    r"Lusa|LUSA|lapresse|AAP|USA Today|Zuma|Newscom|POOL|SDA|Agence France-Presse|The Canadian Press|"
    r"Canadian Press|Photoshot|Action Images|Icon Sport|Imago Images|Europa Press|ATPImages|"
    r"Hollandse Hoogte|Bildbyrån|Gettyimages|GettyImages|연합뉴스|뉴스1|뉴시스|로이터|게티이미지|"
    r"رويترز|فرانس برس|الفرنسية|الأوروبية|الأناضول|غيتي|أسوشيتد برس|"
    r"ロイター|共同通信|時事|アフロ|新华社|新華社|中新社|视觉中国|法新社|路透社|美联社)\b"
)
_LAST_WORDS = pattern_of(r"(?<=[.!?…”\"»)])\s+(?P<credit>[^.!?:()\[\]]{2,60})\.?$")
_TWO_NAMES = pattern_of(r"(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}\s*/\s*(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}")
_LABEL = pattern_of(
    rf"^[\s(\[|/–—:;,.•·-]*(?:{_WORDS}\s*(?:[:：;,.©/|=＝／…]|\bby\b|\bvon\b|\bde\b|\bdi\b)\s*|(?:photos?|"
    rf"images?|pictures?|videos?|fotos?|bild|illustrations?) (?:by|from|via|de|di|von)\s+|copyright\s+|"
    rf"courtesy(?: of)?:?\s+|by:?\s+(?=[A-Z])|©|\(c\)|[:|/,;.])+\s*",
    re.IGNORECASE,
)
_PHOTO = pattern_of(
    r"^\W*(?:photo|image|picture|pic|bild|\w{0,12}foto|fotó|fot|beeld|kuva|zdj|snímek|mynd|imagen|immagine|ảnh|фото|"
    r"колаж|коллаж|скрин|φωτο|écran|写真|画像|撮影|사진|图|圖|摄|صورة|عکس|फोटो|צילום|©|\(c\)|collage|"
    r"crédit|credit|courtesy|screenshot|illustration|grafik)",
    re.IGNORECASE,
)
_LABEL_IN_BRACKETS = pattern_of(r"\w\s*\([^()]{2,20}:\s")
_BARE_LABEL = pattern_of(rf"^(?:{_WORDS}|picture by|image by)$", re.IGNORECASE)


_RESERVED = pattern_of(
    r"(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|"
    r"todos os direitos reservados|tutti i diritti riservati|alle rechten voorbehouden|все права защищены|"
    r"wszelkie prawa zastrzeżone|tüm hakları saklıdır)\.?",
    re.IGNORECASE,
)
_NOTICE = pattern_of(  # as press agencies end each credit: `Mary Shaw/Copyright 2024 The AP. All rights reserved`
    rf"(?<=\w)[\s/,;.|–—-]*(?:(?:copyright|©|\(c\)|\(copyright)\s*(?:©\s*)?(?:19|20)\d\d\b.*|{_RESERVED.pattern})$",
    re.IGNORECASE,
)
_CLOCK = pattern_of(r"[\d\s.:/,-]+(?:uhr|min|mins|sec|sek|h|hrs|am|pm)?\.?", re.IGNORECASE)
_NAME_WORD = pattern_of(r"[^\W\d_a-zà-ÿ][\w.’'&-]*|/|de|van|von|der|den|di|da|of|the|y|and|&")


@kept_for_lines
def split_credit(text: str) -> tuple[str, str | None]:
    """Take a credit off the end of a caption: `Sơ chế mủ cao su. Ảnh: Anh Phong`."""
    for pattern in _SURE:
        match = pattern.search(text)
        if match is not None:
            credit = clean_credit(match["credit"])
            rest = text[: match.start()]
            if credit and rest.count("(") <= rest.count(")") + ("(" in match[0]):
                return text[: match.start()].strip(" \t|–—-/"), credit
    match = _LAST_WORDS.search(text)
    if match is not None and _is_agency_line(match["credit"]):
        return text[: match.start()].strip(), clean_credit(match["credit"])
    before, bar, after = text.rpartition(" | ")
    if bar and len(before) > 20 and len(after) < 60 and (_AGENCY.search(after) or is_name_line(after, [before])):
        return before.strip(), clean_credit(after)
    match = _BRACKETED.search(text)
    if match is not None and (_AGENCY.search(match["credit"]) or _TWO_NAMES.fullmatch(match["credit"])):
        return text[: match.start()].strip(), clean_credit(match["credit"])
    return text, None


@kept_for_lines
def clean_credit(text: str) -> str | None:
    """A credit without its label, its brackets and the law's phrases after it; None for a date or a playing time."""
    credit = squeeze(text)
    credit = _NOTICE.sub("", credit) or credit
    if "|" in credit:
        credit = " | ".join(part for part in map(str.strip, credit.split("|")) if not _CLOCK.fullmatch(part))
    for _ in range(3):
        credit = _LABEL.sub("", credit, count=1)
    credit = _unbracket(credit.strip(" |/,;:–—-").removesuffix(" Vis mer"))
    if len(credit.split()[-1:] and credit.split()[-1]) > 5:
        credit = credit.rstrip(".")
    said = 1 < len(credit) <= 120 and not _BARE_LABEL.match(credit) and not _CLOCK.fullmatch(credit)
    return credit if said and not _RESERVED.fullmatch(credit) else None


def is_bare_label(text: str) -> bool:
    """Whether a text is only the word before a credit: `Credit...`, `Foto:`, `Copyright`."""
    return bool(_BARE_LABEL.match(text.strip(" ([.…:：|/–—-")))


@kept_for_lines
def is_surely_credit(text: str) -> bool:
    """Whether the end of a caption says outright that it is a credit, as `(AP Photo)` does not."""
    return any(pattern.search(text) for pattern in _SURE[:-1])


def is_name_line(text: str, above: list[str]) -> bool:
    """Whether a line under a caption is only names, set as such: `Felix Sommer`, `The London Times`, `ES`."""
    words = text.split()
    return (
        len(text) < 40
        and (1 < len(words) <= 5 or text.isupper())
        and sum(map(len, above)) > max(20, len(text))
        and all(_NAME_WORD.fullmatch(word) for word in words)
    )


def is_labelled(text: str) -> bool:
    """Whether a line says outright that it is a credit: `Foto: Deja Gaston`, `© dpa`."""
    match = _LABEL.match(text)
    return match is not None and match.end() < len(text) <= 120 and bool(re.search(r"[^\W\d_]|©", match[0]))


def is_photo_line(text: str) -> bool:
    """Whether a line under a picture says outright whose it is, as `Source: WHO` under a table does not."""
    return is_labelled(text) and bool(_PHOTO.match(text)) and not text[-1:].isdigit()


def named_credit(spoken: str, known: list[str]) -> str | None:
    """The credit in what a picture calls itself: `The harbour | dpa` over a picture known as the harbour."""
    before, bar, after = spoken.rpartition("|")
    if bar and before.strip() and (squeeze(before) in known or is_labelled(after.strip())) and len(after) < 80:
        return clean_credit(after)
    match = _MARKED.search(spoken)
    return clean_credit(match["credit"]) if match is not None and match.start() else None


@kept_for_lines
def is_credit(text: str) -> bool:
    """Whether a line is nothing but a credit: `Foto: Deja Gaston`, `(Edu Luque)`, `© dpa`, `REUTERS`."""
    if len(text) > 120 or _LABEL_IN_BRACKETS.search(text):
        return False
    if is_labelled(text):
        return True
    if text.startswith(("(", "（")) and text.endswith((")", "）")) and len(text) < 60:
        return True
    return _is_agency_line(text)


def _is_agency_line(text: str) -> bool:
    """Whether a short text names an agency and says next to nothing else: `Anna Berg/dpa`, `AFP via Getty Images`."""
    return len(text) < 60 and bool(_AGENCY.search(text)) and len(re.findall(r"\b[a-zà-ÿ]{4,}", text)) < 3


def _unbracket(text: str) -> str:
    text = text.strip()
    while len(text) > 2 and text[0] in "([（" and text[-1] in ")]）" and text.count(text[0]) == 1:
        text = text[1:-1].strip()
    if text.count(")") > text.count("("):
        text = text.rstrip(")").strip()
    if text.count("(") > text.count(")"):
        text = text.replace("(", "", 1).strip() if text.startswith("(") else text + ")"
    return text
