"""Two families: what may go better later, and what will not. The class picks the remedy, the message holds the fact."""


class CopydeskError(Exception):
    """Anything a person is told of in one line, without a traceback."""


class TransientError(CopydeskError):
    """Worth another try: a timeout, a 429 or 5xx, Redis or a sink away."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(TransientError):
    """A disk, a sink or Redis is away: no article's fault. Its stage or sink pauses, and no attempt is counted."""


class NewerData(Unavailable):
    """Data that a newer release has written: they are left alone until that release runs."""


class PermanentError(CopydeskError):
    """No try will change it: no text, a 4xx from a sink, a bad setting."""


class FileUnreadable(PermanentError):
    """A file of the desk's own that a person has to mend: keys, feeds, settings of sources, saved filters."""


class IntakeFull(TransientError):
    """The desk takes nothing in for now: backlog, Redis memory or disk over its limit, an archive that is not writable.

    `told` is the reason as senders may read it: without the desk's paths and hosts.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, told: str = "backlog, memory or disk is over its limit"
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.told = told


class TooCostly(CopydeskError):
    """Work that needs more memory than it may have; once more alone, since others in its process may have had some."""


class Refused(PermanentError):
    """What only its sender can mend. It ends `refused`: told in its receipt, counted, aged out, no alarm."""


class InputRefused(Refused):
    """An input that no door takes: empty, too large, of a kind that is not read."""


class NotAnArticle(Refused):
    """Bytes that were read but hold no article."""


class EmbargoUnread(NotAnArticle):
    """An article under an embargo whose end nobody can tell: published by guess it could not be taken back."""


class StatusUnread(NotAnArticle):
    """An article whose `pubStatus` nobody can read, or that has two which differ; `place` is where it stands."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class NotAFeed(PermanentError):
    """A document that is no feed in any format we read."""
