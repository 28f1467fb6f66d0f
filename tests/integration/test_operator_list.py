"""The operator's list of feeds is followed on each change; one with a fault changes nothing and is told of."""

from pathlib import Path

import msgspec
import pytest

from services.ingest.feed_states import FeedStates
from services.ingest.operator_list import NAME, OperatorList, read_operator_list
from services.ingest.subscriptions import Subscriptions
from services.ingest.watch import FeedWatch
from shared.errors import PermanentError
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.ledger.troubles import Failing
from shared.settings import Settings
from tests.conftest import Server, settings_over

TWO = """
[[feeds]]
url = "https://hue.example/rss"
zone = "Asia/Ho_Chi_Minh"
folder = "Bao/Hue"
[[feeds]]
url = "https://tin.example/rss"
interval_s = 600
"""


class Desk:
    def __init__(self, settings: Settings) -> None:
        self.subscriptions, self.states = Subscriptions(settings), FeedStates(connect(settings))
        self.client = connect(settings)
        self.watch = self.restarted(settings)
        self.file = Path(settings.data_dir, NAME)
        self.count = 0

    def restarted(self, settings: Settings) -> FeedWatch:
        operator = OperatorList(settings, self.subscriptions, self.states)
        return FeedWatch(self.subscriptions, self.states, lambda: None, operator)

    def write(self, text: str) -> None:
        """Another file in its place, as editors and deployments do it, then a turn of the watcher."""
        self.count += 1
        new = self.file.with_name(f"{NAME}.{self.count}")
        new.write_text(text)
        new.replace(self.file)
        self.watch.turn()

    def urls(self) -> list[str]:
        return [feed.url for feed in self.subscriptions.list()]

    def failing(self) -> list[str]:
        return [msgspec.json.decode(one, type=Failing).reason for one in self.client.hvals(keys.FEEDS_FAILING)]


@pytest.fixture
def settings(shared_redis: Server, tmp_path: Path) -> Settings:
    Path(tmp_path, "data").mkdir(exist_ok=True)
    return settings_over(shared_redis, tmp_path)


@pytest.fixture
def desk(settings: Settings) -> Desk:
    Path(settings.data_dir).mkdir(exist_ok=True)
    return Desk(settings)


def test_the_list_is_followed_and_what_was_added_otherwise_is_left_alone(desk: Desk) -> None:
    other = desk.subscriptions.add("https://other.example/rss")
    desk.write(TWO)
    hue, tin = desk.subscriptions.find("https://hue.example/rss"), desk.subscriptions.find("https://tin.example/rss")
    assert (hue.zone, hue.folder, tin.interval_s) == ("Asia/Ho_Chi_Minh", ("Bao", "Hue"), 600)
    desk.write('[[feeds]]\nurl = "https://hue.example/rss"\n')
    assert desk.urls() == [other.url, hue.url]
    assert desk.subscriptions.find(hue.id).zone is None
    desk.subscriptions.move(hue.id, "https://hue.example/moved")
    desk.write('[[feeds]]\nurl = "https://hue.example/rss"\nlanguage = "vi"\n')
    assert [(feed.url, feed.language) for feed in desk.subscriptions.list()] == [
        (other.url, None), ("https://hue.example/moved", "vi")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param("[[feeds]\n", "feeds.toml", id="no TOML"),
        pytest.param('[[feeds]]\nurl = "ftp://x.example/"\n', "ftp://x.example/", id="no web address"),
        pytest.param('[[feeds]]\nurl = "https://x.example/"\nzone = "Mars/Olympus"\n', "unknown zone", id="a zone"),
        pytest.param('[[feeds]]\nurl = "https://x.example/"\ninterval = 5\n', "unknown field", id="a word"),
        pytest.param('[[feeds]]\nurl = "https://x.example/"\ninterval_s = 1\n', "at most every 10 s", id="an interval"),
    ],
)
def test_a_list_with_a_fault_changes_nothing_and_is_told_until_it_is_mended(desk: Desk, fault: str, told: str) -> None:
    desk.write(TWO)
    before = desk.urls()
    desk.write(fault)
    assert desk.urls() == before
    (reason,) = desk.failing()
    assert told in reason
    desk.write(TWO)
    assert desk.failing() == []


def test_a_list_that_is_taken_away_ends_nothing_and_one_that_is_empty_ends_its_feeds(
    desk: Desk, settings: Settings
) -> None:
    desk.write(TWO)
    desk.file.unlink()
    desk.watch.turn()
    desk.restarted(settings).turn()
    assert len(desk.urls()) == 2
    desk.write("")
    assert desk.urls() == []


def test_a_fault_is_not_remembered_once_its_list_is_gone(desk: Desk, settings: Settings) -> None:
    desk.write("[[")
    desk.file.unlink()
    desk.restarted(settings).turn()
    assert desk.failing() == []


def test_a_password_in_the_list_is_never_told() -> None:
    with pytest.raises(PermanentError) as refused:
        read_operator_list(b'[[feeds]]\nurl = "ftp://name:s3cret@x.example/"\n')
    assert "s3cret" not in str(refused.value)
