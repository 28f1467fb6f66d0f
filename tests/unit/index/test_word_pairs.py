"""Forms of a word that are one word: what is written in the one way is found by the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.folding import fold
from services.index.query import read_query
from services.index.words import part, without_marks, words_of
from shared.article import Article
from tests.word_pairs import PAIRS, pairs_of


def words(text: str) -> tuple[str, str]:
    exact = part(fold(text))
    return exact, without_marks(exact)


@pytest.mark.parametrize("kind", PAIRS)
def test_both_forms_find_each_other(kind: str) -> None:
    pairs = pairs_of(kind)
    assert len(pairs) >= 20, "a class is judged by at least twenty pairs"
    apart = []
    for one, other in pairs:
        for stored, asked in ((one, other), (other, one)):
            query = read_query(asked)
            found = words(stored)
            parts = [group[0] for group in query.needs] if query else []
            is_found = [
                bool(parts) and {word for part in parts for word in getattr(part, words_set)} <= set(there.split())
                for words_set, there in zip(("exact", "plain"), found, strict=True)
            ]
            if not any(is_found):
                apart.append((stored, asked))
    assert len(apart) <= 0.05 * 2 * len(pairs), apart


@given(st.text(st.characters() | st.sampled_from("đĐạịİςΣ\u0301\u0e4d\u0e49า日本 \u200b\u0640ýyqu-.,\n")))
def test_words_of_an_article_are_those_of_its_text(text: str) -> None:
    """Whatever stands between two spaces is worked out once; it makes no other words than all of it would."""
    exact, plain = words_of(Article(headline=text))
    assert (exact["headline"], plain["headline"]) == words(text)
