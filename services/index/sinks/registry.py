"""Which sink an address means."""

from collections.abc import Callable, Mapping

from services.index.plug_ins import kind_of, load
from services.index.sinks.sink import Sink
from shared.errors import PermanentError
from shared.settings import Settings, without_password
from shared.sink_settings import SinkSettings

KINDS: Mapping[str, str] = {
    "opensearch": "opensearch:OpenSearchSink",
    "postgresql": "postgres:PostgresSink",
    "files": "files:FilesSink",
    "redis": "redis_stream:RedisStreamSink",
    "webhook": "webhook:WebhookSink",
    "websub": "websub:WebSubSink",
    "s3": "object_store:ObjectStoreSink",
}
"""By the part of an address's scheme before its `+`: the module and class of the sink, below this folder."""


def open_sink(name: str, settings: SinkSettings, desk: Settings) -> Sink:
    """Make the sink that an address means. `PermanentError` tells what is wrong with the address or missing here."""
    kind = kind_of(settings.url)
    target = KINDS.get(kind)
    if target is None:
        known = ", ".join(sorted(KINDS))
        raise PermanentError(f"sink {name}: {without_password(settings.url)} begins with none of {known}")
    make: Callable[[str, SinkSettings, Settings], Sink] = load(
        f"services.index.sinks.{target}", used_by=f"sink {name}", kind=kind, setting="sink"
    )
    return make(name, settings, desk)
