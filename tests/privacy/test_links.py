"""How long a learner's own link works."""

import datetime as dt

import pytest
from sqlalchemy import update

from privacy import links
from privacy.errors import LinkUnknown
from privacy.models import Link
from tests.appeals.desk import START, Desk


def test_it_works_seven_days_and_of_six_the_oldest_ends(desk: Desk) -> None:
    claims = desk.learner()
    day = dt.timedelta(days=1)
    with desk.write(claims) as (session, here):
        tokens = [links.make(session, claims, here.learner, "export", START + number * day)[1] for number in range(6)]
        assert links.organisation_of(tokens[0]) == desk.id
        now = START + 5 * day
        with pytest.raises(LinkUnknown):
            links.opened(session, tokens[0], "export", now)
        assert [links.opened(session, one, "export", now)[1].id for one in tokens[1:]] == [here.learner] * 5
        with pytest.raises(LinkUnknown):
            links.opened(session, tokens[5], "export", START + 12 * day)
        session.execute(update(Link).values(ended_at=now))
        with pytest.raises(LinkUnknown):
            links.opened(session, tokens[5], "export", now)
