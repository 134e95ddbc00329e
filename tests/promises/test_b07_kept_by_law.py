"""B07: what the law requires to keep is kept until it may go, and the learner reads what, why and until when."""

import datetime as dt
import uuid

from sqlalchemy import select

from api.trial import System, Visitor
from people.models import Learner, Member
from privacy.models import Hold
from store.store import Store


def test_an_erasure_says_what_stays_why_and_until_when(learner: Visitor, store: Store, system: System) -> None:
    learner.say("nee, dat doe ik niet")
    organisation = uuid.UUID(system.demo["organisation_id"])
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    with store.write(organisation) as session:
        learner_id = session.execute(select(Learner.id).where(Learner.subject == learner.name)).scalar_one()
        by = session.execute(select(Member.id).limit(1)).scalar_one()
        hold = {"id": uuid.uuid4(), "organisation_id": organisation, "learner_id": learner_id, "made_by": by}
        session.add(Hold(**hold, reason="een lopende rechtszaak", until=until, made_at=dt.datetime.now(dt.UTC)))
    kept = learner.ask("DELETE", f"/v1/me?course={learner.course}&sure=yes")
    assert "De reden: een lopende rechtszaak" in kept.pop("stays")
    assert kept == {"erased": False, "rows": 0, "held": "een lopende rechtszaak", "until": until.isoformat()}
    assert learner.ask("GET", f"/v1/conversation?course={learner.course}")["progress"]["answered"] == 1
    with store.write(organisation) as session:
        session.delete(session.get_one(Hold, hold["id"]))
    gone = learner.ask("DELETE", f"/v1/me?course={learner.course}&sure=yes")
    assert (gone["erased"], gone["held"]) == (True, None) and gone["rows"] >= 4
    assert learner.ask("GET", f"/v1/conversation?course={learner.course}")["consent"] == "missing"
