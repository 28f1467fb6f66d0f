"""What a monitor scrapes: the ledger's own figures, read when asked for, and counts of the HTTP door's requests.

`shared/metric_definitions.py` says of each what it is.
"""

from collections import Counter as Counted
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.clock import now_us
from shared.errors import CopydeskError
from shared.ledger.latency import Latency
from shared.ledger.overview import FeedCounts, Overview
from shared.ledger.reader import OUTCOMES, Balance, StageStatus
from shared.ledger.troubles import REMEDIES, Disk, Worker, nearest_full
from shared.metric_definitions import BY_NAME, MetricDefinition
from shared.work.liveness import program_version

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Meters:
    """One process's registry. Labels come from fixed sets, folders and key names, never from addresses or texts."""

    def __init__(self, look: Callable[[], Overview]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, that nobody reads
        self.registry = CollectorRegistry()
        self.registry.register(DeskCollector(look))
        pushes, requests = BY_NAME["copydesk_push_requests_total"], BY_NAME["copydesk_http_request_seconds"]
        self.pushes = Counter(_plain(pushes), _help(pushes), pushes.labels, registry=self.registry)
        self.requests = Histogram(
            _plain(requests), _help(requests), requests.labels, registry=self.registry, buckets=BUCKETS
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
        yield _gauge("copydesk_build_info", {(program_version(),): 1})
        try:
            overview = self._look()
        except CopydeskError:
            yield _gauge("copydesk_up", {(): 0})
            yield _of_troubles(Counted(["redis-away"]))
            return
        status = overview.status
        yield _gauge("copydesk_up", {(): 1})
        yield from _of_balance(status.balance)
        yield from _of_stages(status.stages)
        yield from _of_latency(overview.latency)
        yield from _of_feeds(overview.feeds)
        yield from _of_disks(nearest_full(overview.workers))
        yield _of_troubles(Counted(trouble.code for trouble in overview.troubles))
        yield _of_workers(overview.workers)
        yield _gauge("copydesk_redis_bytes", {(): status.redis_bytes})
        yield _gauge("copydesk_redis_max_bytes", {(): status.redis_max_bytes})

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when the registry is put together."""
        return ()


def _of_troubles(counts: Mapping[str, int]) -> Metric:
    return _gauge("copydesk_trouble", {(code,): counts.get(code, 0) for code in REMEDIES})


def _of_workers(workers: Iterable[Worker]) -> Metric:
    return _gauge("copydesk_workers", Counted((worker.name, worker.version) for worker in workers))


def _of_balance(balance: Balance) -> Iterable[Metric]:
    yield _counter("copydesk_accepted_total", {(): balance.accepted})
    yield _counter("copydesk_articles_total", {(outcome,): getattr(balance, outcome) for outcome in OUTCOMES})
    yield _counter("copydesk_duplicates_total", {(): balance.duplicate})
    yield _gauge("copydesk_dead_articles", {(): balance.dead})  # no counter: a replay or a discard takes from it
    yield _gauge("copydesk_in_flight_articles", {(): balance.in_flight})
    yield _gauge("copydesk_balance_difference", {(): balance.difference})


def _of_stages(stages: Mapping[str, StageStatus]) -> Iterable[Metric]:
    now = now_us()
    yield _gauge(
        "copydesk_queue_messages",
        {
            (name, state): count
            for name, stage in stages.items()
            for state, count in (
                ("ready", stage.queued), ("inflight", stage.working), ("delayed", stage.retrying), ("held", stage.held)
            )
        },
    )  # fmt: skip
    waited = {(name,): now - (stage.oldest_us or now) for name, stage in stages.items()}
    yield _gauge("copydesk_queue_oldest_seconds", {name: max(0.0, us / 1e6) for name, us in waited.items()})
    yield _gauge("copydesk_queue_batches", {(name,): stage.messages for name, stage in stages.items()})
    yield _gauge("copydesk_stage_paused", {(name,): float(stage.paused) for name, stage in stages.items()})


def _of_latency(latency: Latency) -> Iterable[Metric]:
    stages, article = _histogram("copydesk_stage_seconds"), _histogram("copydesk_article_seconds")
    for part, by_stage in (("waiting", latency.waiting), ("working", latency.working)):
        for stage, spans in by_stage.items():
            stages.add_metric((stage, part), buckets=spans.buckets(), sum_value=spans.seconds)
    article.add_metric((), buckets=latency.article.buckets(), sum_value=latency.article.seconds)
    yield from (stages, article)


def _of_feeds(feeds: FeedCounts) -> Iterable[Metric]:
    counts = {"fine": feeds.fine, "failing": feeds.failing, "stopped": feeds.stopped}
    yield _gauge("copydesk_feeds", {(state,): count for state, count in counts.items()})
    due: dict[tuple[str, ...], float] = {}
    if feeds.next_due_us is not None:
        due[()] = (feeds.next_due_us - now_us()) / 1e6
    yield _gauge("copydesk_feeds_next_due_seconds", due)
    yield _gauge("copydesk_pages", {(): feeds.pages})
    pages: dict[tuple[str, ...], float] = {}
    if feeds.pages_due_us is not None:
        pages[()] = (feeds.pages_due_us - now_us()) / 1e6
    yield _gauge("copydesk_pages_next_due_seconds", pages)


def _of_disks(disks: Iterable[Disk]) -> Iterable[Metric]:
    told = tuple(disks)
    yield _gauge("copydesk_disk_free_bytes", {(disk.path,): disk.free for disk in told})
    yield _gauge("copydesk_disk_reserve_bytes", {(disk.path,): disk.reserve for disk in told})


def _gauge(name: str, values: Mapping[tuple[str, ...], float]) -> Metric:
    definition = BY_NAME[name]
    family = GaugeMetricFamily(_plain(definition), _help(definition), labels=definition.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _counter(name: str, values: Mapping[tuple[str, ...], float]) -> Metric:
    definition = BY_NAME[name]
    family = CounterMetricFamily(_plain(definition), _help(definition), labels=definition.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _histogram(name: str) -> HistogramMetricFamily:
    definition = BY_NAME[name]
    return HistogramMetricFamily(_plain(definition), _help(definition), labels=definition.labels)


def _plain(definition: MetricDefinition) -> str:
    return definition.name.removesuffix("_total")  # the client adds it


def _help(definition: MetricDefinition) -> str:
    return f"{definition.meaning[:1].upper()}{definition.meaning[1:]}.".replace("`", "")
