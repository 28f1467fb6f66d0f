"""The kinds of problem: what each means, what to do about it, and which members it has beside those of RFC 9457.

docs/problems.md and `/problems/…` are made from this table, and so is what `/openapi.json` says of answers.
"""

from collections.abc import Mapping

import msgspec


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem: its status, its name for people, when it comes, what to do, and what else it tells.

    `always` are members that each problem of the kind has, `members` those that it may have.
    """

    status: int
    title: str
    meaning: str
    remedy: str
    always: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


MEMBERS: Mapping[str, str] = {
    "errors": "What was wrong where: each has a `detail`, and a `header`, a `parameter` (of the path or the query), "
    "or a `pointer` into the body (a JSON Pointer as a fragment; `#` is the whole body).",
    "scopes": "The scopes of which the key needs one.",
    "address": "The address that this is about.",
    "state": "Where the article is: `queued`, `working`, `retrying`, `held`, `dead`, `refused`.",
    "reason": "Why the article ended, in a word.",
    "embargoedUntil": "When its embargo ends.",
    "links": "Where to look: `article`, `receipt`.",
    "article": "The id of the article.",
    "rev": "Its revision, as in its `ETag`.",
    "storedVersion": "The version that the desk has.",
    "receipt": "The receipt under which it was taken in.",
    "available": "The types in which an article is given.",
    "accepted": "The types that are taken; of a file in a ZIP, the endings.",
    "maxBytes": "How many bytes there may be, unpacked.",
    "maxItems": "How many items there may be.",
    "troubles": "What is wrong with the desk, as `/v1/status` tells it.",
}

KINDS: dict[str, Kind] = {
    "bad-request": Kind(
        status=400,
        title="The request cannot be read",
        meaning="A header, a parameter or the body is not what this address takes: broken JSON or gzip, an address "
        "that is none, a number out of bounds.",
        remedy="Correct what `detail` names and send it again.",
        members=("errors", "maxItems"),
    ),
    "unauthorized": Kind(
        status=401,
        title="A push key is required",
        meaning="No key came along, or one that is unknown, revoked or over its time.",
        remedy="Send `Authorization: Bearer cd_…`; make a key with `copydesk keys create NAME`.",
    ),
    "forbidden": Kind(
        status=403,
        title="This key was not made for that",
        meaning="The key is good, but has none of the scopes that open this address.",
        remedy="Use a key with one of `scopes`, or ask the operator for it.",
        always=("scopes",),
    ),
    "forged": Kind(
        status=403,
        title="The request did not come from the desk's own page",
        meaning="A browser that is logged in sent a form or a request that no page of this desk made.",
        remedy="Load the page anew and try again.",
    ),
    "not-yours": Kind(
        status=403,
        title="That address is another publisher's",
        meaning="Another publisher pushed that page or uri first, or has a key that carries its prefix.",
        remedy="Push under your own, or ask the operator for it.",
        members=("address",),
    ),
    "beyond-prefixes": Kind(
        status=403,
        title="That address is not among those of this key",
        meaning="The key carries prefixes of addresses, and the page is below none of them.",
        remedy="Push under the addresses your key was made for, or ask the operator to add this one to it.",
        always=("address",),
    ),
    "not-found": Kind(
        status=404,
        title="There is nothing here",
        meaning="No such address, article or receipt; or one that this key may not see.",
        remedy="Check the address; a receipt is kept for the retention time only.",
    ),
    "unknown-feed": Kind(
        status=404,
        title="No such feed is watched",
        meaning="A ping named a page or a feed, and no feed of that address or of its host is watched.",
        remedy="Ask the operator to add it: `copydesk feeds add URL`.",
        always=("address",),
    ),
    "not-indexed": Kind(
        status=404,
        title="The article is not in the index yet",
        meaning="It is on its way, waits for the end of its embargo, or ended before the index (`state`, `reason`).",
        remedy="Follow its receipt, or ask again a little later.",
        members=("state", "reason", "embargoedUntil", "links"),
    ),
    "method-not-allowed": Kind(
        status=405,
        title="This address does not take that method",
        meaning="The address exists, but not for this method.",
        remedy="See the `Allow` header.",
    ),
    "not-acceptable": Kind(
        status=406,
        title="The article has no such form",
        meaning="`Accept` names none of the types in which an article is given.",
        remedy="Name one of the types in `available`, or `*/*`.",
        always=("errors", "available"),
    ),
    "too-slow": Kind(
        status=408,
        title="The body took too long to arrive",
        meaning="It took longer than a minute, came slower than 16 kB a second, or paused for ten. Nothing was "
        "taken in.",
        remedy="Send it again, compressed with gzip where the line is slow.",
    ),
    "outdated": Kind(
        status=409,
        title="The desk has a newer version of this article",
        meaning="The version that came is not greater than the one that the desk has, so it would undo a correction.",
        remedy="Look at it (`links.article`), and send your change with a version greater than `storedVersion`.",
        always=("storedVersion", "article", "rev", "links"),
    ),
    "in-flight": Kind(
        status=409,
        title="The same request is being answered",
        meaning="The request that came first with this `Idempotency-Key` has no answer yet.",
        remedy="Send it again after the time in `Retry-After`, with the same key.",
    ),
    "on-its-way": Kind(
        status=409,
        title="The article is being changed right now",
        meaning="A patch needs the newest revision, and one that came before is not in the index yet.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "another-article": Kind(
        status=409,
        title="The body names another article",
        meaning="The body carries an address by which another article is known than the one it was sent to.",
        remedy="Send it to the address that it names, or take that out of the body.",
        always=("article", "address"),
    ),
    "missed": Kind(
        status=410,
        title="Those changes are no longer kept",
        meaning="The last 50,000 steps are kept (`events_kept`), and the place that was named lies before them.",
        remedy="Read the list of articles anew, then follow from its newest on.",
    ),
    "withdrawn": Kind(
        status=410,
        title="The article was withdrawn",
        meaning="Its publisher, or the desk, took it back. `ETag` names the withdrawal.",
        remedy="Take it down wherever you show it. Its publisher can publish it again with a greater version, or with "
        "`If-Match` and the revision in `ETag`.",
        always=("article", "rev"),
    ),
    "precondition-failed": Kind(
        status=412,
        title="The article is not as the request expects it",
        meaning="`If-Match` names another revision than the newest, or `If-None-Match: *` came and the article is "
        "there.",
        remedy="Look at it anew, and decide again.",
        always=("article",),
        members=("rev", "links"),
    ),
    "too-large": Kind(
        status=413,
        title="The body is larger than this desk takes",
        meaning="It has more bytes than `maxBytes`, unpacked. Nothing was taken in.",
        remedy="Send one article at a time, without its pictures.",
        members=("maxBytes",),
    ),
    "unsupported-media-type": Kind(
        status=415,
        title="No reader for this kind of body",
        meaning="`Content-Type` is missing, names a type that this address does not take, or a charset nobody knows.",
        remedy="Name one of the types in `accepted`.",
        always=("errors", "accepted"),
    ),
    "unsupported-encoding": Kind(
        status=415,
        title="No such content encoding",
        meaning="`Content-Encoding` names something else than gzip; a batch is sent as it is.",
        remedy="Send the body plain, or with `Content-Encoding: gzip`.",
        always=("errors",),
    ),
    "no-article": Kind(
        status=422,
        title="The body holds no article",
        meaning="It is empty, holds nothing that we read, or is a list that cannot be split without losing something.",
        remedy="See `detail` for what was looked for.",
        always=("errors",),
        members=("receipt",),
    ),
    "not-readable": Kind(
        status=422,
        title="The article could not be read",
        meaning="You waited for it, it was taken in, and reading it failed.",
        remedy="Nobody needs to send it again: the operator looks at it (`receipt`).",
        always=("errors", "receipt"),
    ),
    "idempotency-key-reused": Kind(
        status=422,
        title="That Idempotency-Key came with another request",
        meaning="Another body, address or header came with this key before.",
        remedy="Make a key for each request.",
        always=("errors",),
    ),
    "too-costly": Kind(
        status=422,
        title="The article costs too much to be read",
        meaning="`:validate` reads within bounds of time and memory, and the document goes beyond them.",
        remedy="Send it smaller, or as text; `detail` has the limits.",
        always=("errors",),
    ),
    "over-quota": Kind(
        status=429,
        title="This publisher sends more than the desk takes of it",
        meaning="More articles came within a minute than `push_rate` allows. Nothing of this was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "headers-too-large": Kind(
        status=431,
        title="The header lines are too long",
        meaning="All header lines together may have 16 KiB.",
        remedy="Send fewer or shorter header lines.",
    ),
    "unforeseen": Kind(
        status=500,
        title="Something unforeseen happened",
        meaning="A fault of the desk, which its log has under `instance`.",
        remedy="Tell the operator the `instance`: it is in the log.",
    ),
    "intake-full": Kind(
        status=503,
        title="The desk takes nothing in for now",
        meaning="The backlog, Redis' memory or the archive's disk is at its limit. Nothing was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "unavailable": Kind(
        status=503,
        title="A part of the desk does not answer",
        meaning="Redis, the archive, the index or the file of keys is away, or the desk is stopping.",
        remedy="Send it again after the time in `Retry-After`.",
        members=("troubles",),
    ),
    "busy": Kind(
        status=503,
        title="Too much is arriving at once",
        meaning="No room is left for bodies on their way: of this publisher, or of all. Nothing was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
}
BY_STATUS: Mapping[int, str] = {kind.status: slug for slug, kind in reversed(KINDS.items())}
