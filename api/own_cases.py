"""A case as its learner sees it in the list of their appeals: how far it is, what was said, what they can do now."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from api import messages
from api.texts import Texts
from appeals import access, filing, outlook, ruling
from appeals.models import Appeal
from appeals.states import OPEN, Ruling, State
from learning.enrolments import Here
from learning.models import Decision
from store.vault import Vault

Row = dict[str, Any]


def row(session: Session, vault: Vault, t: Texts, here: Here, appeal: Appeal, now: dt.datetime) -> Row:
    """One case; what the learner may not know yet is not in it."""
    state = outlook.state(appeal, now)
    asked = access.asked_in(session, here.course, appeal)
    return {
        "number": messages.number(appeal),
        "question": asked.said(here.language),
        "code": str(state),
        "state": messages.in_words(t, state),
        "open": state in OPEN,
        "mine": appeal.origin == "learner",
        "level": appeal.level,
        "filed": appeal.filed_at.date().isoformat(),
        "due": appeal.due_at.date().isoformat(),
        "text": messages.status_line(t, appeal, asked, now),
        "steps": steps(t, appeal, now),
        "statement": filing.statement_of(vault, appeal),
        "extended": ruling.extension_of(vault, appeal),
        "asked": ruling.question_of(vault, appeal),
        "adds": "statement" if appeal.asked_at is None else "reply",
        "reply": filing.reply_of(vault, appeal),
        "ruling": _ruling(t, vault, appeal, now),
        "can": [_can(session, t, appeal, act) for act in outlook.can(appeal, now)],
    }


def steps(t: Texts, appeal: Appeal, now: dt.datetime) -> list[Row]:
    """Received, with a person, decided: each with whether it has been, is now, or is still to come."""
    state = outlook.state(appeal, now)
    filed = t.date(appeal.filed_at)
    received = t("Ontvangen op {date}", date=filed) if appeal.origin == "learner" else t(
        "Naar een mens gestuurd op {date}", date=filed
    )  # fmt: skip
    found = [_step("done", received)]
    if appeal.level > 1:
        found.append(_step("done", t("Een beoordelaar heeft gekeken")))
    if state in OPEN:
        found.append(_step("now", messages.in_words(t, state, first=True)))
        return [*found, _step("next", t("Besluit uiterlijk {due}", due=t.date(appeal.due_at)))]
    if state is State.DECIDED:
        assert appeal.ruled_at is not None
        looked = t("Een tweede beoordelaar heeft gekeken") if appeal.level > 1 else t("Een beoordelaar heeft gekeken")
        return [*found, _step("done", looked), _step("done", t("Besloten op {date}", date=t.date(appeal.ruled_at)))]
    return [*found, _step("done", messages.in_words(t, state, first=True))]


def ruled_title(t: Texts, result: Ruling) -> str:
    """A ruling in a sentence."""
    return {
        Ruling.OVERTURNED: t("Je had gelijk: je antwoord is alsnog goedgekeurd."),
        Ruling.PASSED: t("Een mens heeft gekeken: je antwoord is goedgekeurd."),
        Ruling.UPHELD: t("Een mens heeft gekeken. De beoordeling blijft."),
        Ruling.NOT_PASSED: t("Een mens heeft gekeken: je antwoord is niet goedgekeurd."),
    }[result]


def expired_title(t: Texts) -> str:
    """What a missed date leads to, in a sentence."""
    return t("We waren te laat met beslissen. Daarom is je antwoord goedgekeurd.")


def _ruling(t: Texts, vault: Vault, appeal: Appeal, now: dt.datetime) -> Row | None:
    """What was decided last and has been told; the first ruling still while a second person looks."""
    if appeal.state == State.EXPIRED_IN_FAVOUR:
        why = t("De datum waarop je antwoord zou krijgen, is voorbij.")
        return {"result": "expired", "title": expired_title(t), "code": None, "reason": why, "text": ""}
    if appeal.ruling_text is None or not outlook.told(appeal, now):
        return None
    return {
        "result": appeal.ruling,
        "title": ruled_title(t, Ruling(str(appeal.ruling))),
        "code": appeal.reason,
        "reason": messages.reason(t, str(appeal.reason)),
        "text": ruling.text_of(vault, appeal),
    }


def _can(session: Session, t: Texts, appeal: Appeal, act: outlook.Can) -> Row:
    """An act that is open, with what it does: the learner reads that before they do it."""
    match act:
        case "reply":
            title = t("Reageren")
            text = t("De beoordelaar leest je reactie en besluit daarna. Je werkgever ziet die niet.")
        case "add":
            if appeal.asked_at:
                title = t("Reactie aanpassen") if appeal.reply else t("Reageren")
            else:
                title = t("Uitleg aanpassen") if appeal.statement else t("Uitleg toevoegen")
            text = t("De beoordelaar leest wat je schrijft. Je werkgever ziet het niet.")
        case "withdraw":
            title, text = t("Bezwaar intrekken"), _withdrawing(session, t, appeal)
        case "escalate":
            title = t("Vraag een tweede mens")
            text = t(
                "Iemand anders dan de eerste beoordelaar kijkt opnieuw. Dat kan één keer. Het eerste besluit blijft "
                "zolang staan, en je punten kunnen niet omlaag."
            )  # fmt: skip
    return {"act": act, "title": title, "text": text}


def _withdrawing(session: Session, t: Texts, appeal: Appeal) -> str:
    decision = session.get(Decision, appeal.decision_id)
    if decision is not None and decision.outcome == "undecided":
        return t("Je uitleg wordt gewist. Een mens beoordeelt je antwoord nog wel.")
    if appeal.level > 1:
        return t("Je uitleg wordt gewist en er kijkt geen tweede mens. Het eerste besluit blijft staan.")
    return t(
        "Je uitleg wordt gewist en er kijkt geen mens. De beoordeling blijft zoals die nu is. "
        "Je kunt later opnieuw bezwaar maken."
    )  # fmt: skip


def _step(when: str, text: str) -> Row:
    return {"when": when, "text": text}
