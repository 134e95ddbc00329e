"""What the staff API takes and gives."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.routes.conversation import Body
from appeals import ruling
from appeals.states import Ruling
from grading.grade import Intent

Words = Annotated[str, Field(min_length=1, max_length=ruling.TEXT_LIMIT)]


class Claim(Body):
    """`exception` claims in spite of a conflict of interest, where nobody else is left; it is recorded."""

    exception: bool = False


class OwnReading(Body):
    """What the reviewer reads in the answer."""

    reading: Intent


class ToLearner(Body):
    """Words that the learner gets to read."""

    text: Words


class Decided(Body):
    """A ruling on the case in the `version` that was seen."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    ruling: Ruling
    reason: Annotated[str, Field(max_length=60)]
    text: Words


class InLine(BaseModel):
    """A case in the line; `owner` holds it until `claim_until`."""

    number: str
    origin: str
    state: str
    level: int
    course: str
    question: UUID
    filed_at: dt.datetime
    due_at: dt.datetime
    owner: str | None
    claim_until: dt.datetime | None


class TheLine(BaseModel):
    """A page of the line; `next` is what the next page is asked with, None on the last."""

    count: int
    cases: list[InLine]
    next: str | None


class Machine(BaseModel):
    """What the machine read, and how sure it was where that can be repeated."""

    intent: str | None
    outcome: str
    reason: str
    model: str | None
    probabilities: dict[str, float] | None


class OneCase(BaseModel):
    """A case. Answer and statement are there while one holds it, the machine's reading after one's own."""

    number: str
    state: str
    level: int
    version: int
    origin: str
    course: str
    question: UUID
    question_text: dict[str, str]
    filed_at: dt.datetime
    due_at: dt.datetime
    owner: str | None
    claim_until: dt.datetime | None
    mine: bool
    language: str
    answer: str | None
    statement: str | None
    reply: str | None
    """To what a reviewer asked the learner."""
    own_reading: str | None
    machine: Machine | None
    rulings: dict[str, list[str]]
    """The rulings that fit, each with its reasons; none before the own reading."""


class ReportLine(BaseModel):
    """A question, former questions together, or the whole course; what may not be shown is null."""

    about: Literal["question", "former", "course"]
    question: UUID | None
    overturned: int | None
    upheld: int | None
    undecided: int | None
    appeals: int | None
    overturned_share: float | None
    interval: tuple[float, float] | None
    median_days: float | None


class CourseLines(BaseModel):
    """A course with its questions in order, and all of it."""

    course: str
    lines: list[ReportLine]


class TheReport(BaseModel):
    """The report of one year."""

    year: int
    courses: list[CourseLines]


class OneRemedy(BaseModel):
    """What was looked at again after a ruling, and what came of it."""

    id: UUID
    question: UUID
    model: str
    made_at: dt.datetime
    looked: int
    passed: int
    referred: int
    undone_at: dt.datetime | None
