"""`copydesk feeds`: which feeds are watched, and how each is doing."""

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from services.cli.auditing import person
from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json, standard_input, warn, warn_each
from services.cli.feed_lines import WHYS, condition, feed_lines, feed_values, next_visit
from services.cli.feed_previews import (
    in_short,
    look,
    look_before_adding,
    look_by_selectors,
    other_lines,
    preview_lines,
    via_lines,
)
from services.cli.feed_settings import changes_of, request_for
from services.cli.printing import ago, clean, plural, size, table
from services.cli.reach import NoDesk, reach_desk
from services.ingest.feed_history import FeedVisit, last_visits
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.host_rests import resting, shown_states
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.page_tallies import PageTallies, PageTally
from services.ingest.section_settings import read_section
from services.ingest.sitemap_maps import MAPS, KnownMap, unpack_maps
from services.ingest.subscriptions import (
    AddedFeeds,
    Subscription,
    Subscriptions,
    UnknownFeed,
    shown_address,
)
from services.ingest.websub import HubSubscription
from shared.clock import now_us
from shared.errors import InputRefused, TransientError
from shared.ledger.connection import connect, connect_to_look
from shared.source_book import SourceBook
from shared.source_settings import check_source
from shared.whole_file import replace_whole

if TYPE_CHECKING:
    from services.ingest.feed_preview import FeedPreview

MOST_LIST = 16 * 1024 * 1024  # bytes of a list that comes in


def add_feed(context: Context) -> int:
    """Subscribe; the watcher sees the new feed within seconds."""
    args = context.args
    check_source(zone=args.zone, language=args.language, place=f"feed {shown_address(args.url)}")
    asked, changes = args.url, changes_of(args, args.url)
    found = look_before_adding(context, asked, request_for(args, asked), changes)
    if found is not None:
        args.url = found.url  # as the audit log names it, too
    changes |= {name: said for name in ("zone", "language", "pages") if (said := getattr(args, name)) is not None}
    subscriptions = Subscriptions(context.settings)
    before = {feed.id for feed in subscriptions.list()}
    added = subscriptions.add(args.url, changes)
    if added.request.secrets and not added.request.sent_to(added.url):
        warn(f"what {added.request.origin} is told in secret is not told to {added.shown()}, which is another")
    _begin_anew(context, added)
    made = added.source_with(args.zone, args.language)
    SourceBook(context.settings.sources_file).save_as_made(made, who=person())
    if context.as_json:
        known = {"known": added.id in before}
        show_json(feed_values(added) | known | ({} if found is None else {"preview": _shown(found)}))
    else:
        seen = "" if found is None else f": {in_short(found, now_us())}"
        since = "was watched already, and is with what you said of it" if added.id in before else "is watched"
        print(f"{added.id}  {clean(added.shown())} {since} from now on{seen}.")
        for line in () if found is None else (*via_lines(asked, found), *other_lines(found)):
            print(line)
    return OK


def _begin_anew(context: Context, feed: Subscription) -> None:
    """Who adds a feed that had ended wants it visited again; where no Redis, or no desk, is yet, nothing has."""
    with suppress(TransientError, NoDesk):
        states = FeedStates(connect(reach_desk(context)))
        if states.get(feed).stopped:
            states.resume(feed)


def check_feed(context: Context) -> int:
    """Look at a feed, or find that of a site; nothing is stored."""
    args = context.args
    section = read_section(args.select, args.select_title, args.select_date)
    found = look(context, args.url, section=section)
    if context.as_json:
        show_json(_shown(found))
    else:
        print(*preview_lines(context.args.url, found, now_us()), sep="\n")
    return OK


def _shown(found: "FeedPreview") -> dict[str, object]:
    shown: dict[str, object] = msgspec.to_builtins(found)
    others = [shown_address(other) for other in found.others]
    return shown | {"url": shown_address(found.url)} | ({"others": others} if others else {})


def remove_feed(context: Context) -> int:
    """End a subscription, by its address or id; what came from it stays."""
    try:
        removed = Subscriptions(context.settings).remove(context.args.url)
    except UnknownFeed as error:
        warn(clean(str(error)))
        return WRONG
    if context.as_json:
        show_json(feed_values(removed))
    else:
        print(f"{removed.id}  {clean(removed.shown())} is not watched any more; its articles stay.")
    return OK


def refresh_feeds(context: Context) -> int:
    """Visit feeds now, whenever they were due."""
    return _visit_now(context, FeedStates.refresh, "refreshed", "has ended (410): `copydesk feeds resume` begins anew")


def resume_feeds(context: Context) -> int:
    """Begin anew with feeds that failed or have ended (410)."""
    return _visit_now(context, FeedStates.resume, "resumed", "neither failed nor ended: nothing was done")


def _visit_now(context: Context, act: Callable[[FeedStates, Subscription], bool], key: str, left_why: str) -> int:
    """Do it to the feeds that are named, or to all that fail; tells of each that was left as it is why."""
    args, subscriptions = context.args, Subscriptions(context.settings)
    if bool(args.refs) == bool(args.failing):
        warn("name the feeds (`copydesk feeds list` shows them), or say --failing")
        return UNUSABLE
    client = connect(reach_desk(context))
    states = FeedStates(client)
    try:
        feeds = [subscriptions.find(name) for name in args.refs] or _failing(states, subscriptions.list())
    except UnknownFeed as error:
        warn(clean(str(error)))
        return WRONG
    done = [feed for feed in feeds if act(states, feed)]
    left = [feed for feed in feeds if feed not in done]
    args.refs = [feed.shown() for feed in done]  # as the audit log names them
    if context.as_json:
        show_json({key: [feed_values(feed) for feed in done], "left": [feed_values(feed) for feed in left]})
    else:
        print(f"{plural(len(done), 'feed')} {'is' if len(done) == 1 else 'are'} visited within seconds.")
        waits = [f"{feed.shown()} waits {ago(now_us(), until_us)} more" for feed, until_us in resting(client, done)]
        warn_each([clean(f"{wait}: {WHYS['rest']}") for wait in waits])
        warn_each([clean(f"{feed.shown()} {left_why}") for feed in left])
    return WRONG if left else OK


def _failing(states: FeedStates, feeds: Sequence[Subscription]) -> list[Subscription]:
    return [feed for feed, state in zip(feeds, states.get_all(feeds), strict=True) if state.is_failing]


def import_feeds(context: Context) -> int:
    """Watch all feeds of a list. Exit code 1 where some of it was not taken."""
    subscriptions = Subscriptions(context.settings)
    source = context.args.file
    body = standard_input().read(MOST_LIST + 1) if source == "-" else _read_file(Path(source))
    if len(body) > MOST_LIST:
        raise InputRefused(f"the list is larger than {size(MOST_LIST)}")
    listed = import_module("services.ingest.formats.opml").read_list(body)  # who only looks loads no parser
    lists = import_module("services.ingest.feed_lists")
    done: AddedFeeds = lists.add_list(subscriptions, listed)
    SourceBook(context.settings.sources_file).save_all_as_made(lists.made_by(listed, done), who=person())
    context.args.refs = [feed.shown() for feed in done.added]  # as the audit log names them
    warn_each([clean(f"{shown_address(url)} is not taken: {why}") for url, why in done.refused])
    if context.as_json:
        show_json({
            "added": [feed_values(feed) for feed in done.added],
            "known": [feed_values(feed) for feed in done.known],
            "refused": [{"url": shown_address(url), "why": why} for url, why in done.refused],
        })  # fmt: skip
    else:
        print(f"{plural(len(done.added), 'feed')} added, {len(done.known):,} watched already.")
    return WRONG if done.refused else OK


def export_feeds(context: Context) -> int:
    """Write the feeds as OPML, for another desk or another reader."""
    feeds = Subscriptions(context.settings).list()
    titles = {feed_id: state.title for feed_id, state in _states(context, feeds).items()}
    lists = import_module("services.ingest.feed_lists")
    listed = lists.list_feeds(feeds, titles, with_logins=context.args.with_passwords)
    opml: bytes = lists.as_opml(listed, dt.datetime.now(dt.UTC))
    if context.args.file != "-":
        replace_whole(Path(context.args.file), opml)
    if context.as_json:
        show_json(listed if context.args.file == "-" else {"file": context.args.file, "feeds": listed})
    elif context.args.file == "-":
        sys.stdout.buffer.write(opml)
        sys.stdout.buffer.flush()
    else:
        print(f"{plural(len(feeds), 'feed')} in {clean(context.args.file)}.")
    return OK


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_LIST + 1)


def show_feed(context: Context) -> int:
    """One feed: how it is doing, its last visits, when it is due and why; without Redis only what was set."""
    try:
        feed = Subscriptions(context.settings).find(context.args.name)
    except UnknownFeed as error:
        warn(clean(str(error)))
        return WRONG
    state, visits, hub, maps = None, list[FeedVisit](), None, tuple[KnownMap, ...]()
    pages: PageTally | None = None
    try:
        client = connect_to_look(reach_desk(context))
        (state,), visits = shown_states(client, [feed]), list(last_visits(client, feed))
        hub, maps = HubSubscriptions(client).get(feed.id), unpack_maps(FeedStates(client).kept(feed, MAPS))
        pages = PageTallies(client).get(feed)
    except TransientError as error:
        warn(f"{error}; how the feed is doing is not known")
    if context.as_json:
        hints = SourceBook(context.settings.sources_file).applied(feed.source()).hints
        show_json(
            feed_values(feed, state, hints)
            | {"visits": visits, "hub": _hub_as_json(hub)}
            | _maps_as_json(maps)
            | ({} if pages is None else {"pagesRead": pages})
        )
    else:
        print(*feed_lines(feed, state, visits, now_us(), hub, maps, pages), sep="\n")
    return OK


def _maps_as_json(maps: Sequence[KnownMap]) -> dict[str, object]:
    """The sitemaps of an index; no word of them of any other feed."""
    shown = [{"url": one.url, "changed": one.said, "retired": one.retired or None} for one in maps]
    return {"sitemaps": shown} if shown else {}


def _hub_as_json(hub: HubSubscription | None) -> dict[str, object] | None:
    """A subscription without its secrets."""
    if hub is None:
        return None
    return {
        "url": hub.hub, "topic": hub.topic, "state": hub.state, "endsUs": hub.ends_us or None,
        "toldUs": hub.told_us or None, "problem": hub.problem,
    }  # fmt: skip


def edit_feed(context: Context) -> int:
    """Give a feed another address, other visits, title, zone or language; what is known of it stays."""
    args, subscriptions = context.args, Subscriptions(context.settings)
    names = ("url", "title", "zone", "language", "pages")
    said = {name: value for name in names if (value := getattr(args, name)) is not None} | changes_of(args)
    if not said:
        warn("say what is to change: `copydesk feeds edit --help` names it")
        return UNUSABLE
    check_source(zone=args.zone, language=args.language, place=f"feed {shown_address(args.name)}")
    try:
        look_by_selectors(context, subscriptions.find(args.name), said)
        edited = subscriptions.edit(args.name, said)
    except UnknownFeed as error:
        warn(clean(str(error)))
        return WRONG
    if args.zone or args.language:
        made = edited.source_with(args.zone, args.language)
        SourceBook(context.settings.sources_file).save_as_made(made, who=person())
    args.name = edited.shown()  # as the audit log names it
    if context.as_json:
        show_json(feed_values(edited))
    else:
        print(f"{edited.id}  {clean(edited.shown())} is watched with these settings from now on.")
    return OK


def list_feeds(context: Context) -> int:
    """The feeds; without Redis only what was set."""
    feeds = Subscriptions(context.settings).list()
    states = _states(context, feeds)
    if states or not feeds:
        _warn_of_lists(context)
    if context.as_json:
        book = SourceBook(context.settings.sources_file)
        show_json([feed_values(feed, states.get(feed.id), book.applied(feed.source()).hints) for feed in feeds])
    elif not feeds:
        print("No feeds yet: `copydesk feeds add URL` subscribes to one.")
    else:
        rows = [("ID", "FEED", "LAST", "NEXT", "STATE")]
        rows += [_row(feed, states.get(feed.id), now_us()) for feed in feeds]
        print(*table(rows), sep="\n")
    return OK


def _states(context: Context, feeds: tuple[Subscription, ...]) -> dict[str, FeedState]:
    if not feeds:
        return {}
    try:
        states = shown_states(connect_to_look(reach_desk(context)), feeds)
        return {feed.id: state for feed, state in zip(feeds, states, strict=True)}
    except TransientError as error:
        warn(f"{error}; how the feeds are doing is not known")
        return {}


def _warn_of_lists(context: Context) -> None:
    """Name each list of feeds that cannot be read: it may be why a feed is not there."""
    with suppress(TransientError):
        lists = FeedStates(connect_to_look(reach_desk(context))).failing_lists()
        warn_each([clean(f"a list of feeds cannot be read: {failing.reason}") for failing in lists])


def _row(feed: Subscription, state: FeedState | None, now: int) -> tuple[str, str, str, str, str]:
    if state is None:
        return feed.id, feed.shown(), "-", "-", "not known"
    last = "-" if state.checked_us is None else f"{ago(state.checked_us, now)} ago"
    return feed.id, feed.shown(), last, next_visit(state, now), condition(feed, state, now)
