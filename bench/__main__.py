"""`python -m bench`: prints the tables of docs/performance.md."""

import itertools
import os
import platform
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from api import trial
from api.settings import ROOT, Settings
from api.trial import System, Visitor
from bench import stock_rasa
from bench.load import Result, Turn, measure, memory, prepare
from bench.stock_rasa import Stock
from grading import artifact, examples
from grading.encoder import Tuned
from grading.grade import Question
from grading.grader import load

ROUNDS = 3
TURNS = 4
"""Graded turns in each conversation: the first four questions of the course are graded by what is written."""
CONVERSATIONS = {1: 20, 8: 80, 32: 120}
LONG = 40
ANSWERS = (
    "ja natuurlijk, dat zou ik altijd meteen doen want het is veiliger",
    "nee, zoiets doe ik liever niet want dan kan er iemand vallen",
    "nee, ik zou er eerst even met mijn leidinggevende over praten",
    "ja, dat hoort erbij en het kost me hooguit een paar minuten",
)


def ours(system: System) -> Iterator[Turn]:
    """A learner who has consented and started, and answers four questions."""
    visitor = Visitor(system, f"bench-{uuid.uuid4().hex[:12]}", "safety-at-work")
    visitor.enter()
    for text in ANSWERS:
        yield lambda text=text: _graded(visitor, text)  # type: ignore[misc]


def _graded(visitor: Visitor, text: str) -> None:
    reply = visitor.say(text)
    assert any(one["type"] == "grade" and one["outcome"] != "again" for one in reply["messages"])


def grading_alone() -> None:
    """CPU of one thread per answer, for answers that a rule settles and answers that the model reads."""
    models = Settings().models
    grader, (_, card) = load(models / "current"), artifact.card(models / "current")
    network = Tuned(models / "encoders" / card["encoders"]["en"]["folder"])
    english = "I would first ask my manager what she thinks of that"
    dutch = "ik zou eerst even aan mijn leidinggevende vragen wat ze vindt"
    asked, asked_english = Question("Doe je er iets aan?", "nl", "approve"), Question("Do you call?", "en", "approve")
    numbers, rows = itertools.count(), examples.read(ROOT / "data" / "gold")
    pairs = [(Question(row.question, row.language, "approve"), row.answer) for row in rows if row.language == "nl"]
    print("\n| grading, one thread | p50 ms | p99 ms |\n|---|---|---|")
    for name, work in {
        "a rule, Dutch": lambda: grader.grade(asked, "nee, nooit"),
        "the model, Dutch": lambda: grader.grade(asked, dutch),
        "the model, English": lambda: grader.grade(asked_english, english),
        "the model, Dutch, a question not read lately": lambda: grader.grade(
            replace(asked, text=f"Doe je er {next(numbers)} keer iets aan?"), dutch
        ),
        "the bare network session, English": lambda: network.logits([(asked_english.text, english)]),
    }.items():
        taken = []
        for _ in range(600):
            began = time.thread_time()
            work()
            taken.append((time.thread_time() - began) * 1000)
        ranked = sorted(taken[100:])
        print(f"| {name} | {statistics.median(ranked):.2f} | {ranked[int(len(ranked) * 0.99)]:.2f} |")
    began = time.thread_time()
    grader.grade_all(pairs)
    print(f"\nDutch answers in one batch: {len(pairs) / (time.thread_time() - began):.0f} a second.")


def middle(results: list[Result]) -> Result:
    """Medians over the rounds."""
    return Result(*(statistics.median(getattr(one, name) for one in results) for name in Result.__annotations__))


def table(system: System, stock: Stock) -> None:
    """Both, in turn, for each number of senders."""
    print("| senders | | CPU ms per turn | p50 ms | p95 ms | turns per s |")
    print("|---|---|---|---|---|---|")
    sides: dict[str, tuple[Callable[[], Iterator[Turn]], Callable[[], list[int]]]] = {
        "stock Rasa, echo": (lambda: stock.conversation(list(ANSWERS)), lambda: stock.pids),
        "Wederhoor, graded turn": (lambda: ours(system), system.pids),
    }
    for senders, count in CONVERSATIONS.items():
        found: dict[str, list[Result]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, (conversation, pids) in sides.items():
                found[name].append(measure([prepare(conversation()) for _ in range(count)], senders, pids))
        medians = {name: middle(results) for name, results in found.items()}
        for name, one in medians.items():
            _row(senders, name, one)
        base, own = medians.values()
        print(
            f"| | ratio | {own.cpu / base.cpu:.2f} | {own.p50 / base.p50:.2f} | {own.p95 / base.p95:.2f} |"
            f" {own.per_second / base.per_second:.1f} |",
            flush=True,
        )
    long = [stock.conversation(list(ANSWERS) * (LONG // TURNS)) for _ in range(16)]
    one = measure([prepare(each) for each in long], 8, lambda: stock.pids)
    _row(8, f"stock Rasa, {LONG} messages long", one)


def _row(senders: int, name: str, one: Result) -> None:
    print(f"| {senders} | {name} | {one.cpu:.1f} | {one.p50:.1f} | {one.p95:.1f} | {one.per_second:.0f} |")


def main() -> None:
    """Everything, in one run."""
    cpu = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    print(f"Machine: {os.cpu_count()} cores, {cpu.partition(':')[2].strip()}, Python {platform.python_version()}\n")
    with stock_rasa.running() as stock, trial.unstarted() as system:
        started = system.start()
        for _ in range(20):
            for turn in ours(system):
                turn()
            for turn in stock.conversation(list(ANSWERS)):
                turn()
        table(system, stock)
        resident, shared = memory(system.pids())
        base, _ = memory(stock.pids)
        print(f"\nStart to ready: {started:.1f} s.")
        print(
            f"Memory of all our processes: {resident:.0f} MB resident, {shared:.0f} MB with shared pages counted once."
        )
        print(f"Memory of stock Rasa and its action server: {base:.0f} MB resident.")
    grading_alone()


if __name__ == "__main__":
    main()
