"""What dropped files are opened to: every part is taken or told, and what would cost too much is refused."""

import gzip
import io
import stat
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.containers.beside import fits, named_in, stems_of
from services.ingest.containers.parts import Limits
from services.ingest.drop_problems import DropMember
from shared.envelope import Source
from tests.drops import inputs_of, parts_of, told_of
from tests.office import a_docx, a_drawing, a_paragraph
from tests.pictures import a_jpeg, a_png, a_webp

TEXT = "Cầu sáng đèn\n\nHuế, 9/11/2015 - Cây cầu sáng đèn trở lại.\n".encode()
PICTURE = a_jpeg()
NITF = (
    '<nitf><head><docdata><doc-id id-string="{0}"/></docdata></head>'
    "<body><body.head><hedline><hl1>{1}</hl1></hedline></body.head></body></nitf>"
)


def a_zip(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as file:
        for name, body in files:
            file.writestr(name, body)
    return written.getvalue()


def a_link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


DEEP = a_zip(("c.zip", a_zip(("d.zip", a_zip(("e.zip", a_zip(("a.txt", TEXT))))))))


def test_each_file_of_a_zip_is_taken_with_the_pictures_that_are_its_own() -> None:
    page = b'<html><body><h1>Two</h1><p>Words.</p><img src="anh/night%20view.png"></body></html>'
    body = a_zip(
        ("a/one.txt", TEXT), ("a/one.jpg", PICTURE), ("a/one-2.jpg", PICTURE), ("a/two.html", page),
        ("a/anh/night view.png", a_png()), ("lone.jpg", PICTURE),
    )  # fmt: skip
    assert told_of("tin.zip", body) == [
        ("article", "a/one.txt"),
        ("picture", "a/one.jpg"),
        ("picture", "a/one-2.jpg"),
        ("article", "a/two.html"),
        ("picture", "a/anh/night view.png"),
        ("lone", "lone.jpg"),
    ]


def test_the_pictures_beside_one_article_alone_are_its_own() -> None:
    body = a_zip(("DSC_1.jpg", PICTURE), ("bai.txt", TEXT), ("DSC_2.jpg", PICTURE))
    assert [role for role, _ in told_of("tin.zip", body)] == ["article", "picture", "picture"]


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        pytest.param(("../out.txt", TEXT), "leads out", id="a name that leads out"),
        pytest.param(("/etc/passwd", TEXT), "leads out", id="an absolute name"),
        pytest.param(("C:\\a.txt", TEXT), "leads out", id="a name with a drive"),
        pytest.param(("..\\a.txt", TEXT), "leads out", id="a name of Windows that leads out"),
        pytest.param((".bai.txt", TEXT), "hidden", id="a hidden file"),
        pytest.param(("a\x1b[31m.txt", TEXT), "control characters", id="a name for the terminal"),
        pytest.param((f"{'a' * 300}.txt", TEXT), "more than 300 characters", id="a name that nobody could read"),
        pytest.param((a_link("a.txt"), b"/etc/passwd"), "is a link", id="a link"),
        pytest.param(("a.exe", b"MZ\x90\0"), "a program", id="a program"),
        pytest.param(("a.txt", bytes(2_000_000)), "more than 200 times", id="a bomb"),
        pytest.param(("a.jpg", TEXT), "no JPEG", id="a picture that is none"),
        pytest.param(("b.zip", DEEP), "stands in more than 3", id="a ZIP in ZIPs"),
    ],
)  # fmt: skip
def test_what_is_odd_in_a_zip_is_told_and_the_rest_taken(member: tuple[str, bytes], reason: str) -> None:
    told = told_of("tin.zip", a_zip(member, ("good.txt", TEXT)))
    assert ("article", "good.txt") in told
    assert [reason in said for role, said in told if role == "refused"] == [True]


def test_folders_of_windows_are_folders() -> None:
    body = a_zip(("d\\", b""), ("d\\f.txt", TEXT), ("d\\f.jpg", PICTURE))
    assert told_of("tin.zip", body) == [("article", "d/f.txt"), ("picture", "d/f.jpg")]


def test_equal_names_in_several_containers_stay_several_articles() -> None:
    inner = a_zip(("tin.txt", TEXT))
    body = a_zip(("a.zip", inner), ("b.zip", inner), ("tin.txt", TEXT), ("tin.txt.gz", gzip.compress(TEXT)))
    assert [name for _, name in told_of("tin.zip", body)] == [
        "a.zip/tin.txt", "b.zip/tin.txt", "tin.txt", "tin.txt.gz/tin.txt"
    ]  # fmt: skip
    mail = a_mail("Words.", ("a.zip", inner, "application/zip"), ("tin.eml", TEXT, "text/plain"))
    assert [name for _, name in told_of("post.zip", a_zip(("x/tin.eml", mail)))] == [
        "x/tin.eml", "x/tin.eml/a.zip/tin.txt", "x/tin.eml/tin.eml"
    ]  # fmt: skip


def test_equal_names_of_attachments_get_numbers_that_stay() -> None:
    attached = [
        ("tin.txt", TEXT, "text/plain"),
        ("tin.txt", TEXT + b"2", "text/plain"),
        ("tin.txt", TEXT, "text/plain"),
    ]
    mail = a_mail("Words.", *attached, ("thu.eml", a_mail("Words."), "application/octet-stream"))
    names = ["thu.eml", "tin.txt", "tin (2).txt", "tin (3).txt", "thu (2).eml"]
    assert [name for _, name in told_of("thu.eml", mail)] == names
    assert [name for _, name in told_of("thu.eml", mail)] == names


def test_an_encrypted_file_is_told() -> None:
    body = bytearray(a_zip(("a.txt", TEXT), ("good.txt", TEXT)))
    at = body.index(b"PK\x01\x02")
    body[at + 8] |= 1
    told = told_of("tin.zip", bytes(body))
    assert told == [("refused", "a.txt: it is encrypted: send it without a password"), ("article", "good.txt")]


def test_what_systems_leave_in_a_zip_is_nobodys() -> None:
    body = a_zip(("a.txt", TEXT), ("__MACOSX/._a.txt", b"\0\5"), (".DS_Store", b"\0"), ("Thumbs.db", b"\xd0"))
    assert told_of("tin.zip", body) == [("article", "a.txt")]


def test_a_zip_of_too_many_files_or_bytes_is_refused_where_it_is_too_much() -> None:
    many = a_zip(*((f"{number}.txt", TEXT) for number in range(5)))
    few = Limits(article_bytes=1000, picture_bytes=1000, all_bytes=10_000, parts=3)
    *taken, problem = told_of("tin.zip", many, few)
    assert taken == [("article", "0.txt"), ("article", "1.txt"), ("article", "2.txt")]
    assert problem == ("problem", "it has more than 3 parts, and the rest is not taken")
    large = a_zip(*((f"{number}.txt", b"word " * 900) for number in range(4)), method=zipfile.ZIP_STORED)
    roomy = Limits(article_bytes=5000, picture_bytes=1000, all_bytes=10_000)
    told = told_of("tin.zip", large, roomy)
    assert [role for role, _ in told].count("article") == 2
    assert all("more than" in said for role, said in told if role in ("refused", "problem"))


@pytest.mark.parametrize("cut", [10, 40, 100, -1])
def test_a_zip_that_is_cut_off_is_refused(cut: int) -> None:
    ((role, said),) = told_of("tin.zip", a_zip(("a.txt", TEXT))[:cut])
    assert (role, "is no ZIP that can be read" in said) == ("problem", True)


def test_gzip_is_opened_and_a_bomb_of_it_refused() -> None:
    assert told_of("bai.txt.gz", gzip.compress(TEXT)) == [("article", "bai.txt")]
    assert "opens to more than" in told_of("bai.txt.gz", gzip.compress(bytes(5_000_000)))[0][1]
    assert "cannot be unpacked" in told_of("bai.txt.gz", gzip.compress(TEXT)[:-9])[0][1]


def a_mail(text: str, *attached: tuple[str, bytes, str]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@news.example", "Cầu sáng đèn", "<1@news.example>"
    if text:
        mail.set_content(text)
    for name, body, kind in attached:
        main, _, sub = kind.partition("/")
        mail.add_attachment(body, main, sub, filename=name)
    return mail.as_bytes()


def test_the_pictures_of_a_mail_go_with_its_text_and_documents_are_articles() -> None:
    mail = a_mail("Words of the article. " * 30, ("cầu.jpg", PICTURE, "image/jpeg"), ("b.txt", TEXT, "text/plain"))
    parts, problem = parts_of("tin.eml", mail)
    assert [(part.role, part.name) for part in parts] == [
        ("article", "tin.eml"),
        ("picture", "cầu.jpg"),
        ("article", "b.txt"),
    ]
    assert not problem
    assert PICTURE not in parts[0].body
    assert b"jpeg" in parts[0].body
    assert len(parts[0].body) < len(mail)


def test_the_pictures_of_a_mail_that_covers_a_document_go_with_that() -> None:
    mail = a_mail("Please see attached.", ("a.jpg", PICTURE, "image/jpeg"), ("b.txt", TEXT, "text/plain"))
    assert [name for _, name in told_of("tin.eml", mail)] == ["tin.eml", "b.txt", "a.jpg"]


def test_what_is_attached_to_a_mail_in_a_mail_is_taken_too() -> None:
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "b@news.example", "FW"
    outer.set_content("See below. " * 100)
    inner = a_mail("Words of the article.", ("b.txt", TEXT, "text/plain"), ("c.jpg", PICTURE, "image/jpeg"))
    outer.add_attachment(message_from_bytes(inner, policy=policy.default))
    told = told_of("tin.eml", outer.as_bytes())
    assert told == [("article", "tin.eml"), ("picture", "c.jpg"), ("article", "b.txt")]


def test_a_mail_without_attachments_stays_as_it_is() -> None:
    mail = a_mail("Words of the article.")
    (part,) = parts_of("tin.eml", mail)[0]
    assert part.body == mail


def test_an_attachments_name_is_one_that_can_be_shown() -> None:
    mail = a_mail("Words.", (f"{'a' * 400}.txt", TEXT, "text/plain"), ("b=1B.txt", TEXT, "text/plain"))
    mail = mail.replace(b'"b=1B.txt"', b'"b\x1b.txt"')
    _, (_, long), (_, odd) = told_of("tin.eml", mail)
    assert (len(long), long[-5:], odd) == (300, "a.txt", "b\\x1b.txt")


def test_what_is_attached_to_a_mail_and_not_read_is_told() -> None:
    mail = a_mail("Words of the article.", ("film.mp4", b"\0\0\0\x18ftyp", "video/mp4"))
    assert told_of("tin.eml", mail)[-1] == ("refused", "film.mp4: it is of a kind that is not read")


def test_an_embargo_in_a_mails_head_holds_what_is_attached() -> None:
    mail = b"X-Embargoed-Until: 2030-01-01T06:00:00+07:00\r\n" + a_mail("See attached.", ("b.txt", TEXT, "text/plain"))
    parts, _ = parts_of("tin.eml", mail)
    assert [part.embargoed_until is not None for part in parts] == [False, True]  # the mail's own is its reader's
    vague = mail.replace(b"2030-01-01T06:00:00+07:00", b"tomorrow at six")
    assert "cannot be read" in told_of("tin.eml", vague)[0][1]


def test_an_embargo_in_a_mails_head_holds_a_mail_of_pictures_alone() -> None:
    mail = b"X-Embargoed-Until: 2030-01-01T06:00:00+07:00\r\n" + a_mail("", ("b.jpg", PICTURE, "image/jpeg"))
    (part,) = parts_of("tin.eml", mail)[0]
    assert (part.role, part.embargoed_until is not None) == ("lone", True)


def test_the_pictures_of_what_is_not_taken_go_with_no_other_article() -> None:
    words = " ".join(map(str, range(3000)))
    large = a_docx(a_paragraph(words) + a_drawing("rId1"), media={"p.jpg": PICTURE})
    body = a_zip(
        ("a.txt", TEXT),
        ("b.docx", large),
        ("c.eml", a_mail("", ("d.zip", b"PK\x05\x06", "application/zip"), ("d.jpg", PICTURE, "image/jpeg"))),
    )
    told = told_of("tin.zip", body, Limits(article_bytes=3000, picture_bytes=100_000))
    assert [role for role, _ in told] == ["article", *["refused"] * 4]
    assert sum("its article is not taken" in reason for _, reason in told) == 2


def test_several_nitf_in_one_file_are_cut_into_their_documents() -> None:
    framed = f"<wire>{NITF.format('x:1', 'Một')}{NITF.format('', 'Hai')}</wire>".encode()
    parts, _ = parts_of("tin.xml", framed)
    assert [(part.guid, part.name) for part in parts] == [("x:1", "tin.xml#x:1"), (None, "tin.xml#2")]
    assert [("Một" in part.body.decode(), "Hai" in part.body.decode()) for part in parts] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("between", ["", "\n", '\n<?xml version="1.0"?>\n<!DOCTYPE nitf>\n'])
def test_documents_that_stand_behind_each_other_are_cut(between: str) -> None:
    body = between.join(NITF.format(f"x:{number}", number) for number in range(3)).encode()
    parts, _ = parts_of("tin.nitf", body)
    assert [part.guid for part in parts] == ["x:0", "x:1", "x:2"]


def test_the_items_of_newsml_1_are_cut_and_keep_their_frame() -> None:
    identifier = "<NewsIdentifier><PublicIdentifier>{0}</PublicIdentifier></NewsIdentifier>"
    item = f"<NewsItem><Identification>{identifier}</Identification></NewsItem>"
    body = f"<NewsML><NewsEnvelope/>{item.format('urn:a')}{item.format('urn:b')}</NewsML>".encode()
    parts, _ = parts_of("tin.xml", body)
    assert [part.guid for part in parts] == ["urn:a", "urn:b"]
    assert all(b"<NewsEnvelope/>" in part.body for part in parts)


def test_messages_of_a_wire_are_cut() -> None:
    message = b"\x01AFP%d 4 I 12 VIE\r\n\x02Words %d.\r\n\x03091115 NOV 15\r\n\x04"
    parts, _ = parts_of("tin.iptc", message % (1, 1) + message % (2, 2))
    assert [b"Words 1" in part.body for part in parts] == [True, False]


@pytest.mark.parametrize(
    ("picture", "fitting"),
    [
        ("hue/bai.jpg", True),
        ("hue/Bai-2.JPG", True),
        ("hue/bai (3).png", True),
        ("bai.jpg", False),
        ("hue/bao.jpg", False),
    ],
)
def test_a_picture_called_as_an_article_goes_with_it(picture: str, fitting: bool) -> None:
    assert fits("hue/bai.txt", picture) is fitting
    assert ("hue/bai" in [stem.lower() for stem in stems_of(picture)]) is fitting


def test_an_article_names_pictures_by_relative_paths_alone() -> None:
    body = b'<img src="anh/a%20b.jpg"> (see c.png, or /etc/d.jpg, ../e.jpg and https://x.example/f.jpg) Photo: g.webp'
    named = named_in(body)
    assert {"anh/a b.jpg", "c.png", "g.webp"} <= set(named)
    assert not [name for name in named if name.startswith(("/", "..")) or ".." in name.split("/")]


@pytest.mark.parametrize(
    ("name", "whole", "cut"),
    [
        ("a.rtf", rb"{\rtf1{\b Words}\par More \} words.}", -1),
        ("a.iptc", b"\x01AFP1 4\r\n\x02Words.\r\n\x03\x04" * 2, -3),
        ("a.nitf", (NITF.format("x:1", "Một") + NITF.format("x:2", "Hai")).encode(), -30),
        ("a.xml", NITF.format("x:1", "Một").encode(), -30),
        ("a.eml", a_mail("Words. " * 90, ("c.jpg", PICTURE, "image/jpeg")), -60),
    ],
)
def test_what_ends_before_its_end_is_taken_and_told(name: str, whole: bytes, cut: int) -> None:
    told = told_of(name, whole)
    assert all(role != "refused" for role, _ in told)
    assert ("refused", f"{name}: it ends before its end: what stands before is taken") in told_of(name, whole[:cut])
    assert {name for role, name in told if role == "article"} == {
        name for role, name in told_of(name, whole[:cut]) if role == "article"
    }


@pytest.mark.parametrize("picture", [a_jpeg(exif=PICTURE), a_png(), a_webp()])
def test_a_picture_without_an_end_is_taken_and_told(picture: bytes) -> None:
    for body, told in ((picture, []), (picture[:-9], ["it ends before its end: what stands before is taken"])):
        with inputs_of("a.jpg", body, Source(kind="drop", name="")) as found:
            assert [item.detail for item in found if isinstance(item, DropMember)] == told
            assert len(found) == 1 + len(told)


SAMPLES = {
    "a.zip": a_zip(("a/one.txt", TEXT), ("a/one.jpg", PICTURE), ("b.zip", a_zip(("c.txt", TEXT)))),
    "a.eml": a_mail("Words. " * 90, ("c.jpg", PICTURE, "image/jpeg"), ("b.txt", TEXT, "text/plain")),
    "a.docx": a_docx(a_paragraph("Words"), a_drawing("rId1"), media={"a.png": a_png()}),
    "a.xml": f"<wire>{NITF.format('x:1', 'Một')}{NITF.format('', 'Hai')}</wire>".encode(),
    "a.txt.gz": gzip.compress(TEXT),
    "a.iptc": b"\x01AFP1 4\r\n\x02Words.\r\n\x03\x04" * 2,
}


DAMAGE = st.tuples(st.floats(0, 1), st.binary(max_size=9))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.lists(DAMAGE, min_size=1, max_size=5))
def test_a_damaged_file_is_opened_or_refused_and_nothing_else(name: str, damage: list[tuple[float, bytes]]) -> None:
    body = bytearray(SAMPLES[name])
    for place, other in damage:
        at = int(place * len(body))
        body[at : at + len(other)] = other
    parts, problem = parts_of(name, bytes(body))
    assert parts or problem
