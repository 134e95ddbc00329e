"""The acts by which a learner disputes a decision, says why, and replies to a reviewer."""

from dataclasses import replace

from api import messages, steps
from api.messages import Message, button
from api.turns import Done, Turn
from appeals import filing
from appeals.errors import NothingToAppeal, NotPossible
from appeals.models import Appeal
from learning.catalogue import Asked
from learning.enrolments import Step
from learning.errors import NotFound


def appeal(turn: Turn) -> Done:
    """One click disputes what stands; saying why comes after it, and is up to the learner.

    What a machine decided goes to a person, what a person decided to a second one, once.
    """
    try:
        asked = turn.subject()
        opened = filing.open_on(turn.session, turn.here.learner, asked.id)
        if opened is not None and opened.asked_at is not None:
            return _ask_for_reply(turn, asked)
        filed = _dispute(turn, asked)
    except (NotFound, NothingToAppeal):
        words = turn.say("Hier kun je geen bezwaar (meer) tegen maken.")
        return replace(steps.stay(turn, [messages.text(words)]), bot_speaks=False)
    about = turn.say("Het gaat om de vraag: {question}", question=asked.body.text[asked.language(turn.here.language)])
    step = Step("appeal_statement", turn.here.question_id, asked.id)
    return Done(step, first=[messages.receipt(turn.say, filed), messages.text(about)], appealed=True)


def file_appeal(turn: Turn) -> Done:
    """The learner's statement, or their reply to the reviewer, joins the appeal."""
    assert turn.here.about_id is not None and turn.text is not None
    opened = filing.open_on(turn.session, turn.here.learner, turn.here.about_id, lock=True)
    if opened is None:  # a person was quicker than the learner's typing, or it was withdrawn elsewhere
        return steps.back(turn, [messages.text(turn.say("Dit bezwaar is al besloten of ingetrokken."))])
    filing.add(turn.session, turn.vault, turn.here, opened.number, turn.text, turn.now)
    if opened.asked_at is not None:
        return steps.back(turn, [messages.replied(turn.say, opened)])
    return steps.back(turn, [messages.text(turn.say("Je uitleg is bij je bezwaar gevoegd."))])


def file_without_statement(turn: Turn) -> Done:
    """No statement: the appeal stands as it is."""
    return steps.back(turn, [])


def _ask_for_reply(turn: Turn, asked: Asked) -> Done:
    """The reviewer asked something: what is typed next is the reply."""
    words = turn.say("Typ je reactie. De beoordelaar leest die; je werkgever ziet die niet.")
    skip = button(turn.say("Nu niet"), "skip")
    step = Step("appeal_statement", turn.here.question_id, asked.id)
    return Done(step, then=[messages.text(words, skip)], bot_speaks=False)


def say_why(turn: Turn) -> Message:
    """A statement was awaited when the learner left."""
    opened = filing.open_on(turn.session, turn.here.learner, turn.here.about_id) if turn.here.about_id else None
    if opened is None:
        words = turn.say("Dit bezwaar is al besloten of ingetrokken.")
        return messages.text(words, button(turn.say("Verder gaan"), "skip"))
    words = turn.say("Je kunt nog uitleggen waarom je het er niet mee eens bent. Dat hoeft niet.")
    return messages.text(words, button(turn.say("Verder zonder uitleg"), "skip"))


def _dispute(turn: Turn, asked: Asked) -> Appeal:
    """Raises `NothingToAppeal` where the last word has been said."""
    try:
        return filing.file(turn.session, turn.vault, turn.here, asked.id, None, turn.now)
    except NothingToAppeal:
        ruled = filing.latest_on(turn.session, turn.here.learner, asked.id)
        if ruled is None:
            raise
        try:
            return filing.escalate(turn.session, turn.here, ruled.number, turn.now)
        except NotPossible:
            raise NothingToAppeal from None
