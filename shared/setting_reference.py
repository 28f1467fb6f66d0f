"""What each setting means, and when to turn it: one home for docs/settings.md and `config show --explain`.

Types, defaults and limits stand in `shared.settings`; a test holds the two lists against each other.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Explained(NamedTuple):
    """A setting for its operator: what it means, in which unit, and when to turn it which way."""

    meaning: str
    turn: str
    unit: str = ""


REFERENCE: Mapping[str, Mapping[str, Explained]] = {
    "Where things are": {
        "redis_url": Explained(
            "The Redis or Valkey of the desk: queues and ledger. `redis://`, `rediss://` or `unix://`; the master that "
            "Sentinels name as `redis+sentinel://host:port,host:port/name/0`.",
            "Set it for a Redis of your own; without it `copydesk up` starts one.",
        ),
        "data_dir": Explained(
            "What cannot be made again: archive, feeds, keys, audit log.", "Put it on a disk that is backed up."
        ),
        "archive_dir": Explained(
            "The archive, where it is not `archive` in `data_dir`.", "Set it to keep the archive on a large, slow disk."
        ),
        "archive_store": Explained(
            "A bucket that sealed segments of the archive are moved into: `s3+https://host/bucket/prefix`, or "
            "`s3://bucket/prefix` of Amazon's own.",
            "Set it where the archive outgrows the disk; it needs the extra `object-store`.",
        ),
        "archive_store_login": Explained(
            "`access key:secret key` of that bucket; by COPYDESK_ARCHIVE_STORE_LOGIN_FILE from a file.",
            "Leave it on a machine with a role.",
        ),
        "archive_store_days": Explained(
            "How long a sealed segment stays on the disk before it is moved.",
            "Raise it where old articles are often looked at.",
            "days",
        ),
        "index_dir": Explained(
            "The index, where it is not `index` in `data_dir`.", "Set it to keep the index on a fast disk."
        ),
        "seeds_dir": Explained(
            "The folder that dropped files are taken from.", "Set it to a folder that others can reach."
        ),
        "log_level": Explained(
            "From which weight on lines are logged: debug, info, warning or error.",
            "`debug` while you look for a fault; `warning` where the log costs too much.",
        ),
        "embedded_memory_mb": Explained(
            "How much the Valkey that `copydesk up` starts may hold.", "Raise it on `redis-memory`.", "MB"
        ),
    },
    "What comes in": {
        "max_input_bytes": Explained(
            "The largest body of a push and the largest dropped file or feed.", "Raise it for larger packages.", "bytes"
        ),
        "max_picture_bytes": Explained(
            "The largest picture that is taken in.", "Raise it for larger pictures.", "bytes"
        ),
        "max_zip_bytes": Explained(
            "The largest dropped ZIP, and how much all that is in a drop may open to.",
            "Raise it where stories come with many large pictures.",
            "bytes",
        ),
        "drops": Explained(
            'Zone and language of dropped files, in tables `[drops."sub/folder"]` of copydesk.toml.',
            "Name each agency's folder: dates without a zone are read by it.",
        ),
        "drops_ignore": Explained(
            "Names of dropped files that are left alone, in place of the default list.",
            "Add what your senders call files that they have not finished.",
        ),
        "drops_scan_s": Explained(
            "How often the whole drop folder is looked through; by itself every 60 s beside the kernel's events, "
            "every second where there are none.",
            "Raise it for a folder of millions, lower it on a network drive.",
            "s",
        ),
        "feed_interval_s": Explained(
            "How often a feed is visited on average; feeds with more news get more of these visits.",
            "Lower it for breaking news; hosts may object.",
            "s",
        ),
        "feed_requests_a_day": Explained(
            "How many visits all feeds together may cost a day; empty for what `feed_interval_s` comes to.",
            "Set it where the line or the hosts bear no more, however many feeds there are.",
        ),
        "feed_first_entries": Explained(
            "How many entries the first visit of a feed takes at most, the newest.",
            "Raise it to take in a whole archive that is offered as a feed.",
        ),
        "feed_first_days": Explained(
            "How old an entry may be that the first visit of a feed takes; empty for any age.",
            "Set it where old news is of no use.",
            "days",
        ),
        "feed_pages": Explained(
            "Which pages are read beside the entries that lead to them: never, of short entries of feeds that are "
            "short, or always; a feed's own setting goes before.",
            "`never` where the feeds' own texts are enough.",
        ),
        "feed_page_budget": Explained(
            "How many pages of one host are visited a day at most; looks for corrections have half of that.",
            "Lower it where hosts object.",
        ),
        "fetch_timeout_s": Explained("How long one visit may take.", "Raise it for slow servers.", "s"),
        "allow_networks": Explained(
            "Networks and addresses within your walls that feeds may come from (`10.1.0.0/16`, `127.0.0.1:8900`).",
            "Name a feed of your own network, as narrowly as you can.",
        ),
    },
    "The front door": {
        "web_host": Explained(
            "The address it listens at.", "Only behind a proxy that speaks TLS anything but loopback."
        ),
        "web_port": Explained("The port it listens at.", "Change it where another program has that one."),
        "web_connections": Explained(
            "How many connections are open at a time, half of them from one address.",
            "Behind a proxy, twice what the proxy may open.",
        ),
        "public_url": Explained(
            "The address that readers know the desk by, with a path where a proxy shows it below one.",
            "Set it behind a proxy.",
        ),
        "trusted_proxies": Explained(
            "Proxies whose word on the client's address, scheme and host is believed.",
            "Name yours; never a whole world.",
        ),
        "push_keys": Explained(
            "Lines of `name:key` that stand in for `keys.json`; by COPYDESK_PUSH_KEYS_FILE from a file.",
            "Set it where keys come from a secret store.",
        ),
        "push_rate": Explained(
            "How many articles a publisher may push a minute, in each `web` process.",
            "Set it against a publisher in a loop.",
        ),
        "fuse_pushes": Explained(
            "Of how many last pushes of a publisher the refused are counted.",
            "Raise it for those who try out much.",
        ),
        "fuse_percent": Explained(
            "At which share of refused pushes a publisher is kept out for a while; 100: never.",
            "Raise it where many refusals are as they should be.",
            "%",
        ),
        "oidc_issuer": Explained(
            "The login service that people log in to the desk with, spelled as it calls itself.",
            "Set it where there is one; without, they log in with keys.",
        ),
        "oidc_client_id": Explained("As whom the desk speaks to it.", "Take it from the service."),
        "oidc_client_secret": Explained(
            "The secret of that client; by COPYDESK_OIDC_CLIENT_SECRET_FILE from a file.",
            "Leave it out for a public client.",
        ),
        "oidc_scopes": Explained("What is asked of it.", "Add `groups` where it tells them only to who asks for them."),
        "oidc_roles": Explained("Who may do what: rules `CLAIM=VALUE:SCOPE`.", "Name at least one, or nobody gets in."),
        "oidc_session_s": Explained("How long a person stays logged in.", "Shorten it on shared machines.", "s"),
        "push_body_s": Explained("How long a body may take to come.", "Raise it for slow lines.", "s"),
        "push_stall_s": Explained("How long a body may pause.", "Raise it for slow lines.", "s"),
    },
    "Work": {
        "normalize_processes": Explained(
            "Children of each `normalize`. Without it: as many as there are processors.",
            "Raise it when articles wait for normalize and processors idle.",
        ),
        "article_cpu_s": Explained(
            "Processor time for reading one article; beyond it, its worker is killed.",
            "Raise it when whole articles are dead as `poison` for their size.",
            "s",
        ),
        "article_memory_mb": Explained(
            "Memory for reading one article, as above.", "Lower it where containers have less.", "MB"
        ),
        "max_attempts": Explained(
            "How often an article is tried that meets passing trouble, before it is dead.", "Raise it for flaky sinks."
        ),
        "batch_articles": Explained(
            "How many articles travel together.", "Leave it; lower it where articles are huge."
        ),
        "batch_bytes": Explained("How many bytes travel together.", "Leave it.", "bytes"),
        "task_limit_s": Explained(
            "How long a batch may take before its worker is killed. Twice this must be below `visibility_timeout_s`.",
            "Raise all three together, in the same proportion.",
            "s",
        ),
        "visibility_timeout_s": Explained(
            "After what time Redis gives a message to another worker. Must be below `lease_s`.", "As above.", "s"
        ),
        "lease_s": Explained("After what time a claimed article counts as lost by its worker.", "As above.", "s"),
        "sweep_s": Explained(
            "How often what is due or lost is looked for.", "Raise it to save a little processor time.", "s"
        ),
        "soft_stop_s": Explained(
            "How long a worker that is told to stop goes on with what it has.", "Raise it with long batches.", "s"
        ),
        "deaf_s": Explained(
            "After what time a worker that hears nothing although work waits ends itself.", "Leave it.", "s"
        ),
    },
    "How long and how much": {
        "retention_days": Explained(
            "How long the ledger remembers addresses and newest revisions; the index does for ever.",
            "Shorten it on `redis-memory`.",
            "days",
        ),
        "keep": Explained(
            "How long inputs stay in the archive and articles for readers, by source, in tables "
            '`[keep."push:hue"]` with `inputs_days` and `articles_days`; without, for ever. '
            "`copydesk expire` erases what is past its time.",
            "Set it where a licence or the law limits how long; what is erased does not come back.",
        ),
        "receipt_days": Explained(
            "How long receipts stay of what was refused, discarded or a duplicate at the door.",
            "Lengthen it for publishers who ask late.",
            "days",
        ),
        "events_kept": Explained(
            "How many steps of articles the stream of events keeps.", "Raise it for followers who are away for long."
        ),
        "backlog_limit": Explained(
            "How many articles may be on their way; beyond it the intake answers 503.",
            "Raise it together with Redis' memory.",
        ),
        "memory_limit_percent": Explained(
            "At which share of its memory in Redis the intake answers 503.", "Lower it for more headroom.", "%"
        ),
        "disk_reserve_mb": Explained(
            "How much of the disk stays free; below it the intake answers 503.",
            "Raise it where others share the disk.",
            "MB",
        ),
    },
    "Handing on and telling": {
        "sinks": Explained(
            "Places that articles are handed on to, in tables `[sinks.NAME]` or `NAME=ADDRESS` one a line.",
            "Name OpenSearch, PostgreSQL, a folder, a bucket, a stream, a webhook or a hub.",
        ),
        "search_sink": Explained(
            "Which of the sinks answers searches, while it can; without one, the words beside the index.",
            "Name an OpenSearch that gets all articles.",
        ),
        "notify": Explained("Addresses that are told of troubles: mail, webhook, chat.", "Name whoever is on duty."),
        "notify_after_s": Explained(
            "How long a trouble lasts before it is told.", "Raise it against alarms that pass by themselves.", "s"
        ),
    },
}

EXPLAINED: Mapping[str, Explained] = {
    name: explained for section in REFERENCE.values() for name, explained in section.items()
}
