"""What speaks for a line of plain text being a headline, a caption, a paragraph …: features that are there or not.

Most know no language. Those that do ask the grammars and phrase lists of the article's language; no word stands here.
"""

import re

from services.normalize.fields.caption_features import DAY_IN_FIGURES
from services.normalize.fields.line_views import BULLET, LONGEST, LONGEST_BYLINE, RULE_LINE, SHORT, LineView, TextView
from services.normalize.grammar.credit import speaks_of_picture
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.signs import CLOSERS, STOPS
from services.normalize.readings import RuleId

_QUARTER, _HALF = 0.25, 0.5  # of a paragraph's length
_SHORT_DATE, _SECTION = 12, 6  # words
_NUMBERED = 4  # lines counted from the top
_FEW, _SOME = 0.34, 0.67  # of a line's words
_FEWER, _MORE = 0.6, 1.3  # of the share that running text has
_LONG_NAME = 7  # letters
_LABEL = 12  # characters
_SIZES = (
    (1, "1 word"), (3, "to 3 words"), (6, "to 6 words"), (9, "to 9 words"), (12, "to 12 words"), (16, "to 16 words"),
    (22, "to 22 words"), (30, "to 30 words"), (45, "to 45 words"), (60, "to 60 words"),
)  # fmt: skip
_SENTENCES = re.compile(rf"[{re.escape(STOPS)}][”\"’)»]*\s+\S|[。！？]\S")
_COLON = re.compile(r"[:：]")
_COLONS = ":："
_FIGURES = re.compile(r"\d")
_QUOTES = '“"«„‘「『»”'
_BRACKETED = re.compile(r"[(\[（【［][^()\[\]（）【】]{2,40}[)\]）】］]\s*\.?\Z")
_QUOTED = re.compile(r"[“\"«„‘「『»][^“”\"«»„]{3,}[”\"»«“’」』]")
_SAID_BY = re.compile(rf"[”\"»“’」』]\s*[{phrases.DASHES}]{{1,2}}\s*\S")
_CODE = re.compile(r"[^\W\d_]{2,}[-/]{2}|\b[A-Z]{2,}-[A-Z]{2,}\b|/(?!\d+/)[^\s/]+/|\d{3,}\s.*\d{3,}|[a-z]\d{3,}")
_MARKED = re.compile(rf"(?!{BULLET.pattern})[#*_=+~\-–—◆■]")
_PHONE = re.compile(r"\+?\d[\d ()/.-]{7,}\d")


def features(text: TextView, place: int) -> list[str]:
    """The names of all features of the line at this place."""
    view = text.lines[place]
    found = ["always", *_place(text, place), *_neighbours(text, place)]
    if view.size > LONGEST:
        found.append("over 60 words")
        found += ["bullet"] if view.bullet else []
        return found
    found += _form(text, view)
    found += _read(text, view)
    found += _sense(text, view)
    found += _joint(set(found))
    return found


def _place(text: TextView, place: int) -> list[str]:
    """Where a line stands: how closely, and counted from the ends and from the running text."""
    view, count = text.lines[place], len(text.lines)
    following = text.lines[place + 1] if place + 1 < count else None
    above = "apart" if view.line.piece.gap > text.narrow else "close"
    below = "end" if following is None else "apart" if following.line.piece.gap > text.narrow else "close"
    found = [f"{'tight' if text.is_tight else 'spaced'}: {above} above, {below} below"]
    head, tail = text.first_running - place, place - text.last_running
    if head > 0:
        found += [f"{min(head, 4)} above the text", "above the text"]
    elif tail > 0:
        found += [f"{min(tail, 4)} below the text", "below the text"]
    indented = view.line.piece.indent > 0
    told = (
        ("opens the text", head == 0),
        ("under an end mark", place > text.end_mark),
        (f"line {place + 1}", place < _NUMBERED),
        ("last line", place == count - 1),
        ("last line but one", place == count - 2),
        ("set in, as most", text.indented and indented),
        ("not set in, as most", text.indented and not indented),
        ("set in, unlike most", indented and not text.indented),
        ("a text without stops", not text.uses_stops),
    )
    return found + [name for name, is_so in told if is_so]


def _neighbours(text: TextView, place: int) -> list[str]:
    """What stands above and below."""
    found = _beside(text.lines[place], text.lines[place - 1], "above") if place else []
    if place + 1 < len(text.lines):
        found += _beside(text.lines[place], text.lines[place + 1], "below")
    if place == text.first_running + 1:
        found.append("under the opening paragraph")
    return found


def _beside(view: LineView, other: LineView, where: str) -> list[str]:
    told = (
        (other.kind, True),
        ("colon", other.text[-1] in _COLONS),
        ("opener", other.site is RuleId.SITE_OPENER),
        ("dateline", other.dateline),
        ("credit alone", other.credit is not None and not other.credit.caption),
        ("as many cells", view.cells > 0 and view.cells == other.cells),
        ("short, and so is the one", _is_short(view) and _is_short(other)),
    )
    return [f"{name} {where}" for name, is_so in told if is_so]


def _is_short(view: LineView) -> bool:
    return view.size <= SHORT and not view.stopped and not view.date and view.site is None


def _form(text: TextView, view: LineView) -> list[str]:
    """Length, end, beginning, capitals and figures."""
    line = view.text
    share = view.size / text.median
    part = "a quarter of a" if share < _QUARTER else "half a" if share < _HALF else "a whole"
    figures = len(_FIGURES.findall(line))
    shouted = line.isupper()
    capital = view.size > 1 and line[:1].isupper() and sum(view.capitals) * 10 >= len(view.capitals) * 7
    told = (
        ("more than one sentence", _SENTENCES.search(line) is not None),
        ("cells", view.cells > 1 or (view.cells == 1 and "\t" in view.line.piece.text)),
        ("two cells", view.cells == 1 and "\t" not in view.line.piece.text),
        ("holds a figure", figures > 0),
        ("many figures", figures > 0 and figures * 3 > (sum(map(str.isalpha, line)) or 1)),
        ("all capitals", shouted),
        ("capital words", capital and not shouted),
        ("second word capital", view.capitals[1:2] == [True]),
        ("printed twice", text.seen[fold(line)] > 1),
    )
    found = [next((name for limit, name in _SIZES if view.size <= limit), "over 60 words")]
    found += [f"{part} paragraph", _end(line, stopped=view.stopped), *_beginning(view), *_signs(line)]
    found += _codes(line, figures, dated=view.dated)
    return found + [name for name, is_so in told if is_so]


def _end(line: str, *, stopped: bool) -> str:
    bare = line.rstrip(CLOSERS)
    if stopped:
        asked, dots = bare[-1:] in "?!؟？！", bare.endswith(("…", "..."))
        return "ends in a question" if asked else "ends in dots" if dots else "ends in a stop"
    if bare.endswith((":", "：")):
        return "ends in a colon"
    return "ends in a comma" if bare.endswith(tuple(",;，；、،")) else "ends without a sign"


def _beginning(view: LineView) -> list[str]:
    line, first = view.text, view.text[:1]
    found = []
    if view.bullet:
        found.append("bullet")
        found.append("numbered" if first.isdigit() else f"bulleted, {'stopped' if view.stopped else 'bare'}")
    if first.islower():
        found.append("begins small")
    elif not first.isalpha():
        found.append("begins with a figure" if first.isdigit() else "begins with a sign")
    colon = _COLON.search(line, 0, 40)
    if colon is not None and colon.end() < len(line):
        found.append("colon near the start")
        if colon.start() <= _LABEL and " " not in line[: colon.start()]:
            found.append("a word and a colon")
    commas = sum(line.count(comma) for comma in ",，、،")
    if commas:
        found.append("a comma" if commas == 1 else "commas")
    return found


_SIGNED = (  # what is looked for, and the signs without which it cannot be there
    ("address", "@./", re.compile(r"@[\w-]+\.\w|\bwww\.|https?://")),
    ("bar or arrow", "|»>", re.compile(r"\||(?<=.)»(?=.)| > ")),
    ("slash", "/", re.compile("/")),
    ("copyright sign", "©(", re.compile(r"©|\(c\)")),
    ("a dash amid", "-–—", re.compile(r"\s[-–—]\s")),
    ("wholly in brackets", "([（【［", re.compile(r"\A[(\[（【［][^()\[\]（）【】［］]*[)\]）】］]\.?\Z")),
    ("bracket at the end", ")]）】］", _BRACKETED),
    ("holds a bracket", "(（", re.compile(r"[(（]")),
    ("wholly quoted", _QUOTES, re.compile(rf"\A{_QUOTED.pattern}\Z")),
    ("quoted, and by whom", _QUOTES, _SAID_BY),
    ("holds a quotation", _QUOTES, _QUOTED),
)
_LESSER = {
    "wholly in brackets": {"bracket at the end", "holds a bracket"},
    "bracket at the end": {"holds a bracket"},
    "wholly quoted": {"quoted, and by whom", "holds a quotation"},
    "quoted, and by whom": {"holds a quotation"},
}


def _signs(line: str) -> list[str]:
    """The signs in a line that prose does without."""
    letters = set(line)
    found = [
        name for name, signs, pattern in _SIGNED if not letters.isdisjoint(signs) and pattern.search(line) is not None
    ]
    lesser = {name for one in found for name in _LESSER.get(one, ())}
    return [name for name in found if name not in lesser] if lesser else found


def _codes(line: str, figures: int, *, dated: bool) -> list[str]:
    """Figures and marks as machines and desks set them."""
    coded = figures > 2 or "-" in line or "/" in line
    told = (
        ("holds a day", figures > 0 and DAY_IN_FIGURES.search(line) is not None),
        ("long number", figures > 0 and not dated and _PHONE.search(line) is not None),
        ("code", coded and _CODE.search(line) is not None),
        ("begins with a mark", not line[0].isalnum() and _MARKED.match(line) is not None),
        ("marks around", not line[-1].isalnum() and RULE_LINE.fullmatch(line) is not None),
    )
    return [name for name, is_so in told if is_so]


def _read(text: TextView, view: LineView) -> list[str]:
    """What the grammars read."""
    byline, credit = view.byline, view.credit
    bare = byline is not None and byline.rule is RuleId.BYLINE_NAMES
    holds = view.dated and not view.date
    told = (
        ("reads as a date line", view.date),
        ("holds a date line", holds),
        ("short with a date", holds and view.size <= _SHORT_DATE),
        ("long with a date", holds and view.size > _SHORT_DATE),
        ("reads as names", bare),
        (f"names, {min(len(view.plain), 4)} words", bare),
        ("reads as a byline", byline is not None and not bare),
        ("names people", byline is not None and bool(byline.people)),
        ("reads as a credit alone", credit is not None and not credit.caption),
        ("ends in a credit", credit is not None),
        ("site line", view.site is not None),
        ("opens with a dateline", view.dateline),
        ("a section's name", view.size <= _SECTION and phrases.edge_free(view.text) in phrases.sections(text.tag)),
        ("speaks of its picture", speaks_of_picture(view.text, text.tag)),
        ("opens as a byline does", byline is None and not view.date and _opens_as_byline(text, view)),
    )
    found = [name for name, is_so in told if is_so]
    found += [f"credit: {credit.rule.name}"] if credit is not None and credit.caption else []
    return found + ([f"site: {view.site.name}"] if view.site is not None else [])


def _sense(text: TextView, view: LineView) -> list[str]:
    """What the words say: of the article, of a sentence, of a picture."""
    found = []
    if view.content:
        share = sum(text.counts[word] > 1 for word in view.content) / len(view.content)
        level = "none" if not share else "few" if share < _FEW else "some" if share < _SOME else "most"
        found.append(f"words of the article: {level}")
    capital, plain = view.capitals, view.plain
    named = [
        word for at, word in enumerate(plain)
        if capital[at] and (len(word) > _LONG_NAME or any(capital[at + 1 : at + 2]) or (at and capital[at - 1]))
    ]  # fmt: skip
    if named:
        found.append("holds a name")
        share = len(named) / len(plain)
        found.append(f"names: {'few' if share < _FEW else 'some' if share < _SOME else 'most'}")
        shared = sum(text.counts[word] > 1 for word in named)
        found += ["a name of the article"] if shared else []
        found += ["all names are of the article"] if shared == len(named) else []
    return found + _wording(text, view)


def _opens_as_byline(text: TextView, view: LineView) -> bool:
    """Whether a short line begins with a byline's word before a capital, whatever else it says."""
    if view.size > LONGEST_BYLINE or view.stopped:
        return False
    known = text.words.bylines
    return any(
        " ".join(view.plain[:count]) in known and view.capitals[count : count + 1] == [True] for count in (1, 2, 3)
    )


def _wording(text: TextView, view: LineView) -> list[str]:
    """Words that make sentences or captions, where the language's file has such."""
    words, plain, found = text.words, view.plain, []
    if words.verbs:
        verbs = sum(map(words.verbs.__contains__, plain))
        found.append("verbs" if verbs > 1 else "a verb" if verbs else "no verb")
    if text.little_share:
        share = sum(map(words.little.__contains__, plain)) / (len(plain) or 1) / text.little_share
        level = "none" if not share else "few" if share < _FEWER else "as in the text" if share < _MORE else "many"
        found.append(f"little words: {level}")
    joined = f" {' '.join(plain)} "
    starts = (plain[0] if plain else "", " ".join(plain[:2]), " ".join(plain[:3]))
    posture = sum(word in joined for word in words.spaced_posture)
    told = (
        ("begins by going on", not words.connectives.isdisjoint(starts)),
        ("begins as a caption likes to", not words.openers.isdisjoint(starts)),
        ("words of place", posture > 1),
        ("a word of place", posture == 1),
        ("someone speaks", any(word in joined for word in words.spaced_speech)),
    )
    return found + [name for name, is_so in told if is_so]


_PICTURED = (
    "begins as a caption likes to", "a word of place", "words of place", "holds a name", "names: some", "names: most",
    "tight: apart above, apart below", "spaced: apart above, apart below", "under the opening paragraph",
    "words of the article: most",
)  # fmt: skip
_JOINT = {  # what says more beside what
    "ends in a stop": ("printed twice", "a verb", "holds a name", "all names are of the article", "words of place",
        "to 6 words", "to 9 words", "no verb", "begins as a caption likes to", "second word capital", "to 12 words",
        "to 16 words", "tight: apart above, apart below", "above the text"),
    "ends without a sign": ("printed twice", "begins as a caption likes to", "words of place", "a word of place",
        "all names are of the article", "words of the article: most", "to 12 words", "to 16 words", "to 22 words",
        "a verb", "verbs", "holds a name", "above the text", "below the text"),
    "no verb": ("begins as a caption likes to", "all names are of the article"),
    "opens as a byline does": ("above the text",),
    "short with a date": ("above the text", "below the text"),
    "reads as a byline": ("above the text", "below the text"),
    "reads as names": ("above the text", "below the text"),
    "bullet": ("below the text", "opener above"),
    "short, and so is the one above": ("under the opening paragraph", "tight: close above, close below"),
    "short, and so is the one below": ("under the opening paragraph", "tight: close above, apart below",
        "tight: apart above, close below"),
    "reads as a credit alone": ("above the text", "short above"),
    "under an end mark": ("ends in a stop",),
    "words of the article: none": ("below the text", "above the text"),
    "words of the article: most": ("above the text",),
    "line 1": ("all capitals", "to 3 words", "1 word", "a word and a colon", "code", "marks around",
        "wholly in brackets", "date below"),
    "credit below": ("ends without a sign",),
    "a text without stops": ("a quarter of a paragraph", "half a paragraph", "a whole paragraph"),
}  # fmt: skip


def _joint(found: set[str]) -> list[str]:
    """Features that mean more together."""
    joint = [f"{one} + {two}" for one, others in _JOINT.items() if one in found for two in others if two in found]
    if "ends in a stop" in found and found.isdisjoint(("a verb", "verbs", "someone speaks", "begins by going on")):
        joint.append("stopped, but no sentence")
        joint += [f"stopped, but no sentence + {name}" for name in _PICTURED if name in found]
    return joint
