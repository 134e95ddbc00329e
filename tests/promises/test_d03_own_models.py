"""D03: what an organisation's people ruled teaches that organisation's own head only, and only if the learner allows.

That a model of another organisation is refused, and that nothing of the text is kept, is in `tests/grading/test_own`.
"""

import time
import uuid
from collections.abc import Iterator

import pytest

from api import refitting
from api.trial import System, Visitor
from grading import artifact
from grading.grade import BASE
from grading.shelf import LOOK_EVERY
from tests.conftest import NewLearner
from tests.staff import Staff

SAID = "ja, ik klik er meteen op"


@pytest.fixture
def ruled(new_learner: NewLearner, reviewer: Staff, system: System) -> Iterator[Visitor]:
    """A learner whose appeal was granted; afterwards what was learned from it is gone from the running system."""
    learner = new_learner()
    learner.say(SAID)
    number = learner.command("appeal")["messages"][0]["number"]
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread", "Je had gelijk.").status == 303
    yield learner
    learner.command("reset")
    learner.command("affirm")
    _rulings(system)
    time.sleep(LOOK_EVERY)


def _allow(learner: Visitor, method: str = "PUT") -> None:
    learner.ask(method, f"/v1/consent/improving?course={learner.course}")


def _rulings(system: System) -> str:
    """What the own head was made from, after it was brought up to date."""
    for organisation in refitting.behind(system.settings):
        refitting.refit(system.settings, organisation)
    made = artifact.made_from(system.settings.models, system.demo["organisation_id"])
    return made[1] if made else ""


def test_nothing_is_learned_unless_the_learner_allows(ruled: Visitor, system: System) -> None:
    without = _rulings(system)
    _allow(ruled)
    with_it = _rulings(system)
    assert with_it not in ("", without)
    _allow(ruled, "DELETE")
    assert _rulings(system) == without


@pytest.mark.parametrize("goes", ["reset", "again", "consent"])
def test_what_was_learned_goes_with_the_answer(ruled: Visitor, system: System, goes: str) -> None:
    without = _rulings(system)
    _allow(ruled)
    assert _rulings(system) != without
    if goes == "reset":
        ruled.command("reset")
        ruled.command("affirm")
    elif goes == "again":
        ruled.command("again")
        ruled.say("nee, nooit")
    else:
        ruled.ask("DELETE", f"/v1/consent?course={ruled.course}")
    assert _rulings(system) == without
    if goes == "consent":
        ruled.enter()


def test_the_head_belongs_to_this_organisation(ruled: Visitor, system: System) -> None:
    _allow(ruled)
    assert _rulings(system)
    _, card = artifact.card(artifact.published(system.settings.models, system.demo["organisation_id"]))
    assert card["lineage"] == system.demo["organisation_id"] != BASE
    stranger = artifact.published(system.settings.models, str(uuid.uuid4()))
    assert stranger == system.settings.models / "current"


def test_the_learner_sees_what_they_allow(learner: Visitor) -> None:
    def allowed() -> list[bool]:
        return [one["allowed"] for one in learner.ask("GET", f"/v1/privacy?course={learner.course}")["optional"]]

    assert allowed() == [False], "nothing is ticked beforehand"
    _allow(learner)
    _allow(learner)
    assert allowed() == [True]
    _allow(learner, "DELETE")
    assert allowed() == [False]
