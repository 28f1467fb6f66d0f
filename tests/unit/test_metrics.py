"""The exposition: names, labels and values a monitor may build on."""

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from shared.errors import TransientError
from shared.ledger.overview import Overview
from shared.ledger.troubles import REMEDIES, Trouble, Worker
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
