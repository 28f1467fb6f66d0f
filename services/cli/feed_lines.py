"""What a person at the terminal is told of one feed: how it is doing, why it is visited when it is, its last visits."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from services.cli.printing import ago, clean, row, table
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_states import FeedState
from services.ingest.page_tallies import PageTally
from services.ingest.schedule import Kind, Why
from services.ingest.sitemap_maps import KnownMap
from services.ingest.standing import State, standing_of
from services.ingest.subscriptions import Subscription
from services.ingest.websub import HubSubscription
from shared.clock import now_us
from shared.hints import NO_HINTS, Hints

MOST_ENDED = 10
RESULTS: Mapping[Kind, str] = {
    "news": "new entries", "same": "nothing new", "failed": "failed", "gone": "gone (410)", "full": "the desk was full",
    "offline": "nothing answered",
}  # fmt: skip
WHYS: Mapping[Why, str] = {
    "pace": "the pace it is visited at", "asked": "its server asked for that", "backoff": "longer after each failure",
    "full": "the desk was full", "request": "a person asked for it", "gone": "its server says that it has ended",
    "offline": "nothing answers: the desk seems cut off",
    "rest": "its host asked that all its feeds rest, as with a 429",
}  # fmt: skip


STATES: Mapping[State, str] = {
    "new": "new", "fine": "fine", "moving": "fine, but it may be moving", "moved": "fine, it has moved",
    "restless": "revises too often", "silent": "silent for longer than ever", "offline": "nothing answers us",
    "soft": "failed {}×, which may pass", "hard": "failed {}×, which stays so", "blocked": "refused {}×",
    "gone": "gone (410)",
}  # fmt: skip


def condition(feed: Subscription, state: FeedState, now_us: int) -> str:
    """`fine (200)`, `failed 3×, which may pass: …`."""
    standing = standing_of(feed, state, now_us)
    told = STATES[standing.state].format(state.failures)
    if standing.reason:
        return f"{told}: {standing.reason}"
    return f"{told} ({state.status})" if standing.state == "fine" else told


def feed_values(feed: Subscription, state: FeedState | None = None, hints: Hints = NO_HINTS) -> dict[str, object]:
    """A feed as programs are told of it; of its secrets only the names."""
    shown: dict[str, object] = {"id": feed.id, "url": feed.shown()}
    shown |= {"zone": hints.zone or feed.zone, "language": hints.language or feed.language}
    shown |= {
        "title": feed.title, "folder": feed.folder, "intervalS": feed.interval_s, "pages": feed.pages,
        "shortestS": feed.shortest_s, "longestS": feed.longest_s, "pauseS": feed.pause_s, "scope": feed.scope,
        "userAgent": feed.request.user_agent, "secrets": feed.request.secrets, "movedFrom": feed.moved_from,
        "movedUs": feed.moved_us or None, "section": feed.section,
    }  # fmt: skip
    if state is None:
        return shown
    values, standing = msgspec.to_builtins(state), standing_of(feed, state, now_us())
    names = ("status", "failures", "problem", "checkedUs", "newsUs", "dueUs", "why", "stopped", "quiet", "restless")
    shown |= {"state": standing.state, "reason": standing.reason, "entriesADay": round(state.novelty.rate, 2)}
    shown |= {"paceS": None if state.pace_s is None else round(state.pace_s)}
    return shown | {name: values.get(name) for name in names} | {"title": feed.title or state.title}


def next_visit(state: FeedState, now_us: int) -> str:
    """`in 4 min`, `now`, `never`, `rests 9 min`."""
    if state.stopped:
        return "never"
    if state.due_us is None or state.due_us <= now_us:
        return "now"
    span = ago(now_us, state.due_us)
    return f"rests {span}" if state.why == "rest" else f"in {span}"


def feed_lines(
    feed: Subscription,
    state: FeedState | None,
    visits: Sequence[FeedVisit],
    now_us: int,
    hub: HubSubscription | None = None,
    maps: Sequence[KnownMap] = (),
    pages: PageTally | None = None,
) -> Iterator[str]:
    """All of one feed; `maps` are the sitemaps of an index, `pages` what became of its entries' pages."""
    title = feed.title or (state.title if state is not None else None)
    yield f"{feed.id}  {clean(feed.shown())}"
    for label, text in (("Title", title), ("Folder", " / ".join(feed.folder)), ("Zone", feed.zone),
                        ("Language", feed.language), ("Pages", feed.pages), ("Section", _section(feed))):  # fmt: skip
        if text:
            yield from row(label, clean(text))
    yield from _settings_lines(feed)
    if state is None:
        return
    yield from row("State", clean(condition(feed, state, now_us)))
    for label, at_us in (("Visited", state.checked_us), ("Last new", state.news_us)):
        yield from row(label, "never" if at_us is None else f"{ago(at_us, now_us)} ago")
    why = f" ({WHYS[state.why]})" if state.why is not None else ""
    if state.novelty.seen_s:
        often = f", worth a visit each {_span(state.pace_s)} at this hour" if state.pace_s else ""
        yield from row("Brings", f"about {_number(state.novelty.rate)} entries a day{often}")
    yield from row("Next", f"{next_visit(state, now_us)}{why}")
    if hub is not None:
        yield from row("Hub", clean(_hub(hub, now_us)))
    yield from _map_lines(maps)
    yield from _page_lines(pages, now_us)
    if visits:
        yield ""
        rows = [("VISITED", "RESULT", "NEW", "STATUS", "TOOK", "PROBLEM")]
        yield from table(rows + [_visit_row(visit, now_us) for visit in visits])


def _section(feed: Subscription) -> str | None:
    """`links: article.teaser, date: time`."""
    return (
        None if feed.section is None else ", ".join(f"{name}: {one}" for name, one in feed.section.selectors().items())
    )


def _page_lines(pages: PageTally | None, now_us: int) -> Iterator[str]:
    """`12 taken, 3 refused`, and what was wrong last."""
    if pages is not None:
        yield from row("Pages read", ", ".join(f"{count:,} {name}" for name, count in pages.counts.items()))
    if pages is not None and pages.problem is not None and pages.problem_us is not None:
        yield from row("", clean(f"{ago(pages.problem_us, now_us)} ago: {pages.problem}"))


def _map_lines(maps: Sequence[KnownMap]) -> Iterator[str]:
    ended = [one for one in maps if one.retired]
    if maps:
        yield from row("Sitemaps", f"{len(maps)} that may hold news, {len(ended)} ended")
    yield from (f"  {clean(one.url)}: {clean(one.retired)}" for one in ended[:MOST_ENDED])


def _settings_lines(feed: Subscription) -> Iterator[str]:
    """What was set for its visits; of secrets only which there are, and for whom."""
    bounds = {"Interval": feed.interval_s, "Shortest": feed.shortest_s, "Longest": feed.longest_s}
    for label, seconds in {**bounds, "Pause": feed.pause_s}.items():
        if seconds is not None:
            yield from row(label, f"{seconds} s")
    if feed.scope is not None:
        yield from row("Scope", f"its server's wishes count for the {feed.scope}")
    if feed.request.user_agent:
        yield from row("Asked as", clean(feed.request.user_agent))
    if feed.request.secrets:
        yield from row("Secrets", clean(f"{', '.join(feed.request.secrets)}, for {feed.request.origin} alone"))
    if feed.moved_from is not None:
        yield from row("Moved", clean(f"from {feed.moved_from}"))


def _span(seconds: float) -> str:
    return ago(0, int(seconds * 1_000_000))


def _number(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"


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
