"""The credit of a caption ("… - Ảnh: Hà Linh/TTXVN", "… © Anna Berg", "… ＝田中撮影") and the label before it."""

import re
from functools import cache, lru_cache

import msgspec

from services.normalize.grammar.person_names import bare_name, is_agency, is_caseless, is_name, is_outlet
from services.normalize.language.folding import fold
from services.normalize.language.load import GENERIC, for_tag
from services.normalize.language.phrases import DASHES, edge_free, folded, outlets
from services.normalize.readings import RuleId
from shared.patterns import pattern_of

LONGEST = 60
LONGEST_READ = 600  # characters
MOST_WORDS = 9
LEAST_CAPTION = 6  # words behind a credit's word that say something: "PHOTO: Workers repair a line in the harbour"
LEAST_SIGNS = 15
_BRACKETED = pattern_of(r"\s*[(\[（［【〔](?P<inner>[^()\[\]（）［］【】〔〕]{2,80})[)\]）］】〕]\s*[.。]?\s*$")
_SIGN = pattern_of(r"(?:^|\s*[|/,;–—-]?\s*)(?:©|\([cC]\)\s)\s*(?P<credit>[^©]{2,60})$")
_BAR = pattern_of(r"\s+[|｜]\s+(?P<credit>[^|｜]{2,60})$")
_STROKE = pattern_of(r"(?:(?<=[.!?…”\"»])|\s[/|–—-])\s+(?P<credit>[^.!?…:|]{2,30}/[^.!?…:|/]{2,40})$")
_TAKEN = pattern_of(
    r"(?:(?<=[。．.！？])\s*|[＝=]\s*|[（(]\s*)(?P<credit>[^。．.！？＝=（()）]{1,24}?)\s?(?:摄|攝|撮影|提供|供图)[）)]?[。.]?$"
)
_AGENCY_GIVES = pattern_of(r"(?<=[。）])(?P<credit>[^。\s]{2,8}[发發])。?$")
_REPORTER = pattern_of(r"^(?P<agency>\S*?)(?:特约|本报)?(?:记者|記者|通讯员)\s*(?P<name>\S.*)$")
_BY_REPORTER = pattern_of(r"(?<=[.。])\s(?P<credit>[\uac00-\ud7af]{2,4}) ?(?:사진)?기자$")
_AFTER_EQUALS = pattern_of(r"[＝=](?P<credit>[^＝=。\s]{2,16})$")
_CLOSES = {"(": ")", "（": "）", "[": "]", "［": "］", "【": "】", "〔": "〕"}
_SENTENCE = pattern_of(r"\w{3,}\.\s")
_EDGE = f" \t\u3000{DASHES}|,;:/(["


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """A caption without its credit; `credit` is None where only "(ảnh minh họa)" stood, `label` the word before it.

    Such a note leaves the caption only where the language's rules say that it is no part of it.
    """

    caption: str
    credit: str | None
    rule: RuleId
    label: str | None = None


def take_credit(text: str, tag: str) -> Credit | None:
    """Take the label and the credit off a caption; None when the text has neither. A long text is read at its end."""
    if len(text) > LONGEST_READ:
        found = take_credit(text[-LONGEST_READ:], tag)
        return found and msgspec.structs.replace(found, caption=text[:-LONGEST_READ] + found.caption)
    return _take(text, tag)


@lru_cache(maxsize=256)  # the steps of one text ask for the same lines
def _take(text: str, tag: str) -> Credit | None:
    label = _caption_label(tag).match(text)
    rest = text[label.end() :] if label is not None else text
    found = _first_credit(rest, tag) or _credit_behind(rest, tag) or _stock(rest, tag)
    if found is not None or label is None:
        return found
    return Credit(caption=rest, credit=None, rule=RuleId.CAPTION_LABEL, label=fold(label["label"]))


def _first_credit(text: str, tag: str) -> Credit | None:
    """ "Bild: Anna Berg. Die Brücke …" names whose it is first; "PHOTO: Workers repair …" says what stands behind."""
    match = _label_first(tag).match(text)
    if match is None:
        return None
    name, stop, caption = match["rest"].partition(". ")
    if stop and is_name(bare_name(name.partition("/")[0].strip(), tag), tag) and len(name.split()) > 1:
        return Credit(caption=caption, credit=name, rule=RuleId.CREDIT_LABEL, label=fold(match["label"]))
    credited = _credit_behind(match["rest"], tag)
    if (match["label"].isupper() or is_caseless(match["label"])) and _says_something(match["rest"]):
        caption, credit = (credited.caption, credited.credit) if credited is not None else (match["rest"], None)
        return Credit(caption=caption, credit=credit, rule=RuleId.CAPTION_LABEL, label=fold(match["label"]))
    return None


def _says_something(text: str) -> bool:
    """Whether a text is longer than any name: six words, or as many signs where words are not set apart."""
    return len(text.split()) >= LEAST_CAPTION or (is_caseless(text) and len(text) >= LEAST_SIGNS)


def _credit_behind(text: str, tag: str) -> Credit | None:
    bracketed = _BRACKETED.search(text)
    found = _bracketed(text, bracketed, tag) if bracketed is not None else None
    if found is not None:
        return found
    labelled = _labelled(tag).search(text)
    if labelled is not None and _is_credit(labelled["credit"]):
        caption = text[: labelled.start()].rstrip(_EDGE)
        return Credit(
            caption=_without_stock(caption, tag),
            credit=_closed(labelled["credit"]) or None,
            rule=RuleId.CREDIT_LABEL,
            label=fold(labelled["label"]),
        )
    if _stock_begins(text, tag):
        return None
    return _unlabelled(text, tag) or _signed(text, tag) or _taken_by(text, tag)


def _closed(credit: str) -> str:
    """Without what is left of brackets and stops behind it."""
    credit = credit.strip().rstrip("].。")
    return credit.rstrip(")）").strip() if credit.count("(") < credit.count(")") or "）" in credit else credit.strip()


def _bracketed(text: str, bracketed: re.Match[str], tag: str) -> Credit | None:
    caption, inner = text[: bracketed.start()].rstrip(_EDGE), bracketed["inner"].strip()
    labelled = _labelled(tag).match(inner) or _label_before_name(tag).match(inner)
    if labelled is not None and _is_credit(labelled["credit"]):
        return Credit(
            caption=caption,
            credit=labelled["credit"].strip(" ."),
            rule=RuleId.CREDIT_BRACKETED_LABEL,
            label=fold(labelled["label"]),
        )
    if edge_free(inner) in folded(for_tag(tag).captions.stock):
        kept = caption if for_tag(tag).captions.stock_is_apart else text
        return Credit(caption=kept, credit=None, rule=RuleId.CREDIT_STOCK)
    taken = _TAKEN.search(f"({inner})")
    if taken is not None:
        return _taken_in_brackets(caption, text[bracketed.start() : bracketed.start("inner")], inner, taken, tag)
    if ("/" in inner and _is_of_agency(inner, tag)) or (len(inner) <= 20 and _is_agency(inner, tag)):
        return Credit(caption=caption, credit=inner, rule=RuleId.CREDIT_AGENCY_IN_BRACKETS)
    return None


def _taken_in_brackets(caption: str, opened: str, inner: str, taken: re.Match[str], tag: str) -> Credit:
    """ "（十四日、石巻市で、高橋誠撮影）": when and where stay with the caption."""
    around, comma, name = taken["credit"].rpartition("、")
    if not comma or not is_name(name.strip(), tag):
        return Credit(caption=caption, credit=_reporter(taken), rule=RuleId.CREDIT_TAKEN_BY)
    kept = caption + opened + around + _CLOSES.get(opened.strip(), "")
    return Credit(caption=kept, credit=name.strip(), rule=RuleId.CREDIT_TAKEN_BY)


def _signed(text: str, tag: str) -> Credit | None:
    """ "… © Anna Berg", "… | Anna Berg/AP", "…. ANTARA FOTO/Budi Santoso"."""
    sign = _SIGN.search(text)
    if sign is not None and sign.start() and _is_credit(sign["credit"]):
        return Credit(
            caption=text[: sign.start()].rstrip(_EDGE), credit=_closed(sign["credit"]), rule=RuleId.CREDIT_SIGN
        )
    bar = _BAR.search(text)
    if bar is not None and _names_giver(bar["credit"], tag):
        return Credit(caption=text[: bar.start()], credit=bar["credit"].strip(), rule=RuleId.CREDIT_BAR)
    stroke = _STROKE.search(text)
    if stroke is not None and _is_of_agency(stroke["credit"], tag):
        caption = text[: stroke.start()].rstrip(_EDGE)
        return Credit(caption=caption, credit=stroke["credit"].strip(" ."), rule=RuleId.CREDIT_AGENCY_AND_NAME)
    return None


def _taken_by(text: str, tag: str) -> Credit | None:
    """ "…。李明 摄", "…＝田中撮影", "…。新华社发", "… 홍길동 기자"."""
    for form in (_TAKEN, _AGENCY_GIVES, _BY_REPORTER, _AFTER_EQUALS):
        match = form.search(text)
        if match is None or not match.start():
            continue
        credit = _reporter(match) if form is _TAKEN else match["credit"].strip()
        clear = form in (_TAKEN, _BY_REPORTER) or _is_agency(credit.rstrip("发發"), tag)
        if clear and (
            is_name(credit.rpartition("/")[2], tag) or _is_agency(credit.rstrip("发發"), tag) or form is _TAKEN
        ):
            return Credit(caption=text[: match.start()].rstrip(_EDGE), credit=credit, rule=RuleId.CREDIT_TAKEN_BY)
    return None


def _reporter(taken: re.Match[str]) -> str:
    """Who took it: "李明 摄" names 李明, "人民日报记者 王建国 摄" a paper's reporter, printed whole."""
    match = _REPORTER.match(taken["credit"])
    if match is None:
        return taken["credit"].strip()
    return taken[0].strip("。.＝=（()） ") if match["agency"] else match["name"]


def _unlabelled(text: str, tag: str) -> Credit | None:
    """ "… . Ảnh Minh Anh.": a credit's word before a name, without a colon."""
    match = _bare(tag).search(text)
    if match is None:
        return None
    credit = _closed(match["credit"].strip(" ."))
    if credit.split() and (_is_clear_name(credit, tag) or _is_agency(credit, tag)):
        return Credit(caption=text[: match.start()].rstrip(_EDGE), credit=credit, rule=RuleId.CREDIT_WORD_BEFORE_NAME)
    return None


def _stock(text: str, tag: str) -> Credit | None:
    """ "… - Ảnh minh họa" and "… . Hình minh họa."; such a note alone is the caption."""
    found = _stock_begins(text, tag) > 0
    return Credit(caption=_without_stock(text, tag), credit=None, rule=RuleId.CREDIT_STOCK) if found else None


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
    return is_agency(text, tag) or edge_free(text) in folded(for_tag(tag).captions.givers)


def _is_of_agency(text: str, tag: str) -> bool:
    """ "Minh Tâm/TTXVN", "AP Photo/Anna Berg": an agency stands on one side of the stroke."""
    first, _, last = text.rpartition("/")
    if is_outlet(last.strip(), tag):
        return True
    words = edge_free(first).split()
    known = any(" ".join(words[:size]) in outlets(tag) for size in range(1, len(words) + 1))
    return (known or is_outlet(first.strip(), tag)) and len(last.split()) <= MOST_WORDS // 2


def _names_giver(text: str, tag: str) -> bool:
    person = text.partition("/")[0].strip()
    return _is_agency(text, tag) or (_is_credit(text) and _is_clear_name(person, tag))


def _is_clear_name(credit: str, tag: str) -> bool:
    person = bare_name(credit.partition("/")[0], tag)
    return (len(person.split()) >= 2 or "." in person) and is_name(person, tag)


@cache
def _labelled(tag: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[{DASHES}\s.,;!?|/(\[\"”’。．！？।»]))(?P<label>{_any_label(tag)})\s*[:：=＝]\s*(?P<credit>[^:：=＝]+)$",
        re.IGNORECASE,
    )


@cache
def _label_before_name(tag: str) -> re.Pattern[str]:
    """Within brackets: "Photo by Ann Lee/PA", "foto Giulia Ferri", "Photo AFP"."""
    linked = _any_of(("by", "von", "di", "de", "par", "por", "door", "av", "af", "of", "via", "from", "courtesy of"))
    return re.compile(
        rf"(?P<label>(?i:{_any_label(tag)})(?:\s(?i:{linked}))?)\s+(?P<credit>(?=[^\W\d_])(?![a-zà-ÿ])[^:：]{{2,60}})$"
    )


@cache
def _label_first(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<label>{_any_label(tag)})\s*[:：=＝]\s*(?P<rest>\S.*)$", re.IGNORECASE)


@cache
def _caption_label(tag: str) -> re.Pattern[str]:
    """ "Bildunterschrift: ", "Ảnh chú thích 2: ", and a picture's number: "Ảnh 1: "."""
    words = (*for_tag(tag).labels.caption, *for_tag("en").labels.caption)
    numbered = rf"(?:{_any_label(tag)})(?=\s?\d)"
    return re.compile(rf"\s*(?P<label>{_any_of(words)}|{numbered})\s?\d{{0,2}}\s*[:：]\s*(?=\S)", re.IGNORECASE)


@cache
def _bare(tag: str) -> re.Pattern[str]:
    linked = r"(?:\s(?i:by|von|di|de|par|por|door|av|af|courtesy of))?"
    return re.compile(
        rf"(?:^|[{DASHES}.|(/।]|(?<=\w)\s(?=(?:{_any_label(tag)})\s(?:by|von|di|de|par)\s))\s*"
        rf"(?i:{_any_label(tag)}){linked}\s+(?P<credit>[^\s:][^:]{{1,40}})$"
    )


@cache
def _stock_note(tag: str) -> re.Pattern[str]:
    notes = _any_of(for_tag(tag).captions.stock)
    return re.compile(rf"\s*[{DASHES}.|(,]\s*(?:{notes})\s*\)?\s*\.?$", re.IGNORECASE)


@cache
def _numbered(tag: str) -> re.Pattern[str]:
    words = _any_of(tuple(folded(for_tag(tag).captions.credits)))
    return re.compile(rf"(?:{words})\s?\d{{1,2}}\b")


def _any_label(tag: str) -> str:
    return _any_of((*for_tag(tag).captions.credits, *for_tag(GENERIC).captions.credits))


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True)) or "(?!)"


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
