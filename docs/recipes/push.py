"""Push one article to a Copydesk and wait for it, with the standard library alone.

    DESK=https://desk.example KEY=cd_hue-daily_… python3 push.py article.html https://news.example/2015/11/rubber.html

Exit codes: 0 the desk has it, 1 it was refused (the reason is printed), 2 the desk was away all the time.
"""

import json
import mimetypes
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DESK, KEY = os.environ.get("DESK", ""), os.environ.get("KEY", "")
TRIES = int(os.environ.get("TRIES", "8"))
AGAIN = (408, 409, 429, 500, 502, 503, 504)  # 409: the first try with this Idempotency-Key is still being answered


class Refused(Exception):
    """The desk does not take it, and no repetition changes that: the problem it told."""


def push(body: bytes, media_type: str, uri: str) -> dict[str, Any]:
    """The receipt: from then on the desk has it. One Idempotency-Key for all tries, so that it is taken in once."""
    headers = {"Content-Type": media_type, "X-Article-URI": uri, "Idempotency-Key": str(uuid.uuid4())}
    return ask("/v1/articles", headers, body)


def wait_for(receipt: str) -> dict[str, Any]:
    """What has become of it once that is settled, or that an embargo holds it."""
    while True:
        told = ask(f"/v1/receipts/{receipt}?wait=30", {})
        if told["settled"] or told["state"] == "held":
            return told


def ask(path: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
    """Ask until there is an answer; raises `Refused`, or the last `OSError` where the desk stays away."""
    for attempt in range(TRIES):
        last, pause = attempt == TRIES - 1, min(2.0**attempt, 60)
        request = urllib.request.Request(DESK + path, body, {"Authorization": f"Bearer {KEY}", **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            problem = error.read().decode("utf-8", "replace")
            if error.code not in AGAIN or last:
                raise Refused(f"{error.code} {problem}") from error
            pause = float(error.headers.get("Retry-After") or pause)
        except OSError:  # whether the desk has it is unknown: the key makes it safe to ask again
            if last:
                raise
        time.sleep(pause)
    raise Refused("it was never asked: TRIES is 0")


def main(path: str, uri: str) -> int:
    """Push a file, wait, print."""
    media_type = mimetypes.guess_type(path)[0] or "text/plain"
    try:
        told = push(Path(path).read_bytes(), media_type, uri)
        if told["state"] != "duplicate":
            told = wait_for(told["receipt"])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the desk at {DESK} is away ({error}): push {path} again", file=sys.stderr)
        return 2
    print(json.dumps(told, ensure_ascii=False))
    return 1 if told["state"] in ("dead", "refused", "discarded") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
