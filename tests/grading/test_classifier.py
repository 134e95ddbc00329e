"""The head: what it computes directly is what scikit-learn computes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from api.settings import ROOT, Settings
from bench.minilm import packaged
from grading import classifier, examples, fitting, lexicon, rules
from grading.classifier import TURNED, Head, dense, texts_of
from grading.encoder import Encoder
from grading.export import export
from grading.features import bearing, scoped
from grading.fitting import fit
from grading.grade import INTENTS, Question
from grading.rules import Read
from grading.terms import KINDS, characters, phrases

MIND = Question("Do you mind if I open the window?", "en", "disapprove")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(export(str(packaged()), Settings().models / "encoders"))


ROWS = [row for row in examples.read(ROOT / "data" / "training") if row.language == "en"][::40]
LABELS = np.array([INTENTS.index(row.label) for row in ROWS])


@pytest.fixture(scope="module")
def reads() -> list[Read]:
    return [rules.read(Question(row.question, "en", "approve"), row.answer) for row in ROWS]


@pytest.fixture(scope="module")
def head(encoder: Encoder, reads: list[Read]) -> Head:
    return fit(reads[::2], LABELS[::2], "en", encoder)


def test_scores_are_those_of_scikit_learn(encoder: Encoder, reads: list[Read], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of answers half of which it has not seen, with words that it does not know."""
    models: list[LogisticRegression] = []

    def noted(**settings: Any) -> LogisticRegression:
        models.append(LogisticRegression(**settings))
        return models[-1]

    monkeypatch.setattr(fitting, "LogisticRegression", noted)
    head = fit(reads[::2], LABELS[::2], "en", encoder)
    words = classifier.bearing(reads, "en")
    blocks = []
    for name, texts in texts_of(words, "en").items():
        settings = KINDS[name] | {"min_df": fitting.LEAST_ANSWERS, "sublinear_tf": True}
        blocks.append(TfidfVectorizer(**settings).fit(texts[::2]).transform(texts))
    scores = models[0].decision_function(sparse.hstack([*blocks, dense(reads, words, "en", encoder)], format="csr"))
    turned = np.array([one.asked.turned for one in reads])
    assert turned.any() and not turned.all()
    scores[turned] = scores[turned][:, TURNED]
    assert head.scores(reads) == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "a", "ja", "nee  dat\tdoe ik niet", "ÉÉN ^ $ ! ja ja ja", "x " * 40, "ß’s"])
def test_terms_are_those_of_scikit_learn(kind: str, text: str) -> None:
    seen = CountVectorizer(**KINDS[kind]).build_analyzer()(text)
    assert sorted({"characters": characters}.get(kind, phrases)(text)) == sorted(seen)


def test_terms_of_a_single_answer_are_not_learned(head: Head, reads: list[Read]) -> None:
    texts = [" ".join(bearing(read, lexicon.of("en"))) for read in reads[::2]]
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
