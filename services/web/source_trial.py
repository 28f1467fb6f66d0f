"""What other settings of a source would change: its last inputs are read with both, and nothing is kept."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType

import msgspec

from services.web.reading import Limits, Reading
from shared.article import Article, Block
from shared.envelope import Raw, Source
from shared.hints import Applied, Hints
from shared.settings import Settings
from shared.untrusted.child import Child

LAST, MOST_LAST = 50, 500
TRIAL_S, ONE_S = 60.0, 20.0
LONGEST_SHOWN = 20_000
MISSED = "settings."
OUTSIDE = frozenset({"evidence", "boilerplate", "blocks"})

SetFor = Callable[[Source, str | None], Applied]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One input: the revision it is of, how that stands, what it is called; `load` takes it out of the archive, where
    it is at rest."""

    ref: str
    state: str
    title: str
    load: Callable[[], Raw | None]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A field that would be read otherwise: its words now and then."""

    field: str
    before: str
    after: str


class Tried(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What would change of one article; nothing where no field is named. `missed` are the settings without effect."""

    ref: str
    state: str
    title: str
    fields: tuple[FieldChange, ...] = ()
    missed: tuple[str, ...] = ()


class Trial(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many inputs were looked at, in how many of them each field would change and each setting found nothing.

    `left` are those for which there was no time any more.
    """

    looked_at: int
    changed: int
    left: int
    fields: dict[str, int]
    missed: dict[str, int]
    articles: tuple[Tried, ...]

    @property
    def refs(self) -> list[str]:
        """The revisions that would change."""
        return [tried.ref for tried in self.articles if tried.fields]


class TrialReader:
    """Reads in a process of its own, within the limits of the normalize service; an input over them ends that alone."""

    def __init__(self, settings: Settings) -> None:
        limits = Limits(cpu_s=settings.article_cpu_s, memory_mb=settings.article_memory_mb)
        command = [sys.executable, "-m", "services.web.reading_child", msgspec.json.encode(limits).decode()]
        self._child = Child(command, ONE_S)

    def __enter__(self) -> "TrialReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.end()

    def read(self, raw: Raw) -> Reading:
        """The article in an input, or why there is none."""
        try:
            answer = self._child.ask(msgspec.msgpack.encode(msgspec.structs.replace(raw, body=b"")), raw.body)
        except (TimeoutError, OSError):
            return Reading(too_costly=True)
        reading = Reading(too_costly=True) if answer is None else msgspec.msgpack.decode(answer, type=Reading)
        if reading.last:
            self._child.end()
        return reading


def try_settings(
    inputs: Sequence[Given],
    read: Callable[[Raw], Reading],
    now: SetFor,
    then: SetFor,
    *,
    seconds: float = TRIAL_S,
    clock: Callable[[], float] = time.monotonic,
) -> Trial:
    """Read each input with the settings as they are and as they would be, for so many seconds at most."""
    deadline, tried, left = clock() + seconds, list[Tried](), 0
    for number, one in enumerate(inputs):
        if clock() > deadline:
            left = len(inputs) - number
            break
        raw = one.load()
        if raw is None:
            continue
        before, after = (raw.with_settings(set_for(raw.source, raw.url)) for set_for in (now, then))
        later = read(after)
        fields = () if before.hints == after.hints else differing(read(before), later)
        tried.append(
            Tried(
                ref=one.ref,
                state=one.state,
                title=one.title,
                fields=fields,
                missed=tuple(_missed(later.article, after.hints)),
            )
        )
    return Trial(
        looked_at=len(tried),
        changed=sum(bool(one.fields) for one in tried),
        left=left,
        fields=dict(Counter(name for one in tried for name in dict.fromkeys(change.field for change in one.fields))),
        missed=dict(Counter(name for one in tried for name in one.missed)),
        articles=tuple(tried),
    )


def differing(before: Reading, after: Reading) -> tuple[FieldChange, ...]:
    """The fields of an article that two readings of its input do not agree on."""
    if before.article is None or after.article is None:
        old, new = _ending(before), _ending(after)
        return () if old == new else (FieldChange(field="article", before=old, after=new),)
    old_article, new_article = before.article, after.article
    found = [
        FieldChange(field=name, before=said(old), after=said(new))
        for name in Article.__struct_fields__
        if name not in OUTSIDE
        for old, new in ((getattr(old_article, name), getattr(new_article, name)),)
        if old != new
    ]
    for name, lines in (("body", _body), ("captions", _captions), ("boilerplate", _left_out)):
        old, new = "\n".join(lines(old_article)), "\n".join(lines(new_article))
        if old != new:
            found.append(FieldChange(field=name, before=old[:LONGEST_SHOWN], after=new[:LONGEST_SHOWN]))
    return tuple(found)


def said(value: object) -> str:
    """A field's value as a person reads it."""
    if value is None or value == ():
        return ""
    if isinstance(value, str):
        return value[:LONGEST_SHOWN]
    plain = msgspec.to_builtins(value)
    parts = plain if isinstance(plain, list | tuple) else (plain,)
    return "; ".join(map(_part, parts))[:LONGEST_SHOWN]


def _part(plain: object) -> str:
    """One name, headline or picture of several: its words, else its address."""
    if not isinstance(plain, dict):
        return str(plain)
    words = [str(plain[key]) for key in ("name", "value", "text", "caption", "href") if key in plain]
    return " ".join(words) or str(plain)


def _ending(reading: Reading) -> str:
    if reading.article is not None:
        return reading.article.headline or "(no headline)"
    return "needs too much time or memory" if reading.too_costly else reading.refused


def _missed(article: Article | None, hints: Hints) -> Iterable[str]:
    """The settings that found nothing: `headline`, `leave_out .promo`."""
    names = {f"leave_out[{number}]": f"leave_out {selector}" for number, selector in enumerate(hints.leave_out)}
    seen = article.evidence if article is not None else ()
    fields = (one.field.removeprefix(MISSED) for one in seen if one.field.startswith(MISSED))
    return dict.fromkeys(names.get(field, field) for field in fields)


def _body(article: Article) -> list[str]:
    return [line for block in article.blocks if block.type not in ("picture", "caption") if (line := _line(block))]


def _line(block: Block) -> str:
    cells = [cell for row in block.rows for cell in row]
    return " ".join(part for part in (block.text, block.caption, *block.items, *cells) if part)


def _captions(article: Article) -> list[str]:
    pictures = [block for block in article.blocks if block.type in ("picture", "caption")]
    return [" © ".join(part for part in (block.caption or block.text, block.byline) if part) for block in pictures]


def _left_out(article: Article) -> list[str]:
    return list(article.boilerplate)
