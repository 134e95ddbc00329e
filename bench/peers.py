"""`python -m bench.peers [--only NAME] [--json]`: other ways to read intents, beside ours, on the gold set.

All learn from the answers that the current model was trained on, each language by itself, on one thread. What is not
part of this project's own environment is installed into a folder that goes afterwards.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from api.settings import ROOT, Settings
from bench.minilm import packaged
from grading import examples
from grading.encoder import Encoder
from grading.evaluate import POLAR, One, Polar, Share, evaluate, report
from grading.examples import Labelled
from grading.export import export
from grading.grade import Intent, Language, Outcome
from grading.grader import load

LANGUAGES: tuple[Language, ...] = get_args(Language)
Learn = Callable[[list[Labelled], list[Labelled]], tuple[list[str], float]]
MODELS = Settings().models
SHOWN = ("accuracy", "opposite rate", "wrongly failed", "wrongly passed", "decided")
STEPS = 1000
"""At most, of the regressions: scikit-learn's default of 100 is too few for these data."""
PER_LABEL = 16
"""Answers per label that SetFit learns from; it is made for few."""
ROUNDS = 20
"""SetFit makes so many pairs per answer with the same label, and as many with another one."""
EPOCHS, MOST = 5, 2000
"""Of DIET, and the answers that it learns from: an epoch of these takes half a minute, one of all six minutes."""
RASA = ("rasa==3.6.21", "setuptools<81")
FEATURES: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
"""From Rasa's default pipeline, what matters to intents."""
DIET = {
    "name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True, "entity_recognition": False,
    "random_seed": 0,
}  # fmt: skip
ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "PYTHONWARNINGS": "ignore",
}
"""One thread, nothing fetched, nothing reported to anybody."""


@dataclass(frozen=True, slots=True)
class Row:
    """One reader in one language; each share is counts of what and of how many."""

    name: str
    language: Language
    shares: dict[str, tuple[int, int]]
    seconds: float | None
    """CPU time of training, of the peer alone; None where nothing was trained here."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to learn to read, and what was held back so that it ends in some ten minutes.

    `learn` takes rows to learn from and rows to read, all of one language, and gives readings and CPU seconds.
    """

    title: str
    cap: str
    learn: Learn


def row(name: str, language: Language, ones: Sequence[One], seconds: float | None) -> Row:
    """The figures that are shown, of answers that were read."""
    shares = report(ones).shares
    return Row(name, language, {one: (shares[one].count, shares[one].total) for one in SHOWN}, seconds)


def as_verdict(rows: Sequence[Labelled], reads: Sequence[str]) -> list[One]:
    """The likeliest intent taken at its word: the opposite of what is expected fails, the expected one passes."""
    ones = []
    for own, read in zip(rows, reads, strict=True):
        outcomes: dict[Polar, Outcome] = {}
        for wanted in POLAR:
            outcomes[wanted] = "passed" if read == wanted else "not_passed" if read in POLAR else "undecided"
        ones.append(One(own.label, cast("Intent", read), 1.0, outcomes))
    return ones


def _cpu() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def tfidf(train: list[Labelled], gold: list[Labelled]) -> tuple[list[str], float]:
    """Words and pairs of words of the answer."""
    began = _cpu()
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=STEPS))
    model.fit([one.answer for one in train], [one.label for one in train])
    seconds = _cpu() - began
    return list(model.predict([one.answer for one in gold])), seconds


def minilm(train: list[Labelled], gold: list[Labelled]) -> tuple[list[str], float]:
    """Embeddings of question and answer, with their product and their distance."""
    encoder, began = Encoder(export(str(packaged()), MODELS / "encoders")), _cpu()
    model = LogisticRegression(max_iter=STEPS).fit(_embedded(encoder, train), [one.label for one in train])
    seconds = _cpu() - began
    return list(model.predict(_embedded(encoder, gold))), seconds


def _embedded(encoder: Encoder, rows: list[Labelled]) -> NDArray[np.float32]:
    asked = sorted({one.question for one in rows})
    places = {text: place for place, text in enumerate(asked)}
    question = encoder.encode(asked)[[places[one.question] for one in rows]].astype(np.float32)
    answer = encoder.encode([one.answer for one in rows]).astype(np.float32)
    return np.hstack([question, answer, question * answer, np.abs(question - answer)])


def setfit(train: list[Labelled], gold: list[Labelled]) -> tuple[list[str], float]:
    """MiniLM tuned on pairs of answers with the same and with different labels, by the package `setfit`."""
    from datasets import Dataset  # type: ignore[import-untyped, import-not-found, unused-ignore]
    from setfit import SetFitModel, Trainer, TrainingArguments  # type: ignore[import-not-found]

    drawn = random.Random(0)
    few = [
        one
        for label in sorted({own.label for own in train})
        for one in drawn.sample([own for own in train if own.label == label], PER_LABEL)
    ]
    texts, labels = [_joined(one) for one in few], [one.label for one in few]
    began = _cpu()
    with tempfile.TemporaryDirectory() as scratch:
        model = SetFitModel.from_pretrained(str(packaged()), labels=sorted(set(labels)), device="cpu")
        settings = TrainingArguments(
            output_dir=scratch, num_iterations=ROUNDS, num_epochs=1, seed=0, save_strategy="no", report_to="none",
            show_progress_bar=False,
        )  # fmt: skip
        Trainer(model=model, args=settings, train_dataset=Dataset.from_dict({"text": texts, "label": labels})).train()
    seconds = _cpu() - began
    return [str(one) for one in model.predict([_joined(own) for own in gold])], seconds


def _joined(one: Labelled) -> str:
    return f"{one.question} [SEP] {one.answer}"


def rasa(classifier: dict[str, Any], most: int | None = None) -> Learn:
    """A classifier of Rasa on answers alone, as intents: it sees one message. It learns from at most `most` answers."""

    def learn(train: list[Labelled], gold: list[Labelled]) -> tuple[list[str], float]:
        python = f"{environment('3.10', *RASA).name}/bin/python"
        train = random.Random(0).sample(train, most) if most else train
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            pipeline = {"recipe": "default.v1", "language": train[0].language, "pipeline": [*FEATURES, classifier]}
            (folder / "config.yml").write_text(json.dumps(pipeline))
            for name, rows in {"train": train, "gold": gold}.items():
                said = [{"text": one.answer, "intent": one.label, "entities": []} for one in rows]
                (folder / f"{name}.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": said}}))
            began = _cpu()
            _run(python, folder, "train", "nlu", "-u", "train.json", "--fixed-model-name", "peer")
            seconds = _cpu() - began
            _run(python, folder, "test", "nlu", "-u", "gold.json", "-m", "models", "--successes", "--no-plot")
            texts = [path.read_text() for path in (folder / "results").glob("intent_[se]*s.json")]
        read = {one["text"]: one["intent_prediction"]["name"] for text in texts for one in json.loads(text)}
        return [read[one.answer] for one in gold], seconds

    return learn


def _run(python: str, folder: Path, *command: str) -> None:
    """Rasa's own command line, at home in a folder that goes."""
    done = subprocess.run(
        [python, "-m", "rasa", *command], cwd=folder, env=os.environ | ALONE | {"HOME": str(folder)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"rasa {' '.join(command)} failed:\n{done.stdout[-4000:]}")


@cache
def environment(python: str, *packages: str) -> "tempfile.TemporaryDirectory[str]":
    """A Python environment that is there for as long as this process."""
    uv = str(Path(sys.executable).parent / "uv")
    wheels = os.environ.get("UV_FIND_LINKS") or os.environ.get("PIP_FIND_LINKS", "")
    # With a wheel directory torch's CPU build comes from there; elsewhere from the CPU index that uv knows.
    backend = [] if wheels else ["--torch-backend", "cpu"]
    made = tempfile.TemporaryDirectory()
    for command in (["venv", "--python", python, made.name], ["pip", "install", "-p", made.name, *backend, *packages]):
        subprocess.run([uv, "--quiet", *command], cwd=ROOT, env=os.environ | {"UV_FIND_LINKS": wheels}, check=True)
    return made


def elsewhere(name: str) -> list[Row]:
    """Runs this module for one peer in an environment that has its package beside the pinned ones."""
    python = f"{environment(sys.executable, '-r', 'requirements/all.txt', name).name}/bin/python"
    command = [python, "-m", "bench.peers", "--only", name, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ALONE, check=True, stdout=subprocess.PIPE, text=True)
    return [Row(**one) for one in json.loads(done.stdout.splitlines()[-1])]


def ours(gold: dict[Language, list[Labelled]]) -> list[Row]:
    """The current model: its likeliest intent taken at its word like the others', and what it decides by its policy."""
    grader, found = load(MODELS / "current"), []
    for language, rows in gold.items():
        ones = evaluate(grader, rows)
        found.append(row("ours", language, as_verdict(rows, [one.read for one in ones]), None))
        found.append(row("ours, as it decides", language, ones, None))
    return found


PEERS = {
    "tfidf": Peer("TF-IDF and logistic regression", "nothing", tfidf),
    "minilm": Peer("MiniLM, frozen, and logistic regression", "nothing", minilm),
    "setfit": Peer(
        "SetFit (the package) on MiniLM",
        f"to {PER_LABEL} answers per label, {ROUNDS} rounds of pairs, one epoch",
        setfit,
    ),
    "rasa-lr": Peer("Rasa's LogisticRegressionClassifier", "nothing", rasa({"name": "LogisticRegressionClassifier"})),
    "rasa-diet": Peer(
        "Rasa's DIETClassifier",
        f"to {MOST} answers per language, {EPOCHS} epochs instead of 100",
        rasa(DIET, MOST),
    ),
}


def compared(name: str, train: list[Labelled], gold: dict[Language, list[Labelled]]) -> list[Row]:
    """The rows of one peer."""
    if name == "ours":
        return ours(gold)
    if name == "setfit" and find_spec("setfit") is None:
        return elsewhere(name)
    found = []
    for language, rows in gold.items():
        reads, seconds = PEERS[name].learn([one for one in train if one.language == language], rows)
        found.append(row(name, language, as_verdict(rows, reads), seconds))
    return found


def line(one: Row) -> str:
    """A line of the table."""
    title = PEERS[one.name].title if one.name in PEERS else one.name
    taken = "-" if one.seconds is None else f"{one.seconds:.0f}"
    return f"| {' | '.join([title, one.language, *(str(Share(*one.shares[name])) for name in SHOWN), taken])} |"


def main() -> None:
    """Prints a Markdown table, or the counts as one line of JSON."""
    parser = argparse.ArgumentParser(prog="bench.peers", description=__doc__)
    parser.add_argument("--only", choices=[*PEERS, "ours"])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    threadpool_limits(1)
    names = [given.only] if given.only else [*PEERS, "ours"]
    train, rows = examples.read_file(MODELS / "current" / "examples.tsv"), examples.read(ROOT / "data" / "gold")
    gold = {one: [row for row in rows if row.language == one] for one in LANGUAGES}
    if given.json:
        print(json.dumps([asdict(one) for name in names for one in compared(name, train, gold)]))
        return
    print(f"| | | {' | '.join(SHOWN)} | CPU s to train |\n|{'---|' * (len(SHOWN) + 3)}")
    for name in names:
        for one in compared(name, train, gold):
            print(line(one), flush=True)
    print("", *(f"- {one.title}: held back {one.cap}." for name, one in PEERS.items() if name in names), sep="\n")


if __name__ == "__main__":
    main()
