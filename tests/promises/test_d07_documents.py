"""D07: the documents that the law asks for come from the running configuration and schema, so they cannot drift.

The files are made for a real organisation on a real database; a table or a setting that changes, changes them.
"""

import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api import documenting
from api.settings import ROOT, Settings
from api.tables import METADATA
from privacy import documents, facts
from privacy.errors import SchemaUnknown
from privacy.facts import Facts
from privacy.models import Agreement
from privacy.processors import Processor
from privacy.retention import Rule
from store.embedded import APP, OWNER, EmbeddedServer
from store.personal import Privacy
from store.store import connect
from tests.appeals.desk import START, Desk

RECORD = "record-of-processing"


def gathered(desk: Desk) -> Facts:
    with desk.store.read(desk.id) as session:
        return documenting.gather(Settings(), session, desk.id)


class Other(DeclarativeBase):
    metadata = MetaData()


class Diary(Other):
    """What a learner noted."""

    __tablename__ = "diary"
    __privacy__ = Privacy("learner", "delete", "a week", exported=True)

    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.mark.parametrize("language", documents.LANGUAGES)
def test_each_document_is_there_and_the_index_fits(desk: Desk, language: str) -> None:
    made = documents.make(gathered(desk))
    named = dict(reversed(line.split("  ")) for line in made[documents.INDEX].splitlines())
    wanted = {
        f"{one}/{name}.{kind}" for one in documents.LANGUAGES for name in documents.NAMES for kind in ("md", "html")
    }
    assert set(named) == set(made) - {documents.INDEX} == wanted and len(documents.NAMES) == 8
    assert all(hashlib.sha256(made[path].encode()).hexdigest() == known for path, known in named.items())
    for name in documents.NAMES:
        told, shown = made[f"{language}/{name}.md"], made[f"{language}/{name}.html"]
        assert told.startswith("# ") and "Bureau B.V." in told.split("\n", 1)[0]
        assert f'<html lang="{language}">' in shown and shown.count("<h1>") == 1
        assert ("invullen: " if language == "nl" else "fill in: ") in told, "what only people know is left open"
        assert "{{" not in told and "{%" not in told and "None" not in told and "<script" not in shown


def test_the_same_facts_give_the_same_bytes_and_no_date(desk: Desk) -> None:
    found = gathered(desk)
    assert documents.make(found) == documents.make(gathered(desk))
    dated = documents.make(replace(found, on=dt.date(2026, 12, 31)))
    assert all(("2026-12-31" in dated[path]) for path in dated if path != documents.INDEX)
    assert dt.datetime.now(dt.UTC).date().isoformat() not in documents.make(found)[f"en/{RECORD}.md"].replace(
        found.policy.version, ""
    )


def test_every_table_of_the_schema_is_in_the_record_and_a_new_one_comes_in(desk: Desk) -> None:
    found = gathered(desk)
    for language in documents.LANGUAGES:
        rows = re.findall(r"^\| `(\w+)` \| .+ \|$", documents.markdown(RECORD, language, found), re.M)
        assert set(rows) == set(METADATA.tables)
    grown = replace(found, tables=(*found.tables, *facts.described([Diary])))  # type: ignore[list-item]
    row = "| `diary` | What a learner noted. | a learner | the row goes | a week | yes | - |\n"
    assert documents.markdown(RECORD, "en", grown) == documents.markdown(RECORD, "en", found).replace(
        "| `enrolment` |", "| `enrolment` |", 1
    ).replace(_last_table_row(found), _last_table_row(found) + row, 1)


def _last_table_row(found: Facts) -> str:
    name = found.tables[-1].name
    row = re.search(rf"^\| `{name}` \| .+ \|\n", documents.markdown(RECORD, "en", found), re.M)
    assert row
    return row[0]


def test_a_changed_retention_changes_the_record(desk: Desk, new_desk: object) -> None:
    found = gathered(desk)
    rules = (Rule("look", "at", 30, "for the learner to see who looked"), *found.rules)
    before, after = (documents.markdown(RECORD, "nl", one) for one in (found, replace(found, rules=rules)))
    assert set(after.splitlines()) - set(before.splitlines()) == {
        "| `look` | 30 dagen na: gebeurd | zodat de deelnemer ziet wie er keek |"
    }
    shorter = gathered(new_desk(retention_days=90, alpha=0.002, on_missed="escalate"))  # type: ignore[operator]
    assert "| all of a learner | 90 days after their last message |" in documents.markdown(RECORD, "en", shorter)
    told = documents.markdown("instructions-for-use", "nl", shorter)
    assert "hooguit 0,2%" in told and "de zaak gaat naar een tweede mens" in told


def test_the_figures_are_those_of_the_model_that_grades(desk: Desk) -> None:
    found = gathered(desk)
    figure = found.model.card["gold"]["figures"]["nl"]["wrongly_failed"]
    for name in ("instructions-for-use", "technical-documentation", "works-council-notice", "dpia-start"):
        told = documents.markdown(name, "en", found)
        assert f"({figure['count']}/{figure['total']}; " in told
    assert f"`{found.model.id}`" in documents.markdown("technical-documentation", "nl", found)


def test_it_says_what_is_protected_and_what_is_not(desk: Desk) -> None:
    found = gathered(desk)
    told = documents.markdown("security-measures", "en", found)
    assert "| The api is reached over HTTPS | **NO**" in told, "as it is by default"
    assert found.measures.role_bound and found.measures.open_tables == ()
    weak = replace(found, measures=replace(found.measures, role_bound=False, open_tables=("answer",)))
    told = documents.markdown("security-measures", "nl", weak)
    assert "| **NEE** |" in told and "**`answer`**" in told
    assert all(f"`{one.name}` (`" in told for one in found.tables if one.sealed)


def test_processors_and_agreements_are_told_and_what_others_wrote_stays_text(desk: Desk) -> None:
    with desk.store.write(desk.id) as session:
        row = {"id": uuid.uuid4(), "organisation_id": desk.id, "course": None, "starts_on": START.date()}
        told = "afspraak | <script>x</script> **vet**"
        session.add(Agreement(**row, grants=["progress"], ground=told, agreed_by="iemand", ends_on=None))
    far = Processor("Bedrijf_x", "mail", "mail.example", "stuurt | mail", "US", "scc")
    found = replace(gathered(desk), processors=(far,))
    page = documents.make(found)[f"nl/{RECORD}.html"]
    assert "<td>afspraak | &lt;script&gt;x&lt;/script&gt; **vet**</td>" in page and "<td>voortgang</td>" in page
    assert "<td>stuurt | mail</td>\n<td>Verenigde Staten</td>\n<td>scc (AVG 46 lid 2 onder c)</td>" in page
    assert ">iemand</td>" not in page, "who signed is in the agreement itself"


def test_a_table_that_nobody_described_stops_it(desk: Desk, bare_database: tuple[EmbeddedServer, Path]) -> None:
    owner = connect(bare_database[0].url(OWNER), pool=1)
    try:
        with owner.begin() as connection:
            connection.execute(text("CREATE TABLE notes (id int)"))
        with pytest.raises(SchemaUnknown, match="notes"):
            gathered(desk)
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP TABLE notes"))
        owner.dispose()


def test_dutch_has_a_word_for_everything_in_the_schema() -> None:
    words, tables, rules = documents.words("nl"), facts.all_tables(), facts.all_rules()
    wanted = {
        "tables": {one.name for one in tables},
        "kept": {one.privacy.kept for one in tables},
        "about": {one.privacy.about for one in tables},
        "erasure": {one.privacy.erasure for one in tables},
        "why": {one.why for one in rules},
        "column": {one.moment for one in rules},
    }
    missing = {kind: sorted(names - set(words[kind])) for kind, names in wanted.items() if names - set(words[kind])}
    assert missing == {}, "privacy/templates/nl.toml lacks words"


def test_the_command_writes_a_folder_per_organisation_without_the_others(
    desk: Desk, new_desk: object, bare_database: tuple[EmbeddedServer, Path], tmp_path: Path
) -> None:
    other = new_desk()  # type: ignore[operator]
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "models").symlink_to(Settings().models.resolve())
    given = os.environ | {"WEDERHOOR_VAR": str(tmp_path / "var"), "DATABASE_URL": bare_database[0].url(APP)}
    command = [sys.executable, "-m", "api", "privacy", "documents", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, env=given, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for one in (desk, other):
        folder = tmp_path / "out" / one.id.hex
        assert f"{folder}: {2 * 2 * len(documents.NAMES) + 1} files" in done.stdout
        check = subprocess.run(["sha256sum", "-c", "--quiet", documents.INDEX], cwd=folder, check=False)
        assert check.returncode == 0
    mine = "".join(path.read_text("utf-8") for path in (tmp_path / "out" / desk.id.hex).rglob("*.*"))
    assert other.id.hex not in mine and str(other.id) not in mine
