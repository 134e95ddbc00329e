"""H19: news about trainings only for who asked for it and confirmed it; stopped at once, by one click in any mail."""

import datetime as dt
import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import select, text

from api import erasing
from api.mail import links
from api.mail.links import Link
from api.newsletters import Sender
from api.trial import System, Visitor
from learning import enrolments
from people import contacts, subscriptions
from people.actors import ActingMember, LearnerClaims
from people.errors import AddressInvalid, NewsInvalid
from people.models import Contact
from people.subscriptions import NewsMail, NewsSubscription
from privacy import retention
from store import vault as vaults
from tests.appeals.desk import START, URL, Desk, tell
from tests.conftest import NewLearner
from tests.office import Office
from tests.problem import problem
from tests.receivers import Mailbox, mailbox, words
from tests.staff import Staff

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
PATH = "/v1/news?course=information-security"
PRIVACY = "/v1/privacy?course=information-security"
SUBJECT, BODY = "Nieuwe training", "Er is een training over wachtwoorden.\n\nKijk in de leerchat."


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox() as opened:
        yield opened


@pytest.fixture
def send(desk: Desk, box: Mailbox) -> Callable[..., None]:
    """One round of the worker in this organisation, at a moment; in a thread of its own, as `desk.tell`."""

    def once(now: dt.datetime = START) -> None:
        sender = Sender(desk.store, desk.vault, box.post(), URL, lambda: now)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(sender.send, desk.id).result()

    return once


def _ask(desk: Desk, address: str, now: dt.datetime = START) -> LearnerClaims:
    """A learner who asks for news."""
    learner = desk.learner()
    with desk.write(learner) as (session, here):
        subscriptions.ask(session, desk.vault, desk.id, here.learner, address, now)
    return learner


def _asked(desk: Desk, address: str, send: Callable[..., None], box: Mailbox) -> LearnerClaims:
    """The same, confirmed from the mail that was sent."""
    learner = _ask(desk, address)
    send()
    assert _follow(desk, _address(box.to(address)[-1], "confirm"))
    return learner


def _address(mail: EmailMessage, purpose: str) -> str:
    """The link in a mail, the same in its text and its page."""
    found = {one for part in words(mail) for one in re.findall(rf"{URL}/{purpose}/[\w-]+", part)}
    (only,) = found
    return only


def _follow(desk: Desk, address: str) -> bool:
    link = links.read(desk.vault, address.rpartition("/")[2])
    assert link is not None
    return links.follow(desk.store, link, START + MINUTE)


def _write(desk: Desk, now: dt.datetime = START, **more: str) -> int:
    author = ActingMember(desk.reviewers[0].id, desk.id, "Bureau B.V.", "Auteur", frozenset({"author"}), "nl")
    with desk.store.write(desk.id) as session:
        return subscriptions.write(
            session, author, "nl", more.get("subject", SUBJECT), more.get("body", BODY), now
        )  # fmt: skip


def test_nobody_gets_news_who_did_not_ask(desk: Desk, box: Mailbox, send: Callable[..., None]) -> None:
    """An address for mail about appeals is none for news, and the other way round."""
    desk.reachable("zaken@elders.example")
    desk.learner()
    learner = _asked(desk, "nieuws@elders.example", send, box)
    assert _write(desk) == 1
    send()
    assert [(one, mail["subject"]) for one, mail in box.got[1:]] == [("nieuws@elders.example", SUBJECT)]
    desk.answer(learner)
    desk.appeal(learner)
    tell(desk, START + DAY, box.post())
    assert len(box.to("nieuws@elders.example")) == 2, "to confirm, and the news; nothing about the appeal"


def test_nothing_but_the_question_goes_to_an_address_that_is_not_confirmed(
    desk: Desk, box: Mailbox, send: Callable[..., None]
) -> None:
    _ask(desk, "jo@elders.example")
    send()
    assert _write(desk) == 0
    send(START + DAY)
    (mail,) = box.to("jo@elders.example")
    assert mail["subject"] == "Bevestig je adres voor nieuws over trainingen"
    assert mail["List-Unsubscribe"] is None, "there is nothing to stop yet"
    with desk.store.write(desk.id) as session:
        retention.sweep(session, desk.id, START + 15 * DAY, dry=False)
        assert session.execute(select(NewsSubscription)).first() is None, "and without an answer it is forgotten"


def test_each_mail_stops_it_with_one_click_and_at_once(desk: Desk, box: Mailbox, send: Callable[..., None]) -> None:
    learner = _asked(desk, "jo@elders.example", send, box)
    _write(desk)
    send()
    mail = box.to("jo@elders.example")[-1]
    stop = _address(mail, "stop")
    assert mail["List-Unsubscribe"] == f"<{stop}>" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert BODY.split("\n\n")[1] in words(mail)[0] and learner.subject not in str(mail)
    assert _write(desk, START + MINUTE) == 1, "the next one waits in the queue"
    assert _follow(desk, stop) and _follow(desk, stop), "twice is once"
    send(START + DAY)
    assert len(box.to("jo@elders.example")) == 2 and _write(desk) == 0
    with desk.store.read(desk.id) as session:
        assert session.execute(select(NewsMail)).all() == session.execute(select(NewsSubscription)).all() == []


def test_an_old_link_does_not_stop_or_confirm_a_new_address(
    desk: Desk, box: Mailbox, send: Callable[..., None]
) -> None:
    learner = _asked(desk, "oud@elders.example", send, box)
    _write(desk)
    send()
    old = {purpose: _address(box.got[place][1], purpose) for place, purpose in ((0, "confirm"), (1, "stop"))}
    with desk.write(learner) as (session, here):
        subscriptions.ask(session, desk.vault, desk.id, here.learner, "nieuw@elders.example", START + DAY)
    assert not _follow(desk, old["confirm"])
    assert _follow(desk, old["stop"])
    assert _write(desk) == 0, "whoever reads the old mailbox confirms nothing"
    send(START + DAY)
    assert _follow(desk, _address(box.to("nieuw@elders.example")[-1], "confirm")) and _write(desk) == 1


def test_withdrawing_restricting_and_erasing_stop_it_too(desk: Desk, box: Mailbox, send: Callable[..., None]) -> None:
    stopped, still, erased = (_asked(desk, f"{one}@elders.example", send, box) for one in ("a", "b", "c"))
    assert _write(desk) == 3
    with desk.write(stopped) as (session, here):
        subscriptions.stop(session, desk.id, here.learner, START)
    with desk.write(still) as (session, here):
        enrolments.restrict(session, here, restricted=True, now=START)
    with desk.store.read(desk.id) as session:
        gone = desk.here(session, erased).learner
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, gone, START)
    send(START + DAY)
    assert len(box.got) == 3 and _write(desk) == 0


def test_a_mail_that_fails_comes_again_and_one_that_is_refused_does_not(
    desk: Desk, box: Mailbox, send: Callable[..., None]
) -> None:
    _asked(desk, "jo@elders.example", send, box)
    _write(desk)
    box.refusing["jo@elders.example"] = "451 not now"
    send()
    box.refusing.clear()
    send(START + MINUTE)
    assert len(box.to("jo@elders.example")) == 1, "not before its time"
    send(START + DAY)
    assert len(box.to("jo@elders.example")) == 2
    _write(desk)
    box.refusing["jo@elders.example"] = "550 no such person"
    send(START + DAY)
    box.refusing.clear()
    send(START + 9 * DAY)
    assert len(box.to("jo@elders.example")) == 2


def test_links_are_ours_and_say_nothing(desk: Desk) -> None:
    link = Link("news", desk.id, uuid.uuid4(), START)
    address = link.address(URL, desk.vault)
    token = address.rpartition("/")[2]
    assert links.read(desk.vault, token) == link
    assert desk.id.hex not in address and link.learner_id.hex not in address
    for wrong in ("", "x", token[:-2], token[:-1] + ("A" if token[-1] != "A" else "B") + "A", "é", "A" * 5000):
        assert links.read(desk.vault, wrong) is None, wrong


def test_links_survive_a_new_key_and_not_the_loss_of_theirs(desk: Desk, tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    token = desk.vault.stamp("x")
    vaults.add_key(ring)
    assert vaults.open_ring(ring).stamped(token) == "x"
    assert vaults.open_ring(ring.with_name("other")).stamped(token) is None


@pytest.mark.parametrize(("subject", "body"), [("", BODY), (SUBJECT, " \n"), ("x" * 121, BODY), (SUBJECT, "x" * 5001)])
def test_news_has_a_subject_and_a_text(desk: Desk, subject: str, body: str) -> None:
    with pytest.raises(NewsInvalid):
        _write(desk, subject=subject, body=body)


def test_a_subject_makes_no_headers(desk: Desk, box: Mailbox, send: Callable[..., None]) -> None:
    _asked(desk, "jo@elders.example", send, box)
    _write(desk, subject="Nieuws\r\nBcc: iemand@anders.example")
    send()
    mail = box.to("jo@elders.example")[-1]
    assert mail["subject"] == "Nieuws Bcc: iemand@anders.example" and mail["bcc"] is None


def test_mail_about_appeals_stops_so_too(desk: Desk, box: Mailbox) -> None:
    learner = desk.reachable("zaken@elders.example")
    desk.answer(learner)
    desk.appeal(learner)
    tell(desk, START, box.post())
    (mail,) = box.to("zaken@elders.example")
    stop = _address(mail, "stop")
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert _follow(desk, stop)
    with desk.store.read(desk.id) as session:
        assert session.execute(select(Contact)).first() is None
        with pytest.raises(AddressInvalid):
            contacts.checked("geen adres")


def _mailed(box: Mailbox, address: str, subject: str) -> EmailMessage:
    until = time.monotonic() + 90
    while True:
        found = [one for one in box.to(address) if one["subject"] == subject]
        if found:
            return found[-1]
        assert time.monotonic() < until, f"{subject} was not mailed"
        time.sleep(0.5)


def test_all_of_it_in_the_running_product(
    system: System, new_learner: NewLearner, post_box: Mailbox, author: Staff
) -> None:
    """Off by default; asked for in the widget's panel, confirmed and stopped from a mail without signing in."""
    stranger = new_learner(enter=False)
    assert problem(stranger, "PUT", PATH, {"email": "jo@elders.example"})["code"] == "consent_required"
    learner = new_learner()
    assert learner.ask("GET", PRIVACY)["news"] is None, "nothing is ticked beforehand"
    address = f"{learner.name}@elders.example"
    assert learner.ask("PUT", PATH, {"email": address}) == {"address": "v…@elders.example", "confirmed": False}
    pool = urllib3.PoolManager(retries=False)
    asked = _mailed(post_box, address, "Bevestig je adres voor nieuws over trainingen")
    confirm = re.search(r"http://[^\s<\"]+/confirm/[\w-]+", words(asked)[0])
    assert confirm is not None
    assert pool.request("GET", confirm[0]).status == 200
    assert learner.ask("GET", PRIVACY)["news"]["confirmed"] is False, "opening a link does nothing"
    assert pool.request("POST", confirm[0]).status == 403, "nor does another site"
    assert pool.request("POST", confirm[0], headers={"origin": system.settings.url}).status == 200
    assert learner.ask("GET", PRIVACY)["news"] == {"address": "v…@elders.example", "confirmed": True}
    subject = f"Nieuws {uuid.uuid4().hex[:8]}"
    sent = author.post("/news", subject=subject, text="Een nieuwe training.", language="nl")
    assert sent.status == 303
    listed = author.get("/news")
    assert subject in listed.words and address not in listed.text and learner.name not in listed.text
    assert "Minder dan 5 mensen vragen om nieuws." in listed.words
    news = _mailed(post_box, address, subject)
    stop = news["List-Unsubscribe"].strip("<>")
    assert pool.request("GET", stop).status == 200 and learner.ask("GET", PRIVACY)["news"] is not None
    clicked = pool.request("POST", stop, fields={"List-Unsubscribe": "One-Click"}, encode_multipart=False)
    assert clicked.status == 200 and learner.ask("GET", PRIVACY)["news"] is None
    assert pool.request("GET", f"{system.settings.url}/stop/{'x' * 80}").status == 404
    wrong = stop.replace("/stop/", "/confirm/")
    assert pool.request("POST", wrong, headers={"origin": system.settings.url}).status == 404


def test_consent_that_is_withdrawn_takes_it_along(learner: Visitor) -> None:
    learner.ask("PUT", PATH, {"email": "jo@elders.example"})
    exported = learner.ask("GET", "/v1/export?course=information-security")["data"]["news_subscription"]
    assert [one["address"] for one in exported] == ["jo@elders.example"]
    learner.ask("DELETE", "/v1/consent?course=information-security")
    assert learner.ask("GET", PRIVACY)["news"] is None


def test_nobody_is_mailed_without_end(learner: Visitor) -> None:
    for _ in range(5):
        learner.ask("PUT", PATH, {"email": "jo@elders.example"})
    assert problem(learner, "PUT", PATH, {"email": "ander@elders.example"})["code"] == "too_many"
    assert learner.ask("DELETE", PATH) == {"address": None}


def test_news_of_one_organisation_goes_to_its_own_people(office: Office, other_office: Office) -> None:
    for one in (office, other_office):
        learner = one.desk.learner()
        with one.desk.write(learner) as (session, here):
            subscriptions.ask(session, one.desk.vault, one.id, here.learner, f"{one.id.hex}@elders.example", one.now)
            session.execute(text("UPDATE news_subscription SET confirmed_at = asked_at"))
            session.execute(text("DELETE FROM news_mail"))
    with office.store.write(office.id) as session:
        who = ActingMember(office.members["author"], office.id, "x", "x", frozenset({"author"}), "nl")
        assert subscriptions.write(session, who, "nl", SUBJECT, BODY, office.now + DAY) == 1
        queued = session.execute(select(NewsMail.organisation_id)).scalars().all()
    assert queued == [office.id]
