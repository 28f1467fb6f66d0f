"""Lines and boxes that are a credit and no more, in whatever language: told as such, and freed of their labels."""

import re
from functools import cache

from services.normalize.grammar.credit import LONGEST, PRINTED, is_agency_line, links
from services.normalize.language.alternatives import any_of
from services.normalize.language.load import EVERY, GENERIC, for_tag
from services.normalize.language.phrases import edge_free, folded
from shared.patterns import pattern_of

_CLOCK = pattern_of(r"[\d\s.:/,-]+[^\W\d_]{0,4}\.?")  # a playing time: "03:12 min"
_LABEL_IN_BRACKETS = pattern_of(r"\w\s*\([^()]{2,20}:\s")


def clean_credit(text: str) -> str | None:
    """A credit without its label, its brackets and the law's phrases after it; None for a date or a playing time."""
    credit = " ".join(text.split())
    credit = _notice().sub("", credit) or credit
    if "|" in credit:
        credit = " | ".join(part for part in map(str.strip, credit.split("|")) if not _CLOCK.fullmatch(part))
    for _ in range(3):
        credit = _lead().sub("", credit, count=1)
    credit = _unbracket(credit.strip(" |/,;:–—-"))
    if len(credit.split()[-1:] and credit.split()[-1]) > 5:
        credit = credit.rstrip(".")
    said = 1 < len(credit) <= PRINTED and not is_bare_label(credit) and not _CLOCK.fullmatch(credit)
    return credit if said and edge_free(credit) not in folded(for_tag(EVERY).captions.rights) else None


def is_bare_label(text: str) -> bool:
    """Whether a text is only the word before a credit: "Credit...", "Foto:", "Copyright"."""
    return edge_free(text) in folded((*for_tag(EVERY).captions.credits, *for_tag(EVERY).bylines.sources))


def is_labelled(text: str) -> bool:
    """Whether a line says outright that it is a credit: "Foto: Deja Gaston", "© dpa"."""
    match = _lead().match(text)
    return match is not None and match.end() < len(text) <= PRINTED and match[0].strip(" ([|/–—:;,.•·-") != ""


def is_photo_line(text: str) -> bool:
    """Whether a line under a picture says outright whose it is, as "Source: WHO" under a table does not."""
    match = _lead().match(text)
    if match is None or not is_labelled(text) or text[-1:].isdigit():
        return False
    label = edge_free(match["label"] or "")
    return label not in folded(for_tag(EVERY).bylines.sources) if label else not match[0].strip()[:1].isalpha()


def is_credit(text: str) -> bool:
    """Whether a line is nothing but a credit: "Foto: Deja Gaston", "(Edu Luque)", "© dpa", "REUTERS"."""
    if len(text) > PRINTED or _LABEL_IN_BRACKETS.search(text):
        return False
    if is_labelled(text):
        return True
    if text.startswith(("(", "（")) and text.endswith((")", "）")) and len(text) < LONGEST:
        return True
    return is_agency_line(text)


@cache
def _lead() -> re.Pattern[str]:
    """What stands before a credit on a line of its own: "Foto:", "Image courtesy of", "©", "By"."""
    label = any_of((*for_tag(EVERY).captions.credits, *for_tag(EVERY).bylines.sources))
    single = any_of(tuple(word for word in for_tag(EVERY).captions.credits if " " not in word))
    openers = any_of(for_tag(GENERIC).captions.links)
    general = any_of(for_tag(GENERIC).captions.credits)
    return re.compile(
        rf"^[\s(\[|/–—:;,.•·-]*(?:(?P<label>{label})\s*[:：;©|=＝／…]\s*|(?:{single})\s+(?:{links()})\b:?\s+|"
        rf"(?:{general})\s*[,./]\s*|"
        rf"(?:{openers}):?\s+(?-i:(?![a-zà-ÿ]))|©|\(c\)|[:|/,;.])+\s*",
        re.IGNORECASE,
    )


@cache
def _notice() -> re.Pattern[str]:
    """As press agencies end each credit: "Mary Shaw/Copyright 2024 The AP. All rights reserved"."""
    rights = any_of(for_tag(EVERY).captions.rights)
    return re.compile(
        r"(?<=\w)[\s/,;.|–—-]*(?:(?:copyright|©|\(c\)|\(copyright)\s*(?:©\s*)?(?:19|20)\d\d\b.*|"
        rf"[©]?\s?(?:{rights})\.?)$",
        re.IGNORECASE,
    )


def _unbracket(text: str) -> str:
    text = text.strip()
    while len(text) > 2 and text[0] in "([（" and text[-1] in ")]）" and text.count(text[0]) == 1:
        text = text[1:-1].strip()
    if text.count(")") > text.count("("):
        text = text.rstrip(")").strip()
    if text.count("(") > text.count(")"):
        text = text.replace("(", "", 1).strip() if text.startswith("(") else text + ")"
    return text
