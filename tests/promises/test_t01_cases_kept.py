"""T01: cases are kept for three years, without what the learner wrote, so that problems that come back are seen."""

import datetime as dt

from sqlalchemy import func, select

from api import erasing
from appeals.models import Appeal
from store.base import Ciphertext, core
from tests.appeals.desk import START, Desk
from tests.privacy.test_rights import full


def test_a_case_outlives_its_learner_without_any_text_and_goes_after_three_years(desk: Desk) -> None:
    _, learner_id = full(desk)
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START)
    day = dt.timedelta(days=1)

    def cases() -> int:
        with desk.store.read(desk.id) as session:
            return session.execute(select(func.count()).select_from(Appeal)).scalar_one()

    erasing.sweep(desk.store, desk.catalogue, desk.id, START + 3 * 365 * day - day, dry=False)
    with desk.store.read(desk.id) as session:
        (row,) = session.execute(select(core(Appeal))).mappings()
        assert row["ruling"] == "upheld" and row["reason"] == "ambiguous"
        assert [
            name.name for name in core(Appeal).c if isinstance(name.type, Ciphertext) and row[name] is not None
        ] == []
    erasing.sweep(desk.store, desk.catalogue, desk.id, START + 3 * 365 * day + day, dry=False)
    assert cases() == 0
