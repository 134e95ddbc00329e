"""The head: what it computes directly is what scikit-learn computes."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from api.settings import ROOT, Settings
from bench.minilm import packaged
from grading import examples, lexicon, rules
from grading.classifier import Head
from grading.encoder import Encoder
from grading.export import export
from grading.features import bearing, scoped
from grading.fitting import Corpus, Fitted, fit
from grading.grade import INTENTS, Question
from grading.rules import Read
from grading.terms import KINDS, characters, phrases

MIND = Question("Do you mind if I open the window?", "en", "disapprove")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(export(str(packaged()), Settings().models / "encoders"))


ROWS = [row for row in examples.read(ROOT / "data" / "training") if row.language == "en"][::40]
ALL = np.arange(len(ROWS))


@pytest.fixture(scope="module")
def reads() -> list[Read]:
    return [rules.read(Question(row.question, "en", "approve"), row.answer) for row in ROWS]


@pytest.fixture(scope="module")
def corpus(encoder: Encoder, reads: list[Read]) -> Corpus:
    return Corpus("en", encoder, reads)


@pytest.fixture(scope="module")
def fitted(corpus: Corpus) -> Fitted:
    return fit(corpus, ALL[::2], np.array([INTENTS.index(row.label) for row in ROWS]))


@pytest.fixture(scope="module")
def head(fitted: Fitted) -> Head:
    return fitted.head


def test_scores_are_those_of_scikit_learn(fitted: Fitted, corpus: Corpus, reads: list[Read]) -> None:
    assert corpus.turned.any() and not corpus.turned.all()
    assert fitted.head.scores(reads) == pytest.approx(fitted.scores(corpus, ALL), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "a", "ja", "nee  dat\tdoe ik niet", "ÉÉN ^ $ ! ja ja ja", "x " * 40, "ß’s"])
def test_terms_are_those_of_scikit_learn(kind: str, text: str) -> None:
    seen = CountVectorizer(**KINDS[kind]).build_analyzer()(text)
    assert sorted({"characters": characters}.get(kind, phrases)(text)) == sorted(seen)


def test_terms_of_a_single_answer_are_not_learned(head: Head, corpus: Corpus) -> None:
    texts = [
        " ".join(bearing(rules.read(Question(ROWS[at].question, "en", "approve"), ROWS[at].answer), lexicon.of("en")))
        for at in ALL[::2]
    ]
    assert all(sum(word in text.split() for text in texts) > 1 for word in head.words() - {"^", "$"})


def test_a_saved_head_scores_exactly_as_before(head: Head, encoder: Encoder, reads: list[Read], tmp_path: Path) -> None:
    head.save(tmp_path / "head.npz")
    assert np.array_equal(Head.load(tmp_path / "head.npz", "en", encoder).scores(reads), head.scores(reads))


def test_yes_and_no_bear_on_what_the_question_is_about() -> None:
    words = lexicon.of("en")
    assert bearing(rules.read(MIND, "no, go ahead"), words) == ["yes", "go", "ahead"]
    assert bearing(rules.read(MIND, "never a problem"), words) == ["never", "a", "problem"]
    plain = Question("May I open the window?", "en", "approve")
    assert bearing(rules.read(plain, "no, it is cold"), words) == ["no", "it", "is", "cold"]


def test_words_after_a_negation_are_marked() -> None:
    assert scoped(["that", "is", "not", "a", "wise", "thing", "to", "do", "at", "all"], lexicon.of("en")).split() == [
        "that", "is", "not", "!a", "!wise", "!thing", "!to", "do", "at", "all",
    ]  # fmt: skip
