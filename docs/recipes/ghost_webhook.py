"""Take Ghost's webhooks and write each as ninjs into a folder, from where push_folder.sh pushes it to the desk.

    SECRET=… python3 ghost_webhook.py /srv/outbox [PORT]

A webhook of Ghost carries no key, and is not repeated for long: so it is answered when its file is on the disk. One at
a time, since the versions of a post must grow in the order of its webhooks.
"""

import hashlib
import hmac
import http.server
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECRET = os.environ.get("SECRET", "")
LARGEST = 4 * 1024 * 1024


def as_ninjs(post: Mapping[str, Any], version: int) -> dict[str, Any]:
    """A post of a webhook in IPTC ninjs 3."""
    summary = post.get("custom_excerpt")
    item = {
        "uri": post["url"],
        "version": str(version),
        "type": "text",
        "headlines": [{"role": "main", "value": post.get("title") or ""}],
        "bodies": [{"contentType": "text/html", "value": post.get("html") or ""}],
        "descriptions": [{"role": "summary", "value": summary}] if summary else [],
        "people": [{"name": author["name"], "rel": "author"} for author in post.get("authors") or []],
        "subjects": [{"name": tag["name"]} for tag in post.get("tags") or [] if tag.get("visibility") == "public"],
        "firstCreated": post.get("published_at"),
        "versionCreated": post.get("updated_at"),
    }
    return {name: value for name, value in item.items() if value}


def keep(folder: Path, body: bytes) -> None:
    """Write what the webhook tells, before this returns; not what never was public, or is older than what came.

    A draft has another address than the post had, and edits within a second have one time: so the last address and
    version of each post are kept beside.
    """
    told = json.loads(body)["post"]
    current, previous = told.get("current") or {}, told.get("previous") or {}
    number = current.get("id") or previous["id"]
    if not number.isalnum():
        raise ValueError("the post's id is none")
    memory = folder / ".ghost" / f"{number}.json"
    known = json.loads(memory.read_bytes()) if memory.exists() else {"uri": "", "version": 0, "edited": ""}
    edited = current.get("updated_at") or known["edited"]
    is_live = current.get("status") == "published" and current.get("visibility") == "public"
    if edited < known["edited"] or not (is_live or known["uri"]):
        return
    version = max(time.time_ns() // 1_000_000, known["version"] + 1)
    if is_live:
        item = as_ninjs(current, version)
    else:
        headline = current.get("title") or previous.get("title") or "-"
        item = {"uri": known["uri"], "version": str(version), "pubStatus": "canceled"}
        item["headlines"] = [{"role": "main", "value": headline}]
    write(folder / f"{version}-{number}.json", item)  # a crash between the two keeps it twice, which is harmless
    write(memory, {"uri": item["uri"], "version": version, "edited": edited})


def write(path: Path, content: Mapping[str, Any]) -> None:
    """A file that is there whole, and on the disk."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(json.dumps(content, ensure_ascii=False).encode())
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    handle = os.open(path.parent, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def is_signed(body: bytes, said: str, now_s: float) -> bool:
    """`X-Ghost-Signature: sha256=HEX, t=MILLISECONDS`, over the body and t, at most five minutes old."""
    parts = dict(part.strip().partition("=")[::2] for part in said.split(","))
    stamp = parts.get("t", "")
    made = hmac.new(SECRET.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    is_fresh = stamp.isdigit() and abs(now_s - int(stamp) / 1000) < 300
    return is_fresh and hmac.compare_digest(made, parts.get("sha256", ""))


class Door(http.server.BaseHTTPRequestHandler):
    """Answers Ghost: 204 kept, 401 not signed, 422 not understood, 500 not written, which Ghost tries again."""

    folder = Path()
    timeout = 30  # who says nothing for so long must not keep the next waiting

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        try:
            if not is_signed(body, self.headers.get("X-Ghost-Signature", ""), time.time()):
                status = 401
            else:
                keep(self.folder, body)
                status = 204
        except OSError:
            status = 500
        except (ValueError, KeyError, TypeError, AttributeError):
            status = 422
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    if not SECRET:
        sys.exit("SECRET is what Ghost signs with: say the same there, in the webhook's settings")
    Door.folder = Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8091
    http.server.HTTPServer(("127.0.0.1", port), Door).serve_forever()
