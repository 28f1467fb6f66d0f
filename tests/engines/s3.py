"""An S3 server on loopback over a folder, from Maven's artifacts: it checks signatures and keeps conditional puts."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.jars import bring
from tests.machine import free_port

HERE = Path(__file__).parent / "s3"
KEY, SECRET, BUCKET = "tests", "secret-of-tests", "archive"
LOGIN = f"{KEY}:{SECRET}"
START_S = 120.0


@contextmanager
def bucket(folder: Path) -> Iterator[str]:
    """Start a server with its data below `folder`; gives the address of its one bucket."""
    jars = bring("s3", HERE / "pom.xml") / "lib"
    (folder / "data" / BUCKET).mkdir(parents=True)
    port, settings = free_port(), folder / "s3.properties"
    settings.write_text(_settings(port, folder / "data"), encoding="utf-8")
    command = ["java", "-Xmx256m", "-cp", f"{HERE}:{jars}/*", "org.gaul.s3proxy.Main", "--properties", str(settings)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        _wait(process, port, folder / "log")
        yield f"http://127.0.0.1:{port}/{BUCKET}"
    finally:
        process.kill()
        process.wait()


def _settings(port: int, data: Path) -> str:
    told = {
        "s3proxy.endpoint": f"http://127.0.0.1:{port}",
        "s3proxy.authorization": "aws-v2-or-v4",
        "s3proxy.identity": KEY,
        "s3proxy.credential": SECRET,
        "jclouds.provider": "filesystem-nio2",
        "jclouds.filesystem.basedir": str(data),
        "jclouds.identity": KEY,
        "jclouds.credential": SECRET,
    }
    return "".join(f"{name}={value}\n" for name, value in told.items())


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)  # nothing listens yet: there is no event to wait for
        else:
            return
    raise RuntimeError(f"the S3 server is not there: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
