"""The exposition: names, labels and values a monitor may build on."""

import re

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from shared.errors import TransientError
from shared.ledger.latency import Latency, Spans
from shared.ledger.overview import FeedCounts, Overview
from shared.ledger.troubles import REMEDIES, Disk, Trouble, Worker
from shared.metric_definitions import BY_NAME
from shared.metrics import Meters
from tests.unit.web.stand_ins import an_overview


def samples(meters: Meters) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(meters.exposition().decode())
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_the_ledgers_figures_are_told_as_they_are() -> None:
    found = samples(Meters(lambda: an_overview(dead=3, difference=1)))
    assert found["copydesk_up", ()] == 1
    assert found["copydesk_accepted_total", ()] == 20
    assert found["copydesk_articles_total", ("indexed",)] == 10
    assert found["copydesk_duplicates_total", ()] == 2
    assert found["copydesk_dead_articles", ()] == 3
    assert found["copydesk_in_flight_articles", ()] == 6
    assert found["copydesk_balance_difference", ()] == 1
    assert found["copydesk_queue_messages", ("inflight", "normalize")] == 2
    assert found["copydesk_queue_messages", ("delayed", "normalize")] == 1
    assert found["copydesk_queue_oldest_seconds", ("normalize",)] > 1e6


def test_each_trouble_is_a_series_of_its_own_that_goes_back_to_zero() -> None:
    trouble = Trouble(code="disk-low", subject="/data", since=1, what="full", do="free some")
    some = an_overview()
    found = samples(Meters(lambda: msgspec.structs.replace(some, troubles=(trouble, trouble))))
    assert found["copydesk_trouble", ("disk-low",)] == 2
    assert {labels[0] for name, labels in found if name == "copydesk_trouble"} == set(REMEDIES)
    assert samples(Meters(lambda: some))["copydesk_trouble", ("disk-low",)] == 0


def test_processes_are_counted_by_stage_and_release() -> None:
    worker = Worker(name="index", host="h", boot="b", pid=1, version="1.0", since=1, beat=2)
    some = an_overview()
    found = samples(Meters(lambda: msgspec.structs.replace(some, workers=(worker, worker))))
    assert found["copydesk_workers", ("1.0", "index")] == 2


def test_a_ledger_that_does_not_answer_is_a_figure_not_an_error() -> None:
    def away() -> Overview:
        raise TransientError("Redis does not answer")

    found = samples(Meters(away))
    assert found["copydesk_up", ()] == 0
    assert found["copydesk_trouble", ("redis-away",)] == 1
    assert ("copydesk_accepted_total", ()) not in found


def a_whole_overview() -> Overview:
    disk = Disk(path="/data/archive", free=10, reserve=5)
    workers = [
        Worker(name=name, host="h", boot="b", pid=1, version="1.0", since=1, beat=2, disks=(disk,)) for name in "ab"
    ]
    spans = Spans(counts=(1, 2) + (0,) * 13 + (1,), seconds=9000.5)
    return msgspec.structs.replace(
        an_overview(),
        workers=(*workers, msgspec.structs.replace(workers[0], disks=(msgspec.structs.replace(disk, free=7),))),
        feeds=FeedCounts(fine=3, failing=2, stopped=1, next_due_us=1),
        latency=Latency(waiting={"normalize": spans}, article=spans),
    )


def test_what_is_exposed_is_what_the_table_has() -> None:
    meters = Meters(a_whole_overview)
    meters.pushes.labels(publisher="hue", code="202").inc()
    meters.requests.labels(method="GET", route="/metrics", code="200").observe(0.1)
    exposed = dict(re.findall(r"^# TYPE (\w+) (\w+)", meters.exposition().decode(), re.MULTILINE))
    assert exposed == {name: definition.kind for name, definition in BY_NAME.items()}
    for family in text_string_to_metric_families(meters.exposition().decode()):
        definition = BY_NAME.get(family.name) or BY_NAME[f"{family.name}_total"]
        for sample in family.samples:
            assert tuple(sorted({*sample.labels} - {"le"})) == tuple(sorted(definition.labels)), sample.name


def test_latency_is_a_histogram_of_each_stage_and_of_the_whole_way() -> None:
    found = samples(Meters(a_whole_overview))
    assert found["copydesk_article_seconds_bucket", ("0.01",)] == 1
    assert found["copydesk_article_seconds_bucket", ("0.025",)] == 3
    assert found["copydesk_article_seconds_bucket", ("7200.0",)] == 3
    assert found["copydesk_article_seconds_bucket", ("+Inf",)] == 4
    assert found["copydesk_article_seconds_count", ()] == 4
    assert found["copydesk_article_seconds_sum", ()] == 9000.5
    assert found["copydesk_stage_seconds_count", ("normalize", "waiting")] == 4


def test_feeds_and_disks_are_told() -> None:
    found = samples(Meters(a_whole_overview))
    assert [found["copydesk_feeds", (state,)] for state in ("fine", "failing", "stopped")] == [3, 2, 1]
    assert found["copydesk_feeds_next_due_seconds", ()] < -1e9
    assert found["copydesk_disk_free_bytes", ("/data/archive",)] == 7, "the one nearest to its reserve"
    assert ("copydesk_feeds_next_due_seconds", ()) not in samples(Meters(an_overview))
