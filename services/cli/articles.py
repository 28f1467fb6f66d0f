"""What commands that act on articles share: the desk they reach, and the articles that a name means."""

from types import TracebackType

from services.cli.context import Context
from services.cli.reach import reach_desk
from services.index.listing import Span, standing_ids
from services.index.search import Index
from services.ingest.desk_acts import Named
from services.ingest.intake import Intake, open_archive, open_decisions, open_pictures
from services.ingest.purging import Parts
from services.web.keys import open_keys
from services.web.listing import Wanted, as_its_own
from services.web.names import Names
from shared.clock import END_OF_TIME
from shared.envelope import DESK, is_desk, source_of
from shared.ledger.listing import IN_FLIGHT, list_standing
from shared.ledger.reader import InputStatus
from shared.source_filter import takes_source
from shared.work.celery_app import open_ledger

MOST_IN_FLIGHT = 1_000_000
STRONGEST = ("uri:", "url:", "guid:", "path:")


class DeskActs:
    """The ledger, the index and the archive of the desk that is reached, for as long as a `with` block lasts."""

    def __init__(self, context: Context) -> None:
        self.settings = reach_desk(context)
        self.ledger = open_ledger(self.settings)
        self.index = Index(self.settings.index_file)
        self.archive = open_archive(self.settings)
        self.decisions = open_decisions(self.settings)
        self.intake = Intake(self.ledger, self.archive, self.settings)

    def __enter__(self) -> "DeskActs":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.archive.close()
        self.decisions.close()
        self.index.close()

    @property
    def parts(self) -> Parts:
        """What erasing works with."""
        return Parts(self.intake, self.ledger, self.archive, self.decisions, open_pictures(self.settings))

    def find(self, name: str) -> list[Named]:
        """The article that a name of any kind means, as `copydesk show` reads it; none where nobody knows it.

        Index and ledger may count an address to different articles, since the index also compares words: then both.
        """
        name = Names(self.settings, self.index, self.ledger, open_keys(self.settings)).spell(name) or name
        stored = self.index.get(name)
        line = self.ledger.receipt(name)
        owner = self.ledger.owner(name) or (line.article if line else None)
        candidates = (owner, stored.article_id if stored else None, name if self.ledger.latest(name) else None)
        articles = list(dict.fromkeys(article for article in candidates if article))
        known = stored.aliases if stored else ()
        return [self._named(article, known) for article in articles]

    def pushed_by(self, publisher: str) -> list[Named]:
        """All articles of a publisher that stand, or are on their way."""
        standing = list_standing(
            self.ledger, IN_FLIGHT, sources=(f"push:{publisher}",), before=END_OF_TIME, limit=MOST_IN_FLIGHT
        )
        coming = (line.article for line in standing if not self._is_taken_back(line))
        ids = dict.fromkeys((*self.index.owned_by(publisher), *coming))
        return [found for article in ids for found in self.find(article)]

    def chosen(self, wanted: Wanted, *, owner: str = "") -> list[Named]:
        """The articles of a source, or that a publisher (`owner`) pushed last, that stand or are on their way.

        Those whose newest word is older than `since` are left out.
        """

        def told(line: InputStatus) -> InputStatus | None:
            own = as_its_own(self.index.get, line)
            is_wanted = takes_source(wanted.source, source_of(own.source) if own.source else "")
            return own if is_wanted and not self._is_taken_back(line) else None

        standing = list_standing(
            self.ledger,
            IN_FLIGHT,
            sources=(wanted.source, source_of(DESK)) if wanted.source else (),
            since=wanted.since,
            before=END_OF_TIME,
            limit=MOST_IN_FLIGHT,
            told=told,
        )
        stored = standing_ids(self.index, Span(source=wanted.source, since=wanted.since), owner)
        ids = dict.fromkeys((*stored, *(line.article for line in standing)))
        return list({found.article: found for article in ids for found in self.find(article)}.values())

    def _is_taken_back(self, line: InputStatus) -> bool:
        """Is what is on its way, such as under an embargo, withdrawn already: it will say nothing any more."""
        stored = self.index.get(line.article)
        return stored is not None and stored.withdrawn and stored.rev > line.rev

    def _named(self, article: str, known: tuple[str, ...]) -> Named:
        ref = self.ledger.latest(article)
        meta = self.ledger.meta(ref) if ref else None
        every = (*known, *(meta.aliases if meta else ()))
        ranked = sorted(dict.fromkeys(every), key=_rank)
        return Named(
            article=article,
            aliases=tuple(alias for alias in ranked if _rank(alias) < len(STRONGEST)),
            origin=meta.source if meta is not None and not is_desk(meta.source) else None,
        )


def _rank(alias: str) -> int:
    return next((rank for rank, kind in enumerate(STRONGEST) if alias.startswith(kind)), len(STRONGEST))
