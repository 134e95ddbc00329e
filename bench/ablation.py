"""`python -m bench.ablation [--language nl|en] [--json]`: what each stage of grading is worth.

One stage at a time is left out, and everything but the tuned network is learned anew without it. Measured on the gold
set, on the answers that calibrate, on direct English answers, and on the probes that guards were mended with.
Differences to the whole have 95 % intervals by a paired bootstrap over questions: answers to one question are alike.
"""

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, cast, get_args
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from api.settings import ROOT, Settings
from bench.evaluation import NAMES, PROBES, table
from grading import artifact, evaluate, examples, features, fitting, lexicon, policy, reader, rules
from grading.classifier import Head, bearing, dense
from grading.encoder import Encoder, Tuned
from grading.evaluate import POLAR, One, Polar, Share, held_out, pass_threshold
from grading.examples import Labelled
from grading.fitting import stacked
from grading.grade import Language, Outcome, Question
from grading.grader import ModelGrader
from grading.lexicon import Lexicon
from grading.reader import Stack
from grading.rules import Asked, Read

MODELS = Settings().models
FIGURES = ("accuracy", "opposite rate", "wrongly failed", "wrongly passed", "decided")
DRAWS = 4000
"""Of the bootstrap."""
HALF = 0.5
"""The fixed threshold that stands in for calibration."""
GOLD, UNSEEN, DIRECT = "gold", "unseen writers", "direct answers"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Patch = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that can be left out."""

    name: str
    without: Patch
    networked: bool = True
    """Does the tuned network read?"""
    languages: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one set of answers without one stage: counts of what and of how many, and the differences."""

    without: str
    language: Language
    answers: str
    shares: dict[str, tuple[int, int]]
    more: dict[str, tuple[float, float, float]]
    """What each figure is more than that of the whole, and the interval of that."""
    probes: tuple[int, int]
    """Those of the language that end as they should not, and how many there are."""


class Once(Tuned):
    """A tuned network that reads each pair once: most stages do not change what it is given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._known: dict[tuple[str, str], Floats] = {}

    def logits(self, pairs: list[tuple[str, str]]) -> Floats:
        """As the network gives them."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        self._known |= dict(zip(new, super().logits(new), strict=True))
        return np.stack([self._known[pair] for pair in pairs]) if pairs else super().logits(pairs)


class Heads:
    """A head fitted once for all that it learns the same from: stages behind it do not change it."""

    def __init__(self) -> None:
        self._fit, self._digest = fitting.fit, ""
        self._head: Head | None = None

    def fit(self, reads: list[Read], labels: Ints, language: Language, encoder: Encoder | None) -> Head:
        """As `fitting.fit`; the one before is forgotten."""
        words = bearing(reads, language)
        seen = [str((each, one.asked.turned)) for each, one in zip(words, reads, strict=True)]
        digest = hashlib.sha256("\n".join([language, *seen]).encode())
        digest.update(dense(reads, words, language, encoder).tobytes() + labels.tobytes())
        if self._head is None or digest.hexdigest() != self._digest:
            self._digest, self._head = digest.hexdigest(), self._fit(reads, labels, language, encoder)
        return self._head


def reading(change: Callable[[Read], Read], *, knowing: bool = True) -> Patch:
    """Changes what guards and rules found; without `knowing` no word is strange to them."""
    original = rules.read

    def read(question: Question, answer: str, known: frozenset[str] = frozenset()) -> Read:
        return change(original(question, answer, known if knowing else frozenset()))

    return lambda: patch.object(rules, "read", read)


def to_the_model(read: Read) -> Read:
    """The same, left to head and network."""
    return replace(read, label=None, reason="model", guarded=False, cause=())


def unruled(read: Read) -> Read:
    """Without what a rule settled."""
    return to_the_model(read) if read.label and not read.guarded else read


def unguarded(read: Read) -> Read:
    """Without what a guard stopped."""
    return to_the_model(read) if read.guarded else read


def straight() -> AbstractContextManager[object]:
    """No question is seen to ask the other way round."""
    original = rules.asked

    def asked(text: str, language: Language) -> Asked:
        return replace(original(text, language), flips=False, refuses=False)

    return patch.object(rules, "asked", asked)


def worded(change: Callable[[Lexicon], Lexicon]) -> Patch:
    """Changes the word lists wherever they are used."""
    original = lexicon.of
    return lambda: patch.object(lexicon, "of", lambda language: change(original(language)))


def exact(words: Lexicon) -> Lexicon:
    """A word with a slip of the keyboard is not taken for the one that was meant."""
    return replace(words, fuzzy={})


def empty(words: Lexicon) -> Lexicon:
    """No word is known: no rule speaks, no cue is seen, and of the guards those on form are left."""
    blank: dict[type, Any] = {frozenset: frozenset(), dict: {}, re.Pattern: re.compile(r"(?!)")}
    known = {one.name: type(getattr(words, one.name)) for one in fields(words)}
    return replace(words, **{name: blank[kind] for name, kind in known.items() if kind in blank})


def no_cues(_read: Read, _words: list[str], _language: Language) -> Floats:
    """Nothing is known of the words of an answer."""
    return np.zeros(features.WIDTH)


def agreed(reads: list[Read], _head: Floats, _tuned: Floats) -> list[Read]:
    """Neither head nor a rule that goes by the first word need read what the network reads."""
    return reads


def not_compared() -> AbstractContextManager[object]:
    """Neither where it is learned nor where it reads."""
    return together(patch.object(reader, "compared", agreed), patch.object(fitting, "compared", agreed))


def of_network(head: Floats, tuned: Floats, labels: Ints) -> Stack:
    """Weighs the network's reading only."""
    made = stacked(np.zeros_like(head), tuned, labels)
    return NetworkAlone(made.coefficients, made.intercept)


class NetworkAlone(Stack):
    """What `of_network` makes."""

    def scores(self, head: Floats, tuned: Floats) -> Floats:
        """Logits, shape (n, 4)."""
        return super().scores(np.zeros_like(head), tuned)


def at_half(*, intent: str, expected: str, probability: float, guarded: bool, **_others: object) -> Outcome:
    """What becomes of a reading that is taken at its word."""
    if guarded or intent not in POLAR:
        return "undecided"
    if intent != expected:
        return "not_passed"
    return "passed" if probability >= HALF else "undecided"


@contextmanager
def together(*patches: AbstractContextManager[object]) -> Iterator[None]:
    """Several at once."""
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield


WHOLE = Stage("nothing", nullcontext)
STAGES = (
    WHOLE,
    Stage("asking that head and network bear each other out", not_compared),
    Stage(
        "calibrated thresholds (0.5 instead)",
        lambda: together(patch.object(policy, "outcome", at_half), patch.object(evaluate, "outcome", at_half)),
    ),
    Stage("tuned network", nullcontext, networked=False),
    Stage(
        "head",
        lambda: together(patch.object(fitting, "stacked", of_network), not_compared()),
    ),
    Stage("rules for short answers", reading(unruled)),
    Stage("guards before the model", reading(unguarded, knowing=False)),
    Stage("turning yes and no around with the question", straight),
    Stage("cues", lambda: patch.object(features, "cues", no_cues)),
    Stage("mending slips of the keyboard", worded(exact)),
    Stage("the whole lexicon", worded(empty)),
)
"""The first ones share their heads."""


def counts(ones: Sequence[One]) -> Ints:
    """Per answer and figure what counts and of how many, shape (n, len(FIGURES), 2)."""
    found = []
    for one in ones:
        right = [outcome for wanted, outcome in one.outcomes.items() if wanted == one.label]
        wrong = [outcome for wanted, outcome in one.outcomes.items() if right and wanted != one.label]
        decided = [outcome for outcome in right + wrong if outcome != "undecided"]
        found.append(
            [
                (one.read == one.label, 1),
                (bool(right) and one.read in POLAR and one.read != one.label, len(right)),
                (right.count("not_passed"), len(right)),
                (wrong.count("passed"), len(wrong)),
                (len(decided), len(right + wrong)),
            ]
        )
    return np.array(found, dtype=np.int64)


def differences(questions: Sequence[str], whole: Ints, without: Ints) -> dict[str, tuple[float, float, float]]:
    """What each figure is more than that of the whole, with its interval; both are drawn with the same questions."""
    names, of = np.unique(np.array(questions), return_inverse=True)
    sums = np.zeros((2, len(names), len(FIGURES), 2))
    for total, each in zip(sums, (whole, without), strict=True):
        np.add.at(total, of, each)
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    whole_and_rest = np.einsum("dq,sqfc->sdfc", drawn.astype(np.float64), sums)
    spread = np.diff(whole_and_rest[..., 0] / whole_and_rest[..., 1], axis=0)[0]
    low, high = np.quantile(spread, (0.025, 0.975), axis=0)
    totals = sums.sum(axis=1)
    more = np.diff(totals[..., 0] / totals[..., 1], axis=0)[0]
    return dict(zip(FIGURES, zip(more.tolist(), low.tolist(), high.tolist(), strict=True), strict=True))


@dataclass(frozen=True, slots=True)
class Without:
    """What comes of everything without one stage."""

    answers: dict[str, tuple[list[str], Ints]]
    """By set of answers the question of each, and `counts`."""
    probes: tuple[int, int]


def graded(stage: Stage, language: Language, rows: list[Labelled], apart: list[Labelled], network: Tuned) -> Without:
    """Learns without this stage, and reads everything."""
    sets = {GOLD: examples.read(ROOT / "data" / "gold"), DIRECT: examples.read(Path(__file__).parent / "direct")}
    remembered = rules.asked
    remembered.cache_clear()  # questions, as the lexicon of another stage saw them
    with stage.without():
        made, held = fitting.learn(rows, apart, language, None, network if stage.networked else None)
        pass_at = pass_threshold(held)
        grader = ModelGrader("", {language: made}, {language: pass_at}, MODELS)
        found = {UNSEEN: (held.rows, held_out(held, made.expected, pass_at))}
        for name, all_rows in sets.items():
            if own := [row for row in all_rows if row.language == language]:
                found[name] = (own, evaluate.evaluate(grader, own))
        probes = probed(grader, language)
    remembered.cache_clear()
    return Without({name: ([row.question for row in own], counts(ones)) for name, (own, ones) in found.items()}, probes)


def probed(grader: ModelGrader, language: Language) -> tuple[int, int]:
    """Of the answers made to break the grader, those that end as they should not, and how many there are."""
    lines = [line.split("\t") for line in PROBES.read_text("utf-8").splitlines()[1:]]
    own = [line for line in lines if line[2] == language]
    pairs = [(Question(line[0], language, cast("Polar", line[3])), line[1]) for line in own]
    grades = grader.grade_all(pairs)
    wrong = sum(grade.outcome not in line[4].split("|") for grade, line in zip(grades, own, strict=True))
    return wrong, len(own)


def measured(language: Language) -> list[Row]:
    """All stages of a language."""
    _, card = artifact.card(MODELS / "current")
    known = card["encoders"][language]
    network = Once(MODELS / "encoders" / known["folder"])
    rows, apart = (examples.of(language, examples.read(ROOT / "data" / part)) for part in ("training", "calibration"))
    found, whole = [], dict[str, Ints]()
    with patch.object(fitting, "fit", Heads().fit):
        for stage in (one for one in STAGES if language in one.languages):
            began = time.perf_counter()
            left = graded(stage, language, rows, apart, network)
            for name, (questions, own) in left.answers.items():
                whole.setdefault(name, own)
                shares = {figure: (int(n), int(of)) for figure, (n, of) in zip(FIGURES, own.sum(axis=0), strict=True)}
                more = differences(questions, whole[name], own)
                found.append(Row(stage.name, language, name, shares, more, left.probes))
            print(f"{language}, {stage.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def shown(rows: Sequence[Row]) -> str:
    """The figures of one set of answers, and below them what they are more than those of the whole."""
    shares = [[one.without, *(str(Share(*one.shares[name])) for name in FIGURES)] for one in rows]
    more = [[one.without, *(points(*one.more[name]) for name in FIGURES)] for one in rows[1:]]
    return f"{table(['without', *FIGURES], shares)}\n\n{table(['without, points more', *FIGURES], more)}"


def points(more: float, low: float, high: float) -> str:
    """A difference with its interval, in points."""
    return f"{100 * more:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def main() -> None:
    """Prints Markdown tables, or everything as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__)
    parser.add_argument("--language", choices=get_args(Language), help="otherwise both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    threadpool_limits(1)
    languages: list[Language] = [given.language] if given.language else list(get_args(Language))
    rows = [row for language in languages for row in measured(language)]
    if given.json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    for language in languages:
        for name in (GOLD, UNSEEN, DIRECT):
            if own := [row for row in rows if (row.language, row.answers) == (language, name)]:
                print(f"### {NAMES[language]}, {name}, {own[0].shares['accuracy'][1]} answers\n\n{shown(own)}\n")
        probes = [[row.without, Share(*row.probes)] for row in rows if (row.language, row.answers) == (language, GOLD)]
        print(f"### {NAMES[language]}, probes\n\n{table(['without', 'end as they should not'], probes)}\n")


if __name__ == "__main__":
    main()
