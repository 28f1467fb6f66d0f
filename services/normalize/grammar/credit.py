"""The credit at the end of a caption: "… - Ảnh: Hà Linh/TTXVN", "… (Ảnh: Tấn Vũ)", "… (ảnh minh họa)"."""

import re
from functools import cache

import msgspec

from services.normalize.grammar.person_names import bare_name, is_name, is_outlet
from services.normalize.language.folding import fold
from services.normalize.language.load import GENERIC, for_tag
from services.normalize.language.phrases import DASHES, edge_free, folded

LONGEST = 60
MOST_WORDS = 9
_BRACKETED = re.compile(r"\s*[(\[](?P<inner>[^()\[\]]{2,80})[)\]]\s*\.?\s*$")
_STOCK_RULE = "a stock picture's note"
_SENTENCE = re.compile(r"\w{3,}\.\s")
_EDGE = f" \t{DASHES}|,;:/(["


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """A caption without its credit; `credit` is None where only "(ảnh minh họa)" stood, `label` the word before it.

    Such a note leaves the caption only where the language's rules say that it is no part of it.
    """

    caption: str
    credit: str | None
    rule: str
    label: str | None = None


def take_credit(text: str, tag: str) -> Credit | None:
    """Take the credit off a caption; None when nothing in the text is one."""
    bracketed = _BRACKETED.search(text)
    if bracketed is not None:
        found = _bracketed(text, bracketed, tag)
        if found is not None:
            return found
    labelled = _labelled(tag).search(text)
    if labelled is not None and _is_credit(labelled["credit"]):
        caption = text[: labelled.start()].rstrip(_EDGE)
        inner = labelled["credit"].strip().rstrip(")].")
        return Credit(
            caption=_without_stock(caption, tag),
            credit=inner.strip() or None,
            rule="a credit's label",
            label=fold(labelled["label"]),
        )
    return _stock(text, tag) or _unlabelled(text, tag)


def _bracketed(text: str, bracketed: re.Match[str], tag: str) -> Credit | None:
    caption, inner = text[: bracketed.start()].rstrip(_EDGE), bracketed["inner"].strip()
    labelled = _labelled(tag).match(inner)
    if labelled is not None and _is_credit(labelled["credit"]):
        return Credit(
            caption=caption,
            credit=labelled["credit"].strip(" ."),
            rule="a credit's label in brackets",
            label=fold(labelled["label"]),
        )
    if edge_free(inner) in folded(for_tag(tag).captions.stock):
        kept = caption if for_tag(tag).captions.stock_is_apart else text
        return Credit(caption=kept, credit=None, rule=_STOCK_RULE)
    if ("/" in inner and is_outlet(inner.rpartition("/")[2].strip(), tag)) or (
        len(inner) <= 20 and _is_agency(inner, tag)
    ):
        return Credit(caption=caption, credit=inner, rule="an agency in brackets")
    return None


def _unlabelled(text: str, tag: str) -> Credit | None:
    """ "… . Ảnh Minh Anh.": a credit's word before a name, without a colon."""
    match = _bare(tag).search(text)
    if match is None:
        return None
    credit = match["credit"].strip(" .")
    person = bare_name(credit.partition("/")[0], tag)
    clear = len(person.split()) >= 2 or "." in person
    if credit.split() and ((clear and is_name(person, tag)) or _is_agency(credit, tag)):
        return Credit(caption=text[: match.start()].rstrip(_EDGE), credit=credit, rule="a credit's word before a name")
    return None


def _stock(text: str, tag: str) -> Credit | None:
    """ "… - Ảnh minh họa" and "… . Hình minh họa."; such a note alone is the caption."""
    found = _stock_begins(text, tag) > 0
    return Credit(caption=_without_stock(text, tag), credit=None, rule=_STOCK_RULE) if found else None


def _without_stock(text: str, tag: str) -> str:
    begins = _stock_begins(text, tag) if for_tag(tag).captions.stock_is_apart else 0
    return text[:begins].rstrip(_EDGE) if begins else text


def _stock_begins(text: str, tag: str) -> int:
    """Where the note behind a caption begins; 0 where there is none, or nothing else."""
    match = _stock_note(tag).search(text)
    return match.start() if match is not None else 0


def _is_credit(text: str) -> bool:
    return len(text) <= LONGEST and 0 < len(text.split()) <= MOST_WORDS and not _SENTENCE.search(text)


def _is_agency(text: str, tag: str) -> bool:
    rules = for_tag(tag)
    return edge_free(text) in folded((*rules.outlets, *for_tag(GENERIC).outlets, *rules.captions.givers))


@cache
def _labelled(tag: str) -> re.Pattern[str]:
    labels = _any_label(tag)
    return re.compile(
        rf"(?:^|(?<=[{DASHES}\s.,;!?|(\[\"”’]))(?P<label>{labels})\s*[:：]\s*(?P<credit>[^:：]+)$", re.IGNORECASE
    )


@cache
def _bare(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[{DASHES}.|(])\s*(?i:{_any_label(tag)})\s+(?P<credit>[^\s:][^:]{{1,40}})$")


@cache
def _stock_note(tag: str) -> re.Pattern[str]:
    notes = "|".join(re.escape(note) for note in sorted(for_tag(tag).captions.stock, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"\s*[{DASHES}.|(,]\s*(?:{notes})\s*\)?\s*\.?$", re.IGNORECASE)


@cache
def _numbered(tag: str) -> re.Pattern[str]:
    words = "|".join(re.escape(fold(word)) for word in for_tag(tag).captions.credits) or "(?!)"
    return re.compile(rf"(?:{words})\s?\d{{1,2}}\b")


def _any_label(tag: str) -> str:
    labels = {*for_tag(tag).captions.credits, *for_tag(GENERIC).captions.credits}
    return "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))


def speaks_of_picture(text: str, tag: str) -> bool:
    """ "Ảnh minh họa", "[Ảnh 1]", "Ảnh 2: …", "… (ảnh trên)": words that only stand under or beside a picture."""
    known = for_tag(tag).captions
    if edge_free(text) in folded(known.stock):
        return True
    lowered = fold(text).lstrip("[(")
    return (
        _numbered(tag).match(lowered) is not None
        or lowered.startswith(tuple(folded(known.beginnings)) or ("\0",))
        or any(fold(place) in lowered for place in known.places)
    )
