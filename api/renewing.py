"""A new policy reaches who agreed to an earlier one and left an address: one mail, through the outbox."""

import datetime as dt
import uuid

from api import building
from api.settings import Settings
from appeals import notices
from privacy import acceptance
from store.store import Store


def announce_all(settings: Settings, now: dt.datetime) -> None:
    """In every organisation; nothing where nothing is mailed, so that it goes out once there is a mail server."""
    if not settings.smtp_host:
        return
    with building.opened(settings) as store:
        for organisation in building.organisations(store):
            announce(store, organisation, now)


def announce(store: Store, organisation: uuid.UUID, now: dt.datetime) -> int:
    """Puts the mails of one organisation into the outbox; how many."""
    with store.write(organisation) as session:
        learners = acceptance.to_mail(session, organisation, now)
        for learner_id in learners:
            notices.put_personal(session, organisation, learner_id, "policy", now)
    return len(learners)
