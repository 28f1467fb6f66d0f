"""Plain text read as a whole: heads in any order and language, notes at the end, lists, tables; no word lost."""

import textwrap
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.document import words
from services.normalize.fields.line_labels import LABELS, STATES, _model, follows
from services.normalize.pipeline import normalize
from services.normalize.readings import RuleId
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from tests.cost import times_as_dear

HEADLINE = "Harbour town votes to rebuild its wooden pier"
DECK = "The council wants work to start before the winter storms, though no contractor has been named so far."
FIRST = "The town council voted on Monday night to rebuild the wooden pier that a storm tore away in January."
SECOND = "Engineers told the meeting that the old piles could carry the new deck if they were set in concrete first."
THIRD = "Work should begin in May and take about ten months, the mayor said, and the ferries will run as usual."
BODY = [FIRST, SECOND, THIRD]
STORIES = {
    "de": (
        "Stadtrat stimmt für neue Brücke am Hafen",
        ["Der Stadtrat hat am Montagabend für den Bau einer neuen Brücke am Hafen gestimmt, die im Mai beginnen soll.",
         "Nach Angaben der Bürgermeisterin werden die Arbeiten zehn Monate dauern und vier Millionen Euro kosten."],
        "PRESSEMITTEILUNG", "Von Clara Lindner", "12. März 2024, 08:15 Uhr",
    ),
    "es": (
        "El ayuntamiento aprueba un nuevo puente junto al puerto",
        ["El pleno aprobó el lunes por la noche la construcción de un puente nuevo junto al puerto de la ciudad.",
         "Según la alcaldesa, las obras comenzarán en mayo, durarán unos diez meses y costarán cuatro millones."],
        "NOTA DE PRENSA", "Por Lucía Ferrer", "12 de marzo de 2024, 08:15",
    ),
    "vi": (
        "Thị trấn ven biển xây lại cầu cảng gỗ",
        ["Tối thứ hai, hội đồng thị trấn đã thông qua kế hoạch xây lại cầu cảng gỗ bị bão cuốn trôi hồi tháng giêng.",
         "Theo chủ tịch thị trấn, công trình sẽ khởi công vào tháng năm và kéo dài khoảng mười tháng."],
        "THÔNG CÁO BÁO CHÍ", "Bài: Hoài Nam", "12/03/2024 08:15",
    ),
    "ru": (
        "Городской совет одобрил строительство моста у порта",
        ["Городской совет в понедельник вечером одобрил строительство нового моста у порта, сообщила мэрия.",
         "По словам мэра, работы начнутся в мае и продлятся около десяти месяцев, а стоить будут четыре миллиона."],
        "ПРЕСС-РЕЛИЗ", "Анна Белова", "12 марта 2024, 08:15",
    ),
    "ja": (
        "市議会、港の新しい橋の建設を可決",
        ["市議会は月曜日の夜、港のそばに新しい橋を建設する計画を賛成多数で可決した。工事は五月に始まる見通しだ。",
         "市長によると、工期はおよそ十か月で、費用は国と市が半分ずつ負担する。フェリーは通常通り運航する。"],
        "【プレスリリース】", "田中太郎記者", "2024年3月12日 08時15分",
    ),
}  # fmt: skip


def read(lines: list[str] | str, language: str | None = None, gap: str = "\n\n") -> Article:
    """The article in a text of these lines, set apart by blank lines."""
    text = lines if isinstance(lines, str) else gap.join(lines)
    source = Source(kind="drop", name="", language=language)
    return normalize(Raw(source=source, media_type="text/plain", body=text.encode(), received_us=1_710_300_000_000_000))


@pytest.mark.parametrize("head", list(permutations(("By Jane Miller", "March 12, 2024, 8:15 am", DECK))))
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_the_headline_is_the_headline_whatever_stands_under_it(head: tuple[str, ...], gap: str) -> None:
    article = read([HEADLINE, *head, *BODY], gap=gap)
    assert article.headline == HEADLINE
    assert [person.name for person in article.people] == ["Jane Miller"]
    assert article.local_day is not None
    if head[-1] != DECK:  # right over the text it may as well be its first paragraph
        assert article.description == DECK


@pytest.mark.parametrize(
    "over",
    [
        pytest.param(["LOCAL NEWS"], id="a section"),
        pytest.param(["BC-US--Pier Vote, 1st Ld-Writethru"], id="a wire slug"),
        pytest.param(["FOR IMMEDIATE RELEASE"], id="a release"),
        pytest.param(["FOR IMMEDIATE RELEASE", "Contact: Ann Roe, ann@example.org"], id="a release with a contact"),
        pytest.param(["EMBARGOED UNTIL 00:01 FRIDAY"], id="an embargo"),
        pytest.param(["March 12, 2024, 8:15 am"], id="a date"),
        pytest.param(["(EDS: ADDS quotes)", "March 12, 2024"], id="a note to desks and a date"),
        pytest.param(["Politics", "March 12, 2024, 8:15 am"], id="a section and a date"),
    ],
)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_what_stands_over_the_headline_is_none(over: list[str], gap: str) -> None:
    article = read([*over, HEADLINE, "By Jane Miller", *BODY], gap=gap)
    assert article.headline == HEADLINE
    assert [block.text for block in article.blocks] == BODY


@pytest.mark.parametrize("language", sorted(STORIES))
@pytest.mark.parametrize("told", [True, False], ids=["language told", "language not told"])
def test_heads_are_read_in_every_language(language: str, told: bool) -> None:
    headline, body, release, byline, date = STORIES[language]
    article = read([release, headline, byline, date, *body], language if told else None)
    assert article.headline == headline
    assert article.local_day is not None
    assert article.local_day.isoformat() == "2024-03-12"
    assert release in article.boilerplate


def test_a_language_without_a_file_is_read_by_the_features_alone() -> None:
    body = [
        "Miestna rada rozdava vemi starom mostu kata numi, ko dera sol vemi tarana posu melidi kanu vere.",
        "Kona dera vemi posuli kata numi soledi, tarana vere melidi ko numa sola deri kanu posu.",
    ]
    article = read(["Rada vemi mostu kata numi", "Taru Melin", *body], "tlh")
    assert article.headline == "Rada vemi mostu kata numi"
    assert [text for text in (article.description, *(block.text for block in article.blocks)) if text] == body


@pytest.mark.parametrize(
    ("printed", "headline"),
    [
        ("UPDATE 2-Harbour town votes to rebuild pier", "Harbour town votes to rebuild pier"),
        ("++ Harbour town votes to rebuild pier ++", "Harbour town votes to rebuild pier"),
        ("(2) Harbour town votes to rebuild pier", "Harbour town votes to rebuild pier"),
        ("ROUNDUP: Harbour town votes to rebuild pier", "Harbour town votes to rebuild pier"),
        ("US-China talks reach the harbour town", "US-China talks reach the harbour town"),
        ("Pier: harbour town votes", "Pier: harbour town votes"),
    ],
)
def test_a_wires_code_is_no_part_of_the_headline(printed: str, headline: str) -> None:
    assert read([printed, *BODY]).headline == headline


def test_a_mails_subject_is_the_headline_unless_the_text_repeats_it() -> None:
    head = "From: Ann Roe <ann@example.org>\nTo: desk@example.net\nDate: Tue, 12 Mar 2024 08:15:00 +0100\nSubject: "
    for text in (f"{head}{HEADLINE}", f"{head}{HEADLINE}\n\n{HEADLINE}"):
        article = read("\n\n".join([text, *BODY]))
        assert article.headline == HEADLINE
        assert article.first_created is not None
        assert article.first_created.isoformat() == "2024-03-12T08:15:00+01:00"
        assert all(block.text in BODY for block in article.blocks)


@pytest.mark.parametrize("name", ["Nguyễn Văn A", "Thu Hạnh", "Harbour pier reopens"])
def test_two_lines_are_an_article(name: str) -> None:
    article = read([name, "The pier opened again on Monday after ten months."])
    assert article.headline == name
    assert "The pier opened again on Monday after ten months." in (
        article.description,
        *(block.text for block in article.blocks),
    )


@pytest.mark.parametrize(
    "tail",
    [
        [
            "-ENDS-",
            "About the Pier Trust",
            "The Pier Trust looks after nine piers along the coast. It was founded in 1921.",
        ],
        ["###", "Media contact: Ann Roe, +44 20 7946 0958, ann@example.org"],
        ["© 2024 Example News. All rights reserved."],
        ["Related stories", "- Museum shows hundreds of family photos", "- School reopens after ten years"],
    ],
)
def test_what_stands_under_the_text_is_boilerplate(tail: list[str]) -> None:
    article = read([HEADLINE, "By Jane Miller", *BODY, *tail])
    assert [block.text for block in article.blocks] == BODY
    assert set(tail) == set(article.boilerplate)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "© Hafenblatt. Nachdruck nur mit Genehmigung der Redaktion und unter Angabe der Quelle."),
        ("es", "© Diario del Puerto. Prohibida la reproducción sin el permiso escrito de la redacción."),
        ("vi", "© Bản quyền thuộc Báo Bến Cảng. Đề nghị ghi rõ nguồn khi đăng lại tin từ trang này."),
        ("vi", "> Vì sao cầu cảng gỗ ở thị trấn bên lại chưa được xây xong?"),
    ],
)
def test_sentences_of_the_site_under_the_text_are_no_paragraphs(language: str, sentence: str) -> None:
    headline, body, _, byline, date = STORIES[language]
    article = read([headline, date, *body, byline, sentence], language)
    assert sentence in article.boilerplate
    assert sentence not in [block.text for block in article.blocks]


@pytest.mark.parametrize(
    ("name", "sentence", "section"),
    [
        ("Thu Hạnh", "Ra album mới tối qua.", "Âm nhạc"),
        ("Clara Lindner", "Die Sängerin gibt im Mai drei Konzerte am Hafen.", "Musik"),
    ],
)
def test_a_flash_about_a_person_is_headed_by_the_name(name: str, sentence: str, section: str) -> None:
    article = read([name, sentence, section])
    assert article.headline == name
    assert [block.text for block in article.blocks] == [sentence]


@pytest.mark.parametrize("head", [["By Rosa Almeida", "Harbour Press"], ["By Rosa Almeida, Harbour Press"]])
def test_an_agency_under_the_byline_is_no_person(head: list[str]) -> None:
    article = read([HEADLINE, *head, f"PORTO, Portugal (HP) — {FIRST}", SECOND, THIRD], "en")
    assert [person.name for person in article.people] == ["Rosa Almeida"]
    assert article.sources == ("Harbour Press",)
    assert not any(seen.field == "people[1]" for seen in article.evidence)


def test_the_model_knows_rules_by_the_names_they_have() -> None:
    known = [name.partition(": ")[2] for name in _model().features if name.startswith(("credit: ", "site: "))]
    assert known
    assert set(known) <= {rule.name for rule in RuleId}


def test_items_are_a_list_and_rows_a_table() -> None:
    items = ["- New piles of oak", "- A deck of larch", "- A lamp at the end"]
    rows = ["Year\tVisitors\tBoats", "2019\t11,400\t310", "2020\t9,200\t280"]
    article = read([HEADLINE, FIRST, "\n".join(items), SECOND, "\n".join(rows), THIRD])
    assert [block.items for block in article.blocks if block.type == "list"] == [
        ("New piles of oak", "A deck of larch", "A lamp at the end")
    ]
    assert [block.rows for block in article.blocks if block.type == "table"] == [
        (("Year", "Visitors", "Boats"), ("2019", "11,400", "310"), ("2020", "9,200", "280"))
    ]


def test_a_credit_on_the_line_under_a_caption_is_its_credit() -> None:
    caption = "Divers look at the old piles below the town hall"
    article = read([HEADLINE, FIRST, f"{caption}\nPhoto: Jane Miller", SECOND, THIRD])
    captions = [(block.text, block.byline) for block in article.blocks if block.type == "caption"]
    assert captions == [(caption, "Jane Miller")]


@pytest.mark.parametrize("width", [58, 66, 72])
@pytest.mark.parametrize("indent", ["", "   "])
def test_wrapped_paragraphs_are_joined_before_they_are_judged(width: int, indent: str) -> None:
    paragraphs = [textwrap.fill(text, width, initial_indent=indent) for text in BODY]
    gap = "\n" if indent else "\n\n"
    article = read(f"{HEADLINE}\n\n{gap.join(paragraphs)}\n")
    assert [text for text in (article.description, *(block.text for block in article.blocks)) if text] == BODY


def test_wide_letters_count_two_columns_and_join_without_a_space() -> None:
    headline, body, *_ = STORIES["ja"]
    wrapped = ["\n".join(textwrap.wrap(text, 20)) for text in body]
    blocks = read("\n\n".join([headline, *wrapped]), "ja").blocks
    assert [block.text for block in blocks] == body


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("the council wants a recon-\nstruction of the pier", "the council wants a reconstruction of the pier"),
        ("the pier near NATO-\nHeadquarters is to be built", "the pier near NATO-Headquarters is to be built"),
    ],
)
def test_a_word_broken_at_the_end_of_a_line_is_whole(broken: str, whole: str) -> None:
    first, second = broken.split("\n")
    lines = [f"On Monday night at the town hall {first}", f"{second} and of the old ferry landing next to it,"]
    text = f"{HEADLINE}\n\n" + "\n".join([*lines, "as it said in a short note that was read out by the mayor."])
    article = read(text)
    assert whole in " ".join(text for text in (article.description, *(b.text for b in article.blocks)) if text)


PARTS = st.sampled_from(
    [
        HEADLINE, DECK, *BODY, "By Jane Miller", "12/03/2024 08:15", "LOCAL NEWS", "-ENDS-", "- New piles of oak",
        "2019 | 11,400",
        "Divers look at the piles", "Photo: Ann Roe", "Read more: Museum opens", "Anna", "###", "What it costs",
        "Quang cảnh (Ảnh: An)",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PARTS, st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=14))
def test_no_word_of_a_text_is_lost(parts: list[tuple[str, str]]) -> None:
    text = "".join(line + end for line, end in parts)
    try:
        article = read(text)
    except NotAnArticle:
        return
    told = [article.headline, article.description, article.byline, article.dateline, *article.boilerplate]
    told += [seen.quote for seen in article.evidence if seen.field in ("first_created", "byline", "headline")]
    for block in article.blocks:
        told += [block.text, block.caption, block.byline, *block.items, *(cell for row in block.rows for cell in row)]
    kept = {word.casefold() for part in told if part for word in words(part)}
    labels = {"photo", "ảnh", "by", "12", "03", "2024", "08", "15"}
    assert {word.casefold() for word in words(text)} - kept - labels == set()


@pytest.mark.parametrize(
    "line", [*BODY[:1], "- an item", "By Jane Miller", "a | b | c", "12/03/2024", "Photo: Ann Roe", "###"]
)
def test_many_lines_cost_no_more_each(line: str) -> None:
    short, long = (lambda count=count: read([HEADLINE, *[line] * count, *BODY]) for count in (150, 900))
    assert times_as_dear(long, than=short, bound=8) < 8


def test_states_follow_each_other_from_head_to_foot() -> None:
    assert {state.label for state in STATES} == set(LABELS)
    for one in STATES:
        for two in STATES:
            assert not (one.zone == "foot" and two.zone != "foot" and follows(one, two))
            assert not (two.zone == "headline" and one.zone != "pre" and follows(one, two))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Katze saß im Baum\n\nEine Katze saß am Donnerstag in einem Baum in der Hauptstraße fest.\n\n"
            "Die Feuerwehr kam.\n\nAlle sind froh.",
            id="two short sentences",
        ),
        pytest.param(
            "Port closed after accident\n\nThe port was closed on Thursday after a crane fell onto the quay, the "
            "harbour master said to the paper.\n\nNobody was hurt.",
            id="one short sentence",
        ),
    ],
)
def test_a_text_may_end_in_short_sentences(text: str) -> None:
    raw = Raw(source=Source(kind="drop", name=""), media_type="text/plain", body=text.encode(), received_us=0)
    article = normalize(raw)
    assert [article.headline, *(block.text for block in article.blocks)] == text.split("\n\n")
    assert article.boilerplate == ()
