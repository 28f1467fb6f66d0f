"""Lines of plain text that were taken for what they are not, kind by kind: heads, feet, captions, lists."""

import pytest

from shared.article import Article
from tests.unit.normalize.doors import names, read, shown, text

TITLE = "The ferry sails again"
FIRST = "The ferry to the island runs again after three weeks."
SECOND = "It had stood still because the river was too high, the harbour office said on Monday."
BODY = [("paragraph", FIRST), ("paragraph", SECOND)]


def said(article: Article) -> list[tuple[str, object]]:
    """Lead and body in one, for papers set the first sentence apart or not."""
    lead = [("paragraph", article.description)] if article.description else []
    return [*lead, *shown(article.blocks)]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param([TITLE], id="the headline alone"),
        pytest.param(["LOCAL NEWS", TITLE], id="a section in capitals"),
        pytest.param(["BC-EU--Ferry, 2nd Writethru,310", TITLE], id="a slug of a wire"),
        pytest.param(["FOR IMMEDIATE RELEASE", TITLE], id="the head of a release"),
        pytest.param([TITLE, "By Anna Berg"], id="a byline below"),
        pytest.param([TITLE, "15 December 2024, 10:00"], id="a date below"),
        pytest.param(["LOCAL NEWS", TITLE, "By Anna Berg"], id="section and byline"),
        pytest.param([TITLE, "By Anna Berg", "15 December 2024, 10:00"], id="byline and date"),
        pytest.param([TITLE, "15 December 2024, 10:00", "By Anna Berg"], id="date and byline"),
    ],
)
def test_the_headline_is_the_headline_whatever_stands_round_it(head: list[str]) -> None:
    article = text(*head, FIRST, SECOND)
    assert article.headline == TITLE
    assert said(article) == BODY
    assert names(article) == (["Anna Berg"] if "By Anna Berg" in head else [])
    assert (article.first_created is not None) == any("2024" in line for line in head)


@pytest.mark.parametrize(
    "foot",
    [
        pytest.param(["© 2024 The Courier. All rights reserved."], id="rights"),
        pytest.param(["Read more: Trains stop"], id="another story"),
        pytest.param(["###"], id="the end of a release"),
        pytest.param(["-30-"], id="the end of old copy"),
        pytest.param(["Contact: Anna Berg, 555 0100"], id="whom to call"),
        pytest.param(["Enquiries: Anna Berg, 555 0100"], id="whom to call, by another word"),
        pytest.param(["Read more: Trains stop", "© 2024 The Courier. All rights reserved."], id="two of them"),
    ],
)
def test_the_foot_is_told_as_removed(foot: list[str]) -> None:
    article = text(TITLE, FIRST, SECOND, *foot)
    assert said(article) == BODY
    assert list(article.boilerplate) == foot


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "headline", ["Council pays £500", "Council to pay 1,500", "Fire kills 3", "Ferry sails", "Ferry strike: day 2"]
)
def test_a_short_headline_over_two_paragraphs_is_no_slug(headline: str, gap: str) -> None:
    article = read(gap.join([headline, FIRST, SECOND]))
    assert article.headline == headline
    assert said(article) == BODY


@pytest.mark.parametrize("foot", [[], ["The harbour office said no more than that on Monday."]])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("items", [["1. Buy a ticket", "2. Board the ferry"], ["1. Pay.", "2. Board", "3. Sail away"]])
def test_lines_counted_one_after_the_other_are_a_list(items: list[str], gap: str, foot: list[str]) -> None:
    article = text(TITLE, FIRST, SECOND, gap.join(items), *foot)
    assert said(article) == [*BODY, ("list", items), *(("paragraph", line) for line in foot)]


@pytest.mark.parametrize("foot", [[], ["The harbour office said no more than that on Monday."]])
@pytest.mark.parametrize(
    "rows", [[["Day", "Boats"], ["Monday", "3"]], [["Town", "Boats"], ["Talbot", "3"], ["Hue", "4"]]]
)
def test_the_head_of_a_table_names_nobody(rows: list[list[str]], foot: list[str]) -> None:
    article = text(TITLE, FIRST, SECOND, "\n".join(" | ".join(row) for row in rows), *foot)
    assert (article.byline, article.people) == (None, ())
    assert said(article) == [*BODY, ("table", rows), *(("paragraph", line) for line in foot)]


@pytest.mark.parametrize("below", ["\n", "\n\n", "\nBy Anna Berg\n\n"])
@pytest.mark.parametrize("headline", [TITLE, f"{TITLE} to the island after three weeks of high water"])
def test_a_word_broken_at_a_lines_end_leaves_the_headline_alone(headline: str, below: str) -> None:
    wrapped = (
        "The ferry to the island runs again af-\nter three weeks. It had stood still be-\ncause of the high water."
    )
    article = read(f"{headline}{below}{wrapped}\n")
    assert article.headline == headline
    assert said(article) == [("paragraph", wrapped.replace("-\n", ""))]


def test_two_sections_over_the_headline_are_told_as_removed() -> None:
    first = "Sáng nay phà ra đảo đã chạy trở lại sau ba tuần nghỉ vì nước sông dâng cao."
    second = "Phà phải nằm bờ vì nước quá lớn, cảng vụ cho biết."
    article = read(f"Xã hội\nThời sự\n\nPhà ra đảo chạy lại\n\n{first}\n\n{second}")
    assert article.headline == "Phà ra đảo chạy lại"
    assert article.boilerplate == ("Xã hội", "Thời sự")
    assert said(article) == [("paragraph", first), ("paragraph", second)]


@pytest.mark.parametrize("label", ["Sapo:", "Sapô:", "SAPO:"])
def test_a_labelled_lead_is_the_lead_without_its_label(label: str) -> None:
    first = "Sáng nay phà ra đảo đã chạy trở lại sau ba tuần nghỉ vì nước sông dâng cao."
    article = text(
        "Phà ra đảo chạy lại", f"{label} Phà đã chạy trở lại sau ba tuần.", first, "Cảng vụ cho biết như vậy."
    )
    assert article.description == "Phà đã chạy trở lại sau ba tuần."
    assert shown(article.blocks)[0] == ("paragraph", first)


def test_labels_name_the_fields_of_a_copy() -> None:
    article = read(f"Headline: {TITLE}\nByline: Anna Berg\nDate: 15 December 2024\n\n{FIRST}\n\n{SECOND}")
    assert (article.headline, names(article)) == (TITLE, ["Anna Berg"])
    assert article.local_day is not None
    assert article.local_day.isoformat() == "2024-12-15"
    assert said(article) == BODY


def test_the_head_of_a_letter_gives_subject_and_date() -> None:
    head = f"Subject: {TITLE}\nFrom: Anna Berg <a@p.example>\nDate: Sun, 15 Dec 2024 15:15:20 +0000"
    article = read(f"{head}\n\n{FIRST}\n\n{SECOND}")
    assert article.headline == TITLE
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2024-12-15T15:15:20+00:00"
    assert said(article) == BODY


@pytest.mark.parametrize(
    ("opening", "dateline", "place", "sources"),
    [
        pytest.param("TALBOT (AP) — ", "TALBOT (AP)", "Talbot", ("AP",), id="a place and its agency"),
        pytest.param("TALBOT — ", "TALBOT", "Talbot", (), id="a place alone"),
        pytest.param("TALBOT, Dec. 15, 2024 - ", "TALBOT, Dec. 15, 2024", "Talbot", (), id="a place and its day"),
        pytest.param("NEW TALBOT (Reuters) - ", "NEW TALBOT (Reuters)", "New Talbot", ("Reuters",), id="two words"),
    ],
)
def test_a_dateline_is_taken_off_the_first_sentence(
    opening: str, dateline: str, place: str, sources: tuple[str, ...]
) -> None:
    article = text(TITLE, opening + FIRST, SECOND)
    assert (article.dateline, article.located, article.sources) == (dateline, place, sources)
    assert said(article) == BODY


@pytest.mark.parametrize("opening", ["It rained — ", "“No” — ", "1945 — ", "NATO says "])
def test_what_only_looks_like_a_dateline_stays_in_the_sentence(opening: str) -> None:
    article = text(TITLE, opening + FIRST, SECOND)
    assert (article.dateline, article.located) == (None, None)
    assert said(article)[0] == ("paragraph", opening + FIRST)


@pytest.mark.parametrize("bullet", ["•", "-", "*", "–", "▪", "·"])
def test_lines_with_a_bullet_are_one_list(bullet: str) -> None:
    article = text(TITLE, FIRST, f"{bullet} Boats at six\n{bullet} Boats at nine\n{bullet} Boats at noon", SECOND)
    assert said(article) == [
        ("paragraph", FIRST),
        ("list", ["Boats at six", "Boats at nine", "Boats at noon"]),
        ("paragraph", SECOND),
    ]


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        pytest.param("A boat at the pier (Photo: Cara Hill)", "A boat at the pier", "Cara Hill", id="in brackets"),
        pytest.param("A boat at the pier. Photo: Cara Hill", "A boat at the pier.", "Cara Hill", id="behind a stop"),
        pytest.param("A boat at the pier (Cara Hill/AP)", "A boat at the pier", "Cara Hill/AP", id="with an agency"),
    ],
)
def test_a_line_that_credits_a_picture_is_its_caption(line: str, caption: str, credit: str) -> None:
    article = text(TITLE, FIRST, line, SECOND)
    (found,) = (block for block in article.blocks if block.type == "caption")
    assert (found.text, found.byline) == (caption, credit)
    assert [entry for entry in said(article) if entry[0] == "paragraph"] == BODY


@pytest.mark.parametrize(
    ("language", "title", "byline", "person", "first", "second"),
    [
        pytest.param("de", "Brücke gesperrt", "Von Anna Berg", "Anna Berg",
                     "Die Brücke über den Fluss ist seit Montag gesperrt, teilte die Stadt mit.",
                     "Die Arbeiten dauern nach Angaben der Stadt neun Monate.", id="German"),
        pytest.param("fr", "Le bac reprend", "Par Anna Berg", "Anna Berg",
                     "Le bac vers l'île reprend après trois semaines d'arrêt, a annoncé lundi le bureau du port.",
                     "Il était resté à quai parce que la rivière était trop haute.", id="French"),
        pytest.param("es", "El transbordador vuelve", "Por Ana Berga", "Ana Berga",
                     "El transbordador a la isla vuelve a navegar tras tres semanas, dijo la oficina del puerto.",
                     "Había estado parado porque el río estaba demasiado alto.", id="Spanish"),
        pytest.param("id", "Banjir surut di kota", "Oleh Budi Santoso", "Budi Santoso",
                     "Warga mulai kembali ke rumah setelah banjir surut pada Senin pagi, kata kepala desa.",
                     "Air sungai sempat naik dua meter dan merendam ratusan rumah warga.", id="Indonesian"),
        pytest.param("nl", "De veerboot vaart weer", "Door Anna Berg", "Anna Berg",
                     "De veerboot naar het eiland vaart na drie weken weer, meldde het havenkantoor maandag.",
                     "De boot lag stil omdat het water in de rivier te hoog stond.", id="Dutch"),
    ],
)  # fmt: skip
def test_a_short_text_of_another_language_keeps_headline_byline_and_paragraphs(
    language: str, title: str, byline: str, person: str, first: str, second: str
) -> None:
    article = text(title, byline, first, second)
    assert (article.headline, names(article), article.language) == (title, [person], language)
    assert said(article) == [("paragraph", first), ("paragraph", second)]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    first = "The ferry to the island has been sailing\nagain since Monday after three weeks of\nhigh water, it said."
    other = "It had stood still for three weeks because\nthe river was too high for the old pier at\nthe island."
    article = text(TITLE, first, other)
    assert article.headline == TITLE
    assert said(article) == [("paragraph", part.replace("\n", " ")) for part in (first, other)]
