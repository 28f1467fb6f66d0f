"""What of an answer is the page of an entry, when it is looked at again, and which entries are short."""

import msgspec
import pytest

from services.ingest.page_queue import PageRow
from services.ingest.page_reader import CHECKS_S, checked, page_of
from services.ingest.page_words import SHORT, is_short, page_mark
from shared.archive_entries import pack_body
from shared.envelope import MOST_BYTES, FeedEntry
from shared.errors import InputRefused
from shared.net.http import Fetched

URL = "https://news.example/2026/rubber.html"
TEXT = "Người trồng cao su ở Nam Đông vượt khó, mỗi hộ thu hàng trăm triệu đồng từ vườn cây của mình. "


def row(**changes: object) -> PageRow:
    entry = FeedEntry(link=URL, title="t", published=str(changes.pop("published", "")) or None)
    packed = pack_body(msgspec.json.encode(entry))
    return PageRow(url=URL, feed="f", entry=packed, asked_us=1, **changes)  # type: ignore[arg-type]


def answer(media_type: str = "text/html", *, url: str = URL, body: bytes = b"<p>x", **headers: str) -> Fetched:
    return Fetched(url=url, status=200, headers={"content-type": media_type} | headers, body=body)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param(answer("application/pdf"), "no page of HTML", id="another kind"),
        pytest.param(answer(""), "no page of HTML", id="no kind"),
        pytest.param(answer(body=b"x" * MOST_BYTES), "larger than", id="too large"),
        pytest.param(answer(url="https://news.example/"), "front page", id="the article was taken away"),
    ],
)
def test_what_is_no_page_of_the_entry(found: Fetched, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        page_of(row(), found)


def test_a_page_keeps_where_it_was_found_and_its_encoding() -> None:
    page = page_of(row(), answer("Application/XHTML+xml; charset=windows-1258", url=f"{URL}?amp"))
    assert (page.url, page.media_type) == (f"{URL}?amp", "text/html; charset=windows-1258")


def test_a_page_is_looked_at_again_a_few_times_and_one_of_an_old_article_is_not() -> None:
    following, looks = row(), 0
    while (after := checked(following, answer(etag='"a"'), b"m")) is not None:
        following, looks = after, looks + 1
    assert looks == len(CHECKS_S)
    assert (following.etag, following.mark, following.is_held) == ('"a"', b"m", False)
    assert checked(row(published="Mon, 09 Nov 2015 05:34:00 +0700"), answer(), b"m") is None


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param(TEXT * 2, True, id="an excerpt"),
        pytest.param(TEXT * 8, False, id="a whole text"),
        pytest.param(f"{TEXT * 8}[…]", True, id="a long one that is cut"),
        pytest.param(f"<p>{TEXT * 8}… <a href='/a'>Xem tiếp</a></p>", True, id="a link to the rest"),
        pytest.param("汉" * (SHORT // 2 + 1), False, id="letters that are words"),
        pytest.param(f"<img alt='{TEXT * 8}'>", True, id="markup is no text"),
    ],
)
def test_which_entries_are_short(text: str, short: bool) -> None:
    assert is_short(FeedEntry(content=text)) is short


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(("<b>12 views</b>", "<b>13 views</b>"), True, id="a counter"),
        pytest.param(("token=1", "token=2"), True, id="a script"),
        pytest.param(("Người trồng", "Nông dân trồng"), False, id="a sentence"),
        pytest.param(("<h1>Cao su", "<h1>Sửa: cao su"), False, id="the headline"),
    ],
)
def test_what_of_a_page_is_an_edit(change: tuple[str, str], same: bool) -> None:
    page = f"{'İ' * 120}<h1>Cao su</h1><script>token=1{'x' * 120}</script><p>{TEXT}</p><b>12 views</b>"
    assert change[0] in page
    assert (page_mark(page.encode()) == page_mark(page.replace(*change).encode())) is same
