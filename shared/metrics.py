"""What a monitor scrapes: the ledger's own figures, read when asked for, and counts of the HTTP door's requests."""

from collections import Counter as Counted
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.clock import now_us
from shared.errors import CopydeskError
from shared.ledger.overview import Overview
from shared.ledger.reader import OUTCOMES, Balance, StageStatus
from shared.ledger.troubles import REMEDIES, Worker
from shared.work.liveness import program_version

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Meters:
    """One process's registry. Labels come from fixed sets and from key names, never from addresses or texts."""

    def __init__(self, look: Callable[[], Overview]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, that nobody reads
        self.registry = CollectorRegistry()
        self.registry.register(DeskCollector(look))
        self.pushes = Counter(
            "copydesk_push_requests", "Pushes answered.", ("publisher", "code"), registry=self.registry
        )
        self.requests = Histogram(
            "copydesk_http_request_seconds",
            "Time to answer a request, by route.",
            ("method", "route", "code"),
            registry=self.registry,
            buckets=BUCKETS,
        )

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class DeskCollector(Collector):
    """The desk as metrics. A Redis that does not answer shows as `copydesk_up 0` and a trouble, not as an error."""

    def __init__(self, look: Callable[[], Overview]) -> None:
        self._look = look

    def collect(self) -> Iterable[Metric]:
        """Ask the ledger once, and tell."""
        yield _gauge("copydesk_build_info", "The version that runs.", {"version": program_version()}, 1)
        try:
            overview = self._look()
        except CopydeskError:
            yield _gauge("copydesk_up", "Whether the ledger answers.", {}, 0)
            yield _of_troubles(Counted(["redis-away"]))
            return
        status = overview.status
        yield _gauge("copydesk_up", "Whether the ledger answers.", {}, 1)
        yield from _of_balance(status.balance)
        yield from _of_stages(status.stages)
        yield _of_troubles(Counted(trouble.code for trouble in overview.troubles))
        yield _of_workers(overview.workers)
        yield _gauge("copydesk_redis_bytes", "Memory Redis uses.", {}, status.redis_bytes)
        yield _gauge(
            "copydesk_redis_max_bytes", "Memory Redis may use; 0 is without limit.", {}, status.redis_max_bytes
        )

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when the registry is put together."""
        return ()


def _of_troubles(counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily("copydesk_trouble", "Troubles of this kind, 0 for none.", labels=("code",))
    for code in REMEDIES:
        family.add_metric((code,), counts.get(code, 0))
    return family


def _of_workers(workers: Iterable[Worker]) -> Metric:
    family = GaugeMetricFamily("copydesk_workers", "Processes that live.", labels=("stage", "version"))
    for (name, release), count in Counted((worker.name, worker.version) for worker in workers).items():
        family.add_metric((name, release), count)
    return family


def _of_balance(balance: Balance) -> Iterable[Metric]:
    accepted = CounterMetricFamily("copydesk_accepted", "Inputs accepted: archived and entered in the ledger.")
    accepted.add_metric((), balance.accepted)
    yield accepted
    ended = CounterMetricFamily("copydesk_articles", "Inputs that came to an end.", labels=("outcome",))
    for outcome in OUTCOMES:
        ended.add_metric((outcome,), getattr(balance, outcome))
    yield ended
    duplicates = CounterMetricFamily("copydesk_duplicates", "Inputs that said nothing new.")
    duplicates.add_metric((), balance.duplicate)
    yield duplicates
    # Not a counter: a replay or a discard takes from it.
    yield _gauge(
        "copydesk_dead_articles", "Inputs that no further try will help, until replayed or discarded.", {}, balance.dead
    )
    yield _gauge("copydesk_in_flight_articles", "Inputs queued, working, retrying or held.", {}, balance.in_flight)
    yield _gauge(
        "copydesk_balance_difference", "Inputs the books cannot account for; must be 0.", {}, balance.difference
    )


def _of_stages(stages: Mapping[str, StageStatus]) -> Iterable[Metric]:
    states = GaugeMetricFamily("copydesk_queue_messages", "Articles in a stage, by state.", labels=("stage", "state"))
    oldest = GaugeMetricFamily("copydesk_queue_oldest_seconds", "How long the eldest has waited.", labels=("stage",))
    batches = GaugeMetricFamily("copydesk_queue_batches", "Messages on the stage's queue.", labels=("stage",))
    paused = GaugeMetricFamily("copydesk_stage_paused", "Whether the stage rests.", labels=("stage",))
    for name, stage in stages.items():
        for state, count in (
            ("ready", stage.queued), ("inflight", stage.working), ("delayed", stage.retrying), ("held", stage.held)
        ):  # fmt: skip
            states.add_metric((name, state), count)
        since = now_us() if stage.oldest_us is None else stage.oldest_us
        oldest.add_metric((name,), max(0.0, (now_us() - since) / 1e6))
        batches.add_metric((name,), stage.messages)
        paused.add_metric((name,), float(stage.paused))
    yield from (states, oldest, batches, paused)


def _gauge(name: str, text: str, labels: Mapping[str, str], value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=tuple(labels))
    family.add_metric(tuple(labels.values()), value)
    return family
