"""Is it the world that does not answer, or are we cut off? Then no feed is to blame."""

ENOUGH = 4  # hosts
AT_MOST_S = 4 * 3600.0  # then what does not answer counts all the same: nobody should be left without notice for good


class OwnOutage:
    """Sees the visits of one process. While nothing answers of what answered before, the fault is ours."""

    def __init__(self) -> None:
        self._silent: dict[str, float] = {}

    def note_answer(self) -> None:
        """Somebody out there has answered, if only with a no."""
        self._silent.clear()

    def note_silence(self, host: str, now_s: float) -> None:
        """A host did not answer whose feed was well until now."""
        self._silent.setdefault(host, now_s)

    def is_ours(self, now_s: float) -> bool:
        """Have several hosts fallen silent, and none has answered since the first of them?"""
        return len(self._silent) >= ENOUGH and now_s - min(self._silent.values()) < AT_MOST_S
