"""What an act is given, and what it leads to."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from api.messages import Message
from api.texts import Texts, texts
from grading.grade import Grade
from learning import progress
from learning.catalogue import Asked
from learning.enrolments import Here, Step
from learning.errors import NotFound
from learning.progress import Standing
from people.actors import Language
from privacy import agreements
from privacy.agreements import Part
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Turn:
    """All that an act may use. The text is here and nowhere else; the grade was made before the transaction."""

    session: Session
    vault: Vault
    here: Here
    now: dt.datetime
    text: str | None = field(default=None, repr=False)
    choice: str | None = None
    about: uuid.UUID | None = None
    facts: dict[str, str] = field(default_factory=dict)
    grade: Grade | None = field(default=None, repr=False)
    model_id: str = ""
    appeals: bool = True
    """False when it is known that the learner has none."""

    @property
    def say(self) -> Texts:
        return texts(self.here.language)

    def standing(self) -> Standing:
        return progress.standing(self.session, self.here.course, self.here.learner)

    def employer_sees(self, asked: Asked) -> frozenset[Part]:
        """What the employer will see of an answer to this question, once nobody has to look at it any more."""
        grants = agreements.granted(self.session, self.here.course.file.slug, self.now.date())
        return agreements.shown(grants, flagged=asked.body.flagged, settled=True, restricted=False)

    def subject(self) -> Asked:
        """The question that a button is about; typed, the one that was decided last. Raises `NotFound`."""
        if self.about is not None:
            return self.here.course.question(self.about)
        marks = self.standing().marks
        answered = [question for question in self.here.course.questions if question.id in marks]
        if not answered:
            raise NotFound
        opened = next((one for one in answered if one.id == self.here.question_id), None)
        before = [one for one in answered if self._before(one)]
        return opened or (before or answered)[-1]

    def _before(self, asked: Asked) -> bool:
        """Does it come before the question that is open now? What was answered last usually does."""
        number = next((one.number for one in self.here.course.questions if one.id == self.here.question_id), None)
        return number is None or asked.number < number


@dataclass(frozen=True, slots=True)
class Done:
    """What an act leads to. `first` is said before the bot's own texts, `then` after them."""

    step: Step
    first: list[Message] = field(default_factory=list)
    then: list[Message] = field(default_factory=list)
    language: Language | None = None
    """Set by the act that changes it."""
    standing: Standing | None = None
    """What stands after the act, where the act has looked already."""
    appealed: bool = False
    """An appeal was filed by this act."""
    bot_speaks: bool = True
    """False where the bot's own words do not fit what came of the act."""
