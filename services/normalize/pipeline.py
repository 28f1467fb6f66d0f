"""From the bytes of one input to the canonical article: decode, read the format, then one step for each field."""

from collections.abc import Callable, Mapping

import msgspec

from services.normalize.decode import decode
from services.normalize.draft import Draft
from services.normalize.formats import html_page, plain_text
from services.normalize.steps.blocks import set_blocks
from services.normalize.steps.boilerplate import cut_boilerplate
from services.normalize.steps.byline import read_end_byline, read_head_byline
from services.normalize.steps.captions import judge_captions
from services.normalize.steps.date import read_date
from services.normalize.steps.dateline import read_lead
from services.normalize.steps.headline import read_headline
from services.normalize.steps.language import tell_language
from services.normalize.steps.proof import Proof, open_proof
from services.normalize.steps.text import mend_text
from shared.article import Article
from shared.errors import NotAnArticle
from shared.messages import Raw

Reader = Callable[[str, Raw], Draft]
READERS: Mapping[str, Reader] = {
    "text/plain": plain_text.read,
    "text/html": html_page.read,
    "application/xhtml+xml": html_page.read,
}

STEPS: tuple[Callable[[Proof], Proof], ...] = (
    mend_text,
    tell_language,
    read_date,
    cut_boilerplate,
    read_end_byline,
    read_headline,
    read_head_byline,
    read_lead,
    judge_captions,
    set_blocks,
)


def normalize(raw: Raw) -> Article:
    """The article in an input; raises `NotAnArticle` when it holds none, and nothing else."""
    text = decode(raw.body, raw.media_type, raw.source.language).text
    draft = reader_for(raw.media_type, text)(text, raw)
    proof = open_proof(raw, text, draft)
    for step in STEPS:
        proof = step(proof)
    article = proof.article
    if article.headline is None and article.description is None and not article.blocks:
        raise NotAnArticle("Nothing in the input reads as an article.")
    return msgspec.structs.replace(article, evidence=proof.evidence)


def reader_for(media_type: str, text: str) -> Reader:
    """The reader of a media type; what is declared as mere bytes is told by its first characters."""
    kind = media_type.partition(";")[0].strip().lower()
    return READERS.get(kind) or READERS[sniff(text)]


def sniff(text: str) -> str:
    """The media type of text that nobody named: markup, or plain."""
    head = text[:1000].lstrip().lower()
    if head.startswith("<") and any(
        mark in head for mark in ("<!doctype html", "<html", "<head", "<body", "<div", "<p")
    ):
        return "text/html"
    return "text/plain"
