"""Visits single pages by the guarded client and takes each in as an article of the publisher who spoke of it."""

import asyncio
import threading
from collections.abc import Sequence

import structlog

from services.ingest.intake import TakesInputs
from services.ingest.page_visits import PageVisit, PageVisits
from services.ingest.periodic import repeat
from shared.envelope import Input
from shared.errors import CopydeskError, InputRefused, TransientError
from shared.identity import address_alias, canonical_url, clean_link, covers
from shared.net.http import Client, Fetched, fetch
from shared.settings import Settings

log = structlog.get_logger(__name__)

ACCEPT = "text/html,application/xhtml+xml;q=0.9"
PAGES = frozenset({"text/html", "application/xhtml+xml"})
LOOK_S = 1.0
TRIES, BACKOFF_S = 4, 30.0


class PageVisitor:
    """Makes the visits that are due, those of one look side by side."""

    def __init__(self, settings: Settings, visits: PageVisits, intake: TakesInputs) -> None:
        self._settings, self._visits, self._intake = settings, visits, intake

    def run(self, stop: threading.Event) -> None:
        """Look for what is due until told to stop."""
        repeat(self.visit_due, stop, LOOK_S, postponed="page_visits_postponed", failed="page_visits_failed")

    def visit_due(self) -> int:
        """Make the visits that are due; gives how many there were."""
        visits = self._visits.claim()
        if visits:
            asyncio.run(self._visit_all(visits))
        return len(visits)

    async def _visit_all(self, visits: Sequence[PageVisit]) -> None:
        async with Client(self._settings) as client:
            await asyncio.gather(*(self._visit(client, visit) for visit in visits))

    async def _visit(self, client: Client, visit: PageVisit) -> None:
        told = {"page": visit.url, "publisher": visit.source.name}
        try:
            item = article_of(visit, await fetch(client, visit.url, accept=ACCEPT))
            (answer,) = await asyncio.to_thread(self._intake.take_each, [item])
            if isinstance(answer, InputRefused):
                raise answer
        except TransientError as error:
            if visit.tries + 1 < TRIES:
                await asyncio.to_thread(self._visits.again, visit, error.retry_after or BACKOFF_S * 2**visit.tries)
                log.info("page_visit_postponed", **told, reason=str(error))
                return
            log.warning("page_visit_given_up", **told, reason=str(error))
        except CopydeskError as error:
            log.warning("page_refused", **told, reason=str(error))
        except Exception as error:  # one page that breaks its visit would break those beside it, again and again
            log.error("page_visit_broken", **told, exc_info=error)
        else:
            log.info("page_visited", **told, receipt=answer.receipt, article=answer.article, state=answer.state)
        await asyncio.to_thread(self._visits.finish, visit)


def article_of(visit: PageVisit, answer: Fetched) -> Input:
    """The page as its publisher's input; raises `InputRefused` for what is no page, or leads out of their addresses."""
    media_type = answer.headers.get("content-type", "")
    essence = media_type.partition(";")[0].strip().lower()
    if essence not in PAGES:
        raise InputRefused(f"{visit.url} is {essence or 'of no said type'}, and no page of HTML")
    asked, found = visit.page, canonical_url(answer.url) or answer.url
    if not any(covers(prefix, found) for prefix in visit.prefixes):
        raise InputRefused(f"{visit.url} leads to {answer.url}, which is not below the publisher's addresses")
    aliases = dict.fromkeys(address_alias(page, visit.source.name) for page in (asked, found))
    return Input(
        source=visit.source,
        media_type=media_type.replace(essence, "text/html", 1) if essence != "text/html" else media_type,
        body=answer.body,
        aliases=tuple(aliases),
        url=clean_link(answer.url),
        own=True,
    )
