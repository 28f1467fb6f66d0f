"""From the bytes of one input to the canonical article: decode, read the format, then one step for each field."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from services.normalize.document import Document, Draft, open_document
from services.normalize.fields.blocks import set_blocks
from services.normalize.fields.boilerplate import cut_boilerplate
from services.normalize.fields.byline import read_end_byline, read_head_byline
from services.normalize.fields.captions import judge_captions
from services.normalize.fields.date import read_date_lines
from services.normalize.fields.dateline import read_lead
from services.normalize.fields.headline import read_headline
from services.normalize.fields.hints import read_hinted_byline, set_defaults, settings_used
from services.normalize.fields.language import tell_language
from services.normalize.fields.line_labels import label_lines
from services.normalize.fields.logins import hide_logins
from services.normalize.fields.markers import read_markers, read_sender
from services.normalize.fields.notes import read_notes
from services.normalize.fields.pictures import place_pictures, tell_pictures
from services.normalize.fields.properties import set_properties
from services.normalize.fields.remaining import keep_remaining
from services.normalize.fields.text import mend_text
from services.normalize.fields.wrapping import join_wrapped
from services.normalize.pictures.words import EmbeddedPicture
from services.normalize.readers import sniff
from services.normalize.readers.opened import Copy, with_lines
from services.normalize.readings import RuleId
from shared.article import Article, Evidence
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE
from shared.envelope import FEED_ENTRY_TYPE, MOST_BYTES, Raw
from shared.errors import NotAnArticle
from shared.media_types import DOCX, NEWSML_1, PDF, RTF, WIRE
from shared.package import PACKAGE_TYPE, PICTURE_TYPES
from shared.untrusted.decode import NO_TEXT, Decoded, decode

Reader = Callable[[str, Raw], Draft]
# The module of each format's reader, imported with the first input of its format: a text needs no parser of pages.
READERS: Mapping[str, str] = {
    sniff.PLAIN: "plain_text",
    sniff.PAGE: "html_page",
    FEED_ENTRY_TYPE: "feed_entry",
    sniff.JSON: "json_document",
    sniff.NINJS: "ninjs",
    sniff.SCHEMA_ORG: "schema_org",
    sniff.NITF: "nitf",
    sniff.NEWSML_G2: "newsml_g2",
    NEWSML_1: "newsml_1",
}
PAIRED = "entry_page"
# Those that are opened to plain copy first, which is then read as any other.
OPENERS: Mapping[str, str] = {sniff.MAIL: "mail", DOCX: "docx", RTF: "rtf", PDF: "pdf", WIRE: "wire"}
EMBEDDED = "services.normalize.pictures.embedded"

STEPS: tuple[Callable[[Document], Document], ...] = (
    mend_text,
    join_wrapped,
    tell_language,
    read_markers,
    label_lines,
    read_notes,
    read_date_lines,
    cut_boilerplate,
    read_hinted_byline,
    read_end_byline,
    read_headline,
    read_head_byline,
    read_sender,
    read_lead,
    judge_captions,
    keep_remaining,
    place_pictures,
    set_blocks,
    tell_pictures,
    set_defaults,
    set_properties,
)


class _Opened(NamedTuple):
    """An input's own document and its reader; `copy` is what is known of one that was opened to plain copy."""

    raw: Raw
    decoded: Decoded
    media_type: str
    reader: Reader
    copy: Copy
    pictures: tuple[EmbeddedPicture, ...] = ()


MOST_PIECES = 20_000
LONGEST_HEADLINE, LONGEST_DECLARED = 1_000, 20_000


def normalize(raw: Raw) -> Article:
    """The article in an input; raises `NotAnArticle` when it holds none, and nothing else."""
    if len(raw.body) > MOST_BYTES:
        raise NotAnArticle(f"The input has {len(raw.body)} bytes; more than {MOST_BYTES} are not read as one article.")
    whole, opened = raw, _open(raw)
    raw, decoded = opened.raw, opened.decoded
    draft = with_lines(_bounded(opened.reader(decoded.text, raw)), opened.copy)
    document = replace(open_document(raw, decoded.text, draft), pictures=opened.pictures)
    for step in STEPS:
        document = step(document)
    article = document.article
    if article.headline is None and article.description is None and not article.blocks:
        raise NotAnArticle("Nothing in the input reads as an article.")
    evidence = (*document.evidence, *_evidence_of_encoding(decoded), *settings_used(raw, opened.media_type))
    article = replace(article, evidence=evidence)
    may_hold_logins = whole is not raw or "@" in decoded.text or "@" in (raw.url or "")
    return hide_logins(article) if may_hold_logins else article


def _open(raw: Raw) -> _Opened:
    """What is around the document taken off: the pictures of a package, the head of a mail, the entry of a page."""
    pictures: tuple[EmbeddedPicture, ...] = ()
    if raw.media_type == PACKAGE_TYPE:
        raw, pictures = importlib.import_module(EMBEDDED).open_package(raw)
    if raw.media_type == ENTRY_WITH_PAGE_TYPE:
        pair = _module(PAIRED)
        raw, decoded, reader = pair.open_pair(raw)
        return _Opened(raw, decoded, sniff.PAGE, reader, Copy(raw=raw))
    media_type, copy = sniff.media_type_of(raw.body, raw.media_type), Copy(raw=raw)
    if media_type in PICTURE_TYPES:
        alone = _module("picture").reader_of(pictures)
        return _Opened(raw, NO_TEXT, media_type, alone, copy, pictures)
    if media_type in OPENERS:
        copy, media_type = _module(OPENERS[media_type]).open_text(raw), sniff.PLAIN
        raw = copy.raw
    reader = reader_for(media_type)
    decoded = decode(raw.body, raw.media_type, raw.source.language)
    return _Opened(raw, decoded, media_type, reader, copy, pictures)


def _evidence_of_encoding(decoded: Decoded) -> Iterator[Evidence]:
    """What was lost or mended on the way from bytes to text: a reader of the article cannot see it there."""
    if decoded.unreadable:
        rule, note = RuleId.BYTES_UNREADABLE, f"{decoded.unreadable} in {decoded.encoding}"
    elif decoded.repaired:
        rule, note = RuleId.TEXT_MENDED, decoded.rule
    else:
        return
    yield Evidence(field="encoding", rule=rule.told(note), sure=rule.sure)


def _bounded(draft: Draft) -> Draft:
    if len(draft.pieces) > MOST_PIECES:
        raise NotAnArticle(f"The input has {len(draft.pieces)} lines; more than {MOST_PIECES} are no article.")
    if len(draft.article.headline or "") <= _longest_headline(draft):
        return draft
    return replace(
        draft,
        article=replace(draft.article, headline=None),
        evidence=tuple(seen for seen in draft.evidence if seen.field != "headline"),
    )


def _longest_headline(draft: Draft) -> int:
    """What a producer declares as its headline is one, however long; what was only taken for one is none then."""
    is_declared = any(piece.shape == "heading" for piece in draft.printed)
    return LONGEST_DECLARED if is_declared else LONGEST_HEADLINE


def reader_for(media_type: str) -> Reader:
    """The reader of a format; raises `NotAnArticle` for one that none takes."""
    if media_type not in READERS:
        raise NotAnArticle(f"No reader takes {media_type} that is no ninjs, schema.org, NITF or NewsML-G2.")
    return cast(Reader, _module(READERS[media_type]).read)


def import_readers() -> None:
    """Import all readers now: a process that forks does so before, or each child would for itself.

    That of PDF waits for the first: its parser takes 13 MB, and many a desk never sees one.
    """
    for name in {*READERS.values(), *OPENERS.values(), "picture", PAIRED} - {OPENERS[PDF]}:
        _module(name)
    importlib.import_module(EMBEDDED)


def _module(name: str) -> Any:
    return importlib.import_module(f"services.normalize.readers.{name}")
