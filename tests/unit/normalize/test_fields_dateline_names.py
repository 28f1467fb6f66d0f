"""Names, places and agencies of datelines and bylines, as their language writes them and each once."""

import pytest

from services.normalize.grammar.person_names import normal_case, title_case
from services.normalize.pipeline import normalize
from shared.envelope import Raw, Source


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        pytest.param("MERT YILDIRIM", "tr", "Mert Yıldırım", id="an I without dot stays without"),
        pytest.param("ELİF IŞIK", "tr", "Elif Işık", id="an I with dot becomes i, a first letter stays"),
        pytest.param("MERT YILDIRIM", "de", "Mert Yildirim", id="other languages have one small i"),
        pytest.param("TRÍ DŨNG", "vi", "Trí Dũng", id="tones stay"),
        pytest.param("SEÁN O'NEILL-SMITH", "en", "Seán O'Neill-Smith", id="both halves of a name"),
        pytest.param("İ.H. AKIN", "tr", "İ.H. Akın", id="initials stay"),
    ],
)
def test_a_name_in_capitals_gets_the_small_letters_of_its_language(name: str, tag: str, expected: str) -> None:
    assert normal_case(name, tag) == expected


def test_places_are_cut_at_blanks_hyphens_and_apostrophes() -> None:
    assert title_case("L'AQUILA", "it") == "L'Aquila"
    assert title_case("SAINT-DENIS (93)", "fr") == "Saint-Denis (93)"


def test_a_turkish_dateline_names_a_turkish_place() -> None:
    text = (
        "Hasat erken başladı\n\n03.10.2023 10:30\n\n"
        "KIRIKKALE (AA) - Üreticiler bu yıl ağaçlara geçen yıldan üç hafta önce çıktı, dedi ziraat odası başkanı.\n\n"
        "Kooperatif küçük üreticiler için ikinci bir makine aldı ve makine hafta sonunda çalışmaya başlayacak.\n"
    )
    source = Source(kind="drop", name="", language="tr")
    article = normalize(
        Raw(source=source, media_type="text/plain", body=text.encode(), received_us=1_700_000_000_000_000)
    )
    assert (article.dateline, article.located) == ("KIRIKKALE (AA)", "Kırıkkale")


@pytest.mark.parametrize(
    ("byline", "agency", "sources"),
    [
        pytest.param("By Dana Whitlock, Associated Press", "AP", ("Associated Press",), id="initials of two words"),
        pytest.param("By Dana Whitlock, Reuters", "Reuters", ("Reuters",), id="the same name"),
        pytest.param("By Dana Whitlock, Reuters", "AP", ("Reuters", "AP"), id="two agencies"),
    ],
)
def test_an_agency_is_named_once(byline: str, agency: str, sources: tuple[str, ...]) -> None:
    text = (
        f"Ferry service resumes after two-day fog\n\n{byline}\n\nMarch 3, 2018 7:05 AM\n\n"
        f"PORT HALE ({agency}) — Ferries sailed again on Saturday after two days of fog, the harbor master said.\n\n"
        "Visibility had fallen below fifty yards on Thursday evening, and the last boat of the day turned back.\n"
    )
    source = Source(kind="drop", name="", language="en")
    body = text.encode()
    article = normalize(Raw(source=source, media_type="text/plain", body=body, received_us=1_700_000_000_000_000))
    assert article.sources == sources
