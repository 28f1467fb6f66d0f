"""Pictures that come with an article: where each goes, and what becomes of every word that is embedded in it."""

import io
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.pipeline import normalize
from shared.article import Article, Block
from shared.envelope import Raw, Source
from shared.package import PACKAGE_TYPE, Package, PackagePicture, address_of, pack, sha256_of
from shared.untrusted.picture_segments import picture_type_of, read_embedded
from tests.pictures import a_jpeg, a_png, a_webp, an_exif, an_iptc, an_xmp

TEXT = """Cầu Trường Tiền sáng đèn trở lại

HUẾ - Hệ thống đèn mới của cầu Trường Tiền đã sáng từ tối qua, sau ba tháng sửa chữa.

Người dân đứng chật hai bờ sông để xem, theo Sở Du lịch thành phố.

Người dân xem cầu sáng đèn bên bờ sông Hương. Ảnh: Minh Tâm
"""
PAGE = """<html lang="en"><body><article><h1>The bridge is lit again</h1><p>The new lights of the bridge were lit last
night, after three months of work on them, the city said.</p><figure><img src="photos/bridge.jpg"><figcaption>The bridge
at night. Photo: Ann Lee</figcaption></figure><p>People stood on both banks of the river to see it, said the police.</p>
<figure><img src="cid:river@desk"></figure><p>The work had cost two million, said the mayor of the city on Monday.</p>
</article></body></html>"""
AGENCY = {
    "dc:description": "The river in the evening light",
    "dc:creator": "Ann Lee",
    "photoshop:Credit": "Reuters",
    "photoshop:DateCreated": "2026-11-28T07:30:00+07:00",
    "Iptc4xmpExt:PersonInImage": ["Mai Tran", "John Wong"],
    "photoshop:City": "Hue",
    "dc:rights": "All rights reserved",
}


def a_picture(content: bytes, *names: str) -> PackagePicture:
    kind = picture_type_of(content)
    assert kind is not None
    found = read_embedded(io.BytesIO(content), kind)
    digest = f"{hash(content) & (2**64 - 1):064x}"
    return PackagePicture(
        sha256=digest, media_type=kind, size=len(content), names=names, xmp=found.xmp, iptc=found.iptc,
        exif=found.exif, texts=tuple(found.texts), unread=found.unread,
    )  # fmt: skip


def read(body: str, *pictures: PackagePicture, media_type: str = "text/plain", language: str | None = None) -> Article:
    package = pack(Package(media_type=media_type, body=body.encode(), pictures=pictures))
    source = Source(kind="push", name="desk", language=language)
    return normalize(Raw(source=source, media_type=PACKAGE_TYPE, body=package, received_us=1_734_700_000_000_000))


def pictures_of(article: Article) -> list[Block]:
    return [block for block in article.blocks if block.type == "picture"]


def removed(article: Article) -> dict[str, str]:
    """The words that were taken out, each with the place where it stood."""
    found = {}
    for number, text in enumerate(article.boilerplate):
        (seen,) = [seen for seen in article.evidence if seen.field == f"boilerplate[{number}]"]
        found[text] = seen.path or ""
    return found


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(a_jpeg(xmp=an_xmp(AGENCY)), id="JPEG"),
        pytest.param(a_png(xmp=an_xmp(AGENCY)), id="PNG"),
        pytest.param(a_png(xmp=an_xmp(AGENCY), packed=True), id="PNG, packed"),
        pytest.param(a_webp(xmp=an_xmp(AGENCY)), id="WebP"),
        pytest.param(a_jpeg(xmp=an_xmp(AGENCY).decode().encode("utf-16")), id="in UTF-16"),
    ],
)
def test_every_embedded_word_is_in_a_field_or_told_as_removed(content: bytes) -> None:
    article = read(PAGE, a_picture(content, "x.jpg", "river@desk"), media_type="text/html")
    _, picture = pictures_of(article)
    assert (picture.caption, picture.byline) == ("The river in the evening light", "Ann Lee/Reuters")
    assert (picture.taken, picture.people) == ("2026-11-28T07:30:00+07:00", ("Mai Tran", "John Wong"))
    assert removed(article) == {
        "Hue": "x.jpg XMP photoshop:City", "All rights reserved": "x.jpg XMP dc:rights",
    }  # fmt: skip
    told = {seen.field: (seen.path, seen.quote) for seen in article.evidence}
    assert told["blocks[3]"] == ("x.jpg XMP dc:description", "The river in the evening light")
    assert told["blocks[3].byline"] == ("x.jpg XMP photoshop:Credit", "Reuters")
    assert told["blocks[3].people[1]"] == ("x.jpg XMP Iptc4xmpExt:PersonInImage", "John Wong")


@pytest.mark.parametrize(
    "name", ["river (1).jpg", "river (vi)", "XMP dc:description (x).jpg", "a ( b.jpg", "river%20(1).jpg", ""]
)
@pytest.mark.parametrize("is_of_agency", [False, True])
def test_what_a_picture_is_called_changes_nothing_of_what_it_says(name: str, *, is_of_agency: bool) -> None:
    old = an_iptc([(120, "The river"), (80, "Ann Lee"), (55, "20261127"), (60, "073000+0700")])
    content = a_jpeg(iptc=old) if is_of_agency else a_jpeg(xmp=an_xmp(AGENCY))
    plain, named = (
        read(PAGE, a_picture(content, *filter(None, (called, "river@desk"))), media_type="text/html")
        for called in ("x.jpg", name)
    )
    (_, expected), (_, block) = pictures_of(plain), pictures_of(named)
    assert block == expected
    assert block.taken is not None
    assert removed(named).keys() == removed(plain).keys()


def test_a_page_names_its_pictures_by_file_and_by_part() -> None:
    bridge, river = a_picture(a_jpeg(pixels=b"1"), "bridge.jpg"), a_picture(a_jpeg(pixels=b"2"), "r.jpg", "river@desk")
    article = read(PAGE, river, bridge, media_type="text/html")
    first, second = pictures_of(article)
    assert (first.href, first.caption, first.byline) == (bridge.address, "The bridge at night.", "Ann Lee")
    assert (second.href, second.caption) == (river.address, None)
    assert article.lead_picture is not None
    assert article.lead_picture.href == bridge.address


def test_the_articles_own_caption_goes_before_the_embedded_one_which_is_told_as_removed() -> None:
    xmp = an_xmp({"dc:description": "A bridge", "dc:creator": "Ann Lee", "photoshop:Headline": "Lights on"})
    article = read(PAGE, a_picture(a_jpeg(xmp=xmp), "bridge.jpg"), media_type="text/html")
    assert pictures_of(article)[0].caption == "The bridge at night."
    assert removed(article) == {
        "A bridge": "bridge.jpg XMP dc:description", "Lights on": "bridge.jpg XMP photoshop:Headline",
    }  # fmt: skip


def test_a_texts_caption_gets_the_picture_that_says_the_same() -> None:
    iptc = an_iptc(
        [(120, "Người dân xem cầu sáng đèn bên bờ sông Hương"), (80, "Minh Tâm"), (110, "TTXVN"), (55, "20261127")]
    )
    other = a_picture(a_jpeg(pixels=b"2"), "khac.jpg")
    article = read(TEXT, other, a_picture(a_jpeg(iptc=iptc), "cau.jpg"), language="vi")
    captioned, alone = pictures_of(article)
    assert captioned.caption == "Người dân xem cầu sáng đèn bên bờ sông Hương."
    assert (captioned.byline, captioned.taken) == ("Minh Tâm", "2026-11-27")
    assert (alone.href, alone.caption) == (other.address, None)
    assert removed(article)["TTXVN"] == "cau.jpg IPTC 2:110 credit"


def test_a_texts_caption_without_likeness_gets_the_only_picture() -> None:
    picture = a_picture(a_jpeg(), "IMG_2041.jpg")
    (block,) = pictures_of(read(TEXT, picture, language="vi"))
    assert (block.href, block.byline) == (picture.address, "Minh Tâm")
    assert block.caption is not None


def test_a_text_without_captions_has_its_pictures_at_the_end_with_their_own_words() -> None:
    text = TEXT.rpartition("\n\n")[0]
    xmp = an_xmp({"dc:description": "Cầu về đêm. Ảnh: Minh Tâm/TTXVN"})
    article = read(text, a_picture(a_jpeg(xmp=xmp), "cau.jpg"), language="vi")
    assert article.blocks[-1].type == "picture"
    assert (article.blocks[-1].caption, article.blocks[-1].byline) == ("Cầu về đêm.", "Minh Tâm/TTXVN")
    assert article.lead_picture == article.blocks[-1]


@pytest.mark.parametrize(
    ("content", "caption", "byline", "taken"),
    [
        pytest.param(a_jpeg(iptc=an_iptc([(120, "Café à Huế")])), "Café à Huế", None, None, id="UTF-8"),
        pytest.param(a_jpeg(iptc=an_iptc([(120, "Café près du marché"), (80, "Zoé")], charset="latin-1")),
                     "Café près du marché", "Zoé", None, id="a charset that it does not name"),
        pytest.param(a_jpeg(iptc=an_iptc([(55, "20261128"), (60, "073000+0700")])), None, None,
                     "2026-11-28T07:30:00+07:00", id="day and clock apart"),
        pytest.param(a_jpeg(exif=an_exif({0x010E: "A bridge", 0x013B: "Ann Lee"})), "A bridge", "Ann Lee", None,
                     id="Exif"),
        pytest.param(a_jpeg(exif=an_exif({0x010E: "OLYMPUS DIGITAL CAMERA"})), None, None, None,
                     id="a camera's own words"),
        pytest.param(a_png(texts={"Description": "A bridge", "Author": "Ann Lee"}), "A bridge", "Ann Lee", None,
                     id="PNG"),
        pytest.param(a_jpeg(xmp=an_xmp({"dc:description": "of XMP"}), iptc=an_iptc([(120, "of IPTC")])), "of XMP", None,
                     None, id="XMP before IPTC"),
        pytest.param(a_jpeg(xmp=an_xmp({"photoshop:DateCreated": "2026-02-31"})), None, None, None, id="no such day"),
    ],
)  # fmt: skip
def test_where_words_are_embedded(content: bytes, caption: str | None, byline: str | None, taken: str | None) -> None:
    article = read(TEXT.rpartition("\n\n")[0], a_picture(content, "a"))
    (picture,) = pictures_of(article)
    assert (picture.caption, picture.byline, picture.taken) == (caption, byline, taken)


def test_the_words_of_any_makers_own_properties_are_told() -> None:
    own = an_xmp({"dc:description": "A bridge"}).replace(
        b"rdf:about",
        b'xmlns:desk="http://agency.example/ns/" desk:Slug="bridge-lit" xmp:CreatorTool="Camera 9" rdf:about',
    )
    article = read(PAGE, a_picture(a_jpeg(xmp=own), "x.jpg"), media_type="text/html")
    assert removed(article) == {"bridge-lit": "x.jpg XMP desk:Slug"}


def test_a_dataset_of_the_long_form_is_read() -> None:
    long = b"\x1c\x02\x78\x80\x04" + (40_000).to_bytes(4, "big") + b"word " * 8_000
    article = read(TEXT.rpartition("\n\n")[0], a_picture(a_jpeg(iptc=long + an_iptc([(80, "Ann Lee")])), "x.jpg"))
    (picture,) = pictures_of(article)
    assert picture.byline == "Ann Lee"
    assert (picture.caption or "").startswith("word word")


BOMBS = {
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
    "billion laughs in UTF-16": '<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'.encode("utf-16"),
    "a file of the machine": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "deep": b"<a>" * 20_000,
    "deep lists": an_xmp({}).replace(b"</rdf:Description>", b"<dc:title>" + b"<rdf:Bag><rdf:li>" * 5_000),
    "many attributes": an_xmp({}).replace(
        b"rdf:about", b"".join(b'dc:a%d="x" ' % n for n in range(8_000)) + b"rdf:about"
    ),
    "many words": an_xmp({"dc:subject": [f"word{n}" for n in range(4_000)]}),
    "a long word": an_xmp({"dc:description": "word " * 20_000}),
    "no XML": b"\0\xff" * 60_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_words_cost_the_article_nothing(name: str) -> None:
    picture = PackagePicture(sha256="0" * 64, media_type="image/jpeg", size=1, names=("x.jpg",), xmp=BOMBS[name])
    read(TEXT)
    began = time.process_time()
    article = read(TEXT, picture)
    assert time.process_time() - began < 1.0
    assert article.headline == "Cầu Trường Tiền sáng đèn trở lại"
    assert "root:" not in str(article)
    assert len(article.boilerplate) <= 301


def test_what_is_not_read_is_told() -> None:
    picture = a_picture(a_jpeg(xmp=an_xmp({}) + b" " * 10), "x.jpg")
    picture = msgspec.structs.replace(picture, xmp=BOMBS["billion laughs"])
    told = [seen for seen in read(TEXT, picture).evidence if seen.path == "x.jpg" and "not read" in seen.rule]
    assert [seen.field for seen in told] == ["blocks[1]"]


def test_an_endless_filling_between_segments_is_not_walked_through() -> None:
    file = io.BytesIO(b"\xff\xd8" + b"\xff" * 1_000_000 + a_jpeg(iptc=an_iptc([(120, "Cầu")]))[2:])
    assert read_embedded(file, "image/jpeg").iptc == b""
    assert file.tell() < 100_000


def test_some_filling_between_segments_is_passed_over() -> None:
    file = io.BytesIO(b"\xff\xd8\xff\xff\xff" + a_jpeg(iptc=an_iptc([(120, "Cầu")]))[2:])
    assert read_embedded(file, "image/jpeg").iptc


def test_a_giant_record_is_not_read_and_told() -> None:
    found = read_embedded(io.BytesIO(a_jpeg(iptc=an_iptc([(120, "x" * 30_000)] * 4))), "image/jpeg")
    assert found.iptc == b""
    assert "IPTC has more than 65536 bytes" in found.unread
    packed = a_png(xmp=b" " * 100_000_000, packed=True)
    assert read_embedded(io.BytesIO(packed), "image/png").xmp == b""


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_damage_is_ever_an_error(noise: bytes, at: int) -> None:
    for whole in (a_jpeg(xmp=an_xmp(AGENCY), iptc=an_iptc([(120, "x")]), exif=an_exif({0x010E: "x"})), a_png(xmp=b"x"),
                  a_webp(xmp=b"x")):  # fmt: skip
        broken = whole[: 12 + at] + noise + whole[12 + at + len(noise) :]
        kind = picture_type_of(broken)
        if kind is not None:
            read_embedded(io.BytesIO(broken), kind)


@given(st.binary(max_size=600), st.binary(max_size=300), st.binary(max_size=300))
def test_no_noise_in_the_words_is_ever_an_error(xmp: bytes, iptc: bytes, exif: bytes) -> None:
    picture = PackagePicture(
        sha256="0" * 64, media_type="image/jpeg", size=1, xmp=xmp, iptc=b"\x1c\x02\x78" + iptc, exif=b"II*\0" + exif
    )
    assert read("Một đầu đề\n\nMột câu của bài.", picture).headline


@given(st.binary(min_size=32, max_size=32))
def test_a_pictures_address_is_its_digest(digest: bytes) -> None:
    assert sha256_of(address_of(digest.hex())) == digest.hex()
    assert sha256_of("ni:///sha-256;short") is None
