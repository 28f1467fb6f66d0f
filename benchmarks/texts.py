"""CPU of a 3 kB text over all processes, as a push over HTTP and as a file dropped, beside normalising it alone."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.desk import Desk, cpu_s, running_desk, tree, until
from benchmarks.figures import Figure
from benchmarks.index import make_entries
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source

COUNT, SENDERS = 600, 8
RECEIVED_US = 1_750_000_000_000_000


def run() -> list[Figure]:
    """Pushes first, then drops, on one desk."""
    texts = make_texts(2 * COUNT)
    alone = normalize_ms([text_raw(text) for text in texts[:COUNT]])
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk:
        pushed = _cost(desk, lambda: _push(desk, texts[:COUNT]))
        dropped = _cost(desk, lambda: _drop(desk, texts[COUNT:]))
    return [
        Figure(name="text.normalize_alone", value=alone, unit="ms CPU"),
        Figure(name="text.push.cpu", value=pushed, unit="ms CPU an article", goal=6),
        Figure(name="text.push.in_normalize", value=pushed / alone, unit="x", is_ratio=True),
        Figure(name="text.drop.cpu", value=dropped, unit="ms CPU an article", goal=5),
        Figure(name="text.drop.in_normalize", value=dropped / alone, unit="x", is_ratio=True),
    ]


def make_texts(count: int) -> list[str]:
    """Texts of about 3 kB: a day, a headline, and paragraphs of words from the index's benchmark."""
    texts = []
    entries = make_entries(count * 8)
    for number in range(count):
        articles = [next(entries).article for _ in range(8)]
        paragraphs = "\n\n".join(f"{article.description}. {article.blocks[0].text}." for article in articles[:7])
        texts.append(f"09/11/2015 - 05:34\n\n{articles[7].headline} {number}\n\nHUẾ - {paragraphs}\n\nAnh Phong")
    return texts


def text_raw(text: str) -> Raw:
    """A text as the normaliser gets it from a drop."""
    source = Source(kind="drop", name="")
    return Raw(source=source, media_type="text/plain", body=text.encode(), received_us=RECEIVED_US)


def normalize_ms(raws: Sequence[Raw], keep: Callable[[Article], object] = lambda _: None) -> float:
    """ms CPU an input of cleaning them; `keep` is given each article."""
    begun = time.process_time()
    for raw in raws:
        keep(normalize(raw))
    return (time.process_time() - begun) / len(raws) * 1000


def _cost(desk: Desk, send: Callable[[], None]) -> float:
    """ms CPU an article of the desk's processes, from the first byte sent until the last article is indexed."""
    _, ledger = desk.open_intake()
    pids = [desk.pid, *tree(desk.pid)]
    indexed, before = ledger.balance().indexed, cpu_s(pids)
    send()
    until(lambda: ledger.balance().indexed >= indexed + COUNT, "the texts were not indexed")
    return (cpu_s(pids) - before) / COUNT * 1000


def _push(desk: Desk, texts: list[str]) -> None:
    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(desk.push, texts))


def _drop(desk: Desk, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        (desk.folder / "seeds" / f"{number}.txt").write_text(text, encoding="utf-8")
