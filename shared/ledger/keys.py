"""Every key that Copydesk has in Redis: its name, its type, what stands in it. No other module spells one.

The script under `lua/` writes those of the ledger; a test holds its names against this list.
"""

import base64
import hashlib

LEDGER_VERSION = 2

# The script's own; `<ref>` is `id@rev`.
VERSION = "ledger:version"  # string: the version of all below; absent in an empty Redis and in one of the first release
EVENTS = "ledger:events"  # stream: every change of every article, the last `events_kept` or a few more
EPOCH = "ledger:epoch"  # string: when the ledger was last filled (µs); absent in a Redis that lost everything
BALANCE = "ledger:balance"  # hash: the counters of the balance equation
DEAD = "ledger:dead"  # zset: dead refs, by when they died (µs)
STRAYS = "ledger:strays"  # list: messages that no worker could read, `µs|queue|reason|bytes`
RECOVERING = "ledger:recovering"  # string with a TTL: somebody refills the ledger
SWEPT = "ledger:swept"  # string: when the last sweep ran (µs)
ARCHIVE_NEWER = "ledger:archive:newer"  # string: the first archive entry of a newer release that was met, if any
LISTENING = "ledger:listening"  # string: since when sweeps follow each other without a gap (µs)
MEMORY = "ledger:memory"  # hash: hour since 1970 -> the least bytes that Redis used in it; the last three days
BACKLOG = "ledger:backlog"  # hash: minute since 1970 -> how many inputs were in flight; the last hour
LATENCY = "ledger:latency"  # hash: how long articles took, as histograms: `<name>:<bucket>` a count, `<name>:sum` µs
REFUSED = "ledger:refused"  # hash: how many inputs of a source were refused
REFUSALS = "ledger:refusals"  # zset: the refs refused last, by when (µs)
FREED = "ledger:freed"  # hash: article whose addresses an operator gave free -> when (µs)
RELEASE = "ledger:release"  # string: the release that started last
RELEASE_CHANGED = "ledger:release:changed"  # string: when the release last changed (µs)

# What the processes of a desk say of themselves, and what is wrong.
WORKERS = "workers"  # zset: `<name>:<host>:<boot>` of each long-running process, by its last beat (µs)
PAUSES = "health"  # set: `<kind>:<name>` of each stage, sink, source or publisher at rest
SINKS = "sinks"  # hash: sink -> sinks.SinkStanding (JSON), as the process that delivers last said
PROCESSES_FAILING = "processes:failing"  # hash: process of `copydesk up` -> troubles.Failing (JSON)
TROUBLES = "troubles"  # hash: `<code> <subject>` -> since when it has been seen (µs)
TRIAGE = "triage"  # hash: key of a cause of deaths -> what people decided on it, triage.Triage (JSON)
RECOVERY_FAILING = "ledger:recovery:failing"  # string: why it did not bring everything back, troubles.Failing (JSON)
RECOVERY_BEAT = "ledger:recovery"  # string: when somebody last looked whether Redis must be refilled (µs)

NOTIFYING = "notify:turn"  # string with a TTL: a process looks what is to be told; no other does meanwhile

READY = "web:ready"  # string with a TTL: written to learn whether Redis takes writes

# Of the drop folder and the feeds.
FEEDS_FAILING = "feeds:failing"  # hash: feed id, or name of the list of feeds -> troubles.Failing (JSON)
DROPS_TAKEN = "drops:taken"  # hash: name -> mark of the file as it was taken, digest, article that it is a copy of
DROPS_PROBLEMS = "drops:problems"  # hash: name -> DropProblem (JSON)
DROPS_AWAITED = "drops:awaited"  # hash: name of a picture that is not there -> the article beside that names it
DROPS_REFUSED = "drops:refused"  # string: until when refusals of drops are told beside their files (µs)
FEEDS_DUE = "feeds:due"  # zset: feed ids, by when they are due (s)
FEEDS_HOSTS = "feeds:hosts"  # hash: feed id -> `<host> <when it was added, µs>`
FEEDS_CLAIMS = "feeds:claims"  # hash: feed id -> token of the claim on it, while it is visited
FEEDS_CHECKS = "feeds:checks"  # list with a TTL: names of checks that wait, the next at its right end
FEEDS_LEASES = "feeds:leases"  # zset: feeds that are visited, by when their claim ends (s)
FEEDS_VISITS = "feeds:visits"  # hash: host -> how many of its feeds are visited
FEEDS_PAUSES = "feeds:pauses"  # hash: host -> until when none of its feeds is visited (s)
FEEDS_RESTS = "feeds:rests"  # hash: host -> until when it asked to be left alone (s)
FEEDS_SPACINGS = "feeds:spacings"  # hash: host -> seconds between two visits, of hosts for which they are set
FEEDS_KINDS = "feeds:kinds"  # hash: feed id -> what it counts as, request_budget.kind_of
FEEDS_KIND_COUNTS = "feeds:kinds:counts"  # hash: kind -> how many feeds count as that
FEEDS_HUBS = "feeds:hubs"  # hash: feed id -> websub.HubSubscription (JSON), of feeds whose documents name a hub
FEEDS_HUBS_DUE = "feeds:hubs:due"  # zset: feed ids, by when their hub is asked (µs)
FEEDS_CALLBACKS = "feeds:callbacks"  # hash: token in a callback's address -> feed id
FEEDS_TURNS = "feeds:turns"  # zset: hosts, by when it is their turn (s)
PAGES_ROWS = "pages:rows"  # hash: digest of a page's canonical address -> page_queue.PageRow (msgpack)
PAGES_PLACES = "pages:places"  # hash: such a digest -> `<host> <feed id> <1 where it was read before, else 0>`
PAGES_TURNS = "pages:turns"  # zset: hosts with pages that wait, by when it is their turn (s)
PAGES_BUSY = "pages:busy"  # hash: host -> `<until when it has a visit or rests, s> <token of that visit>`
PAGES_CLOCK = "pages:clock"  # string: Redis' time at the last claim of pages (s)
VISITS_DUE = "visits:due"  # zset: canonical addresses of pages that are visited by themselves, by when (µs)
VISITS_ASKED = "visits:asked"  # hash: such an address -> page_visits.PageVisit (JSON)
FEEDS_CLOCK = "feeds:clock"  # string: Redis' time at the last claim (s)


def record(ref: str) -> str:
    """Hash: one revision on its way."""
    return f"art:{ref}"


SOURCES_OF_RECORDS = "art:*->source"  # as SORT looks them up: of each record, where its input came from


def raw(ref: str) -> str:
    """String: the input's bytes (zstd), until normalized."""
    return f"art:{ref}:raw"


def article(ref: str) -> str:
    """String: the canonical article, until indexed."""
    return f"art:{ref}:article"


def head(article_id: str) -> str:
    """Hash, written by releases before 0.2: revision, content hash and owner of an article's newest revision."""
    return f"head:{article_id}"


def alias(address: str) -> str:
    """String, written by releases before 0.2: the article that an address or a content hash belongs to."""
    return f"alias:{digest(address)}"


def seen(period: int, bucket: str) -> str:
    """Hash: whose addresses are, and the heads of articles; a part of what was written in one period of three days."""
    return f"seen:{period}:{bucket}"


def alias_place(address: str) -> tuple[str, str]:
    """Bucket and field of an address or a content hash: base64 of its hash, in parts."""
    name = digest(address)
    return f"{name[12:14]}{ord(name[14]) % 4}", name[:12]


def head_place(article_id: str) -> tuple[str, str]:
    """Bucket and field of an article's head: its id, in parts."""
    name = article_id if len(article_id) == 26 else hashlib.sha1(article_id.encode(), usedforsecurity=False).hexdigest()
    return f"{name[14:16]}{ord(name[16]) % 16}", name[:14]


def said_place(article_id: str) -> tuple[str, str]:
    """Bucket and field of what publishers said of an article: version, the revision that withdrew it, and by whom."""
    bucket, field = head_place(article_id)
    return bucket, f"+{field}"


def digest(address: str) -> str:
    """An address as a key of fixed length: addresses may be long, and millions of them stand in memory."""
    packed = hashlib.blake2b(address.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    return base64.b64encode(packed).decode()


def receipt(name: str) -> str:
    """String: the ref of an input, or how it ended at the door."""
    return f"rcpt:{name}"


def line(state: str, stage: str) -> str:
    """Zset: the refs that are `waiting`, `working`, `retrying` or `held` in a stage."""
    return f"ledger:{state}:{stage}"


def deaths(stage: str) -> str:
    """Hash with a TTL: how many died in a stage within the last minute, by source and (field `""`) in all."""
    return f"ledger:deaths:{stage}"


def paused(stage: str) -> str:
    """String with a TTL, written by releases before 0.2: the stage took nothing up."""
    return f"ledger:paused:{stage}"


def passed(stage: str) -> str:
    """String, written by releases before 0.2: the place in the line that the queue had come to."""
    return f"ledger:passed:{stage}"


def feed(feed_id: str) -> str:
    """Hash: what is known of a feed between two visits."""
    return f"feed:{feed_id}"


def feed_check(name: str) -> str:
    """String with a TTL: an address to look at, and what was seen there, feed_checks.FeedCheck (JSON)."""
    return f"feeds:check:{name}"


def feed_visits(feed_id: str) -> str:
    """List: its last visits, feed_history.FeedVisit (msgpack), the newest first."""
    return f"feed:{feed_id}:visits"


def feeds_of(host: str) -> str:
    """Zset: the ids of a host's feeds, by when they are due (s)."""
    return f"feeds:of:{host}"


def pages_of(host: str) -> str:
    """Zset: the pages of a host that wait for their visit, by when they are due (s)."""
    return f"pages:of:{host}"


def pages_spent(day: str) -> str:
    """Hash with a TTL: host -> how many of its pages were visited on a day (since 1970)."""
    return f"pages:spent:{day}"


def robots(host: str) -> str:
    """String with a TTL: what a host lets robots read, robots.Robots (msgpack)."""
    return f"robots:{host}"


def stray(ref: str) -> str:
    """Whatever stood in the place of a record that made no sense, of any type."""
    return f"stray:{ref}"


def drop_copies(article_id: str) -> str:
    """Set: the names of dropped files that repeat what another one, whose article it is, says."""
    return f"drops:copies:{article_id}"


def sequence(stage: str) -> str:
    """String: the place in the line of the article that came last."""
    return f"ledger:seq:{stage}"


def worker(name: str, host: str, boot: str) -> str:
    """Hash with a TTL: what a process says of itself (version, pid, since, beat, taken, failed, disks)."""
    return f"worker:{name}:{host}:{boot}"


def visited(page: str) -> str:
    """String with a TTL: while it is there, a page was visited a moment ago."""
    return f"visits:done:{digest(page)}"


def fuse(publisher: str) -> str:
    """Hash with a TTL: what became of a publisher's last pushes (services/web/fuse.lua)."""
    return f"fuse:{publisher}"


def health(kind: str, name: str) -> str:
    """Hash: why a stage, a sink or a source is `paused` or `probing`; absent while it is open."""
    return f"health:{kind}:{name}"


def claimed(stage: str) -> str:
    """String: when a stage last took up an article (µs)."""
    return f"ledger:claimed:{stage}"


def answer(publisher: str, key: str) -> str:
    """String with a TTL: what a request with an Idempotency-Key was answered (msgpack); empty while it is in flight."""
    return f"web:answer:{publisher}:{key}"


def answers_of(publisher: str) -> str:
    """Zset with a TTL: the keys of a publisher's answers that are kept, by when they were given (µs)."""
    return f"web:answers:{publisher}"


def claim(message: str) -> str:
    """Hash with a TTL: what the claims of one message took, nonce -> refs (JSON)."""
    return f"ledger:claim:{message}"


def session(digest: str) -> str:
    """String with a TTL: whose session of the browser it is (a key's, a person's), and its word against forgery."""
    return f"web:session:{digest}"


def pending_login(digest: str) -> str:
    """String with a TTL: a login that is under way at the login service, until it comes back."""
    return f"web:login:{digest}"


def login_tries(digest: str) -> str:
    """String with a TTL: how often somebody has tried to log in from an address."""
    return f"web:tries:{digest}"


def notified(digest: str) -> str:
    """Hash with a TTL: what an address to notify was told that is not over, subject -> notices.Told (JSON)."""
    return f"notify:told:{digest}"
