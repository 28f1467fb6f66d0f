"""What a feed says twice, beside the text or about it: each word once, each field from the member that is meant."""

import datetime as dt

import msgspec
import pytest

from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry
from tests.unit.normalize import doors

HILL = "https://p.example/hill.jpg"
OTHER = "https://p.example/other.jpg"
TEXT = "The hill is green today and it will stay so for weeks, the warden says."
SHOWN = f"<figure><img src='{HILL}'><figcaption>Seen from above</figcaption></figure><p>{TEXT}</p>"
BARE = f"<p><img src='{HILL}'></p><p>{TEXT}</p>"


def made(content: str = f"<p>{TEXT}</p>", **members: object) -> Article:
    """The article of an entry with these members."""
    entry = msgspec.convert(
        {"feed": "https://p.example/feed", "title": "The hill", "content": content, **members}, FeedEntry
    )
    return doors.read(msgspec.json.encode(entry), FEED_ENTRY_TYPE)


@pytest.mark.parametrize(
    ("content", "listed", "blocks"),
    [
        pytest.param(BARE, (HILL, "The hill in May", "Ann Lee"),
                     [("picture", ("The hill in May", "Ann Lee"))], id="a bare picture takes the words listed for it"),
        pytest.param(SHOWN, (HILL, None, "Ann Lee"),
                     [("picture", ("Seen from above", "Ann Lee"))], id="a picture with a caption takes the credit"),
        pytest.param(SHOWN, (HILL, "Seen from above", None),
                     [("picture", ("Seen from above", None))], id="the same caption is said once"),
        pytest.param(BARE, (OTHER, "Another hill", None),
                     [("picture", (None, None))], id="the words of another picture are not this one's"),
    ],
)  # fmt: skip
def test_words_listed_for_a_shown_picture_are_that_pictures(
    content: str, listed: tuple[str, str | None, str | None], blocks: list[tuple[str, object]]
) -> None:
    shown = doors.shown(made(content, pictures=[listed]).blocks)
    assert shown[: len(blocks)] == blocks


def test_a_second_caption_of_a_shown_picture_stays_a_line_of_its_own() -> None:
    assert doors.shown(made(SHOWN, pictures=[(HILL, "The hill in May", None)]).blocks) == [
        ("picture", ("Seen from above", None)),
        ("paragraph", TEXT),
        ("caption", "The hill in May"),
    ]


@pytest.mark.parametrize(
    ("summary", "content", "pictures"),
    [
        pytest.param(f"<img src='{HILL}'><p>A warden speaks.</p>", BARE, [HILL], id="the same in both: once"),
        pytest.param(f"<img src='{OTHER}'><p>A warden speaks.</p>", BARE, [OTHER, HILL], id="another in each: both"),
        pytest.param(f"<img src='{HILL}'>", f"<p>{TEXT}</p>", [HILL], id="only in the summary: kept"),
        pytest.param(f"<p>{TEXT}</p>", BARE, [HILL], id="only in the content: kept"),
    ],
)
def test_a_picture_of_summary_and_content_is_shown_once(summary: str, content: str, pictures: list[str]) -> None:
    article = made(content, summary=summary)
    assert [block.href for block in article.blocks if block.type == "picture"] == pictures


@pytest.mark.parametrize(
    ("summary", "content", "texts"),
    [
        pytest.param(f"<p>{TEXT}</p><p>Nobody knows why.</p>", "<p>See the pictures.</p>",
                     [TEXT, "Nobody knows why.", "See the pictures."], id="a longer summary"),
        pytest.param(f"<p>{TEXT}</p>", f"<p>{TEXT}</p><p>Nobody knows why.</p>",
                     [TEXT, "Nobody knows why."], id="a summary that the content begins with"),
        pytest.param(f"<p>{TEXT}</p><p>Nobody knows why.</p>", f"<p>{TEXT}</p>",
                     [TEXT, "Nobody knows why."], id="a summary that goes on beyond the content"),
    ],
)  # fmt: skip
def test_what_stands_in_only_one_of_summary_and_content_is_kept(summary: str, content: str, texts: list[str]) -> None:
    article = made(content, summary=summary)
    said = [article.description] if article.description else []
    assert [*said, *(block.text for block in article.blocks)] == texts


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("desk@paper.example (Ann Lee)", ["Ann Lee"]),  # RSS 2.0: an address with the name in brackets
        ("desk@paper.example (Ann Lee, Tom Wall)", ["Ann Lee", "Tom Wall"]),
        ("Ann Lee (Reuters)", ["Ann Lee"]),  # brackets without an address say where somebody is from
        ("Ann Lee (Berlin)", ["Ann Lee"]),
        ("Ann Lee", ["Ann Lee"]),
        ("ann.lee@paper.example", []),  # an address is no name
    ],
)
def test_an_author_is_named_whatever_form_the_feed_has(author: str, names: list[str]) -> None:
    article = made(authors=[author], language="en")
    assert doors.names(article) == names
    assert article.byline == author


MAY_3, MAY_4 = dt.datetime(2024, 5, 3, 10, tzinfo=dt.UTC), dt.datetime(2024, 5, 4, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("published", "updated", "created", "changed"),
    [
        pytest.param(MAY_3, MAY_4, MAY_3, MAY_4, id="both"),
        pytest.param(MAY_3, None, MAY_3, None, id="published alone"),
        pytest.param(None, MAY_4, MAY_4, MAY_4, id="updated alone is all that is known of the publishing"),
    ],
)
def test_an_entry_is_as_old_as_it_says(
    published: dt.datetime | None, updated: dt.datetime | None, created: dt.datetime, changed: dt.datetime | None
) -> None:
    article = made(published=published and published.isoformat(), updated=updated and updated.isoformat())
    assert (article.first_created, article.version_created) == (created, changed)
    sure = next(seen.sure for seen in article.evidence if seen.field == "first_created")
    assert (sure < 0.7) is (published is None)


@pytest.mark.parametrize(
    ("members", "address"),
    [
        pytest.param({"link": "https://l.example/y/"}, "https://l.example/y/a.jpg", id="the link"),
        pytest.param({"base": "https://b.example/x/", "link": "https://l.example/y/"},
                     "https://b.example/x/a.jpg", id="xml:base goes before the link"),
        pytest.param({"base": "https://b.example/x/"}, "https://b.example/x/a.jpg", id="xml:base alone"),
        pytest.param({}, "a.jpg", id="nothing: it stays as printed, no address is invented"),
    ],
)  # fmt: skip
def test_relative_addresses_are_resolved_against_what_the_feed_says(members: dict[str, str], address: str) -> None:
    article = made(f"<p>{TEXT}</p><img src='a.jpg' alt=''>", **members)
    assert [block.href for block in article.blocks if block.type == "picture"] == [address]
    assert article.uri == members.get("link")
