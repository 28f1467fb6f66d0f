"""The way in for articles without an address: an older release knew such a one by its content alone."""

from collections.abc import Sequence

import msgspec

from services.ingest.intake import Answer, WeighsInputs
from services.web.state import Index
from services.web.targets import remembered
from shared.envelope import Input, pushed_by
from shared.errors import InputRefused
from shared.identity import article_id, content_hash
from shared.ledger.calls import Weighed


class NamelessIntake:
    """An intake that is told which of its publisher's articles an input without an address was, where the index knows.

    The index is asked in the thread that takes in, where the loop waits for the archive all the same.
    """

    def __init__(self, intake: WeighsInputs, index: Index) -> None:
        self._intake = intake
        self._index = index

    def take_each(self, inputs: Sequence[Input]) -> Sequence[Answer]:
        """As the intake's own."""
        return self._intake.take_each([self._known(item) for item in inputs])

    def weigh(self, inputs: Sequence[Input]) -> Sequence[Weighed | InputRefused]:
        """As the intake's own."""
        return self._intake.weigh([self._known(item) for item in inputs])

    def _known(self, item: Input) -> Input:
        publisher = pushed_by(item.source)
        if not publisher or item.aliases or item.before or item.corrects:
            return item
        article = article_id((), content_hash(item.media_type, item.body))
        stored = self._index.get(article)
        if stored is None or (stored.owner, stored.article_id) != (publisher, article):
            return item
        return msgspec.structs.replace(item, before=remembered(article, stored))
