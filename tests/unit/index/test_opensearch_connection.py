"""What befell a request to OpenSearch, in one line."""

import pytest
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import TransportError

from services.index.opensearch.connection import reason_of

FULL = "index [articles-1-2026-09] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            TransportError(429, "cluster_block_exception", {"error": {"reason": FULL}, "status": 429}),
            f"OpenSearch answered 429 cluster_block_exception: {FULL}",
            id="the server's words are told, whichever request it refused",
        ),
        pytest.param(
            TransportError(503, "no shard", {"error": "no shard"}),
            "OpenSearch answered 503 no shard",
            id="a reason that is the kind is told once",
        ),
        pytest.param(
            TransportError(502, "<html>bad gateway", "<html>bad gateway"),
            "OpenSearch answered 502 <html>bad gateway",
            id="an answer of another shape",
        ),
        pytest.param(NotReached("N/A", "refused", None), "OpenSearch is not reached: refused", id="nobody there"),
    ],
)
def test_a_failed_request_tells_what_the_server_said(error: Exception, told: str) -> None:
    assert reason_of(error, "OpenSearch") == told
