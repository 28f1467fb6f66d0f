"""Small grammars by themselves: codes of wires, zones by name and address, folded words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.wire_codes import without_code
from services.normalize.grammar.zones import assign_zone, country_of, match_zone, zone_named
from services.normalize.language.folding import fold

WINTER = dt.datetime(2024, 12, 15, 10)  # noqa: DTZ001  # a clock to be set into a zone


@pytest.mark.parametrize(
    ("headline", "told"),
    [
        pytest.param("UPDATE 2-Ferry sails again", "Ferry sails again", id="a numbered update"),
        pytest.param("WRAPUP 1-Ferry sails again", "Ferry sails again", id="a numbered summary"),
        pytest.param("(2) Ferry sails again", "Ferry sails again", id="a take in brackets"),
        pytest.param("（2）渡轮恢复通航", "渡轮恢复通航", id="in wide brackets"),
        pytest.param("++ Ferry sails again ++", "Ferry sails again", id="between crosses"),
        pytest.param("*** Ferry sails again ***", "Ferry sails again", id="between stars"),
        pytest.param("++ Ferry sails again", "Ferry sails again", id="a cross on one side"),
        pytest.param("ROUNDUP: Ferry sails again", "Ferry sails again", id="a known word"),
        pytest.param("Ferry sails again", "Ferry sails again", id="none"),
        pytest.param("(Exclusive) Ferry sails again", "Ferry sails again", id="a call in brackets"),
        pytest.param("(opis) Prom znów pływa", "Prom znów pływa", id="a small word before a capital"),
        pytest.param("(Almost) nobody came", "(Almost) nobody came", id="words of the sentence in brackets"),
        pytest.param("Ferry 2-Island race", "Ferry 2-Island race", id="a word and a number of the sentence"),
        pytest.param("Day 2: ferry still waits", "Day 2: ferry still waits", id="a day that is counted"),
        pytest.param("2-1 for the islanders", "2-1 for the islanders", id="a score"),
        pytest.param("UPDATE 2-", "UPDATE 2-", id="a code alone stays"),
    ],
)
def test_the_code_of_a_wire_is_no_part_of_the_headline(headline: str, told: str) -> None:
    assert without_code(headline, "en") == told


@pytest.mark.parametrize(
    ("url", "country"),
    [
        pytest.param("https://p.example.vn/a", "vn", id="a country"),
        pytest.param("https://p.example.co.uk/a", "uk", id="behind co"),
        pytest.param("https://P.EXAMPLE.VN", "vn", id="in capitals"),
        pytest.param("https://p.example.vn:8080/a.fr", "vn", id="with a port and a path"),
        pytest.param("https://p.example.com/a", "com", id="no country"),
        pytest.param("http://[", "", id="no address"),
        pytest.param(None, "", id="none"),
    ],
)
def test_the_country_of_an_address_is_its_hosts_last_label(url: str | None, country: str) -> None:
    assert country_of(url) == country


@pytest.mark.parametrize(
    ("url", "hours"),
    [
        pytest.param("https://p.example.vn/", 7.0, id="Vietnam"),
        pytest.param("https://p.example.in/", 5.5, id="India"),
        pytest.param("https://p.example.de/", 1.0, id="Germany"),
        pytest.param("https://p.example.jp/", 9.0, id="Japan"),
        pytest.param("https://p.example.us/", None, id="a country of many zones"),
        pytest.param("https://p.example.com/", None, id="no country"),
    ],
)
def test_a_country_of_one_zone_gives_it(url: str, hours: float | None) -> None:
    zone = assign_zone(None, url, None).zone
    offset = WINTER.replace(tzinfo=zone).utcoffset() if zone else None
    assert (offset.total_seconds() / 3600 if offset is not None else None) == hours


@pytest.mark.parametrize(
    ("setting", "url", "language", "name", "rule"),
    [
        pytest.param("Asia/Tokyo", "https://p.fr/", "vi", "Asia/Tokyo", "source", id="the setting first"),
        pytest.param(None, "https://p.fr/", "vi", "Europe/Paris", "region", id="then the country"),
        pytest.param(None, "https://p.com/", "vi", "Asia/Ho_Chi_Minh", "language", id="then the language"),
        pytest.param("Mars/Base", "https://p.fr/", "vi", "Europe/Paris", "region", id="a setting that is none"),
        pytest.param(None, None, "en", None, "assumed", id="nothing known"),
        pytest.param(None, None, None, None, "assumed", id="nothing said"),
    ],
)
def test_a_clock_without_zone_is_in_the_first_that_is_known(
    setting: str | None, url: str | None, language: str | None, name: str | None, rule: str
) -> None:
    assigned = assign_zone(setting, url, language)
    assert (str(assigned.zone) if assigned.zone else None, assigned.rule) == (name, rule)


@pytest.mark.parametrize("name", [None, "", "Mars/Base", "../etc/passwd", "a" * 300, "\0"])
def test_a_name_of_no_zone_is_none(name: str | None) -> None:
    assert zone_named(name) is None


@given(st.text(max_size=20))
def test_no_text_behind_a_clock_breaks_the_search_for_a_zone(text: str) -> None:
    found = match_zone(text, 0, "en")
    assert found is None or 0 < found.end <= len(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("  Two   Words ", "two words", id="blanks and capitals"),
        pytest.param("HOÀ BÌNH", "hòa bình", id="an older place of the tone"),
        pytest.param("hòa bình", "hòa bình", id="the newer place stays"),
        pytest.param("THUỶ", "thủy", id="on uy"),
        pytest.param("KHOẺ", "khỏe", id="on oe"),
        pytest.param("quý", "quý", id="behind q the tone is where it was"),
        pytest.param("ho\u0061\u0300", "hòa", id="marks set apart"),
        pytest.param("“Giá” – ‘vàng’", "\"giá\" - 'vàng'", id="curly quotes and dashes"),
        pytest.param("STRASSE", "strasse", id="ASCII"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("Đà Nẵng", "đà nẵng", id="a letter with a stroke stays"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_words_are_compared_in_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert once == " ".join(once.split())
    assert fold(once.upper().lower()) == fold(once.upper())
