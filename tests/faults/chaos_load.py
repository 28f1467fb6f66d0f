"""What comes in while everything breaks, and what must be found of it at the end."""

import threading
import time
from collections import Counter
from collections.abc import Iterator

import msgspec

from services.index.search import Index
from shared.errors import CopydeskError
from shared.ledger.reader import Balance
from tests.faults.chaos_desk import ChaosDesk

PUSHERS = 4
PAUSE_S = 0.25
REVISED = 5  # every fifth is sent again with other words


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was broken, and what became of what came in."""

    faults: dict[str, int]
    sent: int
    recovered_s: float | None
    lost: tuple[str, ...]
    stale: tuple[str, ...]
    doubled: int
    integrity: str
    balance: Balance
    troubles: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        broken = self.lost or self.stale or self.troubles or self.recovered_s is None or self.integrity != "ok"
        return not broken and (self.doubled, self.balance.difference, self.balance.dead) == (0, 0, 0)

    def lines(self) -> Iterator[str]:
        """The verdict for a person."""
        yield f"{sum(self.faults.values())} faults: " + ", ".join(f"{n} {c}" for n, c in sorted(self.faults.items()))
        yield f"{self.sent} articles sent; lost {len(self.lost)}, stale {len(self.stale)}, doubled {self.doubled}"
        yield f"index {self.integrity}; dead {self.balance.dead}; balance off by {self.balance.difference}"
        recovered = "not in time" if self.recovered_s is None else f"{self.recovered_s:.1f} s after the last fault"
        yield f"recovered: {recovered}; troubles left: {', '.join(self.troubles) or 'none'}"
        for name in (*self.lost, *self.stale)[:10]:
            yield f"  {name}"
        yield "HOLDS" if self.holds else "BROKEN"


class Load:
    """Publishers that push and revise, and somebody who drops files, each until the desk has it."""

    def __init__(self, desk: ChaosDesk) -> None:
        self._desk = desk
        self._stop = threading.Event()
        self._newest: dict[str, str] = {}
        self._drops = 0
        self._threads = [threading.Thread(target=self._push, args=(n,)) for n in range(PUSHERS)]
        self._threads.append(threading.Thread(target=self._drop))

    @property
    def newest(self) -> dict[str, str]:
        """The newest mark of each article that was pushed, by its id."""
        return dict(self._newest)

    @property
    def drops(self) -> int:
        """How many files were dropped."""
        return self._drops

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """No more comes in; what was begun is sent until the desk has it."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def judge(self, faults: Counter[str], ended: float, settle_s: float) -> Verdict:
        """Wait until nothing is in flight and no trouble is left, then compare everything."""
        recovered = self._settled(ended, settle_s)
        index, ledger = self._desk.index(), self._desk.ledger()
        found = {mark: text_of(index, article) for article, mark in self._newest.items()}
        return Verdict(
            faults=dict(faults),
            sent=len(self._newest) + self._drops,
            recovered_s=recovered,
            lost=tuple(mark for mark, text in found.items() if text is None),
            stale=tuple(mark for mark, text in found.items() if text is not None and mark not in text),
            doubled=index.count() - len(self._newest) - self._drops,
            integrity=self._desk.integrity(),
            balance=ledger.balance(),
            troubles=tuple(trouble.code for trouble in self._desk.watchman().look().troubles),
        )

    def _settled(self, ended: float, settle_s: float) -> float | None:
        while time.monotonic() - ended < settle_s:
            try:
                overview = self._desk.watchman().look()
                if overview.status.balance.in_flight == 0 and not overview.troubles and self._all_there():
                    return time.monotonic() - ended
            except CopydeskError:  # Redis may still be starting
                pass
            time.sleep(0.2)
        return None

    def _all_there(self) -> bool:
        return self._desk.index().count() >= len(self._newest) + self._drops

    def _push(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            uri = f"urn:chaos:{number}-{count}"
            self._send(uri, f"{uri} lần đầu", 1)
            if count % REVISED == 0:
                self._send(uri, f"{uri} lần hai", 2)
            self._stop.wait(PAUSE_S)

    def _send(self, uri: str, mark: str, version: int) -> None:
        """Numbered: a request that was given up and comes in late all the same is then known as the older word."""
        while (article := self._desk.push(uri, article_of(mark), version)) is None:
            time.sleep(0.1)  # as a publisher would
        self._newest[article] = mark

    def _drop(self) -> None:
        while not self._stop.is_set():
            self._drops += 1
            self._desk.drop(f"{self._drops}.txt", article_of(f"tệp {self._drops}"))
            self._stop.wait(2 * PAUSE_S)


def article_of(mark: str) -> str:
    """A text whose every part tells its mark."""
    return f"09/11/2015 - 05:34\n\nTin về {mark}\n\nHUẾ - Câu mở đầu của {mark}.\n\nThân bài nói thêm về {mark}.\n"


def headline_of(mark: str) -> str:
    """Its headline."""
    return f"Tin về {mark}"


def text_of(index: Index, article: str) -> str | None:
    stored = index.get(article)
    return None if stored is None else msgspec.json.encode(stored.article).decode()
