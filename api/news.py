"""What the learner has not heard yet about their cases: one card for each, in the chat."""

import datetime as dt

from sqlalchemy.orm import Session

from api import own_cases
from api.messages import Message, button, number, reason
from api.texts import Texts
from appeals import filing, outlook, ruling
from appeals.models import Appeal, Notice
from appeals.states import OPEN, Ruling, State
from learning import decisions
from learning.enrolments import Here
from privacy import policy
from store.vault import Vault


def cards(
    session: Session,
    vault: Vault,
    t: Texts,
    here: Here,
    found: list[tuple[Notice, Appeal | None]],
    now: dt.datetime,
) -> list[Message]:
    """A card for each notice that still holds; there is no appeal of an answer that was looked at with its like.

    Of two rulings on one case the card says the second one only.
    """
    last = {(notice.appeal_id or notice.id, notice.kind): notice.id for notice, _ in found}
    return [_card(session, vault, t, here, *one) for one in found if one[0].id in last.values() and _holds(*one, now)]


def _holds(notice: Notice, appeal: Appeal | None, now: dt.datetime) -> bool:
    """A notice that is shown again may speak of what has been replied to, decided or taken back since."""
    if appeal is None:
        return True
    match notice.kind:
        case "asked":
            return appeal.state == State.AWAITING_LEARNER
        case "extended":
            return State(appeal.state) in OPEN
        case "ruled":
            return appeal.ruling_text is not None and outlook.told(appeal, now)
    return True


def _card(session: Session, vault: Vault, t: Texts, here: Here, notice: Notice, appeal: Appeal | None) -> Message:
    asked = next((one for one in here.course.questions if one.id == notice.question_id), None)
    about = asked.body.text[t.language] if asked else ""
    if appeal is None:
        return _remedied(session, t, here, notice, about)
    known = {"number": number(appeal), "question": str(appeal.question_id), "about": about}
    if notice.kind == "asked":
        return {
            "type": "case", "kind": "asked", **known,
            "title": t("Een beoordelaar vraagt je iets."),
            "text": ruling.question_of(vault, appeal) or "",
            "buttons": [button(t("Reageren"), "appeal", appeal.question_id)],
        }  # fmt: skip
    if notice.kind == "extended":
        return {
            "type": "case", "kind": "extended", **known,
            "title": t("Het duurt langer. Je hoort het uiterlijk {due}.", due=t.date(appeal.due_at)),
            "text": ruling.extension_of(vault, appeal) or "",
        }  # fmt: skip
    known["complaint"] = policy.current().texts[t.language].complaint
    if notice.kind == "expired":
        return {
            "type": "ruling", "result": "expired", **known, "title": own_cases.expired_title(t),
            "reason": t("De datum waarop je antwoord zou krijgen, is voorbij."), "text": "", "buttons": [],
        }  # fmt: skip
    return {
        "type": "ruling", "result": appeal.ruling, **known,
        "title": own_cases.ruled_title(t, Ruling(str(appeal.ruling))),
        "reason": reason(t, str(appeal.reason)),
        "text": ruling.text_of(vault, appeal),
        "buttons": _after_ruling(t, appeal),
    }  # fmt: skip


def _after_ruling(t: Texts, appeal: Appeal) -> list[Message]:
    """What can be done where the ruling was not in the learner's favour."""
    if appeal.ruling in (Ruling.OVERTURNED, Ruling.PASSED):
        return []
    buttons = [button(t("Opnieuw antwoorden"), "again", appeal.question_id)]
    if appeal.level == 1:
        buttons.append(button(t("Vraag een tweede mens"), "appeal", appeal.question_id))
    return buttons


def _remedied(session: Session, t: Texts, here: Here, notice: Notice, about: str) -> Message:
    """Somebody else's appeal has led to a new look at this answer too."""
    assert notice.question_id is not None
    decision = decisions.of(session, here.learner, notice.question_id)
    opened = filing.open_on(session, here.learner, notice.question_id)
    if opened is not None:
        result = t("Een mens kijkt nu ook naar jouw antwoord, uiterlijk {due}.", due=t.date(opened.due_at))
    elif decision.outcome == "passed":
        result = t(
            "Je antwoord is alsnog goedgekeurd, {points}.", points=t.count("{n} punt", "{n} punten", decision.points)
        )
    else:
        result = t("Je antwoord is opnieuw bekeken.")
    return {
        "type": "case", "kind": "remedied", "number": None, "question": str(notice.question_id), "about": about,
        "title": result,
        "text": t("Iemand anders kreeg gelijk over een antwoord zoals dat van jou. Je hoeft niets te doen."),
    }  # fmt: skip
