"""`pubStatus` through every door: the door and the reader take it for the same, and what is unclear is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.settings import Settings
from tests.integration.test_batches import LINES, lines
from tests.integration.verbs import Newsdesk, at, news, newsdesk_of

PATCH = {"Content_Type": "application/merge-patch+json"}
URI = "urn:news:1"
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:news:2" version="1"><itemMeta>
<itemClass qcode="ninat:text"/>{status}</itemMeta><contentMeta><headline>Rubber</headline></contentMeta>
<contentSet><inlineData>Better latex, better prices.</inlineData></contentSet></newsItem>"""


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


@pytest.mark.parametrize(
    "said",
    [
        {"pubStatus": "canceled", "pubstatus": "usable"},
        {"pubstatus": "usable", "PubStatus": "canceled"},
        {"pubStatus": ["canceled"]},
        {"pubStatus": 5},
        {"pubStatus": "recalled", "PUBSTATUS": "withheld"},
    ],
)
def test_an_unclear_status_is_refused_where_it_stands(desk: Newsdesk, said: dict[str, Any]) -> None:
    item, member = news("Rubber", **said), list(said)[-1]
    bad = desk.push(item)
    assert (bad.status, bad.body["errors"][0]["pointer"]) == (400, f"#/{member}")
    assert desk.push([news("One", uri="urn:a"), item]).body["errors"][0]["pointer"] == f"#/1/{member}"
    (told,) = desk.call("POST", "/v1/batches", lines(item), **LINES).body["results"]
    assert (told["status"], "receipt" in told) == (400, False)
    desk.push(news("Rubber"))
    desk.work()
    assert desk.call("PATCH", at(URI), said, **PATCH).status == 400


def test_a_doubled_status_is_refused(desk: Newsdesk) -> None:
    body = b'{"uri":"urn:1","headline":"Rubber","pubStatus":"canceled","body_text":"words","pubStatus":"usable"}'
    assert desk.push(body, Content_Type="application/json").status == 400


@pytest.mark.parametrize("member", ["pubStatus", "pubstatus", "PUBSTATUS"])
@pytest.mark.parametrize("kind", [{}, {"@type": "NewsArticle", "articleBody": "Better latex, better prices."}])
def test_what_the_door_takes_for_withdrawn_is_gone(desk: Newsdesk, member: str, kind: dict[str, Any]) -> None:
    desk.push(news("Rubber", version="1"))
    desk.work()
    desk.push(news("Rubber", version="2", **{member: "canceled"}, **kind))
    desk.work()
    assert desk.call("DELETE", at(URI)).status == 410
    assert desk.call("GET", at(URI)).status == 410


def test_a_withdrawal_that_came_to_nothing_withdraws_nothing(desk: Newsdesk) -> None:
    desk.push(news("Rubber", version="1"))
    desk.work()
    empty = {"uri": URI, "version": "2", "headline": {"of": "another shape"}, "pubStatus": "canceled"}
    receipt = desk.push(empty).body["receipt"]
    desk.work()
    assert desk.call("GET", f"/v1/receipts/{receipt}").body["state"] == "refused"
    assert desk.call("GET", at(URI)).status == 200
    assert desk.call("DELETE", at(URI)).status == 202
    desk.work()
    assert desk.call("GET", at(URI)).status == 410


@pytest.mark.parametrize(
    ("statuses", "place"),
    [
        (("stat:usable", "stat:canceled"), "/newsItem/itemMeta/pubStatus[2]"),
        (("stat:canceled", "stat:canceled", "stat:recalled"), "/newsItem/itemMeta/pubStatus[3]"),
    ],
)
def test_an_unclear_status_of_newsml_is_refused_where_it_stands(
    desk: Newsdesk, statuses: tuple[str, ...], place: str
) -> None:
    body = G2.format(status="".join(f'<pubStatus qcode="{code}"/>' for code in statuses)).encode()
    bad = desk.push(body, Content_Type="application/vnd.iptc.g2.newsitem+xml")
    assert (bad.status, bad.body["errors"][0].get("path")) == (400, place)
