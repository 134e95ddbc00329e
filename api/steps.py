"""Where the conversation goes after an act: on, back to where it was, or nowhere."""

from api import messages
from api.messages import Message
from api.turns import Done, Turn
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion
from learning.enrolments import Step


def onward(turn: Turn, after: Asked | None, first: list[Message] | None = None) -> Done:
    """To the first question that is still open, or to the end of the course."""
    standing = turn.standing()
    following = standing.next_question()
    if following is None:
        told = [messages.finished(turn.say, standing)]
        return Done(Step(None, None, finished=True), first=first or [], then=told, standing=standing)
    new_lesson = after is None or after.lesson.key != following.lesson.key
    asks = ask(turn, following, with_lesson=new_lesson)
    return Done(step_at(following), first=first or [], then=asks, standing=standing)


def back(turn: Turn, first: list[Message]) -> Done:
    """Back to the question that was open before an appeal or a confirmation."""
    if turn.here.question_id is None:
        return onward(turn, None, first=first)
    asked = turn.here.course.question(turn.here.question_id)
    return Done(step_at(asked), first=first, then=ask(turn, asked, with_lesson=False))


def stay(turn: Turn, then: list[Message]) -> Done:
    """The conversation stays where it is."""
    return Done(Step(turn.here.awaiting, turn.here.question_id, turn.here.about_id), then=then)


def ask(turn: Turn, asked: Asked, *, with_lesson: bool) -> list[Message]:
    """The question, in the learner's language."""
    return messages.question(turn.say, turn.here, asked, with_lesson=with_lesson)


def step_at(asked: Asked) -> Step:
    """The question is open."""
    return Step("choice" if isinstance(asked.body, ChoiceQuestion) else "answer", asked.id)
