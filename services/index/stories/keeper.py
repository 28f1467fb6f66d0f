"""Which articles tell one story: kept beside the index, and made from its table of revisions as a sink is fed.

An article joins the story of the one that is most like it. Two stories that an article joins together become one, under
the number of the older. Nothing is dropped: a story only says which articles belong together.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from services.index.changes import Place, deliveries_after
from services.index.entry import us_of
from services.index.idle_readers import IdleReaders
from services.index.search import Index
from services.index.sinks.sink import Delivery
from services.index.stories.likeness import APART_US, Print, are_alike, likeness, marks_of, print_of
from services.index.words import WORDS
from shared.envelope import source_of
from shared.errors import Unavailable

SHAPE = f"2 {WORDS}"
AT_ONCE = 100
MOST_SHARING = 50  # a run that more articles have is a phrase of the trade, and finds nobody
MOST_COMPARED = 20
PRINTS_KEPT = 3000

_SCHEMA = """
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS place; DROP TABLE IF EXISTS members; DROP TABLE IF EXISTS marks;
CREATE TABLE place (change INTEGER NOT NULL, at_us INTEGER NOT NULL, shape TEXT NOT NULL);
CREATE TABLE members (
    member INTEGER PRIMARY KEY,
    article TEXT NOT NULL UNIQUE,
    story INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    source TEXT NOT NULL
);
CREATE INDEX members_of ON members (story);
CREATE TABLE marks (mark INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (mark, member)) WITHOUT ROWID;
CREATE INDEX marks_of ON marks (member);
COMMIT;
"""


class Member(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One article of a story: when it was published, or else received (µs), and where it came from."""

    article_id: str
    at_us: int
    source: str


class Story(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Articles that say the same, the first of them first: whose words they were before anybody copied them."""

    story: int
    members: tuple[Member, ...]


class StoryKeeper:
    """The one writer of the file of stories. Thread-safe."""

    def __init__(self, path: Path, index: Index) -> None:
        self._path = path
        self._index = index
        self._turn = threading.Lock()
        self._prints: OrderedDict[str, Print] = OrderedDict()
        try:
            self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")  # what a loss of power takes is read once more
            self._prepare()
        except sqlite3.Error as error:
            raise Unavailable(f"the stories {path} cannot be kept: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._database.close()

    def step(self) -> bool:
        """Take in the next changes; gives whether there may be more."""
        with self._turn:
            change, at_us = self._database.execute("SELECT change, at_us FROM place").fetchone()
            page = deliveries_after(self._index, Place(change=change, at_us=at_us), AT_ONCE, every=False)
            if page.place == Place(change=change, at_us=at_us):
                return False
            try:
                self._take(page.deliveries, page.place)
            except sqlite3.Error as error:
                raise Unavailable(f"the stories {self._path} cannot be kept: {error}") from error
        return True

    def _take(self, deliveries: Sequence[Delivery], place: Place) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for delivery in deliveries:
                self._forget(delivery.article_id)
                if delivery.kind == "put":
                    self._place(delivery)
            self._database.execute("UPDATE place SET change = ?, at_us = ?", (place.change, place.at_us))
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _place(self, delivery: Delivery) -> None:
        """Put an article into the story of whatever is most like it, or into one of its own."""
        name, seen = delivery.article_id, print_of(delivery.entry.article)
        self._remember(name, seen)
        at_us = _moment(delivery)
        marks = marks_of(seen)
        found = self._like(seen, marks, at_us)
        insert = "INSERT INTO members (article, story, at_us, source) VALUES (?, 0, ?, ?)"
        source = source_of(delivery.entry.came_from)
        member = int(self._database.execute(insert, (name, at_us, source)).lastrowid or 0)
        stories = sorted({story for story, _ in found})
        story = stories[0] if stories else member
        self._database.execute("UPDATE members SET story = ? WHERE member = ?", (story, member))
        for other in stories[1:]:
            self._database.execute("UPDATE members SET story = ? WHERE story = ?", (story, other))
        self._database.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?)", [(mark, member) for mark in marks])

    def _like(self, seen: Print, marks: Sequence[int], at_us: int) -> list[tuple[int, float]]:
        """The stories of the articles that say the same at about the same time, and how much of it."""
        rows = self._database.execute(
            "SELECT article, story, at_us, count(*) AS shared FROM json_each(?) AS asked "
            "JOIN marks ON marks.mark = asked.value JOIN members USING (member) "
            "WHERE (SELECT count(*) FROM (SELECT 1 FROM marks AS all_of WHERE all_of.mark = asked.value LIMIT ?)) < ? "
            "AND abs(at_us - ?) <= ? GROUP BY member ORDER BY shared DESC LIMIT ?",
            (msgspec.json.encode(marks).decode(), MOST_SHARING, MOST_SHARING, at_us, APART_US, MOST_COMPARED),
        ).fetchall()
        found = []
        for article, story, _, _ in rows:
            other = self._print(article)
            if other is not None and are_alike(seen, other):
                found.append((story, likeness(seen, other)))
        return found

    def _print(self, article: str) -> Print | None:
        kept = self._prints.get(article)
        if kept is None:
            stored = self._index.get(article)
            if stored is None or stored.withdrawn:
                return None
            kept = print_of(stored.article)
            self._remember(article, kept)
        return kept

    def _remember(self, article: str, seen: Print) -> None:
        self._prints[article] = seen
        self._prints.move_to_end(article)
        while len(self._prints) > PRINTS_KEPT:
            self._prints.popitem(last=False)

    def _forget(self, article: str) -> None:
        """Take an article out of its story; the others stay together, under the number they have."""
        self._prints.pop(article, None)
        row = self._database.execute("SELECT member FROM members WHERE article = ?", (article,)).fetchone()
        if row is not None:
            self._database.execute("DELETE FROM marks WHERE member = ?", row)
            self._database.execute("DELETE FROM members WHERE member = ?", row)

    def _prepare(self) -> None:
        """Begin anew where the file is new, or what is compared of a text has changed."""
        try:
            row = self._database.execute("SELECT shape FROM place").fetchone()
        except sqlite3.OperationalError:  # an empty file
            row = None
        if row != (SHAPE,):
            self._database.executescript(_SCHEMA)
            self._database.execute("INSERT INTO place VALUES (0, 0, ?)", (SHAPE,))


class Stories:
    """The reading side, from any process. Where nothing was compared yet, every article stands alone."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._idle = IdleReaders()

    def of(self, article: str) -> Story | None:
        """The story that an article belongs to, if others tell it too."""
        with self._reading() as database:
            if database is None:
                return None
            row = database.execute("SELECT story FROM members WHERE article = ?", (article,)).fetchone()
            if row is None:
                return None
            members = database.execute(
                "SELECT article, at_us, source FROM members WHERE story = ? ORDER BY at_us, member", row
            ).fetchall()
        if len(members) < 2:
            return None
        return Story(
            story=row[0],
            members=tuple(Member(article_id=name, at_us=at, source=source) for name, at, source in members),
        )

    def numbers(self, articles: Sequence[str]) -> dict[str, tuple[int, int]]:
        """By article, the number of its story and how many tell it; those that stand alone are left out."""
        named = msgspec.json.encode(articles).decode()
        sql = (
            "SELECT article, story, (SELECT count(*) FROM members AS all_of WHERE all_of.story = members.story) "
            "FROM members WHERE article IN (SELECT value FROM json_each(?))"
        )
        with self._reading() as database:
            rows = database.execute(sql, (named,)).fetchall() if database is not None else []
        return {article: (story, count) for article, story, count in rows if count > 1}

    def close(self) -> None:
        """Close what is idle; a later question opens anew."""
        self._idle.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        try:
            inode = self._path.stat().st_ino
            database = self._idle.take(inode) or self._open()
        except (OSError, sqlite3.OperationalError):  # there is none
            yield None
            return
        try:
            yield database
        except BaseException as error:
            database.close()
            if isinstance(error, sqlite3.OperationalError):
                raise Unavailable(f"the stories {self._path} cannot be read: {error}") from error
            raise
        self._idle.keep(inode, database)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=5, check_same_thread=False)


def _moment(delivery: Delivery) -> int:
    """When an article was published; when it came, where it does not say or says a day that is still to come."""
    created = delivery.entry.article.first_created
    received = delivery.entry.received_us
    return min(us_of(created), received) if created is not None else received
