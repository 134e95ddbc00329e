"""Keeps each organisation's own head in step with what its people have ruled (see `learning.examples`).

Fitted in a process of its own: the libraries are large, answers are read in it, and both are gone when it ends.
"""

import logging
import subprocess
import sys
import uuid

from api import building
from api.settings import Settings
from grading import artifact
from learning import examples
from learning.catalogue import Catalogue

log = logging.getLogger(__name__)


def behind(settings: Settings) -> list[uuid.UUID]:
    """The organisations whose own head is not made from the rulings, or not on the base model, of now."""
    base, _ = artifact.card(settings.models / "current")
    found = []
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            with store.read(organisation) as session:
                rulings = examples.fingerprint(session)
            made = artifact.made_from(settings.models, str(organisation))
            if made != ((base, rulings) if rulings else None):
                found.append(organisation)
    return found


def refit_apart(settings: Settings) -> None:
    """Makes the heads that are behind, each in a process of its own."""
    for organisation in behind(settings):
        done = subprocess.run([sys.executable, "-m", "api", "refit", str(organisation)], check=False)
        if done.returncode:
            log.error("own head not made, organisation %s, status %s", organisation, done.returncode)


def refit(settings: Settings, organisation: uuid.UUID) -> str | None:
    """Makes the own head of one organisation, or removes it when there is nothing to learn from; returns its id."""
    from grading import own
    from grading.examples import Labelled
    from grading.grader import load

    with building.opened(settings) as store, store.read(organisation) as session:
        rulings = examples.fingerprint(session)
        rows = examples.of_organisation(session, building.keys(settings), Catalogue())
    if not rows:
        own.withdraw(settings.models, str(organisation))
        return None
    labelled = [Labelled(asked.text, text, intent, asked.language) for asked, text, intent in rows]
    base = load(settings.models / "current")
    learned = own.learn(base.readers, labelled)
    return own.publish(settings.models, str(organisation), learned, rulings, base.model_id)
