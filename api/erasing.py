"""Erasing a learner in full, and the sweep of what is kept no longer: acts of several packages together."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import building, closing
from api.closing import Held
from api.settings import Settings
from appeals import filing
from learning import enrolments
from learning.catalogue import Catalogue
from learning.models import Course, Enrolment
from people.actors import LearnerClaims
from people.models import Learner
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
    stays: tuple[Held, ...] = ()
    """What is held of an organisation that is closed: it goes when the holds end."""


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
            here = enrolments.find(session, catalogue, claims, slug, closed_too=True)
            filing.supersede(session, here, None)
    session.expunge(learner)
    return erase.erase(session, organisation_id, learner_id, now)


def sweep(
    store: Store,
    catalogue: Catalogue,
    organisation_id: uuid.UUID,
    now: dt.datetime,
    *,
    dry: bool,
    closes_in: dt.timedelta = retention.CLOSED,
) -> Report:
    """Applies the rules of `privacy.retention` to one organisation; a dry run changes nothing."""
    with store.write(organisation_id) as session:
        found = retention.sweep(session, organisation_id, now, dry=dry, closing=closes_in)
        every = tuple(session.execute(select(Learner.id)).scalars()) if found.closes else found.learners
        stays = closing.holds(session, now.date()) if found.closes else ()
    if dry:
        return Report(found.rows, len(every), 0, found.closes, stays)
    held = 0
    for learner_id in every:
        held += erase_learner(store, catalogue, organisation_id, learner_id, now).held is not None
    if found.closes:
        with store.write(organisation_id) as session:
            stays = closing.finish(session, organisation_id, now)
    return Report(found.rows, len(every) - held, held, found.closes, stays)


def sweep_all(settings: Settings, *, dry: bool) -> list[tuple[uuid.UUID, Report]]:
    """The sweep of every organisation of this installation."""
    now, catalogue, days = dt.datetime.now(dt.UTC), Catalogue(), dt.timedelta(days=settings.closing_days)
    with building.opened(settings) as store:
        found = building.organisations(store)
        return [(one, sweep(store, catalogue, one, now, dry=dry, closes_in=days)) for one in found]
