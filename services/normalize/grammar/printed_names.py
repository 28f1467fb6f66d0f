"""Taking a printed byline apart into names: `By Jane Doe and John Roe in Paris` holds two."""

import re

from shared.patterns import pattern_of

_LONGEST = 2000
_LONGEST_NAME = 300
_BOTH = (
    r"(?:text|texte|texto|testo|tekst|teksti|words|story|bài|ord)\s*(?:und|and|&|\+|et|y|e|/|,|och|og|en|và|ja)\s*"
    r"(?:die\s)?(?:fotos?|foto’s|foto's|photos?|bild\w*|images?|pictures|ảnh|kuvat?|videos?|interview|grafik\w*)\b"
)
_LABEL = pattern_of(
    rf"^[\W_]*(?:{_BOTH}(?:\s*(?:by|von|par|por|av|af|di)\b)?|(?:view|show|see|read)?\s*(?:all|more) "
    r"(?:posts|articles|stories|entries)?\s*(?:by|of|from)\b|(?:zeige )?alle (?:beiträge|artikel) (?:von|anzeigen von)|"
    r"mehr (?:von|über)|alles von|(?:written|posted|published|reported|story|words|text|article|created|compiled|"
    r"submitted|reviewed)?\s*(?:and \w+ )?by\b|vo[nm]\b|par\b|por\b|di\b(?=\s+[A-ZÀ-Ý])|de\b(?=\s+[A-ZÀ-Ý])|"
    r"door\b|van\b(?=\s+[A-Z]\w+ [A-Z])|av\b|af\b|od\b|ote\b|от\b|від\b|przez\b|bởi\b|автор\w*|"
    r"auth?or(?:in|en|s|es|a)?\b|auteurs?\b|redakt\w+ von|text(?:o|e)?\b|tekst\b|foto\b|autore\b|escrito por|"
    r"publicado por|escribe\b|tác giả|bài\b|thực hiện|được (?:viết|đăng) bởi|yazan|muhabir\b|szerző|"
    r"kirjoittanut|kirjoittaja|rédigé par|écrit par|propos recueillis par|interview\w*\s+(?:by|von|par)|"
    r"ein(?:e)? \w+ von|(?:gast)?(?:kommentar|analyse|artikel|beitrag|bericht|essay|reportage|gespräch) von|"
    r"das (?:gespräch|interview) führten?|(?:die )?fragen stellten?|aufgezeichnet von|a cura di|redazione di|"
    r"(?:scritto|pubblicato|testo|articolo) (?:da|di)|skrevet a[vf]|skriven av|tekst\w*|verfasst von|geschrieben von|"
    r"erstellt von|gepostet von|veröffentlicht von|eingestellt von|(?:geschreven|geplaatst) door|napisane przez|"
    r"opracowała?|napsala?\b|penulis|(?:ditulis |dipublikasikan )?oleh(?=:)|ditulis oleh|aus \w+ von|protokoll\w*|"
    r"journalist|reporter|editor|correspondent|"
    r"und interview|interview|текст\b|корреспондент\b|بقلم|كتبت?\b|लेखक|"
    r"(?:责任编辑|责编|编辑|編輯|記者|记者|作者|撰文|撰稿|采写|執筆者?|取材・文|ライター|著者|文|글)[:：/／＝=]|"
    r"(?:本报|本報|本刊)?(?:记者|記者)\s)\s*[:;,：-]?\s*",
    re.IGNORECASE,
)
# A theme's hidden label, or a button, stands so close that it reads as one word with the name.
_GLUED = pattern_of(r"^(?:Author|Autor(?:in)?|Auteur|Written by|Posted by|By|Von|Por|Par)(?=[A-ZÀ-Ý][^A-Z])")
_GLUED_TAIL = pattern_of(r"(?<=\w)(?:Follow(?:ing)?|Folgen|Seguir|Suivre|Segui|Shares?)$")
_PICTURES = pattern_of(
    r"^\W*(?:fotos?|foto's|photos?|photograph\w*|fotograf\w*|bild(?:er)?|images?|pictures?|video|ảnh|illustration\w*|"
    r"grafik\w*|graphics?|kamera|kuvat?|zdjęcia|фото|摄影|撮影|写真)(?:\s*[:：]|\s+(?:by|von|par|por|di|av|af)\b)",
    re.IGNORECASE,
)
# What is left of `on 3 May` when the date is gone, and what a card prints behind a name.
_DANGLING = pattern_of(
    r"(?:\s+(?:on|am|at|um|in|le|el|il|em|den|op|à|a las|alle|vào|ngày|lúc|klo|på|dnia|о|в|folgen|follow|seguir|"
    r"suivre|shares?|for|schreibt|says|writes|sagt|meint|and|und))+$",
    re.IGNORECASE,
)
# "By Ann Lee with agencies" names none of them.
_NO_AGENCY = pattern_of(
    r"(?i)(?:news )?agenc(?:y|ies)|wires|wire services|agenturen|agences?|agencias|ag[êe]ncias|agenzie|"
    r"(?:pers)?bureaus|agentschappen|byråer(?:ne|na)?|agencje|агентства"
)
_INITIAL = pattern_of(r"\s[A-ZÀ-Ý]$")
_DEGREE = pattern_of(
    r",?\s+(?:ph\.?\s?d|m\.?d|d\.?o|r\.?d|r\.?n|mba|llm|msc|m\.?a|b\.?a|esq|cfa|cpa|ms|mph)\.?(?=$|[\s,])",
    re.IGNORECASE,
)
_SPLIT = pattern_of(
    r"\s*(?:[;|·•、，]|\s/\s|,\s*(?:and|und|et|y|e|en|og|och|ve|và|i|ja|и|та|oraz|dan|&)\s|,(?!\s*(?:jr|sr|phd|md|m\.d|ii|iii)\b)|&|\+|\u2022|\s(?:and|und|et|y|e|en|"
    r"og|och|ve|và|i|und|ja|и|та|with|mit|avec|con|oraz|og)\s|\s[–—-]\s)\s*",
    re.IGNORECASE,
)
_TAIL = pattern_of(
    r"\s*(?:\(.*?\)|\[.*?\]|<.*?>|\b(?:in|aus)\s+[A-ZÄÖÜ][\w.-]+(?:\s[A-ZÄÖÜ][\w.-]+)?$|\bon\s.*|"
    r"\bat\s.*|\bfor\s.*|\bfür\s.*|\bpour\s.*|\s[–—-]\s.*|@\S+.*|\bpublished\b.*|\bupdated\b.*|"
    r"\bposted\b.*|https?:\S*|\S+@\S+)\s*",
    re.IGNORECASE,
)
_REFUSED = pattern_of(
    r"https?:|www\.|\.(?:com|org|net|html?|php)\b.*/|[{}<>=\[\]]|\d{3,}|\d[:.]\d\d|^\W*$|^(?:by|von|"
    r"admin|administrator|authors?|auteurs?|autor(?:in|en|es|a)?|user|editor|unknown|none|null|undefined|anonymous|"
    r"guest|gast|share|uhr|stand|text|texte|texto|nachricht(?:en)?|datum|date|tags?|kategorien?|"
    r"follow|facebook|twitter|instagram|e-?mail|website|home|comments?|leave .*|read .*|more .*|all "
    r"posts.*|contributor|webmaster|root|test|n/a|no author|(?:last )?(?:modified|updated)|published|"
    r"min read|photograph.*|foto(?:s|graf)?.*|voir .*|tous .*|ver (?:más|todos).*|xem .*|"
    r"archiv anzeigen\W*|zuletzt geändert.*|veröffentlicht|aktualisiert|erstellt|gepostet|publié|mis à jour|publicado|"
    r"actualizado|pubblicato|aggiornato|opublikowano|gepubliceerd|(?:ein )?(?:artikel|beitrag|text) von\W*|"
    r"(?:alle|weitere) (?:beiträge|artikel).*|im wortlaut|"
    r"redaktion@.*)$",
    re.IGNORECASE,
)
_ROLE_WORDS = (
    r"(?:chef)?reda[kc]t(?:eu|o)r(?:in|a)?|journalist(?:in|e)?|reporter(?:in)?|volontär(?:in)?|ressortleiter(?:in)?|"
    r"[ck]orr?espond[ea]nt(?:in|e)?|autor(?:in|a)?|editora?|contributor|columnist|kolumnist(?:in)?|author|writer|"
    r"producer|rédacteur|rédactrice|periodista|giornalista|repórter|phóng viên|toimittaja|dziennikar(?:z|ka)|muhabir"
)
_ROLE_TAIL = pattern_of(
    rf"(?<=\w)\s+(?:(?:senior|chief|staff|deputy|associate|political|business|sports?|freelance|foreign|freie[rs]?|"
    rf"assistant|managing|digital|news|science|health|world|national|stellv\w*|leitende[rs]?|guest|contributing|"
    rf"economics?|environment|education|technology|culture|features|general|investigative)\s+)*"
    rf"(?:{_ROLE_WORDS})(?:\s+(?:für|for|bei|at|of|in|im|chez|de|du|der)\b.*)?$",
    re.IGNORECASE,
)
_ROLE = pattern_of(
    r"(?i)^(?:(?:senior|chief|staff|deputy|associate|political|business|sports?|freelance|foreign|"
    r"assistant|managing|digital|news|science|health|world|national)\s+)*"
    r"(?:editor|reporter|correspondent|writer|journalist|columnist|author|producer|contributor|"
    r"redakteur\w*|reporter\w*|korrespondent\w*|autor\w*|journaliste|redactor\w*|giornalista|"
    r"politics|business|sport|staff writer|photographer|photos?|fotos?|video|illustration\w*|"
    r"graphics?|columnist)(?:\s+(?:in|at|of|for)\s.*)?$"
)
_ORGANISATION = pattern_of(
    r"(?i)\b(?:afp|dpa|reuters|ap|associated press|press association|efe|ansa|apa|sid|sda|ats|epd|kna|"
    r"afp\w*|staff|redaktion|redaction|rédaction|redacción|redazione|redactie|redaksi\w*|newsroom|"
    r"editors?|editorial|team|desk|"
    r"agenc\w+|agentur\w*|news|magazine?|zeitung|media|tv|online|admin|bureau|service|times|post|"
    r"press|journal|gmbh|ag|inc|ltd|llc|group|verlag|institut\w*|universit\w+|center|centre|"
    r"foundation|stiftung|"
    r"association|verein|verband|company|corporation|corp|council|department|ministry|ministerium|"
    r"government|club|society|network|radio|fernsehen|digital|ttxvn|pv|nhóm pv|bbc|cnn|ddp|rnd|ndr|"
    r"wdr|mdr|zdf|ard|tass|xinhua|pti|ians)\b|"
    r"\.(?:com|de|at|ch|org|net|be|fr|it|vn|uk|info|tv)\b|新聞|新闻|日報|编辑部|編集部|通信社|デジタル"
)


_AGENCY = pattern_of(
    r"[(\[]?(?:agencia |agenzia |agence |agentur |the )?(?:dpa|afp|reuters|ap|associated press|efe|ansa|apa|sid|sda|"
    r"keystone-sda|ats|epd|kna|kathpress|ddp|dapd|tass|xinhua|pti|ani|ians|jiji(?: press)?|kyodo(?: news)?|belga|anp|"
    r"ntb|ritzau|stt|pap|čtk|ctk|tasr|mti|agerpres|lusa|aa|anadolu(?: agency)?|iha|dha|yonhap|antara|bernama|upi|"
    r"bloomberg|europa press|télam|telam|notimex|xinhuanet|interfax|ukrinform|unian|belta|ttxvn|vna|red|adnkronos|agi|"
    r"agência brasil|estadão conteúdo|media ?pool|pressetext|ots|spa|dts)"
    r"(?:\s?[/,;-]\s?\w{2,12}){0,4}[)\]]?\.?",
    re.IGNORECASE,
)
_AGENCY_TAIL = pattern_of(r"^(\w[\w.'’-]+(?: \w[\w.'’-]*){1,3})\s?/\s?[\w.&-]{2,15}$")
_HANDLE = pattern_of(r"(?=[\w.-]*[^\W\d_])\w[\w.-]{1,24}")


def split_names(text: str) -> list[str]:
    """The names in a printed byline, without labels, places, roles, dates and handles."""
    names: list[str] = []
    for part in _SPLIT.split(_unlabel(text[:_LONGEST])):
        if names and _PICTURES.match(part):  # `Text: Jane Doe, Fotos: John Roe`: the second only took the pictures
            break
        name = clean_name(part)
        if name and name not in names and not (names and _NO_AGENCY.fullmatch(name)):
            names.append(name)
    return names


def clean_name(text: str) -> str | None:
    """One name, trimmed; None when it is none."""
    name = _DEGREE.sub("", _unlabel(text[:_LONGEST_NAME].strip()))
    name = _TAIL.sub(" ", name).strip(" \t,;:.|/–—-*•·\"'“”„") if len(name) > 3 else name.strip()
    name = _AGENCY_TAIL.sub(r"\1", name)
    name = _unpaired(re.sub(r"\s+", " ", name))
    name = _GLUED_TAIL.sub("", _DANGLING.sub("", name)).strip(" ,;–—-")
    shorter = _ROLE_TAIL.sub("", name)
    name = shorter if " " in shorter else name
    if re.search(r"\b(?:Jr|Sr)$", name) or (_INITIAL.search(name) and f"{name}." in text):
        name += "."
    if not 2 <= len(name) <= 60 or _REFUSED.search(name) or _ROLE.match(name) or len(name.split()) > 7:
        return None
    if not re.search(r"[^\W\d_]", name):
        return None
    return name


def _unpaired(name: str) -> str:
    """Brackets that lost their other half are no part of a name."""
    for opening, closing in (("(", ")"), ("（", "）"), ("[", "]"), ("«", "»")):
        if name.count(opening) != name.count(closing):
            name = " ".join(name.replace(opening, "").replace(closing, "").split())
    return name


def is_organisation(name: str, sites: frozenset[str] = frozenset()) -> bool:
    """Whether a byline names a desk, an agency or the outlet rather than a person."""
    return bool(_ORGANISATION.search(name)) or re.sub(r"[\W_]+", "", name.casefold()) in sites


def is_agency(name: str) -> bool:
    """Whether a byline is the mark of a news agency and no more: `dpa/lno`, `Agencia EFE`."""
    return _AGENCY.fullmatch(name) is not None


def is_picture_line(text: str) -> bool:
    """Whether a line names who took or owns the picture beside it."""
    return text.lstrip("( ").startswith(("©", "(c)")) or _PICTURES.match(text) is not None


def is_handle(name: str) -> bool:
    """Whether it may be the one word that people sign with on a blog or a forum."""
    return _HANDLE.fullmatch(name) is not None and not is_organisation(name)


def looks_like_person(name: str) -> bool:
    """Two to five words that start like names do; scripts without case or spaces pass."""
    if is_organisation(name):
        return False
    words = name.split()
    if re.search(r"\d|©|@", name):
        return False
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", name):
        return len(name) <= 12
    if not 2 <= len(words) <= 5:
        return False
    capital = sum(word[0].isupper() or not word[0].isalpha() for word in words)
    return capital >= 2 and capital >= len(words) - 2 and not re.search(r"[!?:;|/«»„“\d]|[a-z]{3}\.$", name)


def _unlabel(text: str) -> str:
    text = _GLUED.sub("", text)
    for _ in range(3):
        shorter = _LABEL.sub("", text, count=1)
        if shorter == text or not shorter.strip():
            break
        text = shorter
    return text
