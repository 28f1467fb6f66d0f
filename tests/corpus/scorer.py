"""How much of a document came out right, field by field."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from html import unescape
from zoneinfo import ZoneInfo

import msgspec

from services.normalize.pipeline import normalize
from shared.article import Article, Block
from shared.errors import NotAnArticle
from tests.corpus.documents import make_documents
from tests.corpus.stories import read_newsrooms
from tests.corpus.truth import Document, Field

Scores = dict[Field, float]
_ESCAPE = re.compile(r"\\[nrt]")  # as JSON writes the end of a line
_BULLET = re.compile(r"^[-–•*·]\s+")


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A document, what was read in it, and the scores by field, each between 0 and 1."""

    document: Document
    article: Article
    scores: Scores


@cache
def read_corpus() -> Sequence[tuple[Document, Article]]:
    """Every document and the article in it, read once for all tests of a process."""
    return [(document, read(document)) for document in make_documents(read_newsrooms())]


def read(document: Document) -> Article:
    """The article in a document; an empty one when it was refused."""
    try:
        return normalize(document.raw)
    except NotAnArticle:
        return Article()


def score(document: Document, article: Article) -> Scored:
    """Judge an article by the document's truth, in the fields that the document has."""
    scores = {field: float(_JUDGES[field](document, article)) for field in document.fields}
    return Scored(document=document, article=article, scores=scores)


def mean(scored: Iterable[Scored], field: Field | None = None) -> float | None:
    """The mean of one field, or of all, over documents; None where none has it."""
    fields = tuple(Field) if field is None else (field,)
    values = [entry.scores[name] for entry in scored for name in fields if name in entry.scores]
    return sum(values) / len(values) if values else None


def _headline(document: Document, article: Article) -> float:
    return document.key(article.headline) == document.key(document.setting.story.headline)


def _day(document: Document, article: Article) -> float:
    if article.first_created is None:
        return False
    zone = ZoneInfo(document.setting.newsroom.zone)
    day = article.local_day or article.first_created.astimezone(zone).date()
    return day == document.setting.story.published.date()


def _instant(document: Document, article: Article) -> float:
    return article.precision != "day" and article.first_created == document.setting.story.published


def _authors(document: Document, article: Article) -> float:
    told = [(document.key(person.name), frozenset(person.rel)) for person in article.people]
    return _f1([(document.key(name), roles) for name, roles in document.truth.authors], told)


def _dateline(document: Document, article: Article) -> float:
    """The place was read, or the whole of what is printed where that names no place: "(dpa) - "."""
    place, told = document.key(document.setting.story.place), document.key(article.dateline)
    printed = document.key(document.copy.dateline) or place
    return place == document.key(article.located) or (told in printed and (place in told or told == printed))


def _captions(document: Document, article: Article) -> float:
    told = [(document.key(block.text or block.caption), document.key(block.byline)) for block in _pictures(article)]
    wanted = [(document.key(caption), document.key(credit)) for caption, credit in document.truth.captions]
    right = sum(any(caption == text and name in credit for text, credit in told) for caption, name in wanted)
    return 2 * right / (len(wanted) + len(told)) if wanted or told else 1.0


def _pictures(article: Article) -> list[Block]:
    return [block for block in article.blocks if block.type in ("caption", "picture") and (block.text or block.caption)]


def _subheads(document: Document, article: Article) -> float:
    told = [document.key(block.text) for block in article.blocks if block.type == "subhead"]
    return _f1([document.key(line) for line in document.truth.subheads], told)


def _paragraphs(document: Document, article: Article) -> float:
    """Paragraphs and items in their order; the lead may stand apart or be the first of them.

    A dateline may have stayed before the first words: whether it was read is scored apart.
    """
    live = [block for entry in article.live_entries for block in entry.blocks]
    blocks = [*article.blocks, *(block for block in live if block not in article.blocks)]
    dateline = document.key(document.copy.dateline) + " "
    wanted = [document.key(text) for text in document.truth.paragraphs]
    texts = [document.key(text) for block in blocks for text in _lines(block)]
    lead = document.key(article.description)
    if lead and lead not in texts:
        texts.insert(0, lead)
    told = [text if text in wanted else text.removeprefix(dateline) for text in texts]
    return difflib.SequenceMatcher(None, wanted, told, autojunk=False).ratio()


def _lines(block: Block) -> tuple[str, ...]:
    if block.type in ("subhead", "caption", "picture", "embed"):
        return ()
    if block.items or block.rows:
        return (*block.items, *(" ".join(row) for row in block.rows))
    return tuple(_BULLET.sub("", line) for line in (block.text or "").split("\n"))


def _site(document: Document, article: Article) -> float:
    """How many lines of the site stayed out of the article: none stands alone in it, or at an end of its texts."""
    texts = [f" {document.key(text)} " for text in _texts(article)]
    lines = [f" {key} " for line in document.copy.site if (key := document.key(line))]
    leaks = sum(any(text.startswith(line) or text.endswith(line) for text in texts) for line in lines)
    return 1 - leaks / len(lines) if lines else 1.0


def _words(document: Document, article: Article) -> float:
    """The share of the story's words that stand in a field, a block, or among what was told to be removed."""
    told = Counter(word for text in (*_texts(article), *_told(article)) for word in document.words(text))
    story, truth = document.setting.story, document.truth
    captions = (part for pair in truth.captions for part in pair)
    parts = (story.headline, *truth.paragraphs, *truth.subheads, *captions)
    wanted = Counter(word for part in parts for word in document.words(part))
    return 1 - (wanted - told).total() / wanted.total()


def _invented(document: Document, article: Article) -> float:
    """1 when each word of the article stands in the input; a name's may be joined to the "and" before it (وكريم)."""
    known = set(document.words(_ESCAPE.sub(" ", unescape(unescape(document.copy.text)))))
    joined = " ".join(known)
    names = all(word in joined for person in article.people for word in document.words(person.name))
    return names and all(word in known for text in _texts(article) for word in document.words(text))


def _texts(article: Article) -> list[str]:
    """Everything that the article says as its own text."""
    texts = [article.headline, article.description]
    for block in article.blocks:
        texts += [block.text, block.caption, *block.items, *(cell for row in block.rows for cell in row)]
    return [text for text in texts if text]


def _told(article: Article) -> list[str]:
    """What the article says of itself beside its text, and what was removed."""
    credits = [block.byline or "" for block in article.blocks]
    live = [block.text or "" for entry in article.live_entries for block in entry.blocks]
    extra = [article.byline or "", article.dateline or "", article.section or ""]
    return [*credits, *live, *extra, *article.boilerplate, *(title.value for title in article.alternate_headlines)]


def _f1(wanted: Iterable[object], told: Iterable[object]) -> float:
    want, have = Counter(wanted), Counter(told)
    if not want and not have:
        return 1.0
    return 2 * (want & have).total() / (want.total() + have.total())


_JUDGES: Mapping[Field, Callable[[Document, Article], float]] = {
    Field.HEADLINE: _headline,
    Field.DAY: _day,
    Field.INSTANT: _instant,
    Field.AUTHORS: _authors,
    Field.DATELINE: _dateline,
    Field.CAPTIONS: _captions,
    Field.SUBHEADS: _subheads,
    Field.PARAGRAPHS: _paragraphs,
    Field.SITE: _site,
    Field.WORDS: _words,
    Field.INVENTED: _invented,
}
