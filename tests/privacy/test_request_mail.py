"""What the requester and the officers are mailed about a request, and what the officer sends by hand."""

import datetime as dt
from collections.abc import Iterator

import pytest

from api import office_words, requesting
from api.settings import Settings
from api.texts import texts
from privacy import holds, requests
from tests.appeals.desk import START, URL, Desk, tell
from tests.privacy.request import CONTACT, Case, officer
from tests.receivers import Mailbox, mailbox, words

DAY = dt.timedelta(days=1)
LAW = "autoriteitpersoonsgegevens.nl"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox() as opened:
        yield opened


def test_the_requester_hears_of_each_step_and_nothing_of_what_they_wrote(desk: Desk, box: Mailbox) -> None:
    who, claims = officer(desk), desk.learner()
    case = Case(desk, who)
    tell(desk, START, box.post())
    (first,) = box.to(CONTACT)
    assert case.opened.request.due_at == case.row.due_at
    assert "V-" in first["subject"] and texts("nl").date(case.row.due_at) in words(first)[0]
    assert "burgerservicenummer" in words(first)[0] and LAW in words(first)[0]
    case.write(requesting.extend, "We zijn met weinig mensen.")
    tell(desk, START + DAY, box.post())
    extended = words(box.to(CONTACT)[1])
    assert all("We zijn met weinig mensen." in part and LAW in part for part in extended)
    assert texts("nl").date(case.row.due_at) in extended[0]
    case.linked(claims.subject).deed("erase")
    case.write(requesting.finish, "Ook de back-ups rollen eruit.")
    tell(desk, START + 2 * DAY, box.post())
    done = words(box.to(CONTACT)[2])[0]
    assert "Je gegevens zijn gewist." in done and "Ook de back-ups rollen eruit." in done and LAW in done
    everything = " ".join(part for message in box.to(CONTACT) for part in (*words(message), message["subject"]))
    assert "olifant" not in everything and claims.subject not in everything
    assert len(box.to(CONTACT)) == 3


def test_a_refusal_says_why_and_where_to_complain_in_english_too(desk: Desk, box: Mailbox) -> None:
    case = Case(desk, officer(desk), language="en")
    case.write(requesting.refuse, "law_requires", "The tax law asks for seven years.")
    tell(desk, START, box.post())
    refused = next(words(one)[0] for one in box.to(CONTACT) if one["subject"].startswith("Answer"))
    for told in ("We do not do what you asked.", "must keep this data", "seven years", LAW, "go to court"):
        assert told in refused


def test_a_hold_that_was_met_is_part_of_the_answer(desk: Desk, box: Mailbox) -> None:
    who, claims, until = officer(desk), desk.learner(), START.date() + 30 * DAY
    with desk.store.write(desk.id) as session:
        holds.place(session, who, claims.subject, "een lopende rechtszaak", until, START)
    case = Case(desk, who).linked(claims.subject)
    case.deed("erase")
    case.write(requesting.finish, "We wissen het daarna.")
    tell(desk, START, box.post())
    done = next(words(one)[0] for one in box.to(CONTACT) if one["subject"].startswith("Antwoord"))
    assert "een lopende rechtszaak" in done and texts("nl").date(until) in done
    assert "gewist" not in done


def test_the_link_goes_by_mail_and_the_code_does_not(desk: Desk, box: Mailbox) -> None:
    claims = desk.learner()
    case = Case(desk, officer(desk), kind="see").linked(claims.subject)
    code = case.write(requesting.hand_over)
    tell(desk, START, box.post())
    ready = next(words(one)[0] for one in box.to(CONTACT) if "klaar" in one["subject"])
    assert f"{URL}/requests/file/{case.opened.ticket}" in ready and code not in ready


def test_every_officer_hears_of_a_new_request_and_of_a_late_one_without_words(desk: Desk, box: Mailbox) -> None:
    who = officer(desk)
    case = Case(desk, who)
    tell(desk, START, box.post())
    requesting.keep_clocks(desk.store, desk.id, case.row.due_at)
    tell(desk, case.row.due_at + DAY, box.post())
    mails = [message for address, message in box.got if address.startswith("f-")]
    shown = f"V-{case.number:06d}"
    assert [shown in one["subject"] and f"/privacy-office/requests/{shown}" in words(one)[0] for one in mails] == [
        True
    ] * 2
    assert "voorbij" in words(mails[1])[0]
    assert not any("olifant" in part or CONTACT in part for one in mails for part in words(one))


def test_what_is_over_is_not_mailed(desk: Desk, box: Mailbox) -> None:
    case = Case(desk, officer(desk))
    case.do(requests.take_back)
    tell(desk, START, box.post())
    assert box.got == [], "neither the receipt nor that it was new"


def test_without_mail_the_officer_reads_what_to_send(desk: Desk, box: Mailbox) -> None:
    who = officer(desk)
    by_post = Case(desk, who, came_by="post", contact="Kerkstraat 1, Ons Dorp", member=who)
    by_post.write(requesting.extend, "We zijn met weinig mensen.")
    tell(desk, START, box.post())
    assert box.got == []
    with_mail = Settings(smtp_host="localhost", smtp_sender="a@leren.example")
    mailed = Case(desk, who)
    for case, settings, by_hand in (
        (by_post, with_mail, True), (mailed, Settings(smtp_host=""), True), (mailed, with_mail, False),
    ):  # fmt: skip
        with desk.store.read(desk.id) as session:
            opened = requests.opened(session, desk.vault, requests.find(session, case.number))
            sent = office_words.letters(session, texts("nl"), opened, "Bureau B.V.", settings)
        assert {one.by_hand for one in sent} == {by_hand}
        assert "Bureau B.V." in sent[0].letter.text and len(sent) == (2 if case is by_post else 1)
    assert "We zijn met weinig mensen." in _last(desk, by_post)


def _last(desk: Desk, case: Case) -> str:
    with desk.store.read(desk.id) as session:
        opened = requests.opened(session, desk.vault, requests.find(session, case.number))
        return office_words.letters(session, texts("nl"), opened, "Bureau B.V.", Settings())[-1].letter.text
