"""The index as it is read: by names, the newest, and beside its writer."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.article import Article, Block
from shared.settings import INDEX_FILE
from tests.entries import make_entry

ARTICLES = {
    "seed": Article(headline="Từng bước nâng cao", blocks=(Block(type="paragraph", text="Đảng bộ huyện Nam Đông."),)),
    "sutra": Article(headline="Tế lễ và kinh kệ"),
    "mention": Article(headline="Khác", blocks=(Block(type="paragraph", text="Hòa bình."),)),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    sink, index = SqliteSink(tmp_path / INDEX_FILE), Index(tmp_path / INDEX_FILE)
    sink.put_many([make_entry(name, sha=name, article=article) for name, article in ARTICLES.items()])
    yield index
    index.close()
    sink.close()


def test_an_article_by_any_of_its_names(index: Index) -> None:
    stored = index.get("seed")
    assert stored is not None
    assert stored.article == ARTICLES["seed"]
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
    for batch in range(20):
        sink.put_many([make_entry(f"{batch}-{number}", body=f"w{batch}") for number in range(5)])
    done.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert index.count() == 100
    index.close()
    sink.close()
