"""`copydesk up`: the whole desk on one machine, in one terminal, until Ctrl-C."""

import errno
import os
import socket
from pathlib import Path

from services.desk.call import OK, Call, show_json
from services.desk.crew import Crew, man_the_desk
from services.desk.running import refuse_second
from services.web.keys import Keys
from shared.errors import PermanentError
from shared.settings import Settings

READY_DEADLINE_S = 60.0
FIRST_PUBLISHER = "desk"
KEY_BEFORE = "YOUR_KEY"
FIRST_WORDS = r"Xin chào từ tòa soạn\n\nĐây là bài viết đầu tiên của chúng tôi.\n"
FIRST_SEARCH = "xin chao toa soan"


class PortTaken(PermanentError):
    """Somebody else listens where the front door should open."""


def run(call: Call) -> int:
    """Start, say where to knock, and stay until Ctrl-C or SIGTERM."""
    settings = call.settings
    refuse_second(call.data_dir)  # said before the port is looked at: the desk that is up is what has taken it
    check_port(settings.web_host, settings.web_port)
    address = f"http://{_host_in_url(settings.web_host)}:{settings.web_port}"
    if not call.as_json:
        print("Starting ...", flush=True)
    _make_folder(Path(settings.seeds_dir))
    with man_the_desk(call, web_url=address) as crew:
        crew.supervisor.wait_until(lambda: crew.at_work() and _is_open(settings), READY_DEADLINE_S, "the desk")
        if not crew.stopping:
            _greet(call, address, _first_key(settings))
        _stay(crew)
        if not call.as_json:
            print("Stopping ...", flush=True)
    if not call.as_json:
        print("Stopped. What was not finished goes on at the next start.")
    return OK


def _make_folder(seeds: Path) -> None:
    """The drop folder is announced below: let it be there."""
    try:
        seeds.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PermanentError(f"the drop folder {seeds} cannot be made: {error.strerror}") from error


def check_port(host: str, port: int) -> None:
    """Refuse before anything starts when the front door cannot open."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {host} is taken: stop what listens there, or choose another with --port"
        else:
            reason = f"the front door cannot open at {host}:{port}: {error.strerror or error}"
        raise PortTaken(reason) from error


def _stay(crew: Crew) -> None:
    while not crew.stopping:
        crew.tick(1.0)


def _first_key(settings: Settings) -> str | None:
    keys = Keys(Path(settings.data_dir, "keys.json"), listed=settings.push_keys)
    return None if keys.list() else keys.create(FIRST_PUBLISHER)


def _greet(call: Call, address: str, key: str | None) -> None:
    if call.as_json:
        show_json({"url": address, "key": key, "pid": os.getpid(), "dataDir": str(call.data_dir)})
        return
    settings = call.settings
    print(f"\nCopydesk is up at {address}\n")
    if key is not None:
        print(f"  Your push key (shown only now):  {key}")
    else:
        print(f"  Push with the key of the first start; `{call.hint('keys create NAME')}` makes another.")
    print(f"  Drop files into:                 {settings.seeds_dir}/")
    print(f"  Everything is kept in:           {settings.data_dir}/\n")
    print("Push an article:\n")
    print(f"  {curl_line(address, key or KEY_BEFORE)}\n")
    find = call.hint(f'search "{FIRST_SEARCH}"')
    print(f"Find it: {find}    Watch: {call.hint('status')}    Ctrl-C stops.", flush=True)


def curl_line(address: str, key: str) -> str:
    """A push of something new, ready to be pasted into any shell."""
    return (
        f"printf '{FIRST_WORDS}' | curl -sS -H 'Authorization: Bearer {key}' -H 'Content-Type: text/plain' "
        f"--data-binary @- {address}/v1/articles"
    )


def _is_open(settings: Settings) -> bool:
    try:
        with socket.create_connection((_reachable(settings.web_host), settings.web_port), timeout=1):
            return True
    except OSError:
        return False


def _reachable(host: str) -> str:
    """Where to knock at a door that is open on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asks, and binds nothing


def _host_in_url(host: str) -> str:
    shown = _reachable(host)
    return f"[{shown}]" if ":" in shown else shown
