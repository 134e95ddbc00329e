"""The acts of the bot, one function each: what happens, what is said about it, and where the conversation goes.

The names are those in `bot/domain.yml`; a test compares the two lists.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from api import messages
from api.messages import Message, button
from api.texts import Texts, texts
from appeals import filing
from appeals.errors import NothingToAppeal
from appeals.models import Appeal
from grading.grade import Grade
from learning import answering, decisions, enrolments, progress
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion, OpenQuestion
from learning.decisions import Decided
from learning.enrolments import Here, Step
from learning.errors import ChoiceUnknown, NotFound
from learning.progress import Standing
from people.actors import Language
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


Act = Callable[[Turn], Done]


def answer(turn: Turn) -> Done:
    """A free-text answer to the open question: graded, or just kept when the question is an open one."""
    asked = turn.here.course.question(turn.here.question_id)
    assert turn.text is not None
    if isinstance(asked.body, ChoiceQuestion):
        return choose(turn)
    if turn.appeals:
        filing.supersede(turn.session, turn.here, [asked.id])
    if isinstance(asked.body, OpenQuestion):
        answering.reflect(turn.session, turn.vault, turn.here, asked, turn.text, turn.now)
        return _go_on(turn, asked, first=[messages.noted(turn.say, asked)])
    decided = answering.submit(
        turn.session, turn.vault, turn.here, asked, turn.text, turn.grade, model_id=turn.model_id, now=turn.now
    )
    return _show_grade(turn, asked, decided)


def choose(turn: Turn) -> Done:
    """An option of a choice question, by its button or typed: its key, its text, its number or its letter."""
    asked = turn.here.course.question(turn.here.question_id)
    option = turn.choice or _typed_option(turn, asked)
    if option is None:
        words = turn.say("Kies een van de knoppen, of typ het nummer ervan.")
        return Done(_waiting_for(asked), then=[messages.text(words), *_ask(turn, asked, with_lesson=False)])
    if turn.appeals:
        filing.supersede(turn.session, turn.here, [asked.id])
    decided = answering.choose(turn.session, turn.vault, turn.here, asked, option, turn.now)
    return _show_grade(turn, asked, decided)


def start(turn: Turn) -> Done:
    """Begins the course, or goes on where the learner was."""
    if turn.here.awaiting is not None:
        return repeat(turn)
    return _go_on(turn, None)


def repeat(turn: Turn) -> Done:
    """Asks the open question once more, with its lesson."""
    if turn.here.question_id is None:
        return _go_on(turn, None)
    asked = turn.here.course.question(turn.here.question_id)
    return Done(_waiting_for(asked), then=_ask(turn, asked, with_lesson=True))


def go_on(turn: Turn) -> Done:
    """On to the next question. One that the machine could not tell goes to a person as it is."""
    mark = turn.standing().marks.get(turn.here.question_id) if turn.here.question_id else None
    first = []
    if mark is not None and mark.asked_again and turn.here.question_id is not None:
        appeal = _refer(turn, turn.here.question_id)
        words = turn.say("Een mens kijkt naar je antwoord, uiterlijk {due}.", due=turn.say.date(appeal.due_at))
        first = [messages.text(words)]
    return _go_on(turn, None, first=first)


def appeal(turn: Turn) -> Done:
    """One click disputes the decision; saying why comes after it, and is up to the learner."""
    try:
        asked = turn.subject()
        filed = filing.file(turn.session, turn.vault, turn.here, asked.id, None, turn.now)
    except (NotFound, NothingToAppeal):
        words = turn.say("Er is hier geen beoordeling van de computer om bezwaar tegen te maken.")
        return replace(_stay(turn, [messages.text(words)]), bot_speaks=False)
    about = turn.say("Het gaat om de vraag: {question}", question=asked.body.text[turn.here.language])
    step = Step("appeal_statement", turn.here.question_id, asked.id)
    return Done(step, first=[messages.receipt(turn.say, filed), messages.text(about)], appealed=True)


def file_appeal(turn: Turn) -> Done:
    """The learner's statement joins the appeal."""
    assert turn.here.about_id is not None
    try:
        filing.file(turn.session, turn.vault, turn.here, turn.here.about_id, turn.text, turn.now)
    except NothingToAppeal:  # a person was quicker than the learner's typing
        return _go_on(turn, None, first=[messages.text(turn.say("Een mens heeft al besloten."))])
    return _back(turn, [messages.text(turn.say("Je uitleg is bij je bezwaar gevoegd."))])


def file_without_statement(turn: Turn) -> Done:
    """No statement: the appeal stands as it is."""
    return _back(turn, [])


def again(turn: Turn) -> Done:
    """Opens an answered question again; with an open appeal on it, only after the learner has confirmed."""
    try:
        asked = (
            turn.subject() if turn.here.awaiting != "confirm_again" else turn.here.course.question(turn.here.about_id)
        )
    except NotFound:
        return _stay(turn, [messages.text(turn.say("Je hebt nog geen vraag beantwoord."))])
    opened = filing.open_on(turn.session, turn.here.learner, asked.id)
    if opened is not None and opened.origin == "learner":
        step = Step("confirm_again", turn.here.question_id, asked.id)
        return Done(step, then=[messages.confirm_again(turn.say)])
    return _reopen(turn, asked)


def confirm_again(turn: Turn) -> Done:
    """Confirmed: the question is open again. The old answer and the appeal go when the new answer comes."""
    return _reopen(turn, turn.here.course.question(turn.here.about_id))


def ask_reset(turn: Turn) -> Done:
    """Shows what a reset takes away, and asks."""
    standing = turn.standing()
    preview = messages.wipe_preview(
        turn.say, len(standing.marks), standing.points, filing.count_open(turn.session, turn.here)
    )
    return Done(Step("confirm_reset", turn.here.question_id), then=[preview])


def reset(turn: Turn) -> Done:
    """All answers of this course are gone, and with them everything said about them."""
    filing.supersede(turn.session, turn.here, None)
    answering.wipe(turn.session, turn.here, turn.now)
    words = turn.say("Alles is gewist. Niemand kan je antwoorden nog zien.")
    done = messages.text(words, button(turn.say("Opnieuw beginnen"), "start")) | {"wiped": True}
    return Done(Step(None, None, restarted=True), then=[done])


def keep(turn: Turn) -> Done:
    """Nothing changes; back to where the learner was."""
    return _back(turn, [])


def stop(turn: Turn) -> Done:
    """The learner stops for now; nothing is lost."""
    goes_on = messages.text(turn.say("Je kunt altijd verder waar je was."), button(turn.say("Verder gaan"), "start"))
    return Done(Step(None, turn.here.question_id), then=[goes_on])


def status(turn: Turn) -> Done:
    """How the learner's appeals stand."""
    found = filing.of_learner(turn.session, turn.here)
    if not found:
        return _stay(turn, [messages.text(turn.say("Je hebt geen bezwaren, en er ligt niets bij een mens."))])
    by_id = {question.id: question for question in turn.here.course.questions}
    return _stay(
        turn, [messages.text(messages.status_line(turn.say, one, by_id.get(one.question_id))) for one in found]
    )


def language(turn: Turn) -> Done:
    """The other language, if the course has it; the open question is asked in it."""
    other = next((one for one in turn.here.course.file.languages if one != turn.here.language), None)
    if other is None:
        return _stay(turn, [messages.text(turn.say("Deze cursus is er alleen in het Nederlands."))])
    enrolments.choose_language(turn.session, turn.here, other)
    t = texts(other)
    shown: list[Message] = [messages.text(t("Vanaf nu praat ik Nederlands."))]
    if turn.here.question_id is not None:
        asked = turn.here.course.question(turn.here.question_id)
        shown += messages.question(t, turn.here, asked, with_lesson=False)
    return replace(_stay(turn, shown), language=other)


def say_only(turn: Turn) -> Done:
    """The bot's own texts are all there is to it: help, privacy, a hint, a question back."""
    return _stay(turn, [])


ACTS: dict[str, Act] = {
    "start": start,
    "answer": answer,
    "choose": choose,
    "appeal": appeal,
    "file_appeal": file_appeal,
    "file_without_statement": file_without_statement,
    "again": again,
    "confirm_again": confirm_again,
    "ask_reset": ask_reset,
    "reset": reset,
    "keep": keep,
    "repeat": repeat,
    "stop": stop,
    "status": status,
    "language": language,
    "next": go_on,
    "privacy": say_only,
    "help": say_only,
    "ask_meaning": say_only,
    "hint": say_only,
}


def waiting_for(asked: Asked) -> str:
    """What the conversation waits for while this question is open."""
    return "choice" if isinstance(asked.body, ChoiceQuestion) else "answer"


def pending(turn: Turn) -> list[Message]:
    """What to show a learner who comes back while a confirmation or a statement was awaited."""
    match turn.here.awaiting:
        case "confirm_reset":
            return ask_reset(turn).then
        case "confirm_again":
            return [messages.confirm_again(turn.say)]
        case "appeal_statement":
            words = turn.say("Je kunt nog uitleggen waarom je het er niet mee eens bent. Dat hoeft niet.")
            return [messages.text(words, button(turn.say("Verder zonder uitleg"), "skip"))]
    return []


def _show_grade(turn: Turn, asked: Asked, decided: Decided) -> Done:
    """The grade, then the next question, unless the machine asks once more."""
    if decided.outcome == "undecided" and not decided.to_a_person:
        return Done(_waiting_for(asked), first=[messages.grade(turn.say, asked, decided, None)])
    due = filing.refer(turn.session, turn.here, asked.id, decided, turn.now).due_at if decided.to_a_person else None
    return _go_on(turn, asked, first=[messages.grade(turn.say, asked, decided, due)])


def _go_on(turn: Turn, after: Asked | None, first: list[Message] | None = None) -> Done:
    """To the first question that is still open, or to the end of the course."""
    standing = turn.standing()
    following = standing.next_question()
    if following is None:
        told = [messages.finished(turn.say, standing)]
        return Done(Step(None, None, finished=True), first=first or [], then=told, standing=standing)
    new_lesson = after is None or after.lesson.key != following.lesson.key
    asks = _ask(turn, following, with_lesson=new_lesson)
    return Done(_waiting_for(following), first=first or [], then=asks, standing=standing)


def _back(turn: Turn, first: list[Message]) -> Done:
    """Back to the question that was open before an appeal or a confirmation."""
    if turn.here.question_id is None:
        return _go_on(turn, None, first=first)
    asked = turn.here.course.question(turn.here.question_id)
    return Done(_waiting_for(asked), first=first, then=_ask(turn, asked, with_lesson=False))


def _stay(turn: Turn, then: list[Message]) -> Done:
    """The conversation stays where it is."""
    return Done(Step(turn.here.awaiting, turn.here.question_id, turn.here.about_id), then=then)


def _reopen(turn: Turn, asked: Asked) -> Done:
    words = turn.say("Je oude antwoord verdwijnt zodra je een nieuw antwoord stuurt.")
    return Done(_waiting_for(asked), then=[messages.text(words), *_ask(turn, asked, with_lesson=False)])


def _refer(turn: Turn, question_id: uuid.UUID) -> Appeal:
    """An answer that the machine could not tell goes to a person before it was asked once more."""
    decision = decisions.of(turn.session, turn.here.learner, question_id)
    decided = Decided(decision.id, decision.outcome, None, decision.reason, 0, decision.max_points, decision.tries)
    return filing.refer(turn.session, turn.here, question_id, decided, turn.now)


def _ask(turn: Turn, asked: Asked, *, with_lesson: bool) -> list[Message]:
    return messages.question(turn.say, turn.here, asked, with_lesson=with_lesson)


def _waiting_for(asked: Asked) -> Step:
    return Step(waiting_for(asked), asked.id)


def _typed_option(turn: Turn, asked: Asked) -> str | None:
    """The option that a typed text names exactly; None when it names none."""
    if not isinstance(asked.body, ChoiceQuestion):
        raise ChoiceUnknown
    typed = (turn.text or "").strip().rstrip(".)").casefold()
    for place, option in enumerate(asked.body.options):
        names = {option.key, option.text[turn.here.language].rstrip(".").casefold(), str(place + 1), "abcde"[place]}
        if typed in names:
            return option.key
    return None
