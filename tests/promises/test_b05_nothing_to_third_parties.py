"""B05: by default nothing leaves. What may leave was switched on by somebody, is recorded, listed, and says little."""

import datetime as dt
import json
import os
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select, text

from api import building, leaving, outside, trial
from api.parcels import event
from api.settings import ROOT, Settings
from api.texts import texts
from api.trial import System, Visitor
from appeals.models import Appeal, Notice
from learning.catalogue import Catalogue
from people.models import Webhook
from store.embedded import stop
from store.journal import Entry
from tests.browser.widget import Widget
from tests.course import receipt_number
from tests.neighbours import furnish
from tests.office import Office
from tests.staff import Staff

DECLARED = '[[processor]]\nname = "{}"\nservice = "mail"\nhost = "{}"\npurpose = "post"\ncountry = "{}"\n'
GUARD = ROOT / "tests" / "guard"
BY_THE_CLOCK = (
    "import inspect\nfrom api.jobs import jobs\n"
    "for task in list(jobs.tasks.values()):\n"
    "    if not inspect.iscoroutinefunction(task.func):\n"
    "        task.func(0)\n        print(task.name)\n"
)
"""Runs what the worker runs by the clock, but for the few tasks that are SQL on its own connection and nothing else."""


@dataclass
class Guarded:
    """The product's own processes, each of which is watched."""

    system: System
    notes: Path

    @property
    def tried(self) -> list[str]:
        """To which hosts somebody wanted to go."""
        return [line.split()[1] for line in self._lines() if line.startswith("tried ")]

    @property
    def watched(self) -> set[str]:
        """The commands that run under watch."""
        return {line.split()[-1] for line in self._lines() if line.startswith("watched ")}

    def _lines(self) -> list[str]:
        return self.notes.read_text().splitlines()

    def run(self, *command: str, **more: str) -> str:
        """A command of the product, watched too; what it prints."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.system.environment | more, text=True, capture_output=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    """A whole system with the settings that it has by itself; its processes may open no connection but to here."""
    with trial.unstarted() as made:
        notes = made.settings.var / "tried.txt"
        made.environment |= {
            "PYTHONPATH": str(GUARD), "WEDERHOOR_GUARD": str(notes), "WEDERHOOR_BOT_KEY": secrets.token_hex(32),
        }  # fmt: skip
        database = building.embedded(made.settings).start()
        processes: list[subprocess.Popen[bytes]] = []
        try:
            watching = Guarded(made, notes)
            watching.run(
                "-c", "from api import running\nfrom api.settings import Settings\nrunning.prepare(Settings())"
            )
            with made.output.open("ab") as output:
                processes = [
                    subprocess.Popen(
                        [sys.executable, "-m", "api", name], cwd=ROOT, env=made.environment, stdout=output,
                        stderr=output,
                    )
                    for name in ("bot", "serve", "work", "demo")
                ]  # fmt: skip
            until = time.monotonic() + 120
            while not made.is_ready():
                assert time.monotonic() < until, made.output.read_text()[-3000:]
                time.sleep(0.2)
            yield watching
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            stop(database)


def _told(guarded: Guarded, organisation: uuid.UUID) -> None:
    """Waits until the worker has gone through all that was to be told."""
    until = time.monotonic() + 60
    waiting = "SELECT count(*) FROM notice WHERE channel <> 'chat' AND sent_at IS NULL AND gave_up_at IS NULL"
    with building.opened(guarded.system.settings) as store:
        while True:
            with store.read(organisation) as session:
                left = session.execute(text(f"{waiting} AND attempts = 0")).scalar_one()
            if not left:
                return
            assert time.monotonic() < until, "the worker tells nothing"
            time.sleep(0.5)


def _lived_in(guarded: Guarded) -> uuid.UUID:
    """Everything that people do: a learner answers, appeals, leaves an address; a person rules; the employer looks."""
    system = guarded.system
    learner = Visitor(system, f"b05-{uuid.uuid4().hex[:8]}")
    learner.enter()
    learner.say("ja, dat doe ik")
    number = receipt_number(learner.command("appeal"))
    learner.command("skip")
    learner.ask("PUT", f"/v1/contact?course={learner.course}", {"email": "iemand@elders.example"})
    learner.ask("GET", f"/v1/export?course={learner.course}")
    ruled = Staff(system, system.demo["reviewer"]).rule(number, "approve", "upheld:graded_correctly")
    assert ruled.status == 303, ruled.words[:300]
    assert Staff(system, system.demo["controller"]).open_answer(learner.name, learner.course).status == 200
    assert Staff(system, system.demo["author"]).get("/questions").status == 200
    assert Staff(system, system.demo["privacy_officer"]).get("/oversight").status == 200
    return uuid.UUID(system.demo["organisation_id"])


def test_by_default_no_connection_is_even_tried(guarded: Guarded) -> None:
    organisation = _lived_in(guarded)
    _told(guarded, organisation)
    done = guarded.run("-c", BY_THE_CLOCK).split()
    assert {"notify", "exchange_mail", "keep_clocks", "refit_own", "watch_grading", "sweep", "send_news"} <= set(done)
    assert {"wederhoor_bot.serve", "serve", "work", "demo"} <= guarded.watched
    assert guarded.tried == []


def test_a_browser_goes_nowhere_else_either(browser: Browser, guarded: Guarded) -> None:
    page = browser.new_context(locale="nl-NL").new_page()
    asked: set[str | None] = set()
    page.on("request", lambda one: asked.add(urlsplit(one.url).hostname))
    widget = Widget(page, guarded.system).begin()
    widget.type("ja, dat doe ik")
    widget.expect_question(2)
    for path in ("/", "/privacy", "/docs", "/sign-in"):
        page.goto(guarded.system.settings.url + path)
    assert asked == {"127.0.0.1"}
    page.context.close()


def test_what_is_switched_on_is_tried_and_nothing_else(guarded: Guarded) -> None:
    """The guard sees it: without this the test before would prove nothing."""
    before, organisation = len(guarded.tried), guarded.system.demo["organisation_id"]
    officer = guarded.system.demo["privacy_officer"]
    made = guarded.run(
        "-m", "api", "webhook", "add", "https://leersysteem.example/zaken", "--organisation", organisation, "--by",
        officer,
    ).split()[1]  # fmt: skip
    _lived_in(guarded)
    _told(guarded, uuid.UUID(organisation))
    assert set(guarded.tried[before:]) == {"leersysteem.example"}
    guarded.run("-m", "api", "webhook", "remove", made, "--organisation", organisation)
    mail = {"WEDERHOOR_SMTP_HOST": "post.example", "WEDERHOOR_SMTP_SENDER": "x@post.example"}
    declared = DECLARED.format("Postbedrijf", "post.example", "DE")
    (guarded.system.settings.var / "processors.toml").write_text(declared)
    before = len(guarded.tried)
    learner = Visitor(guarded.system, f"b05-{uuid.uuid4().hex[:8]}")
    learner.enter()
    learner.say("ja, dat doe ik")
    learner.ask("PUT", f"/v1/contact?course={learner.course}", {"email": "iemand@elders.example"})
    learner.command("appeal")
    guarded.run(
        "-c", "from api import notifying\nfrom api.settings import Settings\nnotifying.notify(Settings())", **mail
    )
    assert set(guarded.tried[before:]) <= {"post.example"}


def test_a_webhook_hears_nothing_of_a_person(office: Office) -> None:
    """So that nobody has to allow it one by one: no id, no text, no address; of a ruling only what was agreed on."""
    neighbours = furnish(office)
    with office.store.write(office.id) as session:
        session.execute(text("DELETE FROM agreement"))
    with office.store.read(office.id) as session:
        notices = list(session.execute(select(Notice).where(Notice.channel == "webhook")).scalars())
        assert {one.kind for one in notices} >= {"filed", "ruled"}
        said = []
        for one in notices:
            appeal = session.get(Appeal, one.appeal_id) if one.appeal_id else None
            said.append(event(session, one, appeal, Catalogue().of_question(session, one.question_id)))
    assert {key for one in said for key in one["data"]} == {"number", "state", "course", "question", "ruling", "due"}
    assert [one["data"]["ruling"] for one in said] == [None] * len(said)
    whole = json.dumps(said)
    assert neighbours.word not in whole
    assert not [one for one in neighbours.ids() if one in whole]


def test_who_switched_it_on_and_when_is_recorded_and_told(system: System, learner: Visitor) -> None:
    """In the journal by whom, on the learner's own page since when; and gone from it once it is off."""
    organisation, officer = uuid.UUID(system.demo["organisation_id"]), system.demo["privacy_officer"]
    assert learner.ask("GET", f"/v1/privacy?course={learner.course}")["leaves"] == []
    environment = os.environ | system.environment

    def webhook(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "api", "webhook", *arguments, "--organisation", str(organisation)]
        return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)

    url = "http://127.0.0.1:1/zaken"
    assert webhook("add", url).returncode == 2, "somebody must have decided it"
    assert webhook("add", url, "--by", system.demo["reviewer"]).returncode == 2, "and be somebody who may"
    made = webhook("add", url, "--by", officer).stdout.split()[1]
    try:
        with building.opened(system.settings) as store, store.read(organisation) as session:
            entry = session.execute(select(Entry).where(Entry.act == "webhook.added")).scalars().all()[-1]
            assert entry.at - session.get_one(Webhook, uuid.UUID(made)).created_at == dt.timedelta(0)
            by = session.execute(text("SELECT email FROM member WHERE id = :id"), {"id": entry.member_id}).scalar_one()
            assert by == officer
        (told,) = learner.ask("GET", f"/v1/privacy?course={learner.course}")["leaves"]
        assert "127.0.0.1" in told and "Nooit wie je bent of wat je schreef" in told
    finally:
        assert webhook("remove", made).returncode == 0
    assert learner.ask("GET", f"/v1/privacy?course={learner.course}")["leaves"] == []


def test_the_privacy_page_lists_it_from_the_configuration(system: System) -> None:
    nobody = Staff(system, None).get("/privacy")
    assert "Niemand. Er gaat niets naar een ander bedrijf." in nobody.words


def test_what_is_set_and_declared_is_listed(tmp_path: Path) -> None:
    """In the language of the reader; what is declared and not used is not."""
    (tmp_path / "processors.toml").write_text(
        DECLARED.format("Postbedrijf", "post.example", "DE") + DECLARED.format("Ander", "ander.example", "NL")
    )
    used = Settings(var=tmp_path, smtp_host="post.example", smtp_sender="x@post.example")
    assert leaving.of_installation(texts("nl"), used) == [
        "Postbedrijf in Duitsland krijgt e-mailadressen en nummers van zaken, nooit wat je schreef."
    ]
    assert leaving.of_installation(texts("en"), used) == [
        "Postbedrijf in Germany gets e-mail addresses and numbers of cases, never what you wrote."
    ]
    assert leaving.of_installation(texts("nl"), Settings(var=tmp_path)) == []


def test_each_service_that_can_be_set_has_its_words(tmp_path: Path) -> None:
    every = Settings(
        var=tmp_path, database_url="postgresql://db.example/x", smtp_host="post.example", smtp_sender="x@post.example",
        encoder="a/model", oidc_issuer="https://id.example", oidc_client_id="w", oidc_client_secret="s",
        oidc_organisations="all", sentry_dsn="https://k@fouten.example/1", otlp_endpoint="https://sporen.example",
    )  # fmt: skip
    found = outside.configured(every)
    assert len(found) == 6 and {field for field in Settings.model_fields if field.endswith(("_issuer", "_dsn"))} == {
        "oidc_issuer", "sentry_dsn",
    }  # fmt: skip
    entry = '[[processor]]\nname = "{}"\nservice = "{}"\nhost = "{}"\npurpose = "x"\ncountry = "NL"\n'
    (tmp_path / "processors.toml").write_text("".join(entry.format(one.host, one.service, one.host) for one in found))
    assert len(leaving.of_installation(texts("nl"), every)) == len(found)
