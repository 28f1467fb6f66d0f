"""The table of metrics, the page of the docs, the alerts and the dashboard tell of the same metrics."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.ledger.troubles import REMEDIES
from shared.metric_definitions import BY_NAME, DEFINITIONS, as_table, series_names

ROOT = Path(__file__).parents[2]
MONITOR = ROOT / "docs" / "monitor.md"
RULES = ROOT / "deploy" / "prometheus" / "copydesk.rules.yml"
RULE_TESTS = ROOT / "deploy" / "prometheus" / "copydesk.rules.test.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "copydesk.json"
NAME = re.compile(r"copydesk_\w+")
LABELS = re.compile(r"(copydesk_\w+?)(?:_bucket)?\{([^}]*)\}")


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return told


def queries() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def test_the_page_shows_the_table_and_names_no_other_metric() -> None:
    page = MONITOR.read_text("utf-8")
    assert as_table() in page, "run: python -c 'from shared.metric_definitions import as_table; print(as_table())'"
    assert set(NAME.findall(page)) <= series_names() | BY_NAME.keys()


def test_the_page_shows_the_rules_as_they_are() -> None:
    assert f"```yaml\n{RULES.read_text('utf-8')}```" in MONITOR.read_text("utf-8")


def test_names_are_prometheus_names_with_their_unit() -> None:
    for definition in DEFINITIONS:
        assert re.fullmatch(r"copydesk(_[a-z]+)+", definition.name)
        assert definition.name.endswith("_total") == (definition.kind == "counter"), definition.name
        for unit in ("seconds", "bytes"):
            assert definition.name.endswith(f"_{unit}") == (definition.unit == unit), definition.name


def test_every_query_uses_metrics_and_labels_of_the_table() -> None:
    for query in queries():
        named = NAME.findall(query)
        assert named, query
        assert set(named) <= series_names(), query
        for name, labels in LABELS.findall(query):
            assert set(re.findall(r"(\w+)=", labels)) <= set(BY_NAME[name].labels), query


def test_every_metric_that_can_be_looked_at_is_on_the_dashboard() -> None:
    shown = {name for panel in panels() for target in panel["targets"] for name in NAME.findall(target["expr"])}
    plain = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    assert BY_NAME.keys() - plain == {"copydesk_build_info", "copydesk_duplicates_total", "copydesk_queue_batches"}


def test_the_panels_do_not_overlap_and_each_says_what_it_shows() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {(x + place["x"], y + place["y"]) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        assert panel["description"] and panel["datasource"]["uid"] == "${source}"
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_each_alert_says_how_bad_it_is_and_is_tested(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    tested = [
        test
        for suite in yaml.safe_load(RULE_TESTS.read_text("utf-8"))["tests"]
        for test in suite["alert_rule_test"]
        if test["alertname"] == rule["alert"]
    ]
    assert any(test["exp_alerts"] for test in tested), "it fires"
    assert any(not test["exp_alerts"] for test in tested) or rule["alert"] == "CopydeskBooksOff", "and does not always"


def test_each_trouble_raises_one_alert() -> None:
    named = [re.findall(r'copydesk_trouble\{code=~?"([a-z|-]+)"\}', rule["expr"]) for rule in alerts()]
    assert sorted(code for rule in named for codes in rule for code in codes.split("|")) == sorted(REMEDIES)
