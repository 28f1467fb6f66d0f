"""Signed pushes, with the client of Standard Webhooks and with openssl at the other side."""

import base64
import datetime as dt
import gzip
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from services.web.keys import Keys
from services.web.routes import ROUTES
from services.web.signatures import TOLERANCE_S
from services.web.tokens import make_secret
from tests.integration.test_web import ask, door_of
from tests.pictures import a_form, a_jpeg
from tests.unit.web.stand_ins import ARTICLE, KEY, RECEIPT, Desk, a_desk

SECRET, OTHER = make_secret(), make_secret()
LISTED = f"hue:{KEY} secret={SECRET},{OTHER}"
BODY = "Bài viết đã ký".encode()
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
PUBLISH = Path(__file__).parents[2] / "docs" / "publish.md"
PUSHES = sorted(
    (method, route.path.replace(":path", "").format(name=ARTICLE))
    for route in ROUTES
    for method, scopes in getattr(route.endpoint, "scopes", {}).items()
    if scopes == ("push",)
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, int]]:
    desk = a_desk(Keys(tmp_path_factory.mktemp("signed") / "keys.json", listed=LISTED))
    with door_of(desk.app_state) as (port, _, _):
        yield desk, port


def signed(body: bytes, *, secret: str = SECRET, name: str = "msg_1", at: dt.datetime | None = None) -> dict[str, str]:
    """The headers that the library of Standard Webhooks makes for a body; it signs texts."""
    at = at or dt.datetime.now(dt.UTC)
    signature = Webhook(secret).sign(name, at, body.decode("latin-1" if body[:2] == b"\x1f\x8b" else "utf-8"))
    return {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def push(port: int, body: bytes, headers: dict[str, str], **more: str) -> tuple[int, Any]:
    status, _, answer = ask(port, "POST", "/v1/articles", body, **{"Content-Type": "text/plain"} | headers | more)
    return status, answer


@pytest.mark.parametrize("secret", [SECRET, OTHER], ids=["the newest secret", "the one before"])
def test_what_the_library_signs_is_taken_in(desk: tuple[Desk, int], secret: str) -> None:
    status, answer = push(
        desk[1], BODY + secret.encode(), signed(BODY + secret.encode(), secret=secret, name=secret[-20:])
    )
    assert (status, answer["state"]) == (202, "received")


def test_several_signatures_are_fine_where_one_is(desk: tuple[Desk, int]) -> None:
    headers = signed(b"several", name="several")
    headers["webhook-signature"] = f"v1a,xxx v1,{base64.b64encode(bytes(32)).decode()} {headers['webhook-signature']}"
    assert push(desk[1], b"several", headers)[0] == 202


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"webhook-signature": ""}, "No webhook-signature came along", id="no signature"),
        pytest.param(
            {"webhook-id": "", "webhook-timestamp": ""}, "No webhook-id and no webhook-time",
                     id="nothing"
        ),
        pytest.param({"webhook-id": "msg_2"}, "another body, id, time or secret", id="another id"),
        pytest.param(
            {"webhook-signature": f"v1,{base64.b64encode(bytes(32)).decode()}"}, "another body",
                     id="invented"
        ),
        pytest.param({"webhook-signature": "v1,%%% v2,abc"}, "another body", id="no base64"),
        pytest.param({"webhook-timestamp": "soon"}, "seconds since 1970", id="no time"),
        pytest.param({"webhook-id": "x" * 300}, "1 to 256 printable", id="too long an id"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(desk: tuple[Desk, int], change: dict[str, str], said: str) -> None:
    taken = len(desk[0].intake.taken)
    headers = {name: value for name, value in (signed(b"else") | change).items() if value}
    status, problem = push(desk[1], b"else", headers)
    assert (status, problem["type"], said in problem["detail"]) == (401, "/problems/unsigned", True), problem
    assert len(desk[0].intake.taken) == taken


@pytest.mark.parametrize(("minutes", "status"), [(-4, 202), (4, 202), (-6, 401), (6, 401)])
def test_five_minutes_are_the_tolerance(desk: tuple[Desk, int], minutes: int, status: int) -> None:
    assert TOLERANCE_S == 300
    at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    body = f"late {minutes}".encode()
    assert push(desk[1], body, signed(body, name=f"late{minutes}", at=at))[0] == status


def test_another_body_or_secret_is_refused(desk: tuple[Desk, int]) -> None:
    assert push(desk[1], b"other words", signed(b"words", name="other"))[0] == 401
    assert push(desk[1], b"words", signed(b"words", name="secret", secret=make_secret()))[0] == 401


def test_the_same_id_is_done_once(desk: tuple[Desk, int]) -> None:
    headers, taken = signed(b"once", name="once"), desk[0].intake.taken
    first, before = push(desk[1], b"once", headers), len(taken)
    assert push(desk[1], b"once", headers) == first
    assert len(taken) == before
    again = signed(b"twice", name="once")
    status, problem = push(desk[1], b"twice", again)
    assert (status, problem["type"]) == (422, "/problems/idempotency-key-reused")
    (wrong,) = problem["errors"]
    assert (wrong["header"], "this webhook-id" in wrong["detail"]) == ("webhook-id", True)


def test_what_is_packed_is_signed_as_it_is_sent(desk: tuple[Desk, int]) -> None:
    packed, stamp = gzip.compress(b"packed words"), f"{time.time():.0f}"
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, b"packed." + stamp.encode() + b"." + packed, hashlib.sha256).digest()
    headers = {"webhook-id": "packed", "webhook-timestamp": stamp, "Content-Encoding": "gzip"}
    headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    assert push(desk[1], packed, headers)[0] == 202
    assert desk[0].intake.taken[-1].body == b"packed words"


def test_pictures_and_batches_are_signed_alike(desk: tuple[Desk, int]) -> None:
    lines = b'{"headline": "A", "body_text": "B."}\n'
    for path, kind, body in (("/v1/batches", "application/x-ndjson", lines),):
        bad, good = {"Content-Type": kind}, signed(body, name=path) | {"Content-Type": kind}
        assert ask(desk[1], "POST", path, body, **bad)[0] == 401
        assert ask(desk[1], "POST", path, body, **good)[0] == 200
    form = a_form("x-y", ("Content-Type: text/plain", b"Bai"), ("Content-Type: image/jpeg", a_jpeg()))
    assert push(desk[1], form, {"Content-Type": "multipart/form-data; boundary=x-y"})[0] == 401


@pytest.mark.parametrize(("method", "path"), PUSHES)
def test_no_way_in_is_open_to_a_body_that_another_signature_is_for(
    desk: tuple[Desk, int], method: str, path: str
) -> None:
    taken = len(desk[0].intake.taken)
    body = json.dumps({"url": "https://hue.example/a", "headline": "A", "body_text": "B."}).encode()
    kinds = {"PATCH": "application/merge-patch+json", "/v1/batches": "application/x-ndjson"}
    kind = kinds.get(path) or kinds.get(method, "application/json")
    for headers in ({}, signed(b"something else", name=f"{method}{path}")):
        status, _, problem = ask(desk[1], method, path, body, **{"Content-Type": kind} | headers)
        assert status in (401, 404), problem
    assert len(desk[0].intake.taken) == taken


def test_reading_needs_no_signature(desk: tuple[Desk, int]) -> None:
    assert ask(desk[1], "GET", f"/v1/receipts/{RECEIPT}")[0] == 404
    assert ask(desk[1], "GET", "/v1/articles")[0] == 200


def test_the_lines_of_the_page_work(desk: tuple[Desk, int], tmp_path: Path) -> None:
    (block,) = [block for block in BLOCK.findall(PUBLISH.read_text("utf-8")) if "openssl" in block]
    for program in ("bash", "openssl", "curl", "od"):
        assert shutil.which(program), program
    (tmp_path / "article.txt").write_bytes(b"Signed by openssl")
    environ = {"PATH": os.environ["PATH"], "DESK": f"http://127.0.0.1:{desk[1]}", "KEY": KEY, "SECRET": SECRET}
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=environ, capture_output=True, check=False
    )
    assert (run.returncode, json.loads(run.stdout)["state"]) == (0, "received"), run.stderr


def test_secrets_are_rotated_two_at_a_time(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    first, second, third = make_secret(), make_secret(), make_secret()
    token = keys.create("hue", secret=first)
    assert json.loads(keys.path.read_text())["v"] == 4, "an older release would take in what is not signed"
    for secret, live in ((second, (second, first)), (third, (third, second))):
        assert keys.add_secret("hue", secret) == 1
        key = keys.find(token)
        assert key is not None
        assert key.secrets == live
    assert keys.add_secret("hanoi", first) == 0
