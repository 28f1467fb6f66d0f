"""Names and places set in capitals, in the small letters of their language."""

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
