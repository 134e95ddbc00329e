"""`python -m bench.circa`: how well indirect answers are read, measured on data that others can compare with.

The data is Circa (Louis, Roth and Radlinski, EMNLP 2020): English answers that avoid yes and no, with the paper's
*relaxed* labels. Everything is trained on one file, stacked on a second and measured on a third that nothing else sees.
The one model that comes trained is MiniLM (`bench.minilm`).
"""

import argparse
import csv
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from api.settings import Settings
from bench.minilm import packaged
from grading.encoder import Encoder
from grading.evaluate import Share
from grading.export import export
from grading.tuning import BATCH, Texts, fit, on_top, packed

LABELS = ("yes", "no", "conditional", "neither")
"""In the order of `INTENTS`."""
LEFT_OUT = ("other", "")
"""Not among the paper's four labels; the empty one marks rows on which no majority of the annotators agreed."""
FEWEST = 10
"""Rows of each label that training and stacking need."""
SEED = 0
TOKENS = 80
"""Of a question and its answer."""
EPOCHS = 3
"""Of the cross-encoder: with these data the third still helps."""
NEIGHBOURS, SHARPNESS, FLOOR = 40, 0.1, 0.02
"""Of `by_neighbours`; the floor keeps labels possible that no neighbour has."""
STACKED = 0.1
"""The stack's inverse strength of regularisation: its inputs are few and say nearly the same."""

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]


class DataInvalid(ValueError):
    """A file cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions, their answers and labels (places in LABELS), all of one length."""

    questions: list[str]
    answers: list[str]
    labels: Ints

    def __len__(self) -> int:
        return len(self.labels)


@contextmanager
def stage(name: str, seconds: dict[str, float]) -> Iterator[None]:
    """Notes how long it took, and says so at once: a whole run takes long."""
    began = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - began
    print(f"{name}: {seconds[name]:.0f} s", file=sys.stderr, flush=True)


def read(path: Path, fewest: int = 0) -> Pairs:
    """The rows of a TSV file (.gz or plain) that bear one of LABELS, each at least `fewest` times.

    Raises `DataInvalid`.
    """
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataInvalid(f"{path}:1: cannot be read ({type(error).__name__})") from None
    header = lines[0] if lines else []
    if missing := [name for name in ("question", "answer", "label") if name not in header]:
        raise DataInvalid(f"{path}:1: columns are missing: {', '.join(missing)}")
    found = [_row(f"{path}:{number}", header, line) for number, line in enumerate(lines[1:], start=2) if line]
    kept = [row for row in found if row["label"] not in LEFT_OUT]
    labels = np.array([LABELS.index(row["label"]) for row in kept], dtype=np.int64)
    for count, label in zip(np.bincount(labels, minlength=len(LABELS)), LABELS, strict=True):
        if count < fewest or not kept:
            raise DataInvalid(f"{path}:{len(lines)}: ends after {count} rows labelled {label}: too few")
    return Pairs([row["question"] for row in kept], [row["answer"] for row in kept], labels)


def _row(where: str, header: list[str], line: list[str]) -> dict[str, str]:
    if len(line) != len(header):
        raise DataInvalid(f"{where}: {len(line)} columns instead of {len(header)}")
    fields = dict(zip(header, line, strict=True))
    if fields["label"] not in (*LABELS, *LEFT_OUT):
        raise DataInvalid(f"{where}: unknown label {fields['label']!r}; known: {', '.join((*LABELS, 'other'))}")
    return fields


def word_features(train: list[str], new: list[str]) -> tuple[csr_matrix, csr_matrix]:
    """TF-IDF of words and of pieces of words, for both lists of answers."""
    kinds = [
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
        TfidfVectorizer(token_pattern=r"[\w']+|[!?]", ngram_range=(1, 3), min_df=2, sublinear_tf=True),
    ]
    fitted = hstack([kind.fit_transform(train) for kind in kinds]).tocsr()
    return fitted, hstack([kind.transform(new) for kind in kinds]).tocsr()


def regression(train: Any, labels: Ints, new: Any, strength: float = 3) -> Floats:
    """Log-probabilities (len(new), 4) by logistic regression."""
    fitted = LogisticRegression(C=strength, max_iter=1000, tol=1e-3).fit(train, labels)
    return np.asarray(fitted.predict_log_proba(new))


def embed(texts: list[str]) -> Floats:
    """Of the frozen MiniLM as the product uses it, each text taken once, shape (len(texts), 384)."""
    distinct, places = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return Encoder(export(str(packaged()), Settings().models / "encoders")).encode(distinct.tolist())[places]


def by_embeddings(train: Pairs, new: Pairs, words: tuple[csr_matrix, csr_matrix]) -> dict[str, Floats]:
    """Log-probabilities (len(new), 4) from frozen embeddings of questions and answers, in three ways."""
    texts = (train.questions + new.questions, train.answers + new.answers)
    asked, said = (embed(side).astype(np.float32) for side in texts)
    both, cut = np.hstack([asked, said, asked * said, abs(asked - said)]), len(train)
    union = [hstack([csr_matrix(part), own]).tocsr() for part, own in zip((both[:cut], both[cut:]), words, strict=True)]
    network = MLPClassifier((256,), alpha=1e-3, batch_size=256, early_stopping=True, max_iter=30, random_state=SEED)
    scaled = StandardScaler().fit(both[:cut]).transform(both)
    near = np.hstack([asked, said])
    return {
        "embeddings and words": regression(union[0], train.labels, union[1]),
        "network": network.fit(scaled[:cut], train.labels).predict_log_proba(scaled[cut:]),
        "neighbours": by_neighbours(near[:cut], train.labels, near[cut:]),
    }


def by_neighbours(known: Floats, labels: Ints, new: Floats) -> Floats:
    """Log-shares (len(new), 4) of the labels among the likest known rows, the likest counting most.

    Alone this reads badly. Beside a cross-encoder it tells what people answered to this question and to its like.
    """
    found = np.zeros((len(new), len(LABELS)))
    for start in range(0, len(new), 500):  # all likenesses at once would take gigabytes
        part = slice(start, start + 500)
        likeness = new[part] @ known.T
        nearest = np.argpartition(-likeness, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        chosen = np.take_along_axis(likeness, nearest, axis=1)
        weights = np.exp((chosen - chosen.max(axis=1, keepdims=True)) / SHARPNESS)
        for label in range(len(LABELS)):
            found[part, label] = (weights * (labels[nearest] == label)).sum(axis=1) / weights.sum(axis=1)
    return np.log(found + FLOOR)


def by_cross_encoder(train: Pairs, new: Pairs) -> Floats:
    """Log-probabilities (len(new), 4) of a MiniLM that is tuned as the product's is, to read question and answer."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(SEED)
    random.seed(SEED)
    network = on_top(AutoModel.from_pretrained(str(packaged())))
    tokenizer: Any = AutoTokenizer.from_pretrained(str(packaged()))
    known, asked = (_taken_apart(tokenizer, part) for part in (train, new))
    with redirect_stdout(sys.stderr):  # it tells how far it is
        fit(network, known, train.labels.tolist(), EPOCHS)
    found = np.zeros((len(new), len(LABELS)))
    by_length = sorted(range(len(new)), key=lambda place: len(asked.answers[place]))
    with torch.inference_mode():
        network.eval()
        for start in range(0, len(new), BATCH):
            places = by_length[start : start + BATCH]
            found[places] = network(packed(asked, places))
    return np.asarray(log_softmax(found, axis=1))


def _taken_apart(tokenizer: Any, pairs: Pairs) -> Texts:
    """Each question with its answer as one text, after no question: here either may look at the other."""
    both = zip(pairs.questions, pairs.answers, strict=True)
    texts = [tokenizer(*one, truncation="longest_first", max_length=TOKENS)["input_ids"] for one in both]
    return Texts([[]], texts, [0] * len(texts))


def in_halves(readings: Floats, labels: Ints) -> Floats:
    """The stack's reading of rows that it was not fitted on: each half of them by a stack from the other half."""
    order, found = np.random.default_rng(SEED).permutation(len(labels)), np.zeros((len(labels), len(LABELS)))
    for own, other in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        found[own] = regression(readings[other], labels[other], readings[own], STACKED)
    return found


def figures(scores: Floats, labels: Ints) -> dict[str, Any]:
    """Accuracy, opposite readings (yes as no, or the reverse) among the polar rows, and F1 of each label."""
    polar, chosen = labels < 2, scores.argmax(axis=1)
    f1 = f1_score(labels, chosen, labels=range(len(LABELS)), average=None, zero_division=0)
    return {
        "accuracy": Share(int((chosen == labels).sum()), len(labels)),
        "opposite": Share(int((chosen[polar] == 1 - labels[polar]).sum()), int(polar.sum())),
        "f1": dict(zip(LABELS, map(float, f1), strict=True)),
    }


def measure(train: Pairs, dev: Pairs, test: Pairs, seconds: dict[str, float]) -> dict[str, dict[str, Any]]:
    """`figures` of all readings together, of baselines, and of each reading alone."""
    new = Pairs(dev.questions + test.questions, dev.answers + test.answers, np.append(dev.labels, test.labels))
    always: Floats = np.tile(np.bincount(train.labels) / len(train), (len(new), 1))
    readings, cut = {"always the commonest label": always}, len(dev)
    with stage("words of the answer", seconds):
        words = word_features(train.answers, new.answers)
        readings["words of the answer"] = regression(words[0], train.labels, words[1])
    with stage("embeddings, network, neighbours", seconds):
        readings |= by_embeddings(train, new, words)
    with stage("cross-encoder", seconds):
        readings["cross-encoder"] = by_cross_encoder(train, new)
    with stage("stack", seconds):
        # a regression over log-probabilities sets the temperature as well
        inputs = np.hstack(list(readings.values())[1:])
        stacked = regression(inputs[:cut], dev.labels, inputs[cut:], STACKED)
        halves = in_halves(inputs[:cut], dev.labels)
    alone = {name: figures(one[cut:], test.labels) for name, one in readings.items()}
    return {"all together": figures(stacked, test.labels), **alone, "all, dev in halves": figures(halves, dev.labels)}


def main() -> None:
    """Reads, trains, measures, prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.circa", description=__doc__)
    for name in ("train", "dev", "test"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="TSV[.gz]")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="otherwise as many as there are cores")
    parser.add_argument("--json", action="store_true", help="for other programs")
    chosen, seconds = parser.parse_args(), dict[str, float]()
    try:
        parts = read(chosen.train, FEWEST), read(chosen.dev, FEWEST), read(chosen.test)
        packaged()
    except (DataInvalid, RuntimeError) as error:
        sys.exit(str(error))
    import torch

    torch.set_num_threads(chosen.threads)
    found = measure(*parts, seconds)
    if chosen.json:
        print(json.dumps({"n": len(parts[2]), "figures": found, "seconds": seconds}, default=Share.as_json, indent=2))
        return
    print(f"n {len(parts[2])} (trained on {len(parts[0])}, stacked on {len(parts[1])})")
    for name, one in found.items():
        f1 = ", ".join(f"{label} {score:.3f}" for label, score in one["f1"].items())
        print(f"\n{name}\n  right     {one['accuracy']}\n  opposite  {one['opposite']}\n  f1        {f1}")
    print("\n" + "\n".join(f"{name}: {taken:.0f} s" for name, taken in seconds.items()))


if __name__ == "__main__":
    main()
