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
