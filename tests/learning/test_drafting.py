"""Drafts on a real database: authors at the same time, what publishing changes, and what stands already."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from learning import courses, drafting, editing, explaining, progress
from learning.courses import CourseFile
from learning.editing import Content
from learning.errors import CourseInvalid, NotFound, Overtaken
from learning.models import Course, CourseDraft, QuestionVersion
from people import enrolling
from people.actors import ActingMember
from store.journal import Entry
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk

SLUG = "information-security"
LATER = START + dt.timedelta(hours=1)


def author(desk: Desk) -> ActingMember:
    with desk.store.write(desk.id) as session:
        member = enrolling.enrol_member(
            session, desk.id, email=f"{uuid.uuid4().hex}@bureau.example", name="Auteur", roles=["author"],
            password="a good enough password", now=START,
        )  # fmt: skip
        return ActingMember(member.id, desk.id, "Bureau B.V.", member.name, frozenset({"author"}), "nl")


def draft(desk: Desk) -> drafting.Draft:
    with desk.store.read(desk.id) as session:
        return drafting.find(session, SLUG)


def reword(desk: Desk, who: ActingMember, key: str, words: str, seen: str | None = None) -> None:
    """One author changes the words of one question."""
    asked = editing.question(draft(desk).content, key)
    asked["text"] = {"nl": words, "en": words}

    def part(content: Content) -> dict[str, Any]:
        return editing.question(content, key)

    with desk.store.write(desk.id) as session:
        drafting.change(
            session, who, SLUG, seen or editing.mark(part(draft(desk).content)), part,
            lambda content: editing.with_question(content, "", asked), LATER,
        )  # fmt: skip


def publish(desk: Desk, who: ActingMember) -> None:
    with desk.store.write(desk.id) as session:
        drafting.publish(session, who, SLUG, drafting.find(session, SLUG).mark, LATER)


def test_authors_at_the_same_time_lose_nothing_of_each_other(desk: Desk) -> None:
    who = author(desk)
    keys = [asked["key"] for one in draft(desk).content["lessons"] for asked in one["questions"]][:6]
    threads = [threading.Thread(target=reword, args=(desk, who, key, f"Nieuw {key}?")) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = draft(desk).content
    assert [editing.question(content, key)["text"]["nl"] for key in keys] == [f"Nieuw {key}?" for key in keys]


def test_of_two_changes_of_one_question_the_second_is_refused(desk: Desk) -> None:
    who = author(desk)
    seen = editing.mark(editing.question(draft(desk).content, "link"))
    reword(desk, who, "link", "Eerst?", seen)
    with pytest.raises(Overtaken):
        reword(desk, who, "link", "Tweede?", seen)
    assert editing.question(draft(desk).content, "link")["text"]["nl"] == "Eerst?"


def test_what_stands_is_read_against_the_question_that_was_answered(desk: Desk) -> None:
    who, claims = author(desk), desk.learner()
    desk.answer(claims)
    before = desk.decision(claims)
    reword(desk, who, "link", "Klik je nooit op zo'n link?")
    publish(desk, who)
    with desk.store.read(desk.id) as session:
        here = desk.here(session, claims)
        now = here.course.question(before.question_id)
        then = here.course.question(before.question_id, before.question_version)
        assert now.body.text["nl"] == "Klik je nooit op zo'n link?"
        assert "Klik je op de link" in then.body.text["nl"]
        explained = explaining.of_decision(session, desk.vault, here.course, desk.decision(claims))
        assert explained.asked == then and explained.decision.question_version == before.question_version
    after = desk.decision(claims)
    assert (after.outcome, after.points, after.max_points) == (before.outcome, before.points, before.max_points)


def test_points_never_fall_by_what_an_author_does(desk: Desk) -> None:
    who, claims = author(desk), desk.learner()
    desk.answer(claims, "nee, dat doe ik niet", "passed")
    with desk.store.write(desk.id) as session:
        drafting.change(
            session, who, SLUG, None, editing.head, lambda content: editing.without_question(content, "link"), LATER
        )
    publish(desk, who)
    with desk.store.read(desk.id) as session:
        here = desk.here(session, claims)
        standing = progress.standing(session, here.course, here.learner)
    assert (standing.points, standing.answered, len(standing.course.questions)) == (2, 0, 13)
    assert standing.max_points == 2 + sum(one.points for one in standing.course.questions)


def test_a_question_that_comes_back_is_the_same_one(desk: Desk) -> None:
    who, whole = author(desk), draft(desk).content
    with desk.store.write(desk.id) as session:
        ids = [one.id for one in desk.catalogue.course(session, SLUG).questions]
        assert "link" in drafting.question_keys(session, SLUG, editing.without_question(whole, "link"))
        for content in (editing.without_question(whole, "link"), whole):
            courses.load(session, desk.id, CourseFile.model_validate(content), LATER, by=who.id)
    with desk.store.read(desk.id) as session:
        assert [one.id for one in desk.catalogue.course(session, SLUG).questions] == ids
        kept = session.execute(select(QuestionVersion.version).where(QuestionVersion.question_id == ids[0])).all()
        assert len(kept) == 1, "the same words are the same version"


def test_publishing_says_who_did_it_and_ends_the_draft(desk: Desk) -> None:
    who = author(desk)
    reword(desk, who, "link", "Nieuw?")
    publish(desk, who)
    with desk.store.read(desk.id) as session:
        assert courses.published(session) == {SLUG}
        assert session.execute(select(Course.published_by)).scalar_one() == who.id
        assert session.execute(select(CourseDraft)).all() == []
        acts = session.execute(select(Entry.act).where(Entry.member_id == who.id).order_by(Entry.id)).scalars().all()
    assert acts == ["draft.changed", "course.published"]


def test_two_courses_of_one_title_at_one_moment_are_two(desk: Desk) -> None:
    who, made = author(desk), []
    head = editing.head(draft(desk).content)

    def begin() -> None:
        with desk.store.write(desk.id) as session:
            made.append(drafting.begin(session, who, head, START))

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["informatieveiligheid", *(f"informatieveiligheid-{n}" for n in (2, 3, 4))]


def test_what_lacks_something_is_not_published(desk: Desk) -> None:
    who = author(desk)
    with desk.store.write(desk.id) as session:
        head = editing.head(drafting.find(session, SLUG).content)
        slug = drafting.begin(session, who, head, START)
        assert slug == "informatieveiligheid"
        with pytest.raises(CourseInvalid):
            drafting.publish(session, who, slug, drafting.find(session, slug).mark, LATER)
    with desk.store.read(desk.id) as session:
        assert session.execute(select(Course.slug)).scalars().all() == [SLUG]


def test_another_organisation_has_its_own_drafts(desk: Desk, new_desk: NewDesk) -> None:
    other = new_desk()
    reword(desk, author(desk), "link", "Geheim?")
    assert "Geheim?" not in str(draft(other).content)
    with other.store.write(other.id) as session:
        with pytest.raises(NotFound):
            drafting.discard(session, author(other), SLUG, LATER)
        assert session.execute(select(CourseDraft)).all() == []
    assert editing.question(draft(desk).content, "link")["text"]["nl"] == "Geheim?"
