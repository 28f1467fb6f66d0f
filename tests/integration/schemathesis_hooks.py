"""What schemathesis cannot know of our bodies: how lines and ZIP files are written, and that gzip has to be packed."""

import gzip
import io
import json
import zipfile
from typing import Any

import schemathesis
from hypothesis import strategies as st

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


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Pack what says that it is packed."""
    del context, kwargs
    headers = case.headers or {}
    if isinstance((case.query or {}).get("wait"), int | float):
        case.query["wait"] = min(case.query["wait"], 0.1)  # no run has an hour
    if case.query and {"source", "publisher"} <= case.query.keys():
        del case.query["publisher"]  # which says the same as a source, and goes alone
    if case.media_type == "text/html" and not str(headers.get("Content-Location", "http")).startswith("http"):
        del headers["Content-Location"]  # of this one kind of body it must be a page's address
    if headers.get("Content-Encoding") == "gzip" and isinstance(case.body, str | bytes):
        case.body = gzip.compress(case.body.encode() if isinstance(case.body, str) else case.body, mtime=0)
