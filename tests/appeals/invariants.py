"""What holds of every case whatever happened, looked up in the database: each query finds what breaks it."""

import datetime as dt
from collections import Counter
from typing import Final

from dateutil.relativedelta import relativedelta
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from appeals import notices
from appeals.models import Appeal
from privacy.deadlines import ZONE
from store.base import Table

OPEN = "a.state IN ('filed', 'claimed', 'awaiting_learner', 'escalated')"
TEXTS = "num_nonnulls(a.statement, a.asked, a.reply, a.extension, a.ruling_text, a.before)"
BROKEN: Final = {
    "two open appeals on one decision": f"""
        SELECT a.decision_id FROM appeal a WHERE {OPEN} GROUP BY a.decision_id HAVING count(*) > 1""",
    "an open appeal on no decision": f"SELECT a.number FROM appeal a WHERE {OPEN} AND a.decision_id IS NULL",
    "in review and no open appeal, or the reverse": f"""
        SELECT d.id FROM decision d
        WHERE d.in_review <> EXISTS (SELECT FROM appeal a WHERE a.decision_id = d.id AND {OPEN})""",
    "a ruling without a person who read": """
        SELECT a.number FROM appeal a LEFT JOIN member m ON m.id = a.ruled_by
        WHERE a.state = 'decided' AND (m.id IS NULL OR NOT 'reviewer' = ANY (m.roles) OR a.own_reading IS NULL)""",
    "a person's decision without their ruling": """
        SELECT d.id FROM decision d WHERE d.maker = 'person' AND NOT EXISTS (
            SELECT FROM appeal a WHERE a.decision_id = d.id AND a.ruled_by = d.member_id AND a.reason = d.reason)""",
    "a clock's decision of a case that did not expire": """
        SELECT d.id FROM decision d WHERE d.maker = 'clock' AND NOT EXISTS (
            SELECT FROM appeal a WHERE a.decision_id = d.id AND a.state = 'expired_in_favour')""",
    "a ruling that is not what stands": """
        SELECT a.number FROM appeal a JOIN decision d ON d.id = a.decision_id WHERE a.state = 'decided'
        AND (d.maker, d.member_id, d.decided_at) IS DISTINCT FROM ('person', a.ruled_by, a.ruled_at)
        AND NOT EXISTS (SELECT FROM appeal b WHERE b.decision_id = d.id AND b.number > a.number)""",
    "a case about somebody else's answer": """
        SELECT a.number FROM appeal a JOIN decision d ON d.id = a.decision_id
        WHERE (a.learner_id, a.question_id) IS DISTINCT FROM (d.learner_id, d.question_id)""",
    "texts or a person that outlived the answer": f"""
        SELECT a.number FROM appeal a WHERE (a.decision_id IS NULL OR a.learner_id IS NULL)
        AND (a.decision_id IS NOT NULL OR a.learner_id IS NOT NULL OR {TEXTS} > 0)""",
    "something to tell about an answer that has gone": """
        SELECT n.id FROM notice n JOIN appeal a ON a.id = n.appeal_id WHERE a.learner_id IS NULL""",
    "points that are not those of the outcome": """
        SELECT d.id FROM decision d WHERE d.points <> CASE d.outcome WHEN 'passed' THEN d.max_points ELSE 0 END""",
    "the first person again": f"""
        SELECT a.number FROM appeal a WHERE NOT a.exception AND a.first_ruled_by IN (
            CASE WHEN a.state = 'claimed' THEN a.claimed_by END, CASE WHEN a.state = 'decided' THEN a.ruled_by END)
        AND ({OPEN} OR a.state = 'decided')""",
    "told twice": """
        SELECT n.learner_id FROM notice n GROUP BY n.learner_id, n.question_id, n.kind, n.channel, n.version,
        n.appeal_id, n.created_at HAVING count(*) > 1""",
}
TOLD: Final = {
    "appeal.filed": "filed", "appeal.asked": "asked", "appeal.extended": "extended", "appeal.ruled": "ruled",
    "appeal.expired": "expired", "appeal.escalated": "escalated", "appeal.reminded": "reminder",
    "appeal.missed": "missed",
}  # fmt: skip
"""Which entry of the journal is told as what: both are written in one transaction."""


REPLACED: Final = text("""
    SELECT a.number FROM appeal a JOIN decision d ON d.id = a.decision_id
    JOIN answer w ON (w.learner_id, w.question_id) = (d.learner_id, d.question_id) WHERE w.answered_at > a.filed_at
""")
"""Cases about an answer that has been replaced, where everybody's clock is the same."""


def broken(session: Session) -> dict[str, list[object]]:
    """What does not hold, with where; empty when all does."""
    found = {name: list(session.execute(text(query)).scalars()) for name, query in BROKEN.items()}
    found["a date beyond the law"] = [
        appeal.number for appeal in session.execute(select(Appeal)).scalars() if appeal.due_at > _latest(appeal)
    ]
    found["lost or doubled in the outbox"] = _outbox(session)
    return {name: where for name, where in found.items() if where}


def everything(session: Session) -> dict[str, list[str]]:
    """All rows of the organisation in every table."""
    tables = [table for table in Table.metadata.sorted_tables if "organisation_id" in table.c]
    return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def _latest(appeal: Appeal) -> dt.datetime:
    """The law's month or three, and the longest row of days off after it; worked out apart from the product."""
    months = relativedelta(months=3 if appeal.extended_at else 1)
    return dt.datetime.combine(
        (appeal.clock_at.astimezone(ZONE) + months).date() + dt.timedelta(days=4), dt.time.max, ZONE
    )


def _outbox(session: Session) -> list[object]:
    """Cases of which what is to be told differs from what happened, as the journal has it."""
    numbers = dict(session.execute(text("SELECT id, number FROM appeal WHERE learner_id IS NOT NULL")).all())
    predicted: Counter[tuple[object, ...]] = Counter()
    for appeal, act in session.execute(
        text("SELECT appeal_id, act FROM journal WHERE appeal_id IN (SELECT id FROM appeal)")
    ):
        if appeal in numbers and act in TOLD:
            predicted.update((numbers[appeal], TOLD[act], channel) for channel in notices.CHANNELS[TOLD[act]])  # type: ignore[index]
        if appeal in numbers and act == "appeal.undone":
            predicted.subtract((numbers[appeal], "ruled", channel) for channel in notices.CHANNELS["ruled"])
    found = Counter(
        (numbers.get(appeal), kind, channel)
        for appeal, kind, channel in session.execute(
            text("SELECT appeal_id, kind, channel FROM notice WHERE appeal_id IS NOT NULL")
        )
    )
    predicted = +predicted
    return [*((*key, "lost") for key in predicted - found), *((*key, "doubled") for key in found - predicted)]
