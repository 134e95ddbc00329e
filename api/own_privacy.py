"""What a learner reads under Privacy: what is kept, who sees it, who looked, what they chose, what erasing leaves."""

import datetime as dt
from typing import Any, Final

from sqlalchemy.orm import Session

from api import explanations, leaving, notice
from api.texts import Texts
from api.wiring import Wiring
from learning import reports
from learning.enrolments import Here
from people import contacts, subscriptions
from people.models import Organisation
from privacy import acceptance, consent, erase, legal_basis, links, looks, policy
from privacy.erase import Erased
from privacy.models import Link
from privacy.retention import JOURNAL, RULES, YEAR

Shown = dict[str, Any]
CASES: Final = next(rule for rule in RULES if rule.table == "appeal")


def shown(session: Session, wired: Wiring, here: Here, t: Texts, now: dt.datetime) -> Shown:
    """All of it; who is not known yet reads what is asked of everybody."""
    words = policy.current().texts[t.language]
    found: Shown = {
        "known": here.learner_id is not None,
        "notice": list(words.notice),
        "policy": policy.current().version,
        "renewed": None,
        "takes_part": here.takes_part,
        "consented_at": None,
        "ground": None,
        "employer_sees": [],
        "employer_counts": [],
        "looks": [],
        "by_person": here.by_person,
        "restricted": here.restricted,
        "optional": [{"key": key, "text": text, "allowed": False} for key, text in words.optional.items()],
        "links": [],
        "leaves": leaving.of_organisation(
            session, t, wired.settings, session.get_one(Organisation, here.organisation_id)
        ),
        "erasing": [],
        "complaint": words.complaint,
        "page": "/privacy",
    }
    return found if here.learner_id is None else found | _of(session, wired, here, t, now)


def _of(session: Session, wired: Wiring, here: Here, t: Texts, now: dt.datetime) -> Shown:
    """What differs from learner to learner."""
    learner, words = here.learner, policy.current().texts[t.language]
    since, since_version = consent.given_at(session, learner), acceptance.pending(session, learner)
    asked = {question.id: question.body.text[here.language] for question in here.course.questions}
    allowed = consent.given_at(session, learner, consent.IMPROVING) is not None
    left = contacts.of_learner(session, wired.vault, learner)
    hold = erase.holding(session, learner, now.date())
    kept = Erased(held=hold.reason, held_until=hold.until) if hold else Erased()
    basis = legal_basis.live(session) if since is None and legal_basis.begun(session, learner) else None
    mine: Shown = {
        "renewed": policy.changes(since_version, t.language) if since_version else None,
        "consented_at": t.moment(since) if since else None,
        "ground": notice.told(t, basis, here.organisation) if basis else None,
        "employer_sees": [
            {
                "question": asked.get(one.question_id, one.question_key),
                "state": explanations.state(t, one.state),
                "result": explanations.outcome(t, one.outcome) if one.outcome else None,
            }
            for one in reports.seen_by_employer(session, learner, here.course.file.slug, now.date())
        ],
        "employer_counts": [
            line
            for one in reports.visible_learners(session, here.course.file.slug, now.date(), learner)
            for line in _figures(t, one)
        ],
        "looks": [_look(t, one, asked) for one in looks.of_learner(session, learner)],
        "optional": [{"key": key, "text": text, "allowed": allowed} for key, text in words.optional.items()],
        "links": [_link(t, one) for one in links.live(session, learner, now)],
        "erasing": stays(t, kept),
    }
    asked_news = subscriptions.of_learner(session, wired.vault, learner)
    mailed: Shown = {
        "contact": left and {"address": contacts.masked(left[1]), "confirmed": left[0].confirmed_at is not None}
    }
    mailed["news"] = asked_news and {
        "address": contacts.masked(asked_news[1]), "confirmed": asked_news[0].confirmed_at is not None
    }  # fmt: skip
    # No address is asked for where nothing is mailed.
    return mine | (mailed if left or asked_news or wired.settings.smtp_host else {})


def stays(t: Texts, done: Erased) -> list[str]:
    """What is left after an erasure, and why, in sentences; or why nothing is erased yet."""
    if done.held is not None and done.held_until is not None:
        return [
            t("Nu nog niets: de wet laat ons dit bewaren tot en met {until}.", until=t.date(done.held_until)),
            t("De reden: {reason}", reason=done.held),
        ]
    years = CASES.days // YEAR
    return [
        t(
            "Hoe je bezwaren afliepen blijft {years} jaar staan, zonder teksten en zonder jouw nummer. Zo zien we "
            "problemen die terugkomen.", years=years,
        ),
        t(
            "In het logboek blijft {years} jaar staan dat er iets gebeurde, niet wat en niet bij wie. "
            "Dat vraagt de wet.",
            years=JOURNAL.days // YEAR,
        ),
        t("Er blijft staan dat een medewerker iets opende, zonder dat iemand ziet dat het van jou was."),
    ]  # fmt: skip


def _figures(t: Texts, one: reports.VisibleLearner) -> list[str]:
    """What the employer sees of a learner beside their answers, where that was agreed."""
    found = []
    if one.answered is not None:
        found.append(t.count("{n} vraag beantwoord", "{n} vragen beantwoord", one.answered))
    if one.points is not None:
        found.append(t.count("{n} punt", "{n} punten", one.points))
    if one.seconds is not None:
        found.append(t.count("{n} minuut geleerd", "{n} minuten geleerd", one.seconds // 60))
    return found


def _look(t: Texts, seen: looks.Seen, asked: dict[Any, str]) -> Shown:
    who = {"review": t("een beoordelaar"), "link": t("iemand met jouw link")}.get(seen.purpose, seen.who)
    what = t("alles wat over jou bewaard wordt") if seen.question_id is None else asked.get(seen.question_id, "")
    return {"who": who, "when": t.moment(seen.at), "question": what}


def _link(t: Texts, link: Link) -> Shown:
    return {"id": str(link.id), "purpose": link.purpose, "until": t.date(link.expires_at)}
