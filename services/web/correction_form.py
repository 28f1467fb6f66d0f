"""An article's words as a person changes them in a form, and the article with what was changed. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import msgspec
from msgspec.structs import replace

from services.index.exports.addresses import made_uri
from services.index.exports.ninjs import to_ninjs
from shared.article import Article, Block
from shared.errors import PermanentError

NINJS = "application/ninjs+json"  # in which an article goes in again that was changed in part
# What a person reads as running text; pictures, lists and tables stay where they stand.
TEXTS = frozenset({"paragraph", "subhead", "quote", "footnote"})
LONGEST_BODY = 60_000
GAP = re.compile(r"\n[^\S\n]*\n\s*")
EXAMPLE = "2026-01-31T09:30+07:00"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form; `body` is None where it is too long to be changed in a page."""

    headline: str
    byline: str
    date: str
    lead: str
    body: str | None


def words_of(article: Article) -> Words:
    """The form of an article as it stands."""
    body = "\n\n".join(block.text or "" for block in article.blocks if _is_text(block))
    return Words(
        headline=_one_line(article.headline or ""),
        byline=_one_line(article.byline or ""),
        date=article.first_created.isoformat() if article.first_created is not None else "",
        lead=_one_line(article.description or ""),
        body=body if len(body) <= LONGEST_BODY else None,
    )


def corrected(article: Article, given: Mapping[str, str]) -> Article:
    """The article as the form has it; a field that did not come stays as it is. Raises `PermanentError` where that
    is the article as it stands, or none."""
    words = words_of(article)
    changes = _changed_lines(words, given)
    date = given.get("date", words.date).strip()
    if date != words.date:
        changes["first_created"] = _read_date(date, article.first_created)
    if words.body is not None and "body" in given:
        blocks = _with_texts(article.blocks, _paragraphs(given["body"]))
        changes |= {"blocks": blocks} if blocks != article.blocks else {}
    if not changes:
        raise PermanentError("nothing was changed")
    article = replace(article, **changes)
    if not (article.headline or article.description or article.blocks):
        raise PermanentError("no word would be left of it: withdraw it instead")
    return article


def item_of(article: Article, article_id: str) -> dict[str, Any]:
    """The article in ninjs as it goes in again: with the uri that its publisher wrote, not one that ninjs makes."""
    item = {name: value for name, value in to_ninjs(article, article_id).items() if name != "uri"}
    return item | ({"uri": article.uri} if article.uri and article.uri != made_uri(article_id) else {})


def _changed_lines(words: Words, given: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, field in (("headline", "headline"), ("byline", "byline"), ("lead", "description")):
        said = _one_line(given.get(name, getattr(words, name)))
        if said != getattr(words, name):
            changes[field] = said or None
    if "byline" in changes:
        changes |= {"people": (), "organisations": ()}  # they are read from it anew
    return changes


def _is_text(block: Block) -> bool:
    return block.type in TEXTS and bool(block.text) and _paragraphs(block.text or "") == [block.text]


def _paragraphs(body: str) -> list[str]:
    lines = body.replace("\r\n", "\n").strip()
    return [part.strip() for part in GAP.split(lines) if part.strip()]


def _with_texts(blocks: tuple[Block, ...], paragraphs: Sequence[str]) -> tuple[Block, ...]:
    """The blocks with these paragraphs in the place of their texts: what stayed the same keeps its kind and place."""
    texts = [block for block in blocks if _is_text(block)]
    before: list[list[Block]] = [[] for _ in range(len(texts) + 1)]  # what stands where each of them stood
    matcher = SequenceMatcher(None, [block.text or "" for block in texts], paragraphs, autojunk=False)
    for _, start, end, first, last in matcher.get_opcodes():
        for number, text in enumerate(paragraphs[first:last], start=start):
            is_there = number < end
            at = number if is_there else max(start, end - 1)
            kept = texts[number] if is_there else Block(type="paragraph")
            before[at].append(replace(kept, text=text))
    standing = iter(before)
    placed = (next(standing) if _is_text(block) else [block] for block in blocks)
    return tuple(block for group in (*placed, before[-1]) for block in group)


def _read_date(text: str, was: dt.datetime | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise PermanentError(f"{text[:40]!r} is no date: write it as {EXAMPLE}") from error
    zone = moment.tzinfo or (was.tzinfo if was is not None else None)
    if zone is None:
        raise PermanentError(f"the date needs its zone, as in {EXAMPLE}")
    return moment.replace(tzinfo=zone)


def _one_line(text: str) -> str:
    return " ".join(text.split())
