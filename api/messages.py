"""What the learner reads: each message as the widget gets it, always a complete sentence in their language."""

import datetime as dt
import uuid
from typing import Any

from api.texts import Texts
from appeals import outlook
from appeals.errors import AppealNotFound
from appeals.models import Appeal
from appeals.states import OPEN, State
from learning.catalogue import Asked
from learning.courses import ChoiceQuestion, OpenQuestion, StanceQuestion
from learning.decisions import BY_PERSON, Decided
from learning.enrolments import Here
from learning.progress import Standing
from privacy.agreements import Part

Message = dict[str, Any]


def text(words: str, *buttons: Message) -> Message:
    """A plain text, with buttons below it."""
    return {"type": "text", "text": words} | ({"buttons": list(buttons)} if buttons else {})


def button(title: str, command: str, about: object = None) -> Message:
    """A button that sends a command."""
    return {"title": title, "command": command} | ({"about": str(about)} if about else {})


def question(t: Texts, here: Here, asked: Asked, sees: frozenset[Part], *, with_lesson: bool) -> list[Message]:
    """The question, after its lesson where that has not been read yet; and what the employer sees of the answer."""
    language, body = t.language, asked.body
    shown: list[Message] = []
    if with_lesson:
        lesson = asked.lesson
        shown.append({"type": "lesson", "title": lesson.title[language], "text": lesson.text[language]})
    message: Message = {
        "type": "question",
        "question": str(asked.id),
        "number": asked.number,
        "total": len(here.course.questions),
        "text": body.text[language],
        "kind": body.kind,
        "flagged": body.flagged,
        "flagged_notice": _warning(t, sees, flagged=body.flagged),
    }
    if isinstance(body, ChoiceQuestion):
        message["options"] = [{"key": option.key, "text": option.text[language]} for option in body.options]
    return [*shown, message]


def _warning(t: Texts, sees: frozenset[Part], *, flagged: bool) -> str | None:
    """Exactly what the employer may see of the answer to come (H21)."""
    if Part.TEXT not in sees:
        return None
    if flagged and Part.OUTCOME in sees:
        return t("Deze vraag hoort bij de toets. Je werkgever kan je laatste antwoord zien, en of het is goedgekeurd.")
    if flagged:
        return t("Deze vraag hoort bij de toets. Je werkgever kan je laatste antwoord zien.")
    if Part.OUTCOME in sees:
        return t("Zo is het afgesproken: je werkgever kan je laatste antwoord zien, en of het is goedgekeurd.")
    return t("Zo is het afgesproken: je werkgever kan je laatste antwoord zien.")


def grade(t: Texts, asked: Asked, decided: Decided, due: dt.datetime | None) -> Message:
    """What the machine decided, what it read, why, and what can be done about it; or that a person will decide."""
    outcome = "again" if decided.outcome == "undecided" and due is None else decided.outcome
    title = _grade_title(t, decided, outcome, due)
    message: Message = {
        "type": "grade",
        "question": str(asked.id),
        "outcome": outcome,
        "title": title,
        "text": title,
        "reading": _reading(t, asked, decided, outcome),
        "why": None
        if isinstance(asked.body, OpenQuestion) or outcome in ("again", "undecided")
        else asked.body.why[t.language],
        "points": decided.points,
        "max_points": decided.max_points,
        "maker": "person" if decided.reason == BY_PERSON else "model",
    }
    disagree = t("Laat een mens kijken") if outcome == "again" else t("Ik ben het niet eens")
    buttons = [] if decided.reason == BY_PERSON else [button(disagree, "appeal", asked.id)]
    if outcome == "again":
        buttons.append(button(t("Verder met de volgende vraag"), "next", asked.id))
    else:
        buttons.append(button(t("Opnieuw antwoorden"), "again", asked.id))
    return message | {"buttons": buttons}


def noted(t: Texts, asked: Asked) -> Message:
    """After an open question: nothing is graded."""
    assert isinstance(asked.body, OpenQuestion)
    reply = asked.body.reply[t.language]
    return {
        "type": "grade", "question": str(asked.id), "outcome": "noted", "title": t("Bewaard, niet beoordeeld."),
        "text": reply, "reading": None, "why": reply, "points": 0, "max_points": 0, "maker": "model",
        "buttons": [button(t("Opnieuw antwoorden"), "again", asked.id)],
    }  # fmt: skip


def receipt(t: Texts, appeal: Appeal) -> Message:
    """The appeal has been received: its number, and by when a person decides, or a second one."""
    values = {"number": number(appeal), "due": t.date(appeal.due_at)}
    words = t(
        "Een tweede mens kijkt naar je bezwaar (nummer {number}), iemand anders dan de eerste. Je hoort het uiterlijk "
        "{due}. Het kan je punten niet verlagen.",
        **values,
    ) if appeal.level > 1 else t(
        "Je bezwaar is binnen (nummer {number}). Een mens beslist uiterlijk {due}. Het kan je punten niet verlagen.",
        **values,
    )  # fmt: skip
    due = appeal.due_at.date().isoformat()
    return {"type": "receipt", "number": number(appeal), "question": str(appeal.question_id), "due": due, "text": words}


def replied(t: Texts, appeal: Appeal) -> Message:
    """The reply has reached the reviewer."""
    words = t("Je hoort het uiterlijk {due}.", due=t.date(appeal.due_at))
    return {
        "type": "case", "kind": "replied", "number": number(appeal), "question": str(appeal.question_id),
        "about": None, "title": t("Je reactie is bij de beoordelaar."), "text": words,
    }  # fmt: skip


def reason(t: Texts, code: str) -> str:
    """A reviewer's reason in words that the learner understands."""
    return {
        "meaning_misread": t("De computer had je antwoord verkeerd gelezen."),
        "ordinary_usage": t("Zo zeggen mensen dat; de computer kende het niet."),
        "question_unclear": t("De vraag was niet duidelijk genoeg."),
        "technical_fault": t("Er ging technisch iets mis."),
        "graded_correctly": t("De computer had je antwoord goed gelezen."),
        "ambiguous": t("Je antwoord kan op meer manieren worden gelezen."),
        "not_ordinary_usage": t("Zo wordt het in deze taal niet gezegd."),
        "meaning_clear": t("Het is duidelijk wat je bedoelt, en dat is goed."),
        "meaning_opposite": t("Je antwoord zegt iets anders dan wat goed is."),
    }[code]


def state(t: Texts, appeal: Appeal) -> str:
    """Where an appeal stands, in a word or two."""
    return in_words(t, State(appeal.state))


def in_words(t: Texts, state: State, *, first: bool = False) -> str:
    """A state in a word or two; `first` as the beginning of a sentence."""
    words = {
        State.FILED: t("wacht op een beoordelaar"),
        State.CLAIMED: t("ligt bij een beoordelaar"),
        State.AWAITING_LEARNER: t("wacht op jouw reactie"),
        State.ESCALATED: t("wacht op een tweede beoordelaar"),
        State.DECIDED: t("besloten"),
        State.EXPIRED_IN_FAVOUR: t("goedgekeurd omdat we te laat waren"),
        State.WITHDRAWN: t("ingetrokken"),
        State.SUPERSEDED: t("vervallen"),
    }[state]
    return words[0].upper() + words[1:] if first else words


def status_line(t: Texts, appeal: Appeal, asked: Asked, now: dt.datetime) -> str:
    """How an appeal stands for its learner, with the date by which a person decides."""
    state = outlook.state(appeal, now)
    words = t(
        "{number}: {state}. Het gaat om: {question}",
        number=number(appeal),
        state=in_words(t, state),
        question=asked.said(t.language),
    )
    if state in OPEN:
        words += " " + t("Je hoort het uiterlijk {due}.", due=t.date(appeal.due_at))
    return words


def finished(t: Texts, standing: Standing, certificate: uuid.UUID | None) -> Message:
    """The course is done; with the learner's own link to their certificate, where they earned one."""
    words = t(
        "Je bent klaar met deze cursus. Je hebt {points} van de {max} punten. Dank je wel!",
        points=standing.points, max=standing.max_points,
    )  # fmt: skip
    if any(mark.in_review for mark in standing.marks.values()):
        words += " " + t("Naar een of meer antwoorden kijkt nog een mens. Dat kan je alleen punten opleveren.")
    wanted = standing.course.file.certificate
    if wanted is not None and wanted.pass_mark is not None and certificate is None:
        share = t.percent(wanted.pass_mark / 100)
        words += " " + t("Voor het certificaat heb je {share} van de punten nodig.", share=share)
    shown = text(words, button(t("Mijn bezwaren"), "status"))
    if certificate is None:
        return shown
    path = f"/certificate/{certificate}?language={t.language}"
    return shown | {"links": [{"title": t("Je certificaat"), "path": path}]}


def wipe_preview(t: Texts, answers: int, points: int, appeals: int) -> Message:
    """What a reset takes away, before it is confirmed."""
    parts = [
        t.count("{n} antwoord", "{n} antwoorden", answers),
        t.count("{n} punt", "{n} punten", points),
        t.count("{n} open bezwaar", "{n} open bezwaren", appeals),
    ]
    words = t("Dit wordt gewist: {parts}. Daarna kan niemand ze meer zien.", parts=", ".join(parts))
    return text(words, button(t("Ja, wis alles"), "affirm"), button(t("Nee, laat staan"), "deny"))


def confirm_again(t: Texts) -> Message:
    """Answering again ends an open appeal: asked before anything changes."""
    words = t("Als je opnieuw antwoordt, vervalt je bezwaar en is je oude antwoord weg. Doorgaan?")
    return text(words, button(t("Ja, opnieuw antwoorden"), "affirm"), button(t("Nee, laat staan"), "deny"))


def number(appeal: Appeal | int) -> str:
    """The receipt number that people see, of an appeal or of its number in the database."""
    return f"W-{appeal if isinstance(appeal, int) else appeal.number:06d}"


def _grade_title(t: Texts, decided: Decided, outcome: str, due: dt.datetime | None) -> str:
    if outcome == "passed":
        return t("Goedgekeurd, {points}.", points=t.count("{n} punt", "{n} punten", decided.points))
    if outcome == "not_passed":
        return t("Niet goedgekeurd.")
    if decided.reason == BY_PERSON and due is not None:
        return t(
            "Je koos dat een mens je antwoorden beoordeelt. Dat gebeurt uiterlijk {due}. Je gaat gewoon verder.",
            due=t.date(due),
        )
    if due is None:
        return t(
            "Ik weet niet zeker wat je bedoelt. Kun je het in je eigen woorden nog eens zeggen? Het kost je niets."
        )
    return t("Ik kom er niet uit. Een mens kijkt ernaar, uiterlijk {due}. Je gaat gewoon verder.", due=t.date(due))


def _reading(t: Texts, asked: Asked, decided: Decided, outcome: str) -> str | None:
    """What the machine understood. Of an unclear answer it does not say which way it leaned."""
    if not isinstance(asked.body, StanceQuestion) or decided.reason == BY_PERSON:
        return None
    if outcome in ("again", "undecided") or decided.intent not in ("approve", "disapprove"):
        return t("Ik lees geen duidelijk ja of nee op de vraag.")
    reading = asked.body.readings["approve" if decided.intent == "approve" else "disapprove"]
    words = t("Ik lees: {reading}.", reading=reading[t.language].rstrip("."))
    return words + " " + t("Klopt dat niet? Laat een mens kijken.") if outcome == "not_passed" else words


def from_number(given: str) -> int:
    """The number behind a receipt number, as `W-000123`; raises `AppealNotFound` for anything else."""
    digits = given.removeprefix("W-")
    if not digits.isdecimal() or len(digits) > 18:
        raise AppealNotFound
    return int(digits)
