"""Which engine answers searches, as the settings say."""

from collections.abc import Callable, Mapping

from services.index.engine import SearchEngine
from services.index.plug_ins import kind_of, load
from services.index.search import Index
from shared.errors import PermanentError
from shared.settings import Settings
from shared.sink_settings import SinkSettings

ENGINES: Mapping[str, str] = {"opensearch": "services.index.opensearch.engine:OpenSearchEngine"}
"""By the kind of sink that searches are asked of: the module and class of the engine."""


def open_index(settings: Settings) -> Index:
    """The index with the engine that searches are asked of. `PermanentError` tells why a sink cannot answer them."""
    return Index(settings.index_file, _engine(settings))


def _engine(settings: Settings) -> SearchEngine | None:
    name = settings.search_sink
    if name is None:
        return None
    sink = settings.sinks[name]
    kind = kind_of(sink.url)
    target = ENGINES.get(kind)
    if target is None:
        known = ", ".join(sorted(ENGINES))
        raise PermanentError(f"search_sink names {name}, whose kind {kind} answers no searches: {known} does")
    make: Callable[[str, SinkSettings, Settings], SearchEngine] = load(
        target, used_by=f"search_sink {name}", kind=kind, setting="setting"
    )
    return make(name, sink, settings)
