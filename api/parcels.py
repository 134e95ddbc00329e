"""To whom a notice goes, and what each of them gets."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import messages, request_mail
from api.calling import Caller
from api.mail import wording
from api.mail.links import Link
from api.mail.outgoing import Post
from api.mail.wording import Matter
from api.texts import texts
from appeals.models import Appeal, Notice
from appeals.states import OPEN, State
from learning.catalogue import Catalogue, Taught
from learning.models import Question
from people import contacts, webhooks
from people.actors import Language
from people.models import Contact, Learner, Member, Organisation
from privacy import acceptance, agreements, consent, legal_basis, permission
from privacy.agreements import Part
from privacy.models import Permission
from store.vault import Vault

Send = Callable[[dt.datetime], None]
MAILED_WHILE: Final[dict[str, frozenset[State]]] = {
    "asked": frozenset({State.AWAITING_LEARNER}),
    **dict.fromkeys(("filed", "extended", "reminder", "missed", "escalated"), OPEN),
}
"""News that is of no use to people once the case has moved on. Systems hear everything."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice for one receiver. What it sends is values: it is sent after the session is closed."""

    receiver: str
    send: Send


@dataclass(frozen=True, slots=True)
class Packing:
    """What it takes to look up receivers and words. `url` is where our own pages are."""

    vault: Vault
    catalogue: Catalogue
    post: Post | None
    caller: Caller
    url: str

    def parcels(self, session: Session, notice: Notice) -> list[Parcel]:
        """Empty where there is nobody to tell: no address, no webhook, no mail server, or the case has moved on."""
        if notice.question_id is None:
            if self.post is None:
                return []
            about = self._about_request if notice.request_id is not None else self._personal
            return about(session, self.post, notice)
        appeal = session.get(Appeal, notice.appeal_id) if notice.appeal_id else None
        course = self.catalogue.of_question(session, notice.question_id)
        if notice.channel == "webhook":
            return self._to_systems(session, notice, appeal, course)
        wanted = MAILED_WHILE.get(notice.kind)
        if self.post is None or (appeal is not None and wanted is not None and appeal.state not in wanted):
            return []
        if notice.channel == "learner_mail":
            return self._to_learner(session, self.post, notice, appeal, course)
        assert appeal is not None
        return self._to_reviewers(session, self.post, notice, appeal, course)

    def _about_request(self, session: Session, post: Post, notice: Notice) -> list[Parcel]:
        return [Parcel(*one) for one in request_mail.addressed(session, self.vault, post, notice, self.url)]

    def _to_learner(
        self, session: Session, post: Post, notice: Notice, appeal: Appeal | None, course: Taught
    ) -> list[Parcel]:
        learner = session.get(Learner, notice.learner_id) if notice.learner_id else None
        address = contacts.confirmed(session, self.vault, learner.id) if learner else None
        if learner is None or address is None:
            return []
        language = course.language(learner.language)
        left = session.get_one(Contact, learner.id)
        stop = Link("case", notice.organisation_id, learner.id, left.given_at).address(self.url, self.vault)
        letter = wording.to_learner(texts(language), _matter(session, notice, appeal, course, language), stop)
        name = str(notice.id)
        return [Parcel("learner", lambda now: post.send(letter, address, name, now))]

    def _personal(self, session: Session, post: Post, notice: Notice) -> list[Parcel]:
        """About a learner, and about no answer: to them, or to the parent whom they named."""
        learner = session.get_one(Learner, notice.learner_id)
        organisation, name = session.get_one(Organisation, notice.organisation_id).name, str(notice.id)
        t = texts("en" if learner.language == "en" else "nl")
        if notice.kind == "permission":
            asked = session.get(Permission, learner.id)
            found = permission.letter(self.vault, asked) if asked else None
            if found is None:
                return []
            address, letter = found[0], wording.of_permission(t, organisation, f"{self.url}/permission/{found[1]}")
        elif notice.kind == "address":
            left = contacts.of_learner(session, self.vault, learner.id)
            if left is None or left[0].confirmed_at is not None or left[0].given_at != notice.created_at:
                return []
            link = Link("address", notice.organisation_id, learner.id, left[0].given_at).address(self.url, self.vault)
            address, letter = left[1], wording.of_address(t, organisation, link)
        else:
            known = contacts.confirmed(session, self.vault, learner.id)
            since = acceptance.pending(session, learner.id)
            if known is None or since is None:
                return []
            agreed = consent.given_at(session, learner.id) is not None
            stays = agreed if agreed or legal_basis.live(session) is None else None
            address, letter = known, wording.of_policy(t, organisation, f"{self.url}/privacy", since, stays=stays)
        return [Parcel("learner", lambda now: post.send(letter, address, name, now))]

    def _to_reviewers(
        self, session: Session, post: Post, notice: Notice, appeal: Appeal, course: Taught
    ) -> list[Parcel]:
        reviewers = session.execute(
            select(Member)
            .where(Member.left_at.is_(None), Member.roles.contains(["reviewer"]))
            .order_by(Member.created_at, Member.id)
        ).scalars()
        return [self._to_reviewer(session, post, notice, appeal, course, reviewer) for reviewer in reviewers]

    def _to_reviewer(
        self, session: Session, post: Post, notice: Notice, appeal: Appeal, course: Taught, reviewer: Member
    ) -> Parcel:
        language: Language = "en" if reviewer.language == "en" else "nl"
        link = f"{self.url}/review/{messages.number(appeal)}"
        letter = wording.to_reviewer(texts(language), _matter(session, notice, appeal, course, language), link)
        address, name = reviewer.email, f"{notice.id}.{reviewer.id}"
        return Parcel(str(reviewer.id), lambda now: post.send(letter, address, name, now))

    def _to_systems(self, session: Session, notice: Notice, appeal: Appeal | None, course: Taught) -> list[Parcel]:
        name, body = str(notice.id), json.dumps(event(session, notice, appeal, course))

        def send_to(endpoint: webhooks.Endpoint) -> Send:
            return lambda now: self.caller.call(endpoint, name, body, now)

        return [Parcel(str(one.id), send_to(one)) for one in webhooks.live(session, self.vault)]


def event(session: Session, notice: Notice, appeal: Appeal | None, course: Taught) -> dict[str, Any]:
    """What a system hears: codes and numbers, no text and nobody's id.

    It belongs to the employer, so it hears what an employer may see (H08).
    """
    question = session.get_one(Question, notice.question_id)
    learner = session.get(Learner, notice.learner_id) if notice.learner_id else None
    seen = agreements.shown(
        agreements.granted(session, course.slug, notice.created_at.date()),
        flagged=question.flagged,
        settled=appeal is None or State(appeal.state) not in OPEN,
        restricted=learner is not None and learner.restricted_since is not None,
    )
    told = appeal.ruling if appeal and Part.OUTCOME in seen else None
    data = {
        "number": messages.number(appeal) if appeal else None,
        "state": appeal.state if appeal else None,
        "course": course.slug,
        "question": question.key if Part.STATE in seen else None,
        "ruling": told,
        "due": appeal.due_at.isoformat() if appeal and State(appeal.state) in OPEN else None,
    }
    return {"type": f"appeal.{notice.kind}", "timestamp": notice.created_at.isoformat(), "data": data}


def _matter(session: Session, notice: Notice, appeal: Appeal | None, course: Taught, language: Language) -> Matter:
    organisation = session.get_one(Organisation, notice.organisation_id).name
    title = course.file.title[course.language(language)]
    if appeal is None:
        return Matter(notice.kind, None, None, title, organisation)
    return Matter(notice.kind, messages.number(appeal), appeal.due_at, title, organisation)
