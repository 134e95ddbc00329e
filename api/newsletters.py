"""Mails news to who asked for it, and the mail that asks to confirm; nothing is open while the network is waited for.

A mail is taken in one transaction, written from what stands then in another, and marked in a third; so who stopped in
between gets nothing, and a mail whose sender was killed comes up again under the same id.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import building
from api.mail import outgoing, wording
from api.mail.links import Link
from api.mail.outgoing import NotNow, Post, Refused
from api.mail.wording import Letter
from api.settings import Settings
from api.texts import Texts, texts
from appeals import delivering
from people import subscriptions
from people.models import Learner, Organisation
from people.subscriptions import NewsItem, NewsMail
from store.store import Store
from store.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Mails of one organisation before it is the next one's turn."""


def send(settings: Settings) -> None:
    """Sends what is due, organisation by organisation; nothing where there is no mail server."""
    post = outgoing.post(settings)
    if post is None:
        return
    with building.opened(settings) as store:
        sender = Sender(store, building.keys(settings), post, settings.url, lambda: dt.datetime.now(dt.UTC))
        for organisation in building.organisations(store):
            try:
                sender.send(organisation)
            except Exception as error:
                log.error("news: %s, organisation %s", type(error).__name__, organisation)


@dataclass(frozen=True, slots=True)
class Sender:
    """What it takes to send news. `url` is where our own pages are."""

    store: Store
    vault: Vault
    post: Post
    url: str
    clock: Callable[[], dt.datetime]

    def send(self, organisation: uuid.UUID) -> None:
        """What is due in this organisation."""
        for _ in range(AT_ONCE):
            if not self._next(organisation):
                return

    def _next(self, organisation: uuid.UUID) -> bool:
        """One mail. False when there is no sense in a next one now."""
        with self.store.write(organisation) as session:
            mail = _take(session, self.clock())
        if mail is None:
            return False
        with self.store.read(organisation) as session:
            ready = None if mail.gave_up_at else self._written(session, mail)
        done = "gave_up_at"
        if ready is not None:
            try:
                self.post.send(*ready, str(mail.id), self.clock())
                done = "sent_at"
            except Refused:
                log.warning("refused for good: news mail %s", mail.id)
            except Exception as error:
                log.warning("try %s: %s, news mail %s", mail.attempts, type(error).__name__, mail.id)
                return isinstance(error, NotNow)
        with self.store.write(organisation) as session:
            subscriptions.mark(session, mail.id, **{done: self.clock()})
        return True

    def _written(self, session: Session, mail: NewsMail) -> tuple[Letter, str] | None:
        """The letter and where it goes; None when the learner does not want it, or not any more."""
        found = subscriptions.of_learner(session, self.vault, mail.learner_id)
        learner = session.get(Learner, mail.learner_id)
        if found is None or learner is None:
            return None
        subscription, address = found
        organisation = session.get_one(Organisation, mail.organisation_id).name

        def link(purpose: str) -> str:
            made = Link(purpose, mail.organisation_id, mail.learner_id, subscription.asked_at)  # type: ignore[arg-type]
            return made.address(self.url, self.vault)

        if mail.item_id is None:
            return wording.to_confirm(_texts(learner.language), organisation, link("confirm")), address
        item = session.get(NewsItem, mail.item_id)
        if item is None or not subscriptions.may_read(session, mail.learner_id):
            return None
        return wording.with_news(_texts(item.language), item.subject, item.text, organisation, link("news")), address


def _take(session: Session, now: dt.datetime) -> NewsMail | None:
    """The mail that has waited longest, for one try; given up when it was tried often enough."""
    mail = session.execute(
        select(NewsMail)
        .where(NewsMail.sent_at.is_(None), NewsMail.gave_up_at.is_(None), NewsMail.send_at <= now)
        .order_by(NewsMail.send_at, NewsMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()  # fmt: skip
    if mail is None:
        return None
    if mail.attempts >= delivering.MOST_ATTEMPTS:
        mail.gave_up_at = now
        return mail
    mail.attempts += 1
    mail.send_at = now + delivering.pause(mail.attempts)
    return mail


def _texts(language: str) -> Texts:
    return texts("en" if language == "en" else "nl")
