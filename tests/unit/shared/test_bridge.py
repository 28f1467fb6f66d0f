"""What the first release called an article leads to what it is called now."""

import pytest

from shared.identity import bridged, feed_id

FEED = "http://a.example/rss"


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("url:http://www.a.example/1/?b=2&a=1", ["url:https://a.example/1?a=1&b=2"]),
        ("url:https://a.example/1", []),
        ("uri:https://www.a.example/1/", ["url:https://a.example/1"]),
        ("uri:hue urn:hue:7", []),
        ("uri:urn:hue:7", []),
        (f"guid:{FEED} g 1", [f"guid:{feed_id(FEED)} g 1"]),
        (
            f"guid:{FEED} http://www.a.example/2/",
            [f"guid:{feed_id(FEED)} https://a.example/2", f"guid:{FEED} https://a.example/2"],
        ),
        ("guid:drop:hue/rss.xml g-1", []),
        ("path:hue/bai.txt", []),
    ],
)
def test_an_alias_of_the_first_release_has_its_present_spelling_beside_it(old: str, now: list[str]) -> None:
    assert bridged((old,)) == (old, *now)


def test_the_oldest_name_stays_the_strongest_so_that_the_id_made_of_it_stays() -> None:
    old = ("url:http://a.example/1", f"guid:{FEED} g-1")
    assert bridged(old) == (old[0], "url:https://a.example/1", old[1], f"guid:{feed_id(FEED)} g-1")
    assert bridged(bridged(old)) == bridged(old)
