"""`copydesk up`: the whole desk on one machine, in one terminal, until Ctrl-C."""

import errno
import os
import socket
from pathlib import Path

from services.cli.commands.notify import check_apprise
from services.cli.context import OK, Context, show_json, warn
from services.cli.main import main
from services.desk.data_folder import refuse_second
from services.desk.processes import DeskProcesses, run_desk
from services.web.keys import open_keys
from shared.errors import PermanentError
from shared.settings import Settings

READY_DEADLINE_S = 60.0
TICK_S = 5.0  # what happens wakes it at once
FIRST_PUBLISHER = "desk"
KEY_BEFORE = "YOUR_KEY"
FIRST_WORDS = r"Xin chào từ tòa soạn\n\nĐây là bài viết đầu tiên của chúng tôi.\n"
FIRST_SEARCH = "xin chao toa soan"


class PortTaken(PermanentError):
    """Somebody else listens where the front door should open."""


def up(context: Context) -> int:
    """Start, say where to knock, and stay until Ctrl-C or SIGTERM."""
    settings = context.settings
    check_apprise(settings)
    refuse_second(context.data_dir)  # said before the port is looked at: the desk that is up is what has taken it
    check_port(settings.web_host, settings.web_port)
    address = f"http://{_host_in_url(settings.web_host)}:{settings.web_port}"
    if not context.as_json:
        print("Starting ...", flush=True)
    _make_folder(Path(settings.seeds_dir))
    with run_desk(context.loaded, context.flags, main, tell=warn, web_url=address) as desk:
        desk.supervisor.wait_until(lambda: desk.at_work() and _is_open(settings), READY_DEADLINE_S, "the desk")
        if not desk.stopping:
            _greet(context, address, _first_key(settings))
        _stay(desk)
        if not context.as_json:
            print("Stopping ...", flush=True)
    if not context.as_json:
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


def _stay(desk: DeskProcesses) -> None:
    while not desk.stopping:
        desk.tick(TICK_S)


def _first_key(settings: Settings) -> str | None:
    keys = open_keys(settings)
    return None if keys.list() else keys.create(FIRST_PUBLISHER, scopes=("push", "admin"))


def _greet(context: Context, address: str, key: str | None) -> None:
    settings = context.settings
    if context.as_json:
        known_as = {"publicUrl": settings.public_url} if settings.public_url else {}
        show_json({"url": address, **known_as, "key": key, "pid": os.getpid(), "dataDir": str(context.data_dir)})
        return
    here, address = address, (settings.public_url or address).rstrip("/")
    print(f"\nCopydesk is up at {address}{f' (on this machine at {here})' if here != address else ''}\n")
    if key is not None:
        print(f"  Your key (shown only now):       {key}")
        print(f"  The desk in a browser:           {address}/ (log in with that key)")
    else:
        print(f"  Push with the key of the first start; `{context.hint('keys create NAME')}` makes another.")
        print(f"  The desk in a browser:           {address}/ (log in with the key of the first start)")
    print(f"  Drop files into:                 {settings.seeds_dir}/")
    print(f"  Everything is kept in:           {settings.data_dir}/\n")
    print("Push an article:\n")
    print(f"  {curl_line(address, key or KEY_BEFORE)}\n")
    find = context.hint(f'search "{FIRST_SEARCH}"')
    print(f"Find it: {find}    Watch: {context.hint('status')}    Ctrl-C stops.", flush=True)


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
