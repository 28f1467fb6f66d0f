"""DOCX, RTF and PDF become copy: every word of the text is there, in its order, and nothing else is."""

import contextlib
import re
import textwrap
import unicodedata
import zipfile
from collections.abc import Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.pipeline import normalize
from services.normalize.readers import docx, pdf, rtf
from services.normalize.readers.opened import Copy
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from shared.media_types import DOCX, PDF, RTF
from shared.untrusted.decode import decode
from tests.corpus.words import words_of
from tests.office import Pdf, W, a_docx, a_drawing, a_paragraph, a_rtf, a_table, rtf_of

DROP = Source(kind="drop", name="", zone="Asia/Ho_Chi_Minh", language="vi")
TEXTS = Path(__file__).parents[2] / "corpus" / "text"
HEADLINE = "Cầu Trường Tiền sáng đèn trở lại"
OPENING = (
    "TTH - Hệ thống đèn mới của cầu Trường Tiền đã được thắp sáng tối qua, sau ba tháng thi công, thành phố cho biết."
)
SECOND = "Người dân đứng hai bên bờ sông Hương để xem, và công trình trị giá hai triệu đồng, theo Sở Xây dựng."
STORY = (HEADLINE, "05:34 09/11/2015", "Lan Anh", OPENING, SECOND)


def raw_of(body: bytes, kind: str, source: Source = DROP) -> Raw:
    return Raw(source=source, media_type=kind, body=body, received_us=1_447_200_000_000_000)


def read(body: bytes, kind: str) -> Article:
    return normalize(raw_of(body, kind))


def lines_of(copy: Copy) -> list[str]:
    return [line.text for line in copy.lines if line.text and line.shape != "debris"]


RUN = "<w:r><w:t>chữ</w:t></w:r>"


def run(inner: str) -> str:
    return f"<w:p><w:r>{inner}</w:r></w:p>"


def the_story(article: Article) -> None:
    """All that the story says stands in its field."""
    assert article.headline == HEADLINE
    assert article.byline == "Lan Anh"
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2015-11-09T05:34:00+07:00"
    assert article.dateline == "TTH"
    assert [block.text for block in article.blocks if block.type == "paragraph"] == [SECOND]


def test_a_story_reads_alike_from_word_rtf_and_pdf() -> None:
    the_story(read(a_docx(*map(a_paragraph, STORY)), DOCX))
    the_story(read(a_rtf(*map(rtf_of, STORY)), RTF))
    page = Pdf()
    broken = [(50, 780 - 30 * number, text) for number, text in enumerate((*STORY[:3],))]
    halves = [text[:50].rpartition(" ")[0] for text in STORY[3:]]
    rest = [text[len(half) + 1 :] for text, half in zip(STORY[3:], halves, strict=True)]
    for number, (half, more) in enumerate(zip(halves, rest, strict=True)):
        broken += [(50, 680 - 50 * number, half), (50, 668 - 50 * number, more)]
    the_story(read(page.page(*broken).bytes(), PDF))


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        pytest.param(a_paragraph("Một mục", item=True), ["• Một mục"], id="an item"),
        pytest.param(a_table([["A", "B"], ["C", "D"]]), ["A\tB", "C\tD"], id="a table"),
        pytest.param(a_table([["Một ô"]]), ["Một ô"], id="a table that only frames"),
        pytest.param(run("<w:t>Một</w:t><w:tab/><w:t>hai</w:t><w:br/><w:t>ba</w:t>"), ["Một\thai", "ba"], id="breaks"),
        pytest.param(
            f"<w:p><w:ins>{RUN}</w:ins><w:del><w:r><w:delText>ra</w:delText></w:r></w:del></w:p>", ["chữ"], id="changes"
        ),
        pytest.param(f"<w:p><w:hyperlink>{RUN}</w:hyperlink></w:p>", ["chữ"], id="a link"),
        pytest.param(run("<w:instrText>HYPERLINK x</w:instrText><w:t>chữ</w:t>"), ["chữ"], id="a field's code"),
        pytest.param(f"<w:sdt><w:sdtContent><w:p>{RUN}</w:p></w:sdtContent></w:sdt>", ["chữ"], id="a control"),
        pytest.param(
            run(f"<mc:AlternateContent><mc:Choice><w:txbxContent><w:p>{RUN}</w:p></w:txbxContent></mc:Choice>"
                f"<mc:Fallback><w:p>{RUN}</w:p></mc:Fallback></mc:AlternateContent>"),
            ["chữ"], id="a text box, once",
        ),
        pytest.param(
            run("<w:t>ngo</w:t><w:noBreakHyphen/><w:t>ài</w:t><w:softHyphen/>"), ["ngo\u2011ài"], id="hyphens"
        ),
    ],
)  # fmt: skip
def test_what_stands_in_a_document_of_word_is_read_once(block: str, lines: list[str]) -> None:
    assert lines_of(docx.open_text(raw_of(a_docx(block), DOCX))) == lines


def test_notes_follow_the_text_and_what_is_printed_on_each_page_is_told_as_removed() -> None:
    parts = {
        "word/footnotes.xml": f"<w:footnotes {W}><w:footnote>{a_paragraph('Theo báo cáo')}</w:footnote></w:footnotes>",
        "word/header1.xml": f"<w:hdr {W}>{a_paragraph('Báo Huế')}</w:hdr>",
        "word/comments.xml": f"<w:comments {W}><w:comment>{a_paragraph('Kiểm tra lại')}</w:comment></w:comments>",
    }
    article = read(a_docx(*map(a_paragraph, STORY), parts=parts), DOCX)
    assert {"Báo Huế", "Kiểm tra lại"} <= set(article.boilerplate)
    assert "Theo báo cáo" in str(article.blocks) + str(article.boilerplate)


def test_what_a_file_says_of_itself_counts_where_its_text_says_nothing() -> None:
    core = "<dc:title>Tựa khác</dc:title><dc:creator>Nguyễn Văn An</dc:creator>"
    core += "<dcterms:created>2015-11-08T01:00:00Z</dcterms:created>"
    told = read(a_docx(*map(a_paragraph, STORY), core=core), DOCX)
    the_story(told)
    lost = {seen.field: [one.value for one in seen.lost] for seen in told.evidence}
    assert "Tựa khác" in lost["headline"]
    assert "2015-11-08T01:00:00Z" in lost["first_created"]
    silent = read(a_docx(a_paragraph(HEADLINE), a_paragraph(SECOND), core=core), DOCX)
    assert [person.name for person in silent.people] == ["Nguyễn Văn An"]
    assert str(silent.first_created) == "2015-11-08 01:00:00+00:00"
    assert {seen.sure for seen in silent.evidence if "of itself" in seen.rule} == {0.4}


@pytest.mark.parametrize("creator", ["Admin", "Windows User", "HP", "user 1", "MicrosoftOffice"])
def test_whom_a_program_was_installed_for_wrote_nothing(creator: str) -> None:
    article = read(a_docx(a_paragraph(HEADLINE), a_paragraph(SECOND), core=f"<dc:creator>{creator}</dc:creator>"), DOCX)
    assert article.people == ()


def test_a_picture_in_word_stands_where_it_stood_with_its_caption() -> None:
    body = a_docx(
        *map(a_paragraph, STORY), a_drawing("rId1"), a_paragraph("Cầu về đêm. Ảnh: Minh Tâm", "Ch"),
        a_paragraph(SECOND),
        media={"image1.png": b""},
    )  # fmt: skip
    blocks = read(body, DOCX).blocks
    assert [block.type for block in blocks] == ["paragraph", "picture", "paragraph"]
    assert (blocks[1].caption, blocks[1].byline, blocks[1].href) == ("Cầu về đêm.", "Minh Tâm", "word/media/image1.png")


@pytest.mark.parametrize(
    ("rtf_text", "line"),
    [
        pytest.param(r"\f1 Vi\'ea\'f2t", "Việt", id="a code page whose marks are letters of their own"),
        pytest.param(r"\f2 \'cc\'ee\'f1\'ea\'e2\'e0", "Москва", id="the code page of a font"),
        pytest.param(r"\f3 \'93\'fa\'96\'7b", "日本", id="letters of two bytes"),
        pytest.param(r"Vi\u7879?t", "Việt", id="a letter by its number"),
        pytest.param(r"\uc2 Vi\u7879 xxt", "Việt", id="two characters stand for it"),
        pytest.param(r"\uc0 Vi\u7879 t", "Việt", id="none does"),
        pytest.param(r"\u-10179?\u-8704?", "\U0001f600", id="two halves"),
        pytest.param(r"a{\v hidden}b{\deleted out}c", "abc", id="hidden and deleted"),
        pytest.param(r"{\field{\*\fldinst HYPERLINK}{\fldrslt link}}", "link", id="a field"),
        pytest.param(r"a{\*\unknown gone}b{\pict ffd8}c", "abc", id="what says that it may be passed over"),
        pytest.param(r"\ldblquote a\rdblquote \emdash b\~c\_d\-e", "“a”—b\u00a0c\u2011de", id="signs"),
        pytest.param(r"\{a\\b\}", "{a\\b}", id="escaped"),
        pytest.param(r"{\shp{\*\shpinst{\shptxt box}}}", "box", id="a text box"),
        pytest.param(r"a\bin3 }}}b", "ab", id="binary bytes"),
        pytest.param(r"a{\pict\bin3 xy\}b", "ab", id="binary bytes that end as an escape begins"),
        pytest.param(r"a\bin2 xyzb", "azb", id="words right behind binary bytes"),
        pytest.param(r"{\listtext\f9\'b7\tab}item", "• item", id="a bullet"),
        pytest.param(r"{\listtext 2.\tab}item", "2. item", id="a number"),
        pytest.param(r"\trowd A\cell B\cell\row", "A\tB", id="a row"),
    ],
)  # fmt: skip
def test_the_letters_of_rtf(rtf_text: str, line: str) -> None:
    read_line = lines_of(rtf.open_text(raw_of(a_rtf(rtf_text), RTF)))[0]
    assert unicodedata.normalize("NFC", read_line) == line


def test_rtf_says_of_itself_and_on_each_page() -> None:
    head = r"{\info{\title Tua}{\author Nguy\u7877?n An}{\creatim\yr2015\mo11\dy8\hr9\min30}}{\header B\u225?o\par}"
    copy = rtf.open_text(raw_of(a_rtf(*map(rtf_of, STORY), head=head), RTF))
    assert {one.field: one.value for one in copy.properties} == {
        "headline": "Tua",
        "byline": "Nguyễn An",
        "first_created": "2015-11-08T09:30:00",
    }
    assert [line.text for line in copy.lines if line.shape == "debris"] == ["Báo"]


def test_a_pdf_without_its_list_of_objects_is_looked_through_for_them() -> None:
    whole = Pdf().page(*Pdf().column(50, 700, LINES)).bytes()
    place = whole.rindex(b"startxref")
    bare = whole[: whole.rindex(b"xref", 0, place)] + whole[whole.index(b"trailer") : place]
    for broken in (whole[:place], bare):
        assert lines_of(pdf.open_text(raw_of(broken, PDF))) == [" ".join(LINES)]


def pdf_lines(*pages: Sequence[tuple[float, float, str]]) -> list[str]:
    document = Pdf()
    for page in pages:
        document.page(*page)
    return lines_of(pdf.open_text(raw_of(document.bytes(), PDF)))


LINES = (
    "The new lights of the bridge were lit last night,",
    "after three months of work on them, and the city",
    "said",
)


def test_lines_of_a_paragraph_are_joined_and_one_that_ends_early_ends_it() -> None:
    page = Pdf().column(50, 700, (*LINES, "so. People stood on both banks of the river to", "see it."))
    assert pdf_lines(page) == [" ".join(LINES), "so. People stood on both banks of the river to see it."]


def test_lines_of_a_script_without_spaces_are_joined_without_any() -> None:
    page = Pdf().column(50, 700, ("新华社北京十一月九日电", "记者昨天从市政府获悉，", "大桥重新亮灯。"))
    assert pdf_lines(page) == ["新华社北京十一月九日电记者昨天从市政府获悉，大桥重新亮灯。"]


def test_a_column_goes_on_in_the_next_one_and_on_the_next_page() -> None:
    one = Pdf().column(50, 700, LINES[:2])
    two = Pdf().column(300, 700, ("went on with it in the next column of the page,", "as it does"))
    three = Pdf().column(50, 700, ("A paragraph of its own on the page that follows.",))
    assert pdf_lines([*one, *two], three) == [
        f"{LINES[0]} {LINES[1]} went on with it in the next column of the page, as it does",
        "A paragraph of its own on the page that follows.",
    ]


def test_a_word_that_was_divided_is_whole_unless_it_is_written_so() -> None:
    lines = (
        "It was a matter of the municipal-",
        "ity and of its own well-known coun-",
        "cil, which was as they say a well-",
    )
    (line,) = pdf_lines(Pdf().column(50, 700, (*lines, "known one.")))
    assert line.startswith("It was a matter of the municipality and of its own well-known council, which was")
    assert line.endswith(", which was as they say a well-known one.")


def test_what_is_printed_on_each_page_is_no_part_of_the_text() -> None:
    texts = ("The new lights were lit last night.", "People stood on both banks to see it.")
    pages = [
        [(50, 820, f"Báo Huế, số 4512, trang {number}"), (50, 700, text), (290, 20, str(number))]
        for number, text in enumerate(texts)
    ]
    assert pdf_lines(*pages) == list(texts)


def test_small_print_at_the_edge_of_one_page_is_no_part_of_the_text_either() -> None:
    said = "The new lights were lit last night."
    page = Pdf().page((50, 820, "Báo Huế, 9/11/2015", 7), (50, 700, said), (290, 20, "1"))
    assert lines_of(pdf.open_text(raw_of(page.bytes(), PDF))) == [said]


UNTOLD = Pdf(told=False).page((50, 700, "These letters are told by no table at all"))


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        pytest.param(Pdf().page().bytes(), PDF, "has no text layer", id="a picture of a text"),
        pytest.param(UNTOLD.bytes(), PDF, "does not tell which letters", id="signs"),
        pytest.param(b"%PDF-1.7\nnot really", PDF, "cannot be read", id="a broken PDF"),
        pytest.param(b"PK\3\4broken", DOCX, "cannot be opened", id="a broken DOCX"),
        pytest.param(a_docx(a_paragraph(" ")), DOCX, "holds no words", id="an empty DOCX"),
        pytest.param(a_docx("<w:p>", styles=""), DOCX, ".", id="a DOCX whose XML is broken"),
        pytest.param(
            a_docx(a_paragraph("Words."), parts={f"word/header{n}.xml": " " * 9_000_000 + "<a/>" for n in range(4)}),
            DOCX, "opens to more than", id="many large parts",
        ),
        pytest.param(b"{\\rtf1 }", RTF, "holds no words", id="an empty RTF"),
        pytest.param(b"{\\rtf1 " + b"{" * 600, RTF, "nested deeper", id="a deep RTF"),
    ],
)  # fmt: skip
def test_what_holds_no_text_is_refused_with_its_reason(body: bytes, kind: str, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        read(body, kind)


def test_a_part_of_a_docx_that_would_fill_the_memory_is_refused() -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b" " * (33 * 1024 * 1024))
    with pytest.raises(NotAnArticle, match="opens to more than"):
        read(written.getvalue(), DOCX)


SAMPLES = {
    DOCX: a_docx(*map(a_paragraph, STORY), a_table([["A", "B"], ["C", "D"]])),
    RTF: a_rtf(*map(rtf_of, STORY), r"{\listtext\f9\'b7}x", r"A\cell B\cell\row"),
    PDF: Pdf().page(*Pdf().column(50, 700, STORY)).bytes(),
}


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from([DOCX, RTF, PDF]), cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=4)
)
def test_a_damaged_document_is_read_or_refused_and_nothing_else(kind: str, cuts: list[tuple[float, bytes]]) -> None:
    body = bytearray(SAMPLES[kind])
    for place, other in cuts:
        at = int(place * len(body))
        body[at : at + len(other)] = other
    with contextlib.suppress(NotAnArticle):
        read(bytes(body), kind)


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=12).map(" ".join), min_size=1, max_size=6))
def test_no_word_is_lost_or_made(paragraphs: list[str]) -> None:
    said = words(" ".join(paragraphs))
    for copy in (
        docx.open_text(raw_of(a_docx(*map(a_paragraph, paragraphs)), DOCX)),
        rtf.open_text(raw_of(a_rtf(*map(rtf_of, paragraphs)), RTF)),
    ):
        assert words(" ".join(lines_of(copy))) == said


def words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcdeghiklmnoôơpqrstuưvxyđáạảãâấậăắ", min_size=1, max_size=9), min_size=20, max_size=60))
def test_no_word_of_a_pdf_is_lost_or_made_however_its_lines_are_broken(said: list[str]) -> None:
    lines = [" ".join(said[at : at + 7]) for at in range(0, len(said), 7)]
    assert words(" ".join(pdf_lines(Pdf().column(50, 700, lines)))) == said


def as_pdf(paragraphs: Sequence[str]) -> bytes:
    """Paragraphs broken into lines and pages as a program does."""
    document, y = Pdf(), 780.0
    lines: list[tuple[float, float, str]] = []
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, 90, break_long_words=False, break_on_hyphens=False):
            if y < 80:
                document.page(*lines)
                lines, y = [], 780.0
            lines.append((50.0, y, line))
            y -= 12
        y -= 10
    return document.page(*lines).bytes()


def all_words(article: Article) -> set[str]:
    """Every word that any field of an article, or what was removed, has."""
    told = [article.headline, article.byline, article.description, article.dateline, article.located]
    told += article.boilerplate
    for block in article.blocks:
        told += [block.text, block.caption, block.byline, *block.items, *chain.from_iterable(block.rows)]
    told += [seen.quote for seen in article.evidence]
    return set(words_of(" ".join(filter(None, told)), "vi"))


@pytest.mark.parametrize("text", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.stem)
def test_copy_of_newsrooms_keeps_its_words_and_fields_in_every_form(text: Path) -> None:
    plain = read(text.read_bytes(), "text/plain")
    paragraphs = [line.strip() for line in decode(text.read_bytes(), "text/plain").text.splitlines() if line.strip()]
    said = set(words_of(" ".join(paragraphs), "vi"))
    for body, kind in (
        (a_docx(*map(a_paragraph, paragraphs)), DOCX),
        (a_rtf(*map(rtf_of, paragraphs)), RTF),
        (as_pdf(paragraphs), PDF),
    ):
        article = read(body, kind)
        assert len(said - all_words(article)) <= 0.005 * len(said), kind
        assert (article.headline, article.first_created) == (plain.headline, plain.first_created), kind
        assert [person.name for person in article.people] == [person.name for person in plain.people], kind
