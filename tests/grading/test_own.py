"""An organisation's own head: it learns from rulings, makes no failure likelier, and is nobody else's."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from grading import artifact, own
from grading.artifact import ModelInvalid
from grading.examples import Labelled
from grading.grade import Intent, Question
from grading.grader import ModelGrader, load
from grading.shelf import LOOK_EVERY, Shelf
from tests.grading.conftest import another

OURS, THEIRS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
TEXT = "Neem je de noodtrap als de lift het doet?"
OTHER = Question("Draag je een helm op de steiger?", "nl", "approve")
SAID = "mijn horloge telt de treden met plezier"
"""The base model reads no clear yes or no in it."""
LIKE = "treden en mijn horloge"


def _rulings(label: Intent) -> list[Labelled]:
    said = [
        SAID,
        "het horloge telt elke trede",
        "treden tellen mee op mijn horloge",
        "plezier in treden en mijn horloge",
    ]
    return [Labelled(TEXT, one, label, "nl") for one in said]


def _published(models: Path, label: Intent = "approve") -> ModelGrader:
    base = load(models / "current")
    own.publish(models, OURS, own.learn(base.readers, _rulings(label)), "a fingerprint", base.model_id)
    return load(artifact.own(models, OURS) / "current", OURS)


def test_rulings_change_how_like_answers_are_read(models: Path) -> None:
    base, mine = load(models / "current"), _published(models)
    asked = Question(TEXT, "nl", "approve")
    assert mine.grade(asked, LIKE).probabilities["approve"] > base.grade(asked, LIKE).probabilities["approve"] + 0.05
    assert mine.grade(asked, SAID).intent == "approve"
    assert mine.grade(OTHER, LIKE).probabilities == base.grade(OTHER, LIKE).probabilities
    assert mine.model_id != base.model_id and mine.grade(asked, SAID).p_value == mine.explain(asked, SAID).p_value


def test_words_that_rulings_gave_weight_are_shown(models: Path) -> None:
    base, mine, asked = load(models / "current"), _published(models), Question(TEXT, "nl", "approve")
    before, after = base.explain(asked, SAID).evidence.words, mine.explain(asked, SAID).evidence.words
    assert "horloge" not in before and after[0] == "horloge"


def test_rulings_make_no_failure_likelier(models: Path) -> None:
    base, mine = load(models / "current"), _published(models, "disapprove")
    asked = Question(TEXT, "nl", "approve")
    for answer in (SAID, LIKE, "ja, altijd", "nee, nooit"):
        before, after = base.grade(asked, answer), mine.grade(asked, answer)
        assert after.p_value >= before.p_value
        assert after.outcome != "not_passed" or before.outcome == "not_passed"


def test_what_is_kept_holds_no_text_and_nothing_of_before(models: Path) -> None:
    first = _published(models).model_id
    second = _published(models, "disapprove").model_id
    folder = artifact.own(models, OURS)
    assert first != second and {path.name for path in folder.iterdir()} == {second, "current"}
    own.withdraw(models, OURS)
    assert not folder.exists()


def test_what_was_withdrawn_is_not_asked_again(models: Path) -> None:
    """It may hold what was learned from an answer that is gone: its decisions cannot be repeated any more."""
    made, now = _published(models).model_id, 0.0
    shelf = Shelf(models, lambda: now)
    found = shelf.named(made, OURS)
    assert found is not None and found.grade(OTHER, LIKE).outcome
    own.withdraw(models, OURS)
    now = LOOK_EVERY
    assert shelf.named(made, OURS) is None
    assert shelf.of(OURS).model_id == load(models / "current").model_id


def test_it_goes_on_the_base_model_that_it_was_made_on(models: Path) -> None:
    base, mine = load(models / "current"), _published(models)
    _, card = artifact.card(artifact.own(models, OURS) / mine.model_id)
    assert card["base"] == base.model_id
    newer = load(models / another(models))
    assert newer.model_id != base.model_id
    kept = load(artifact.own(models, OURS) / "current", OURS, newer)
    assert kept.readers is not newer.readers
    assert kept.grade(OTHER, LIKE).probabilities == base.grade(OTHER, LIKE).probabilities


def test_only_what_two_answers_share_is_kept(models: Path) -> None:
    """What is kept names words by their places in the base model's vocabulary."""
    readers = load(models / "current").readers
    with np.load(models / "current" / "nl.npz") as arrays:
        vocabulary = arrays["words.terms"].tobytes().decode().split("\n")
    (kept,) = own.learn(readers, _rulings("approve"))
    words = {vocabulary[place] for place in kept["columns"]}
    assert "treden" in words and "horloge" in words and "telt" in words
    assert not {"elke", "tellen", "op"} & words and "mijn horloge telt" not in words
    (alone,) = own.learn(readers, _rulings("approve")[:1])
    assert alone["columns"] == []


def test_a_damaged_one_is_made_anew(models: Path) -> None:
    made = _published(models).model_id
    path = artifact.own(models, OURS) / made / own.FILE
    path.write_text("[]")
    assert artifact.made_from(models, OURS) is None
    assert _published(models).model_id == made and artifact.made_from(models, OURS) is not None


def test_doubt_does_not_fail_because_of_rulings(models: Path) -> None:
    base = load(models / "current")
    rulings = [Labelled(TEXT, "weet ik niet", "disapprove", "nl")] * 6
    own.publish(models, OURS, own.learn(base.readers, rulings), "a fingerprint", base.model_id)
    mine, asked = load(artifact.own(models, OURS) / "current", OURS), Question(TEXT, "nl", "approve")
    assert mine.grade(asked, "weet ik niet").intent == "disapprove", "the rulings are heard"
    for answer in ("weet ik niet", "geen idee", "misschien"):
        assert base.grade(asked, answer).outcome == mine.grade(asked, answer).outcome == "undecided"


def test_another_organisation_is_refused(models: Path) -> None:
    made = _published(models).model_id
    folder = artifact.own(models, OURS) / made
    for organisation in (THEIRS, "base"):
        with pytest.raises(ModelInvalid, match="another organisation"):
            load(folder, organisation)
    stolen = artifact.own(models, THEIRS)
    shutil.copytree(folder.parent, stolen, symlinks=True)
    shelf = Shelf(models)
    assert shelf.named(made, OURS) is not None and shelf.named(made, THEIRS) is None
    assert shelf.of(THEIRS).model_id == load(models / "current").model_id


def test_fitting_takes_seconds_at_most(models: Path) -> None:
    readers = load(models / "current").readers
    rulings = [
        Labelled(f"{TEXT} {number}", row.answer, row.label, "nl") for number in range(40) for row in _rulings("approve")
    ]
    began = time.process_time()
    own.learn(readers, rulings)
    assert time.process_time() - began < 20
