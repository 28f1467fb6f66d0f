"""NewsML 1.2, and messages of IPTC 7901 and ANPA 1312: what agencies sent before NewsML-G2, and some still do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import EmbargoUnread, NotAnArticle
from shared.media_types import WIRE

DROP = Source(kind="drop", name="", zone="Asia/Ho_Chi_Minh")
TEXT = "Rubber prices rose on Monday to their best level in ten years, traders in the city said."
IPTC = (
    "\x01AFP0123 4 i 123 VIE-rubber\r\n\x02Rubber at its best\r\n\r\n"
    f"HANOI, Nov 9 (AFP) - {TEXT}\r\n\x03091534 NOV 15\r\n\x04"
)
ANPA = (
    "\x16\x16\x01a0123\x1fr i BC-Rubber,0123\x1f11-09 0123\r\n\x02^Rubber at its best<\r\n^By ANN LEE=\r\n"
    f"   HANOI (AP) _ {TEXT}\r\n\x03AP-NY-11-09-15 0534EST\r\n\x04"
)


def read(body: str | bytes, kind: str) -> Article:
    raw = body.encode() if isinstance(body, str) else body
    return normalize(Raw(source=DROP, media_type=kind, body=raw, received_us=1_447_200_000_000_000))


def test_a_message_of_iptc_7901_is_read_with_its_head_and_foot() -> None:
    article = read(IPTC, WIRE)
    assert (article.headline, article.located, article.sources) == ("Rubber at its best", "Hanoi", ("AFP",))
    assert str(article.first_created) == "2015-11-09 15:34:00+00:00"
    assert (article.alt_ids, article.keywords) == (("AFP0123",), ("VIE-rubber",))
    assert [block.text for block in article.blocks] == [TEXT]


def test_a_message_of_anpa_1312_is_read_without_its_marks() -> None:
    article = read(ANPA, WIRE)
    assert (article.headline, article.byline) == ("Rubber at its best", "By ANN LEE")
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-11-09T05:34:00-05:00"
    assert (article.alt_ids, article.keywords) == (("a0123",), ("Rubber",))


def test_a_day_of_the_foot_that_cannot_be_read_is_told_also_beside_an_empty_head() -> None:
    article = read(f"\x01\r\n\x02Rubber at its best\r\n\r\n{TEXT}\r\n\x03993499 NOV 15\r\n\x04", WIRE)
    assert article.first_created is None
    assert [seen.quote for seen in article.evidence if seen.field == "first_created.unread"] != []


def test_a_message_in_an_old_encoding_is_read() -> None:
    text = "München grüßt\r\n\r\nDie Straßen sind gesperrt, sagte die Polizei am Montag.".encode("latin-1")
    assert "Straßen" in str(read(b"\x01dpa0001 3 pl 20\r\n\x02" + text + b"\r\n\x03", WIRE))


@pytest.mark.parametrize(
    ("body", "reason"),
    [(IPTC + IPTC, "holds 2 messages"), ("no message", "holds 0"), ("\x01A0001\x02 \x03", "is empty")],
)
def test_what_is_no_message_alone_is_refused(body: str, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        read(body, WIRE)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_between_the_marks_are_read_or_refused(head: bytes, copy: bytes, foot: bytes) -> None:
    try:
        read(b"\x01" + head + b"\x02" + copy + b"\x03" + foot, WIRE)
    except NotAnArticle:
        return


def newsml(content: str, *, status: str = "Usable", more: str = "", components: str = "") -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE NewsML SYSTEM "NewsML_1.2.dtd"><NewsML><NewsItem><Identification>'
        '<NewsIdentifier><RevisionId PreviousRevision="1" Update="N">2</RevisionId>'
        "<PublicIdentifier>urn:newsml:afp.com:1</PublicIdentifier></NewsIdentifier></Identification><NewsManagement><FirstCreated>20151109T050000+0700</FirstCreated>"
        f'<ThisRevisionCreated>20151109T053400+0700</ThisRevisionCreated><Status FormalName="{status}"/>{more}'
        "</NewsManagement><NewsComponent><NewsLines><HeadLine>Rubber at its best</HeadLine><ByLine>By Ann Lee</ByLine>"
        "<DateLine>HANOI, Nov 9</DateLine><KeywordLine>rubber</KeywordLine></NewsLines><AdministrativeMetadata>"
        "<Provider>"
        '<Party FormalName="AFP"/></Provider></AdministrativeMetadata><DescriptiveMetadata><Language FormalName="en"/>'
        f'</DescriptiveMetadata><NewsComponent><ContentItem><MediaType FormalName="Text"/><DataContent>{content}'
        f"</DataContent></ContentItem></NewsComponent>{components}</NewsComponent></NewsItem></NewsML>"
    )


NITF = f"<nitf><body><body.content><p>{TEXT}</p></body.content></body></nitf>"
PHOTO = (
    '<NewsComponent><NewsLines><CreditLine>Minh Tam</CreditLine></NewsLines><NewsComponent><ContentItem Href="a.jpg">'
    '<MediaType FormalName="Photo"/></ContentItem></NewsComponent><NewsComponent><ContentItem>'
    '<MediaType FormalName="Text"/>'
    "<DataContent><p>A man carries rubber.</p></DataContent></ContentItem></NewsComponent></NewsComponent>"
)


@pytest.mark.parametrize("content", [f"<p>{TEXT}</p>", NITF, TEXT, f"<html><body><p>{TEXT}</p></body></html>"])
def test_newsml_1_is_read_in_whatever_its_text_stands(content: str) -> None:
    article = read(newsml(content), "application/xml")
    assert (article.headline, article.uri, article.version) == ("Rubber at its best", "urn:newsml:afp.com:1", "2")
    assert [person.name for person in article.people] == ["Ann Lee"]
    assert (article.sources, article.keywords, article.dateline) == (("AFP",), ("rubber",), "HANOI, Nov 9")
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-11-09T05:00:00+07:00"
    assert TEXT in [article.description, *(block.text for block in article.blocks)]


def test_a_picture_of_newsml_1_has_its_caption_and_credit() -> None:
    article = read(newsml(f"<p>{TEXT}</p>", components=PHOTO), "application/xml")
    pictures = [block for block in article.blocks if block.type == "picture"]
    assert [(one.href, one.caption, one.byline) for one in pictures] == [("a.jpg", "A man carries rubber.", "Minh Tam")]


def test_an_embargo_of_newsml_1_holds_until_its_status_changes() -> None:
    change = "<FutureStatus FormalName='Usable'/><DateAndTime>20301109T060000+0700</DateAndTime>"
    change = f"<StatusWillChange>{change}</StatusWillChange>"
    held = read(newsml(TEXT, status="Embargoed", more=change), "application/xml")
    assert held.embargoed_until is not None
    assert held.embargoed_until.isoformat() == "2030-11-08T23:00:00+00:00"
    with pytest.raises(EmbargoUnread):
        read(newsml(TEXT, status="Embargoed"), "application/xml")


def test_a_canceled_item_of_newsml_1_is_taken_back() -> None:
    assert read(newsml(TEXT, status="Canceled"), "application/xml").pub_status == "canceled"


def test_of_formats_that_say_the_same_one_is_read() -> None:
    twice = newsml(f"<p>{TEXT}</p>").replace("<NewsComponent><Con", '<NewsComponent EquivalentsList="yes"><Con')
    other = f"</ContentItem><ContentItem><DataContent>{TEXT}</DataContent></ContentItem>"
    twice = twice.replace("</ContentItem>", other, 1)
    assert str(read(twice, "application/xml").blocks).count("best level") == 1
