"""Mail about appeals, through a real SMTP server: who hears what, when, how often, and what is never in it."""

import datetime as dt
import gc
import re
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import delete, select

from api.mail import outgoing
from api.settings import Settings
from appeals import clocks, delivering, filing, ruling
from appeals.models import Notice
from appeals.states import Ruling
from people import contacts, enrolling
from people.errors import AddressInvalid
from people.models import Learner
from privacy import policy
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, URL, Desk, tell
from tests.receivers import SENDER, Mailbox, mailbox, words

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ANNOUNCED = START + MINUTE
ADDRESS = "jo.smit@elders.example"


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    """One reviewer is enough here."""
    return new_desk(reviewers=1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


def notices(desk: Desk, channel: str = "learner_mail", kind: str | None = None) -> list[Notice]:
    with desk.store.read(desk.id) as session:
        wanted = select(Notice).where(Notice.channel == channel).order_by(Notice.created_at, Notice.send_at, Notice.id)
        rows = session.execute(wanted if kind is None else wanted.where(Notice.kind == kind)).scalars().all()
        session.expunge_all()
        return list(rows)


def ruled(desk: Desk, address: str = ADDRESS, **more: object) -> int:
    """A case of a reachable learner, decided at `START`; the receipt of the appeal is out of the way."""
    learner = desk.reachable(address)
    desk.answer(learner)
    number = desk.appeal(learner)
    desk.decide(number, **more)  # type: ignore[arg-type]
    with desk.store.write(desk.id) as session:
        session.execute(delete(Notice).where(Notice.kind == "filed"))
    return number


def test_both_outcomes_make_the_same_mail_and_only_after_the_time_for_second_thoughts(desk: Desk, box: Mailbox) -> None:
    outcomes = {"voor@elders.example": {}, "tegen@elders.example": {"choice": Ruling.UPHELD, "reason": "ambiguous"}}
    numbers = {address: ruled(desk, address, **more) for address, more in outcomes.items()}  # type: ignore[arg-type]
    tell(desk, START + dt.timedelta(seconds=29), box.post())
    assert box.got == []
    tell(desk, ANNOUNCED, box.post())
    mails = {address: box.to(address)[0] for address in outcomes}
    assert len(box.got) == 2
    alike = set()
    for address, mail in mails.items():
        number = f"W-{numbers[address]:06d}"
        assert mail["subject"] == f"Er is een besluit over nummer {number}"
        parts = (re.sub(r"/stop/[\w-]+", "/stop/LINK", part) for part in (str(mail["subject"]), *words(mail)))
        alike.add(tuple(part.replace(number, "NUMBER") for part in parts))
        assert (mail["from"], mail["to"], mail["content-language"]) == (SENDER, address, "nl")
        assert mail["auto-submitted"] == "auto-generated" and mail["date"].datetime == ANNOUNCED
    ((_, plain, html),) = alike
    assert policy.current().texts["nl"].complaint in plain and policy.current().texts["nl"].complaint in html
    assert "Informatie" in plain and "Bureau B.V." in plain and "Haal je adres weg" in plain
    assert re.sub(r"<[^>]+>", "", html.split("</head>")[1]).split() == plain.split(), "both parts say the same"


def test_it_is_in_the_learners_language(desk: Desk, box: Mailbox) -> None:
    learner = desk.reachable(ADDRESS, "en")
    desk.answer(learner)
    number = desk.appeal(learner)
    tell(desk, START, box.post())
    (mail,) = box.to(ADDRESS)
    assert mail["subject"] == f"We have your appeal W-{number:06d}" and mail["content-language"] == "en"
    assert "It cannot lower your points." in words(mail)[0] and '<html lang="en">' in words(mail)[1]


def test_the_name_of_a_mail_is_that_of_its_notice(desk: Desk, box: Mailbox) -> None:
    ruled(desk)
    (notice,) = notices(desk)
    tell(desk, ANNOUNCED, box.post())
    assert box.to(ADDRESS)[0]["message-id"] == f"<{notice.id}@leren.example>"
    (notice,) = notices(desk)
    assert (notice.attempts, notice.sent_at, notice.gave_up_at) == (1, ANNOUNCED, None)
    tell(desk, ANNOUNCED + DAY, box.post())
    assert len(box.got) == 1


def test_without_an_address_or_a_mail_server_it_is_ended_at_once(desk: Desk, box: Mailbox) -> None:
    learner = desk.learner()
    desk.answer(learner)
    desk.appeal(learner)
    ruled(desk)
    with desk.store.write(desk.id) as session:
        session.execute(delete(contacts.Contact))
    tell(desk, ANNOUNCED, box.post())
    assert {(one.attempts, one.sent_at, one.gave_up_at) for one in notices(desk)} == {(1, None, ANNOUNCED)}
    ruled(desk)
    tell(desk, ANNOUNCED, None)
    assert {(one.attempts, one.sent_at, one.gave_up_at) for one in notices(desk)} == {(1, None, ANNOUNCED)}
    assert box.got == []


def test_an_undone_ruling_is_not_told(desk: Desk, box: Mailbox) -> None:
    number = ruled(desk)
    with desk.store.write(desk.id) as session:
        ruling.undo(session, desk.vault, desk.reviewers[0], number, START + dt.timedelta(seconds=20))
    tell(desk, ANNOUNCED, box.post())
    assert box.got == []
    desk.rule(number, ANNOUNCED, choice=Ruling.UPHELD, reason="ambiguous")
    tell(desk, ANNOUNCED + MINUTE, box.post())
    assert len(box.got) == 1


def test_who_is_erased_wiped_or_took_the_address_back_gets_nothing(desk: Desk, box: Mailbox) -> None:
    for what in ("erased", "answered again", "took back"):
        learner = desk.reachable(f"{what.replace(' ', '-')}@elders.example")
        desk.answer(learner)
        number = desk.appeal(learner)
        desk.decide(number)
        if what == "answered again":
            desk.answer(learner, "nee", "passed")
            continue
        with desk.write(learner) as (session, here):
            if what == "erased":
                session.execute(delete(Learner).where(Learner.id == here.learner))
            else:
                contacts.remove(session, desk.id, here.learner, START)
    tell(desk, ANNOUNCED, box.post())
    assert box.got == []
    with desk.store.read(desk.id) as session:
        assert session.execute(select(contacts.Contact)).scalars().one(), "only of who answered again"


@pytest.mark.parametrize("refusal", ["451 later", "away"])
def test_what_fails_is_tried_again_less_and_less_often_and_then_given_up(
    desk: Desk, box: Mailbox, caplog: pytest.LogCaptureFixture, refusal: str
) -> None:
    ruled(desk)
    post = box.post()
    if refusal == "away":
        post = outgoing.Post("localhost", 1, None, None, "none", SENDER)
    box.refusing[ADDRESS] = refusal
    now, tries = ANNOUNCED, 0
    while (notice := notices(desk)[0]).gave_up_at is None:
        assert tell(desk, notice.send_at - MINUTE, post) and notices(desk)[0].attempts == tries, "not before its time"
        now = notice.send_at
        tell(desk, now, post)
        tries += notices(desk)[0].attempts - tries
    assert tries == delivering.MOST_ATTEMPTS == 9
    assert dt.timedelta(hours=36) < now - ANNOUNCED < dt.timedelta(hours=60)
    last = caplog.records[-1]
    assert last.levelname == "ERROR" and f"not told after 9 tries: notice {notice.id}" in last.getMessage()
    assert ADDRESS not in caplog.text


def test_it_arrives_once_when_the_server_is_back(desk: Desk, box: Mailbox) -> None:
    ruled(desk)
    box.refusing[ADDRESS] = "451 later"
    tell(desk, ANNOUNCED, box.post())
    box.refusing.clear()
    tell(desk, ANNOUNCED + dt.timedelta(seconds=119), box.post())
    assert box.got == []
    for minutes in (2, 20, 200):
        tell(desk, ANNOUNCED + minutes * MINUTE, box.post())
    assert len(box.got) == 1


def test_one_receiver_who_is_refused_does_not_keep_the_others_waiting(desk: Desk, box: Mailbox) -> None:
    for address in ("weg@elders.example", "later@elders.example", ADDRESS):
        ruled(desk, address)
    box.refusing = {"weg@elders.example": "550 nobody", "later@elders.example": "451 later"}
    tell(desk, ANNOUNCED, box.post())
    assert [address for address, _ in box.got] == [ADDRESS]
    ends = sorted((one.sent_at is not None, one.gave_up_at is not None) for one in notices(desk))
    assert ends == [(False, False), (False, True), (True, False)], "550 is never tried again"


def test_a_server_that_is_away_is_asked_once_per_round(desk: Desk) -> None:
    for place in range(3):
        ruled(desk, f"x{place}@elders.example")
    assert tell(desk, ANNOUNCED, outgoing.Post("localhost", 1, None, None, "none", SENDER)).mail_rests
    assert sorted(one.attempts for one in notices(desk)) == [0, 0, 1]


def test_reviewers_hear_of_dates_by_number_and_link_only(new_desk: NewDesk, box: Mailbox) -> None:
    desk = new_desk(reviewers=2)
    with desk.store.write(desk.id) as session:
        enrolling.enrol_member(
            session, desk.id, email=f"w-{desk.id.hex}@bureau.example", name="Werkgever", roles=["controller"],
            password="a good enough password", now=START,
        )  # fmt: skip
    learner = desk.reachable(ADDRESS)
    desk.answer(learner)
    number = desk.appeal(learner)
    first, second = (f"b{place}-{desk.id.hex}@bureau.example" for place in (0, 1))
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, START + 15 * DAY)
    box.refusing[second] = "451 later"
    tell(desk, START + 15 * DAY, box.post())
    box.refusing.clear()
    tell(desk, START + 15 * DAY + 2 * MINUTE, box.post())
    assert [address for address, _ in box.got if "bureau" in address] == [first, second], "once each"
    (mail,) = box.to(second)
    shown = f"W-{number:06d}"
    due = desk.case(number).due_at.strftime("%-d\N{NO-BREAK SPACE}maart\N{NO-BREAK SPACE}%Y")
    assert mail["subject"] == f"Zaak {shown}"
    assert words(mail)[0].split("\n\n") == [
        "Hallo,",
        f"Zaak {shown} wacht nog op een besluit. Beslis uiterlijk {due}.",
        "Je bent beoordelaar bij Bureau B.V., daarom krijg je deze e-mail.",
        f"{URL}/review/{shown}\n",
    ]
    assert f'<a href="{URL}/review/{shown}">' in words(mail)[1]


def test_news_that_is_no_longer_of_use_is_not_mailed(desk: Desk, box: Mailbox) -> None:
    learner = desk.reachable(ADDRESS)
    desk.answer(learner)
    number = desk.appeal(learner)
    tell(desk, START, box.post())
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "Wat bedoel je?", START)
    desk.appeal(learner, START + MINUTE, "Nee dus.")
    tell(desk, START + MINUTE, box.post())
    assert [mail["subject"] for mail in box.to(ADDRESS)] == [f"Je bezwaar W-{number:06d} is binnen"]


def test_no_word_of_anybody_is_in_a_mail_or_a_log(desk: Desk, box: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    learner = desk.reachable(ADDRESS)
    desk.answer(learner, "MARKER-answer")
    number = desk.appeal(learner, statement="MARKER-statement")
    desk.claim(number)
    with desk.store.write(desk.id) as session:
        ruling.extend(session, desk.vault, desk.reviewers[0], number, "MARKER-extension", START)
        ruling.ask(session, desk.vault, desk.reviewers[0], number, "MARKER-asked", START)
    tell(desk, START, box.post())
    box.refusing[ADDRESS] = "451 later"
    desk.appeal(learner, START, statement="MARKER-reply")
    desk.decide(number, text="MARKER-ruling", choice=Ruling.UPHELD, reason="ambiguous")
    tell(desk, ANNOUNCED, box.post())
    box.refusing.clear()
    with desk.write(learner) as (session, here):
        filing.escalate(session, here, number, ANNOUNCED + DAY)
    late = desk.case(number).due_at + MINUTE
    with desk.store.write(desk.id) as session:
        clocks.tick(session, desk.id, late)
    for minutes in range(2):
        tell(desk, late + minutes * MINUTE, box.post())
    subjects = [str(mail["subject"]) for mail in box.to(ADDRESS)]
    shown = f"W-{number:06d}"
    assert sorted(subjects) == [
        f"Een vraag aan jou over nummer {shown}",
        f"Er is een besluit over nummer {shown}",
        f"Er is nieuws over nummer {shown}",
        f"Je bezwaar {shown} is binnen",
        f"Nummer {shown} duurt langer",
    ]
    assert len(box.got) > len(subjects), "staff heard, too"
    everything = "".join(part for _, mail in box.got for part in (*words(mail), mail.as_string()))
    for secret in ("MARKER", learner.subject, "goedgekeurd", "Ik lees", "punten.  "):
        assert secret not in everything, secret
    logged = " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")  # the server's own
    assert "MARKER" not in logged and ADDRESS not in logged and learner.subject not in logged
    assert "try 1: NotNow" in logged


def test_two_workers_send_each_mail_once(desk: Desk, box: Mailbox) -> None:
    addresses = [f"x{place}@elders.example" for place in range(12)]
    for address in addresses:
        ruled(desk, address)
    workers = [threading.Thread(target=tell, args=(desk, ANNOUNCED, box.post())) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(address for address, _ in box.got) == sorted(addresses)


NO_ADDRESSES = (
    *("", "x", "@x.example", "x@localhost", "x@y.example\nBcc: z@y.example", "é@x.example", "x y@x.example"),
    *("x@-y.example", f"{'x' * 65}@y.example", f"x@{'y.' * 130}example"),
)


def test_an_address_that_is_none_is_refused(desk: Desk) -> None:
    for address in NO_ADDRESSES:
        with pytest.raises(AddressInvalid):
            desk.reachable(address)


def test_an_address_is_kept_sealed_and_shown_masked(desk: Desk) -> None:
    learner = desk.reachable("  first@elders.example ")
    with desk.write(learner) as (session, here):
        contacts.leave(session, desk.vault, desk.id, here.learner, ADDRESS, START)
        left = contacts.of_learner(session, desk.vault, here.learner)
        assert left is not None and left[1] == ADDRESS
        assert contacts.confirmed(session, desk.vault, here.learner) is None, "another address, to be confirmed anew"
        sealed = session.execute(select(contacts.Contact.address)).scalar_one()
    assert b"elders" not in sealed and contacts.masked(ADDRESS) == "j…@elders.example"


def test_mail_settings_go_together() -> None:
    assert Settings(_env_file=None).mail.startswith("off") and outgoing.post(Settings(_env_file=None)) is None  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="WEDERHOOR_SMTP_SENDER"):
        Settings(_env_file=None, smtp_host="smtp.example")  # type: ignore[call-arg]
    settings = Settings(_env_file=None, smtp_host="smtp.example", smtp_sender=SENDER)  # type: ignore[call-arg]
    assert outgoing.post(settings) == outgoing.Post("smtp.example", None, None, None, "starttls", SENDER)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_goes_encrypted_to_a_server_that_proves_who_it_is(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = _certificate(tmp_path)
    ruled(desk)

    def known(server: object, session: object, envelope: object, how: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"jan", b"geheim"), handled=False)

    with mailbox(tls_context=context, require_starttls=True, auth_required=True, authenticator=known) as box:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        tell(desk, ANNOUNCED, box.post("starttls", "jan", "geheim"))
        assert box.got == [], "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        tell(desk, ANNOUNCED + 2 * MINUTE, box.post("starttls", "jan", "fout"))
        assert box.got == []
        tell(desk, ANNOUNCED + 8 * MINUTE, box.post("starttls", "jan", "geheim"))
        assert len(box.to(ADDRESS)) == 1
    assert "geheim" not in repr(box.post("starttls", "jan", "geheim"))
    gc.collect()  # the connection of the handshake that failed


def test_a_server_without_encryption_gets_nothing_unless_it_is_chosen(desk: Desk, box: Mailbox) -> None:
    ruled(desk)
    tell(desk, ANNOUNCED, box.post("starttls"))
    assert box.got == []


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody knows, and a server that shows it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return certificate, context
