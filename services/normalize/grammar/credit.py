"""The credit of a caption ("… - Ảnh: Hà Linh/TTXVN", "… © Anna Berg", "… ＝田中撮影") and the label before it."""

import re
from functools import cache, lru_cache

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.person_names import bare_name, is_agency, is_caseless, is_east_asian, is_name, is_outlet
from services.normalize.language.alternatives import any_of
from services.normalize.language.folding import fold
from services.normalize.language.load import EVERY, GENERIC, for_tag
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
_AFTER_EQUALS = pattern_of(r"[＝=、](?P<credit>[^＝=、。\s]{2,20})$")
_LAST_WORDS = pattern_of(r"(?<=[.!?…”\"»)])\s+(?P<credit>[^.!?:()\[\]]{2,60})\.?$")
_ANY_LABEL = pattern_of(r"(?<=[.!?…])\s+(?=[^\W\d_a-zà-ÿ])[^\W\d_]{3,12}\s?:\s*(?P<credit>[^\W\d_][^:.!?]{1,50})\.?$")
_NAME_WORD = pattern_of(r"[^\W\d_a-zà-ÿ][\w.’'&-]*|[/&]")
_SMALL_WORDS = pattern_of(r"\b[a-zà-ÿ]{4,}")
PRINTED = 120
_TWO_NAMES = pattern_of(r"(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}\s*/\s*(?:[^\W\d_a-z][\w.’'-]+ ?){1,4}")
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
        return found and replace(found, caption=text[:-LONGEST_READ] + found.caption)
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
    if labelled is not None and _is_credit(labelled["credit"], tag):
        caption = text[: labelled.start()].rstrip(_EDGE)
        return Credit(
            caption=_without_stock(caption, tag),
            credit=_closed(labelled["credit"]) or None,
            rule=RuleId.CREDIT_LABEL,
            label=fold(labelled["label"]),
        )
    if _stock_begins(text, tag):
        return None
    if tag == EVERY:
        return _unlabelled(text, tag) or _signed(text, tag) or _taken_by(text, tag) or _set_apart(text)
    return _unlabelled(text, tag) or _signed(text, tag) or _taken_by(text, tag)


def _closed(credit: str) -> str:
    """Without what is left of brackets and stops behind it."""
    credit = credit.strip().rstrip("].。")
    return credit.rstrip(")）").strip() if credit.count("(") < credit.count(")") or "）" in credit else credit.strip()


def _bracketed(text: str, bracketed: re.Match[str], tag: str) -> Credit | None:
    caption, inner = text[: bracketed.start()].rstrip(_EDGE), bracketed["inner"].strip()
    labelled = _labelled(tag).match(inner) or _label_before_name(tag).match(inner)
    if labelled is not None and len(labelled["credit"].split()) <= 2 * MOST_WORDS:
        return Credit(
            caption=caption,
            credit=labelled["credit"].strip(" ."),
            rule=RuleId.CREDIT_BRACKETED_LABEL,
            label=fold(labelled["label"]),
        )
    if edge_free(inner) in folded(for_tag(tag).captions.stock):
        kept = caption if for_tag(tag).captions.stock_is_apart else text
        return Credit(caption=kept, credit=None, rule=RuleId.CREDIT_STOCK)
    taken = _taken(tag).search(f"({inner})")
    if taken is not None:
        return _taken_in_brackets(caption, text[bracketed.start() : bracketed.start("inner")], inner, taken, tag)
    if ("/" in inner and _is_of_agency(inner, tag)) or (len(inner) <= 20 and _is_agency(inner, tag)):
        return Credit(caption=caption, credit=inner, rule=RuleId.CREDIT_AGENCY_IN_BRACKETS)
    return None


def _taken_in_brackets(caption: str, opened: str, inner: str, taken: re.Match[str], tag: str) -> Credit:
    """ "（十四日、石巻市で、高橋誠撮影）": when and where stay with the caption."""
    around, comma, name = taken["credit"].rpartition("、")
    if not comma or not is_name(name.strip(), tag):
        return Credit(caption=caption, credit=_reporter(taken, tag), rule=RuleId.CREDIT_TAKEN_BY)
    kept = caption + opened + around + _CLOSES.get(opened.strip(), "")
    return Credit(caption=kept, credit=name.strip(), rule=RuleId.CREDIT_TAKEN_BY)


def _signed(text: str, tag: str) -> Credit | None:
    """ "… © Anna Berg", "… | Anna Berg/AP", "…. ANTARA FOTO/Budi Santoso"."""
    sign = _SIGN.search(text)
    if sign is not None and sign.start() and _is_credit(sign["credit"], tag):
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
    taken, reporter = _taken(tag), _by_reporter(tag)
    for form in (taken, _agency_gives(tag), reporter, _AFTER_EQUALS):
        match = form.search(text)
        if match is None or not match.start():
            continue
        credit = _reporter(match, tag) if form is taken else match["credit"].strip()
        from_agency = _is_agency(credit.rstrip("".join(for_tag(tag).captions.given_by)), tag)
        named = form in (taken, reporter) and (is_name(credit.rpartition("/")[2], tag) or form is taken)
        if from_agency or named:
            return Credit(caption=text[: match.start()].rstrip(_EDGE), credit=credit, rule=RuleId.CREDIT_TAKEN_BY)
    return None


def _set_apart(text: str) -> Credit | None:
    """Where nobody tells the language: a word and a colon behind a stop, an agency behind the last stop or bar."""
    word = _ANY_LABEL.search(text)
    if word is not None:
        return Credit(caption=text[: word.start()], credit=word["credit"], rule=RuleId.CREDIT_ANY_LABEL)
    for form, rule in (
        (_LAST_WORDS, RuleId.CREDIT_AGENCY_AND_NAME),
        (_BAR, RuleId.CREDIT_BAR),
        (_BRACKETED, RuleId.CREDIT_AGENCY_IN_BRACKETS),
    ):
        match = form.search(text)
        credit = match[match.lastgroup or 0].strip() if match is not None else ""
        if match is not None and (
            is_agency_line(credit)
            or (form is _BAR and is_name_line(credit, [text[: match.start()]]))
            or (form is _BRACKETED and _TWO_NAMES.fullmatch(credit))
        ):
            return Credit(caption=text[: match.start()].strip(), credit=credit, rule=rule)
    return None


@cache
def _taken(tag: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?<=[。．.！？])\s*|[＝=]\s*|[（(]\s*)(?P<credit>[^。．.！？＝=（()）]{{1,30}}?)\s?"
        rf"(?:{any_of(for_tag(tag).captions.taken_by)})[）)]?[。.]?$"
    )


@cache
def _agency_gives(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=[。）])(?P<credit>[^。\s]{{2,8}}(?:{any_of(for_tag(tag).captions.given_by)}))。?$")


@cache
def _by_reporter(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=[.。])\s(?P<credit>[\uac00-\ud7af]{{2,4}}) ?(?:{any_of(_posts(tag))})$")


def _posts(tag: str) -> tuple[str, ...]:
    """The posts of reporters that name no paper: 记者, not 人民日报记者."""
    papers = tuple(outlet for outlet in for_tag(tag).outlets if is_east_asian(outlet))
    titles = for_tag(tag).bylines.titles
    return tuple(title for title in titles if is_east_asian(title) and not title.startswith(papers or ("\0",)))


def _reporter(taken: re.Match[str], tag: str) -> str:
    """Who took it: "李明 摄" names 李明, "人民日报记者 王建国 摄" a paper's reporter, printed whole."""
    match = _post_between(tag).match(taken["credit"])
    if match is None:
        return taken["credit"].strip()
    return taken[0].strip("。.＝=（()） ") if match["agency"] else match["name"]


@cache
def _post_between(tag: str) -> re.Pattern[str]:
    return re.compile(rf"^(?P<agency>\S*?)(?:{any_of(_posts(tag))})\s*(?P<name>\S.*)$")


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


def _is_credit(text: str, tag: str) -> bool:
    longest, most = (PRINTED, 2 * MOST_WORDS) if tag == EVERY else (LONGEST, MOST_WORDS)
    return len(text) <= longest and 0 < len(text.split()) <= most and not _SENTENCE.search(text)


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
    return _is_agency(text, tag) or (_is_credit(text, tag) and _is_clear_name(person, tag))


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
    return re.compile(
        rf"(?P<label>(?i:{_any_label(tag)})(?:\s(?i:{links()}))?)\s+(?P<credit>(?=[^\W\d_])(?![a-zà-ÿ])[^:：]{{2,60}})$"
    )


@cache
def _label_first(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<label>{_any_label(tag)})\s*[:：=＝]\s*(?P<rest>\S.*)$", re.IGNORECASE)


@cache
def _caption_label(tag: str) -> re.Pattern[str]:
    """ "Bildunterschrift: ", "Ảnh chú thích 2: ", and a picture's number: "Ảnh 1: "."""
    words = (*for_tag(tag).labels.caption, *for_tag("en").labels.caption)
    numbered = rf"(?:{_any_label(tag)})(?=\s?\d)"
    return re.compile(rf"\s*(?P<label>{any_of(words)}|{numbered})\s?\d{{0,2}}\s*[:：]\s*(?=\S)", re.IGNORECASE)


@cache
def _bare(tag: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[{DASHES}.|(/।]|(?<=\w)\s(?=(?:{_any_label(tag)})\s(?:{links()})\s))\s*"
        rf"(?i:{_any_label(tag)})(?:\s(?i:{links()}))?\s+(?P<credit>[^\s:][^:]{{1,40}})$"
    )


@cache
def _stock_note(tag: str) -> re.Pattern[str]:
    notes = any_of(for_tag(tag).captions.stock)
    return re.compile(rf"\s*[{DASHES}.|(,]\s*(?:{notes})\s*\)?\s*\.?$", re.IGNORECASE)


@cache
def _numbered(tag: str) -> re.Pattern[str]:
    words = any_of(tuple(folded(for_tag(tag).captions.credits)))
    return re.compile(rf"(?:{words})\s?\d{{1,2}}\b")


def _any_label(tag: str) -> str:
    return any_of((*for_tag(tag).captions.credits, *for_tag(GENERIC).captions.credits))


@cache
def links() -> str:
    return any_of(for_tag(EVERY).captions.links)


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


def is_agency_line(text: str) -> bool:
    """Whether a short text names an agency and says next to nothing else: "Anna Berg/dpa", "AFP via Getty Images"."""
    return len(text) < LONGEST and bool(_agencies().search(text)) and len(_SMALL_WORDS.findall(text)) < 3


def is_name_line(text: str, above: list[str]) -> bool:
    """Whether a line under a caption is only names, set as such: "Felix Sommer", "The London Times", "ES"."""
    words, known = text.split(), for_tag(EVERY).bylines
    small = {*known.particles, *known.joiners, "of", "the"}
    return (
        len(text) < 40
        and (1 < len(words) <= 5 or text.isupper())
        and sum(map(len, above)) > max(20, len(text))
        and all(_NAME_WORD.fullmatch(word) or word in small for word in words)
    )


@cache
def _agencies() -> re.Pattern[str]:
    """Agencies as they print themselves: a word "pool" or "imago" of a sentence is none."""
    known = for_tag(EVERY)
    caseless = (word for word in (*known.captions.givers, *known.outlets) if is_east_asian(word))
    known_anywhere = (*for_tag(GENERIC).outlets, *for_tag(GENERIC).captions.givers)
    names = {*known_anywhere, *(name.upper() for name in known_anywhere), *caseless}
    return re.compile(rf"(?<!\w)(?:{any_of(tuple(names))})(?!\w)")
