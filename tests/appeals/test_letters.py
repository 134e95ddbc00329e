"""The mailbox in detail: threads, machines that write, broken mails, workers that die, and what is kept how long."""

import datetime as dt
import email
import imaplib
import ssl
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from api.mail import reading, sending
from appeals import filing, letters, mailbox, posting
from appeals.errors import AppealNotFound, LetterNotFound, NotPossible, Stale
from appeals.mailbox import Letter, Mailbox
from people.models import Learner
from store import vault
from store.journal import Entry
from store.store import Store
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import Desk
from tests.appeals.post import NOW, Post
from tests.mailserver import PASSWORD, Dovecot, Letterbox, Trap, mail, servers

PAUSE = dt.timedelta(minutes=10)
"""Longer than a worker keeps what it has taken."""


@pytest.fixture
def post(bare_store: Store, tmp_path: Path, mailserver: Dovecot, outside: Letterbox) -> Post:
    """An organisation with a connected mailbox."""
    ring = vault.open_ring(tmp_path / "keys" / "ring")
    return Post(Desk(bare_store, ring, reviewers=1), mailserver, outside, tmp_path)


@pytest.fixture
def trap() -> Iterator[Callable[..., Trap]]:
    """Lines that kill who uses them."""
    made: list[Trap] = []

    def make(port: int, word: bytes, *, after: bool = False) -> Trap:
        made.append(Trap(port, word, after=after))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_mail_becomes_a_letter_that_waits_sealed_and_seen_on_the_server(post: Post) -> None:
    post.incoming.deliver(mail("Ik snap het niet.", subject="Vraag"))
    assert post.exchange().read == 1 and post.incoming.unseen() == 0
    [one] = post.line()
    assert (one.sender, one.subject, one.body) == ("iemand@elders.example", "Vraag", "Ik snap het niet.")
    assert (one.letter.thread_id, one.letter.appeal_id) == (one.letter.id, None)
    for sealed in (one.letter.sender, one.letter.subject, one.letter.body):
        assert sealed and b"iemand" not in sealed and b"Vraag" not in sealed and b"snap" not in sealed


def test_a_mail_is_one_letter_however_often_it_is_read(post: Post) -> None:
    one = mail()
    post.incoming.deliver(one, one)
    assert post.exchange().read == 1 and post.incoming.unseen() == 0
    post.incoming.deliver(one)
    assert post.exchange().read == 0 and len(post.letters()) == 1


def test_workers_side_by_side_keep_each_mail_and_send_each_answer_once(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    post.incoming.deliver(*(mail() for _ in range(4)))
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: post.exchange(), range(4)))
    assert [one.trouble for one in rounds] == [""] * 4
    assert sum(one.read for one in rounds) == 4 and len(post.letters()) == 6
    assert sum(one.sent for one in rounds) == 1 and len(post.outside.mails) == 1


def test_another_organisation_finds_no_letter_and_no_mailbox(post: Post, new_desk: NewDesk) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    other, number = new_desk(reviewers=1), post.line()[0].letter.number
    with other.store.read(other.id) as session:
        assert mailbox.live(session) is None and letters.waiting(session, other.vault, everything=True) == []
        with pytest.raises(LetterNotFound):
            letters.read(session, other.vault, other.reviewers[0], number, NOW)
        with pytest.raises(LetterNotFound):
            letters.link(session, other.reviewers[0], number, None, NOW)


def test_killed_between_keeping_and_marking_loses_and_doubles_nothing(post: Post, trap: Callable[..., Trap]) -> None:
    post.incoming.deliver(mail(), mail())
    line = trap(post.incoming.port, b"STORE")
    post.connect(imap=line.port)
    post.killed(line)
    assert len(post.letters()) == 1 and post.incoming.unseen() == 2
    post.connect()
    assert post.exchange().read == 1 and len(post.letters()) == 2 and post.incoming.unseen() == 0


@pytest.mark.parametrize("word", [b"EHLO", b"DATA"])
def test_killed_before_sending_loses_and_doubles_nothing(post: Post, trap: Callable[..., Trap], word: bytes) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    line = trap(post.outside.port, word)
    post.connect(smtp=line.port)
    died = post.killed(line)
    assert post.outside.mails == [] and post.states()[1] == ("out", "queued")
    post.connect()
    assert post.exchange(died).sent == 0, "it was taken: another worker does not send it side by side"
    assert post.exchange(died + PAUSE).sent == 1 and post.exchange(died + PAUSE).sent == 0
    assert len(post.outside.mails) == 1 and post.states()[1] == ("out", "sent")


def test_killed_once_the_server_has_it_sends_the_very_same_mail_again(post: Post, trap: Callable[..., Trap]) -> None:
    """The only case in which it leaves twice; its message id lets the other side see that it is one mail."""
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    line = trap(post.outside.port, b"\r\n.\r\n", after=True)
    post.connect(smtp=line.port)
    died = post.killed(line)
    post.connect()
    assert post.exchange(died + PAUSE).sent == 1
    first, second = post.outside.mails
    assert first == second


def test_what_leaves_is_what_staff_wrote_and_fixed_texts(post: Post) -> None:
    post.incoming.deliver(
        mail("Ik antwoordde: ja, dat doe ik", subject="ja, dat doe ik", message_id="<a@elders.example>")
    )
    post.exchange()
    number = post.line()[0].letter.number
    post.answer(number, "Beste lezer,\n\nWe kijken ernaar.")
    assert post.exchange().sent == 1 and post.outside.to == ["iemand@elders.example"]
    [raw] = post.outside.mails
    sent = email.message_from_bytes(raw)
    own = post.letters()[1]
    assert {name: sent[name] for name in sent.keys() if not name.startswith("X-")} == {  # noqa: SIM118
        "From": '"Bureau B.V." <leren@bureau.example>',
        "To": "iemand@elders.example",
        "Subject": f"Antwoord op je bericht (B-{own.number:06d})",
        "Date": email.utils.format_datetime(NOW.replace(microsecond=0)),
        "Message-ID": own.message_id,
        "In-Reply-To": "<a@elders.example>",
        "References": "<a@elders.example>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": sent["Content-Transfer-Encoding"],
    }
    payload = sent.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == (
        "Beste lezer,\n\nWe kijken ernaar.\n\n-- \nBureau B.V.\nKom je er met ons niet uit? Je kunt altijd een klacht"
        " indienen bij de Autoriteit Persoonsgegevens: autoriteitpersoonsgegevens.nl.\n"
    )
    assert b"dat doe ik" not in raw and post.states() == [("in", "answered"), ("out", "sent")]


def _answered(post: Post) -> Letter:
    """A mail, and our answer to it, which is returned."""
    post.incoming.deliver(mail(message_id="<first@elders.example>"))
    post.exchange()
    post.answer(post.line()[0].letter.number)
    post.exchange()
    return post.letters()[1]


def test_a_reply_to_our_letter_joins_its_thread_from_whatever_address(post: Post) -> None:
    ours = _answered(post)
    post.incoming.deliver(
        mail("Dank je.", In_Reply_To=ours.message_id),
        mail("Namens Iemand.", sender="bob@elders.example", References=f"<first@elders.example> {ours.message_id}"),
    )
    post.exchange()
    assert [one.letter.thread_id for one in post.line()] == [ours.thread_id] * 2
    assert [one.sender for one in post.line()] == ["iemand@elders.example", "bob@elders.example"]


def test_a_reply_to_their_own_letter_joins_and_a_strangers_does_not(post: Post) -> None:
    post.incoming.deliver(
        mail("Eerste.", message_id="<first@elders.example>"),
        mail("Nog iets.", In_Reply_To="<first@elders.example>"),
        mail("Ik ook.", sender="eve@elders.example", In_Reply_To="<first@elders.example>"),
        mail("Onbekend.", In_Reply_To="<nobody@elders.example>"),
    )
    post.exchange()
    first, own, stranger, unknown = (one.letter for one in post.line())
    assert own.thread_id == first.id
    assert (stranger.thread_id, unknown.thread_id) == (stranger.id, unknown.id)


def test_a_case_number_in_a_subject_is_a_claim_and_links_nothing(post: Post) -> None:
    learner = post.desk.learner()
    post.desk.answer(learner)
    case = post.desk.appeal(learner)
    post.incoming.deliver(
        mail(subject=f"Over W-{case:06d}", sender="eve@elders.example"), mail(subject=f"XW-{case:06d} W-12")
    )
    post.exchange()
    claiming, other = post.line()
    assert (claiming.claims, other.claims) == (case, None)
    assert claiming.letter.appeal_id is None and post.read(claiming.letter.number).case is None
    post.link(claiming.letter.number, case)
    assert post.read(claiming.letter.number).case == case


def test_a_thread_that_is_linked_stays_with_its_case(post: Post) -> None:
    learner = post.desk.learner()
    post.desk.answer(learner)
    case = post.desk.appeal(learner)
    ours = _answered(post)
    post.link(ours.number, case)
    post.incoming.deliver(mail(In_Reply_To=ours.message_id))
    post.exchange()
    assert {one.appeal_id for one in post.letters()} == {post.desk.case(case).id}
    post.link(ours.number, None)
    assert {one.appeal_id for one in post.letters()} == {None}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner=x"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"List_Id": "<nieuws.elders.example>"},
        {"List_Unsubscribe": "<mailto:weg@elders.example>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"sender": "Mail <MAILER-DAEMON@elders.example>"},
        {"sender": "postmaster@elders.example"},
        {"sender": "leren@bureau.example"},
    ],
)
def test_what_a_machine_writes_waits_for_nobody_and_is_never_answered(post: Post, headers: dict[str, str]) -> None:
    post.incoming.deliver(mail(**headers))
    post.exchange()
    [one] = post.letters()
    assert one.automatic and one.state == "closed" and post.line() == []
    with pytest.raises(NotPossible):
        post.answer(one.number)


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "no"}, {"Precedence": "first-class"}])
def test_what_a_person_writes_waits(post: Post, headers: dict[str, str]) -> None:
    post.incoming.deliver(mail(**headers))
    post.exchange()
    assert [one.letter.automatic for one in post.line()] == [False]


def test_a_bounce_of_our_letter_is_seen_in_its_thread_and_not_answered(post: Post) -> None:
    ours = _answered(post)
    bounce = EmailMessage()
    bounce["From"], bounce["Message-ID"] = "MAILER-DAEMON@elders.example", "<bounce@elders.example>"
    bounce.set_content("Onbestelbaar.")
    bounce.add_attachment(f"Message-ID: {ours.message_id}\n".encode(), maintype="text", subtype="rfc822-headers")
    bounce.replace_header("Content-Type", bounce["Content-Type"].replace("multipart/mixed", "multipart/report"))
    post.incoming.deliver(bounce)
    post.exchange()
    [one] = post.line()
    assert one.letter.thread_id == ours.thread_id and one.letter.automatic
    answers = post.read(one.letter.number).answers
    assert answers is not None and answers.sender == "iemand@elders.example"


def test_a_form_that_is_sent_twice_is_one_answer(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    number, form = post.line()[0].letter.number, uuid.uuid4()
    post.answer(number, letter_id=form)
    post.answer(number, letter_id=form, seen=number)
    assert post.states() == [("in", "answered"), ("out", "queued")]


def test_an_answer_on_what_is_no_longer_so_is_not_sent(post: Post) -> None:
    post.incoming.deliver(mail(message_id="<first@elders.example>"))
    post.exchange()
    number = post.line()[0].letter.number
    post.incoming.deliver(mail("Nog iets.", In_Reply_To="<first@elders.example>"))
    post.exchange()
    with pytest.raises(Stale):
        post.answer(number, seen=number)
    with pytest.raises(Stale), post.desk.store.write(post.desk.id) as session:
        letters.close(session, post.desk.reviewers[0], number, seen=number, now=NOW)
    for empty in ("", "  ", "x" * (letters.TEXT_LIMIT + 1)):
        with pytest.raises(NotPossible):
            post.answer(number, empty)
    assert post.states() == [("in", "open")] * 2
    post.answer(number)
    assert post.states() == [("in", "answered")] * 2 + [("out", "queued")]


def test_what_the_server_refuses_for_good_is_told_and_open_again(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    post.outside.answer = "550 no such user"
    assert post.exchange().refused == 1
    assert post.states() == [("in", "open"), ("out", "failed")]


def test_an_address_that_no_mail_can_be_written_to_is_told_too(post: Post) -> None:
    post.incoming.deliver(b"From: x@\r\n\r\nDag", b"From: a..b@elders.example\r\n\r\nDag")
    post.exchange()
    nobody, strange = (one.letter.number for one in post.line())
    with pytest.raises(NotPossible):
        post.answer(nobody)
    post.answer(strange)
    assert post.exchange().sent == 0
    assert post.states() == [("in", "open"), ("in", "open"), ("out", "failed")] and post.outside.mails == []


def test_what_the_server_cannot_take_now_is_tried_for_two_days(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    post.outside.answer = "451 later"
    now, tries = NOW, 0
    while post.states()[1] == ("out", "queued"):
        tries += post.exchange(now).refused
        now = post.letters()[1].send_at or now
    assert tries == posting.MOST_ATTEMPTS and post.states() == [("in", "open"), ("out", "failed")]
    assert dt.timedelta(hours=40) < now - NOW < dt.timedelta(hours=56)


def _linked(post: Post) -> tuple[object, int]:
    """A learner with a case, and a letter and a waiting answer that belong to it."""
    learner = post.desk.learner()
    post.desk.answer(learner)
    case = post.desk.appeal(learner)
    post.incoming.deliver(mail("Ik zei: ja, dat doe ik"))
    post.exchange()
    number = post.line()[0].letter.number
    post.link(number, case)
    post.answer(number)
    return learner, number


def _empty(post: Post) -> bool:
    return all((one.sender, one.subject, one.body, one.attachments) == (None,) * 4 for one in post.letters())


def test_letters_go_with_the_answer_that_their_case_was_about(post: Post) -> None:
    learner, number = _linked(post)
    post.desk.answer(learner, "nee, nooit", "passed")  # type: ignore[arg-type]
    assert _empty(post) and post.states() == [("in", "answered"), ("out", "dropped")]
    assert post.exchange(NOW + PAUSE).sent == 0 and post.outside.mails == []
    assert [one.body for one in post.read(number).letters] == [None, None]
    with pytest.raises(NotPossible):
        post.link(number, post.read(number).case)


def test_letters_go_when_progress_is_wiped_or_the_learner_is_erased(post: Post) -> None:
    learner, _ = _linked(post)
    with post.desk.write(learner) as (session, here):  # type: ignore[arg-type]
        filing.supersede(session, here, None)
    assert _empty(post)
    _linked(post)
    assert not _empty(post)
    with post.desk.store.write(post.desk.id) as session:
        session.execute(delete(Learner))
    assert _empty(post)


def test_a_letter_that_comes_after_the_answer_went_is_not_linked(post: Post) -> None:
    learner, number = _linked(post)
    post.exchange()
    ours = post.letters()[1]
    post.desk.answer(learner, "nee, nooit", "passed")  # type: ignore[arg-type]
    post.incoming.deliver(mail("Nog een vraag.", In_Reply_To=ours.message_id))
    post.exchange()
    [one] = post.line()
    assert one.letter.thread_id == ours.thread_id and one.letter.appeal_id is None
    with pytest.raises(AppealNotFound):
        post.link(number, 10**15)


def test_letters_are_kept_as_long_as_is_said_and_no_longer(post: Post) -> None:
    _linked(post)
    post.incoming.deliver(mail("Bij geen zaak."))
    post.exchange()

    def after(days: float) -> int:
        with post.desk.store.write(post.desk.id) as session:
            posting.prune(session, NOW + dt.timedelta(days=days))
        return len(post.letters())

    assert [after(days) for days in (89.9, 90.1, 1094.9, 1095.1)] == [3, 2, 2, 0]


def test_disconnecting_forgets_the_password_at_once_and_letters_within_thirty_days(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    with post.desk.store.write(post.desk.id) as session:
        assert mailbox.disconnect(session, post.desk.id, NOW)
        assert not mailbox.disconnect(session, post.desk.id, NOW)
    with post.desk.store.read(post.desk.id) as session:
        [row] = session.execute(select(Mailbox)).scalars()
        assert row.password is None and row.disconnected_at == NOW
    assert post.states()[1] == ("out", "dropped") and post.exchange().read == 0
    with post.desk.store.write(post.desk.id) as session:
        assert posting.prune(session, NOW + dt.timedelta(days=28)) == 0
        assert posting.prune(session, NOW + dt.timedelta(days=29, hours=1)) == 1
        assert session.execute(select(Mailbox)).all() == []
    assert post.letters() == []


def test_another_mailbox_is_not_connected_over_one_that_is(post: Post) -> None:
    other = mailbox.Servers("anders@bureau.example", "127.0.0.1", 1, "127.0.0.1", 1, "anders")
    with pytest.raises(NotPossible), post.desk.store.write(post.desk.id) as session:
        mailbox.connect(session, post.desk.vault, post.desk.id, other, "x", NOW)


def test_read_mail_can_be_deleted_on_the_server_and_nothing_else_is(post: Post) -> None:
    post.connect(deletes_read=True)
    kept = mail("Met bijlage.")
    kept.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="brief van mij.pdf")
    post.incoming.deliver(mail("Weg."), kept, mail("Van een ander programma."))
    with post.incoming.box() as box:
        box.client.uid("STORE", box.uids("ALL")[2], "+FLAGS", r"(\Seen \Deleted)")
    assert post.exchange().read == 2
    with post.incoming.box() as box:
        assert len(box.uids("ALL")) == 2, "the one with an attachment, and the one that somebody else marked"
    assert post.line()[1].attachments == ("brief van mij.pdf",)


def test_a_server_that_cannot_be_reached_keeps_answers_from_nobody(post: Post) -> None:
    post.incoming.deliver(mail())
    post.exchange()
    post.answer(post.line()[0].letter.number)
    post.connect(imap=1)
    done = post.exchange()
    assert (done.trouble, done.sent) == ("ConnectionRefusedError", 1)
    with post.desk.store.read(post.desk.id) as session:
        found = mailbox.live(session)
        assert found is not None and found.read_at == NOW
        assert not mailbox.is_late(found, NOW) and mailbox.is_late(found, NOW + dt.timedelta(hours=1))


def test_who_opened_and_answered_a_letter_is_recorded_without_its_content(post: Post) -> None:
    ours = _answered(post)
    with post.desk.store.read(post.desk.id) as session:
        entries = session.execute(select(Entry).where(Entry.act.like("letter.%")).order_by(Entry.id)).scalars().all()
        who = post.desk.reviewers[0].id
        assert [(one.act, one.member_id) for one in entries] == [
            ("letter.received", None), ("letter.opened", who), ("letter.answered", who),
        ]  # fmt: skip
        assert all(one.facts == {} for one in entries) and ours.answered_by == who
        rows = session.execute(text("SELECT count(*) FROM letter WHERE body IS NOT NULL")).scalar_one()
        assert rows == 2


def test_a_server_that_offers_no_encryption_gets_no_password(post: Post) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        reading.connected("127.0.0.1", post.incoming.port, "starttls", ssl.create_default_context())
    with pytest.raises(sending.Undelivered), ThreadPoolExecutor(1) as pool:
        pool.submit(sending.deliver, servers(1, post.outside.port), PASSWORD, mail(), "starttls").result()
    assert post.outside.mails == []
