"""Erasing, exporting and keeping, on a real database: every table is walked, whatever is added to the schema."""

import datetime as dt
import uuid
from pathlib import Path

import jsonschema_rs
import pytest
from sqlalchemy import func, select, text, update

from api import erasing
from api.tables import METADATA
from appeals import conflicts, filing, ruling
from appeals.states import Ruling
from learning import enrolments
from learning.models import Answer, Certificate
from people import subscriptions
from people.actors import LearnerClaims
from people.models import Learner, Organisation
from privacy import acceptance, erase, export, links, looks, permission, registry, retention
from privacy.errors import SchemaUnknown
from privacy.models import Hold
from store.base import Ciphertext
from store.embedded import OWNER, EmbeddedServer
from store.store import connect
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk
from tests.privacy.request import Case

DAY = dt.timedelta(days=1)


def full(desk: Desk) -> tuple[LearnerClaims, uuid.UUID]:
    """A learner with something in every table that can hold anything about learners."""
    claims = desk.learner()
    desk.answer(claims)
    number = desk.appeal(claims, statement="Ik bedoelde nee.")
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.extend(session, desk.vault, desk.reviewers[0], number, "We zijn met weinig mensen.", START)
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous", text="Het kan twee dingen zijn.")
    with desk.write(claims) as (session, here):
        enrolments.begin(session, here, here.learner, START)
        looks.record(session, desk.reviewers[0], here.learner, here.course.questions[0].id, "review", START)
        conflicts.declare(session, desk.id, desk.reviewers[1].id, learner_id=here.learner, now=START)
        owner = {"organisation_id": desk.id, "learner_id": here.learner, "course_id": here.course.id}
        session.add(Certificate(id=uuid.uuid4(), code=uuid.uuid4().hex, points=0, issued_at=START, **owner))
        looks.record_link(session, desk.id, here.learner, START)
        links.make(session, claims, here.learner, "export", START)
        acceptance.tell(session, desk.id, here.learner, START)
        permission.ask(session, desk.vault, claims, here.learner, "ouder@elders.example", START)
        subscriptions.ask(session, desk.vault, desk.id, here.learner, "jo@elders.example", START)
        subscriptions.confirm(session, desk.id, here.learner, START, START)
        learner_id = here.learner
    Case(desk, desk.reviewers[0], kind="see").linked(claims.subject)
    return claims, learner_id


def held(desk: Desk, learner_id: uuid.UUID) -> dict[str, int]:
    """Rows of this learner, by table."""
    with desk.store.read(desk.id) as session:
        return {
            kind.table.name: session.execute(
                select(func.count()).select_from(kind.table).where(kind.of(learner_id))
            ).scalar_one()
            for kind in registry.kinds("learner")
        }


def test_every_table_about_people_says_whose_its_rows_are(desk: Desk) -> None:
    assert {kind.table.name for kind in registry.kinds("learner")} >= {"learner", "answer", "appeal", "journal"}
    assert "member" in {kind.table.name for kind in registry.kinds("member")}
    with desk.store.read(desk.id) as session:
        registry.require_known(session)


def test_a_table_that_nobody_maps_stops_everything(desk: Desk, bare_database: tuple[EmbeddedServer, Path]) -> None:
    _, learner_id = full(desk)
    owner = connect(bare_database[0].url(OWNER), pool=1)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE unknown_to_us (name text)"))
    try:
        with pytest.raises(SchemaUnknown, match="unknown_to_us"):
            erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START)
        assert held(desk, learner_id)["answer"] == 1
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP TABLE unknown_to_us"))
        owner.dispose()


def test_erased_is_erased_everywhere_and_a_statistic_stays(desk: Desk) -> None:
    other, other_id = full(desk)
    _, learner_id = full(desk)
    before = held(desk, other_id)
    assert [name for name, count in before.items() if not count and name not in ("hold", "contact", "letter")] == []
    done = erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START + DAY)
    assert done.held is None and done.deleted["answer"] == 1
    assert set(held(desk, learner_id).values()) == {0}
    assert held(desk, other_id) == before, "nobody else's"
    with desk.store.read(desk.id) as session:
        assert erase.leading_to(session, learner_id) == []
        appeal = METADATA.tables["appeal"]
        texts = [column for column in appeal.c if isinstance(column.type, Ciphertext)]
        rows = session.execute(select(appeal).where(appeal.c.learner_id.is_(None))).mappings().all()
        assert len(rows) == 1 and all(row[column] is None for row in rows for column in texts)
        assert rows[0]["ruling"] == "upheld", "the statistic"
    assert desk.decision(other).outcome == "not_passed"


def test_the_walk_finds_what_a_policy_forgot(desk: Desk) -> None:
    """A proof that cannot fail is none: the id somewhere in a JSON column, or in a table about nobody, is found."""
    _, learner_id = full(desk)
    with desk.store.read(desk.id) as session:
        session.execute(
            text("UPDATE course SET content = content || jsonb_build_object('forgotten', CAST(:it AS text))"),
            {"it": str(learner_id)},
        )
        session.execute(text("UPDATE question SET id = id"))
        assert "course.content" in erase.leading_to(session, learner_id)
    with desk.store.read(desk.id) as session:
        assert "course.content" not in erase.leading_to(session, learner_id)


def test_what_the_law_holds_stays_and_the_report_says_why(desk: Desk) -> None:
    _, learner_id = full(desk)
    before = held(desk, learner_id)
    with desk.store.write(desk.id) as session:
        session.add(
            Hold(
                id=uuid.uuid4(), organisation_id=desk.id, learner_id=learner_id, reason="rechtszaak",
                until=dt.date(2026, 6, 1), made_by=desk.reviewers[0].id, made_at=START,
            )
        )  # fmt: skip
    kept = erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START + DAY)
    assert (kept.held, kept.held_until, kept.deleted) == ("rechtszaak", dt.date(2026, 6, 1), {})
    assert held(desk, learner_id) == before | {"hold": 1}
    gone = erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, START + 100 * DAY)
    assert gone.held is None and set(held(desk, learner_id).values()) == {0}


def test_an_export_is_complete_and_keeps_its_schema(desk: Desk) -> None:
    _, learner_id = full(desk)
    other, _ = full(desk)
    with desk.write(other) as (session, here):
        filing.supersede(session, here, None)
    with desk.store.read(desk.id) as session:
        made = export.export(session, desk.vault, learner_id, START)
    jsonschema_rs.validator_for(export.schema()).validate(made)
    assert made["data"]["answer"][0]["text"] == "ja, dat doe ik"
    (appeal,) = made["data"]["appeal"]
    texts = (appeal["statement"], appeal["asked"], appeal["extension"], appeal["ruling_text"])
    assert texts == (
        "Ik bedoelde nee.", "Wat bedoel je?", "We zijn met weinig mensen.", "Het kan twee dingen zijn.",
    ), "what reviewers wrote about the learner, too"  # fmt: skip
    assert {name: len(rows) for name, rows in made["data"].items()} == {
        name: count for name, count in held(desk, learner_id).items() if name in made["data"]
    }


def test_each_table_about_learners_is_exported_or_says_why_not() -> None:
    left_out = {kind.table.name for kind in registry.kinds("learner") if not kind.privacy.exported}
    assert left_out == {"notice", "conflict"}, "what was sent when, and who may not rule: about staff, not the learner"


def test_the_schema_refuses_a_column_that_it_does_not_know(desk: Desk) -> None:
    _, learner_id = full(desk)
    with desk.store.read(desk.id) as session:
        made = export.export(session, desk.vault, learner_id, START)
    made["data"]["learner"][0]["shoe_size"] = 43
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(export.schema()).validate(made)


def test_the_sweep_takes_what_its_rules_say_and_a_dry_run_counts_the_same(desk: Desk) -> None:
    stays, stays_id = full(desk)
    _, learner_id = full(desk)
    later = START + 370 * DAY
    with desk.write(stays) as (session, _):
        session.execute(
            text("UPDATE enrolment SET last_at = :now WHERE learner_id = :id"), {"now": later, "id": stays_id}
        )
    counted = erasing.sweep(desk.store, desk.catalogue, desk.id, later, dry=True)
    assert (counted.learners, counted.rows["notice"] > 0, counted.rows["look"]) == (1, True, 4)
    assert held(desk, learner_id)["answer"] == 1, "a dry run changes nothing"
    swept = erasing.sweep(desk.store, desk.catalogue, desk.id, later, dry=False)
    assert (swept.rows, swept.learners) == (counted.rows, counted.learners)
    assert set(held(desk, learner_id).values()) == {0} and held(desk, stays_id)["answer"] == 1
    again = erasing.sweep(desk.store, desk.catalogue, desk.id, later, dry=False)
    assert set(again.rows.values()) == {0} and again.learners == 0


def test_a_shorter_time_may_be_agreed_and_never_a_longer_one(desk: Desk) -> None:
    _, learner_id = full(desk)
    with desk.store.write(desk.id) as session:
        session.execute(update(Organisation).values(retention_days=30))
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, START + 29 * DAY, dry=True).learners == 0
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, START + 31 * DAY, dry=True).learners == 1
    with pytest.raises(Exception, match="ck_organisation_retention_days"), desk.store.write(desk.id) as session:
        session.execute(update(Organisation).values(retention_days=366))
    assert held(desk, learner_id)["learner"] == 1


def test_a_closed_organisation_is_gone_after_thirty_days(desk: Desk) -> None:
    full(desk)
    with desk.store.write(desk.id) as session:
        session.execute(update(Organisation).values(closed_at=START))
    assert not erasing.sweep(desk.store, desk.catalogue, desk.id, START + 28 * DAY, dry=False).closes
    assert erasing.sweep(desk.store, desk.catalogue, desk.id, START + 29 * DAY, dry=False).closes, "not a night later"
    with desk.store.read(desk.id) as session:
        for table in (one for one in METADATA.sorted_tables if one.name != "departure"):
            assert session.execute(select(func.count()).select_from(table)).scalar_one() == 0, table.name


def test_the_journal_is_only_pruned_when_old_and_only_ones_own(desk: Desk, new_desk: NewDesk) -> None:
    """The start of these tests is less than half a year ago or long ago, by the clock of the database."""
    other = new_desk()
    full(desk)
    full(other)

    def entries(one: Desk) -> int:
        with one.store.read(one.id) as session:
            return session.execute(select(func.count()).select_from(METADATA.tables["journal"])).scalar_one()

    counts, far = (entries(desk), entries(other)), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    old = dt.datetime.now(dt.UTC) - START > 180 * DAY
    with desk.store.write(desk.id) as session:
        assert session.execute(select(func.prune_journal(far))).scalar_one() == (counts[0] if old else 0)
    assert entries(other) == counts[1]
    assert retention.JOURNAL.days >= 180, "the AI Act asks for half a year"


def test_nobody_is_erased_by_another_organisation(desk: Desk, new_desk: NewDesk) -> None:
    _, learner_id = full(desk)
    other = new_desk()
    with pytest.raises(Exception, match="No row was found"):
        erasing.erase_learner(other.store, other.catalogue, other.id, learner_id, START)
    assert held(desk, learner_id)["answer"] == 1
    with desk.store.read(desk.id) as session:
        assert session.execute(select(func.count()).select_from(Learner)).scalar_one() == 1
        assert session.execute(select(func.count()).select_from(Answer)).scalar_one() == 1
