"""H10: passwords are kept only as strong hashes, and never show up anywhere."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.trial import System
from people import signing_in
from people.models import Member
from tests.staff import Staff


def test_they_are_argon2id(session: Session, system: System) -> None:
    hashes = session.execute(select(Member.password_hash)).scalars().all()
    assert len(hashes) == len(set(hashes)) == 5
    assert all(one.startswith("$argon2id$v=19$m=65536") for one in hashes)
    assert not any(system.demo["password"] in one for one in hashes)


def test_short_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 12 characters"):
        signing_in.hash_password("elf letters")


def test_a_wrong_password_is_told_nothing_and_logged_nowhere(system: System) -> None:
    nobody = Staff(system, None)
    unknown = nobody.post("/sign-in", email="onbekend@voorbeeld.example", password="verkeerd-wachtwoord-1")
    known = nobody.post("/sign-in", email=system.demo["reviewer"], password="verkeerd-wachtwoord-1")
    assert unknown.status == known.status == 401 and "verkeerd-wachtwoord-1" not in unknown.text + known.text
    assert unknown.words.replace("onbekend@voorbeeld.example", "") == known.words.replace(system.demo["reviewer"], "")
    logs = "".join(path.read_text(errors="replace") for path in (system.settings.var / "logs").iterdir())
    assert "verkeerd-wachtwoord-1" not in logs and system.demo["password"] not in logs


def test_guessing_is_slowed_down(system: System) -> None:
    nobody = Staff(system, None)
    statuses = [nobody.post("/sign-in", email="raad@voorbeeld.example", password="x" * 12).status for _ in range(15)]
    assert 429 in statuses
