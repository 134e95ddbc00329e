"""An organisation in which everything that somebody wrote holds a word that nobody else writes."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import Uuid, delete, func, select, text, update
from sqlalchemy.orm import Session

from api import messages
from api.tables import METADATA
from appeals import conflicts, letters, mailbox, trends
from appeals.mailbox import Letter
from learning import courses, enrolments, reports
from learning.courses import CourseFile
from people import contacts, enrolling, subscriptions, tokens, webhooks
from people.actors import ActingMember, LearnerClaims
from people.models import Member, Organisation
from people.subscriptions import NewsMail
from privacy import consent, policy
from privacy.models import Agreement, Hold
from tests.mailserver import servers
from tests.office import Office

SAID = ("Bureau", "medewerker", "lerende", "antwoord", "toelichting", "besluit", "brief", "cursus", "adres", "nieuws")
"""Where the word stands, and where its own people read it."""
PLANTED = frozenset(
    [
        "access",
        "agreement",
        "answer",
        "appeal",
        "conflict",
        "consent",
        "contact",
        "course",
        "decision",
        "enrolment",
        "hold",
        "journal",
        "learner",
        "letter",
        "look",
        "member",
        "news_item",
        "news_subscription",
        "question",
        "remedy",
        "signing_key",
        "staff_token",
        "trend",
        "webhook",
    ]
)
"""The tables of which they have rows."""
OF_ORGANISATION = sorted(table.name for table in METADATA.sorted_tables if "organisation_id" in table.c)


@dataclass
class Neighbours:
    """The organisation, its word, and the ids and numbers by which its things are asked for."""

    office: Office
    word: str
    values: dict[str, Any]
    letter: str
    key: dict[str, Any]

    def said(self, what: str) -> str:
        """The word as it stands in one place."""
        return f"{self.word}{what}"

    def of(self, *, letter: bool) -> dict[str, Any]:
        """The values; `number` is that of a case, or of a letter."""
        return self.values | ({"number": self.letter} if letter else {})

    @property
    def claims(self) -> LearnerClaims:
        """Their learner."""
        return LearnerClaims(self.office.id, self.said("lerende"))

    def rows(self) -> dict[str, list[str]]:
        """All that is kept of them, by table; not how far the worker is with telling, which goes on by itself."""
        found = {}
        with self.office.store.read(self.office.id) as session:
            for table in ("organisation", *OF_ORGANISATION):
                if table not in ("notice", "mailbox", "news_mail"):
                    rows = session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars()
                    found[table] = sorted(rows)
        return found

    def ids(self) -> set[str]:
        """Every id of theirs."""
        found: set[str] = set()
        with self.office.store.read(self.office.id) as session:
            for table in OF_ORGANISATION:
                if isinstance(getattr(METADATA.tables[table].c.get("id"), "type", None), Uuid):
                    found |= {str(one) for one in session.execute(text(f"SELECT id FROM {table}")).scalars()}
        return found


def signing_key(office: Office) -> dict[str, Any]:
    """A key with which the organisation's site signs tokens of learners."""
    key = OKPKey.generate_key("Ed25519", parameters={"kid": uuid.uuid4().hex}, private=True)
    private = dict(key.as_dict(private=True))
    with office.store.write(office.id) as session:
        enrolling.accept_key(session, office.id, dict(key.as_dict(private=False)), office.now)
    return private


def token(key: dict[str, Any], subject: str) -> str:
    """What a learner's browser sends."""
    return tokens.sign(key, subject, dt.datetime.now(dt.UTC))


def furnish(office: Office) -> Neighbours:
    """Puts something of everything into it."""
    made = Neighbours(office, f"olifant{uuid.uuid4().hex[:8]}", {}, "", signing_key(office))
    desk = office.desk
    with office.store.write(office.id) as session:
        session.execute(update(Organisation).values(name=made.said("Bureau")))
        session.execute(update(Member).values(name=made.said("medewerker")))
        courses.load(session, office.id, _course(made), office.now)
        learner_id = enrolling.welcome_learner(session, made.claims, "nl", office.now)
        consent.give(session, made.claims, learner_id, policy.current().version, [consent.LEARNING], office.now)
        contacts.leave(session, desk.vault, office.id, learner_id, f"x@{made.said('adres')}.example", office.now)
        enrolments.begin(session, desk.here(session, made.claims), learner_id, office.now)
        made.letter = _written(session, made, learner_id)
    desk.answer(desk.learner(), now=office.now - trends.WEEK)
    with office.store.write(office.id) as session:
        trends.keep(session, office.id, office.now)
    desk.answer(made.claims, f"ja, dat doe ik, {made.said('antwoord')}", now=office.now)
    decided = desk.appeal(made.claims, office.now, made.said("toelichting"))
    desk.decide(decided, office.now, text=made.said("besluit"))
    with office.store.write(office.id) as session:
        asked = desk.asked(session, made.claims).id
        slug = "information-security"
        reports.open_answer(session, desk.vault, desk.reviewers[0], slug, learner_id, asked, office.now)
    another = desk.learner()
    desk.answer(another, f"ja hoor, {made.said('antwoord')}", now=office.now)
    number = messages.number(desk.appeal(another, office.now, made.said("toelichting")))
    for role in ("controller", "reviewer"):
        office.token(role)
    made.values = _values(made, learner_id, number, office.remedied())
    return made


def _written(session: Session, made: Neighbours, learner_id: uuid.UUID) -> str:
    """A letter, a conflict, an agreement, a hold and a webhook; the letter's number."""
    office, now = made.office, made.office.now
    box = mailbox.connect(session, office.desk.vault, office.id, servers(1, 1), "x", now)
    mail = letters.Incoming(
        f"<{uuid.uuid4().hex}@elders.example>", (), f"{made.said('brief')}@elders.example", made.said("brief"),
        made.said("brief"),
    )  # fmt: skip
    letters.receive(session, office.desk.vault, box, replace(mail, attachments=(made.said("brief"),)), now)
    conflicts.declare(session, office.id, office.desk.reviewers[1].id, course_id=office.desk.course_id, now=now)
    subscriptions.ask(session, office.desk.vault, office.id, learner_id, f"y@{made.said('adres')}.example", now)
    session.execute(delete(NewsMail))
    author = ActingMember(office.members["author"], office.id, "", "", frozenset({"author"}), "nl")
    subscriptions.write(session, author, "nl", made.said("nieuws"), made.said("nieuws"), now)
    grants = ["progress", "results", "duration", "all_answers"]
    row = {"id": uuid.uuid4(), "organisation_id": office.id}
    session.add(Agreement(**row, grants=grants, ground="x", agreed_by="x", starts_on=now.date()))
    session.add(Hold(**row, learner_id=learner_id, reason="x", until=now.date(), made_by=office.members["controller"],
                     made_at=now))  # fmt: skip
    hook = webhooks.add(session, office.desk.vault, office.id, f"https://{made.said('haak')}.example/", now)
    webhooks.disable(session, hook.id, now)
    return f"B-{session.execute(select(func.max(Letter.number))).scalar_one():06d}"


def _values(made: Neighbours, learner_id: uuid.UUID, number: str, remedy: uuid.UUID) -> dict[str, Any]:
    office = made.office
    with office.store.read(office.id) as session:
        asked = office.desk.asked(session, made.claims).id
        conflict = session.execute(text("SELECT id FROM conflict")).scalar_one()
        letter = session.execute(text("SELECT id FROM letter")).scalar_one()
        email = session.get_one(Member, office.members["controller"]).email
    return {
        "number": number, "case": number, "question_id": str(asked), "question": str(asked), "about": str(asked),
        "learner_id": str(learner_id), "learner": made.said("lerende"), "member": str(office.members["reviewer"]),
        "remedy_id": str(remedy), "conflict_id": str(conflict), "letter_id": str(letter), "email": email,
    }  # fmt: skip


def _course(made: Neighbours) -> CourseFile:
    """One of their own, under a name that they alone have."""
    both = {"nl": made.said("cursus"), "en": made.said("cursus")}
    question = {
        "kind": "stance", "key": "one", "text": both, "expected": "approve", "flagged": True,
        "readings": {"approve": both, "disapprove": both}, "why": both,
    }  # fmt: skip
    lesson = {"key": "one", "title": both, "text": both, "questions": [question]}
    whole = {"slug": made.word, "languages": ["nl", "en"], "title": both, "summary": both, "lessons": [lesson]}
    return CourseFile.model_validate(whole)
