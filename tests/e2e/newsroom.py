"""A desk with articles of every state, for the browser: a real door, Valkey and index, and the two workers as calls."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from services.index.sinks.sqlite import SqliteSink
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.feeds import make_inputs, read_feed
from services.ingest.intake import open_archive
from services.ingest.subscriptions import Subscriptions
from services.normalize.tasks import read_articles
from services.web.app import open_state
from services.web.keys import Keys
from services.web.state import AppState
from shared.clock import now_us
from shared.envelope import Input, Source
from shared.ledger.calls import Failure, Verdict
from shared.ledger.troubles import Failing
from shared.settings import Settings
from shared.source_book import SourceBook
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.feed_notes import note_state
from tests.integration.test_web import door_of
from tests.stages import work_off

HUE, SAIGON = Source(kind="push", name="hue"), Source(kind="push", name="saigon")
DROP = Source(kind="drop", name="")
FEED = "https://tin.example/rss/thoi-su.xml"
STORIES = (
    ("Huế đón hơn 30.000 lượt khách trong ngày đầu năm", "Hàng nghìn du khách đã đến Đại Nội từ sáng sớm."),
    ("Bão số 9 suy yếu thành áp thấp nhiệt đới, miền Trung mưa rất to", "Mực nước sông Hương lên nhanh."),
    ("Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên ở các xã vùng cao", "Huyện Nam Đông có 11 xã."),
    ("Chợ nổi mở thêm bến thuyền", "Khách có thể lên thuyền ở ba bến mới."),
    ("Giá cà phê Đắk Lắk vượt 120.000 đồng một ký", "Nông dân giữ hàng chờ giá."),
    ("Đường sắt Bắc – Nam thông tàu trở lại sau ba ngày gián đoạn", "Chuyến tàu SE3 rời ga Huế lúc 7 giờ."),
)
PARAGRAPHS = (
    "Ngay từ 6 giờ sáng, hai bên bờ sông Hương đã đông người đứng chờ đoàn thuyền rồng đầu tiên của năm.",
    "Theo Sở Du lịch, lượng khách tăng gần một phần ba so với cùng kỳ; khách quốc tế chiếm khoảng bốn phần mười.",
    "Các điểm tham quan mở cửa thêm hai giờ mỗi ngày đến hết tuần, và miễn vé cho người dân địa phương.",
)
PAGE = """<!doctype html><html lang="vi"><head><title>{title} - Báo Huế</title><meta name="author" content="Lan Anh">
<meta property="article:published_time" content="2026-11-28T07:30:00+07:00"></head><body><nav><a href="/">Trang chủ</a>
</nav><article><h1>{title}</h1><p class="author">Lan Anh</p><p><b>{lead}</b></p>{body}<figure><img src="/a.jpg">
<figcaption>Du khách trên sông Hương. Ảnh: Minh Tâm</figcaption></figure></article></body></html>"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tin Huế – Thời sự</title><link>https://tin.example/</link>
<item><title>Cầu Trường Tiền sáng đèn trở lại</title><link>https://tin.example/cau.html</link><guid>cau-1</guid>
<pubDate>Sat, 28 Nov 2026 06:00:00 +0700</pubDate><description>Hệ thống đèn mới tiết kiệm điện hơn.</description></item>
<item><title>Áo dài xuống phố ở Nguyễn Đình Chiểu</title><link>https://tin.example/ao-dai.html</link><guid>ao-2</guid>
<pubDate>Sat, 28 Nov 2026 05:00:00 +0700</pubDate><description>Hơn 500 người cùng đi bộ.</description></item>
</channel></rss>"""
HOUR_US = 3_600_000_000


class Newsroom:
    """A door over real parts; what the workers do, they do when they are told."""

    def __init__(self, app_state: AppState, settings: Settings, port: int) -> None:
        self.app_state, self.settings, self.port = app_state, settings, port
        self.shown_at = ""  # where a proxy shows it
        self.ledger = open_ledger(settings)
        self.key = Keys(app_state.keys.path).create("lan", scopes=("push", "read", "admin"))
        for name in ("hue", "saigon"):
            Keys(app_state.keys.path).create(name, scopes=("push",), prefixes=(f"https://{name}.example/",))

    @property
    def address(self) -> str:
        return self.shown_at or f"http://127.0.0.1:{self.port}"

    def take(self, body: str, source: Source = HUE, media_type: str = "text/plain", **more: Any) -> str:
        item = Input(source=source, media_type=media_type, body=body.encode(), **more)
        (answer,) = self.app_state.intake.take_each([item])
        assert not isinstance(answer, Exception), answer
        return f"{answer.article}@{answer.rev}"

    def feed(self, document: str, address: str = FEED) -> None:
        """Take in the entries of a feed's document, as the watcher does."""
        feed = Subscriptions(self.settings).add(address)
        items = make_inputs(read_feed(document.encode(), None, address), feed.id, feed.source())
        self.app_state.intake.take_each([item.input for item in items])

    def work(self) -> None:
        """Normalise and index all that waits."""
        sink = SqliteSink(self.settings.index_file)
        book = SourceBook(self.settings.sources_file)
        read = read_articles(max_bytes=self.settings.max_input_bytes, cpu_s=60, set_for=book.applied)
        work_off(self.ledger, read, sink)
        sink.close()

    def fail(self, verdict: Verdict, reason: str, note: str) -> None:
        """Let those that wait end so."""
        taken = self.ledger.claim("normalize", "test")
        due = now_us() + HOUR_US
        self.ledger.fail(
            "normalize",
            [
                Failure(ref=item.ref, token=item.token, verdict=verdict, reason=reason, note=note, due_us=due)
                for item in taken
            ],
        )

    def fill(self) -> None:
        """Articles of every state, feeds of every kind."""
        for title, lead in STORIES:
            body = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
            slug = f"https://hue.example/tin/{abs(hash(title)) % 10_000}.html"
            page = PAGE.format(title=title, lead=lead, body=body)
            self.take(page, HUE, "text/html", aliases=(f"url:{slug}",), url=slug)
        self.take("09/11/2015 - 05:34\n\nTin buổi sáng\n\nHUẾ - Câu mở đầu.\n\nThân bài.", DROP, name="hue/sáng.txt",
                  aliases=("path:hue/sáng.txt",))  # fmt: skip
        self.feed(RSS)
        self.work()
        self.take("Tin buổi sáng, sửa lại\n\nHUẾ - Câu mở đầu đã sửa.\n\nThân bài mới.", DROP, name="hue/sáng.txt",
                  aliases=("path:hue/sáng.txt",))  # fmt: skip
        self.work()
        for number in range(4):
            self.take(f"Bài lỗi {number}\n\nKhông đọc được.", SAIGON, name=f"loi-{number}.txt")
            self.fail("dead", "unforeseen", f"KeyError: 'section{number}' in reading line {number * 7}")
        self.take("Bài quá chậm\n\nMột trang rất dài.", DROP, name="cham.html")
        self.fail("dead", "clock", "it took more than 20 s of CPU")
        for number in range(2):
            self.take(f"Trang {number}", SAIGON, name=f"trang-{number}")
            self.fail("refused", "permanent", f"no article: the page {number} holds a list of 48 links")
        self.take("Thử lại\n\nMột bài đang thử lại.", HUE)
        self.fail("retry", "sink", "the index is locked")
        self.take("Ra lúc 6 giờ\n\nTin cấm đăng trước 6 giờ sáng mai.", HUE)
        self.fail("hold", "embargo", "until 2026-11-30T06:00:00+07:00")
        self.take("Đang làm dở\n\nMột bài đang được đọc.", SAIGON)
        self.ledger.claim("normalize", "test")
        self.take("Vừa đến tòa soạn\n\nMột bài mới.", HUE)
        self._feeds()

    def _feeds(self) -> None:
        subscriptions, states = Subscriptions(self.settings), FeedStates(self.ledger.client)
        failing = Failing(name="https://cham.example/rss", since=now_us() - HOUR_US, reason="it answered 503")
        subscriptions.add("https://moi.example/feed.json")
        for address in (FEED, "https://cham.example/rss", "https://dong.example/rss"):
            subscriptions.add(address)
        states.sync(subscriptions.list())
        for address, state, wait_s, problem in (
            (FEED, FeedState(status=200, title="Tin Huế – Thời sự", news_us=now_us() - HOUR_US), 600, None),
            ("https://cham.example/rss", FeedState(status=503, failures=4, problem="it answered 503"), 1800, failing),
            ("https://dong.example/rss", FeedState(status=410, title="Báo Đóng Cửa"), None, None),
        ):
            feed = subscriptions.add(address)
            note_state(states, feed, msgspec.structs.replace(state, added_us=feed.added_us), wait_s, problem)


@contextmanager
def open_newsroom(**changes: Any) -> Iterator[Newsroom]:
    """A newsroom over a Valkey and folders of its own."""
    with tempfile.TemporaryDirectory(prefix="cd-", dir="/tmp") as folder:
        server = Server(Path(folder))
        server.start()
        settings = settings_over(server, Path(folder), **changes)
        app_state = open_state(settings, open_archive(settings))
        try:
            with door_of(app_state, changes.get("web_port", 0)) as (port, _, _):
                yield Newsroom(app_state, settings, port)
        finally:
            server.stop()
