"""The grader that serves: loads a trained model and grades with it. No torch."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from grading import artifact, examples, policy
from grading.encoder import Encoder, fingerprint
from grading.examples import Labelled
from grading.grade import INTENTS, Evidence, Grade, Intent, Language, Question
from grading.reader import Reader
from grading.rules import Read

MOST_WORDS = 30
"""Of an answer, when asking which words weighed most: each costs one more reading."""
NEIGHBOURS = 3


class ModelGrader:
    """A `Grader` from a model folder."""

    def __init__(self, model_id: str, readers: dict[Language, Reader], pass_at: dict[str, float], folder: Path) -> None:
        self._model_id, self._readers, self._pass_at, self._folder = model_id, readers, pass_at, folder

    @property
    def model_id(self) -> str:
        """The content address of the model."""
        return self._model_id

    def grade(self, question: Question, answer: str, *, alpha: float = 0.01) -> Grade:
        """The grade of one answer. Raises `ValueError` when alpha is not between 0 and 1."""
        if not 0 < alpha < 1:
            raise ValueError("alpha must be between 0 and 1")
        reader = self._readers[question.language]
        read, probabilities = reader.read(question, answer)
        by_intent: dict[Intent, float] = dict(zip(INTENTS, (float(one) for one in probabilities), strict=True))
        intent = max(INTENTS, key=by_intent.__getitem__)
        probability = by_intent[question.expected]
        p_value = 1.0 if read.guarded else reader.expected.p_value(probability, question.expected)
        outcome = policy.outcome(
            intent=intent,
            expected=question.expected,
            probability=probability,
            p_value=p_value,
            alpha=alpha,
            sample=reader.expected.size(question.expected),
            pass_at=self._pass_at[question.language],
            guarded=read.guarded,
        )
        shown: dict[Intent, float] = {name: round(value, 4) for name, value in by_intent.items()}
        evidence = Evidence(_stage(read), read.reason, read.cause)
        return Grade(intent, outcome, read.reason, shown, p_value, alpha, self.model_id, evidence)

    def explain(self, question: Question, answer: str, *, alpha: float = 0.01) -> Grade:
        """The same grade, with the words that weighed most and the nearest training examples."""
        found = self.grade(question, answer, alpha=alpha)
        words = found.evidence.words or self._weighed(question, answer, found)
        evidence = replace(found.evidence, words=words, neighbours=self._neighbours(question, answer))
        return replace(found, evidence=evidence)

    def _weighed(self, question: Question, answer: str, found: Grade) -> tuple[str, ...]:
        """The words without which the answer would have been read less surely as it was, most first."""
        reader, place = self._readers[question.language], INTENTS.index(found.intent)
        words = reader.read(question, answer)[0].text.split()[:MOST_WORDS]
        if len(words) < 2:
            return tuple(words)
        lost = []
        for number, word in enumerate(words):
            rest = " ".join(words[:number] + words[number + 1 :])
            lost.append((found.probabilities[found.intent] - reader.read(question, rest)[1][place], word))
        heavy = sorted((loss, word) for loss, word in lost if loss > 0.02 and word != "?")
        return tuple(dict.fromkeys(word for _, word in reversed(heavy)))[:4]

    def _neighbours(self, question: Question, answer: str) -> tuple[tuple[str, str, Intent], ...]:
        """The most alike training examples, in spelling."""
        rows, vectors = self._index[question.language]
        reader = self._readers[question.language]
        text = reader.read(question, answer)[0].text
        likeness = np.asarray((vectors @ reader.head.vectors([text]).T).todense()).ravel()
        nearest = [place for place in np.argsort(-likeness)[:NEIGHBOURS] if likeness[place] > 0]
        return tuple((rows[place].question, rows[place].answer, rows[place].label) for place in nearest)

    @cached_property
    def _index(self) -> dict[Language, "tuple[list[Labelled], np.ndarray]"]:
        found = {}
        for language, reader in self._readers.items():
            rows = [row for row in examples.read(self._folder) if row.language == language]
            found[language] = (rows, reader.head.vectors([row.answer.casefold() for row in rows]))
        return found


def load(folder: Path) -> ModelGrader:
    """The grader in a model folder, such as `models/current`; raises `ModelInvalid` when a file was changed."""
    model_id, card = artifact.card(folder)
    of = folder.resolve().parent / "encoders" / card["encoder"]["folder"]
    if not of.exists() or fingerprint(of) != card["encoder"]["sha256"]:
        raise artifact.ModelInvalid(f"{of}: the encoder is missing or was changed; run: wederhoor train")
    encoder = Encoder(of)
    languages = card["encoder"]["languages"]
    readers = {one: Reader.load(folder, one, encoder if one in languages else None) for one in get_args(Language)}
    return ModelGrader(model_id, readers, card["pass_at"], folder)


def _stage(read: Read) -> Literal["guard", "rule", "model"]:
    if read.guarded:
        return "guard"
    return "model" if read.label is None else "rule"
