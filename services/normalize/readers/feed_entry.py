"""One entry of a feed: its title, texts, dates and authors are what the feed says, one witness each."""

import html
import re

import msgspec
from msgspec.structs import replace

from services.normalize.document import Draft, Piece
from services.normalize.fields.date import Dated, date_of_value
from services.normalize.fields.language import SAMPLE, language_of
from services.normalize.html.hinted import HintedFragments
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.feed_texts import join_texts, pictures_of, with_pictures, without_invitation
from services.normalize.readers.markup import pieces_of_markup, pieces_of_text
from shared.envelope import FeedEntry, Raw
from shared.errors import NotAnArticle
from shared.identity import article_uri
from shared.language_tags import language_tag

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
_SURE = 0.85  # a feed is made by a machine, but not always by the newsroom's


def read(text: str, raw: Raw) -> Draft:
    """Read an entry as the feed watcher hands it on; raises `NotAnArticle` for one without title and text."""
    try:
        entry = msgspec.json.decode(text, type=FeedEntry)
    except msgspec.DecodeError as error:
        raise NotAnArticle(f"The feed entry cannot be read: {error}.") from error
    return _read(entry, raw, is_alone=True)


def read_beside_page(entry: FeedEntry, raw: Raw) -> Draft:
    """What an entry says that its page is read with: it may be nothing."""
    return _read(entry, raw, is_alone=False)


def _read(entry: FeedEntry, raw: Raw, *, is_alone: bool) -> Draft:
    base = entry.base or entry.link or ""
    fragments = HintedFragments(raw.hints, raw.hinted_by)
    content = _pieces(entry.content, entry.content_is_html, base, "$.content", fragments)
    summary = _pieces(entry.summary, entry.summary_is_html, base, "$.summary", fragments)
    readings = FieldReadings()
    title = _title(entry)
    readings.take("headline", title, "feed title", "$.title", sure=_SURE)
    pictured = any(caption or credit for _, caption, credit in entry.pictures)
    if is_alone and not (title or content or summary or pictured):
        raise NotAnArticle("The feed entry is no article: it has no title, summary or content.")
    lead, body = join_texts(summary, content)
    language = language_tag(entry.language)
    body, is_cut = without_invitation(body, title or "", language)
    readings.take("description", lead, "feed summary", "$.summary", sure=_SURE)
    _take_rest(readings, entry)
    for member, said in entry.embargoes:
        readings.take_embargo(said, raw.source.zone, f"feed {member}", f"$.{member}")
    sample = " ".join([title or "", lead or "", *(piece.text for piece in body)])[:SAMPLE]
    spoken = language_of(language, raw.source.language, sample)
    _take_dates(readings, entry, raw, (language, spoken.tag if spoken is not None else None))
    told = tuple(_told(piece, entry.tags) for piece in body)
    pictured_body = with_pictures(told, pictures_of(entry.pictures, "$.pictures"))
    draft = readings.draft((*pictured_body, *fragments.left_out))
    evidence = (*draft.evidence, *fragments.evidence())
    return replace(draft, article=replace(draft.article, is_cut=is_cut), evidence=evidence, told=spoken)


def _told(piece: Piece, tags: tuple[str, ...]) -> Piece:
    """A piece that only repeats a tag of the entry, "#chuyển đổi số", is no part of the article."""
    named = piece.text.startswith("#") and piece.text[1:].strip() in tags
    return replace(piece, shape="debris") if named else piece


def _title(entry: FeedEntry) -> str | None:
    """The title in plain text; feeds escape markup in it once or twice whatever they say."""
    title = (entry.title or "").strip()
    if entry.title_is_html or "&" in title or "</" in title:
        pieces = pieces_of_markup(html.unescape(title) if "&lt;" in title else title, None, "$.title")
        title = " ".join(piece.text for piece in pieces if piece.text)
        title = html.unescape(title) if _ENTITY.search(title) else title
    return title or None


def _pieces(text: str | None, is_html: bool, base: str, path: str, fragments: HintedFragments) -> tuple[Piece, ...]:
    if not text or not text.strip():
        return ()
    if not is_html and "</" not in text and "<br" not in text:
        return pieces_of_text(html.unescape(text) if _ENTITY.search(text) else text, path)
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    return fragments.pieces(text, base, path)


def _take_rest(readings: FieldReadings, entry: FeedEntry) -> None:
    language = readings.take_language(entry.language, "feed language", "$.language", sure=0.8)
    for place, author in enumerate(entry.authors):
        _take_author(readings, author.strip(), language, f"$.authors[{place}]")
    printed = ", ".join(author.strip() for author in entry.authors if any(map(str.isalpha, author)))
    readings.take("byline", printed, "feed authors", "$.authors", sure=0.8)
    readings.take("uri", article_uri(entry.link), "feed link", "$.link")
    readings.add("alt_ids", (entry.guid or "",), "feed guid", "$.guid")
    readings.add("sources", (entry.origin or "",), "feed source", "$.origin")
    readings.add("keywords", tuple(tag.strip() for tag in entry.tags), "feed tags", "$.tags")


def _date(printed: str | None, raw: Raw, languages: tuple[str | None, ...]) -> Dated | None:
    """A date in the language that reads it best: software prints months in that of its settings."""
    dates = (
        date_of_value(printed, raw, language) for language in list(filter(None, dict.fromkeys(languages))) or (None,)
    )
    return max((date for date in dates if date is not None), key=lambda date: date.sure, default=None)


def _take_dates(readings: FieldReadings, entry: FeedEntry, raw: Raw, languages: tuple[str | None, ...]) -> None:
    published, updated = (_date(printed, raw, languages) for printed in (entry.published, entry.updated))
    readings.take_date("first_created", published, "feed published", "$.published", _SURE, said=entry.published)
    readings.take_date("version_created", updated, "feed updated", "$.updated", _SURE, said=entry.updated)
    if published is None and updated is not None:
        readings.take_date("first_created", updated, "feed updated", "$.updated", 0.6, said=entry.updated)


def _take_author(readings: FieldReadings, author: str, language: str | None, path: str) -> None:
    """An author of a feed is a name, several names, or RSS's "desk@paper.vn (Anh Phong)"."""
    if "@" in author and "(" in author:
        author = author.partition("(")[2].rstrip(") ")
    readings.take_names(author, language, "feed author", path)
