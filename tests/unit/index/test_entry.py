"""What the index asks of an article: when its embargo ends, and whether two say the same."""

import datetime as dt

import pytest

from services.index.entry import digest_of, embargo_us
from shared.article import Article, Block

NOON = dt.datetime(2027, 1, 1, 12)  # noqa: DTZ001  # a clock whose zone nobody knows


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(NOON.replace(tzinfo=dt.UTC), dt.datetime(2027, 1, 1, 12, tzinfo=dt.UTC), id="an instant"),
        pytest.param(NOON, dt.datetime(2027, 1, 2, 0, tzinfo=dt.UTC), id="a clock without a zone: the last on earth"),
    ],
)
def test_an_embargo_ends_no_earlier_than_it_may_mean(until: dt.datetime | None, ends: dt.datetime | None) -> None:
    expected = int(ends.timestamp() * 1_000_000) if ends else None
    assert embargo_us(Article(embargoed_until=until)) == expected


def test_first_words_taken_for_a_lead_or_a_zone_known_otherwise_are_no_other_words() -> None:
    as_text = Article(headline="A", zone_rule="text", blocks=(Block(type="paragraph", text="One."),))
    as_lead = Article(headline="A", zone_rule="declared", description="One.")
    assert digest_of(as_text) == digest_of(as_lead)
    assert digest_of(as_lead) != digest_of(Article(headline="A", description="Two."))
    assert digest_of(as_text) != digest_of(Article(headline="A", blocks=(Block(type="subhead", text="One."),)))
