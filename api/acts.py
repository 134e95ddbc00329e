"""The acts of the bot, one function each: what happens, what is said about it, and where the conversation goes.

The names are those in `bot/domain.yml`; a test compares the two lists.
"""

from collections.abc import Callable
from dataclasses import replace

from api import disputing, messages, steps
from api.messages import Message, button
from api.texts import texts
from api.turns import Done, Turn
from appeals import access, filing
from appeals.states import Origin
from learning import answering, decisions, enrolments
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion, OpenQuestion
from learning.decisions import Decided
from learning.enrolments import Step
from learning.errors import ChoiceUnknown, NotFound

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
        return steps.onward(turn, asked, first=[messages.noted(turn.say, asked)])
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
        return Done(steps.step_at(asked), then=[messages.text(words), *steps.ask(turn, asked, with_lesson=False)])
    if turn.appeals:
        filing.supersede(turn.session, turn.here, [asked.id])
    decided = answering.choose(turn.session, turn.vault, turn.here, asked, option, turn.now)
    return _show_grade(turn, asked, decided)


def start(turn: Turn) -> Done:
    """Begins the course, or goes on where the learner was."""
    if turn.here.awaiting is not None:
        return repeat(turn)
    return steps.onward(turn, None)


def repeat(turn: Turn) -> Done:
    """Asks the open question once more, with its lesson."""
    asked = turn.here.course.asks(turn.here.question_id)
    if asked is None:
        return steps.onward(turn, None)
    return Done(steps.step_at(asked), then=steps.ask(turn, asked, with_lesson=True))


def go_on(turn: Turn) -> Done:
    """On to the next question. One that the machine could not tell goes to a person as it is."""
    mark = turn.standing().marks.get(turn.here.question_id) if turn.here.question_id else None
    first = []
    if mark is not None and mark.asked_again and turn.here.question_id is not None:
        decision = decisions.of(turn.session, turn.here.learner, turn.here.question_id)
        appeal = filing.refer(turn.session, turn.here, turn.here.question_id, decision.id, turn.now)
        words = turn.say("Een mens kijkt naar je antwoord, uiterlijk {due}.", due=turn.say.date(appeal.due_at))
        first = [messages.text(words)]
    return steps.onward(turn, None, first=first)


def again(turn: Turn) -> Done:
    """Opens an answered question again; with an open appeal on it, only after the learner has confirmed."""
    try:
        asked = (
            turn.subject() if turn.here.awaiting != "confirm_again" else turn.here.course.question(turn.here.about_id)
        )
    except NotFound:
        return steps.stay(turn, [messages.text(turn.say("Je hebt nog geen vraag beantwoord."))])
    if turn.here.course.asks(asked.id) is None:
        words = turn.say("Deze vraag wordt niet meer gesteld. Wat voor je antwoord geldt, blijft gelden.")
        return steps.stay(turn, [messages.text(words)])
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
    return steps.back(turn, [])


def stop(turn: Turn) -> Done:
    """The learner stops for now; nothing is lost."""
    goes_on = messages.text(turn.say("Je kunt altijd verder waar je was."), button(turn.say("Verder gaan"), "start"))
    return Done(Step(None, turn.here.question_id), then=[goes_on])


def status(turn: Turn) -> Done:
    """How the learner's appeals stand."""
    found = filing.of_learner(turn.session, turn.here)
    if not found:
        return steps.stay(turn, [messages.text(turn.say("Je hebt geen bezwaren, en er ligt niets bij een mens."))])
    lines = [
        messages.status_line(turn.say, one, access.asked_in(turn.session, turn.here.course, one), turn.now)
        for one in found
    ]
    return steps.stay(turn, [messages.text(line) for line in lines])


def language(turn: Turn) -> Done:
    """The other language, if the course has it; the open question is asked in it."""
    other = next((one for one in turn.here.course.file.languages if one != turn.here.language), None)
    if other is None:
        return steps.stay(turn, [messages.text(turn.say("Deze cursus is er alleen in het Nederlands."))])
    enrolments.choose_language(turn.session, turn.here, other)
    t = texts(other)
    shown: list[Message] = [messages.text(t("Vanaf nu praat ik Nederlands."))]
    asked = turn.here.course.asks(turn.here.question_id)
    if asked is not None:
        shown += messages.question(t, turn.here, asked, turn.employer_sees(asked), with_lesson=False)
    return replace(steps.stay(turn, shown), language=other)


def say_only(turn: Turn) -> Done:
    """The bot's own texts are all there is to it: help, privacy, a hint, a question back."""
    return steps.stay(turn, [])


ACTS: dict[str, Act] = {
    "start": start,
    "answer": answer,
    "choose": choose,
    "appeal": disputing.appeal,
    "file_appeal": disputing.file_appeal,
    "file_without_statement": disputing.file_without_statement,
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


def pending(turn: Turn) -> list[Message]:
    """What to show a learner who comes back while a confirmation or a statement was awaited."""
    match turn.here.awaiting:
        case "confirm_reset":
            return ask_reset(turn).then
        case "confirm_again":
            return [messages.confirm_again(turn.say)]
        case "appeal_statement":
            return [disputing.say_why(turn)]
    return []


def _show_grade(turn: Turn, asked: Asked, decided: Decided) -> Done:
    """The grade, then the next question, unless the machine asks once more."""
    if decided.outcome == "undecided" and not decided.to_a_person:
        return Done(steps.step_at(asked), first=[messages.grade(turn.say, asked, decided, None)])
    due = None
    if decided.to_a_person:
        origin: Origin = "opted_out" if turn.here.by_person else "machine"
        due = filing.refer(turn.session, turn.here, asked.id, decided.id, turn.now, origin).due_at
    return steps.onward(turn, asked, first=[messages.grade(turn.say, asked, decided, due)])


def _reopen(turn: Turn, asked: Asked) -> Done:
    words = turn.say("Je oude antwoord verdwijnt zodra je een nieuw antwoord stuurt.")
    return Done(steps.step_at(asked), then=[messages.text(words), *steps.ask(turn, asked, with_lesson=False)])


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
