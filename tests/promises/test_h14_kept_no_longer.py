"""H14: kept for the service period plus one year, then gone; a dry run shows what would go."""

import datetime as dt

from sqlalchemy import text

from api import erasing
from privacy import erase
from tests.appeals.desk import START, Desk
from tests.privacy.test_rights import full, held

YEAR = dt.timedelta(days=365)


def test_a_year_after_the_last_message_nothing_leads_to_the_learner(desk: Desk) -> None:
    _, learner_id = full(desk)
    last = START + dt.timedelta(days=40)
    with desk.store.write(desk.id) as session:
        session.execute(text("UPDATE enrolment SET last_at = :at"), {"at": last})
    day = dt.timedelta(days=1)
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, last + YEAR - day, dry=False).learners == 0
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, last + YEAR + day, dry=True).learners == 1
    assert held(desk, learner_id)["answer"] == 1
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, last + YEAR + day, dry=False).learners == 1
    assert set(held(desk, learner_id).values()) == {0}
    with desk.store.read(desk.id) as session:
        assert erase.leading_to(session, learner_id) == []
