"""Other extractors in the page scorer's protocol: `PYTHON peer_answers.py trafilatura|newspaper4k|readability SECONDS`.

Run by the interpreter of an environment of their own (`make peers`): nothing of Copydesk is imported here.
"""

import base64
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

Answer = dict[str, Any]


def trafilatura(page: bytes, url: str | None) -> Answer:
    """In its fast mode, as its own evaluation runs it, with dates as htmldate reads them."""
    document = importlib.import_module("trafilatura").bare_extraction(page, url=url, fast=True, with_metadata=True)
    if document is None:
        return {}
    fields = document.as_dict()
    authors = [name.strip() for name in (fields.get("author") or "").split(";") if name.strip()]
    return {
        "title": fields.get("title"),
        "authors": authors,
        "published": fields.get("date"),
        "body": fields.get("text"),
        "image": fields.get("image"),
        "lang": fields.get("language"),
    }


def newspaper4k(page: bytes, url: str | None) -> Answer:
    """Without fetching anything; an address is asked for, so one is given."""
    html = page.decode("utf-8", "replace")
    article = _newspaper().article(url or "http://page.example/", input_html=html, language="en", fetch_images=False)
    moment = article.publish_date
    return {
        "title": article.title,
        "authors": list(article.authors),
        "published": moment.isoformat() if hasattr(moment, "isoformat") else None,
        "body": article.text,
        "image": article.top_image,
        "lang": article.meta_lang,
    }


@cache
def _newspaper() -> Any:
    """The module; its list of public suffixes is the one it came with: it would fetch it anew for every page."""
    suffixes: Any = importlib.import_module("tldextract.tldextract")
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return importlib.import_module("newspaper")


def readability(page: bytes, url: str | None) -> Answer:
    """Its title and body; it reads nothing else."""
    document = importlib.import_module("readability").Document(page, url=url)
    html = importlib.import_module("lxml.html")
    return {
        "title": document.short_title(),
        "body": "\n".join(html.fromstring(document.summary(html_partial=True)).itertext()),
    }


PEERS: dict[str, Callable[[bytes, str | None], Answer]] = {
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "readability": readability,
}


def answer_within(read: Callable[[bytes, str | None], Answer], page: dict[str, Any], most_s: float) -> Answer:
    """What a reader says of a page, asked in a child that is ended after so many seconds: some never end."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(ours)
            with os.fdopen(theirs, "wb") as pipe:
                pipe.write(json.dumps(_answer(read, page)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said, ends = b"", time.monotonic() + most_s
        while select.select([pipe], [], [], max(0.0, ends - time.monotonic()))[0]:
            part = pipe.read1(1 << 20)
            if not part:
                break
            said += part
        else:
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        answer: Answer = json.loads(said)
    except ValueError:
        return {"error": f"no answer within {most_s} s, or it died"}
    return answer


def _answer(read: Callable[[bytes, str | None], Answer], page: dict[str, Any]) -> Answer:
    try:
        return read(base64.b64decode(page["html_b64"]), page["url"])
    except Exception as error:  # noqa: BLE001  # whatever a peer raises is its answer to this page
        return {"error": f"{type(error).__name__}: {error}"}


def main(peer: str, most_s: float) -> None:
    """Answer every page on standard input; each within `most_s` where that is not 0, which costs a child a page."""
    read = PEERS[peer]
    _answer(read, {"html_b64": "", "url": None})  # imports what it needs once, for all children
    for line in sys.stdin:
        page = json.loads(line)
        answer = answer_within(read, page, most_s) if most_s else _answer(read, page)
        kept = {name: value for name, value in answer.items() if value}
        print(json.dumps({"id": page["id"], **kept}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
