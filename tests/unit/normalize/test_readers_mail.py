"""A mail is read as the copy it carries, whatever it was wrapped in on its way; what is attached is told."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.readers.sniff import looks_like_mail
from shared.article import Article, Person
from shared.errors import NotAnArticle
from tests.unit.normalize.inputs import cleaned

MAIL = "message/rfc822"
LEAD = "Chiếc phà nối thành phố với hòn đảo đã chạy lại sau sáu tuần nằm bến, chính quyền cho biết."
TEXT = "Chủ tịch xã nói rằng giá vé vẫn như cũ và chuyến đầu tiên đã kín chỗ từ sáng sớm."
PLAIN = f"{LEAD}\n\n{TEXT}\n"
HTML = f"<html><body><p>{LEAD}</p><p>{TEXT}</p></body></html>"


def mail(subject: str = "Phà chạy lại ở Huế", sender: str = "Nguyễn Văn Anh <anh@p.example>") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "desk@p.example", subject
    made["Date"], made["Message-ID"] = "Mon, 09 Nov 2015 05:34:00 +0700", "<1@p.example>"
    return made


def of(plain: str | None = None, html: str | None = None, encoding: str | None = None, charset: str = "utf-8") -> bytes:
    made = mail()
    if plain is not None:
        made.set_content(plain, charset=charset, cte=encoding)
    if html is not None and plain is not None:
        made.add_alternative(html, subtype="html")
    elif html is not None:
        made.set_content(html, subtype="html")
    return made.as_bytes()


def body_of(article: Article) -> list[str | None]:
    return [article.description, *(block.text for block in article.blocks)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(of(PLAIN, encoding="quoted-printable"), id="quoted-printable"),
        pytest.param(of(PLAIN, encoding="base64"), id="base64"),
        pytest.param(of(PLAIN, encoding="8bit"), id="bytes as they are"),
        pytest.param(of(PLAIN, HTML), id="plain beside marked-up"),
        pytest.param(of("Xem bản HTML.", HTML), id="an excuse beside marked-up"),
        pytest.param(of(html=HTML), id="marked-up alone"),
        pytest.param(b"From anh@p.example Mon Nov  9 05:34:00 2015\n" + of(PLAIN), id="out of a mailbox"),
        pytest.param(of(PLAIN).replace(b"\n", b"\r\n"), id="ends of lines as sent"),
    ],
)
@pytest.mark.parametrize("media_type", [MAIL, "application/octet-stream", "text/plain"])
def test_a_mail_is_read_out_of_its_wrapping(body: bytes, media_type: str) -> None:
    article = cleaned(body, media_type)
    assert article.headline == "Phà chạy lại ở Huế"
    assert [text for text in body_of(article) if text] == [LEAD, TEXT]
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-11-09T05:34:00+07:00"
    assert article.people == (Person(name="Nguyễn Văn Anh"),)
    assert "To: desk@p.example" in article.boilerplate


@pytest.mark.parametrize("charset", ["gb2312", "big5", "iso-2022-jp", "utf-8"])
def test_words_of_the_head_and_the_text_are_in_the_charset_they_claim(charset: str) -> None:
    subject, text = {"iso-2022-jp": ("桟橋を再建", "市議会は桟橋を再建する計画を可決した。")}.get(
        charset, ("大雪", "今天大雪，交通中止。")
    )
    head = mail(subject="x").as_bytes().replace(b"Subject: x", b"Subject: " + encoded_word(subject, charset))
    body = head + f"Content-Type: text/plain; charset={charset}\n\n".encode() + text.encode(charset)
    article = cleaned(body.replace(b"\n\nContent-Type", b"\nContent-Type"), MAIL)
    assert article.headline == subject
    assert [part for part in body_of(article) if part] == [text]


def encoded_word(text: str, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?Q?" + "".join(f"={byte:02X}" for byte in text.encode(charset)).encode() + b"?="


def test_a_head_in_bare_bytes_of_an_old_encoding_is_read() -> None:
    made = of(PLAIN).split(b"Subject:")[0] + b"Subject: Gr\xf6\xdfere Sch\xe4den nach dem Sturm\n\nEs regnet viel.\n"
    assert cleaned(made, MAIL).headline == "Größere Schäden nach dem Sturm"


def test_soft_ends_of_lines_are_no_ends() -> None:
    made = mail()
    made.set_content(PLAIN.replace("đã chạy", "đã \nchạy"))
    made.set_param("format", "flowed")
    assert LEAD in body_of(cleaned(made.as_bytes(), MAIL))


def test_what_is_attached_is_told_as_removed() -> None:
    made = mail()
    made.set_content(PLAIN)
    made.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="ảnh.jpg")
    article = cleaned(made.as_bytes(), MAIL)
    assert "Content-Disposition: attachment; filename=ảnh.jpg" in article.boilerplate
    assert article.headline == "Phà chạy lại ở Huế"


def test_a_mail_of_attachments_alone_names_them() -> None:
    made = mail()
    made.add_attachment(b"PK", maintype="application", subtype="msword", filename="bai.docx")
    with pytest.raises(NotAnArticle, match=r"no text, only what is attached \(attachment; filename=bai\.docx\)"):
        cleaned(made.as_bytes(), MAIL)


@pytest.mark.parametrize(
    ("sender", "people"),
    [
        ("Nguyễn Văn Anh <anh@p.example>", (Person(name="Nguyễn Văn Anh"),)),
        ("anh@p.example", ()),
        ("news@p.example <news@p.example>", ()),
    ],
)
def test_the_sender_is_the_author_where_it_is_a_name(sender: str, people: tuple[Person, ...]) -> None:
    made = mail(sender=sender)
    made.set_content(PLAIN)
    assert cleaned(made.as_bytes(), MAIL).people == people


def test_a_byline_in_the_copy_goes_before_the_sender() -> None:
    made = mail()
    made.set_content(f"Bài, ảnh: Anh Phong\n\n{PLAIN}")
    assert [person.name for person in cleaned(made.as_bytes(), MAIL).people] == ["Anh Phong"]


@pytest.mark.parametrize(
    "text",
    ["From: desk\nTo: all\nSubject: x\n\nText.", "Note: the mayor said so.\n\nMIME-Version: 1.0\n", "MIME-Version", ""],
    ids=["a head that people pasted", "a text about mail", "no field", "nothing"],
)
def test_copy_is_no_mail_on_its_way(text: str) -> None:
    assert not looks_like_mail(text.encode())


@given(st.binary(max_size=200))
def test_any_mail_is_read_or_refused(rest: bytes) -> None:
    try:
        cleaned(b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n" + rest, MAIL)
    except NotAnArticle:
        return
