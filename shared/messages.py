"""The envelope under the module name of the first release, for programs of others that import it; new code does not."""

from shared.envelope import FEED_ENTRY_TYPE, Event, FeedEntry, Input, Raw, Source

__all__ = ["FEED_ENTRY_TYPE", "Event", "FeedEntry", "Input", "Raw", "Source"]
