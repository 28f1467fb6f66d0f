"""The exposition: names, labels and values a monitor may build on."""

from prometheus_client.parser import text_string_to_metric_families

from shared.errors import TransientError
from shared.ledger.reader import Status
from shared.metrics import Meters
from tests.unit.web.stand_ins import a_status


def samples(meters: Meters) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(meters.exposition().decode())
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_the_ledgers_figures_are_told_as_they_are() -> None:
    found = samples(Meters(lambda: a_status(dead=3, difference=1)))
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


def test_a_ledger_that_does_not_answer_is_a_figure_not_an_error() -> None:
    def away() -> Status:
        raise TransientError("Redis does not answer")

    found = samples(Meters(away))
    assert found["copydesk_up", ()] == 0
    assert ("copydesk_accepted_total", ()) not in found
