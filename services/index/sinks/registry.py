"""Which sink an address means. Each is imported when it is used: a desk needs none of their libraries."""

import importlib
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

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
    kind = urlsplit(settings.url).scheme.partition("+")[0]
    target = KINDS.get(kind)
    if target is None:
        known = ", ".join(sorted(KINDS))
        raise PermanentError(f"sink {name}: {without_password(settings.url)} begins with none of {known}")
    module, _, made = target.partition(":")
    try:
        make: Callable[[str, SinkSettings, Settings], Sink] = getattr(
            importlib.import_module(f"services.index.sinks.{module}"), made
        )
    except ModuleNotFoundError as error:
        raise PermanentError(
            f"sink {name} needs {error.name}: pip install 'copydesk[{kind}]', or remove the sink"
        ) from error
    return make(name, settings, desk)
