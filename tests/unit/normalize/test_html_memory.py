"""A page leaves nothing behind: boxes and elements refer to each other, and must be collected all the same."""

import gc

from lxml import etree

from services.normalize.pipeline import normalize
from shared.envelope import Raw, Source

PAGE = "<html><body><h1>Tin buổi sáng</h1>" + "<div><p>Thân bài của bản tin, đủ dài để là một đoạn.</p></div>" * 20


def elements() -> int:
    gc.collect()
    return sum(isinstance(thing, etree._Element) for thing in gc.get_objects())


def test_no_element_outlives_its_page() -> None:
    before = elements()
    normalize(Raw(source=Source(kind="push", name="desk"), media_type="text/html", body=PAGE.encode(), received_us=1))
    assert elements() == before
