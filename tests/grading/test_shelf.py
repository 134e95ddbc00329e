"""Which model grades: a new one is taken up without a pause, a broken one is not, and old ones can be asked."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grading import artifact
from grading.artifact import ModelInvalid
from grading.grade import BASE, Question
from grading.grader import load
from grading.shelf import LOOK_EVERY, Shelf
from tests.grading.conftest import another

ASKED = Question("Klik je op een link in een mail van een onbekende?", "nl", "disapprove")


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_new_model_is_taken_up_while_the_old_one_serves(models: Path) -> None:
    clock = Clock()
    shelf = Shelf(models, clock)
    old, new = shelf.of(BASE), another(models)
    artifact.publish(models, new)
    assert shelf.of(BASE) is old, "nobody has looked yet"
    clock.now += LOOK_EVERY
    assert shelf.of(BASE) is old, "no turn waits for a model to load"
    _until(lambda: shelf.of(BASE).model_id == new)
    assert old.grade(ASKED, "nee, nooit").outcome == "passed", "a turn that holds the old one ends with it"
    before = shelf.named(old.model_id, BASE)
    assert before is not None and before.grade(ASKED, "nee, nooit") == old.grade(ASKED, "nee, nooit")


def test_a_broken_model_is_not_taken_up(models: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    shelf = Shelf(models, clock)
    old, new = shelf.of(BASE), another(models)
    (models / new / "nl.json").write_text("{}")
    artifact.publish(models, new)
    clock.now += LOOK_EVERY
    shelf.of(BASE)
    _until(lambda: "cannot be used" in caplog.text)
    assert shelf.of(BASE) is old and shelf.named(new, BASE) is None


def test_a_model_of_another_version_is_gone_rather_than_an_error(models: Path) -> None:
    shelf = Shelf(models)
    old = another(models, without="encoders")
    with pytest.raises(ModelInvalid, match="another version"):
        load(models / old)
    assert shelf.named(old, BASE) is None


def test_an_unknown_model_is_none_and_no_model_is_an_error(models: Path, tmp_path: Path) -> None:
    assert Shelf(models).named("0123456789abcdef", BASE) is None
    with pytest.raises(ModelInvalid, match="run: wederhoor train"):
        Shelf(tmp_path / "empty")
