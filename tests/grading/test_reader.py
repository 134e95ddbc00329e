"""Where two readings of one answer differ, nothing is decided."""

import numpy as np
import pytest

from api.settings import Settings
from grading import rules
from grading.examples import ExamplesInvalid, Labelled
from grading.fitting import _folds, learn, stacked
from grading.grade import INTENTS, Question
from grading.grader import load
from grading.reader import by_first, compared

HELMET = Question("Draag je altijd een helm op de bouwplaats?", "nl", "approve")


def _first(intent: str, sureness: float = 5.0) -> np.ndarray:
    """Logits, shape (1, 4), of a reading with this intent first."""
    return np.array([[sureness if one == intent else 0.0 for one in INTENTS]])


@pytest.mark.parametrize("answer", ["Ja, de koffie is bruin vandaag", "nee hoor dat is een ander verhaal"])
def test_a_rule_that_goes_by_the_first_word_is_left_when_the_network_reads_something_else(answer: str) -> None:
    read = rules.read(HELMET, answer)
    assert by_first(read) and not read.guarded
    (agreed,) = compared([read], _first("unsure"), _first(read.label or ""))
    (left,) = compared([read], _first(read.label or ""), _first("none"))
    (hardly,) = compared([read], _first(read.label or ""), _first(read.label or "", sureness=1.0))
    assert agreed == read and hardly == left
    assert (left.label, left.reason, left.guarded) == (None, "two-readings", True)


@pytest.mark.parametrize("answer", ["ja", "nee hoor", "zeker weten"])
def test_a_plain_yes_or_no_needs_no_network(answer: str) -> None:
    read = rules.read(HELMET, answer)
    assert not by_first(read)
    assert compared([read], _first("none"), _first("none")) == [read]


def test_the_head_has_to_bear_out_the_network() -> None:
    read = rules.read(HELMET, "die ligt bij mij altijd in de auto")
    assert read.label is None
    assert compared([read], _first("approve"), _first("approve")) == [read]
    assert compared([read], _first("approve"), _first("disapprove"))[0].guarded
    surer = np.array([[{"approve": 4.5, "disapprove": 5.0}.get(one, 0.0) for one in INTENTS]])
    assert compared([read], surer, _first("disapprove")) == [read]
    torn = np.array([[5.0 if one in ("approve", "disapprove") else 0.0 for one in INTENTS]])
    assert compared([read], torn, _first("disapprove")) == [read]
    assert compared([read], torn, _first("disapprove", sureness=2.0))[0].guarded, "a less sure network needs more"


def test_the_network_is_asked_about_them_and_not_about_a_plain_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = load(Settings().models / "current").readers["nl"]
    assert reader.tuned
    asked: list[tuple[str, str]] = []
    logits = reader.tuned.logits

    def noted(pairs: list[tuple[str, str]]) -> np.ndarray:
        asked.extend(pairs)
        return logits(pairs)

    monkeypatch.setattr(reader.tuned, "logits", noted)
    reader.read([(HELMET, "ja"), (HELMET, "Ja, die zet ik altijd op"), (HELMET, "nee hoor")])
    assert [answer for _, answer in asked] == ["Ja, die zet ik altijd op"]


def test_what_weighs_an_answer_has_not_seen_its_file() -> None:
    rows = [Labelled(f"Vraag {n % 7} van {file}?", "ja", "approve", "nl", file) for file in "abcd" for n in range(14)]
    folds = list(_folds(rows))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(rows)))
    assert all(not {rows[i].source for i in train} & {rows[i].source for i in test} for train, test in folds)


def test_with_few_files_it_has_not_seen_the_question() -> None:
    rows = [Labelled(f"Vraag {n % 9}?", "ja", "approve", "nl", "one") for n in range(30)]
    folds = list(_folds(rows))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(30))
    assert all(not {rows[i].question for i in train} & {rows[i].question for i in test} for train, test in folds)


@pytest.mark.parametrize(
    ("learned", "apart", "what"),
    [(20, 0, "calibrate"), (0, 20, "learn"), (20, 20, r"set apart: Vraag 0\? \(20"), (3, 3, "learn from are none")],
)
def test_what_cannot_be_learned_or_calibrated_is_said(learned: int, apart: int, what: str) -> None:
    rows = [Labelled(f"Vraag {n}?", "ja", INTENTS[n % len(INTENTS)], "nl", "one") for n in range(20)]
    with pytest.raises(ExamplesInvalid, match=what):
        learn(rows[:learned], rows[:apart], "nl", None)


def test_too_little_to_weigh_on_is_said() -> None:
    rows = [Labelled(f"Vraag {n % 2}?", "ja", "approve", "nl", "one") for n in range(9)]
    with pytest.raises(ExamplesInvalid, match="2 questions"):
        list(_folds(rows))
    with pytest.raises(ExamplesInvalid, match="none are unsure"):
        stacked(np.zeros((4, 4)), np.zeros((4, 4)), np.array([0, 1, 0, 3]))
