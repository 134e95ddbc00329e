"""The alarm on the machine: when its grades no longer fit its promises, it stops failing anybody, and says so.

Two things are watched, of what stands now and was graded by the model in use. How often it cannot tell, against how
often it could not on labelled answers: more means that people answer in a way that it does not know. And how many
right answers it failed, by what people overturned, against the bound that the organisation set. Passing goes on:
a mistake there costs nobody points.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from appeals.models import Appeal
from appeals.shares import lower_end
from appeals.states import Ruling
from learning.models import Decision
from people.models import Organisation
from store import journal

FEWEST: Final = 50
"""Grades; a share of fewer says too little to stop anything for."""
WINDOW: Final = dt.timedelta(days=30)

Why = Literal["undecided", "overturned"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Current answers that this model graded."""

    graded: int
    undecided: int
    passed: int
    overturned: int
    """Right answers that it had failed: a person said so."""


def alarm(seen: Counts, *, usual_undecided: float, alpha: float) -> Why | None:
    """Why the machine should stop failing people; None when there is no reason to.

    Both by the lower end of a 95 % interval, so that chance alone rarely rings it.
    """
    if seen.graded < FEWEST:
        return None
    if lower_end(seen.overturned, seen.passed + seen.overturned) > alpha:
        return "overturned"
    if lower_end(seen.undecided, seen.graded) > usual_undecided:
        return "undecided"
    return None


def count(session: Session, model_id: str, since: dt.datetime) -> Counts:
    """What this model's grades have come to, of decisions since then in the session's organisation."""
    overturned = select(Appeal.id).where(Appeal.decision_id == Decision.id, Appeal.ruling == Ruling.OVERTURNED).exists()
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Decision.tries > 0),
            func.count().filter(Decision.maker == "model", Decision.outcome == "passed"),
            func.count().filter(overturned),
        ).where(Decision.model_id == model_id, Decision.p_value.is_not(None), Decision.decided_at >= since)
    ).one()
    return Counts(*row)


def watch(
    session: Session, organisation_id: uuid.UUID, model_id: str, *, usual_undecided: float, now: dt.datetime
) -> tuple[str | None, bool]:
    """Looks at one organisation, and stops automatic failing there when it must: why it is stopped, and if just now."""
    organisation = session.get_one(Organisation, organisation_id)
    if organisation.failing_stopped_model == model_id:
        return organisation.failing_stopped_why, False
    since = max(now - WINDOW, organisation.watched_since or now - WINDOW)
    found = alarm(count(session, model_id, since), usual_undecided=usual_undecided, alpha=organisation.alpha)
    if found is not None:
        _set(
            session, organisation_id, failing_stopped_at=now, failing_stopped_model=model_id, failing_stopped_why=found
        )
        journal.note(session, "failing.stopped", organisation_id=organisation_id, now=now, model=model_id, why=found)
    return found, found is not None


def resume(session: Session, organisation_id: uuid.UUID, now: dt.datetime) -> None:
    """The machine may fail again; what was before counts no longer."""
    stopped = ("failing_stopped_at", "failing_stopped_model", "failing_stopped_why")
    _set(session, organisation_id, watched_since=now, **dict.fromkeys(stopped))
    journal.note(session, "failing.resumed", organisation_id=organisation_id, now=now)


def _set(session: Session, organisation_id: uuid.UUID, **values: dt.datetime | str | None) -> None:
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(**values))
