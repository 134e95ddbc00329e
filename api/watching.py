"""Looks whether the machine still does what it promises, organisation by organisation (see `appeals.drift`)."""

import datetime as dt
import logging
import uuid

from api import building
from api.settings import Settings
from appeals import drift
from grading import artifact

log = logging.getLogger(__name__)


def look(settings: Settings) -> list[tuple[uuid.UUID, str | None]]:
    """Watches all organisations, each by the model that grades there; returns why the machine fails nobody there."""
    now, found = dt.datetime.now(dt.UTC), []
    usual = _usual_undecided(settings)
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            model_id, _ = artifact.card(artifact.published(settings.models, str(organisation)))
            with store.write(organisation) as session:
                why, new = drift.watch(session, organisation, model_id, usual_undecided=usual, now=now)
            if new:
                log.error("automatic failing stopped: %s, organisation %s, model %s", why, organisation, model_id)
            found.append((organisation, why))
    return found


def resume(settings: Settings, organisation: uuid.UUID) -> None:
    """Lets the machine fail again."""
    with building.opened(settings) as store, store.write(organisation) as session:
        drift.resume(session, organisation, dt.datetime.now(dt.UTC))


def _usual_undecided(settings: Settings) -> float:
    """How often the base model could not tell, at most, on the answers that it was measured by."""
    _, card = artifact.card(settings.models / "current")
    measured = (card["gold"] or {"figures": card["held_out"]})["figures"]
    return max(float(one["undecided"]["interval"][1]) for one in measured.values())
