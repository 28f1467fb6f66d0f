"""Credits at the end of captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.credit import take_credit


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("Xe con hư hỏng - Ảnh: Hà Linh/TTXVN", "Xe con hư hỏng", "Hà Linh/TTXVN", id="behind a dash"),
        pytest.param("Xe con hư hỏng (Ảnh: Tấn Vũ)", "Xe con hư hỏng", "Tấn Vũ", id="in brackets"),
        pytest.param("Xe con hư hỏng. Ảnh: T.M", "Xe con hư hỏng.", "T.M", id="behind a stop"),
        pytest.param("Xe con hư hỏng -Ảnh: AFP", "Xe con hư hỏng", "AFP", id="a hyphen on one side"),
        pytest.param("Xe con hư hỏng (ảnh minh họa)", "Xe con hư hỏng", None, id="a stock picture"),
        pytest.param("Xe con hư hỏng (Minh Tâm/TTXVN)", "Xe con hư hỏng", "Minh Tâm/TTXVN", id="an agency in brackets"),
        pytest.param("Xe con hư hỏng. Ảnh Minh Anh.", "Xe con hư hỏng", "Minh Anh", id="without a colon"),
        pytest.param(
            "Workers repair a line. Photo: Tran Minh/AP", "Workers repair a line.", "Tran Minh/AP", id="English"
        ),
    ],
)
def test_credits(text: str, caption: str, credit: str | None) -> None:
    found = take_credit(text, "en" if "Photo" in text else "vi")
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hiện trường vụ tai nạn", id="no credit"),
        pytest.param("Hình minh họa", id="a note alone is the caption"),
        pytest.param("Ảnh của công chúa được công bố hôm qua", id="the word Ảnh begins a sentence"),
        pytest.param("Thủ tướng Đức Merkel (trái) và Thủ tướng Trung Quốc", id="who stands where"),
    ],
)
def test_no_credits(text: str) -> None:
    assert take_credit(text, "vi") is None


@given(st.text(max_size=80))
def test_a_caption_and_its_credit_are_parts_of_the_text(text: str) -> None:
    found = take_credit(text, "vi")
    assert found is None or (found.caption in text and all(part in text for part in (found.credit or "").split("/")))


@pytest.mark.parametrize(
    ("text", "tag", "caption", "credit"),
    [
        ("Die Ministerin bei ihrer Ankunft (Archivbild)", "de", "Die Ministerin bei ihrer Ankunft (Archivbild)", None),
        ("The harbour in winter (file photo)", "en", "The harbour in winter (file photo)", None),
        ("El puerto en invierno. Imagen de archivo", "es", "El puerto en invierno. Imagen de archivo", None),
        ("Die Ministerin (Archivbild). Foto: Anna Berg", "de", "Die Ministerin (Archivbild).", "Anna Berg"),
    ],
)
def test_what_kind_of_picture_it_is_stays_in_the_caption(text: str, tag: str, caption: str, credit: str | None) -> None:
    found = take_credit(text, tag)
    assert found is not None
    assert (found.caption, found.credit) == (caption, credit)
