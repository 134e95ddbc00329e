"""Where the conversation goes after an act: on, back to where it was, or nowhere."""

from api import messages
from api.messages import Message
from api.turns import Done, Turn
from learning import certificates
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion
from learning.enrolments import Step


def onward(turn: Turn, after: Asked | None, first: list[Message] | None = None) -> Done:
    """To the first question that is still open, or to the end of the course."""
    standing = turn.standing()
    following = standing.next_question()
    if following is None:
        told = [messages.finished(turn.say, standing, certificates.issue(turn.session, turn.here, standing, turn.now))]
        return Done(Step(None, None, finished=True), first=first or [], then=told, standing=standing)
    new_lesson = after is None or after.lesson.key != following.lesson.key
    asks = ask(turn, following, with_lesson=new_lesson)
    return Done(step_at(following), first=first or [], then=asks, standing=standing)


def back(turn: Turn, first: list[Message]) -> Done:
    """Back to the question that was open before an appeal or a confirmation."""
    asked = turn.here.course.asks(turn.here.question_id)
    if asked is None:
        return onward(turn, None, first=first)
    return Done(step_at(asked), first=first, then=ask(turn, asked, with_lesson=False))


def outdated(turn: Turn) -> Done:
    """An author changed or removed the question while the learner was answering: nothing is graded."""
    asked = turn.here.course.asks(turn.here.question_id)
    if asked is None:
        words = turn.say("De vraag waar je was, wordt niet meer gesteld. Er is niets beoordeeld en niets bewaard.")
        return onward(turn, None, first=[messages.text(words)])
    words = turn.say("Deze vraag is intussen aangepast. Je antwoord is niet beoordeeld of bewaard. Lees hem nog eens.")
    return Done(step_at(asked), first=[messages.text(words)], then=ask(turn, asked, with_lesson=False))


def stay(turn: Turn, then: list[Message]) -> Done:
    """The conversation stays where it is."""
    return Done(Step(turn.here.awaiting, turn.here.question_id, turn.here.about_id), then=then)


def ask(turn: Turn, asked: Asked, *, with_lesson: bool) -> list[Message]:
    """The question, in the learner's language."""
    return messages.question(turn.say, turn.here, asked, turn.employer_sees(asked), with_lesson=with_lesson)


def step_at(asked: Asked) -> Step:
    """The question is open."""
    awaiting = "choice" if isinstance(asked.body, ChoiceQuestion) else "answer"
    return Step(awaiting, asked.id, asked_version=asked.version)
