"""The forms of credits, bylines and datelines, each with the rule that tells it, and lines that look like one."""

import pytest

from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.credit import take_credit
from services.normalize.grammar.dateline import read_dateline
from services.normalize.language.load import EVERY, GENERIC, for_tag, languages, read_language
from services.normalize.readings import RuleId

WORKERS = "Workers repair a line in the harbour of Marlow"


@pytest.mark.parametrize(
    ("text", "tag", "caption", "credit", "rule"),
    [
        ("The quay. Photo: Ann Lee", "en", "The quay.", "Ann Lee", RuleId.CREDIT_LABEL),
        ("The quay (Photo by Ann Lee/PA)", "en", "The quay", "Ann Lee/PA", RuleId.CREDIT_BRACKETED_LABEL),
        ("The quay © Ann Lee", "en", "The quay", "Ann Lee", RuleId.CREDIT_SIGN),
        ("The quay | Ann Lee/AP", "en", "The quay", "Ann Lee/AP", RuleId.CREDIT_BAR),
        ("The quay. AP Photo/Ann Lee", "en", "The quay.", "AP Photo/Ann Lee", RuleId.CREDIT_AGENCY_AND_NAME),
        ("The quay (AFP)", "en", "The quay", "AFP", RuleId.CREDIT_AGENCY_IN_BRACKETS),
        (f"PHOTO: {WORKERS}", "en", WORKERS, None, RuleId.CAPTION_LABEL),
        ("Photo: Ann Lee. The quay", "en", "The quay", "Ann Lee", RuleId.CREDIT_LABEL),
        ("Die Brücke. Foto: Anna Berg/dpa", "de", "Die Brücke.", "Anna Berg/dpa", RuleId.CREDIT_LABEL),
        ("Die Brücke (Archivbild)", "de", "Die Brücke (Archivbild)", None, RuleId.CREDIT_STOCK),
        ("Bildunterschrift: Die Brücke", "de", "Die Brücke", None, RuleId.CAPTION_LABEL),
        ("小天鹅在湿地觅食。李明 摄", "zh", "小天鹅在湿地觅食。", "李明", RuleId.CREDIT_TAKEN_BY),
        ("小天鹅觅食。新华社记者 李明 摄", "zh", "小天鹅觅食。", "新华社记者 李明 摄", RuleId.CREDIT_TAKEN_BY),
        ("小天鹅在湿地觅食。新华社发", "zh", "小天鹅在湿地觅食。", "新华社发", RuleId.CREDIT_TAKEN_BY),
        ("朝の港＝田中撮影", "ja", "朝の港", "田中", RuleId.CREDIT_TAKEN_BY),
        (
            "朝の港（十四日、石巻市で、高橋誠撮影）",
            "ja",
            "朝の港（十四日、石巻市で）",
            "高橋誠",
            RuleId.CREDIT_TAKEN_BY,
        ),
        ("Nước rút - Ảnh: Hà Linh/TTXVN", "vi", "Nước rút", "Hà Linh/TTXVN", RuleId.CREDIT_LABEL),
        ("Nước đã rút. Ảnh minh họa", "vi", "Nước đã rút", None, RuleId.CREDIT_STOCK),
        ("Ảnh 1: Nước đã rút", "vi", "Nước đã rút", None, RuleId.CAPTION_LABEL),
        ("The quay. Foto: Ann Lee", EVERY, "The quay.", "Ann Lee", RuleId.CREDIT_LABEL),
        ("The quay. Bilde: Ann Lee", EVERY, "The quay.", "Ann Lee", RuleId.CREDIT_LABEL),
    ],
)
def test_a_credit_is_told_by_its_form(text: str, tag: str, caption: str, credit: str | None, rule: RuleId) -> None:
    found = take_credit(text, tag)
    assert found is not None
    assert (found.caption, found.credit, found.rule) == (caption, credit, rule)


@pytest.mark.parametrize(
    "text",
    [
        "The quay at dawn",
        "The minister said: nothing",
        "At dawn (and later)",
        "Photo: yesterday, today and tomorrow. It was late",
        "(c)",
        "",
    ],
)
def test_a_line_without_a_credit_has_none(text: str) -> None:
    assert take_credit(text, "en") is None


@pytest.mark.parametrize(("before", "is_read"), [(600, True), (5_000, True)])
def test_a_long_text_is_read_at_its_end_and_kept_whole(before: int, *, is_read: bool) -> None:
    text = ("word " * (before // 5)).strip() + "."
    found = take_credit(f"{text} Photo: Ann Lee", "en")
    assert (found is not None) is is_read
    assert found is None or (found.caption, found.credit) == (text, "Ann Lee")


@pytest.mark.parametrize(
    ("line", "tag", "people", "sources"),
    [
        ("By Ann Lee", "en", [("Ann Lee", "author")], []),
        ("By Ann Lee and Tom Wall", "en", [("Ann Lee", "author"), ("Tom Wall", "author")], []),
        ("By Ann Lee for Reuters", "en", [("Ann Lee", "author")], ["Reuters"]),
        ("By Ann Lee, Reuters", "en", [("Ann Lee", "author")], ["Reuters"]),
        ("By Ann Lee in London", "en", [("Ann Lee", "author")], []),
        ("Ann Lee/AP", "en", [("Ann Lee", "author")], ["AP"]),
        ("Words: Ann Lee, Pictures: Tom Wall", "en", [("Ann Lee", "author"), ("Tom Wall", "photographer")], []),
        ("Additional reporting by Tom Wall", "en", [("Tom Wall", "contributor")], []),
        ("Translated by Tom Wall", "en", [("Tom Wall", "translator")], []),
        ("Edited by Tom Wall", "en", [("Tom Wall", "editor")], []),
        ("Von Anna Berg und Jan Wolf", "de", [("Anna Berg", "author"), ("Jan Wolf", "author")], []),
        ("Text: Anna Berg, Foto: Jan Wolf", "de", [("Anna Berg", "author"), ("Jan Wolf", "photographer")], []),
        ("Anna Berg (dpa)", "de", [("Anna Berg", "author")], ["dpa"]),
        ("Bài: Đoàn Loan - Ảnh: Trung Sơn", "vi", [("Đoàn Loan", "author"), ("Trung Sơn", "photographer")], []),
        ("Theo BBC", "vi", [], ["BBC"]),
        ("Hải Yến dịch", "vi", [("Hải Yến", "translator")], []),
        ("文/李明 图/王芳", "zh", [("李明", "author"), ("王芳", "photographer")], []),
        ("新华社记者 李明", "zh", [("李明", "author")], []),
        ("Par Anne Petit, avec AFP", "fr", [("Anne Petit", "author")], ["AFP"]),
    ],
)
def test_a_byline_names_people_with_roles_and_sources(
    line: str, tag: str, people: list[tuple[str, ...]], sources: list[str]
) -> None:
    found = read_byline(line, tag)
    assert found is not None
    assert [(person.name, *person.rel) for person in found.people] == people
    assert (list(found.sources), found.organisations) == (sources, ())


@pytest.mark.parametrize(
    "line",
    [
        "The ferry sails again",
        "By Monday the boat had sailed",
        "To: desk@paper.example",
        "By",
        "Photo:",
        "By Ann Lee " + "and Tom Wall " * 60,
        "Ann Lee said that the ferry would sail again in May.",
    ],
)
def test_a_line_that_is_more_or_less_than_a_byline_is_none(line: str) -> None:
    assert read_byline(line, "en") is None


@pytest.mark.parametrize(
    ("printed", "text", "tag", "place", "agencies", "rule"),
    [
        ("MARLOW (AP)", " - The ferry sails.", "en", "Marlow", ("AP",), RuleId.DATELINE_PLACE_AND_AGENCY),
        ("MARLOW, Maine (AP)", " — The ferry sails.", "en", "Marlow", ("AP",), RuleId.DATELINE_PLACE_AND_AGENCY),
        ("LONDON, May 3 (Reuters)", " - It sails.", "en", "London", ("Reuters",), RuleId.DATELINE_PLACE_AND_AGENCY),
        ("MARLOW", " — The ferry sails again after weeks.", "en", "Marlow", (), RuleId.DATELINE_CAPITALS),
        ("KÖLN", ". Die Fähre fährt wieder nach drei Wochen.", "de", "Köln", (), RuleId.DATELINE_PLACE),
        ("Köln (dpa)", " - Die Fähre fährt.", "de", "Köln", ("dpa",), RuleId.DATELINE_PLACE_AND_AGENCY),
        ("Medan, KOMPAS.com", " - Kapal itu.", "id", "Medan", ("KOMPAS.com",), RuleId.DATELINE_PLACE_AND_AGENCY),
        ("新华社北京5月3日电", " 渡轮。", "zh", "北京", ("新华社",), RuleId.DATELINE_AGENCYS_OPENING),
        ("Hà Nội (TTXVN)", " - Phà đã chạy lại.", "vi", "Hà Nội", ("TTXVN",), RuleId.DATELINE_PLACE_AND_AGENCY),
    ],
)
def test_a_dateline_says_where_and_who(
    printed: str, text: str, tag: str, place: str, agencies: tuple[str, ...], rule: RuleId
) -> None:
    found = read_dateline(printed + text, tag)
    assert found is not None
    assert (found.printed, found.place, found.agencies, found.rule) == (printed, place, agencies, rule)
    assert (printed + text)[found.end :] == text.lstrip(" -—.")


@pytest.mark.parametrize(
    ("text", "place", "agency"),
    [
        ("【ハノイ共同】フェリーが再開した。", "ハノイ", "共同"),
        ("［東京 12日 ロイター］ - フェリーが。", "東京", "ロイター"),
    ],
)
def test_a_dateline_of_japan_stands_in_hooks(text: str, place: str, agency: str) -> None:
    found = read_dateline(text, "ja")
    assert found is not None
    assert (found.place, found.agencies, found.rule) == (place, (agency,), RuleId.DATELINE_HOOKED)


@pytest.mark.parametrize(
    "text",
    [
        "BREAKING NEWS - The ferry sails again.",
        "The ferry - sails again.",
        "He said - nothing",
        "“MARLOW (AP) - The ferry",
        " MARLOW (AP) - The ferry",
        "",
    ],
)
def test_words_before_a_dash_are_not_always_a_dateline(text: str) -> None:
    assert read_dateline(text, "en") is None


@pytest.mark.parametrize(
    ("tag", "own"),
    [
        ("vi-VN", "vi"),
        ("vi_VN", "vi"),
        ("EN-us", "en"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("xx", GENERIC),
        (None, GENERIC),
    ],
)
def test_the_rules_of_a_language_by_any_of_its_tags(tag: str | None, own: str) -> None:
    assert for_tag(tag).tag == own


def test_all_languages_together_have_the_words_of_each() -> None:
    every = for_tag(EVERY)
    assert every.tag == EVERY
    for language in languages().values():
        assert set(language.captions.credits) <= set(every.captions.credits)
        assert set(language.outlets) <= set(every.outlets)
        assert set(language.dates.months) <= set(every.dates.months)


def test_a_table_of_meanings_is_read_by_its_words() -> None:
    language = read_language(
        b'tag = "qq"\n[dates.months]\n1 = ["uno", "un"]\ndue = 2\n[bylines.labels]\nauthor = ["da"]'
    )
    assert language.dates.months == {"uno": 1, "un": 1, "due": 2}
    assert language.bylines.labels == {"da": "author"}
