"""The kinds of problem: what each means, what to do about it, and which members it has beside those of RFC 9457.

docs/problems.md and `/problems/…` are made from this table, and so is what `/openapi.json` says of answers.
"""

from collections.abc import Mapping

import msgspec

from services.web.links import link_to


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem: its status, its name for people, when it comes, what to do, and what else it tells.

    `detail` is what one says, as an example. `always` are members that each problem of the kind has, `members` those
    that it may have, and `place` what is to blame in the example.
    """

    status: int
    title: str
    meaning: str
    remedy: str
    detail: str = ""
    place: tuple[str, str] = ("pointer", "#")
    always: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


MEMBERS: Mapping[str, str] = {
    "errors": "What was wrong where: each has a `detail`, and a `header`, a `parameter` (of the path or the query), "
    "a `pointer` into the body (a JSON Pointer as a fragment; `#` is the whole body), or the `path` of an element of "
    "XML (`/newsItem/itemMeta/embargoed`).",
    "scopes": "The scopes of which the key needs one.",
    "address": "The address that this is about.",
    "state": "Where the article is: `queued`, `working`, `retrying`, `held`, `dead`, `refused`.",
    "reason": "Why the article ended, in a word.",
    "embargoedUntil": "When its embargo ends.",
    "links": "Where to look: `article`, `receipt`.",
    "article": "The id of the article.",
    "rev": "Its revision, as in its `ETag`.",
    "storedVersion": "The version that the desk has.",
    "withdrawal": "When it was taken back (`at`), its `headline`, and the `reason`.",
    "receipt": "The receipt under which it was taken in.",
    "available": "The types in which an article is given.",
    "accepted": "The types that are taken; of a file in a ZIP, the endings.",
    "maxBytes": "How many bytes there may be, unpacked.",
    "maxItems": "How many items there may be.",
    "troubles": "What is wrong with the desk, as `/v1/status` tells it.",
}

EXAMPLES: Mapping[str, object] = {
    "scopes": ["push"],
    "address": "https://news.example/2015/11/rubber.html",
    "state": "queued",
    "links": {"article": "/v1/articles/k3v7mnx2q4b5c6d7e2f3g4h5ij"},
    "article": "k3v7mnx2q4b5c6d7e2f3g4h5ij",
    "rev": 1447046040000000,
    "storedVersion": "3",
    "withdrawal": {
        "at": "2015-11-09T05:14:00Z",
        "headline": "Rubber at its best",
        "reason": "Published by mistake",
    },
    "receipt": "r01hkq8v3w2m4x6z9t5b7n1c0d",
    "available": ["application/json", "application/ninjs+json", "text/html"],
    "accepted": ["text/plain", "text/html", "application/json"],
    "maxBytes": 4_194_304,
}


KINDS: dict[str, Kind] = {
    "bad-request": Kind(
        status=400,
        title="The request cannot be read",
        meaning="A header, a parameter or the body is not what this address takes: broken JSON or gzip, an address "
        "that is none, a number out of bounds, a query parameter that there is not.",
        detail="limit must be a whole number from 1 to 100.",
        place=("parameter", "limit"),
        remedy="Correct what `detail` names and send it again.",
        members=("errors", "maxItems"),
    ),
    "unauthorized": Kind(
        status=401,
        title="A key is required",
        meaning="No key came along, or one that is unknown, revoked or over its time.",
        detail="The key is unknown, revoked or over its time.",
        remedy="Send `Authorization: Bearer cd_…`; make a key with `copydesk keys create NAME`.",
    ),
    "unsigned": Kind(
        status=401,
        title="What this key sends must be signed",
        meaning="The key was made with `--signed`; the signature is missing, too old, or of something else.",
        remedy="Sign each request by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with "
        "the key's secret.",
        always=("errors",),
    ),
    "forbidden": Kind(
        status=403,
        title="This key was not made for that",
        meaning="The key is good, but has none of the scopes that open this address.",
        detail="This key has no scope push.",
        remedy="Use a key with one of `scopes`, or ask the operator for it.",
        always=("scopes",),
    ),
    "forged": Kind(
        status=403,
        title="The request did not come from the desk's own page",
        meaning="A browser that is logged in sent a form or a request that no page of this desk made.",
        detail="It came from another site's page.",
        remedy="Load the page anew and try again.",
    ),
    "not-yours": Kind(
        status=403,
        title="That address is another publisher's",
        meaning="Another publisher pushed that page or uri first, or has a key that carries its prefix.",
        detail="https://news.example/2015/11/rubber.html is another publisher's.",
        remedy="Push under your own, or ask the operator for it.",
        members=("address",),
    ),
    "beyond-prefixes": Kind(
        status=403,
        title="That address is not among those of this key",
        meaning="The key carries prefixes of addresses, and the page is below none of them.",
        detail="https://news.example/2015/11/rubber.html is below none of the addresses this key was made for.",
        remedy="Push under the addresses your key was made for, or ask the operator to add this one to it.",
        always=("address",),
    ),
    "not-found": Kind(
        status=404,
        title="There is nothing here",
        meaning="No such address, article or receipt; or one that this key may not see.",
        detail="Neither the index nor the ledger knows this article.",
        remedy="Check the address; a receipt is kept for the retention time only.",
    ),
    "unknown-feed": Kind(
        status=404,
        title="No such feed is watched",
        meaning="A ping named a page or a feed, no feed of that address or of its host is watched, and the key has no "
        "prefix of that page, by which it would be visited itself.",
        detail="No feed of that address or of its host is watched, and the page is below no prefix of this key.",
        remedy="Ask the operator to add the feed (`copydesk feeds add URL`), or the prefix to your key.",
        always=("address",),
    ),
    "not-indexed": Kind(
        status=404,
        title="The article is not in the index yet",
        meaning="It is on its way, waits for the end of its embargo, or ended before the index (`state`, `reason`).",
        detail="It is on its way.",
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
        detail="There is no such form of an article.",
        place=("header", "Accept"),
        remedy="Name one of the types in `available`, or `*/*`.",
        always=("errors", "available"),
    ),
    "too-slow": Kind(
        status=408,
        title="The body took too long to arrive",
        meaning="It took longer than a minute, came slower than 16 kB a second, or paused for ten. Nothing was "
        "taken in.",
        detail="A body must be here within 60 s.",
        remedy="Send it again, compressed with gzip where the line is slow.",
    ),
    "outdated": Kind(
        status=409,
        title="The desk has a newer version of this article",
        meaning="The version that came is not greater than the one that the desk has, so it would undo a correction.",
        detail="It says version 2, and the desk has version 3 of this article: send a greater one.",
        remedy="Look at it (`links.article`), and send your change with a version greater than `storedVersion`.",
        always=("storedVersion", "article", "rev", "links"),
    ),
    "in-flight": Kind(
        status=409,
        title="The same request is being answered",
        meaning="The request that came first with this `Idempotency-Key` has no answer yet.",
        detail="The request that came first with this Idempotency-Key is being answered.",
        remedy="Send it again after the time in `Retry-After`, with the same key.",
    ),
    "on-its-way": Kind(
        status=409,
        title="The article is being changed right now",
        meaning="A patch needs the newest revision, and one that came before is not in the index yet.",
        detail="A revision that came before is still on its way.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "another-article": Kind(
        status=409,
        title="The body names another article",
        meaning="The body carries an address by which another article is known than the one it was sent to.",
        detail="The body names urn:news:2015:1110, which is another article.",
        remedy="Send it to the address that it names, or take that out of the body.",
        always=("address",),
        members=("article",),
    ),
    "missed": Kind(
        status=410,
        title="Those changes are no longer kept",
        meaning="The last 50,000 steps are kept (`events_kept`), and the place that was named lies before them.",
        detail="The oldest change that is kept is 1447046040000-0.",
        remedy="Read the list of articles anew, then follow from its newest on.",
    ),
    "withdrawn": Kind(
        status=410,
        title="The article was withdrawn",
        meaning="Its publisher, or the desk, took it back. `ETag` names the withdrawal; `withdrawal` says when, which "
        "it was and why, to who may read the article and as far as that was said.",
        detail="“Rubber at its best” was withdrawn at 2015-11-09 05:14 UTC: Published by mistake.",
        remedy="Take it down wherever you show it. Its publisher can publish it again with a greater version, or with "
        "`If-Match` and the revision in `ETag`.",
        always=("article", "rev"),
        members=("withdrawal",),
    ),
    "precondition-failed": Kind(
        status=412,
        title="The article is not as the request expects it",
        meaning="`If-Match` names another revision than the newest, or `If-None-Match: *` came and the article is "
        "there.",
        detail="The article has another revision than If-Match names.",
        remedy="Look at it anew, and decide again.",
        always=("article",),
        members=("rev", "links"),
    ),
    "too-large": Kind(
        status=413,
        title="The body is larger than this desk takes",
        meaning="It has more bytes than `maxBytes`, unpacked. Nothing was taken in.",
        detail="A body may have 4194304 bytes, unpacked.",
        remedy="Send one article at a time, without its pictures.",
        members=("maxBytes",),
    ),
    "unsupported-media-type": Kind(
        status=415,
        title="No reader for this kind of body",
        meaning="`Content-Type` is missing, names a type that this address does not take, or a charset nobody knows.",
        detail="'image/png' is not read here.",
        place=("header", "Content-Type"),
        remedy="Name one of the types in `accepted`.",
        always=("errors", "accepted"),
    ),
    "unsupported-encoding": Kind(
        status=415,
        title="No such content encoding",
        meaning="`Content-Encoding` names something else than gzip; a batch is sent as it is.",
        detail="'br' is not read here.",
        place=("header", "Content-Encoding"),
        remedy="Send the body plain, or with `Content-Encoding: gzip`.",
        always=("errors",),
    ),
    "no-article": Kind(
        status=422,
        title="The body holds no article",
        meaning="It is empty, holds nothing that we read, or is a list that cannot be split without losing something.",
        detail="The body is empty.",
        remedy="See `detail` for what was looked for.",
        always=("errors",),
        members=("receipt",),
    ),
    "not-readable": Kind(
        status=422,
        title="The article could not be read",
        meaning="You waited for it, it was taken in, and reading it failed.",
        detail="KeyError: 'section'",
        remedy="Nobody needs to send it again: the operator looks at it (`receipt`).",
        always=("errors", "receipt"),
    ),
    "idempotency-key-reused": Kind(
        status=422,
        title="That Idempotency-Key came with another request",
        meaning="Another body, address or header came with this key before.",
        detail="Another request came with this Idempotency-Key before: other body, address or headers.",
        place=("header", "Idempotency-Key"),
        remedy="Make a key for each request.",
        always=("errors",),
    ),
    "too-costly": Kind(
        status=422,
        title="The article costs too much to be read",
        meaning="`:validate` reads within bounds of time and memory, and the document goes beyond them.",
        detail="It needs more than 10 s of processor time or 384 MB to be read.",
        remedy="Send it smaller, or as text; `detail` has the limits.",
        always=("errors",),
    ),
    "over-quota": Kind(
        status=429,
        title="This publisher sends more than the desk takes of it",
        meaning="More articles came within a minute than `push_rate` allows. Nothing of this was taken in.",
        detail="This publisher may send 600 articles a minute; nothing of this was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "mostly-refused": Kind(
        status=429,
        title="Most of what this publisher sends is refused",
        meaning="More than half of this publisher's last pushes were refused, so no more are taken in for a while.",
        detail="41 of its last 50 pushes were refused, the last: no-article: The body holds no article. "
        "Nothing of this was taken in.",
        remedy="Correct what `detail` names. The first push after `Retry-After` is a trial: one that is taken in opens "
        "the door again. The operator can open it at once.",
    ),
    "headers-too-large": Kind(
        status=431,
        title="The header lines are too long",
        meaning="All header lines together may have 16 KiB.",
        detail="Header lines may have 16384 bytes.",
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
        detail="Nothing is taken in: 100000 articles are in flight.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
    "unavailable": Kind(
        status=503,
        title="A part of the desk does not answer",
        meaning="Redis, the archive, the index or the file of keys is away, or the desk is stopping.",
        detail="Nothing of yours was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
        members=("troubles",),
    ),
    "file-unreadable": Kind(
        status=503,
        title="A file of the desk cannot be read",
        meaning="Somebody has edited the file of keys, feeds, sources or saved filters by hand, or a disk has lost it, "
        "and what was asked for stands in it. All else goes on.",
        remedy="Send it again later. The operator finds the file and what is wrong with it in the log, and in the "
        "desk's pages: it is corrected, restored from a backup, or taken away.",
    ),
    "search-away": Kind(
        status=503,
        title="Searches are not answered for now",
        meaning="Neither the engine that is set nor the words beside the index answer: it is away, they are still "
        "being made.",
        detail="Nothing that answers searches is there now.",
        remedy="Ask again after the time in `Retry-After`. Articles by their names, lists and changes are answered "
        "meanwhile; the operator finds the reason in `copydesk status`.",
    ),
    "busy": Kind(
        status=503,
        title="Too much is arriving at once",
        meaning="No room is left for bodies on their way: of this publisher, or of all. Nothing was taken in.",
        detail="Other bodies are arriving; nothing of yours was taken in.",
        remedy="Send it again after the time in `Retry-After`.",
    ),
}
BY_STATUS: Mapping[int, str] = {kind.status: slug for slug, kind in reversed(KINDS.items())}


def example_of(slug: str) -> dict[str, object]:
    """A problem of this kind, as it is answered."""
    kind = KINDS[slug]
    told: dict[str, object] = {"type": link_to(f"/problems/{slug}"), "title": kind.title, "status": kind.status}
    if kind.detail:
        told["detail"] = kind.detail
    for name in (*kind.always, *kind.members):
        if name == "errors":
            told["errors"] = [{kind.place[0]: kind.place[1], "detail": kind.detail}]
        elif name in EXAMPLES:
            told[name] = EXAMPLES[name]
    return told | {"instance": "urn:uuid:0c1e5a0e-4f0f-4a53-9d3b-7c1c0b6f4a51"}
