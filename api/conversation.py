"""One turn of a learner: who, where they stand, what the bot makes of it, what happens, what is said.

The bot and the grader run while no transaction is open. Then one transaction carries out the act and moves the
conversation on; it names the turn, so that the same turn sent twice has one effect and gets the same reply.
"""

import datetime as dt
import json
import unicodedata
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import messages, news, notice, steps
from api.acts import ACTS, pending
from api.bot import Bot, Said
from api.texts import texts
from api.turns import Done, Turn
from appeals import filing, notices
from appeals.filing import STATEMENT_LIMIT
from grading.grade import Graders
from learning import answering, certificates, enrolments
from learning.catalogue import Catalogue
from learning.courses import StanceQuestion
from learning.enrolments import Here
from learning.errors import MovedOn, Restricted
from people import contacts, subscriptions
from people.actors import Language, LearnerClaims
from people.enrolling import welcome_learner
from privacy import acceptance, consent, legal_basis, permission
from privacy.errors import ConsentRequired, PermissionRequired
from store.store import Store
from store.vault import Vault

LONGEST = 4000
SHOWN_AGAIN = dt.timedelta(minutes=10)
"""News is shown again this long, in case the reply that told of it was lost."""

Kind = Literal["text", "answer", "command", "choice"]
Command = Literal[
    "start", "appeal", "again", "repeat", "stop", "help", "privacy", "language", "reset", "status", "skip", "next",
    "affirm", "deny",
]  # fmt: skip


class Empty(Exception):
    """There is nothing in the message to read."""


class TooLong(Exception):
    """The message is longer than an answer may be. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the widget sends for one turn. `seen` is the revision of the conversation that it showed."""

    turn: str
    course: str
    seen: int
    kind: Kind
    text: str | None = field(default=None, repr=False)
    command: str | None = None
    choice: str | None = None
    about: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that a turn needs; made once, at the start of the app."""

    store: Store
    vault: Vault
    bot: Bot
    graders: Graders
    catalogue: Catalogue

    def view(self, claims: LearnerClaims, course: str, wished: Language | None, now: dt.datetime) -> dict[str, Any]:
        """What to show a learner who opens the widget. Marks rulings as told, and changes nothing else."""
        with self.store.write(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, course, wished)
            return self._view(session, here, now)

    def consent(
        self,
        claims: LearnerClaims,
        course: str,
        language: Language,
        version: str,
        purposes: list[str],
        now: dt.datetime,
        *,
        of_age: bool = False,
    ) -> dict[str, Any]:
        """The act before the start: consent to these purposes; none where another ground holds, which was read then.

        From here on the learner exists, and may be asked. Raises `PermissionRequired` where the young need a parent,
        and there is neither that nor their own word.
        """
        with self.store.write(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, course, language)
            learner_id = welcome_learner(session, claims, here.language, now)
            if of_age and permission.need(session, learner_id):
                permission.of_age(session, claims, learner_id, now)
            if permission.need(session, learner_id):
                raise PermissionRequired
            if purposes:
                consent.give(session, claims, learner_id, version, purposes, now)
            else:
                legal_basis.begin(session, claims, learner_id, version, now)
            enrolments.begin(session, here, learner_id, now)
            return self._view(session, enrolments.find(session, self.catalogue, claims, course), now)

    def withdraw_consent(self, claims: LearnerClaims, course: str, now: dt.datetime) -> dict[str, Any]:
        """Consent is taken back: with the next message nothing is processed, and nothing is mailed any more."""
        with self.store.write(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, course)
            if here.learner_id is not None:
                consent.withdraw(session, claims, here.learner_id, now)
                contacts.remove(session, claims.organisation_id, here.learner_id, now)
                subscriptions.stop(session, claims.organisation_id, here.learner_id, now)
            return self._view(session, enrolments.find(session, self.catalogue, claims, course), now)

    def choose_purpose(
        self, claims: LearnerClaims, course: str, purpose: str, *, allowed: bool, now: dt.datetime
    ) -> None:
        """The learner allows an optional purpose, or no longer does."""
        with self.store.write(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, course)
            if here.learner_id is None or not here.takes_part:
                raise ConsentRequired
            consent.choose(session, claims, here.learner_id, purpose, allowed=allowed, now=now)

    def take(self, claims: LearnerClaims, sent: Sent, now: dt.datetime) -> dict[str, Any]:
        """One turn. Whatever it raises, then nothing has happened and the same turn can be sent again."""
        with self.store.read(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, sent.course)
        if not here.takes_part or not here.enrolled:
            raise ConsentRequired
        if here.restricted:
            raise Restricted
        if here.last_turn == sent.turn and here.last_reply is not None:
            return self._repeated(here)
        if here.revision != sent.seen:
            raise MovedOn
        if sent.text is not None:
            sent = replace(sent, text=clean(sent.text))
        said = self._ask_bot(here, sent)
        grader, grade = self.graders.of(str(claims.organisation_id)), None
        asked = here.course.asks(here.question_id) if said.act == "answer" and not here.outdated else None
        if asked is not None and isinstance(asked.body, StanceQuestion):
            grade = answering.read(grader, here, asked, sent.text or "")
        try:
            with self.store.write(claims.organisation_id) as session:
                turn = Turn(
                    session, self.vault, here, now, sent.text, sent.choice, sent.about, said.facts,
                    grade, grader.model_id, filing.known(session, here),
                )  # fmt: skip
                return self._carry_out(turn, sent, said)
        except (MovedOn, IntegrityError):  # the latter when somebody opens a case on the answer that is being replaced
            return self._again_if_done(claims, sent)

    def _ask_bot(self, here: Here, sent: Sent) -> Said:
        """The act, and the bot's texts. A chosen button of a question needs no bot to be understood."""
        if sent.kind == "choice":
            return Said("choose", {}, [])
        return self.bot.ask(
            sent.turn, here.language, here.awaiting, kind=sent.kind, text=sent.text, command=sent.command
        )

    def _carry_out(self, turn: Turn, sent: Sent, said: Said) -> dict[str, Any]:
        """The act, the reply and the step in one transaction."""
        fresh = notices.news(turn.session, turn.here, turn.now, turn.now) if turn.appeals else []
        told = news.cards(turn.session, self.vault, turn.say, turn.here, fresh, turn.now)
        answers = said.act in ("answer", "choose")
        done = steps.outdated(turn) if answers and turn.here.outdated else ACTS[said.act](turn)
        bot_says = [_bot_message(message) for message in said.messages] if done.bot_speaks else []
        shown = [*told, *done.first, *bot_says, *done.then]
        reply = self._reply(turn, sent, shown, done)
        sealed = self.vault.seal(enrolments.reply_place(turn.here), json.dumps(reply))
        enrolments.move(turn.session, turn.here, done.step, sent.turn, sealed, turn.now)
        return reply

    def _reply(self, turn: Turn, sent: Sent, shown: list[messages.Message], done: Done) -> dict[str, Any]:
        language = done.language or turn.here.language
        return {
            "turn": sent.turn,
            "revision": turn.here.revision + 1,
            "language": language,
            "progress": _progress(turn, done),
            "messages": shown,
            "input": _input(done.step.awaiting, language),
        }

    def _view(self, session: Session, here: Here, now: dt.datetime) -> dict[str, Any]:
        t = texts(here.language)
        file = here.course.file
        view: dict[str, Any] = {
            "consent": "given" if here.takes_part else "missing",
            "language": here.language,
            "languages": list(file.languages),
            "revision": here.revision,
            "course": {"slug": file.slug, "title": file.title[here.language], "summary": file.summary[here.language]},
            "notice": None,
            "renewed": False,
            "progress": None,
            "messages": [],
            "input": _input(None, here.language) | {"mode": "none"},
        }
        since = acceptance.pending(session, here.learner_id) if here.learner_id is not None else None
        if since is not None:
            acceptance.tell(session, here.organisation_id, here.learner, now)
        if not here.takes_part:
            age = permission.need(session, here.learner_id)
            return view | {"notice": notice.before(session, here, since) | {"age": age}}
        view["renewed"] = since is not None
        learner_id = here.learner
        if consent.given_at(session, learner_id) is None:
            view["consent"] = "not_asked"
        enrolments.begin(session, here, learner_id, now)
        turn = Turn(session, self.vault, here, now)
        fresh = notices.news(session, here, now - SHOWN_AGAIN, now)
        shown = news.cards(session, self.vault, t, here, fresh, now) + self._where_they_were(turn)
        return view | {"progress": _progress(turn), "messages": shown, "input": _input(here.awaiting, here.language)}

    def _where_they_were(self, turn: Turn) -> list[messages.Message]:
        """The greeting, or the open question, for somebody who comes (back) in."""
        t, here = turn.say, turn.here
        title = here.course.file.title[here.language]
        asked = here.course.asks(here.question_id)
        if here.awaiting is not None and asked is not None:
            enrolments.show(turn.session, here)
            back = messages.text(
                t("Welkom terug. Je bent bij vraag {n} van {total}.", n=asked.number, total=len(here.course.questions))
            )
            waiting = pending(turn)
            return [back, *(waiting or messages.question(t, here, asked, turn.employer_sees(asked), with_lesson=True))]
        standing = turn.standing()
        if standing.marks:
            if standing.finished:
                certificate = certificates.issue(turn.session, here, standing, turn.now)
                return [messages.finished(t, standing, certificate)]
            words = t("Welkom terug bij {title}. Ga je verder?", title=title)
            return [messages.text(words, messages.button(t("Verder gaan"), "start"))]
        words = t("Dit is de cursus {title}. {summary}", title=title, summary=here.course.file.summary[here.language])
        return [messages.text(words, messages.button(t("Beginnen"), "start"))]

    def _repeated(self, here: Here) -> dict[str, Any]:
        """The reply that this turn had: its first reply was lost on the way."""
        assert here.last_reply is not None
        reply: dict[str, Any] = json.loads(self.vault.unseal(enrolments.reply_place(here), here.last_reply))
        return reply

    def _again_if_done(self, claims: LearnerClaims, sent: Sent) -> dict[str, Any]:
        """Two of the same turn at once: the second one gets the reply of the first."""
        with self.store.read(claims.organisation_id) as session:
            here = enrolments.find(session, self.catalogue, claims, sent.course)
        if here.last_turn != sent.turn:
            raise MovedOn
        return self._repeated(here)


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, composed (NFC). Raises `Empty` or `TooLong`."""
    if len(text) > LONGEST:
        raise TooLong
    kept = "".join(
        char for char in unicodedata.normalize("NFC", text)
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")
    )  # fmt: skip
    if not kept.strip():
        raise Empty
    return kept


def _progress(turn: Turn, done: Done | None = None) -> dict[str, Any]:
    standing = (done and done.standing) or turn.standing()
    appealed = turn.appeals or (done is not None and done.appealed)
    return {
        "answered": standing.answered,
        "total": len(turn.here.course.questions),
        "points": standing.points,
        "max_points": standing.max_points,
        "open_appeals": filing.count_open(turn.session, turn.here) if appealed else 0,
        "finished": standing.finished,
    }


def _input(awaiting: str | None, language: Language) -> dict[str, Any]:
    t = texts(language)
    mode, placeholder = {
        "answer": ("text", t("Typ je antwoord")),
        "choice": ("choice", t("Kies een antwoord, of typ het nummer")),
        "appeal_statement": ("statement", t("Leg uit waarom (hoeft niet)")),
        "confirm_reset": ("confirm", t("Typ ja of nee")),
        "confirm_again": ("confirm", t("Typ ja of nee")),
    }.get(awaiting or "", ("text", t("Typ hulp als je niet weet wat je kunt doen")))
    return {"mode": mode, "placeholder": placeholder, "max": STATEMENT_LIMIT if mode == "statement" else LONGEST}


def _bot_message(message: dict[str, Any]) -> messages.Message:
    """A message of the bot as the widget gets it; its button payloads become commands."""
    buttons = []
    for one in message.get("buttons", []):
        if one["payload"] == "answer":
            buttons.append({"title": one["title"], "kind": "answer"})
        else:
            buttons.append({"title": one["title"], "command": one["payload"].removeprefix("command:")})
    return {"type": "text", "text": message["text"]} | ({"buttons": buttons} if buttons else {})
