"""Asks hubs for subscriptions that are wished for, or end soon."""

import asyncio
import threading
from collections.abc import Sequence

import structlog

from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.periodic import repeat
from services.ingest.subscriptions import Subscriptions
from services.ingest.websub import HubSubscription, subscribe_form
from shared.errors import CopydeskError
from shared.net.http import Client, call
from shared.settings import Settings

log = structlog.get_logger(__name__)

LOOK_S = 3.0
CALLBACKS = "/websub/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class HubAsker:
    """Asks the hubs that are due, those of one look side by side. Only a desk that others can reach has callbacks."""

    def __init__(self, settings: Settings, hubs: HubSubscriptions) -> None:
        self._settings, self._hubs, self._subscriptions = settings, hubs, Subscriptions(settings)

    def run(self, stop: threading.Event) -> None:
        """Look for what is due until told to stop."""
        repeat(self.ask_due, stop, LOOK_S, postponed="hubs_postponed", failed="hubs_failed")

    def ask_due(self) -> int:
        """Ask what is due; gives how many hubs were asked."""
        due = self._hubs.due()
        watched = {feed.id for feed in self._subscriptions.list()} if due else set()
        if gone := [one.feed for one in due if one.feed not in watched]:
            self._hubs.forget(gone)
        wanted = [one for one in due if one.feed in watched]
        if wanted:
            asyncio.run(self._ask_all(wanted))
        return len(wanted)

    async def _ask_all(self, wanted: Sequence[HubSubscription]) -> None:
        async with Client(self._settings) as client:
            await asyncio.gather(*(self._ask(client, one) for one in wanted))

    async def _ask(self, client: Client, subscription: HubSubscription) -> None:
        callback = f"{(self._settings.public_url or '').rstrip('/')}{CALLBACKS}{subscription.token}"
        problem = None
        try:
            answer = await call(client, subscription.hub, FORM, subscribe_form(subscription, callback))
            if not 200 <= answer.status < 300:
                problem = f"the hub answered {answer.status}"
        except CopydeskError as error:
            problem = str(error)
        await asyncio.to_thread(self._hubs.note_asked, subscription, problem)
        log.info("hub_asked", feed=subscription.feed, hub=subscription.hub, problem=problem)
