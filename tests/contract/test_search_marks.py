"""Words as typed and regardless of marks, beside what a look at every article finds."""

import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from services.index.search import Index
from services.index.words import without_marks
from shared.article import Article, Block
from tests.engines.searching import ENGINES
from tests.entries import make_entry

WORDS = ("công", "cộng", "cong", "an", "án", "của", "cửa", "the", "thế", "hoa", "hoà", "nato")
Text = Sequence[str]


def articles() -> dict[str, tuple[Text, Text]]:
    """Headline and body of each: short, so that many lack a word, and many have it in another form alone."""
    luck = random.Random(11)
    return {
        f"a{number}": (luck.choices(WORDS, k=luck.randint(1, 3)), luck.choices(WORDS, k=luck.randint(1, 6)))
        for number in range(400)
    }


ARTICLES = articles()


@pytest.fixture(scope="module", params=sorted(ENGINES))
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    with ENGINES[request.param]() as searched:
        searched.put(
            [
                make_entry(
                    name,
                    sha=name,
                    article=Article(headline=" ".join(head), blocks=(Block(type="paragraph", text=" ".join(body)),)),
                )
                for name, (head, body) in ARTICLES.items()
            ]
        )
        yield searched.index


def wanted(has: Callable[[Text, Text], bool]) -> set[str]:
    return {name for name, (head, body) in ARTICLES.items() if has(head, body)}


def bare(text: Text) -> list[str]:
    return [without_marks(word) for word in text]


def stands(row: Text, text: Text) -> bool:
    plain, asked = bare(text), bare(row)
    return any(plain[at : at + len(asked)] == asked for at in range(len(plain)))


def found(index: Index, q: str) -> set[str]:
    """All of them, page by page."""
    page = index.search(q, limit=100)
    hits = [hit.article_id for hit in page.hits]
    while page.cursor:
        page = index.search(q, limit=100, cursor=page.cursor)
        hits += [hit.article_id for hit in page.hits]
    assert len(set(hits)) == len(hits) == page.total
    return set(hits)


@pytest.mark.parametrize("word", [word for word in WORDS if without_marks(word) != word])
def test_a_word_as_typed(index: Index, word: str) -> None:
    assert found(index, word) == wanted(lambda head, body: word in (*head, *body))


@pytest.mark.parametrize("word", ["cong", "an", "nato"])
def test_a_word_regardless_of_marks(index: Index, word: str) -> None:
    assert found(index, word) == wanted(lambda head, body: word in bare([*head, *body]))


@pytest.mark.parametrize("words", ["công án", "của hoà", "cửa thế", "công cộng the"])
def test_words_as_typed(index: Index, words: str) -> None:
    assert found(index, words) == wanted(lambda head, body: {*words.split()} <= {*head, *body})


@pytest.mark.parametrize("words", ["công án", "hoà cửa", "công the"])
def test_a_phrase_as_typed_stands_in_a_row_and_each_of_its_words_has_its_marks(index: Index, words: str) -> None:
    row = words.split()
    expected = wanted(lambda head, body: (stands(row, head) or stands(row, body)) and {*row} <= {*head, *body})
    assert found(index, f'"{words}"') == expected


def test_a_phrase_without_any_mark_means_all_its_forms_beside_a_word_with_marks(index: Index) -> None:
    row = ["cong", "an"]
    expected = wanted(lambda head, body: (stands(row, head) or stands(row, body)) and "hoà" in {*head, *body})
    assert found(index, '"cong an" hoà') == expected


@pytest.mark.parametrize("word", ["công", "cộng", "cửa"])
def test_a_word_as_typed_in_the_headline(index: Index, word: str) -> None:
    assert found(index, f"headline:{word}") == wanted(lambda head, _: word in head)


@pytest.mark.parametrize("ban", ["công", "cộng", "thế"])
def test_what_is_not_wanted_is_left_out_as_typed(index: Index, ban: str) -> None:
    expected = wanted(lambda head, body: "nato" in {*head, *body} and ban not in {*head, *body})
    assert found(index, f"nato -{ban}") == expected


def test_one_of_two_as_typed(index: Index) -> None:
    assert found(index, "cộng OR hoà") == wanted(lambda head, body: {"cộng", "hoà"} & {*head, *body} != set())
