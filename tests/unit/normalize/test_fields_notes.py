"""Corrections and the line that asks to pay: fields with evidence, in any language, and no words of the text."""

import datetime as dt

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source

TEXT = (
    "<p>The ferry to the islands sails again in May, the harbour office said on Monday morning.</p>"
    "<p>The new ramp was tested twice last week, and nothing stands in the way of the boats.</p>"
)
LONG = "".join(f"<p>On day {day} the boats waited, and those who live there rowed ashore.</p>" for day in range(40))
TEXTS = {
    "en": TEXT,
    "de": "<p>Die Fähre zu den Inseln fährt im Mai wieder, das sagte das Hafenamt am Montag mit der Post.</p>"
    "<p>Die neue Rampe wurde in der letzten Woche geprüft, und nichts ist den Booten mehr im Weg.</p>",
    "fr": "<p>Le bac pour les îles reprend en mai, a dit le bureau du port lundi dans la matinée.</p>"
    "<p>La nouvelle rampe a été essayée deux fois, et rien ne gêne plus les bateaux du port.</p>",
    "vi": "<p>Phà ra đảo sẽ chạy lại vào tháng năm, văn phòng cảng cho biết vào sáng thứ hai.</p>"
    "<p>Cầu dẫn mới đã được thử hai lần trong tuần trước và không có gì cản trở tàu thuyền.</p>",
    "ja": "<p>島への渡し船は五月に再開すると、港の事務所が月曜日の朝に発表した。</p>"
    "<p>新しい橋は先週二度試され、船の運航を妨げるものは何もないという。</p>",
}


def read(body: str, language: str = "en", head: str = "") -> Article:
    text = f"<article><h1>Ferry</h1>{body}</article>"
    markup = f'<html lang="{language}"><head><title>Ferry</title>{head}</head><body>{text}</body></html>'
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=markup.encode(), received_us=0)
    return normalize(raw)


@pytest.mark.parametrize(
    ("language", "note"),
    [
        pytest.param("en", "Correction: The ferry sails at nine, not at eight.", id="a word and a colon"),
        pytest.param("en", "An earlier version of this article named another island.", id="a sentence"),
        pytest.param("de", "Korrektur: Die Fähre fährt um neun, nicht um acht.", id="de"),
        pytest.param("de", "In einer früheren Version hieß die Insel anders.", id="a German sentence"),
        pytest.param("fr", "Rectificatif : le bac part à neuf heures.", id="fr"),
        pytest.param("vi", "Đính chính: Phà chạy lúc chín giờ, không phải tám giờ.", id="vi"),
        pytest.param("ja", "【訂正】出発は九時でした。", id="a Japanese note in brackets"),
    ],
)
def test_a_note_on_a_correction_is_a_field(language: str, note: str) -> None:
    article = read(TEXTS[language] + f"<p>{note}</p>", language)
    assert [correction.text for correction in article.corrections] == [note]
    assert not any(note in (block.text or "") for block in article.blocks)
    seen = next(seen for seen in article.evidence if seen.field == "corrections[0]")
    assert seen.quote == note


def test_a_correction_tells_its_day() -> None:
    article = read(TEXT + "<p>Corrected on May 3, 2024: the ferry sails at nine, not at eight.</p>")
    at = article.corrections[0].at
    assert at is not None
    assert at.date() == dt.date(2024, 5, 3)


def test_a_heading_may_stand_over_the_note() -> None:
    article = read(TEXT + "<h4>Correction</h4><p>The ferry sails at nine, not at eight as we wrote.</p>")
    assert article.corrections[0].text == "The ferry sails at nine, not at eight as we wrote."


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("<p>Correction officers asked for better pay in the same week.</p>", id="another word"),
        pytest.param("<p>The council's correction: a ferry at nine, and none at eight.</p>", id="amid a sentence"),
    ],
)
def test_a_text_on_corrections_has_none(line: str) -> None:
    assert read(TEXT + line).corrections == ()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        pytest.param("en", "Subscribe to read the rest of this story.", id="en"),
        pytest.param("de", "Jetzt abonnieren und weiterlesen", id="de"),
        pytest.param("fr", "La suite est réservée aux abonnés.", id="fr"),
        pytest.param("vi", "Đăng ký để đọc tiếp bài viết này.", id="vi"),
        pytest.param("ja", "続きを読むには登録が必要です。", id="ja"),
    ],
)
def test_a_line_that_asks_to_pay_tells_that_the_text_is_cut(language: str, line: str) -> None:
    article = read(TEXTS[language] + f"<p>{line}</p>", language)
    assert article.is_cut
    assert line in article.boilerplate
    assert next(seen for seen in article.evidence if seen.field == "is_cut").quote == line


@pytest.mark.parametrize(
    ("body", "head"),
    [
        pytest.param(TEXT, "", id="nothing asks"),
        pytest.param(f"{LONG}<p>Subscribe to read more.</p>", "", id="a long text"),
        pytest.param(
            TEXT + "<p>Subscribe to read more of us.</p>",
            '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": true}</script>',
            id="a text that is free to read",
        ),
    ],
)
def test_a_whole_text_is_not_cut(body: str, head: str) -> None:
    assert not read(body, head=head).is_cut


@pytest.mark.parametrize(
    ("inside", "is_cut"),
    [
        pytest.param("", True, id="away"),
        pytest.param('<div class="paid"></div>', True, id="empty"),
        pytest.param(f'<div class="a paid">{TEXT}</div>', False, id="there"),
    ],
)
def test_a_paid_part_that_the_page_names_and_does_not_hold_cuts_the_text(inside: str, is_cut: bool) -> None:
    part = '{"isAccessibleForFree": "False", "cssSelector": ".paid"}'
    declared = f'{{"@type": "NewsArticle", "headline": "Ferry", "isAccessibleForFree": false, "hasPart": [{part}]}}'
    article = read(TEXT + inside, head=f'<script type="application/ld+json">{declared}</script>')
    assert article.is_cut == is_cut
    assert article.access == "paid"
    places = [seen.path for seen in article.evidence if seen.field == "is_cut"]
    assert places == (["/html/head/script$.hasPart[0].cssSelector"] if is_cut else [])
