"""D06: closing deletes within 30 days; backups roll off within a year; a restored one does not bring back what went."""

import datetime as dt
import re
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from api import backing_up, building, closing, erasing, forensics, restoring
from api.tables import METADATA
from learning import answering
from learning.models import Enrolment
from people import closing as doors
from people import enrolling, signing_in, staff_tokens
from people.errors import NotSignedIn, StaffTokenRefused, TokenRefused
from people.models import Learner, Member, Organisation
from privacy import erase
from privacy.models import Consent, Hold
from store import embedded, shredding, strongbox, vault
from store.datakeys import GRACE, DataKeys
from store.vault import Vault
from tests.appeals.desk import START, Desk
from tests.installation import NAMES, NEW, OLD, Installation, lived, lives_on
from tests.privacy.test_rights import full, held

DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


# Closing


def sweep(desk: Desk, at: dt.datetime, days: int = 30) -> erasing.Report:
    return erasing.sweep(desk.store, desk.catalogue, desk.id, at, dry=False, closes_in=dt.timedelta(days=days))


def left(desk: Desk) -> set[str]:
    """The tables in which there is anything of the organisation."""
    with desk.store.read(desk.id) as session:
        tables = [one for one in METADATA.sorted_tables if one.name != "departure"]
        counts = {one.name: session.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}
    return {name for name, count in counts.items() if count}


def test_from_closing_on_nobody_gets_in(desk: Desk) -> None:
    claims, _ = full(desk)
    with desk.store.write(desk.id) as session:
        jwk = {"kid": f"k-{desk.id.hex}", "kty": "OKP", "crv": "Ed25519", "x": "AA"}
        enrolling.accept_key(session, desk.id, jwk, START)
        token = staff_tokens.issue(session, desk.id, desk.reviewers[0].id, "proef", DAY, START)
        email = session.get_one(Member, desk.reviewers[0].id).email
        cookie = signing_in.begin(session, signing_in.candidate(session, email), START)  # type: ignore[arg-type]

    def inside() -> None:
        with desk.store.read(desk.id) as session:
            signing_in.acting(session, cookie, START)
            staff_tokens.acting(session, token, START)
            assert desk.here(session, claims).learner

    inside()
    with desk.store.write(desk.id) as session:
        closing.close(session, desk.id, START)
    with desk.store.read(desk.id) as session:
        assert signing_in.candidate(session, email) is None
        assert enrolling.find_key(session, jwk["kid"]) is None
        for refused, act in (
            (NotSignedIn, lambda: signing_in.acting(session, cookie, START)),
            (StaffTokenRefused, lambda: staff_tokens.acting(session, token, START)),
            (TokenRefused, lambda: desk.here(session, claims)),
        ):
            with pytest.raises(refused):
                act()
    with desk.store.write(desk.id) as session:
        assert doors.reopen(session, desk.id, START)
    with desk.store.read(desk.id) as session:
        assert enrolling.find_key(session, jwk["kid"]) and desk.here(session, claims).learner


@pytest.mark.parametrize("days", [30, 7, 1])
def test_thirty_days_later_at_most_all_of_it_is_gone(desk: Desk, days: int) -> None:
    """The sweep comes once a night, so it takes what would be too late the next night."""
    full(desk)
    with desk.store.write(desk.id) as session:
        assert closing.close(session, desk.id, START).learners == 1
        assert closing.close(session, desk.id, START + DAY).closed_at == START, "the first date counts"
    assert not sweep(desk, START + (days - 1) * DAY - dt.timedelta(hours=1), days).closes
    assert left(desk) >= {"learner", "answer", "appeal", "member", "course"}
    swept = sweep(desk, START + (days - 1) * DAY, days)
    assert (swept.closes, swept.stays, left(desk)) == (True, (), set())


def test_what_the_law_keeps_stays_until_it_may_go_and_is_said(desk: Desk) -> None:
    _, kept_id = full(desk)
    _, other_id = full(desk)
    until = (START + 60 * DAY).date()
    with desk.store.write(desk.id) as session:
        hold = {"id": uuid.uuid4(), "organisation_id": desk.id, "learner_id": kept_id, "until": until}
        session.add(Hold(**hold, reason="rechtszaak", made_by=desk.reviewers[0].id, made_at=START))
        session.flush()
        told = closing.close(session, desk.id, START)
    assert [(one.learner_id, one.until, one.reason) for one in told.held] == [(kept_id, until, "rechtszaak")]
    before = held(desk, kept_id)
    swept = sweep(desk, START + 30 * DAY)
    assert (swept.learners, swept.held, [one.until for one in swept.stays]) == (1, 1, [until])
    assert held(desk, kept_id) == before and set(held(desk, other_id).values()) == {0}
    with desk.store.read(desk.id) as session:
        names = session.execute(select(Member.name)).scalars().all()
    assert sorted(names) == ["-", "-", "Beoordelaar 0"], "who set the hold"
    assert sweep(desk, START + 62 * DAY).stays == () and left(desk) == set()


def test_the_event_log_can_be_kept_without_people(desk: Desk) -> None:
    _, learner_id = full(desk)
    with desk.store.write(desk.id) as session:
        closing.close(session, desk.id, START)
        lines = list(closing.log_lines(session))
    assert len(lines) > 5 and any('"act": "organisation.closed"' in line for line in lines)
    people = [str(learner_id), *(str(one.id) for one in desk.reviewers)]
    assert not any(one in line for line in lines for one in people)


# Backups


def test_a_restored_backup_does_not_bring_back_what_was_taken_back_since(place: Installation) -> None:
    keys = building.keys(place.settings)
    with place.running() as store:
        life = lived(store, keys)
        path, _ = backing_up.backup(place.settings, place.settings.backup_dir, now())
        before = {name: held(life.desk, one) for name, one in life.ids.items()}
        lives_on(life)
        with store.write(life.desk.id) as session:
            wanted = {
                "withdrawn": session.execute(select(Consent.withdrawn_at, Consent.id).order_by(Consent.id)).all(),
                "choices": session.execute(
                    select(Learner.id, Learner.by_person_since, Learner.restricted_since).order_by(Learner.id)
                ).all(),
            }
        closed = Desk(store, keys)
        with store.write(closed.id) as session:
            doors.close(session, closed.id, now())
        second, _ = backing_up.backup(place.settings, place.settings.backup_dir.with_name("second"), now())
    done = restoring.restore(place.settings, path, now(), replace=True)
    assert done.again.counts == {"learners": 1, "answers": 3, "appeals": 1, "changes": 3, "texts": 2}
    with place.running() as store:
        desk = life.desk
        desk.store = store
        after = {name: held(desk, one) for name, one in life.ids.items()}
        assert after["stays"] == before["stays"] and after["stays"]["answer"] == 2
        assert set(after["erases"].values()) == {0}
        assert (after["replaces"]["answer"], after["replaces"]["decision"]) == (1, 1)
        assert (after["resets"]["answer"], after["resets"]["decision"]) == (0, 0)
        assert after["unreachable"]["contact"] == 0 and before["unreachable"]["contact"] == 1
        with store.read(desk.id) as session:
            assert erase.leading_to(session, life.id_of("erases")) == []
            assert wanted == {
                "withdrawn": session.execute(select(Consent.withdrawn_at, Consent.id).order_by(Consent.id)).all(),
                "choices": session.execute(
                    select(Learner.id, Learner.by_person_since, Learner.restricted_since).order_by(Learner.id)
                ).all(),
            }, "to the second when it was"
            stays = desk.here(session, life.claims["stays"])
            said = answering.text_of(session, keys, stays.learner, stays.course.questions[0].id)
            assert said == f"ja, dat doe ik, {OLD} stays 0"
            reset = session.get_one(Enrolment, (life.id_of("resets"), stays.course.id))
            assert (reset.interactions, reset.seconds, reset.finished_at) == (0, 0, None)
            consented = {name: desk.here(session, one).takes_part for name, one in life.claims.items()}
            assert consented == dict.fromkeys(NAMES, True) | {"withdraws": False, "erases": False}
        case = desk.case(life.number)
        assert (case.state, case.statement) == ("withdrawn", None)
        assert "sign_in" not in left(desk), "nobody is signed in"
        assert building.organisations(store) == [desk.id], "the other one was founded after it"
    restoring.restore(place.settings, second, now(), replace=True)
    with place.running() as store, store.read(closed.id) as session:
        assert session.execute(select(Organisation.closed_at)).scalar_one() is not None


def test_a_closed_organisation_comes_back_closed_and_one_that_is_gone_does_not(place: Installation) -> None:
    keys = building.keys(place.settings)
    with place.running() as store:
        gone, closed, stays = (Desk(store, keys) for _ in range(3))
        for one in (gone, closed, stays):
            one.answer(one.learner(), now=now())
        path, _ = backing_up.backup(place.settings, place.settings.backup_dir, now())
        moment = now() - 12 * DAY
        with store.write(closed.id) as session:
            session.execute(update(Organisation).values(closed_at=moment))
        with store.write(gone.id) as session:
            doors.close(session, gone.id, now() - 30 * DAY)
        assert sweep(gone, now()).closes
    restoring.restore(place.settings, path, now(), replace=True)
    with place.running() as store:
        assert set(building.organisations(store)) == {closed.id, stays.id}
        with store.read(closed.id) as session:
            assert session.execute(select(Organisation.closed_at)).scalar_one() == moment


def test_five_minutes_later_a_backup_holds_no_replaced_text_for_whoever_has_every_key(place: Installation) -> None:
    """The backup, opened with its key, is a dump; in it every sealed text is tried with the key ring and all slots."""
    moved = [0.0]
    building.keys(place.settings)
    clock = DataKeys(place.settings.keys.with_name("data"), clock=lambda: time.time() + moved[0])
    keys = Vault({number: bytes.fromhex(line) for number, line in vault.lines_of(place.settings.keys).items()}, clock)
    with place.running() as store:
        life = lived(store, keys)
        path, _ = backing_up.backup(place.settings, place.settings.backup_dir, now())
        life.desk.answer(life.claims["replaces"], f"nee, dat doe ik niet, {NEW}", "passed", now=now())
        wanted = [f"{OLD} replaces 0".encode(), f"{OLD} replaces 1".encode()]
        assert not any(one in path.read_bytes() for one in (*wanted, life.claims["stays"].subject.encode()))

        def readable() -> list[bool]:
            key = strongbox.read_key(place.settings.backup_key_file)
            dumped = b"".join(strongbox.opened(path, key))
            found = forensics.opened(iter([("backup", _bytes_of(_as_sql(dumped)))]), keys, wanted)
            return [bool(found[one]) for one in wanted]

        assert readable() == [True, True], "the key is still there: this is what somebody would read"
        moved[0] = 300.0
        assert moved[0] > GRACE
        shredding.shred(store, keys, building.organisations(store))
        assert readable() == [False, True]


def _as_sql(dumped: bytes) -> bytes:
    """The dump as SQL, which is not compressed."""
    tool = [str(embedded.binary("pg_restore")), "--file=-"]
    return subprocess.run(tool, input=dumped, capture_output=True, check=True).stdout


def _bytes_of(sql: bytes) -> bytes:
    """The same with each binary value as the bytes that it stands for."""
    return re.sub(rb"\\\\x([0-9a-f]+)", lambda found: bytes.fromhex(found[1].decode()), sql)


def test_the_sweep_deletes_backups_before_they_are_a_year_old(place: Installation) -> None:
    with place.running():
        settings, folder = place.settings, place.settings.backup_dir
        old, young = (backing_up.backup(settings, folder, now() - days * DAY)[0] for days in (364, 363))
        foreign = folder / "holiday.backup"
        foreign.write_bytes(b"not ours")
        assert [one.path for one in backing_up.known(folder)] == [old, young]
        assert backing_up.roll_off(settings, now(), dry=True) == [old] and old.exists()
        assert backing_up.roll_off(settings, now(), dry=False) == [old]
        assert sorted(folder.iterdir()) == sorted([young, foreign])
        listed = place.run("api", "backup", "--list").stdout
        assert str(young) in listed and "363 days" in listed


def test_the_commands_say_what_they_did(place: Installation, tmp_path: Path) -> None:
    keys = building.keys(place.settings)
    with place.running() as store:
        life = lived(store, keys)
        desk = life.desk
        assert "Keep a copy elsewhere" in place.run("api", "backup").stdout
        close = ("api", "close-organisation", str(desk.id), "--yes", "--log", str(tmp_path / "log"))
        closed = place.run(*close).stdout
        assert "Bureau B.V. is closed" in closed and "9 learners" in closed and "half a year" in closed
        assert '"organisation.closed"' in (tmp_path / "log").read_text()
        assert "no such organisation" in place.run("api", "close-organisation", str(uuid.uuid4()), "--yes").stdout
        assert "is open again" in place.run("api", "close-organisation", str(desk.id), "--undo").stdout
        erasing.erase_learner(store, desk.catalogue, desk.id, life.id_of("erases"), now())
    (path,) = place.settings.backup_dir.iterdir()
    assert place.run("api", "restore", str(path)).stdout.startswith("Nothing was restored")
    done = place.run("api", "restore", str(path), "--replace").stdout
    assert done.startswith("The database is as it was on") and "learners      1" in done
