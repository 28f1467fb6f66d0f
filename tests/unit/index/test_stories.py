"""One story once: which articles belong together, whatever was done to their words on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.stories.keeper import Stories, StoryKeeper
from services.index.stories.likeness import are_alike, print_of
from services.index.words import without_marks
from shared.article import Article, Block
from shared.settings import INDEX_FILE
from tests.entries import make_entry

STORIES_FILE = "stories.sqlite3"
SENTENCES = (
    "Sáng 9/11, Huyện uỷ Nam Đông tổ chức hội nghị sơ kết ba năm thực hiện nghị quyết về phát triển cây cao su.",
    "Toàn huyện hiện có 3.250 ha cao su, trong đó 2.100 ha đã đưa vào khai thác, sản lượng đạt 1.890 tấn mủ mỗi năm.",
    "Theo Bí thư Huyện uỷ Hồ Văn Thơ, cây cao su đã giúp hơn 1.400 hộ dân tộc Cơ Tu thoát nghèo bền vững.",
    "Tuy nhiên giá mủ giảm sâu từ năm 2012 khiến nhiều hộ bỏ cạo, chặt cây chuyển sang trồng keo lai.",
    "Hội nghị yêu cầu các xã rà soát lại quy hoạch, không để dân chặt bỏ cao su ồ ạt khi chưa có phương án thay thế.",
    "Ngân hàng Chính sách xã hội cam kết giãn nợ cho các hộ vay vốn trồng cao su đến hết năm sau.",
    "Dịp này, 12 tập thể và 25 cá nhân được khen thưởng vì thành tích xuất sắc trong phát triển kinh tế vườn đồi.",
)
OTHER = (
    "Đội tuyển Việt Nam thắng Indonesia 2-0 trên sân Mỹ Đình tối qua trong khuôn khổ vòng loại World Cup.",
    "Hai bàn thắng được Nguyễn Tiến Linh và Phạm Tuấn Hải ghi ở các phút 37 và 81 trước 38.000 khán giả.",
    "Huấn luyện viên cho biết toàn đội sẽ nghỉ hai ngày trước khi hội quân trở lại để chuẩn bị cho trận gặp Iraq.",
    "Với kết quả này, Việt Nam tạm đứng nhì bảng F với 6 điểm sau ba lượt trận, kém đội đầu bảng ba điểm.",
)
GOLD = "Giá vàng SJC sáng {0}/11 mua vào {1} triệu đồng một lượng, bán ra {2} triệu đồng, {3} {4} đồng so với hôm qua. "
GOLD_REST = (
    "Giá vàng thế giới giao ngay ở mức {5} USD một ounce lúc 8 giờ sáng. Các chuyên gia cho rằng nhà đầu tư nên thận "
    "trọng, theo dõi lãi suất của Fed và tỷ giá trước khi mua vào ở vùng giá này. Chênh lệch mua bán ở mức {6} đồng."
)


def article(*sentences: str, headline: str = "Nam Đông giữ cây cao su") -> Article:
    return Article(headline=headline, blocks=tuple(Block(type="paragraph", text=one) for one in sentences))


COPIES = {
    "the same": SENTENCES,
    "cut to its first half": SENTENCES[:4],
    "cut in front": SENTENCES[3:],
    "with words of one's own around it": ("Theo TTXVN, ngành cao su gặp khó.", *SENTENCES, "Mời bạn đọc tiếp."),
    "its paragraphs in another order": SENTENCES[::-1],
    "all in one paragraph": (" ".join(SENTENCES),),
    "without marks": tuple(without_marks(one.lower()) for one in SENTENCES),
    "in capitals": tuple(one.upper() for one in SENTENCES),
    "with words changed here and there": tuple(one.replace("huyện", "địa phương", 1) for one in SENTENCES),
}


@pytest.mark.parametrize("what", COPIES)
def test_a_copy_is_known_whatever_was_done_to_it(what: str) -> None:
    assert are_alike(print_of(article(*SENTENCES)), print_of(article(*COPIES[what], headline="Đầu đề khác")))


def test_another_story_is_none() -> None:
    assert not are_alike(print_of(article(*SENTENCES)), print_of(article(*OTHER)))
    assert not are_alike(print_of(Article()), print_of(Article()))


def test_one_form_with_other_figures_is_another_story() -> None:
    nine = (9, "68,5", "69,2", "tăng", 200_000, 1954, 700_000)
    ten = (10, "67,9", "68,8", "giảm", 550_000, 1931, 900_000)
    days = [print_of(article((GOLD + GOLD_REST).format(*figures))) for figures in (nine, ten)]
    assert not are_alike(*days)


def test_two_briefs_are_one_story_only_when_nearly_all_is_the_same() -> None:
    one = Article(headline="Bão số 9 vào Biển Đông", description="Bão số 9 mạnh cấp 12, giật cấp 15, đi về Trường Sa.")
    same = Article(headline=one.headline, description=one.description)
    other = Article(headline="Bão số 8 vào Biển Đông", description="Bão số 8 suy yếu ngoài khơi tỉnh Quảng Trị.")
    assert are_alike(print_of(one), print_of(same))
    assert not are_alike(print_of(one), print_of(other))


class Kept:
    """A record, and the stories beside it."""

    def __init__(self, folder: Path) -> None:
        self.record = SqliteSink(folder / INDEX_FILE)
        self.index = Index(folder / INDEX_FILE)
        self.folder = folder
        self.keeper = StoryKeeper(folder / STORIES_FILE, self.index)
        self.stories = Stories(folder / STORIES_FILE)

    def put(self, name: str, rev: int, words: Article) -> None:
        self.record.put_many([make_entry(name, rev, article=words, sha=f"{name}{rev}")])
        while self.keeper.step():
            pass

    def members(self, name: str) -> list[str]:
        story = self.stories.of(name)
        return [] if story is None else [one.article_id for one in story.members]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    kept.keeper.close()
    kept.index.close()
    kept.record.close()


def test_copies_stand_together_and_the_first_comes_first(kept: Kept) -> None:
    kept.put("b", 2, article(*SENTENCES[:5], headline="Bản sao"))
    assert kept.members("b") == []
    kept.put("a", 1, article(*SENTENCES))
    kept.put("c", 3, article(*OTHER))
    assert kept.members("a") == kept.members("b") == ["a", "b"]
    assert kept.members("c") == []
    assert {name: count for name, (_, count) in kept.stories.numbers(["a", "b", "c"]).items()} == {"a": 2, "b": 2}


def test_an_article_that_is_like_two_stories_makes_them_one(kept: Kept) -> None:
    kept.put("a", 1, article(*SENTENCES[:3]))
    kept.put("b", 2, article(*SENTENCES[4:]))
    assert kept.members("a") == []
    kept.put("c", 3, article(*SENTENCES))
    assert kept.members("a") == ["a", "b", "c"]


def test_an_edit_moves_an_article_and_a_withdrawal_takes_it_out(kept: Kept) -> None:
    kept.put("a", 1, article(*SENTENCES))
    kept.put("b", 2, article(*SENTENCES))
    kept.put("b", 3, article(*OTHER))
    assert kept.members("a") == []
    kept.put("b", 4, article(*SENTENCES, "Thêm một câu."))
    assert kept.members("a") == ["a", "b"]
    kept.put("b", 5, Article(pub_status="canceled"))
    assert kept.members("a") == []


def test_the_same_words_a_week_later_are_another_story(kept: Kept) -> None:
    kept.put("a", 1, article(*SENTENCES))
    kept.put("b", 1 + 7 * 86_400_000_000, article(*SENTENCES))
    assert kept.members("a") == []


def test_stories_that_were_lost_are_made_anew(kept: Kept) -> None:
    kept.put("a", 1, article(*SENTENCES))
    kept.put("b", 2, article(*SENTENCES))
    kept.keeper.close()
    for path in kept.folder.glob(f"{STORIES_FILE}*"):
        path.unlink()
    assert kept.members("a") == []
    kept.keeper = StoryKeeper(kept.folder / STORIES_FILE, kept.index)
    while kept.keeper.step():
        pass
    assert kept.members("a") == ["a", "b"]
