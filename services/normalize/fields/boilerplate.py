"""What belongs to the site and not to the article: share lines, tags, comments, other articles' headlines."""

import re

from services.normalize.document import Document, Line, classified, replace_lines, size
from services.normalize.grammar.byline import read_byline
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.signs import CLOSERS, STOPS, is_stopped
from services.normalize.readings import RuleId

LONGEST_LINK = 32
LONGEST_LINE = 400
RUNNING_WORDS = 20
MOST_UNMARKED = 3
MOST_LINKS = 60
# `»Das war knapp«, sagt er.` opens a quotation; no arrow is closed.
_ARROW = re.compile(r"^(?:>{1,4}|»+(?![^»«]*«)|›+(?![^›‹]*‹)|►+|▶+|▸+|→+|=>|\*>|☞|👉|➤)\s*\w?")
_BULLET = re.compile(rf"^(?:[{phrases.DASHES}•*+·▪■●○◦]|>+|»+(?![^»«]*«))\s*\S")
_FULL_STOPS = STOPS.translate(dict.fromkeys(map(ord, "!?！？؟")))  # questions and calls may be headlines
_COUNT = re.compile(r"\s*\(?\s*\d[\d.,]*\s*\)?$")
_HASHTAGS = re.compile(r"(?:#[^\s#]+[\s,]*)+")
_ADDRESS = re.compile(r"(?i)^(?:https?://|www\.)\S+$|^\S+@\S+\.\w+$")


def cut_boilerplate(document: Document) -> Document:
    """Mark what the site added to a page, and the headlines that a "Tin liên quan" brings along."""
    if not document.is_page:
        return document
    marks: dict[int, Line] = {}
    tag, looked_to = document.rules.tag, 0
    last_running = max((n for n, line in enumerate(document.lines) if _is_running(line.text)), default=-1)
    for number, line in enumerate(document.lines):
        if line.kind is not None or number in marks or line.piece.shape in ("picture", "caption", "table", "quote"):
            continue
        if line.piece.shape == "debris":
            rule = RuleId.SOURCE_HINT if line.piece.hint else RuleId.SITE_DEBRIS
            marks[number] = classified(line, "boilerplate", rule, note=line.piece.hint)
            continue
        told_by = site_rule(line.text, tag)
        if told_by is None:
            continue
        marks[number] = classified(line, "boilerplate", told_by)
        if told_by is RuleId.SITE_OPENER and number >= looked_to:
            followers, looked_to = _followers(document, number, last_running)
            for follower in followers:
                told = classified(document.lines[follower], "boilerplate", RuleId.SITE_FOLLOWER, note=line.text)
                marks.setdefault(follower, told)
    return replace_lines(document, marks)


def site_rule(text: str, tag: str) -> RuleId | None:
    """By which rule a line belongs to the site: "Bình luận (19)", ">> …", "Tags: …"; None when it does not."""
    if len(text) > LONGEST_LINE:
        return None
    folded = fold(text)
    plain = folded.strip(phrases.EDGES)
    bare = _COUNT.sub("", plain).strip(phrases.EDGES)
    if bare in phrases.related_openers(tag):
        return RuleId.SITE_OPENER
    if plain in phrases.site_lines(tag) or folded in phrases.site_lines(tag) or bare in phrases.site_lines(tag):
        return RuleId.SITE_LINE
    if folded.startswith(phrases.site_prefixes(tag)) and size(text) <= LONGEST_LINK:
        return RuleId.SITE_PREFIX
    if _ARROW.match(text) and size(text) <= LONGEST_LINK:
        return RuleId.SITE_ARROW
    if _ADDRESS.match(text) or _HASHTAGS.fullmatch(text):
        return RuleId.SITE_ADDRESS
    return _related_on_line(plain, tag)


def _related_on_line(plain: str, tag: str) -> RuleId | None:
    """ "Xem thêm: Khi chính trị gia …" in one line."""
    opener, colon, rest = plain.partition(":")
    if colon and opener.strip() in phrases.related_openers(tag) and 0 < size(rest) <= LONGEST_LINK:
        return RuleId.SITE_HEADLINE
    return None


def _followers(document: Document, opener: int, last_running: int) -> tuple[list[int], int]:
    """The headlines under an opener and where they end: marked ones, a few unmarked, in the tail all but bylines."""
    found: list[int] = []
    marked: bool | None = None
    end = min(len(document.lines), opener + MOST_LINKS)
    for number in range(opener + 1, end):
        line = document.lines[number]
        if number > last_running and site_rule(line.text, document.rules.tag) is not None:
            continue
        if not _may_be_link(line, document.rules.tag):
            return found, number
        bullet = _BULLET.match(line.text) is not None
        if number < last_running:
            if marked is None:
                marked = bullet
            if (marked and not bullet) or len(found) >= MOST_UNMARKED or (found and line.piece.gap and not bullet):
                return found, number
        found.append(number)
    return found, end


def _may_be_link(line: Line, tag: str) -> bool:
    if line.kind is not None or line.piece.shape in ("picture", "caption", "heading", "table", "quote", "byline"):
        return False
    if size(line.text) > LONGEST_LINK or line.text.rstrip(CLOSERS)[-1:] in _FULL_STOPS:
        return line.text.endswith(("...", "…"))
    if site_rule(line.text, tag) is not None:
        return False
    reading = read_byline(line.text, tag)
    return reading is None or _BULLET.match(line.text) is not None


def _is_running(text: str) -> bool:
    return size(text) >= RUNNING_WORDS and (is_stopped(text) or text.endswith(":"))
