"""Every operation of the API takes the query parameters that its description tells of, and no other."""

import pytest
from starlette.routing import Route

from services.web.description.operations import OPERATIONS, PAGES
from services.web.description.parameters import query_parameters
from services.web.routes import ROUTES
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import ARTICLE, RECEIPT

NAMED = {"name": ARTICLE, "receipt": RECEIPT, "picture": "p", "slug": "no-article"}
PROBES = ("/healthz", "/readyz")  # their address is written by load balancers, and an answer cannot be misread


def doors(routes: tuple[Route, ...]) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in routes
        if route.path not in (*PAGES, *PROBES)
        for method in sorted(route.methods or ())
    ]


def test_every_operation_is_among_the_doors() -> None:
    described = {path for _, path in OPERATIONS}
    assert {path.replace(":path", "") for _, path in doors(ROUTES)} == described - set(PROBES)


@pytest.mark.parametrize(("method", "path"), doors(ROUTES))
def test_a_parameter_that_there_is_not_is_refused_by_name(client: Caller, method: str, path: str) -> None:
    address = path.replace(":path", "").format(**NAMED)
    answer = client.call(method, f"{address}?bogus=1")
    assert answer.status == 400
    if method == "HEAD":
        return
    problem = answer.json()
    assert (answer.is_problem, problem["errors"][0]["parameter"]) == (True, "bogus")
    taken = query_parameters(method, path) or ()
    told = f"There are {', '.join(taken)}." if taken else "This address takes none."
    assert problem["detail"] == f"'bogus' is no parameter here. {told}"


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("/v1/articles?stat=dead", "state"),
        ("/v1/changes?limits=2", "limit"),
        ("/v1/events?sources=push", "source"),
        (f"/v1/receipts/{RECEIPT}?waits=3", "wait"),
    ],
)
def test_what_was_meant_is_said(client: Caller, address: str, meant: str) -> None:
    answer = client.get(address)
    assert (answer.status, f"; did you mean {meant}? There are " in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("address", PROBES)
def test_a_probe_is_answered_whatever_stands_behind_its_address(client: Caller, address: str) -> None:
    assert client.get(f"{address}?at=1").status == 200
