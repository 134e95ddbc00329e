"""An organisation's own head: what people there have ruled about a question, on top of the base model.

For each question with rulings a small logistic regression weighs the base model's reading and the words of the answer
anew; anchors, answers to other questions with their labels, keep it from forgetting what the base model knows. It can
turn a reading, but it never makes a failure more likely: the p-value stays the larger of the two, so the bound of the
base model holds (see decision 9). Only words that the base model knows and that two of the ruled answers share are
weighed, and only their weights are kept: no answer can be read from those.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading import artifact
from grading.calibration import log_shares
from grading.examples import Labelled
from grading.grade import INTENTS, Language, Question
from grading.reader import Reader
from grading.rules import Read

Floats = NDArray[np.float64]
FILE = "own.json"
STRENGTH = 1.0
"""C of the regressions."""
STEPS = 200
SHARED = 2
"""A word or phrase is weighed once so many of the ruled answers have it: those of one would tell that answer."""


@dataclass(frozen=True)
class Ruled:
    """What was learned about one question."""

    columns: NDArray[np.int64]
    """Of the base head's words."""
    coefficients: Floats
    """Shape (4, 4 + len(columns)): of the base model's log shares, and of the words."""
    intercept: Floats

    def shares(self, base: Floats, words: Floats) -> Floats:
        """Probabilities, shape (4,), from those of the base model and the weights of all words."""
        seen = np.concatenate([np.log(base), words[self.columns]])
        found: Floats = np.exp(log_shares(self.coefficients @ seen + self.intercept))
        return found


class Own:
    """The rulings' effect, by language and question."""

    def __init__(self, ruled: dict[tuple[str, str], Ruled]) -> None:
        self._ruled = ruled

    def shares(self, reader: Reader, question: Question, read: Read, base: Floats) -> Floats:
        """Probabilities, shape (4,); those of the base model where nobody has ruled on the question."""
        ruled = self._ruled.get((question.language, question.text))
        return base if ruled is None else ruled.shares(base, reader.head.weights([read])[0])

    @classmethod
    def load(cls, path: Path) -> "Own":
        """What `publish` has written."""
        rows = json.loads(path.read_text("utf-8"))
        return cls({(row["language"], row["question"]): _ruled(row) for row in rows})


def learn(readers: dict[Language, Reader], rulings: list[Labelled]) -> list[dict[str, Any]]:
    """What the rulings teach, question by question, as plain data. Takes some hundredths of a second each."""
    from sklearn.linear_model import LogisticRegression  # only who learns needs them
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    found = []
    for language, text in sorted({(row.language, row.question) for row in rulings}):
        rows = [row for row in rulings if (row.language, row.question) == (language, text)]
        reader = readers[language]
        reads, shares = reader.read([(Question(text, language, "approve"), row.answer) for row in rows])
        words = reader.head.weights(reads)
        columns = np.flatnonzero(np.count_nonzero(words, axis=0) >= SHARED)
        anchors, meant = reader.anchors
        matrix = np.vstack(
            [
                np.hstack([np.log(shares), words[:, columns]]),
                np.hstack([np.log(anchors), np.zeros((len(anchors), len(columns)))]),
            ]
        )
        labels = np.concatenate([[INTENTS.index(row.label) for row in rows], meant])
        with threadpool_limits(1):  # of so few numbers: threads wait for each other seven times longer than they work
            model = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit(matrix, labels)
        found.append(
            {
                "language": language,
                "question": text,
                "rulings": len(rows),
                "columns": columns.tolist(),
                "coefficients": model.coef_.tolist(),
                "intercept": model.intercept_.tolist(),
            }
        )
    return found


def publish(models: Path, organisation: str, learned: list[dict[str, Any]], rulings: str, base: str) -> str:
    """Makes what was learned the organisation's current model, in place of what was; returns its id.

    `rulings` is a fingerprint of what it was learned from, `base` the id of the model whose readings it weighs. The
    ones before it are removed: they may hold what was learned from an answer that is gone.
    """
    folder = artifact.own(models, organisation)
    with artifact.making(folder) as made:
        (made / FILE).write_text(json.dumps(learned), encoding="utf-8")
        model_id = artifact.seal(made, {"lineage": organisation, "base": base, "rulings": rulings})
        artifact.settle(made, folder / model_id)
    artifact.publish(folder, model_id)
    for other in folder.iterdir():
        if other.name not in (model_id, "current"):  # one in the making too, if its maker was killed
            shutil.rmtree(other)
    return model_id


def withdraw(models: Path, organisation: str) -> None:
    """Removes all that was learned from this organisation's answers; the base model grades there again."""
    if (folder := artifact.own(models, organisation)).exists():
        shutil.rmtree(folder)


def _ruled(row: dict[str, Any]) -> Ruled:
    columns = np.array(row["columns"], dtype=np.int64)
    return Ruled(columns, np.array(row["coefficients"]), np.array(row["intercept"]))
