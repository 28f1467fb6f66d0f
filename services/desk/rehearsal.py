"""What a renewal would change, told beforehand: the same inputs read in a child that may be killed, nothing entered."""

import resource
import signal
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import msgspec

from services.index.renewal import Readable, changes
from services.ingest.intake import open_archive
from services.normalize.pipeline import normalize
from shared.archive_entries import Archived, unpack_body
from shared.article import Article
from shared.envelope import MOST_BYTES, Raw
from shared.errors import CopydeskError, PermanentError
from shared.hints import Applied
from shared.settings import Settings
from shared.source_book import SourceBook
from shared.untrusted.sandbox import cpu_clock, limit_memory

EXAMPLES = 3
LONGEST = 100


class Example(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One article's field as it is and as it would be, shortened."""

    article: str
    before: str
    after: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field that would be another in so many articles, with the first of them."""

    field: str
    articles: int
    examples: tuple[Example, ...]


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What would become of the articles: `lost` would no longer be read as articles, with the reason of the first."""

    rules: str
    read: int
    changed: int
    same: int
    lacking: int
    lost: int
    lost_examples: tuple[Example, ...]
    fields: tuple[FieldChange, ...]


class Rehearsal:
    """Reads articles by the rules of today, one after the other."""

    def __init__(self, settings: Settings, rules: str) -> None:
        self._settings = settings
        self._rules = rules
        self._archive = open_archive(settings)
        self._book = SourceBook(settings.sources_file)
        self._counts: Counter[str] = Counter()
        self._fields: Counter[str] = Counter()
        self._examples: dict[str, list[Example]] = {}
        self._lost: list[Example] = []
        self._child = self._start()

    def run(self, articles: Iterable[Readable]) -> Rehearsed:
        """Read all of them."""
        try:
            for one in articles:
                self._read(one)
        finally:
            self._child.shutdown()
        counts = self._counts
        return Rehearsed(
            rules=self._rules,
            read=counts.total(),
            changed=counts["changed"],
            same=counts["same"],
            lacking=counts["lacking"],
            lost=counts["lost"],
            lost_examples=tuple(self._lost),
            fields=tuple(
                FieldChange(field=name, articles=count, examples=tuple(self._examples[name]))
                for name, count in self._fields.most_common()
            ),
        )

    def _read(self, one: Readable) -> None:
        try:
            archived = self._archive.entry(one.archived or "nowhere")
        except PermanentError:
            self._counts["lacking"] += 1
            return
        article = self._ask(archived, self._book.applied(archived.envelope.source, archived.envelope.url))
        if isinstance(article, str):
            self._counts["lost"] += 1
            if len(self._lost) < EXAMPLES:
                headline = one.entry.article.headline
                self._lost.append(Example(article=one.article_id, before=_shown(headline), after=_shown(article)))
            return
        found = changes(one.entry, article, archived.envelope)
        self._counts["changed" if found else "same"] += 1
        for name, (before, after) in found.items():
            self._fields[name] += 1
            examples = self._examples.setdefault(name, [])
            if len(examples) < EXAMPLES:
                was, would_be = _differing(before, after), _differing(after, before)
                examples.append(Example(article=one.article_id, before=was, after=would_be))

    def _ask(self, archived: Archived, applied: Applied) -> Article | str:
        try:
            return self._child.submit(_read_archived, archived, applied, self._settings.article_cpu_s).result()
        except BrokenProcessPool:
            self._child.shutdown()
            self._child = self._start()
            return "it costs more than article_cpu_s or article_memory_mb"

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1, mp_context=get_context("fork"), initializer=_limit, initargs=(self._settings.article_memory_mb,)
        )


def _limit(memory_mb: int) -> None:
    limit_memory(memory_mb)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle


def _read_archived(archived: Archived, applied: Applied, cpu_s: float) -> Article | str:
    """The article in an input, or why there is none."""
    envelope = archived.envelope
    try:
        raw = Raw(
            source=envelope.source,
            media_type=envelope.media_type,
            body=unpack_body(archived.body, MOST_BYTES),
            received_us=envelope.as_of_us,
            url=envelope.url,
        ).with_settings(applied)
        with cpu_clock(cpu_s):
            return normalize(raw)
    except MemoryError:
        return "it needs more than article_memory_mb"
    except (CopydeskError, msgspec.DecodeError) as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours may cost this article, not those after it
        return f"unforeseen {type(error).__name__}: {error}"


def _differing(value: object, other: object) -> str:
    """A value in a line; of two lists, what the other one lacks."""
    if isinstance(value, tuple) and isinstance(other, tuple):
        own = [one for one in value if one not in other]
        return _shown(" | ".join(map(_words, own)) or f"{len(value)} in another order or number")
    return _shown(value)


def _words(value: object) -> str:
    text = getattr(value, "text", None) or getattr(value, "name", None) or getattr(value, "caption", None)
    return str(text or value)


def _shown(value: object) -> str:
    text = "–" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
