"""What a person at the terminal is told of one feed: how it is doing, why it is visited when it is, its last visits."""

from collections.abc import Iterator, Mapping, Sequence

from services.cli.printing import ago, clean, row, table
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_states import FeedState
from services.ingest.schedule import Kind, Why
from services.ingest.sitemap_maps import KnownMap
from services.ingest.subscriptions import Subscription
from services.ingest.websub import HubSubscription

MOST_ENDED = 10
RESULTS: Mapping[Kind, str] = {
    "news": "new entries", "same": "nothing new", "failed": "failed", "gone": "gone (410)", "full": "the desk was full",
    "offline": "nothing answered",
}  # fmt: skip
WHYS: Mapping[Why, str] = {
    "pace": "the pace it is visited at", "asked": "its server asked for that", "backoff": "longer after each failure",
    "full": "the desk was full", "request": "a person asked for it", "gone": "its server says that it has ended",
    "offline": "nothing answers: the desk seems cut off",
}  # fmt: skip


def condition(state: FeedState) -> str:
    """`fine (200)`, `failed 3×: …`."""
    if state.stopped:
        return "gone (410)"
    if state.failures:
        return f"failed {state.failures}×: {state.problem or state.status}"
    if state.is_restless:
        return f"revises too often: most entries were edited at each of the last {state.restless} visits"
    return "new" if state.status is None else f"fine ({state.status})"


def next_visit(state: FeedState, now_us: int) -> str:
    """`in 4 min`, `now`, `never`."""
    if state.stopped:
        return "never"
    if state.due_us is None or state.due_us <= now_us:
        return "now"
    return f"in {ago(now_us, state.due_us)}"


def feed_lines(
    feed: Subscription,
    state: FeedState | None,
    visits: Sequence[FeedVisit],
    now_us: int,
    hub: HubSubscription | None = None,
    maps: Sequence[KnownMap] = (),
) -> Iterator[str]:
    """All of one feed; `maps` are the sitemaps of an index."""
    title = feed.title or (state.title if state is not None else None)
    yield f"{feed.id}  {clean(feed.shown())}"
    for label, text in (("Title", title), ("Folder", " / ".join(feed.folder)), ("Zone", feed.zone),
                        ("Language", feed.language), ("Pages", feed.pages)):  # fmt: skip
        if text:
            yield from row(label, clean(text))
    if feed.interval_s:
        yield from row("Interval", f"{feed.interval_s} s")
    if state is None:
        return
    yield from row("State", clean(condition(state)))
    for label, at_us in (("Visited", state.checked_us), ("Last new", state.news_us)):
        yield from row(label, "never" if at_us is None else f"{ago(at_us, now_us)} ago")
    why = f" ({WHYS[state.why]})" if state.why is not None else ""
    yield from row("Next", f"{next_visit(state, now_us)}{why}")
    if hub is not None:
        yield from row("Hub", clean(_hub(hub, now_us)))
    yield from _map_lines(maps)
    if visits:
        yield ""
        rows = [("VISITED", "RESULT", "NEW", "STATUS", "TOOK", "PROBLEM")]
        yield from table(rows + [_visit_row(visit, now_us) for visit in visits])


def _map_lines(maps: Sequence[KnownMap]) -> Iterator[str]:
    ended = [one for one in maps if one.retired]
    if maps:
        yield from row("Sitemaps", f"{len(maps)} that may hold news, {len(ended)} ended")
    yield from (f"  {clean(one.url)}: {clean(one.retired)}" for one in ended[:MOST_ENDED])


def _hub(hub: HubSubscription, now_us: int) -> str:
    """`https://hub.example/, active for 9 days, called 4 min ago`."""
    match hub.state:
        case "active":
            told = f"called {ago(hub.told_us, now_us)} ago" if hub.told_us else "has not called yet"
            lasts = f"active for {ago(now_us, hub.ends_us)}" if hub.ends_us > now_us else "its lease has ended"
            standing = f"{lasts}, {told}"
        case "denied":
            standing = f"denied{f': {hub.problem}' if hub.problem else ''}"
        case _:
            standing = f"asked {hub.tries}×, not confirmed{f': {hub.problem}' if hub.problem else ''}"
    return f"{hub.hub}, {standing}"


def _visit_row(visit: FeedVisit, now_us: int) -> tuple[str, str, str, str, str, str]:
    new, status = str(visit.news or "-"), str(visit.status or "-")
    told = RESULTS[visit.kind]
    return f"{ago(visit.at_us, now_us)} ago", told, new, status, f"{visit.took_ms} ms", clean(visit.problem or "")
