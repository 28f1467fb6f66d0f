"""An entry of a feed and the page it leads to, read together: two readings of one article.

The entry says what the newsroom's software knows, the page what its readers see. Of each field the surer reading is
believed, of two as sure the entry's; what the other said stays beside it in the evidence.
"""

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from services.normalize.document import Draft, Piece, size
from services.normalize.language.tokens import share_said, terms_of
from services.normalize.readers import feed_entry, html_page
from services.normalize.readers.feed_texts import join_texts
from services.normalize.readings import RuleId, shortened
from shared.article import Article, Candidate, Evidence
from shared.entry_with_page import unpack_entry_with_page
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw
from shared.errors import EmbargoUnread, NotAnArticle, StatusUnread
from shared.untrusted.decode import Decoded, decode

# Fields that are read together, the one that decides first. Of the second kind the page's are believed where it says
# any: what is printed over an article tells more than the login under which software filed it.
_BY_SURENESS: tuple[tuple[str, ...], ...] = (
    ("headline",), ("uri",), ("first_created", "precision", "zone_rule", "local_day"), ("language",),
)  # fmt: skip
_OF_PAGE: tuple[tuple[str, ...], ...] = (
    ("byline", "people", "organisations", "sources"), ("description",), ("dateline", "located"), ("kind",),
    ("access",), ("section",), ("corrections",), ("live_entries",), ("lead_picture",), ("alternate_headlines",),
    ("pub_status",), ("version",),
)  # fmt: skip
_UNITED = ("keywords", "alt_ids")
_BESIDE = frozenset({"debris", "date", "byline"})
_LITTLE = 0.25
_SAID = 0.8  # of an entry's text: the rest is the word in which it is cut, and the dots behind
_LEAST_WORDS, _LEAST_SHARE = 3, 0.5
_NOTHING = Article()


def open_pair(raw: Raw) -> tuple[Raw, Decoded, Callable[[str, Raw], Draft]]:
    """The page as an input of its own, its text, and the reader of both; raises `NotAnArticle` for what is neither.

    Of a page that is no text the entry's own is read.
    """
    try:
        both = unpack_entry_with_page(raw.body)
        entry = msgspec.json.decode(both.entry, type=FeedEntry)
    except msgspec.DecodeError as error:
        raise NotAnArticle(f"The entry and its page cannot be read: {error}.") from error
    draft = feed_entry.read_beside_page(entry, raw)
    page = replace(raw, media_type=both.page.media_type, body=both.page.body, url=both.page.url)
    try:
        decoded = decode(page.body, page.media_type, page.source.language)
    except NotAnArticle as error:
        why = str(error)
        decoded = decode(both.entry, FEED_ENTRY_TYPE, raw.source.language)
        return page, decoded, lambda _text, _raw: _alone(draft, why)
    return page, decoded, lambda text, raw: _read_beside(draft, text, raw)


def _read_beside(entry: Draft, text: str, raw: Raw) -> Draft:
    try:
        page = html_page.read(text, raw)
    except (EmbargoUnread, StatusUnread):
        raise
    except NotAnArticle as error:
        return _alone(entry, str(error))
    return join(entry, page) if _is_of(entry, page) else _alone(entry, "it tells of something else")


def join(entry: Draft, page: Draft) -> Draft:
    """What both say, as one draft."""
    joined = _Joined(entry, page)
    for fields in _BY_SURENESS:
        joined.take(fields, joined.surer(fields[0]))
    for fields in _OF_PAGE:
        joined.take(fields, page if any(_says(page, field) for field in fields) else entry)
    for field in _UNITED:
        joined.unite(field)
    joined.keep_headline()
    joined.take_embargo()
    joined.take_edit()
    pieces, lead, is_whole = _join_bodies(entry, page)
    joined.values["is_cut"] = page.article.is_cut and not is_whole
    joined.keep_from(page, "is_cut", "settings", "encoding")
    joined.take_lead(lead)
    return Draft(
        pieces=pieces,
        article=replace(_NOTHING, **joined.values),
        evidence=tuple(joined.evidence),
        printed=(*page.printed, *joined.printed),
        told=page.told or entry.told,
    )


class _Joined:
    """The fields as they are settled, each with its evidence."""

    def __init__(self, entry: Draft, page: Draft) -> None:
        self._entry, self._page = entry, page
        self.values: dict[str, object] = {}
        self.evidence: list[Evidence] = []
        # The login of whoever filed it is no sentence of the text where the page has another name.
        self.printed: list[Piece] = [
            replace(one, shape="debris") if one.shape == "byline" else one for one in entry.printed
        ]

    def surer(self, field: str) -> Draft:
        """Whose word on a field is the surer; the entry's where both are as sure."""
        if not (_says(self._entry, field) and _says(self._page, field)):
            return self._entry if _says(self._entry, field) else self._page
        sures = [max((one.sure for one in _evidence(draft, field)), default=0) for draft in (self._entry, self._page)]
        return self._page if sures[1] > sures[0] else self._entry

    def take(self, fields: Iterable[str], winner: Draft) -> None:
        """Take fields that belong together from one of both; what the other says of each stays beside it."""
        other = self._page if winner is self._entry else self._entry
        for field in fields:
            self.values[field] = getattr(winner.article, field)
            seen = list(_evidence(winner, field))
            lost = [_lost(one, other, field) for one in _evidence(other, field)[:1] if _says(other, field)]
            if seen and lost and getattr(other.article, field) != getattr(winner.article, field):
                seen[0] = replace(seen[0], lost=(*seen[0].lost, *lost))
            self.evidence += seen

    def unite(self, field: str) -> None:
        """Take what either says of a field that holds several, each once."""
        drafts = [draft for draft in (self._entry, self._page) if _says(draft, field)]
        self.values[field] = tuple(dict.fromkeys(one for draft in drafts for one in getattr(draft.article, field)))
        seen = [one for draft in drafts for one in _evidence(draft, field)[:1]]
        if seen:
            rule = "; ".join(dict.fromkeys(one.rule for one in seen))
            self.evidence.append(replace(seen[0], rule=rule))

    def keep_headline(self) -> None:
        """Keep what the page was read to be called where the entry's title is believed: it stands in no other field."""
        said = self._page.article.headline
        if said is not None and said != self.values["headline"]:
            self.printed.append(Piece(text=said, shape="heading"))

    def take_embargo(self) -> None:
        """Take the embargo that ends last: neither may publish what the other holds back."""
        held = [draft for draft in (self._entry, self._page) if draft.article.embargoed_until is not None]
        # Clocks without a zone are compared as they are printed: two documents of one paper print the same zone.
        held.sort(key=lambda draft: f"{draft.article.embargoed_until:%Y-%m-%dT%H:%M:%S%z}", reverse=True)
        for draft in held[:1] or [self._page]:
            self.values["embargoed_until"] = draft.article.embargoed_until
            self.evidence += _evidence(draft, "embargoed_until")

    def take_edit(self) -> None:
        """Take the later of both edits, the page's where one has no zone."""
        edits = [draft for draft in (self._page, self._entry) if draft.article.version_created is not None]
        aware = [draft for draft in edits if (at := draft.article.version_created) is not None and at.tzinfo]
        if len(aware) == 2:
            edits.sort(
                key=lambda draft: draft.article.version_created.timestamp() if draft.article.version_created else 0
            )
        for draft in edits[-1:]:
            self.values["version_created"] = draft.article.version_created
            self.evidence += _evidence(draft, "version_created")

    def take_lead(self, lead: str | None) -> None:
        """Keep what the entry's text says beyond the page: as the lead, or beside it where the page has its own."""
        if lead is None:
            return
        if self.values.get("description") is None:
            self.values["description"] = lead
            rule = RuleId.DECLARED.told("feed summary")
            quote = shortened(lead)
            self.evidence.append(Evidence(field="description", rule=rule, sure=0.85, quote=quote, path="$.summary"))
        self.printed.append(Piece(text=lead, shape="lead", path="$.summary"))

    def keep_from(self, draft: Draft, *fields: str) -> None:
        """Keep evidence that stands for no field of the article's own, or for one that is settled otherwise."""
        for field in fields:
            self.evidence += _evidence(draft, field)


def _join_bodies(entry: Draft, page: Draft) -> tuple[tuple[Piece, ...], str | None, bool]:
    """The body of both; what the entry says beyond it, as a lead; whether the entry's text was the fuller one."""
    places = [number for number, piece in enumerate(page.pieces) if piece.shape not in _BESIDE]
    first, last = (places[0], places[-1] + 1) if places else (0, 0)
    body = page.pieces[first:last]
    shown = tuple(piece for piece in body if piece.shape not in _BESIDE)
    told = _beyond(entry, page, shown)
    whole = _length(told) > _length(shown)
    lead, joined = join_texts(told, shown if whole else body)  # a page for subscribers shows less than its feed
    rest = tuple(piece for piece in body if piece.shape in _BESIDE) if whole else ()
    said = (*page.pieces[:first], *joined, *rest, *page.pieces[last:])
    return said, lead, whole and not entry.article.is_cut


def _beyond(entry: Draft, page: Draft, shown: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """What an entry's body brings to that of its page: the little that the page does not say, in whatever order.

    All of it where that is much, and the page no live report with an order of its own. Pictures that the page shows,
    and those without a word beside its own, bring nothing.
    """
    hrefs = {piece.href for piece in shown if piece.shape == "picture"}
    pieces = tuple(
        piece for piece in entry.pieces
        if piece.shape != "debris" and not (piece.shape == "picture" and (piece.href in hrefs or not _words_of(piece)))
    )  # fmt: skip
    words = _all_said(page)
    new = tuple(piece for piece in pieces if share_said(_words_of(piece), words) < _SAID)
    whole = " ".join(map(_words_of, pieces))
    is_little = _length(new) <= _LITTLE * _length(pieces) or share_said(whole, words) >= _SAID
    if is_little or page.article.live_entries:  # an excerpt runs on over captions, and ends within a word
        return tuple(piece for piece in new if piece.shape == "picture" or share_said(whole, words) < _SAID)
    return pieces


def _all_said(page: Draft) -> str:
    article = page.article
    live = (block for one in article.live_entries for block in one.blocks)
    said = [article.headline, article.description, article.dateline, article.byline]
    said += [text for block in live for text in (block.text, block.caption, *block.items)]
    said += [text for piece in page.pieces for text in (piece.text, piece.byline, piece.caption, *piece.items)]
    return " ".join(filter(None, said))


def _words_of(piece: Piece) -> str:
    return " ".join(filter(None, (piece.text, piece.byline, piece.caption, *piece.items)))


def _length(pieces: Iterable[Piece]) -> int:
    return sum(size(piece.text) for piece in pieces)


def _is_of(entry: Draft, page: Draft) -> bool:
    """Does a page tell of what the entry is about? A wall of consent, a front page and a "not found" do not.

    Half of the words of the entry's title stand somewhere on it; a title of fewer than three words tells nothing.
    """
    title = terms_of(entry.article.headline or "")
    if len(title) < _LEAST_WORDS:
        return True
    said = terms_of(" ".join([page.article.headline or "", *(piece.text for piece in (*page.pieces, *page.printed))]))
    return len(title & said) >= _LEAST_SHARE * len(title)


def _alone(entry: Draft, why: str) -> Draft:
    """The entry without its page, and why; raises `NotAnArticle` where it says nothing by itself."""
    if not (entry.pieces or entry.article.headline or entry.article.description):
        raise NotAnArticle(f"The page is read as none: {why}")
    rule = RuleId.PAGE_ASIDE
    return replace(entry, evidence=(*entry.evidence, Evidence(field="page", rule=rule.told(why[:200]), sure=rule.sure)))


def _says(draft: Draft, field: str) -> bool:
    return bool(getattr(draft.article, field) != getattr(_NOTHING, field))


def _evidence(draft: Draft, field: str) -> list[Evidence]:
    """The evidence for a field and its parts: `people` has that of `people[0]`, `first_created` that of its clock."""
    return [one for one in draft.evidence if one.field.partition(".")[0].partition("[")[0] == field]


def _lost(seen: Evidence, draft: Draft, field: str) -> Candidate:
    value = getattr(draft.article, field)
    words = seen.quote if isinstance(value, tuple) and seen.quote else str(value)
    return Candidate(value=shortened(words), rule=seen.rule, path=seen.path, start=seen.start, end=seen.end)
