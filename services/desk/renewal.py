"""Articles are read once more by the rules of today, through the real stages, behind whatever comes in meanwhile.

What was entered is known by its receipt, which is made of the input's and the rules: after a kill the same call goes on
where it was, and a second one finds nothing left to do.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from services.index.renewal import Chosen, Readable, outcomes, readable
from services.index.search import Index
from services.ingest.intake import open_archive
from services.normalize.rules import rules_of, rules_version
from shared.archive import Archive
from shared.errors import IntakeFull, PermanentError
from shared.identity import renewal_id
from shared.ledger.calls import Accepted, Ledger
from shared.ledger.reader import SETTLED, Meta
from shared.settings import Settings

AHEAD = 50  # articles of a renewal that wait or are worked on at a time: who comes meanwhile waits for no more
LOOK_S = 0.1
FULL_S = 2.0
AT_ONCE = 25


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read once more: which articles, read by which rules (any but those of today), and how many."""

    chosen: Chosen = Chosen()
    rules: str = ""
    limit: int = 0


class Renewed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of it, by article. `entered` were entered now, `before` by an earlier call; `lacking` have no input
    in the archive; the rest is how those ended that were entered now."""

    rules: str
    entered: int
    before: int
    lacking: int
    changed: int
    same: int
    overtaken: int
    failed: int


class Renewal:
    """One run. `pause` is called while there is nothing to do but wait, with seconds."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        index: Index,
        *,
        pause: Callable[[float], None] = time.sleep,
        ahead: int = AHEAD,
    ) -> None:
        self.rules = rules_version()
        self._ledger = ledger
        self._index = index
        self._archive = open_archive(settings)
        self._pause = pause
        self._ahead = ahead
        self._batch = min(AT_ONCE, settings.batch_articles, ahead)
        self._waiting: set[str] = set()
        self._counts: Counter[str] = Counter()

    def candidates(self, plan: Plan) -> Iterator[Readable]:
        """The articles that a plan means, without those that the rules of today have read."""
        fitting = (one for one in readable(self._index, plan.chosen) if self._is_meant(one, plan))
        yield from itertools.islice(fitting, plan.limit or None)

    def run(self, plan: Plan, tell: Callable[[Renewed], None] = lambda renewed: None) -> Renewed:
        """Enter all of them, a few at a time, and wait for their end; `tell` hears how far it is."""
        candidates = self.candidates(plan)
        while batch := list(itertools.islice(candidates, self._batch)):
            entered = self._enter(batch)
            if entered:
                self._wait_for_turn()
            tell(self.told())
        while self._waiting:
            self._pause(LOOK_S)
            self._look()
        return self.told()

    def told(self) -> Renewed:
        """How far it is."""
        counts = self._counts
        failed = sum(counts[state] for state in ("dead", "refused", "discarded"))
        return Renewed(
            rules=self.rules,
            entered=counts["entered"],
            before=counts["before"],
            lacking=counts["lacking"],
            changed=counts["indexed"] + counts["withdrawn"],
            same=counts["duplicate"],
            overtaken=counts["superseded"],
            failed=failed,
        )

    def _is_meant(self, one: Readable, plan: Plan) -> bool:
        rules = rules_of(one.timeline)
        return rules != self.rules and plan.rules in ("", rules)

    def _enter(self, batch: Iterable[Readable]) -> int:
        offers = self._offers(batch)
        if not offers:
            return 0
        self._wait_for_room()
        taken = self._ledger.renew(offers)
        receipts = [offer.meta.receipt for offer, fresh in zip(offers, taken, strict=True) if fresh]
        self._waiting.update(receipts)
        self._counts["entered"] += len(receipts)
        self._counts["before"] += len(offers) - len(receipts)
        return len(receipts)

    def _offers(self, batch: Iterable[Readable]) -> list[Accepted]:
        """Those that were not read again before, each with its input."""
        named = {renewal_id(one.receipt, self.rules): one for one in batch}
        done = outcomes(self._index, [*named])
        self._counts["before"] += len(done)
        offers = []
        for receipt, one in named.items():
            if receipt in done:
                continue
            try:
                offers.append(_offer(self._archive, one, receipt))
            except PermanentError:  # erased, or past its time
                self._counts["lacking"] += 1
        return offers

    def _wait_for_room(self) -> None:
        while True:
            try:
                self._ledger.check_room()
                return
            except IntakeFull:
                self._pause(FULL_S)

    def _wait_for_turn(self) -> None:
        """Until few of ours are on their way, and nobody else's articles wait."""
        while True:
            self._look()
            stages = self._ledger.status().stages.values()
            others = sum(stage.queued for stage in stages) - len(self._waiting)
            if len(self._waiting) <= self._ahead - self._batch and others <= self._batch:
                return
            self._pause(LOOK_S)

    def _look(self) -> None:
        """See which of those on their way have come to their end."""
        ended: dict[str, str] = dict(outcomes(self._index, [*self._waiting]))
        for receipt in self._waiting - ended.keys():
            line = self._ledger.receipt(receipt)
            if line is None:
                ended[receipt] = "forgotten"  # Redis has lost it: the next call enters it again
            elif line.state in SETTLED:
                ended[receipt] = line.state
        self._counts.update(ended.values())
        self._waiting -= ended.keys()


def _offer(archive: Archive, one: Readable, receipt: str) -> Accepted:
    """An article's input as the ledger takes it: the place of the new revision is right behind the one that stands."""
    archived = archive.entry(one.archived or "nowhere")
    meta = Meta(**msgspec.structs.asdict(archived.envelope) | {"receipt": receipt, "renews": one.receipt},
                archived=one.archived)  # fmt: skip
    return Accepted(article=one.article_id, rev=one.rev + 1, meta=meta, body=archived.body)
