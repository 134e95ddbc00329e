"""The access log cannot be changed unseen, names no learner, and says when somebody reads unusually much."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from privacy import accesses, looks
from privacy.models import Access, Look
from store.embedded import OWNER, EmbeddedServer
from store.store import connect
from tests.appeals.desk import START, Desk
from tests.privacy.test_rights import full

DAY = dt.timedelta(days=1)


def look(desk: Desk, count: int, who: int = 0, at: dt.datetime = START) -> uuid.UUID:
    claims = desk.learner()
    with desk.write(claims) as (session, here):
        question = here.course.questions[0].id
        for _ in range(count):
            looks.record(session, desk.reviewers[who], here.learner, question, "review", at, 7)
        return here.learner


def verified(desk: Desk) -> accesses.Verified:
    with desk.store.read(desk.id) as session:
        return accesses.verify(session, desk.id)


def test_a_chain_holds_and_each_change_breaks_it(desk: Desk, bare_database: tuple[EmbeddedServer, object]) -> None:
    look(desk, 5)
    whole = verified(desk)
    assert (whole.entries, whole.broken_at) == (5, None)
    with desk.store.read(desk.id) as session:
        ids = list(session.execute(select(Access.id).order_by(Access.id)).scalars())
    owner = connect(bare_database[0].url(OWNER), pool=1)
    changes = {
        "UPDATE access SET purpose = 'employer' WHERE id = :id": ids[2],
        "UPDATE access SET at = at + interval '1 second' WHERE id = :id": ids[2],
        "UPDATE access SET number = 8 WHERE id = :id": ids[2],
        "DELETE FROM access WHERE id = :id": ids[3],
    }
    for change, broken in changes.items():
        with owner.connect() as connection:
            connection.execute(text(change), {"id": ids[2]})
            found = _verify_as_owner(connection, desk)
            connection.rollback()
        assert (found.entries, found.broken_at) == (2, broken), change
    owner.dispose()
    assert verified(desk) == whole


def _verify_as_owner(connection: Connection, desk: Desk) -> accesses.Verified:
    """Row-level security does not bind the owner: the rows of other tests' organisations are hidden by hand."""
    connection.execute(text("DELETE FROM access WHERE organisation_id <> :id"), {"id": desk.id})
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        return accesses.verify(session, desk.id)


def test_the_app_cannot_change_it(desk: Desk) -> None:
    look(desk, 1)
    for statement in ("UPDATE access SET purpose = 'x'", "DELETE FROM access"):
        with pytest.raises(DBAPIError, match="permission denied"), desk.store.write(desk.id) as session:
            session.execute(text(statement))


def test_it_names_no_learner_and_can_still_be_shown_to_be_about_one(desk: Desk) -> None:
    learner_id = look(desk, 1)
    with desk.store.read(desk.id) as session:
        seen, entry = session.execute(select(Look)).scalar_one(), session.execute(select(Access)).scalar_one()
        assert seen.salt is not None
        assert accesses.about(seen.salt, learner_id, seen.question_id) == entry.about
        assert learner_id.bytes not in entry.about


def test_the_log_outlives_the_learner_without_leading_to_them(desk: Desk) -> None:
    from api import erasing

    _, learner_id = full(desk)
    before = verified(desk)
    assert before.entries >= 1
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START)
    assert verified(desk) == before


def test_unusual_reading_is_noticed_and_usual_reading_is_not(desk: Desk) -> None:
    for days in range(5, 0, -1):
        look(desk, 20, who=0, at=START - days * DAY)
        look(desk, 2, who=1, at=START - days * DAY)
    look(desk, 40, who=0)
    look(desk, 31, who=1)
    with desk.store.read(desk.id) as session:
        found = accesses.unusual(session, START)
    assert [(one.member, one.looks, one.usual) for one in found] == [(desk.reviewers[1].name, 31, 2)]
