"""Every document of the corpus: each story in each layout of each path."""

from collections.abc import Iterator, Mapping

from services.ingest.feeds import make_inputs, read_feed
from shared.envelope import Raw, Source
from tests.corpus import (
    feed_layouts,
    newsml_g2_layouts,
    ninjs_layouts,
    nitf_layouts,
    page_layouts,
    schema_org_layouts,
    text_layouts,
)
from tests.corpus.markup import page_address
from tests.corpus.stories import Newsroom, Setting
from tests.corpus.truth import FIRST_RECEIVED_US, Copy, Document, Layouts, truth_of

PATHS: Mapping[str, Layouts] = {
    "text": text_layouts.LAYOUTS,
    "pages": page_layouts.LAYOUTS,
    "feeds": feed_layouts.LAYOUTS,
    "ninjs": ninjs_layouts.LAYOUTS,
    "schema_org": schema_org_layouts.LAYOUTS,
    "nitf": nitf_layouts.LAYOUTS,
    "newsml_g2": newsml_g2_layouts.LAYOUTS,
}


def make_documents(newsrooms: tuple[Newsroom, ...]) -> Iterator[Document]:
    """The documents of these newsrooms, path by path."""
    for path, layouts in PATHS.items():
        for turn, (layout, build) in enumerate(layouts.items()):
            for place, newsroom in enumerate(newsrooms):
                for number, story in enumerate(newsroom.stories):
                    if _is_left_out(turn + place, number):
                        continue
                    setting = Setting(newsroom=newsroom, story=story, turn=turn + place + number)
                    name = f"{path}/{layout}/{newsroom.language}-{number + 1}"
                    yield _document(name, path, setting, build(setting))


def _is_left_out(turn: int, number: int) -> bool:
    """Three layouts of four take a paper's first story, every second one its others: `make test` has little time."""
    return turn % 4 == 3 if number == 0 else (turn + number) % 2 == 1


def _document(name: str, path: str, setting: Setting, copy: Copy) -> Document:
    raw = _entry(setting, copy) if path == "feeds" else _raw(path, setting, copy)
    return Document(name=name, path=path, setting=setting, copy=copy, raw=raw, truth=truth_of(setting, copy))


def _raw(path: str, setting: Setting, copy: Copy) -> Raw:
    return Raw(
        source=Source(kind="drop", name="", zone=setting.newsroom.zone),
        media_type=copy.media_type,
        body=copy.text.encode(copy.encoding),
        received_us=FIRST_RECEIVED_US,
        url=page_address(setting) if path == "pages" else None,
    )


def _entry(setting: Setting, copy: Copy) -> Raw:
    """The feed's entry as ingest hands it on."""
    url = f"{setting.newsroom.paper.home}/feed"
    source = Source(kind="feed", name=url, zone=setting.newsroom.zone)
    (item,) = make_inputs(read_feed(copy.text.encode(), copy.media_type, url), "feed", source)
    return Raw(
        source=source,
        media_type=item.input.media_type,
        body=item.input.body,
        received_us=FIRST_RECEIVED_US,
        url=item.input.url,
    )
