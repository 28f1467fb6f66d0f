"""A merge patch whose members have another shape than ninjs 3.1 gives them is refused at the member."""

import pytest

from services.web.patch_shape import check_patch
from services.web.problems import Problem


@pytest.mark.parametrize(
    ("patch", "member", "told"),
    [
        ({"headlines": "Q two"}, "headlines", "list of objects"),
        ({"bodies": "words"}, "bodies", "list of objects"),
        ({"headlines": ["Q two"]}, "headlines", "list of objects"),
        ({"people": {"name": "An"}}, "people", "list of objects"),
        ({"by": ["An"]}, "by", "is a text"),
        ({"headline": "Q three"}, "headline", "is headlines"),
        ({"version": "2", "body_text": "words"}, "body_text", "is bodies"),
    ],
)
def test_the_member_is_pointed_at(patch: dict[str, object], member: str, told: str) -> None:
    with pytest.raises(Problem, match=told) as refused:
        check_patch(patch)
    assert refused.value.more["errors"] == [{"pointer": f"#/{member}", "detail": refused.value.detail}]


@pytest.mark.parametrize(
    "patch",
    [
        {"headlines": [{"value": "Q two"}], "by": "An", "version": 3},
        {"headlines": None, "headline": None},
        {"slugline": "q", "x-own": {"any": "thing"}},
    ],
)
def test_what_fits_is_let_through(patch: dict[str, object]) -> None:
    check_patch(patch)
