"""The wall between learner and employer: every page, field and webhook, for every agreement and kind of answer."""

import datetime as dt
import itertools
import json
import re
import uuid
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, select, update

from api import parcels
from appeals import filing
from appeals.models import Appeal, Notice
from learning import enrolments, reports
from learning.models import Question
from people.actors import LearnerClaims
from privacy.agreements import ALWAYS, Grant, Part, shown
from privacy.models import Agreement
from tests.office import Office
from tests.staff import Page, Staff

EXTRA = (Grant.PROGRESS, Grant.RESULTS, Grant.DURATION, Grant.ALL_ANSWERS)
AGREED = [tuple(some) for size in range(5) for some in itertools.combinations(EXTRA, size)]
COURSE = "/employer/information-security"
FLAGGED, OTHER = 0, 1
STATE = {"settled": "definitief", "disputed": "een mens kijkt", "restricted": "definitief"}


@dataclass(frozen=True)
class Scene:
    """Three learners with an answer of their own to a test question and to another one."""

    office: Office
    staff: Staff
    learners: dict[str, LearnerClaims]
    ids: dict[str, uuid.UUID]
    questions: list[uuid.UUID]

    def agree(self, grants: tuple[Grant, ...]) -> None:
        """From now on only this is agreed."""
        row = {"id": uuid.uuid4(), "organisation_id": self.office.id, "course": None, "grants": [*grants]}
        with self.office.store.write(self.office.id) as session:
            session.execute(delete(Agreement))
            session.add(
                Agreement(**row, ground="proef", agreed_by="proef", starts_on=self.office.now.date() - dt.timedelta(1))
            )

    def parts(self, grants: tuple[Grant, ...], who: str, place: int) -> frozenset[Part]:
        """What is to be seen, spelt out apart from the code: the rule in a sentence each."""
        if who == "restricted" or (place == OTHER and Grant.ALL_ANSWERS not in grants):
            return frozenset()
        if who == "disputed":
            return frozenset({Part.STATE} if Grant.PROGRESS in grants else set())
        return frozenset({Part.STATE, Part.TEXT} | ({Part.OUTCOME} if Grant.RESULTS in grants else set()))


@pytest.fixture
def scene(office: Office) -> Scene:
    desk, learners, ids = office.desk, {}, {}
    for who in STATE:
        learners[who] = claims = desk.learner()
        for place in (FLAGGED, OTHER):
            desk.answer(claims, text(who, place), "passed", now=office.now, place=place)
        with desk.write(claims) as (session, here):
            enrolments.begin(session, here, here.learner, office.now)
            enrolments.restrict(session, here, restricted=who == "restricted", now=office.now)
            ids[who] = here.learner
            questions = [one.id for one in here.course.questions[:2]]
            if who == "disputed":
                for place in (FLAGGED, OTHER):
                    desk_appeal(office, claims, place)
    with office.store.write(office.id) as session:
        for place, question in enumerate(questions):
            session.execute(update(Question).where(Question.id == question).values(flagged=place == FLAGGED))
    return Scene(office, office.staff("controller"), learners, ids, questions)


def desk_appeal(office: Office, claims: LearnerClaims, place: int) -> None:
    """A dispute of this answer, with a statement."""
    with office.store.write(office.id) as session:
        here = office.desk.here(session, claims)
        filing.file(session, office.desk.vault, here, here.course.questions[place].id, "UITLEG", office.now)


def text(who: str, place: int) -> str:
    """An answer that is found again anywhere."""
    return f"nee, MERK-{who}-{place}"


def rows(page: Page) -> list[tuple[str, ...]]:
    """The cells of each row of answers: who, when, state, and what can be done."""
    found = []
    for section in re.findall(r'<section aria-labelledby="q-.*?</section>', page.text, re.S):
        for row in re.findall(r'<tr role="row">(.*?)</tr>', section, re.S):
            cells = re.findall(r"<td.*?>(.*?)</td>", row, re.S)
            words = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
            if words:
                found.append((words[0], words[2], words[3]))
    return sorted(found)


def expected(scene: Scene, grants: tuple[Grant, ...]) -> list[tuple[str, ...]]:
    """The rows that there have to be."""
    found = []
    for who, place in itertools.product(STATE, (FLAGGED, OTHER)):
        parts = scene.parts(grants, who, place)
        if Part.STATE in parts:
            said = f"{'✓' if who == 'settled' else '⚖'} {STATE[who]}" + (
                " goedgekeurd" if Part.OUTCOME in parts else ""
            )
            opens = "Openen" if Part.TEXT in parts else "Als iemand heeft besloten"
            found.append((scene.learners[who].subject, said, opens))
    return sorted(found)


def test_every_page_shows_just_what_was_agreed(scene: Scene) -> None:
    for grants in AGREED:
        scene.agree(grants)
        page = scene.staff.get(COURSE)
        assert rows(page) == expected(scene, grants), grants
        assert f"{len(expected(scene, grants))} antwoord" in scene.staff.get("/employer").words
        assert "MERK" not in page.text and "UITLEG" not in page.text
        _figures(scene, page, grants)
        for who, place in itertools.product(STATE, (FLAGGED, OTHER)):
            opened = scene.staff.post(f"{COURSE}/{scene.questions[place]}/{scene.ids[who]}")
            parts = scene.parts(grants, who, place)
            assert opened.status == (200 if Part.TEXT in parts else 404), (grants, who, place)
            assert re.findall(r"MERK-\w+-\d", opened.text) == ([f"MERK-{who}-{place}"] if Part.TEXT in parts else [])
            assert ("goedgekeurd" in opened.words) == (Part.OUTCOME in parts) and "UITLEG" not in opened.text
        report = scene.staff.get("/employer/appeals").text
        assert not any(
            one in report for one in ("MERK", "UITLEG", *(claims.subject for claims in scene.learners.values()))
        )


def _figures(scene: Scene, page: Page, grants: tuple[Grant, ...]) -> None:
    """Progress, points and minutes: each only where it was agreed; a dispute's points not at all."""
    table = page.text.partition('aria-labelledby="h-learners"')[2]
    if not set(grants) & {Grant.PROGRESS, Grant.RESULTS, Grant.DURATION}:
        assert not table
        return
    found = [re.findall(r"<td.*?>(.*?)</td>", row) for row in re.findall(r'<tr role="row">(.*?)</tr>', table, re.S)[1:]]
    points = {"settled": "3", "disputed": "0"}
    assert sorted(map(tuple, found)) == sorted(
        (
            scene.learners[who].subject,
            "2" if Grant.PROGRESS in grants else "–",
            points[who] if Grant.RESULTS in grants else "–",
            "0" if Grant.DURATION in grants else "–",
        )
        for who in points
    )


def test_the_learner_reads_exactly_what_the_employer_sees(scene: Scene) -> None:
    for grants in AGREED:
        scene.agree(grants)
        with scene.office.store.read(scene.office.id) as session:
            for who, learner in scene.ids.items():
                seen = reports.seen_by_employer(session, learner, "information-security", scene.office.now.date())
                found = {(one.question_id, one.opens, one.outcome is not None) for one in seen}
                every = {question: scene.parts(grants, who, place) for place, question in enumerate(scene.questions)}
                assert found == {
                    (question, Part.TEXT in parts, Part.OUTCOME in parts) for question, parts in every.items() if parts
                }


def test_a_webhook_names_no_more_than_a_page(scene: Scene) -> None:
    """Of an open case: number, state and date; the question only for who may see progress."""
    office = scene.office
    for grants in AGREED:
        scene.agree(grants)
        with office.store.read(office.id) as session:
            course = office.desk.catalogue.course(session, "information-security")
            for notice in session.execute(select(Notice).where(Notice.channel == "webhook")).scalars():
                place = scene.questions.index(notice.question_id)
                event = parcels.event(session, notice, session.get_one(Appeal, notice.appeal_id), course)
                seen = Part.STATE in scene.parts(grants, "disputed", place)
                key = course.questions[place].body.key
                assert (event["data"]["question"], event["data"]["ruling"]) == (key if seen else None, None)
                assert not any(one in json.dumps(event) for one in ("MERK", "UITLEG", str(scene.ids["disputed"])))


def test_the_rule_itself_gives_nothing_of_who_stands_still() -> None:
    for grants, flagged, settled in itertools.product(AGREED, (True, False), (True, False)):
        granted = ALWAYS | set(grants)
        assert shown(granted, flagged=flagged, settled=settled, restricted=True) == frozenset()
        free = shown(granted, flagged=flagged, settled=settled, restricted=False)
        assert settled or Part.TEXT not in free
