"""Articles are found as people type, whatever they type."""

import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.index.engine import MOST_HITS
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article, Block, Person
from shared.settings import INDEX_FILE
from tests.entries import make_entry

SEED = Article(
    uri="https://bao.example/nam-dong",
    headline="Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên",
    description="Bằng những giải pháp thiết thực, hiệu quả, Đảng bộ huyện Nam Đông xây dựng, chỉnh đốn Đảng.",
    dateline="TTH",
    byline="Bài, ảnh: Anh Phong",
    people=(Person(name="Anh Phong", rel=("author", "photographer")),),
    blocks=(
        Block(type="caption", text="Sơ chế mủ cao su"),
        Block(type="subhead", text="Củng cố, xây dựng tổ chức Đảng và đảng viên"),
        Block(type="paragraph", text="Nghị quyết Trung ương 4 (khoá XI); thủy lợi, sức khoẻ của Nhân dân."),
    ),
)
ARTICLES = {
    "seed": SEED,
    "flower": Article(headline="Hoa nở ở Đà Lạt", blocks=(Block(type="paragraph", text="Mùa hoa binh dị."),)),
    "peace": Article(headline="Hòa bình lập lại", blocks=(Block(type="paragraph", text="Người dân vui mừng."),)),
    "japan": Article(
        headline="日本語の新聞", blocks=(Block(type="paragraph", text="昨日、東京都で国際会議が開かれた。"),)
    ),
    "thai": Article(headline="ข่าวประเทศไทย", blocks=(Block(type="paragraph", text="การประชุมสุดยอดอาเซียน"),)),
    "korea": Article(headline="대통령이 서울에서", blocks=(Block(type="paragraph", text="국제회의를 열었다."),)),
    "hindi": Article(headline="हिन्दी समाचार", blocks=(Block(type="paragraph", text="दिल्ली में बैठक"),)),
    "poland": Article(headline="Łódź wygrała mecz", blocks=(Block(type="paragraph", text="Straße und Ærø."),)),
    "economy": Article(headline="Kinh tế xã hội", blocks=(Block(type="paragraph", text="Việc chung."),)),
    "sutra": Article(headline="Tế lễ và kinh kệ", blocks=(Block(type="paragraph", text="Kinh, kinh, tế. Tế."),)),
    "mention": Article(headline="Khác", blocks=(Block(type="paragraph", text="Hòa bình. " + "Việc khác. " * 30),)),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    path = tmp_path_factory.mktemp("index") / INDEX_FILE
    sink = SqliteSink(path)
    outcomes = sink.put_many([make_entry(name, sha=name, article=article) for name, article in ARTICLES.items()])
    assert set(outcomes) == {"indexed"}
    index = Index(path)
    yield index
    index.close()
    sink.close()


@pytest.mark.parametrize(
    ("q", "matched", "found"),
    [
        pytest.param("nâng cao chất lượng", "exact", "seed", id="as typed"),
        pytest.param("nang cao chat luong", "folded", "seed", id="without diacritics"),
        pytest.param(unicodedata.normalize("NFD", "nâng cao chất lượng"), "exact", "seed", id="decomposed"),
        pytest.param("NÂNG CAO", "exact", "seed", id="capitals"),
        pytest.param("nâng đội cán viên", "exact", "seed", id="gapped"),
        pytest.param("nang doi can vien", "folded", "seed", id="gapped without diacritics"),
        pytest.param("Đảng", "exact", "seed", id="đ"),
        pytest.param("dang vien", "folded", "seed", id="d for đ"),
        pytest.param("đang viên", "folded", "seed", id="half of the marks"),
        pytest.param("hoà bình lập lại", "exact", "peace", id="the new tone style finds the old"),
        pytest.param("thuỷ lợi", "exact", "seed", id="thuỷ finds thủy"),
        pytest.param("sức khỏe", "exact", "seed", id="khỏe finds khoẻ"),
        pytest.param("khóa XI", "exact", "seed", id="khóa finds khoá"),
        pytest.param('"xây dựng tổ chức"', "exact", "seed", id="phrase"),
        pytest.param('"chức tổ dựng"', "none", "", id="a phrase is in order"),
        pytest.param("mủ cao su", "exact", "seed", id="caption"),
        pytest.param("anh phong", "exact", "seed", id="byline"),
        pytest.param("TTH", "exact", "seed", id="dateline"),
        pytest.param("hoa", "exact", "flower", id="typed without marks, the word without marks comes first"),
        pytest.param("hòa bình", "exact", "peace", id="the headline weighs more"),
        pytest.param("kinh tế", "exact", "economy", id="words side by side weigh more than often"),
        pytest.param("kinh te", "folded", "economy", id="without diacritics, too"),
        pytest.param("新聞", "exact", "japan", id="Japanese word"),
        pytest.param("語", "exact", "japan", id="one letter that ends a pair"),
        pytest.param("東京都で国際会議", "exact", "japan", id="Japanese phrase"),
        pytest.param("ไทย", "exact", "thai", id="Thai, from the middle of a run"),
        pytest.param("ประชุมสุดยอด", "exact", "thai", id="Thai phrase"),
        pytest.param("서울", "exact", "korea", id="Korean without the particle"),
        pytest.param("हिन्दी", "exact", "hindi", id="Hindi: vowel signs belong to the word"),
        pytest.param("lodz", "folded", "poland", id="Polish ł"),
        pytest.param("strasse aero", "folded", "poland", id="ß, æ and ø"),
        pytest.param("nâng cao xyzzy", "none", "seed", id="some of the words"),
        pytest.param("xyzzy", "none", "", id="nothing"),
        pytest.param("👍", "none", "", id="no word"),
    ],
)
def test_search(index: Index, q: str, matched: str, found: str) -> None:
    results = index.search(q)
    assert results.matched == matched
    assert results.total == len(results.hits)
    assert [hit.article_id for hit in results.hits][:1] == ([found] if found else [])


def test_typed_with_marks_only_those_words_are_found(index: Index) -> None:
    assert {hit.article_id for hit in index.search("hoa").hits} == {"flower", "peace", "mention"}
    assert {hit.article_id for hit in index.search("hòa").hits} == {"peace", "mention"}


def test_a_hit_says_why(index: Index) -> None:
    hit = index.search("khoá xi").hits[0]
    assert hit.headline == SEED.headline
    assert hit.description == SEED.description
    assert hit.uri == SEED.uri
    assert hit.snippet == "Nghị quyết Trung ương 4 (khoá XI); thủy lợi, sức khoẻ của Nhân dân."
    assert hit.score > 0
    assert index.search("cao su").hits[0].snippet == "Sơ chế mủ cao su"


def test_pages_follow_each_other(index: Index) -> None:
    everything = index.search("hoa", limit=10).hits
    pages = [index.search("hoa", limit=1, offset=offset).hits for offset in range(4)]
    assert [hit for page in pages for hit in page] == list(everything)
    assert index.search("hoa", limit=-1).hits == index.search("hoa", offset=10**12).hits == ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(q=st.text() | st.text(alphabet='"*^:()-+{}\x00 đAND日ไ\u0301\ud800'))
def test_no_query_is_an_error(index: Index, q: str) -> None:
    index.search(q)
    index.get(q)


def test_a_query_of_100_kb(index: Index) -> None:
    for q in ("nâng cao " * 12_000, "x" * 100_000, '"' * 100_000, "(" * 100_000, "đ NEAR " * 15_000):
        index.search(q)


def test_an_article_by_any_of_its_names(index: Index) -> None:
    stored = index.get("seed")
    assert stored is not None
    assert stored.article == SEED
    assert stored.timeline[0].state == "received"
    for name in (*stored.receipts, "seed@1"):
        assert index.get(name) == stored
    for name in ("seed@2", "nobody", "", "@", "a@b", "\ud800"):
        assert index.get(name) is None


def test_the_newest(index: Index) -> None:
    assert [hit.article_id for hit in index.recent(2)] == ["mention", "sutra"]
    assert index.count() == len(ARTICLES)


def test_nothing_indexed_yet(tmp_path: Path) -> None:
    index = Index(tmp_path / "folder" / INDEX_FILE)
    assert index.search("x").total == index.count() == 0
    assert index.get("x") is None
    assert index.recent() == ()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / INDEX_FILE).touch()
    assert index.count() == 0
    sink = SqliteSink(tmp_path / "folder" / INDEX_FILE)
    sink.put_many([make_entry()])
    assert index.count() == 1
    index.close()
    sink.close()


def test_an_index_that_was_removed_and_made_anew(tmp_path: Path) -> None:
    index = Index(tmp_path / INDEX_FILE)
    for round_ in range(2):
        sink = SqliteSink(tmp_path / INDEX_FILE)
        sink.put_many([make_entry(f"{round_}", headline=f"w{round_}")])
        assert index.search(f"w{round_}").total == 1
        sink.close()
        for file in tmp_path.iterdir():
            if file.is_file():  # the words of the one that is gone lie there still
                file.unlink()
    index.close()


def test_counting_ends_somewhere(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / INDEX_FILE)
    sink.put_many([make_entry(f"{number}", body=f"w{number}") for number in range(MOST_HITS + 20)])
    index = Index(tmp_path / INDEX_FILE)
    assert index.search("nâng cao").total == MOST_HITS
    assert index.search("nang cao").total == MOST_HITS
    assert index.count() == MOST_HITS + 20
    index.close()
    sink.close()


def test_readers_beside_the_writer(tmp_path: Path) -> None:
    """Each reader sees whole batches only, and every hit it finds is there to be shown."""
    sink, index = SqliteSink(tmp_path / INDEX_FILE), Index(tmp_path / INDEX_FILE)
    done, failures = threading.Event(), []

    def read() -> None:
        try:
            while not done.is_set():
                assert index.count() % 5 == 0
                results = index.search("nang cao", limit=5)
                assert all(hit.headline for hit in results.hits)
                index.recent(5)
        except BaseException as error:
            failures.append(error)
            raise

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for batch in range(40):
        sink.put_many([make_entry(f"{batch}-{number}", body=f"w{batch}") for number in range(5)])
    done.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert index.count() == 200
    index.close()
    sink.close()
