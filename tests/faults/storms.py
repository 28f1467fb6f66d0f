"""Traffic that is the fault itself: storms of duplicates, versions out of order, files that come slowly, poison."""

import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

from shared.identity import article_id, path_alias
from tests.faults.chaos_desk import strike
from tests.faults.chaos_load import article_of, headline_of, text_of
from tests.faults.scene import Scene
from tests.faults.traffic import Publishers
from tests.integration.origin import Origin, Reply

AGAIN_S = 0.1
OVERTAKEN = frozenset({409, 410})


class Sent:
    """What several threads send, each part until the desk has it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._threads: list[threading.Thread] = []

    def start(self, *tasks: Callable[[], object]) -> None:
        for task in tasks:
            thread = threading.Thread(target=task, daemon=True)
            self._threads.append(thread)
            thread.start()

    def ended(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join()

    def post(self, path: str, body: bytes, media_type: str, **headers: str) -> Any:
        """Send until it is taken; the answer, None where a newer word or a withdrawal had come before."""
        sent = {"Authorization": f"Bearer {self.scene.desk.key}", "Content-Type": media_type, **headers}
        while True:
            request = urllib.request.Request(f"{self.scene.desk.url}{path}", body, sent)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code in OVERTAKEN:
                    return None
                if error.code not in (429, 503):
                    raise
            except OSError:
                pass
            time.sleep(AGAIN_S)  # as a publisher would


class Told:
    """What senders with a plan tell: it is under way when all is sent."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sent = Sent(scene)

    def is_under_way(self) -> bool:
        return self.sent.ended()

    def finish(self) -> None:
        self.sent.finish()

    def is_all_there(self) -> bool:
        return set(self.expected()) <= set(self.scene.in_index())

    def expected(self) -> dict[str, str]:
        return {}

    def others(self) -> int:
        return 0

    def complaints(self) -> list[str]:
        return []


def story(uri: str, mark: str, **more: str) -> bytes:
    """An article in ninjs."""
    text = f"HUẾ - Câu mở đầu của {mark}.\n\nThân bài nói thêm về {mark}."
    told: dict[str, object] = {"uri": uri, "headlines": [{"role": "main", "value": headline_of(mark)}], **more}
    return json.dumps(told | {"bodies": [{"contentType": "text/plain", "value": text}]}).encode()


class Storm(Told):
    """Stories that come by push, batch, feed and a dropped document in the same moments, each push several times."""

    STORIES, TIMES, SENDERS, BATCHES = 25, 8, 48, 4

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._origin = Origin()

    def is_under_way(self) -> bool:
        return super().is_under_way() and bool(self._origin.seen) and self._doors() >= {"push", "drop"}

    def begin(self) -> None:
        bodies = [story(self._uri(number), self._mark(number)) for number in range(self.STORIES)]
        self._origin.pages["/rss"] = Reply(body=self._feed().encode())
        added = self.scene.desk.run("feeds", "add", self._origin.url("/rss"))
        assert added.returncode == 0, added.stderr
        pushes = random.Random(1).sample(bodies * self.TIMES, self.STORIES * self.TIMES)
        self.sent.start(
            *(lambda mine=pushes[at :: self.SENDERS]: self._push(mine) for at in range(self.SENDERS)),
            *(lambda: self._push_batch(bodies) for _ in range(self.BATCHES)),
            self._drop,
        )

    def expected(self) -> dict[str, str]:
        stored = ((self.scene.index.get(f"url:{self._uri(number)}"), number) for number in range(self.STORIES))
        return {one.article_id: headline_of(self._mark(number)) for one, number in stored if one is not None}

    def is_all_there(self) -> bool:
        return len(self.expected()) == self.STORIES

    def complaints(self) -> list[str]:
        known = len(self.expected())
        return [] if known == self.STORIES else [f"{known} of {self.STORIES} stories are there"]

    def _doors(self) -> set[str]:
        """Through which doors something new came: a batch is a push, and a feed that comes later tells nothing new."""
        with self.scene.index.reading() as database:
            told = database.execute("SELECT source FROM sources").fetchall()
        return {source.partition(":")[0] for (source,) in told}

    def _uri(self, number: int) -> str:
        return f"https://tin.example/bao/{number}.html"

    def _mark(self, number: int) -> str:
        return f"cơn bão số {number}"

    def _push(self, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            self.sent.post("/v1/articles", body, "application/json")

    def _push_batch(self, bodies: Iterable[bytes]) -> None:
        self.sent.post("/v1/batches", b"\n".join(bodies), "application/x-ndjson")

    def _drop(self) -> None:
        """As an agency sends them: a document of entries; a lone file would be an article of its path's own."""
        for name in ("sáng.xml", "chiều.xml"):
            self.scene.desk.drop(name, self._feed())

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{headline_of(self._mark(n))}</title><link>{self._uri(n)}</link><guid>bao-{n}</guid>"
            f"<description>{escape(f'HUẾ - Câu mở đầu của {self._mark(n)}.')}</description></item>"
            for n in range(self.STORIES)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tin</title>{items}</channel></rss>'


class Revisers(Told):
    """Versions of articles in any order from several senders at once; the last word of some is their withdrawal."""

    ARTICLES, WITHDRAWN, VERSIONS, SENDERS = 40, 12, 6, 8

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._ids: dict[int, str] = {}

    def begin(self) -> None:
        words = [(number, version) for number in range(self.ARTICLES) for version in range(1, self.VERSIONS + 1)]
        words += [(number, self.VERSIONS + 1) for number in range(self.WITHDRAWN)]
        random.Random(2).shuffle(words)
        self.sent.start(*(lambda mine=words[at :: self.SENDERS]: self._send(mine) for at in range(self.SENDERS)))

    def expected(self) -> dict[str, str]:
        kept = range(self.WITHDRAWN, self.ARTICLES)
        return {self._ids[number]: headline_of(self._mark(number, self.VERSIONS)) for number in kept}

    def is_all_there(self) -> bool:
        shown = self.scene.in_index()
        return all(shown.get(article) == words for article, words in self.expected().items())

    def complaints(self) -> list[str]:
        shown = self.scene.in_index()
        return [f"withdrawn {number} is shown" for number in range(self.WITHDRAWN) if self._ids[number] in shown]

    def _mark(self, number: int, version: int) -> str:
        return f"vụ {number} lần {version}"

    def _send(self, words: Iterable[tuple[int, int]]) -> None:
        for number, version in words:
            more = {"pubStatus": "canceled"} if version > self.VERSIONS else {}
            body = story(f"urn:revised:{number}", self._mark(number, version), version=str(version), **more)
            if answer := self.sent.post("/v1/articles", body, "application/json"):
                self._ids[number] = answer["article"]


class Drippers(Told):
    """Files that are written slowly, with a stall, are renamed or linked in; and what is no file."""

    FILES = 24

    def begin(self) -> None:
        seeds = self.scene.desk.folder / "seeds"
        ways = (self._stall, self._drip, self._rename, self._link)
        self.sent.start(*(lambda number=n: ways[number % 4](seeds, number) for n in range(self.FILES)))
        os.mkfifo(seeds / "pipe.txt")
        (seeds / "link.txt").symlink_to(seeds / "0.txt")

    def finish(self) -> None:
        super().finish()
        for name in ("pipe.txt", "link.txt"):  # they are told as troubles for as long as they are there
            (self.scene.desk.folder / "seeds" / name).unlink()

    def is_all_there(self) -> bool:
        return len(self.scene.in_index()) >= self.FILES + len(self.scene.canaries)

    def others(self) -> int:
        return self.FILES

    def complaints(self) -> list[str]:
        shown, revisions = self.scene.in_index(), self.scene.revisions()
        wanted = {headline_of(f"tệp {number}") for number in range(self.FILES)}
        texts = {article: text_of(self.scene.index, article) or "" for article in shown}
        torn = [
            words for article, words in shown.items() if f"thêm {words.removeprefix('Tin ')}." not in texts[article]
        ]
        told = [f"{len(wanted - set(shown.values()))} files have no article"] if wanted - set(shown.values()) else []
        told += [f"{revisions - len(shown)} files were read half"] if revisions != len(shown) else []
        return told + [f"{words} is torn" for words in torn[:3]]

    def _stall(self, seeds: Path, number: int) -> None:
        text = article_of(f"tệp {number}").encode()
        with (seeds / f"{number}.txt").open("wb", buffering=0) as file:
            file.write(text[: len(text) // 2])
            time.sleep(2 + number % 4)  # how long the writer stalls is the fault
            file.write(text[len(text) // 2 :])

    def _drip(self, seeds: Path, number: int) -> None:
        text = article_of(f"tệp {number}").encode()
        with (seeds / f"{number}.txt").open("wb", buffering=0) as file:
            for at in range(0, len(text), 8):
                file.write(text[at : at + 8])
                time.sleep(0.1)  # how slow the writer is is the fault

    def _rename(self, _: Path, number: int) -> None:
        self.scene.desk.drop(f"{number}.txt", article_of(f"tệp {number}"))

    def _link(self, seeds: Path, number: int) -> None:
        part = seeds / f".{number}.part"
        part.write_text(article_of(f"tệp {number}"))
        (seeds / f"{number}.txt").hardlink_to(part)


class Poisoners(Publishers):
    """Publishers, and pages among theirs whose worker is killed whenever it is at one of them."""

    POISON, LOOK_S, PARAGRAPHS = 2, 0.02, 15_000

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._names = [f"poison-{number}.html" for number in range(self.POISON)]
        self._poison = {article_id((path_alias(name),), "") for name in self._names}
        self._stop = threading.Event()
        self._killer = threading.Thread(target=self._kill_at_poison, daemon=True)

    def begin(self) -> None:
        super().begin()
        self._killer.start()
        text = "".join(f"<p>Câu {at} nói về chuyến tàu {at * 7} của hôm qua.</p>" for at in range(self.PARAGRAPHS))
        for name in self._names:
            page = f"<html><title>{name}</title><body><article>{text}</article></body></html>"
            self.scene.desk.drop(name, page)

    def is_under_way(self) -> bool:
        return super().is_under_way() and self.scene.desk.ledger().balance().dead >= self.POISON

    def finish(self) -> None:
        self._stop.set()
        self._killer.join()
        super().finish()
        self.scene.desk.run(
            "dead", "discard", "--all", "--because", "poison"
        )  # told as a trouble until somebody decides

    def complaints(self) -> list[str]:
        discarded = self.scene.desk.ledger().balance().discarded
        told = [] if discarded == self.POISON else [f"{discarded} inputs died, {self.POISON} were to"]
        return [*super().complaints(), *told]

    def _kill_at_poison(self) -> None:
        """What no reader of ours does, the harness does for it: the process is gone in the middle of the page."""
        client: Any = self.scene.desk.redis()
        while not self._stop.wait(self.LOOK_S):
            for ref in client.zrange("ledger:working:normalize", 0, -1):
                if ref.decode().partition("@")[0] in self._poison:
                    holder = (client.hget(b"art:" + ref, "holder") or b"").decode()
                    strike([int(holder.rpartition(":")[2])] if holder else [], signal.SIGKILL)
