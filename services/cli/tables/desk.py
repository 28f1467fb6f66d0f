"""Commands that run the desk, or a process of it."""

from services.cli.arguments import DELIVERER, NOTIFY, STAGES, WATCHER, arg
from services.cli.command import Command

DESK = (
    Command("up", "up:up", "run the whole desk on this machine until Ctrl-C"),
    Command("demo", "demo:demo", "take in what lies in seeds/, show the articles, stop"),
    Command(
        "work",
        "work:work",
        "one process of the desk: a worker of a stage, the watcher of drops and feeds, or the deliverer to sinks",
        (arg("stage", choices=(*STAGES, WATCHER, DELIVERER)),),
        serves=True,
    ),
    Command("web", "web:web", "the front door over HTTP", serves=True),
    Command("notify", "notify:notify", "tell troubles and failing feeds by mail, webhook or chat", NOTIFY, serves=True),
    Command("recover", "recover:recover", "enter again what the archive holds and the ledger does not know"),
    Command(
        "resume",
        "resume:resume",
        "end the rest of a stage or a source",
        (arg("name", metavar="STAGE|SOURCE"),),
        act=True,
    ),
    Command("doctor", "doctor:doctor", "what this machine lacks, and what to do about it", opens=False),
    Command(
        "config show",
        "config:show_config",
        "every setting and where it comes from",
        (arg("--explain", action="store_true", help="with what each means, and when to turn it"),),
        opens=False,
    ),
    Command(
        "config check",
        "config:check_config",
        "all that is wrong with a file of settings",
        (arg("file", metavar="FILE", help="such as copydesk.toml"),),
        opens=False,
        reads_settings=False,
    ),
)
