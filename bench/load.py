"""Sends turns from many senders at once, and reads what they cost from the kernel."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Turn = Callable[[], None]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """What one round of turns took: CPU of all processes behind it, and the times that the senders saw (ms)."""

    cpu: float
    p50: float
    p95: float
    per_second: float


def measure(conversations: list[Iterator[Turn]], senders: int, pids: Callable[[], list[int]]) -> Result:
    """Each sender takes conversations from the list until it is empty. What a conversation does before its first turn
    (signing in, consenting, starting) has to be done by then: `prepare`."""
    waiting, taken, lock = list(conversations), [], threading.Lock()

    def send() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                turns = waiting.pop()
            for turn in turns:
                began = time.perf_counter()
                turn()
                taken.append((time.perf_counter() - began) * 1000)

    before, began = cpu_seconds(pids()), time.perf_counter()
    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, seconds = cpu_seconds(pids()) - before, time.perf_counter() - began
    ranked = sorted(taken)
    p95 = ranked[int(len(ranked) * 0.95)]
    return Result(spent * 1000 / len(taken), statistics.median(taken), p95, len(taken) / seconds)


def prepare(conversation: Iterator[Turn]) -> Iterator[Turn]:
    """Runs a conversation up to its first turn."""
    first = next(conversation)

    def turns() -> Iterator[Turn]:
        yield first
        yield from conversation

    return turns()


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes, of their threads and of children that have ended."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICK
    return total


def memory(pids: list[int]) -> tuple[float, float]:
    """Resident memory in MB: counted per process (shared pages again and again), and shared out (PSS)."""
    resident = shared = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        resident += sum(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
        shared += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return resident / 1024, shared / 1024
