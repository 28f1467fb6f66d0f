"""Bylines: labels and roles, remarks, sources, titles, capitals; and lines that only look like names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.byline import read_byline
from services.normalize.language.load import languages

A, P, V, T = "author", "photographer", "videographer", "translator"


def read(line: str, tag: str = "vi") -> tuple[list[tuple[str, tuple[str, ...]]], list[str]] | None:
    """People with roles, and sources; None for a line that is no byline."""
    reading = read_byline(line, tag)
    if reading is None:
        return None
    return [(person.name, person.rel) for person in reading.people], list(reading.sources)


@pytest.mark.parametrize(
    ("line", "people", "sources"),
    [
        pytest.param("Bài, ảnh: Anh Phong", [("Anh Phong", (A, P))], [], id="wrote and photographed"),
        pytest.param("Tin-ảnh: Lã Linh", [("Lã Linh", (A, P))], [], id="a hyphen between labels"),
        pytest.param("Bài và ảnh: An Nhơn - An Hồng", [("An Nhơn", (A, P)), ("An Hồng", (A, P))], [], id="two of both"),
        pytest.param("Bài: Đoàn Loan - Ảnh: Trung Sơn", [("Đoàn Loan", (A,)), ("Trung Sơn", (P,))], [], id="one each"),
        pytest.param("Ảnh và clip: Hữu Khoa", [("Hữu Khoa", (P, V))], [], id="pictures and film"),
        pytest.param("Minh Anh - Ảnh: Hữu Khoa", [("Minh Anh", (A,)), ("Hữu Khoa", (P,))], [], id="only one labelled"),
        pytest.param("Đức Hùng - Xuân Ngọc", [("Đức Hùng", (A,)), ("Xuân Ngọc", (A,))], [], id="a dash between names"),
        pytest.param("Thu Hà và Quốc Vinh", [("Thu Hà", (A,)), ("Quốc Vinh", (A,))], [], id="và between names"),
        pytest.param("Vũ Phong, Hiểu Minh", [("Vũ Phong", (A,)), ("Hiểu Minh", (A,))], [], id="a comma between names"),
        pytest.param("Ngọc Trường/VOV.VN", [("Ngọc Trường", (A,))], ["VOV.VN"], id="an outlet behind a stroke"),
        pytest.param("Hữu Nguyên (Theo BBC)", [("Hữu Nguyên", (A,))], ["BBC"], id="a source in brackets"),
        pytest.param("Cẩm Thịnh theo Macrumors", [("Cẩm Thịnh", (A,))], ["Macrumors"], id="a source behind theo"),
        pytest.param("Theo VietNamNet", [], ["VietNamNet"], id="a source alone"),
        pytest.param("(Theo Tuổi Trẻ)", [], ["Tuổi Trẻ"], id="a source alone in brackets"),
        pytest.param("Nguyễn Cảnh (t/h)", [("Nguyễn Cảnh", (A,))], [], id="a remark changes nothing"),
        pytest.param("Vũ Hoàng (thực hiện)", [("Vũ Hoàng", (A,))], [], id="another remark"),
        pytest.param("Minh Anh (lược dịch)", [("Minh Anh", (T,))], [], id="translated"),
        pytest.param("TRÍ DŨNG", [("Trí Dũng", (A,))], [], id="capitals in normal case"),
        pytest.param("ThS.BS Đức Hùng", [("Đức Hùng", (A,))], [], id="titles go"),
        pytest.param("Nhà thơ Nguyễn Vĩnh Tiến", [("Nguyễn Vĩnh Tiến", (A,))], [], id="a title of two words goes"),
        pytest.param("PV", [("PV", (A,))], [], id="the reporter without a name"),
        pytest.param("T.H", [("T.H", (A,))], [], id="initials"),
        pytest.param("Tử Quỳnh \u2012 An Hồng", [("Tử Quỳnh", (A,)), ("An Hồng", (A,))], [], id="a figure dash"),
        pytest.param("HH", [("HH", (A,))], [], id="two capitals are initials"),
        pytest.param("Anh Phong/.", [("Anh Phong", (A,))], [], id="an end mark is no outlet"),
        pytest.param("Anh Phong (TTXVN/Vietnam+)", [("Anh Phong", (A,))], ["TTXVN", "Vietnam+"], id="two outlets"),
        pytest.param("Hoàng Yến (Báo Lao Động)", [("Hoàng Yến", (A,))], ["Báo Lao Động"], id="an outlet by its kind"),
        pytest.param("Theo báo Nhân Dân", [], ["báo Nhân Dân"], id="a source by its kind"),
        pytest.param("TS. Văn An (Đại học Huế)", [("Văn An", (A,))], [], id="where a person works is no person"),
        pytest.param("Bài, ảnh: Anh Phong (Quảng Trị)", [("Anh Phong", (A, P))], [], id="where a person reports from"),
        pytest.param("Nhóm PV Quốc hội", [("Nhóm PV Quốc hội", (A,))], [], id="a crew by its field"),
        pytest.param("Ảnh: Minh Hải, Internet", [("Minh Hải", (P,))], ["Internet"], id="a giver is no person"),
        pytest.param("Minh PhươngTheo The Hill", [("Minh Phương", (A,))], ["The Hill"], id="two lines glued"),
    ],
)
def test_vietnamese_bylines(line: str, people: list[tuple[str, tuple[str, ...]]], sources: list[str]) -> None:
    assert read(line) == (people, sources)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Hiện trường vụ tai nạn", id="a caption"),
        pytest.param("ĐỒNG HÀNH CÙNG DOANH NGHIỆP", id="a banner"),
        pytest.param("Tin liên quan", id="a line of the site"),
        pytest.param("Chùa Thiên Mụ (Huế)", id="a sight and its town"),
        pytest.param("Kinh tế", id="a section"),
        pytest.param("Việt Nam", id="a country"),
        pytest.param("Chúng ta đang ở vùng trũng", id="a subhead"),
        pytest.param("Xe con hư hỏng nặng. Ảnh: Minh Tâm", id="a caption with its credit"),
        pytest.param("Theo đó, huyện Nam Đông tăng cường đổi mới việc học tập.", id="a sentence that begins with theo"),
        pytest.param("", id="nothing"),
    ],
)
def test_no_bylines(line: str) -> None:
    assert read(line) is None


@pytest.mark.parametrize(
    ("tag", "line", "people", "sources"),
    [
        pytest.param("zh", "（记者李明、王芳）", [("李明", (A,)), ("王芳", (A,))], [], id="Chinese, in brackets"),
        pytest.param("ko", "김철수 기자 kim@a.example", [("김철수", (A,))], [], id="Korean, with an address"),
        pytest.param(
            "en", "By Ann Lee, Senior Correspondent, London", [("Ann Lee", (A,))], [], id="a post and its place"
        ),
        pytest.param(
            "en",
            "By JANE SMITH and Tom O'Neill, Reuters",
            [("Jane Smith", (A,)), ("Tom O'Neill", (A,))],
            ["Reuters"],
            id="English",
        ),
        pytest.param(
            "en",
            "Words: Jane Smith. Photos: Ann Lee",
            [("Jane Smith", (A,)), ("Ann Lee", (P,))],
            [],
            id="English labels",
        ),
        pytest.param(
            "de", "Von Anna Schmidt und Jörg Müller", [("Anna Schmidt", (A,)), ("Jörg Müller", (A,))], [], id="German"
        ),
        pytest.param("fr", "Par Marie Dupont", [("Marie Dupont", (A,))], [], id="French"),
        pytest.param("es", "Texto: María García", [("María García", (A,))], [], id="Spanish"),
        pytest.param(
            "pt",
            "Texto: João Silva. Fotos: Ana Costa",
            [("João Silva", (A,)), ("Ana Costa", (P,))],
            [],
            id="Portuguese",
        ),
        pytest.param("ru", "Автор: Иван Петров", [("Иван Петров", (A,))], [], id="Russian"),
        pytest.param("ja", "写真：田中太郎", [("田中太郎", (P,))], [], id="Japanese"),
        pytest.param("ko", "홍길동 기자", [("홍길동", (A,))], [], id="Korean title behind"),
        pytest.param("id", "Pewarta: Budi Santoso", [("Budi Santoso", (A,))], [], id="Indonesian"),
        pytest.param("th", "โดย สมชาย ใจดี", [("สมชาย ใจดี", (A,))], [], id="Thai"),
    ],
)
def test_other_languages(tag: str, line: str, people: list[tuple[str, tuple[str, ...]]], sources: list[str]) -> None:
    assert read(line, tag) == (people, sources)


E, D, C = "editor", "illustrator", "contributor"


@pytest.mark.parametrize(
    ("tag", "line", "people", "sources"),
    [
        pytest.param("en", "By Ann Lee for Reuters", [("Ann Lee", (A,))], ["Reuters"], id="who ordered it"),
        pytest.param("en", "BY ANN O'NEILL-LEE", [("Ann O'Neill-Lee", (A,))], [], id="capitals with signs"),
        pytest.param("en", "By Ann Lee in New York", [("Ann Lee", (A,))], [], id="a place without a comma"),
        pytest.param(
            "en",
            "(Reporting by Ann Lee; Editing by Tom Wall)",
            [("Ann Lee", (A,)), ("Tom Wall", (E,))],
            [],
            id="a wire's last line",
        ),
        pytest.param("en", "Additional reporting by Tom Wall", [("Tom Wall", (C,))], [], id="a contributor"),
        pytest.param("en", "Illustration by Tom Wall", [("Tom Wall", (D,))], [], id="an illustrator"),
        pytest.param(
            "en",
            "By Ann Lee, Max Roe, and Tom Wall",
            [("Ann Lee", (A,)), ("Max Roe", (A,)), ("Tom Wall", (A,))],
            [],
            id="a comma before and",
        ),
        pytest.param("fr", "Anne Petit, à Lyon", [("Anne Petit", (A,))], [], id="French place"),
        pytest.param("fr", "Par Anne Petit avec Belga", [("Anne Petit", (A,))], ["Belga"], id="French agency"),
        pytest.param("it", "di Anna Rossi, inviata a Milano", [("Anna Rossi", (A,))], [], id="Italian envoy"),
        pytest.param(
            "it", "Testo di Anna Rossi, foto di Ugo Neri", [("Anna Rossi", (A,)), ("Ugo Neri", (P,))], [], id="Italian"
        ),
        pytest.param(
            "es", "Por Ana Gil / Fotos: Luis Sanz", [("Ana Gil", (A,)), ("Luis Sanz", (P,))], [], id="Spanish stroke"
        ),
        pytest.param("nl", "Door Jan van den Berg", [("Jan van den Berg", (A,))], [], id="Dutch particles"),
        pytest.param("no", "AV KARI NORDBY", [("Kari Nordby", (A,))], [], id="Norwegian capitals"),
        pytest.param("tr", "Elif Kaya / ANKARA", [("Elif Kaya", (A,))], [], id="Turkish place"),
        pytest.param("ar", "بقلم سعيد الخطيب", [("سعيد الخطيب", (A,))], [], id="Arabic"),
        pytest.param(
            "ar", "كتب: سعيد الخطيب وكريم منصور", [("سعيد الخطيب", (A,)), ("كريم منصور", (A,))], [], id="a joined and"
        ),
        pytest.param("hi", "रमेश गुप्ता, जयपुर", [("रमेश गुप्ता", (A,))], [], id="Hindi place"),
        pytest.param("zh", "文/李明 图/王芳", [("李明", (A,)), ("王芳", (P,))], [], id="Chinese strokes"),
        pytest.param("ja", "文・山田 花子 写真・林 一郎", [("山田 花子", (A,)), ("林 一郎", (P,))], [], id="dots"),
        pytest.param("ko", "글 이하늘 사진 박바다", [("이하늘", (A,)), ("박바다", (P,))], [], id="Korean words"),
        pytest.param("vi", "Ghi chép của Lê Lan", [("Lê Lan", (A,))], [], id="Vietnamese notes"),
        pytest.param("vi", "Theo Hà An/Dân trí", [("Hà An", (A,))], ["Dân trí"], id="the other paper's reporter"),
        pytest.param("vi", "Xuân Tư-Tuấn Anh/TTXVN", [("Xuân Tư", (A,)), ("Tuấn Anh", (A,))], ["TTXVN"], id="a hyphen"),
        pytest.param("pl", "Ewa Lis (PAP)", [("Ewa Lis", (A,))], ["PAP"], id="an agency in brackets"),
        pytest.param("da", "/Ritzau/", [], ["Ritzau"], id="an agency between strokes"),
    ],
)
def test_roles_places_clients_and_agencies(
    tag: str, line: str, people: list[tuple[str, tuple[str, ...]]], sources: list[str]
) -> None:
    assert read(line, tag) == (people, sources)


@pytest.mark.parametrize(
    ("tag", "line", "post"),
    [
        ("en", "By Ann Lee, Transport Correspondent", "Transport Correspondent"),
        ("en", "By Ann Lee, Senior Correspondent, London", "Senior Correspondent"),
        ("ko", "이하늘 기자", "기자"),
    ],
)
def test_a_post_is_kept_as_the_persons_job_title(tag: str, line: str, post: str) -> None:
    reading = read_byline(line, tag)
    assert reading is not None
    assert [person.job_title for person in reading.people] == [post]


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        pytest.param("en", "To: desk@paper.example", id="a mail's line"),
        pytest.param("en", "Get author RSS feed", id="a link"),
        pytest.param("en", "Last Update", id="a label"),
        pytest.param("de", "Anna Berg und Uwe Kern. Foto: Pia Roth/epd", id="a caption and its credit"),
        pytest.param("de", "Von der Brücke gestürzt", id="a sentence with von"),
        pytest.param("ar", "كتب لكل الأعمار", id="Arabic books"),
        pytest.param("ja", "市議会が計画を可決", id="a Japanese sentence"),
        pytest.param("hi", "बैठक कल होगी", id="a Hindi sentence"),
    ],
)
def test_lines_of_other_languages_that_are_no_bylines(tag: str, line: str) -> None:
    assert read_byline(line, tag) is None


@given(st.text(max_size=80), st.sampled_from(sorted(languages())))
def test_any_text_is_read_or_refused_and_no_name_is_invented(line: str, tag: str) -> None:
    reading = read_byline(line, tag)
    for person in reading.people if reading else ():
        assert all(word.casefold() in line.casefold() for word in person.name.split())
