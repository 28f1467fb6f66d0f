"""CPU and bytes of writing an article into the embedded index once it is large."""

import itertools
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure
from services.index.app import LAG_S
from services.index.entry import Entry
from services.index.folding import COLUMNS
from services.index.sinks.sqlite import SqliteSink
from services.index.words import words_of
from shared.article import Article, Block, Evidence, Person
from shared.envelope import Event, Source
from shared.ledger.calls import BATCHES
from shared.settings import INDEX_FILE, Settings

ARTICLES, MEASURED = 200_000, 5_000  # BENCH_INDEX_ARTICLES=20000 fills a smaller one
FILL, BATCH = 1_000, Settings().batch_articles * BATCHES["index"]
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


def run() -> list[Figure]:
    """Fill an index, then measure the last of its batches: CPU and bytes, beside a bare insert into one FTS table."""
    count = int(os.environ.get("BENCH_INDEX_ARTICLES", str(ARTICLES)))
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as folder:
        path = Path(folder) / INDEX_FILE
        sink = SqliteSink(path, lag_s=LAG_S)
        entries = make_entries(count + MEASURED)
        for _ in range(0, count, FILL):
            sink.put_many(list(itertools.islice(entries, FILL)))
        measured = list(entries)
        cpu, written = _cost(sink.put_many, measured)
        sink.close()
        floor = _floor(Path(folder) / "floor.sqlite3", measured)
    return [
        Figure(name="index.cpu", value=cpu, unit=f"ms CPU an article, {count} in it", goal=0.6),
        Figure(name="index.written", value=written, unit="kB an article", goal=40),
        Figure(name="index.in_bare_inserts", value=cpu / floor, unit="x", is_ratio=True),
    ]


def _floor(path: Path, entries: Sequence[Entry]) -> float:
    """ms CPU an article of the same words into one FTS table of a file of its own."""
    before = time.process_time()
    bare_insert(path, [entry.article for entry in entries])()
    return (time.process_time() - before) / len(entries) * 1000


def bare_insert(path: Path, articles: Sequence[Article]) -> Callable[[], None]:
    """What puts the words of articles into one FTS table of a new file, a batch a transaction."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"CREATE VIRTUAL TABLE words USING fts5({', '.join(COLUMNS)})")

    def put() -> None:
        for start in range(0, len(articles), BATCH):
            database.execute("BEGIN")
            rows = [[*words_of(article)[0].values()] for article in articles[start : start + BATCH]]
            database.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?, ?)", rows)
            database.execute("COMMIT")
        database.close()

    return put


def _cost(put: Callable[[Sequence[Entry]], object], entries: Sequence[Entry]) -> tuple[float, float]:
    """ms CPU and kB handed to write() an article, in batches as the index stage has them."""
    cpu, written = time.process_time(), _written()
    for start in range(0, len(entries), BATCH):
        put(entries[start : start + BATCH])
    return (
        (time.process_time() - cpu) / len(entries) * 1000,
        (_written() - written) / len(entries) / 1000,
    )


def _written() -> int:
    """Bytes this process has handed to write() so far."""
    return int(Path("/proc/self/io").read_text().partition("wchar: ")[2].split()[0])
