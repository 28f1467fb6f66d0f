"""Which texts are tags of languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.language_tags import language_tag


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        pytest.param("vi", "vi", id="a language"),
        pytest.param(" pt_BR ", "pt-BR", id="as systems spell it"),
        pytest.param("zh-Hant-TW", "zh-Hant-TW", id="script and region"),
        pytest.param("de-CH-1901", "de-CH-1901", id="a variant"),
        pytest.param("en-u-ca-gregory-x-a", "en-u-ca-gregory-x-a", id="an extension and words of one's own"),
        pytest.param("zz-!!", None, id="signs"),
        pytest.param("en-", None, id="a dash and nothing"),
        pytest.param("en-u", None, id="an extension that says nothing"),
        pytest.param("en-verylongpart", None, id="a part of more than eight"),
        pytest.param("Vietnamese", None, id="a name"),
        pytest.param("v\u00ed", None, id="letters of no tag"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="not said"),
    ],
)
def test_what_is_a_tag(said: str | None, tag: str | None) -> None:
    assert language_tag(said) == tag


@given(st.text())
def test_a_tag_is_read_to_itself(said: str) -> None:
    tag = language_tag(said)
    assert language_tag(tag) == tag
