"""Tells what the chat does not: mails to learners and reviewers, calls to organisations' own systems.

Each notice is taken in a transaction, looked up in another, sent while none is open, and marked in a third. Its id
goes with it: whoever gets it again, because a worker was killed before the mark, knows it by that.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from api import building
from api.calling import Caller, Gone, NotPublic, NotTaken
from api.mail import outgoing
from api.mail.outgoing import NotNow, Refused
from api.parcels import Packing, Parcel
from api.settings import Settings
from appeals import delivering
from appeals.models import Notice
from appeals.notices import Channel
from learning.catalogue import Catalogue
from people import webhooks
from store.store import Store

log = logging.getLogger(__name__)

MAIL: Final[tuple[Channel, ...]] = ("learner_mail", "staff_mail", "requester_mail", "officer_mail")
CALLS: Final[tuple[Channel, ...]] = ("webhook",)
AT_ONCE: Final = 100
"""Notices of one organisation before it is the next one's turn."""
SPARE: Final = dt.timedelta(minutes=1)
"""No try begins later than this before another worker may take the notice."""
Outcome = Literal["arrived", "refused", "failed", "away"]
"""It is there; it will never be; it may be later; what would carry it does not answer at all."""


def notify(settings: Settings) -> None:
    """Sends what is due, organisation by organisation. One whose turn fails does not keep the others waiting."""
    keys, post, caller = building.keys(settings), outgoing.post(settings), Caller(settings.webhook_private)
    with building.opened(settings) as store:
        teller = Teller(store, Packing(keys, Catalogue(), post, caller, settings.url), lambda: dt.datetime.now(dt.UTC))
        with store.read(None) as session:
            organisations = delivering.to_tell(session, teller.clock())
        for organisation in organisations:
            try:
                teller.tell(organisation)
            except Exception as error:
                log.error("notices: %s, organisation %s", type(error).__name__, organisation, exc_info=error)


@dataclass
class Teller:
    """One round of telling. A mail server that does not answer is not asked again in the same round."""

    store: Store
    packing: Packing
    clock: Callable[[], dt.datetime]
    mail_rests: bool = False

    def tell(self, organisation: uuid.UUID) -> None:
        """Sends what is due in this organisation, at most `AT_ONCE` mails and as many calls."""
        for _ in range(AT_ONCE):
            if self.mail_rests or not self._next(organisation, MAIL):
                break
        for _ in range(AT_ONCE):
            if not self._next(organisation, CALLS):
                break

    def _next(self, organisation: uuid.UUID, channels: tuple[Channel, ...]) -> bool:
        """One notice. False when there is no sense in a next one now."""
        with self.store.write(organisation) as session:
            notice = delivering.take(session, channels, self.clock())
        if notice is None:
            return False
        if notice.gave_up_at is not None:
            log.error("not told after %s tries: notice %s, %s", notice.attempts, notice.id, notice.channel)
            return True
        try:
            with self.store.read(organisation) as session:
                parcels = self.packing.parcels(session, notice)
        except Exception as error:
            why = type(error).__name__
            log.error("cannot be told: %s, notice %s, %s", why, notice.id, notice.channel, exc_info=error)
            return True
        outcomes = {self._try(notice, parcel) for parcel in parcels if parcel.receiver not in notice.reached}
        self._mark(notice, outcomes)
        if "away" in outcomes and notice.channel != "webhook":
            self.mail_rests = True
        return "away" not in outcomes

    def _try(self, notice: Notice, parcel: Parcel) -> Outcome:
        if self.clock() > notice.send_at - SPARE:
            return "failed"
        try:
            parcel.send(self.clock())
        except Refused:
            log.warning("refused for good: notice %s, %s", notice.id, notice.channel)
            return "refused"
        except Gone:
            log.warning("webhook %s is gone, and is called no more", parcel.receiver)
            with self.store.write(notice.organisation_id) as session:
                webhooks.disable(session, uuid.UUID(parcel.receiver), self.clock())
            return "refused"
        except Exception as error:
            log.warning("try %s: %s, notice %s, %s", notice.attempts, type(error).__name__, notice.id, notice.channel)
            return "failed" if isinstance(error, (NotNow, NotTaken, NotPublic)) else "away"
        with self.store.write(notice.organisation_id) as session:
            delivering.reached(session, notice.id, parcel.receiver)
        return "arrived"

    def _mark(self, notice: Notice, outcomes: set[Outcome]) -> None:
        """Nothing while somebody still has to get it: it comes up again by itself."""
        if outcomes & {"failed", "away"}:
            return
        with self.store.write(notice.organisation_id) as session:
            if "arrived" in outcomes or notice.reached:
                delivering.told(session, notice.id, self.clock())
            else:
                delivering.give_up(session, notice.id, self.clock())
