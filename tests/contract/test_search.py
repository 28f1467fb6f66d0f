"""Articles are found as people type, whatever they type and whichever engine answers."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.index.engine import MOST_HITS
from services.index.search import Index
from shared.article import Article, Block, Person
from tests.engines.searching import ENGINES, Searched
from tests.entries import make_entry
from tests.word_pairs import PAIRS, pairs_of

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


@pytest.fixture(scope="module", params=sorted(ENGINES))
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    with ENGINES[request.param]() as searched:
        searched.put([make_entry(name, sha=name, article=article) for name, article in ARTICLES.items()])
        yield searched.index


@pytest.fixture(params=sorted(ENGINES))
def searched(request: pytest.FixtureRequest) -> Iterator[Searched]:
    with ENGINES[request.param]() as searched:
        yield searched


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


def test_counting_ends_somewhere(searched: Searched) -> None:
    searched.put([make_entry(f"{number}", body=f"w{number}") for number in range(MOST_HITS + 20)])
    assert searched.index.search("nâng cao").total == MOST_HITS
    assert searched.index.search("nang cao").total == MOST_HITS
    assert searched.index.search("nang cao", offset=MOST_HITS - 1, limit=5).total == MOST_HITS


def test_both_forms_of_a_word_find_each_other(searched: Searched) -> None:
    """Every class of folding, each form stored and each asked."""
    kinds = {kind: [*pairs_of(kind), *((other, one) for one, other in pairs_of(kind))] for kind in PAIRS}
    forms = {f"w{at}x{n}": stored for at, kind in enumerate(kinds) for n, (stored, _) in enumerate(kinds[kind])}
    searched.put([make_entry(name, headline=None, body=f"{stored} {name}") for name, stored in forms.items()])
    for at, (kind, pairs) in enumerate(kinds.items()):
        results = [searched.index.search(f"{asked} w{at}x{n}") for n, (_, asked) in enumerate(pairs)]
        apart = [pair for pair, result in zip(pairs, results, strict=True) if result.matched == "none"]
        assert len(apart) <= 0.05 * len(pairs), (kind, apart)


def test_what_the_record_has_withdrawn_is_never_shown(searched: Searched) -> None:
    searched.put([make_entry("a", 1, headline="Tin một"), make_entry("b", 2, headline="Tin hai")])
    searched.decide([make_entry("a", 3, headline="Tin một", pub_status="canceled")])
    assert [hit.article_id for hit in searched.index.search("tin").hits] == ["b"]
    searched.put([])
    assert (searched.index.search("tin").total, searched.index.search("một").total) == (1, 0)


def test_an_edit_is_found_by_its_new_words_alone(searched: Searched) -> None:
    searched.put([make_entry("a", 1, headline="Tin cũ kỹ")])
    searched.put([make_entry("a", 2, headline="Tin mới tinh")])
    assert [hit.rev for hit in searched.index.search("mới tinh").hits] == [2]
    assert searched.index.search("cũ kỹ").total == 0
