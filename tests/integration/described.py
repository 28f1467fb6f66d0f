"""The description of the API held against the real service: `python -m tests.integration.described [--examples N]`.

schemathesis makes requests from it, those that fit and those that do not, and holds each answer against what it says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from services.web.keys import Keys
from services.web.openapi import description_of
from services.web.routes import front_door
from shared.settings import Settings
from tests.conftest import Server, settings_over
from tests.integration.verbs import Newsdesk, at, newsdesk_of
from tests.pictures import a_form, a_jpeg

CONFIG = Path(__file__).parent / "schemathesis.toml"
ROOT = Path(__file__).parents[2]
OPEN = {"ToldProblem"}  # told in part: what its kind adds stands in the problem's own description
POINTS = ("bad-request",)
PICTURED = "urn:news:2015:1111"
PICTURE = 'Content-Disposition: form-data; name="picture"; filename="a.jpg"'
WORDS = (
    'Content-Disposition: form-data; name="article"; filename="a.txt"\r\nContent-Type: text/plain',
    b"The bridge is lit again\n\nThe new lights of the bridge were lit last night, after three months of work on them.",
)


def closed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The description taken at its word: no answer has a member that it does not tell."""
    whole: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    for name, schema in whole["components"]["schemas"].items():
        if "properties" in schema and name not in OPEN:
            schema["additionalProperties"] = False
    for slug in POINTS:
        whole["components"]["schemas"][f"Problem-{slug}"]["required"].append("errors")
    return whole


def aimed(document: dict[str, Any], desk: Newsdesk) -> dict[str, Any]:
    """The description with the address of a picture that is there among its examples."""
    (path,) = (path for path in document["paths"] if path.startswith("/v1/pictures/"))
    shown = desk.call("GET", at(PICTURED)).body["article"]["leadPicture"]["href"].split("/")
    for field in document["paths"][path]["get"]["parameters"]:
        if field["in"] == "path":
            field["example"] = shown[-1] if field["name"] == "picture" else shown[-2]
    return document


@contextmanager
def filled(settings: Settings) -> Iterator[Newsdesk]:
    """A desk that is watched and has articles, both stages at its back."""
    # Most of what is tried is refused, and must be: no fuse keeps the rest out.
    with newsdesk_of(msgspec.structs.replace(settings, fuse_percent=100)) as desk:
        for name in ("urn:news:2015:1109", "urn:news:2015:1110"):
            desk.push(
                {"uri": name, "headline": f"Rubber {name[-1]}", "body_text": "Better latex, better prices."}, by="hue"
            )
        desk.push(b"\x00\x01\x02", Content_Type="text/plain")
        desk.app_state.desk.filters.save("rubber", "q=rubber", who="an editor")
        form = a_form("x-y", WORDS, (PICTURE, a_jpeg()))
        desk.push(form, Content_Type="multipart/form-data; boundary=x-y", X_Article_URI=PICTURED)
        desk.work()
        yield desk


def hold(desk: Newsdesk, folder: Path, examples: int, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis against the desk, and work at both stages meanwhile."""
    key = Keys(desk.app_state.keys.path).create("tester", scopes=("push", "read", "admin"))
    description = folder / "openapi.json"
    description.write_text(
        json.dumps(aimed(closed(description_of(front_door(desk.app_state)).document), desk)), "utf-8"
    )
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", str(description)]
    command += ["--url", f"http://127.0.0.1:{desk.port}", "--max-examples", str(examples), "--seed", "1", *options]
    surroundings = os.environ | {"COPYDESK_TEST_KEY": key, "PYTHONPATH": os.pathsep.join((str(ROOT), *sys.path))}
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=surroundings, cwd=ROOT)
        try:
            while process.poll() is None:
                desk.work()
                _pause(process)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return subprocess.CompletedProcess(command, process.returncode, output.read(), "")


def _pause(process: "subprocess.Popen[bytes]") -> None:
    """Until there may be something to do again."""
    try:
        process.wait(0.01)
    except subprocess.TimeoutExpired:
        return


def main(arguments: list[str]) -> int:
    """A long run on a desk of its own, with what went wrong in the output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--examples", type=int, default=100, help="requests of each kind for each operation")
    parser.add_argument("options", nargs="*", help="more options of schemathesis, after --")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp") as name:
        folder = Path(name)
        server = Server(folder)
        server.start()
        try:
            with filled(settings_over(server, folder)) as desk:
                run = hold(desk, folder, chosen.examples, *chosen.options)
        finally:
            server.stop()
    print(run.stdout)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
