"""D10: there is a plan for incidents, and a command that lists who was affected by what."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from api import affecting, cli, erasing
from api.settings import ROOT
from people.actors import ActingMember, LearnerClaims
from people.models import Member
from privacy import affected, looks
from privacy.affected import Affected
from store.embedded import APP, EmbeddedServer
from tests.appeals.desk import START, Desk

HOUR = dt.timedelta(hours=1)
LATER = START + HOUR


def opened(desk: Desk, claims: LearnerClaims, who: int = 0, at: dt.datetime = LATER) -> None:
    with desk.write(claims) as (session, here):
        looks.record(session, desk.reviewers[who], here.learner, here.course.questions[0].id, "review", at, 7)


def email(desk: Desk, member: ActingMember) -> str:
    with desk.store.read(desk.id) as session:
        return session.get_one(Member, member.id).email


def found(desk: Desk, moment: dt.datetime = LATER, who: str | None = None) -> list[Affected]:
    with desk.store.read(desk.id) as session:
        return affected.since(session, moment, who)


def test_whose_answers_were_opened_since_then_and_by_whom(desk: Desk) -> None:
    one, two = desk.learner(), desk.learner()
    first, second = email(desk, desk.reviewers[0]), email(desk, desk.reviewers[1])
    opened(desk, one, at=START)
    opened(desk, one)
    opened(desk, one, at=LATER + HOUR)
    opened(desk, two)
    opened(desk, two, who=1)
    rows = [
        Affected("access", "review", first, one.subject, 2, LATER, LATER + HOUR),
        Affected("access", "review", first, two.subject, 1, LATER, LATER),
        Affected("access", "review", second, two.subject, 1, LATER, LATER),
    ]
    seen = found(desk)
    assert {one for one in seen if one.source == "access"} == set(rows)
    journal = [one for one in seen if one.what == "answer.opened"]
    assert {(one.member, one.learner, one.times) for one in journal} == {
        (one.member, one.learner, one.times) for one in rows
    }
    assert {one.member for one in found(desk, who=first.upper())} == {first}
    assert found(desk, LATER + 2 * HOUR) == []


def test_who_was_erased_is_counted_and_no_longer_named(desk: Desk) -> None:
    stays, goes = desk.learner(), desk.learner()
    opened(desk, stays)
    opened(desk, goes)
    with desk.write(goes) as (_, here):
        learner_id = here.learner
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, LATER + HOUR)
    by = email(desk, desk.reviewers[0])
    assert [one for one in found(desk) if one.source == "access"] == [
        Affected("access", "review", by, None, 1, LATER, LATER),
        Affected("access", "review", by, stays.subject, 1, LATER, LATER),
    ]
    told = affecting.counted("bureau", found(desk))
    lost = sum(one.times for one in found(desk) if one.learner is None)
    entries = sum(one.times for one in found(desk))
    assert told == f"bureau: {entries} entries, 1 learners; {lost} entries lead to no learner" and lost >= 2


def test_another_organisation_is_not_in_it(desk: Desk, new_desk: object) -> None:
    other = new_desk()  # type: ignore[operator]
    opened(other, other.learner())
    assert [one for one in found(desk) if one.source == "access"] == []


def test_the_command_lists_it_as_a_table_without_answers(
    desk: Desk, bare_database: tuple[EmbeddedServer, Path], tmp_path: Path
) -> None:
    claims = desk.learner()
    desk.answer(claims, "ja, dat doe ik, olifant")
    opened(desk, claims)
    done = _run(bare_database[0], tmp_path, "--since", START.isoformat())
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert done.returncode == 0 and lines[0] == list(affecting.COLUMNS)
    by, at = email(desk, desk.reviewers[0]), LATER.isoformat(timespec="seconds")
    assert [desk.id.hex, "access", "review", by, claims.subject, "1", at, at] in lines
    assert [desk.id.hex, "journal", "answer.graded"] in [line[:3] for line in lines]
    assert "olifant" not in done.stdout and f"{desk.id.hex}: " in done.stderr
    only = _run(bare_database[0], tmp_path, "--since", "2026-01-01", "--member", by)
    assert {line.split("\t")[3] for line in only.stdout.splitlines()[1:]} == {by}
    wrong = _run(bare_database[0], tmp_path, "--since", "2026-01-01", "--member", "nobody@bureau.example")
    assert (wrong.returncode, wrong.stderr.strip()) == (2, "no organisation has a member with that address")
    assert _run(bare_database[0], tmp_path, "--since", "yesterday").returncode == 2


def _run(server: EmbeddedServer, var: Path, *given: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "api", "privacy", "affected", *given]
    env = os.environ | {"WEDERHOOR_VAR": str(var), "DATABASE_URL": server.url(APP)}
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)


def test_the_plan_says_whom_to_tell_when_and_names_commands_that_exist() -> None:
    plan = (ROOT / "docs" / "operations" / "incidents.md").read_text("utf-8")
    assert all(word in plan for word in ("72 hours", "Autoriteit Persoonsgegevens", "article 33", "article 34"))
    root = get_command(cli.app)
    for words in re.findall(r"`wederhoor ([a-z-]+)(?: ([a-z-]+))?", plan):
        one = root.commands[words[0]]  # type: ignore[attr-defined]
        assert not words[1] or words[1] in one.commands
