"""The pages' own words: troubles in the reader's language, one and many told apart."""

import pytest

from services.web.acts import ACTS
from services.web.feed_desk import FEED_ACTS
from services.web.pages.problem import said_to_people
from services.web.pages.render import counter, remedy_teller, translator, trouble_teller
from services.web.problem_kinds import KINDS
from services.web.problems import Problem
from services.web.triage_desk import TRIAGE_ACTS
from shared.ledger.troubles import REMEDIES, Code, Trouble


@pytest.mark.parametrize("code", REMEDIES)
def test_every_trouble_and_its_remedy_are_told_in_vietnamese(code: Code) -> None:
    trouble = Trouble(code=code, subject="hue", since=1, what="in English", do=REMEDIES[code], count=3, detail="vì sao")
    told = trouble_teller("vi")(trouble)
    assert told != trouble.what
    assert "{" not in told
    assert remedy_teller("vi")(trouble) != remedy_teller("en")(trouble)
    assert "NAME" not in remedy_teller("vi")(trouble)
    assert trouble_teller("en")(trouble) == "in English"


@pytest.mark.parametrize("code", ["stage-paused", "feeds-failing", "drops-refused"])
def test_a_trouble_in_vietnamese_names_the_reason(code: Code) -> None:
    trouble = Trouble(code=code, subject="", since=1, what="x", do="y", count=1, detail="{detail} 503")
    assert "{detail} 503" in trouble_teller("vi")(trouble)


def test_one_and_many_are_told_apart_where_a_language_does() -> None:
    assert counter("en")(1, "feed fails or has ended", "feeds fail or have ended") == "1 feed fails or has ended"
    assert counter("en")(1200, "feed fails or has ended", "feeds fail or have ended").startswith("1,200 feeds fail")
    assert counter("vi")(1, "feed fails or has ended", "feeds fail or have ended").startswith("1 nguồn tin")


def test_the_muted_are_told_beside_the_dead_in_vietnamese() -> None:
    trouble = Trouble(code="articles-dead", subject="", since=1, what="x", do="y", count=2, detail="7")
    assert "7 bài đã tắt báo" in trouble_teller("vi")(trouble)


def test_how_many_are_not_named_is_said_in_vietnamese() -> None:
    trouble = Trouble(code="feeds-failing", subject="", since=1, what="x", do="y", count=5, detail="a: 404; and 2 more")
    assert trouble_teller("vi")(trouble).endswith("lý do (tiếng Anh): a: 404; và 2 mục nữa")


@pytest.mark.parametrize("act", [*ACTS, *FEED_ACTS, *TRIAGE_ACTS])
def test_what_an_act_came_to_is_said_in_both_languages(act: str) -> None:
    told = {language: translator(language)(f"said: {act}") for language in ("en", "vi")}
    assert f"said: {act}" not in told.values()
    assert told["en"] != told["vi"]


@pytest.mark.parametrize("slug", KINDS)
def test_what_went_wrong_is_said_to_people_without_the_words_of_an_api(slug: str) -> None:
    title, remedy = said_to_people(Problem(slug))
    assert "Authorization" not in remedy
    assert "`" not in title + remedy
    assert translator("vi")(remedy) != remedy
