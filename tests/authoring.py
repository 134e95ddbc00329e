"""A course that a test makes in the demo organisation, and takes away again."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select

from api.trial import System
from appeals.models import Appeal
from learning.models import Answer, Course, CourseDraft, Question
from store.store import Store
from tests.staff import Staff

FILE = """\
slug: {slug}
languages: [nl, en]
title: {{nl: Sleutels, en: Keys}}
summary: {{nl: Over sleutels., en: About keys.}}
{certificate}lessons:
  - key: doors
    title: {{nl: Deuren, en: Doors}}
    text: {{nl: Doe deuren op slot., en: Lock doors.}}
    questions:
      - key: lock
        kind: stance
        text: {{nl: "Je gaat als laatste weg. Doe je de deur op slot?", en: "You leave last. Do you lock the door?"}}
        expected: approve
        readings:
          approve: {{nl: je doet de deur op slot, en: you lock the door}}
          disapprove: {{nl: je doet de deur niet op slot, en: you do not lock the door}}
        why: {{nl: Dan kan niemand naar binnen., en: Then nobody can get in.}}
        points: 2
      - key: lend
        kind: stance
        text: {{nl: "Een bezoeker wil je sleutel. Geef je die?", en: "A visitor wants your key. Do you hand it over?"}}
        expected: disapprove
        readings:
          approve: {{nl: je geeft de sleutel, en: you hand over the key}}
          disapprove: {{nl: je geeft de sleutel niet, en: you do not hand over the key}}
        why: {{nl: Een sleutel leen je niet uit., en: A key is not lent.}}
        points: 2
"""


class Authored:
    """The course and its author's pages."""

    def __init__(self, system: System, certificate: str = "") -> None:
        self.slug = f"proef-{uuid.uuid4().hex[:8]}"
        self.author = Staff(system, system.demo["author"])
        self.text = FILE.format(slug=self.slug, certificate=certificate)

    @property
    def path(self) -> str:
        """Its page."""
        return f"/courses/{self.slug}"

    def publish(self, text: str) -> None:
        """This file becomes what learners have, through the pages."""
        taken = self.author.post("/courses/-/import", text=text, replace="true")
        assert (taken.status, taken.headers["location"]) == (303, self.path), taken.words
        seen = self.author.get(f"{self.path}/publish").field("seen")
        done = self.author.post(f"{self.path}/publish", seen=seen)
        assert done.status == 303, done.words

    def change(self, old: str, new: str) -> None:
        """Publishes with this changed."""
        assert old in self.text
        self.text = self.text.replace(old, new)
        self.publish(self.text)


def remove(store: Store, system: System, slug: str) -> None:
    """Nothing of that course is left."""
    with store.write(uuid.UUID(system.demo["organisation_id"])) as session:
        theirs = select(Question.id).join(Course, Course.id == Question.course_id).where(Course.slug == slug)
        ids = session.execute(theirs).scalars().all()
        session.execute(delete(Appeal).where(Appeal.question_id.in_(ids)))
        session.execute(delete(Answer).where(Answer.question_id.in_(ids)))
        session.execute(delete(Course).where(Course.slug == slug))
        session.execute(delete(CourseDraft).where(CourseDraft.slug == slug))


@contextmanager
def authored(store: Store, system: System, certificate: str = "") -> Iterator[Authored]:
    """A published course of two questions, for the length of one test."""
    made = Authored(system, certificate)
    try:
        made.publish(made.text)
        yield made
    finally:
        remove(store, system, made.slug)
