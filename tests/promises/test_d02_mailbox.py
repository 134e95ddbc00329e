"""D02: mail to a connected mailbox becomes a letter that somebody answers or puts with a case; no answer is quoted."""

import email
import email.policy
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from api.settings import ROOT
from api.trial import System, Visitor
from tests.course import receipt_number
from tests.mailserver import ADDRESS, PASSWORD, Dovecot, Letterbox, mail
from tests.staff import Staff


def _mailbox(system: System, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "api", "mailbox", arguments[0], system.demo["organisation_id"], *arguments[1:]]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | system.environment, text=True, capture_output=True, input=typed,
        check=False, start_new_session=True,  # without a terminal the password is read from `typed`
    )  # fmt: skip


def _servers(mailserver: Dovecot, outside: Letterbox) -> list[str]:
    imap, smtp = f"127.0.0.1:{mailserver.port}", f"127.0.0.1:{outside.port}"
    return ["--address", ADDRESS, "--imap", imap, "--smtp", smtp]


@pytest.fixture
def connected(system: System, mailserver: Dovecot, outside: Letterbox) -> Iterator[None]:
    """The demo organisation's mailbox, connected as an operator does, for the length of a test."""
    done = _mailbox(
        system, "connect", "--by", system.demo["privacy_officer"], *_servers(mailserver, outside), typed=PASSWORD + "\n"
    )
    assert done.returncode == 0, done.stderr
    yield
    assert _mailbox(system, "disconnect").returncode == 0


def _exchange(system: System) -> str:
    """What the worker does each minute, now; it may have been first."""
    done = _mailbox(system, "exchange")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _until(true: Callable[[], bool]) -> None:
    """Waits for it: the worker may be in the midst of doing it."""
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def _newest(reviewer: Staff) -> str:
    return re.findall(r'href="/letters/(B-\d{6})"', reviewer.get("/letters?show=all").text)[0]


def test_mail_becomes_a_letter_joins_its_case_and_is_answered_without_the_learners_answer(
    system: System, connected: None, mailserver: Dovecot, outside: Letterbox, learner: Visitor, reviewer: Staff
) -> None:
    answer = f"ja dat doe ik {uuid.uuid4().hex}"
    learner.say(answer)
    receipt = learner.command("appeal")
    case = receipt_number(receipt)

    mailserver.deliver(mail(f"Ik antwoordde: {answer}. Waarom is dat fout?", subject=f"{case} {answer}"))
    _exchange(system)
    number = _newest(reviewer)
    page = reviewer.get(f"/letters/{number}")
    assert f"De schrijver zegt dat het gaat over {case}." in page.words and "Bij geen zaak." in page.words
    assert re.search(r"<textarea[^>]*></textarea>", page.text), "an answer begins empty"

    assert reviewer.post(f"/letters/{number}/link", case=case).status == 303
    page = reviewer.get(f"/letters/{number}")
    assert f"Bij zaak {case}." in page.words
    form = {"seen": page.field("seen"), "letter_id": page.field("letter_id"), "language": "nl"}
    assert reviewer.post(f"/letters/{number}/answer", text="Beste lezer, we kijken ernaar.", **form).status == 303
    _exchange(system)
    _until(lambda: "✓ verstuurd" in reviewer.get(f"/letters/{number}").words)
    [raw] = outside.mails
    sent = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(sent, EmailMessage)
    words = f"{sent.items()} {sent.get_content()}"
    assert answer not in words and "we kijken ernaar." in words and "Autoriteit Persoonsgegevens" in words
    assert (sent["From"], sent["To"]) == (f'"Voorbeeld B.V." <{ADDRESS}>', "iemand@elders.example")

    mailserver.deliver(mail("Dank je wel.", In_Reply_To=sent["Message-ID"]))
    _exchange(system)
    page = reviewer.get(f"/letters/{_newest(reviewer)}")
    assert "Dank je wel." in page.words and f"Bij zaak {case}." in page.words, "the thread stays with the case"

    for command in ("skip", "again", "affirm"):
        learner.command(command)
    learner.say("nee, dat doe ik niet")
    gone = reviewer.get(f"/letters/{number}").words
    assert answer not in gone and "Dank je wel." not in gone and "we kijken ernaar." not in gone
    assert gone.count("De tekst is weg: het antwoord waar de zaak over ging, is vervangen of gewist.") == 3


def test_what_is_typed_is_not_lost_and_nothing_is_sent_when_something_came_in_between(
    system: System, connected: None, mailserver: Dovecot, outside: Letterbox, reviewer: Staff, employer: Staff
) -> None:
    mailserver.deliver(mail("Een vraag.", message_id="<first@elders.example>"))
    _exchange(system)
    number = _newest(reviewer)
    page = reviewer.get(f"/letters/{number}")
    mailserver.deliver(mail("Nog iets.", In_Reply_To="<first@elders.example>"))
    _exchange(system)
    form = {"seen": page.field("seen"), "letter_id": page.field("letter_id")}
    late = reviewer.post(f"/letters/{number}/answer", text="Mijn lange tekst", **form)
    assert late.status == 409 and "Nog iets." in late.words and ">Mijn lange tekst</textarea>" in late.text
    assert reviewer.post(f"/letters/{number}/close", seen=form["seen"]).status == 409
    assert reviewer.post(f"/letters/{number}/link", case="W-999999").status == 422
    empty = reviewer.post(f"/letters/{number}/answer", text=" ", seen=late.field("seen"), letter_id=str(uuid.uuid4()))
    assert empty.status == 422 and outside.mails == []
    assert reviewer.post(f"/letters/{number}/close", seen=late.field("seen")).status == 303
    assert number not in reviewer.get("/letters").text
    assert reviewer.get("/letters/B-999999").status == 404 and reviewer.get("/letters/x").status == 404
    assert employer.get(f"/letters/{number}").status == 403, "letters are for reviewers"


def test_a_mailbox_is_tried_before_it_is_kept_and_its_password_is_never_shown(
    system: System, mailserver: Dovecot, outside: Letterbox
) -> None:
    wrong = _mailbox(
        system, "connect", "--by", system.demo["privacy_officer"], *_servers(mailserver, outside), typed="fout\n"
    )
    assert wrong.returncode == 1 and "cannot be read from" in wrong.stderr and "Traceback" not in wrong.stderr
    assert _mailbox(system, "show").returncode == 1
    done = _mailbox(
        system, "connect", "--by", system.demo["privacy_officer"], *_servers(mailserver, outside), typed=PASSWORD + "\n"
    )
    shown = _mailbox(system, "show")
    assert done.returncode == 0 and f"{ADDRESS}, connected on" in shown.stdout
    assert PASSWORD not in done.stdout + done.stderr + shown.stdout
    assert _mailbox(system, "disconnect").returncode == 0 and _mailbox(system, "disconnect").returncode == 1
