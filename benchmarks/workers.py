"""Texts of 3 kB through 1, 2 and 4 processes of `normalize`: what more of them cost, and how much faster it goes."""

import time

from benchmarks.desk import cpu_s, running_desk, tree, until
from benchmarks.figures import Figure
from benchmarks.texts import make_texts
from shared.envelope import Input, Source

COUNT, PROCESSES = 800, (1, 2, 4)
BATCH = 100


def run() -> list[Figure]:
    """A desk for each number."""
    texts = make_texts(COUNT)
    costs = {number: _through(texts, number) for number in PROCESSES}
    figures = []
    for number, (cpu_ms, rate) in costs.items():
        figures.append(Figure(name=f"workers.{number}.cpu", value=cpu_ms, unit="ms CPU a text"))
        figures.append(Figure(name=f"workers.{number}.rate", value=rate, unit="texts a second (more is better)"))
    few, many = costs[PROCESSES[0]], costs[PROCESSES[-1]]
    return [*figures, Figure(name="workers.many_in_one", value=many[0] / few[0], unit="x CPU", goal=1.2, is_ratio=True)]


def _through(texts: list[str], processes: int) -> tuple[float, float]:
    """ms CPU a text of all the desk's processes, and texts a second, from the intake until all are indexed."""
    inputs = [
        Input(source=Source(kind="push", name="bench"), media_type="text/plain", body=text.encode()) for text in texts
    ]
    with running_desk(COPYDESK_DISK_RESERVE_MB="1", COPYDESK_NORMALIZE_PROCESSES=str(processes)) as desk:
        intake, ledger = desk.open_intake()
        intake.take(inputs[:BATCH])  # each child has read a text before anything is measured
        until(lambda: ledger.balance().indexed >= BATCH, "the first texts were not indexed")
        pids = [desk.pid, *tree(desk.pid)]
        before, begun = cpu_s(pids), time.perf_counter()
        for start in range(BATCH, COUNT, BATCH):
            intake.take(inputs[start : start + BATCH])
        until(lambda: ledger.balance().indexed >= COUNT, "the texts were not indexed")
        measured = COUNT - BATCH
        return (cpu_s(pids) - before) / measured * 1000, measured / (time.perf_counter() - begun)
