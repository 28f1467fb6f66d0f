"""A real login service for a test: oidc-provider on node, on loopback, as `make oidc-provider` installs it."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tests.require import lacking

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / ".venv" / "engines" / "oidc"
SECRET = "of the desk & nobody else: 100 %"


@contextmanager
def login_service(redirect_uri: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Gives the issuer; `groups` names those of each person."""
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules" / "oidc-provider").is_dir():
        lacking("oidc", "needs node, and `make oidc-provider`")
    client: dict[str, Any] = {"client_id": "desk", "client_secret": SECRET, "redirect_uris": [redirect_uri]}
    client["post_logout_redirect_uris"] = [urljoin(redirect_uri, "/login")]
    given = json.dumps({"client": client, "groups": groups})
    command = [node, str(HERE / "provider.mjs"), str(INSTALLED), given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("listens "):
                    break
            else:
                raise AssertionError("".join(said))
            yield f"http://localhost:{int(said[-1].split()[1])}"
        finally:
            process.terminate()
