"""Commands that run the desk, or a process of it."""

from services.cli.arguments import DELIVERER, NOTIFY, STAGES, WATCHER, arg
from services.cli.command import Command, Example

DESK = (
    Command(
        "up",
        "up:up",
        "run the whole desk on this machine until Ctrl-C",
        examples=(
            Example("copydesk up", "with data/ and seeds/ here"),
            Example("copydesk up --data-dir /srv/desk --port 9000", "elsewhere"),
        ),
    ),
    Command(
        "demo",
        "demo:demo",
        "take in what lies in seeds/, show the articles, stop",
        examples=(Example("copydesk demo", "the main job, once"),),
    ),
    Command(
        "work",
        "work:work",
        "one process of the desk: a worker of a stage, the watcher of drops and feeds, or the deliverer to sinks",
        (arg("stage", choices=(*STAGES, WATCHER, DELIVERER)),),
        serves=True,
        examples=(
            Example("copydesk work normalize", "one more worker beside a desk that is up"),
            Example("copydesk work watch", "the watcher of drops and feeds, where each process runs by itself"),
        ),
    ),
    Command(
        "web",
        "web:web",
        "the front door over HTTP",
        serves=True,
        examples=(Example("copydesk web --host 0.0.0.0", "behind a proxy that speaks TLS"),),
    ),
    Command(
        "notify",
        "notify:notify",
        "tell troubles and failing feeds by mail, webhook or chat",
        NOTIFY,
        serves=True,
        examples=(Example("copydesk notify --test", "is everybody reached?"),),
    ),
    Command(
        "recover",
        "recover:recover",
        "enter again what the archive holds and the ledger does not know",
        examples=(Example("copydesk recover", "after a crash; it enters nothing twice"),),
    ),
    Command(
        "resume",
        "resume:resume",
        "end the rest of a stage, a sink, a source or a publisher",
        (arg("name", metavar="STAGE|SINK|SOURCE"),),
        act=True,
        remote=True,
        examples=(Example("copydesk resume index", "once the disk has room again"),),
    ),
    Command(
        "doctor",
        "doctor:doctor",
        "what this machine lacks, and what to do about it",
        opens=False,
        examples=(Example("copydesk doctor", "before the first start, and when something is odd"),),
    ),
    Command(
        "config show",
        "config:show_config",
        "every setting and where it comes from",
        (arg("--explain", action="store_true", help="with what each means, and when to turn it"),),
        opens=False,
        examples=(Example("copydesk config show --explain", "every value, where it comes from, and what it is for"),),
    ),
    Command(
        "config check",
        "config:check_config",
        "all that is wrong with a file of settings, and which one is in use",
        (arg("file", nargs="?", metavar="FILE", help="such as copydesk.toml; without, the one in use here"),),
        opens=False,
        reads_settings=False,
        examples=(Example("copydesk config check", "before a process reads it: which file is it, and is it fine?"),),
    ),
)
