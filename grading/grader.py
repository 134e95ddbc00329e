"""The grader that serves: loads a trained model and grades with it. No torch."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from grading import artifact, policy, rules
from grading.encoder import Encoder, Tuned, fingerprint
from grading.grade import BASE, INTENTS, Evidence, Grade, Intent, Language, Question
from grading.nearest import Nearest
from grading.own import FILE, Own
from grading.reader import Reader
from grading.rules import Read

Floats = NDArray[np.float64]
MOST_WORDS = 30
"""Of an answer, when asking which words weighed most: each costs one more reading."""
NEIGHBOURS = 3


class ModelGrader:
    """A `Grader` from a model folder."""

    def __init__(
        self,
        model_id: str,
        readers: dict[Language, Reader],
        pass_at: dict[str, float],
        folder: Path,
        own: Own | None = None,
    ) -> None:
        self._model_id, self._readers, self._pass_at, self._folder, self._own = model_id, readers, pass_at, folder, own

    @property
    def model_id(self) -> str:
        """The content address of the model."""
        return self._model_id

    @property
    def readers(self) -> dict[Language, Reader]:
        """What reads, by language."""
        return self._readers

    def with_own(self, model_id: str, own: Own) -> "ModelGrader":
        """The same with an organisation's own head on top, under the id of that."""
        return ModelGrader(model_id, self._readers, self._pass_at, self._folder, own)

    def grade(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        """The grade of one answer. Raises `ValueError` for an alpha not between 0 and 1 or an unknown language."""
        return self.grade_all([(question, answer)], alpha=alpha)[0]

    def grade_all(self, pairs: list[tuple[Question, str]], *, alpha: float | None = 0.01) -> list[Grade]:
        """The grades of many answers in the order given, each as `grade` gives it, for less."""
        if alpha is not None and not 0 < alpha < 1:
            raise ValueError("alpha must be between 0 and 1")
        if unread := {question.language for question, _ in pairs} - set(self._readers):
            raise ValueError(f"no answers in {', '.join(sorted(unread))} can be read")
        grades: dict[int, Grade] = {}
        for language, reader in self._readers.items():
            places = [place for place, (question, _) in enumerate(pairs) if question.language == language]
            if not places:
                continue
            # What is read does not depend on what is expected, so the same answer is read once.
            keys = [(pairs[place][0].text, pairs[place][1]) for place in places]
            once = {key: pairs[place] for key, place in zip(keys, places, strict=True)}
            found = dict(zip(once, zip(*reader.read(list(once.values())), strict=True), strict=True))
            for place, key in zip(places, keys, strict=True):
                grades[place] = self._decide(pairs[place][0], *found[key], alpha)
        return [grades[place] for place in range(len(pairs))]

    def explain(self, question: Question, answer: str, *, alpha: float | None = 0.01) -> Grade:
        """The same grade, with the words that weighed most and the nearest training examples."""
        found = self.grade(question, answer, alpha=alpha)
        words = found.evidence.words or self._weighed(question, answer, found.intent)
        evidence = replace(found.evidence, words=words, neighbours=self._neighbours(question, answer))
        return replace(found, evidence=evidence)

    def _decide(self, question: Question, read: Read, probabilities: Floats, alpha: float | None) -> Grade:
        reader, place = self._readers[question.language], INTENTS.index(question.expected)
        weighed = self._shares(question, read, probabilities)
        by_intent: dict[Intent, float] = dict(zip(INTENTS, (float(one) for one in weighed), strict=True))
        intent = max(INTENTS, key=by_intent.__getitem__)
        probability = by_intent[question.expected]
        # Rulings make no failure likelier: neither what was expected less likely, nor of a doubt an opposite.
        least = max(probability, float(probabilities[place]))
        turned = INTENTS[int(probabilities.argmax())] != intent
        p_value = 1.0 if read.guarded or turned else reader.expected.p_value(least, question.expected)
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

    def _shares(self, question: Question, read: Read, probabilities: Floats) -> Floats:
        """The probabilities of a reading after the organisation's rulings, where there are any."""
        own = self._own
        return own.shares(self._readers[question.language], question, read, probabilities) if own else probabilities

    def _weighed(self, question: Question, answer: str, intent: Intent) -> tuple[str, ...]:
        """The words without which the answer would have been read less surely as it was, most first."""
        words = rules.read(question, answer).text.split()
        if len(words) < 2:
            return tuple(words)
        left_out = range(min(len(words), MOST_WORDS))
        texts = [" ".join(words), *(" ".join(words[:place] + words[place + 1 :]) for place in left_out)]
        found = self._readers[question.language].read([(question, text) for text in texts])
        whole, *rests = [self._shares(question, *one)[INTENTS.index(intent)] for one in zip(*found, strict=True)]
        lost = [(whole - rest, word) for rest, word in zip(rests, words, strict=False)]
        heavy = sorted((loss, word) for loss, word in lost if loss > 0.02 and word != "?")
        return tuple(dict.fromkeys(word for _, word in reversed(heavy)))[:4]

    def _neighbours(self, question: Question, answer: str) -> tuple[tuple[str, str, Intent], ...]:
        """The most alike training examples, in spelling."""
        text = rules.read(question, answer).text
        try:
            known = Nearest(self._folder, question.language)
        except FileNotFoundError:  # a model of before there was anything to look up in
            return ()
        rows = known.candidates(text)
        likeness = self._readers[question.language].head.likeness(text, [row.answer.casefold() for row in rows])
        nearest = [rows[place] for place in np.argsort(-likeness, kind="stable")[:NEIGHBOURS] if likeness[place] > 0]
        return tuple((row.question, row.answer, row.label) for row in nearest)


def load(folder: Path, organisation: str = BASE, base: ModelGrader | None = None) -> ModelGrader:
    """The grader in a model folder, such as `models/current`; `base` saves loading it again for an own head on it.

    Raises `ModelInvalid` when a file was changed, or when the model was made from another organisation's answers.
    """
    folder = folder.resolve()  # a link may lead elsewhere in the meantime
    model_id, card = artifact.card(folder)
    if card["lineage"] not in (BASE, organisation):
        raise artifact.ModelInvalid(f"{folder}: made from the answers of another organisation")
    if card["lineage"] != BASE:
        if base is None or base.model_id != card["base"]:
            base = load(folder.parent.parent.parent / card["base"])
        return base.with_own(model_id, Own.load(folder / FILE))
    if "encoders" not in card:
        raise artifact.ModelInvalid(f"{folder}: made by another version; run: wederhoor train")
    encoders = folder.parent / "encoders"
    for known in card["encoders"].values():
        of = encoders / known["folder"]
        if not of.exists() or fingerprint(of) != known["sha256"]:
            raise artifact.ModelInvalid(f"{of}: the encoder is missing or was changed; run: wederhoor train")
    return build(folder, encoders, model_id, card)


def build(folder: Path, encoders: Path, model_id: str, card: dict[str, Any]) -> ModelGrader:
    """A grader from files that have been checked, or were just made."""
    readers: dict[Language, Reader] = {}
    networks: dict[str, Encoder | Tuned] = {}  # both languages may be read by one
    for language in get_args(Language):
        known = card["encoders"].get(language)
        if known and known["folder"] not in networks:
            of = encoders / known["folder"]
            networks[known["folder"]] = Encoder(of) if known["tuned_on"] is None else Tuned(of)
        network = networks.get(known["folder"]) if known else None
        encoder, tuned = (network, None) if isinstance(network, Encoder) else (None, network)
        readers[language] = Reader.load(folder, language, encoder, tuned)
    return ModelGrader(model_id, readers, card["pass_at"], folder)


def _stage(read: Read) -> Literal["guard", "rule", "model"]:
    """What settled it: a guard settles that nothing is decided, whatever the model reads."""
    if read.guarded:
        return "guard"
    return "model" if read.label is None else "rule"
