"""Taking a printed byline apart into names: `By Jane Doe and John Roe in Paris` holds two."""

import re

_LABEL = re.compile(
    r"^\W*(?:(?:view|show|see|read)?\s*(?:all|more) (?:posts|articles|stories|entries)?\s*(?:by|of|"
    r"from)\b|(?:zeige )?alle (?:beiträge|artikel) (?:von|anzeigen von)|mehr (?:von|über)|(?:written|"
    r"posted|published|reported|story|words|text|article|created|compiled|submitted|"
    r"reviewed)?\s*(?:and \w+ )?by\b|von\b|par\b|por\b|di\b(?=\s+[A-Z])|de\b(?=\s+[A-ZÀ-Ý])|"
    r"door\b|van\b(?=\s+[A-Z]\w+ [A-Z])|av\b|af\b|od\b|ote\b|от\b|автор\w*|auth?or(?:en|in|s|es|a)?\b|"
    r"auteurs?\b|redakt\w+ von|text(?:o|e)?\b|tekst\b|foto\b|autore\b|escrito por|publicado por|"
    r"tác giả|bài\b|thực hiện|yazan|szerző|kirjoittanut|rédigé par|écrit par|propos recueillis par|"
    r"interview\w*\s+(?:by|von|par)|ein(?:e)? \w+ von|"
    r"kommentar von|analyse von|a cura di|redazione di|skrevet av|tekst\w*|verfasst von|geschrieben "
    r"von|erstellt von|gepostet von|veröffentlicht von|eingestellt von|aus \w+ von|protokoll\w*|"
    r"journalist|reporter|editor|correspondent|artikel von|beitrag von|und interview|interview|"
    r"(?:责任编辑|责编|编辑|記者|记者|文)[:：])\s*[:;,：-]?\s*",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r",?\s+(?:ph\.?\s?d|m\.?d|d\.?o|r\.?d|r\.?n|mba|llm|msc|m\.?a|b\.?a|esq|cfa|cpa|ms|mph)\.?(?=$|[\s,])",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;|·•、，]|\s/\s|,(?!\s*(?:jr|sr|phd|md|m\.d|ii|iii)\b)|&|\+|\u2022|\s(?:and|und|et|y|e|en|"
    r"og|och|ve|và|i|und|ja|и|та|with|mit|avec|con|oraz|og)\s|\s[–—-]\s)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\(.*?\)|\[.*?\]|<.*?>|\b(?:in|aus)\s+[A-ZÄÖÜ][\w.-]+(?:\s[A-ZÄÖÜ][\w.-]+)?$|\bon\s.*|"
    r"\bat\s.*|\bfor\s.*|\bfür\s.*|\bpour\s.*|\s[–—-]\s.*|@\S+.*|\bpublished\b.*|\bupdated\b.*|"
    r"\bposted\b.*|https?:\S*|\S+@\S+)\s*",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"https?:|www\.|\.(?:com|org|net|html?|php)\b.*/|[{}<>=\[\]]|\d{3,}|\d[:.]\d\d|^\W*$|^(?:by|von|"
    r"admin|administrator|author|user|editor|unknown|none|null|undefined|anonymous|guest|gast|share|"
    r"follow|facebook|twitter|instagram|e-?mail|website|home|comments?|leave .*|read .*|more .*|all "
    r"posts.*|contributor|webmaster|root|test|n/a|no author|(?:last )?(?:modified|updated)|published|"
    r"min read|photograph.*|foto(?:s|graf)?.*|voir .*|tous .*|ver (?:más|todos).*|xem .*|"
    r"redaktion@.*)$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?i)^(?:(?:senior|chief|staff|deputy|associate|political|business|sports?|freelance|foreign|"
    r"assistant|managing|digital|news|science|health|world|national)\s+)*"
    r"(?:editor|reporter|correspondent|writer|journalist|columnist|author|producer|contributor|"
    r"redakteur\w*|reporter\w*|korrespondent\w*|autor\w*|journaliste|redactor\w*|giornalista|"
    r"politics|business|sport|staff writer|photographer|photos?|fotos?|video|illustration\w*|"
    r"graphics?|columnist)(?:\s+(?:in|at|of|for)\s.*)?$"
)
_ORGANISATION = re.compile(
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


def split_names(text: str) -> list[str]:
    """The names in a printed byline, without labels, places, roles, dates and handles."""
    text = _unlabel(text)
    names: list[str] = []
    for part in _SPLIT.split(text):
        name = clean_name(part)
        if name and name not in names:
            names.append(name)
    return names


def clean_name(text: str) -> str | None:
    """One name, trimmed; None when it is none."""
    name = _DEGREE.sub("", _unlabel(text.strip()))
    name = _TAIL.sub(" ", name).strip(" \t,;:.|/–—-*•·\"'“”„") if len(name) > 3 else name.strip()
    name = _unpaired(re.sub(r"\s+", " ", name))
    if re.search(r"\b(?:Jr|Sr)$", name):
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
            name = name.replace(opening, "").replace(closing, "").strip()
    return name


def is_organisation(name: str, sites: frozenset[str] = frozenset()) -> bool:
    """Whether a byline names a desk, an agency or the outlet rather than a person."""
    return bool(_ORGANISATION.search(name)) or re.sub(r"[\W_]+", "", name.casefold()) in sites


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
    return capital >= 2 and capital >= len(words) - 2 and not re.search(r"[.!?:;]$|[\d/|]", name)


def _unlabel(text: str) -> str:
    for _ in range(3):
        shorter = _LABEL.sub("", text, count=1)
        if shorter == text or not shorter.strip():
            break
        text = shorter
    return text
