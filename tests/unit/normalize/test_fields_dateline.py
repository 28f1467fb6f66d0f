"""Datelines in their closed shapes, and the openings that only look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.dateline import read_dateline


@pytest.mark.parametrize(
    ("text", "printed", "rest"),
    [
        pytest.param("TTH - Bằng những giải pháp", "TTH", "Bằng những giải pháp", id="a paper's initials"),
        pytest.param("TTH.VN - Sáng nay", "TTH.VN", "Sáng nay", id="a domain"),
        pytest.param("GD&TĐ - Một học sinh", "GD&TĐ", "Một học sinh", id="initials with &"),
        pytest.param("(Baonghean) - Sáng nay", "Baonghean", "Sáng nay", id="in brackets"),
        pytest.param("(Dân trí) – Sáng nay", "Dân trí", "Sáng nay", id="in brackets, with an en dash"),
        pytest.param("Dân Việt Online - Sáng nay", "Dân Việt Online", "Sáng nay", id="an online edition"),
        pytest.param("VnExpress - Sáng nay", "VnExpress", "Sáng nay", id="mixed case"),
        pytest.param("ĐÀ NẴNG - Sáng nay", "ĐÀ NẴNG", "Sáng nay", id="a place in capitals"),
        pytest.param(
            "TTO- hiều tối 26-10 một xe khách", "TTO", "hiều tối 26-10 một xe khách", id="a known paper before a slip"
        ),
        pytest.param("HANOI (Reuters) - A storm", "HANOI (Reuters)", "A storm", id="place and agency"),
        pytest.param("WASHINGTON, Nov 9 (AP) — A storm", "WASHINGTON, Nov 9 (AP)", "A storm", id="with a day"),
        pytest.param("Madrid, 9 nov (EFE).- Un fuerte", "Madrid, 9 nov (EFE)", "Un fuerte", id="Spanish"),
        pytest.param("МОСКВА, 9 ноября. /ТАСС/. Сильный", "МОСКВА, 9 ноября. /ТАСС/", "Сильный", id="Russian"),
        pytest.param("【ハノイ共同】強い台風", "ハノイ共同", "強い台風", id="Japanese"),
    ],
)
def test_datelines(text: str, printed: str, rest: str) -> None:
    found = read_dateline(text, "vi")
    assert found is not None
    assert (found.printed, text[found.end :]) == (printed, rest)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Nga - Mỹ: Bàn cờ mới của cuộc chơi cũ", id="two countries"),
        pytest.param("Ông Nguyễn Đức Chung - Chủ tịch UBND TP Hà Nội - cho biết", id="a person and their office"),
        pytest.param("Tuyến metro Bến Thành - Suối Tiên đã", id="a line between two places"),
        pytest.param("Sáng 22 - 2, hàng nghìn người", id="a day"),
        pytest.param("HUTECH - trường đại học tư thục", id="an apposition in lower case"),
        pytest.param("“Cán bộ kém” - Thủ tướng nhấn mạnh", id="a quotation"),
        pytest.param("19/3 - Ngày hội", id="figures"),
    ],
)
def test_false_datelines(text: str) -> None:
    assert read_dateline(text, "vi") is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_dateline(text, "vi")
    assert found is None or found.printed in text[: found.end]


@pytest.mark.parametrize(
    ("tag", "head", "printed", "place", "agencies", "reporters"),
    [
        ("de", "ULM. ", "ULM", None, (), []),
        ("de", "MÜNSTER (epd). ", "MÜNSTER (epd)", "Münster", ("epd",), []),
        ("sv", "LULEÅ. (TT-AFP) ", "LULEÅ. (TT-AFP)", "Luleå", ("TT-AFP",), []),
        ("no", "HAMAR (VG) ", "HAMAR (VG)", "Hamar", ("VG",), []),
        ("da", "Ribe: ", "Ribe", "Ribe", (), []),
        ("pl", "4.11. LUBLIN (PAP) - ", "4.11. LUBLIN (PAP)", "Lublin", ("PAP",), []),
        ("it", "(ANSA) - Pisa, 9 MAR - ", "Pisa, 9 MAR", "Pisa", ("ANSA",), []),
        ("id", "Medan, KOMPAS.com - ", "Medan, KOMPAS.com", "Medan", ("KOMPAS.com",), []),
        ("ru", "ТВЕРЬ, 3 мая - РИА Новости. ", "ТВЕРЬ, 3 мая - РИА Новости", "Тверь", ("РИА Новости",), []),
        ("th", "น่าน 5 ธ.ค.- ", "น่าน 5 ธ.ค", "น่าน", (), []),
        ("ja", "［東京 12日 ロイター］ - ", "東京 12日 ロイター", "東京", ("ロイター",), []),
        ("zh", "新华社武汉3月5日电（记者李明）", "新华社武汉3月5日电", "武汉", ("新华社",), ["李明"]),
        ("zh", "海湾社青岛11月4日电（记者李明）", "海湾社青岛11月4日电", "青岛", ("海湾社",), ["李明"]),
        ("fr", "Quimper (France), 4 nov 2025 (AXE) - ", "Quimper (France), 4 nov 2025 (AXE)", "Quimper", ("AXE",), []),
        ("es", "Vigo (España), 4 nov (AXE).- ", "Vigo (España), 4 nov (AXE)", "Vigo", ("AXE",), []),
        ("ko", "[서울=뉴시스] 이하늘 기자 = ", "서울=뉴시스", "서울", ("뉴시스",), ["이하늘"]),
        ("ar", "بغداد - أ ش أ: ", "بغداد - أ ش أ", "بغداد", ("أ ش أ",), []),
        ("hi", "जयपुर, 5 मई (भाषा) ", "जयपुर, 5 मई (भाषा)", "जयपुर", ("भाषा",), []),
    ],
)
def test_datelines_of_other_languages(
    tag: str, head: str, printed: str, place: str | None, agencies: tuple[str, ...], reporters: list[str]
) -> None:
    rest = (
        "Die Wache am Hafen öffnet um neun." if head.isascii() or head[0].isupper() else "वह आज सुबह आया था और लोग मिले।"
    )
    found = read_dateline(head + rest, tag)
    assert found is not None
    assert (found.printed, found.place, found.agencies) == (printed, place, agencies)
    assert [person.name for person in found.people] == reporters
    assert (head + rest)[found.end :] == rest


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "Nein. Das wird es mit uns heute nicht geben, sagt sie."),
        ("en", "However: The plan was never put to a vote in the house."),
        ("de", "Am 3. Mai - so hieß es - war die Brücke noch offen."),
        ("en", "Update: The road has been open since nine this morning."),
    ],
)
def test_a_word_that_opens_a_sentence_is_no_town(tag: str, text: str) -> None:
    assert read_dateline(text, tag) is None
