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
        ({"associations": 5}, "associations", r'like "associations": \[{"type": "picture"'),
        ({"places": 5}, "places", r'like "places": \[{"name": "Huế"}\]'),
        ({"by": ["An"]}, "by", "is a text"),
        ({"headline": "Q three"}, "headline", "is headlines"),
        ({"pubstatus": "canceled"}, "pubstatus", "is pubStatus"),
        ({"ednote": "Adds a quote."}, "ednote", "is edNote"),
        ({"expires": "tomorrow"}, "expires", "moment with its zone"),
        ({"trustIndicators": {"href": "https://hue.example/trust"}}, "trustIndicators", "list of objects"),
        ({"versioncreated": None}, "versioncreated", "is versionCreated"),
        ({"versionCreated": "2026-02-30T10:00:00Z"}, "versionCreated", "moment with its zone"),
        ({"firstCreated": "2026-02-03T10:00:00"}, "firstCreated", "moment with its zone"),
        ({"contentCreated": "3 February 2026"}, "contentCreated", "moment with its zone"),
        ({"firstCreated": "2026-02-03"}, "firstCreated", "moment with its zone"),
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
        {
            "firstCreated": None,
            "versionCreated": "2026-02-28T10:00:00.5+07:00",
            "contentCreated": "2026-02-28t10:00:00z",
        },
        {"slugline": "q", "x-own": {"any": "thing"}},
        {"edNote": "Adds a quote.", "title": "Q", "expires": "2027-02-28T10:00:00Z"},
    ],
)
def test_what_fits_is_let_through(patch: dict[str, object]) -> None:
    check_patch(patch)
