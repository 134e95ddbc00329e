"""Links in mails that stop or confirm something, for whoever reads that mailbox, without signing in.

The token in them is sealed: it tells nothing to who sees it on its way, and nobody else can make one. It holds for the
address that was left at that moment, not for one that was left later.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from people import contacts, subscriptions
from people.models import Contact
from store.store import Store
from store.vault import Vault

Purpose = Literal["case", "news", "confirm", "address"]
CONFIRM: Final[tuple[Purpose, ...]] = ("confirm", "address")
"""News about trainings, and the address for mail about appeals."""
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND: Final = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Link:
    """What it does, and for whose address since when."""

    purpose: Purpose
    organisation_id: uuid.UUID
    learner_id: uuid.UUID
    since: dt.datetime

    def address(self, url: str, vault: Vault) -> str:
        """Where it leads, on our pages at `url`."""
        since = (self.since - EPOCH) // MICROSECOND
        said = "|".join((self.purpose, self.organisation_id.hex, self.learner_id.hex, str(since)))
        return f"{url}/{'confirm' if self.purpose in CONFIRM else 'stop'}/{vault.stamp(said)}"


def read(vault: Vault, token: str) -> Link | None:
    """What the token of an address says; None when it is none of ours."""
    said = vault.stamped(token)
    if said is None:
        return None
    purpose, organisation, learner, since = said.split("|")
    assert purpose in get_args(Purpose)
    moment = EPOCH + int(since) * MICROSECOND
    return Link(cast("Purpose", purpose), uuid.UUID(organisation), uuid.UUID(learner), moment)


def follow(store: Store, link: Link, now: dt.datetime) -> bool:
    """Does what the link says. Stopping twice is stopping; False when there is nothing left to confirm."""
    with store.write(link.organisation_id) as session:
        if link.purpose == "confirm":
            return subscriptions.confirm(session, link.organisation_id, link.learner_id, link.since, now)
        if link.purpose == "address":
            return contacts.confirm(session, link.organisation_id, link.learner_id, link.since, now)
        if link.purpose == "news":
            found = session.get(subscriptions.NewsSubscription, link.learner_id)
            if found is not None and found.asked_at == link.since:
                subscriptions.stop(session, link.organisation_id, link.learner_id, now)
            return True
        left = session.get(Contact, link.learner_id)
        if left is not None and left.given_at == link.since:
            contacts.remove(session, link.organisation_id, link.learner_id, now)
        return True
