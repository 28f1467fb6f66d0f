"""What a language's file says is known wherever its words stand: no language is named in the code that reads."""

import pytest

from services.normalize.grammar.dateline import read_dateline
from services.normalize.grammar.printed_dates import order_of
from services.normalize.language.load import read_language
from services.normalize.language.phrases import is_aside, is_notice, particles
from services.normalize.readers.declared_fields import role_of
from services.normalize.readers.feed_entry import read
from shared.article import Role
from shared.envelope import Raw, Source

FEED = '{"feed": "paper", "title": "Hours", "link": "https://paper.example/1", "authors": ["%s"], "language": "%s"}'


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Jane Miller"), ("de-AT", "Jane Miller"), ("hu", "Miller"), ("vi-VN", "Miller")]
)
def test_a_name_is_turned_round_where_the_family_does_not_stand_first(language: str, name: str) -> None:
    raw = Raw(source=Source(kind="push", name="desk"), media_type="", body=b"", received_us=1)
    people = read(FEED % ("Miller, Jane", language), raw).article.people
    assert people[0].name == name


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("Foto", "photographer"),
        ("ảnh", "photographer"),
        ("nrol:photographer", "photographer"),
        ("dịch", "translator"),
        ("Illustration", "illustrator"),
        ("subject", None),
        (None, None),
    ],
)
def test_a_role_is_known_in_any_language(word: str | None, role: Role | None) -> None:
    assert role_of(word) == role


@pytest.mark.parametrize(
    ("text", "printed", "agencies"),
    [
        ("新华社北京11月9日电（记者张伟）图书馆九点开门。", "新华社北京11月9日电", ("新华社",)),
        ("（中央社記者陳怡君台北9日電）圖書館九點開門。", "中央社記者陳怡君台北9日電", ("中央社",)),
        ("人民日报上海3月5日电 图书馆九点开门。", "人民日报上海3月5日电", ("人民日报",)),
        ("本報訊 圖書館九點開門。", "本報訊", ()),
    ],
)
def test_every_chinese_outlet_opens_a_dateline(text: str, printed: str, agencies: tuple[str, ...]) -> None:
    found = read_dateline(text, "zh")
    assert found is not None
    assert (found.printed, found.agencies) == (printed, agencies)


@pytest.mark.parametrize("text", ["Lesezeit: 3 Minuten", "Baca juga: Jam buka", "» Mehr Themen", "関連記事"])
def test_site_lines_of_all_languages(text: str) -> None:
    assert is_aside(text)
    assert not is_notice(text)


def test_what_an_outlet_is_said_to_have_said_is_no_dateline() -> None:
    assert read_dateline("环球网的消息说图书馆九点开门。", "zh") is None


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("en-PH", "mdy"),
        ("en_CA", "mdy"),
        ("fil", "mdy"),
        ("en-AU", "dmy"),
        ("de-CH", "dmy"),
        ("hu", "ymd"),
        (None, None),
    ],
)
def test_the_order_of_a_day_is_that_of_the_region_in_its_languages_file(
    language: str | None, order: str | None
) -> None:
    assert order_of(language) == order


def test_little_words_of_names_are_a_languages_own_beside_everybodys() -> None:
    made_up = read_language(b'tag = "qx"\n[bylines]\nparticles = ["vlo"]')
    assert made_up.bylines.particles == ("vlo",)
    assert {"van", "de"} <= particles("qx") <= particles("nl")
