"""After a backup was restored: what was erased, replaced, reset, withdrawn or closed since is so again.

Two things say what that is. The ledger beside the key ring names rows that are gone and moments that were set. And a
text that no key opens any more has been replaced or wiped: what hangs on it goes as it went then. Each text is opened
to find out: a slot may hold another text's key by now.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Column, Engine, Text, case, cast, delete, literal, select, text, update
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from api import erasing
from api.tables import METADATA
from appeals import filing
from appeals.models import Appeal
from appeals.states import OPEN, State
from learning import enrolments
from learning.catalogue import Catalogue
from learning.models import Answer, Course, Enrolment, Question
from people.actors import LearnerClaims
from people.models import Learner
from privacy import registry
from store import journal
from store.base import Ciphertext
from store.departures import GONE, Departed
from store.store import Store
from store.vault import Unreadable, Vault

ANSWER: Final = "answer"
LEFT_EMPTY: Final[dict[str, dict[str, Any]]] = {
    "enrolment": {"last_turn": None, "last_reply": None},
    "mailbox": {"password": None, "disconnected_at": text("coalesce(disconnected_at, now())")},
    "letter": {
        **dict.fromkeys(("sender", "subject", "body", "attachments", "send_at")),
        "state": case(
            {"open": "closed", "queued": "dropped"},
            value=METADATA.tables["letter"].c["state"],
            else_=METADATA.tables["letter"].c["state"],
        ),
    },
}
"""What else becomes of a row whose text is unreadable, where that text may be empty."""


@dataclass(slots=True)
class Reapplied:
    """How many were: organisations and learners gone, answers wiped, other texts gone, changes made again."""

    counts: Counter[str] = field(default_factory=Counter)
    swept: int = 0


@dataclass(frozen=True, slots=True)
class Reapplying:
    """One restored database, and what is known of the time since."""

    store: Store
    owner: Engine
    vault: Vault
    entries: list[Departed]
    now: dt.datetime
    catalogue: Catalogue = field(default_factory=Catalogue)

    def run(self, organisations: Callable[[], list[uuid.UUID]], closes_in: dt.timedelta) -> Reapplied:
        """All of it; may be run twice. `organisations` lists those that there are."""
        done = Reapplied()
        self._change_again(done)
        for organisation_id in organisations():
            self._erase_again(organisation_id, done)
            self._texts(organisation_id, done)
            self._withdraw_again(organisation_id, done)
            report = erasing.sweep(
                self.store, self.catalogue, organisation_id, self.now, dry=False, closes_in=closes_in
            )
            done.swept += report.learners
        return done

    def _last(self) -> dict[tuple[str, str, str], str | None]:
        """What each row and column came to."""
        return {(one.kind, one.row_id, one.what): one.value for one in self.entries}

    def _change_again(self, done: Reapplied) -> None:
        """Columns get what they came to; organisations that are gone, go. As the owner: it is for all of them."""
        with self.owner.begin() as connection:
            for (kind, row_id, what), value in self._last().items():
                table = METADATA.tables.get(kind)
                if table is None or (what != GONE and what not in table.c):
                    continue  # of an older schema
                this = cast(next(iter(table.primary_key.columns)), Text) == row_id
                if (kind, what) == ("organisation", GONE):
                    done.counts["organisations"] += connection.execute(delete(table).where(this)).rowcount
                elif what != GONE and kind != "appeal":
                    values: dict[str, Any] = {what: cast(literal(value, Text), table.c[what].type)}
                    values = LEFT_EMPTY["mailbox"] | values if kind == "mailbox" else values
                    differs = cast(table.c[what], Text).is_distinct_from(cast(values[what], Text))
                    changed = connection.execute(update(table).where(this, differs).values(values)).rowcount
                    done.counts["changes"] += changed

    def _erase_again(self, organisation_id: uuid.UUID, done: Reapplied) -> None:
        gone = {uuid.UUID(row_id) for kind, row_id, what in self._last() if (kind, what) == ("learner", GONE)}
        with self.store.write(organisation_id) as session:
            back = [one for one in session.execute(select(Learner.id)).scalars() if one in gone]
            hold = METADATA.tables["hold"]
            session.execute(delete(hold).where(hold.c["learner_id"].in_(back)))  # it had ended: else nothing had gone
        for learner_id in back:
            erasing.erase_learner(self.store, self.catalogue, organisation_id, learner_id, self.now)
        done.counts["learners"] += len(back)

    def _withdraw_again(self, organisation_id: uuid.UUID, done: Reapplied) -> None:
        taken_back = {uuid.UUID(row_id) for kind, row_id, _ in self._last() if kind == "appeal"}
        with self.store.write(organisation_id) as session:
            rows = session.execute(
                select(Appeal, Learner.subject, Course.slug)
                .join(Learner, Learner.id == Appeal.learner_id)
                .join(Question, Question.id == Appeal.question_id)
                .join(Course, Course.id == Question.course_id)
                .where(Appeal.state.in_(OPEN))
            ).all()
            for appeal, subject, slug in rows:
                if appeal.id in taken_back and State(appeal.state) is not State.WITHDRAWN:
                    here = self._here(session, organisation_id, subject, slug)
                    filing.withdraw(session, here, appeal.number, self.now)
                    done.counts["appeals"] += 1

    def _texts(self, organisation_id: uuid.UUID, done: Reapplied) -> None:
        with self.store.write(organisation_id) as session:
            for table in METADATA.sorted_tables:
                sealed = [column for column in table.c if isinstance(column.type, Ciphertext)]
                if sealed and table.name == ANSWER:
                    done.counts["answers"] += self._wipe_again(session, organisation_id)
                elif sealed:
                    done.counts["texts"] += sum(
                        _empty(session, table, row, gone) for row, gone in self._unreadable(session, table, sealed)
                    )

    def _unreadable(
        self, session: Session, table: CoreTable, sealed: list[Column[Any]]
    ) -> Iterator[tuple[Any, list[Column[Any]]]]:
        keys = list(table.primary_key.columns)
        rows = session.execute(select(*keys, *sealed)).mappings().all()
        for row in rows:
            gone = [
                column
                for column in sealed
                if row[column] is not None and not self._opens(registry.place(table, row, column), row[column])
            ]
            if gone:
                yield row, gone

    def _opens(self, place: str, sealed: bytes) -> bool:
        try:
            self.vault.unseal(place, sealed)
        except Unreadable:
            return False
        return True

    def _wipe_again(self, session: Session, organisation_id: uuid.UUID) -> int:
        """Answers that have been replaced or wiped: their decisions, cases and news go as they did then."""
        table = METADATA.tables[ANSWER]
        gone: dict[uuid.UUID, set[uuid.UUID]] = {}
        for row, _ in self._unreadable(session, table, [table.c["text"]]):
            gone.setdefault(row["learner_id"], set()).add(row["question_id"])
        for learner_id, questions in gone.items():
            self._wipe(session, organisation_id, learner_id, questions)
        return sum(map(len, gone.values()))

    def _wipe(
        self, session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID, questions: set[uuid.UUID]
    ) -> None:
        subject = session.get_one(Learner, learner_id).subject
        where = select(Course.slug, Course.id, Question.id).join(Question, Question.course_id == Course.id)
        courses: dict[tuple[str, uuid.UUID], list[uuid.UUID]] = {}
        for slug, course_id, question_id in session.execute(where.where(Question.id.in_(questions))):
            courses.setdefault((slug, course_id), []).append(question_id)
        for (slug, course_id), theirs in courses.items():
            filing.supersede(session, self._here(session, organisation_id, subject, slug), theirs)
            session.execute(delete(Answer).where(Answer.learner_id == learner_id, Answer.question_id.in_(theirs)))
            journal.unlink(session, learner_id, theirs)
            left = select(Answer.question_id).join(Question, Question.id == Answer.question_id)
            left = left.where(Answer.learner_id == learner_id, Question.course_id == course_id).limit(1)
            start: dict[str, Any] = dict.fromkeys(("awaiting", "question_id", "about_id", "finished_at"))
            if session.execute(left).first() is None:
                start |= {"interactions": 0, "seconds": 0}
            here = update(Enrolment).where(Enrolment.learner_id == learner_id, Enrolment.course_id == course_id)
            session.execute(here.values(**start, revision=Enrolment.revision + 1))

    def _here(self, session: Session, organisation_id: uuid.UUID, subject: str, slug: str) -> enrolments.Here:
        claims = LearnerClaims(organisation_id, subject)
        return enrolments.find(session, self.catalogue, claims, slug, closed_too=True)


def _empty(session: Session, table: CoreTable, row: Any, gone: list[Column[Any]]) -> int:
    """A row loses the texts that nobody can read; one that makes no sense without them goes."""
    this = [column == row[column] for column in table.primary_key.columns]
    if any(not column.nullable for column in gone):
        session.execute(delete(table).where(*this))
    else:
        nothing: dict[str, Any] = {column.name: None for column in gone}
        session.execute(update(table).where(*this).values(nothing | LEFT_EMPTY.get(table.name, {})))
    return len(gone)
