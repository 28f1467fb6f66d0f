"""CPU per article of writing the embedded index, and how large it gets: 5,000 short entries in batches of 25."""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from services.index.folding import columns
from services.index.revisions import Entry
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article, Block, Evidence, Person
from shared.envelope import Event, Source

ARTICLES = 5000
BATCH = 25
SYLLABLES = (
    "từng bước nâng cao chất lượng đội ngũ cán bộ đảng viên huyện nam đông thường xuyên củng cố kiện toàn tổ chức cơ "
    "có dấu hiệu mất đoàn kết xử lý nghiêm minh kiên quyết đưa ra khỏi những suy thoái phẩm đạo đức yếu kém năng lực "
    "hòa bình thủy lợi khỏe mạnh chủ tịch hội nông dân xã hương cho biết sau nhiều năm phấn đấu được công nhận mới "
    "quả đó sự đóng góp không nhỏ trong việc tích cực vận động người gương mẫu thực hiện các công việc làm thường ngày "
    "đây là ngoặt quan trọng để địa phương tiếp tục đời sống bộ mặt thôn ngày càng khởi sắc chính quyền nhân nỗ lực"
).split()
EVIDENCE = tuple(
    Evidence(field=field, rule=f"feed.{field}", sure=0.95, quote="như nguồn đã in", path=f"$.{field}")
    for field in ("headline", "first_created", "description", "uri", "people[0]")
)


def make_entries(count: int, seed: int = 7) -> Iterator[Entry]:
    """Feed entries of about 90 words (headline, lead, a paragraph, byline), some words far rarer than others."""
    luck = random.Random(seed)
    vocabulary = SYLLABLES + [f"{first}{second}" for first in SYLLABLES[:40] for second in SYLLABLES[40:90]]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]

    def words(length: int) -> str:
        return " ".join(luck.choices(vocabulary, weights, k=length)).capitalize()

    for number in range(count):
        article_id = f"{luck.getrandbits(130):026x}"[:26]
        url = f"https://bao.example/thoi-su/{number:06d}-{words(6).replace(' ', '-')}.html"
        article = Article(
            uri=url,
            headline=words(11),
            byline="Anh Phong",
            people=(Person(name="Anh Phong"),),
            description=words(28),
            blocks=(Block(type="paragraph", text=words(50)),),
            language="vi",
            keywords=("Thời sự",),
            evidence=EVIDENCE,
        )
        yield Entry(
            article_id=article_id,
            rev=1_700_000_000_000_000 + number,
            receipt=f"r{number:026d}",
            source=Source(kind="feed", name="https://bao.example/rss", zone="Asia/Ho_Chi_Minh", language="vi"),
            received_us=1_700_000_000_000_000 + number,
            sha=f"{luck.getrandbits(256):064x}",
            aliases=(f"url:{url}", f"guid:https://bao.example/rss {number}"),
            archived="host-1-1700000000.seg:123456",
            article=article,
            timeline=(Event(state="received", at_us=1), Event(state="normalized", at_us=2, stage="normalize")),
        )


def main() -> None:
    """Write, read, print."""
    entries = list(make_entries(ARTICLES))
    text = sum(len(column.encode()) for entry in entries for column in columns(entry.article))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copydesk.sqlite3"
        sink = SqliteSink(path)
        write = _write(sink, entries)
        again = _write(sink, entries)
        index = Index(path)
        queries = ["nâng cao chất lượng", "nang cao chat luong", '"hòa bình"', "đảng viên nam đông", "xin chào zzz"]
        before = time.process_time()
        for query in queries * 20:
            index.search(query)
        search = (time.process_time() - before) / len(queries) / 20 * 1000
        index.close()
        sink.close()
        size = path.stat().st_size
    print(f"index: {write:.3f} ms CPU per article, {again:.3f} ms when put again, {search:.1f} ms CPU per search")
    print(f"index: {size / ARTICLES:.0f} bytes per article, {size / text:.2f} times its {text / ARTICLES:.0f} of words")


def _write(sink: SqliteSink, entries: list[Entry]) -> float:
    before = time.process_time()
    for start in range(0, len(entries), BATCH):
        outcomes = sink.put_many(entries[start : start + BATCH])
        assert set(outcomes) == {"indexed"}, outcomes
    return (time.process_time() - before) / len(entries) * 1000


if __name__ == "__main__":
    main()
