"""A ranking believes the surest reading of a field and keeps what the others said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.readings import Reading, RuleId, rank, shortened
from tests.quality.calibration import calibrate


def reading(value: str, weight: float | None = None, field: str = "headline") -> Reading:
    return Reading(field=field, value=value, rule=RuleId.FIRST_LINE, weight=weight)


def test_the_surest_reading_is_believed_and_each_other_value_is_lost_once() -> None:
    found = rank("headline", [reading("B", 0.5), reading("A", 2.0), reading("B", -1.0), reading("A", 1.0)])
    assert found is not None
    assert (found.believed.value, found.believed.weight) == ("A", 2.0)
    assert [(lost.value, lost.weight) for lost in found.lost] == [("B", 0.5)]


def test_of_two_as_sure_the_first_is_believed() -> None:
    found = rank("headline", [reading("first"), reading("second")])
    assert found is not None
    assert found.believed.value == "first"
    assert found.sure == RuleId.FIRST_LINE.sure


def test_readings_of_other_fields_are_no_candidates() -> None:
    assert rank("byline", [reading("A")]) is None


def test_evidence_says_the_rule_in_words_with_the_note_of_the_case_and_where_it_stood() -> None:
    note = Reading(field="uri", value="a", rule=RuleId.FIRST_LINE, note="of two", place="/html", quote="A")
    found = rank("uri", [note])
    assert found is not None
    evidence = found.evidence()
    assert (evidence.field, evidence.rule, evidence.path, evidence.quote) == (
        "uri",
        "the first line (of two)",
        "/html",
        "A",
    )
    assert found.evidence("alt_ids[0]").field == "alt_ids[0]"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-1e6, 1e6) | st.none()), min_size=1))
def test_whatever_is_read_one_is_believed_and_no_value_is_both_believed_and_lost(said: list[tuple[str, float]]) -> None:
    found = rank("headline", [reading(value, weight) for value, weight in said])
    assert found is not None
    assert 0 <= found.sure <= 1
    values = [found.believed.value, *(lost.value for lost in found.lost)]
    assert sorted(values) == sorted({value for value, _ in said})


def test_calibration_error_is_the_mean_distance_of_stated_and_right() -> None:
    found = calibrate([(0.95, True), (0.95, False), (0.25, False), (0.25, True)])
    assert found.error == pytest.approx((0.45 + 0.25) / 2)
    assert [one.count for one in found.bins] == [2, 2]
    assert calibrate([]).error == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("short", "short"),
        ("a" * 300, "a" * 200),
        ("ab " + "c" * 300, "ab "),
        ("x" * 199 + " yes", "x" * 199 + " "),
        ("x" * 198 + " yes", "x" * 198 + " "),
        ("x" * 196 + " yes no", "x" * 196 + " yes"),
        (
            "https://pictures.example/" + "a/" * 80 + "9b1c8a6586d7f0852d159381699dba8a",
            "https://pictures.example/" + "a/" * 80,
        ),
    ],
)
def test_a_long_value_is_cut_where_a_word_ends(text: str, kept: str) -> None:
    assert shortened(text) == kept


@given(st.text(max_size=400))
def test_what_is_kept_of_a_value_is_its_beginning(text: str) -> None:
    kept = shortened(text)
    assert text.startswith(kept)
    assert len(kept) <= 200
    assert kept or not text
