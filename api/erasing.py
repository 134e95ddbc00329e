"""Erasing a learner in full, and the sweep of what is kept no longer: acts of several packages together."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api import building
from api.settings import Settings
from appeals import filing
from learning import enrolments
from learning.catalogue import Catalogue
from learning.models import Course, Enrolment
from people.actors import LearnerClaims
from people.models import Learner, Organisation
from privacy import erase, retention
from privacy.erase import Erased
from store.store import Store


@dataclass(frozen=True, slots=True)
class Report:
    """What a sweep of one organisation did, or would do."""

    rows: dict[str, int] = field(default_factory=dict)
    learners: int = 0
    held: int = 0
    closes: bool = False


def erase_learner(
    store: Store, catalogue: Catalogue, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime
) -> Erased:
    """Closes the learner's open cases, as a wipe does, and erases them everywhere; or says what holds them."""
    with store.write(organisation_id) as session:
        return erase_within(session, catalogue, organisation_id, learner_id, now)


def erase_within(
    session: Session, catalogue: Catalogue, organisation_id: uuid.UUID, learner_id: uuid.UUID, now: dt.datetime
) -> Erased:
    """The same in a transaction that does more."""
    learner = session.get_one(Learner, learner_id)
    claims = LearnerClaims(organisation_id, learner.subject)
    if erase.holding(session, learner_id, now.date()) is None:
        courses = select(Course.slug).join(Enrolment, Enrolment.course_id == Course.id)
        for slug in session.execute(courses.where(Enrolment.learner_id == learner_id)).scalars().all():
            filing.supersede(session, enrolments.find(session, catalogue, claims, slug), None)
    session.expunge(learner)
    return erase.erase(session, organisation_id, learner_id, now)


def sweep(store: Store, catalogue: Catalogue, organisation_id: uuid.UUID, now: dt.datetime, *, dry: bool) -> Report:
    """Applies the rules of `privacy.retention` to one organisation; a dry run changes nothing."""
    with store.write(organisation_id) as session:
        found = retention.sweep(session, organisation_id, now, dry=dry)
    if dry:
        return Report(found.rows, len(found.learners), 0, found.closes)
    held = 0
    for learner_id in found.learners:
        held += erase_learner(store, catalogue, organisation_id, learner_id, now).held is not None
    if found.closes:
        with store.write(organisation_id) as session:
            session.execute(delete(Organisation).where(Organisation.id == organisation_id))
    return Report(found.rows, len(found.learners) - held, held, found.closes)


def sweep_all(settings: Settings, *, dry: bool) -> list[tuple[uuid.UUID, Report]]:
    """The sweep of every organisation of this installation."""
    now, catalogue = dt.datetime.now(dt.UTC), Catalogue()
    with building.opened(settings) as store:
        return [(one, sweep(store, catalogue, one, now, dry=dry)) for one in building.organisations(store)]
