"""Copy that labels its lines or is written in Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

RUNNING = "The bridge over the river was closed for nine months while its piers were set anew, the town said on Monday."
MARKDOWN = f"""# Bridge closed for **nine** months

*9 November 2015*

**Traffic goes round by the old road, which the town has mended.**

{RUNNING} It will [cost](https://a.example/cost "what") two million.

![The bridge in spring. Photo: Jan Ohm/dpa](bridge.jpg)

## What it costs

> We have patched it long enough.

{RUNNING}
"""
LABELLED = """Tiêu đề: Cầu đóng cửa chín tháng
Ngày: 09/11/2015 05:34
Tác giả: Anh Phong
Sapo: TTH - Người dân phải đi đường vòng trong thời gian sửa chữa cầu cũ.
Nội dung:
Cây cầu bắc qua sông sẽ đóng cửa chín tháng để làm lại các trụ, thành phố cho biết hôm thứ hai vừa qua.
Chú thích ảnh: Cây cầu vào mùa xuân. Ảnh: Minh Hải
Công trình tiêu tốn hai triệu và do tỉnh chi trả một nửa, phần còn lại do thành phố tự lo liệu.
"""


def read(text: str) -> Article:
    return normalize(
        Raw(source=Source(kind="drop", name=""), media_type="text/plain", body=text.encode(), received_us=1)
    )


def test_markdown_is_read_as_what_it_marks() -> None:
    article = read(MARKDOWN)
    assert article.headline == "Bridge closed for nine months"
    assert article.local_day is not None
    assert article.local_day.isoformat() == "2015-11-09"
    assert [(block.type, block.text or block.caption) for block in article.blocks] == [
        ("paragraph", f"{RUNNING} It will cost two million."),
        ("picture", "The bridge in spring."),
        ("subhead", "What it costs"),
        ("quote", "We have patched it long enough."),
        ("paragraph", RUNNING),
    ]
    assert not any("*" in (block.text or "") or "#" in (block.text or "") for block in article.blocks)


def test_labels_say_what_a_line_is() -> None:
    article = read(LABELLED)
    assert article.headline == "Cầu đóng cửa chín tháng"
    assert article.dateline == "TTH"
    assert article.description == "Người dân phải đi đường vòng trong thời gian sửa chữa cầu cũ."
    assert [person.name for person in article.people] == ["Anh Phong"]
    assert [(block.type, block.text, block.byline) for block in article.blocks][1] == (
        "caption", "Cây cầu vào mùa xuân.", "Minh Hải",
    )  # fmt: skip
    assert article.boilerplate == ("Nội dung:",)


def test_evidence_points_behind_the_label() -> None:
    article = read(LABELLED)
    seen = next(evidence for evidence in article.evidence if evidence.field == "headline")
    assert LABELLED[seen.start : seen.end] == article.headline == seen.quote


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("Tóm tắt: mùa mưa đến sớm", id="a label that is no headline's"),
        pytest.param("Hòa Bình: mùa mưa đến sớm", id="a place before a colon"),
        pytest.param("#HaNoi mùa mưa đến sớm", id="a hashtag"),
    ],
)
def test_a_colon_or_a_sign_alone_marks_nothing(first: str) -> None:
    assert read(f"{first}\n\n{LABELLED.splitlines()[5]}\n").headline == first


@given(st.lists(st.sampled_from(["# a", "**b**", "Title: c", "Caption:", "> d", "![e](f)", RUNNING, "*", "Tags: x"])))
def test_any_marks_are_read_or_refused(lines: list[str]) -> None:
    try:
        read("\n".join(lines))
    except NotAnArticle:
        pass
