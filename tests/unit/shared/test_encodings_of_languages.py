"""Copy of every language we read, in the encodings its newsrooms used before Unicode, comes out letter by letter."""

import unicodedata

import pytest

from shared.untrusted.decode import decode
from tests.unit.shared.language_texts import ENCODINGS, TEXTS, UNICODE
from tests.unit.shared.old_encodings import misread

# What no letter tells apart in a line of its own: bytes that are as likely in another language.
_AMBIGUOUS = {("uk", "mac_cyrillic")}
_IN_OLD_SIGNS = str.maketrans(
    {"’": "'", "–": "-", "“": '"', "”": '"', "«": '"', "»": '"', "\u200c": " ", "۔": ".", "ی": "ي"}
)
ROWS = [(tag, name) for tag in TEXTS for name in (*ENCODINGS.get(tag, ()), *UNICODE)]
_MISREADINGS = ("cp1252", "latin-1", "cp1251", "cp1250")


def _written(text: str, encoding: str) -> bytes | None:
    """The text in an encoding, with the signs it has; None where it lacks a letter or ASCII is enough."""
    if encoding in ("cp1250", "iso8859_2", "cp852", "mac_latin2"):
        text = text.replace("ș", "ş").replace("ț", "ţ")
    for form in (text, text.translate(_IN_OLD_SIGNS)):
        try:
            body = form.encode(encoding)
        except UnicodeEncodeError:
            continue
        return None if body.isascii() and "2022" not in encoding and encoding != "hz" else body
    return None


def _is_exact(body: bytes, encoding: str, language: str | None) -> bool:
    return decode(body, "text/plain", language).text == unicodedata.normalize("NFC", body.decode(encoding))


@pytest.mark.parametrize(("language", "encoding"), ROWS)
def test_a_paragraph_is_exact_in_every_encoding_of_its_language(language: str, encoding: str) -> None:
    body = _written(TEXTS[language][0], encoding)
    assert body is None or _is_exact(body, encoding, None)


@pytest.mark.parametrize(("language", "encoding"), [row for row in ROWS if row not in _AMBIGUOUS])
def test_a_line_is_exact_where_the_source_says_its_language(language: str, encoding: str) -> None:
    bodies = [body for text in TEXTS[language][1:] if (body := _written(text, encoding)) is not None]
    assert [body for body in bodies if not _is_exact(body, encoding, language)] == []


def test_nearly_every_line_alone_is_exact() -> None:
    bodies = [
        (body, encoding)
        for language, encoding in ROWS
        for text in TEXTS[language][1:]
        if (body := _written(text, encoding)) is not None
    ]
    wrong = [(body, encoding) for body, encoding in bodies if not _is_exact(body, encoding, None)]
    assert len(bodies) > 500
    assert len(wrong) <= len(bodies) // 50, wrong


@pytest.mark.parametrize("encoding", _MISREADINGS)
@pytest.mark.parametrize("times", [1, 2])
def test_text_of_any_language_encoded_more_than_once_is_mended(encoding: str, times: int) -> None:
    wrong = []
    for text in (text for texts in TEXTS.values() for text in texts if not text.isascii()):
        body = text.encode()
        for _ in range(times):
            body = misread(body, encoding).encode()
        decoded = decode(body, "text/plain")
        if decoded.text != unicodedata.normalize("NFC", text) or not decoded.repaired:
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("fr", "cp1252"), ("de", "cp1252"), ("es", "cp850"), ("pl", "cp1250"), ("ru", "cp1251"), ("cs", "iso8859_2")],
)
@pytest.mark.parametrize("place", [0, 1], ids=["a paragraph of UTF-8", "a line of UTF-8"])
def test_one_line_of_an_older_encoding_in_unicode_text_is_read_as_what_it_is(
    language: str, encoding: str, place: int
) -> None:
    sound, line = TEXTS[language][place].encode(), TEXTS[language][1]
    decoded = decode(b"\n\n".join((sound, line.encode(encoding), sound)), "text/plain")
    assert decoded.text.split("\n\n")[1] == line
    assert decoded.repaired


@pytest.mark.parametrize(
    "text",
    [
        "The council’s plan — a bold one",
        "A fine of £500 on Monday",
        "It’s the mayor’s idea",
        "Sales rose 3% – the most since 2019",
        "© 2024 Example News",
        "“Never again,” she said",
    ],
)
def test_a_few_signs_alone_are_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252"), "text/plain").text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            "U?y ban nha^n da^n ti?nh vu+`a to^? chu+'c ho^.i nghi..",
            "Ủy ban nhân dân tỉnh vừa tổ chức hội nghị.",
            id="told",
        ),
        pytest.param("ddu+o+.c bie^'t Vie^.t Nam \\(Ha` No^.i\\)", "được biết Việt Nam (Hà Nội)", id="a sign kept"),
        pytest.param(
            "Set a^2 + b^2 (c+d), o^3: an odd add-on", "Set a^2 + b^2 (c+d), o^3: an odd add-on", id="algebra"
        ),
    ],
)
def test_vietnamese_typed_in_ascii_is_read_by_its_mnemonics(body: str, text: str) -> None:
    assert decode(body.encode(), "text/plain").text == text
