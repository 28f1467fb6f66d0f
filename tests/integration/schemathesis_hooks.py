"""What schemathesis cannot know of our bodies: how lines and ZIP files are written, and what goes with what."""

import io
import json
import zipfile
from typing import Any

import schemathesis
from hypothesis import strategies as st

OF_EVERY_ANSWER = {
    "date", "content-type", "content-length", "content-security-policy", "cache-control", "referrer-policy",
    "cross-origin-resource-policy", "x-content-type-options", "transfer-encoding", "x-accel-buffering",
}  # fmt: skip
NAMES = st.sampled_from(["a.txt", "b.html", "c.json", "d.xml", "e.pdf", "../f.txt", "g/h.txt"])


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return packed.getvalue()


schemathesis.openapi.media_type("application/zip", st.dictionaries(NAMES, st.binary(), min_size=1).map(zipped))


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> Any:
    """Text goes as it is, anything else is one line."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.check
def told_headers(ctx: Any, response: Any, case: Any) -> None:
    """No header comes that the description does not tell, but for those of every answer of any server."""
    del ctx
    definition = case.operation.responses.find_by_status_code(response.status_code)
    if definition is not None:
        untold = set(response.headers) - {name.lower() for name, _ in definition.headers.items()} - OF_EVERY_ANSWER
        assert not untold, f"{response.status_code} with the header lines {sorted(untold)}, which nothing tells"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Make what is said of a body true of it, and let nobody wait for long."""
    del context, kwargs
    headers = case.headers or {}
    if isinstance((case.query or {}).get("wait"), int | float):
        case.query["wait"] = min(case.query["wait"], 0.1)  # no run has an hour
    if case.query and {"source", "publisher"} <= case.query.keys():
        del case.query["publisher"]  # which says the same as a source, and goes alone
    if not str(headers.get("Content-Location", "http")).startswith("http"):
        del headers["Content-Location"]  # it must be a page's address, which no pattern tells
    if headers.get("Content-Encoding") == "gzip":
        headers["Content-Encoding"] = "identity"  # nothing here packs it; the tests of bodies do
