"""Webhooks to organisations, through a real HTTP server: what they say, how they are signed, where they may go."""

import datetime as dt
import json
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner, Result

from api import calling
from api.calling import Caller, NotPublic, is_public
from api.cli import app
from appeals import delivering
from appeals.models import Notice
from appeals.states import Ruling
from learning.models import Question
from people import enrolling, webhooks
from people.errors import WebhookInvalid
from people.webhooks import Endpoint
from privacy.models import Agreement
from store.journal import Entry
from store.vault import open_ring
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk, tell
from tests.receivers import Call, Receiver, receiver

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ANNOUNCED = START + MINUTE


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    """One reviewer is enough here."""
    return new_desk(reviewers=1)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


def add(desk: Desk, url: str) -> Endpoint:
    with desk.store.write(desk.id) as session:
        return webhooks.add(session, desk.vault, desk.id, url, START, plain=True)


def notices(desk: Desk) -> list[Notice]:
    with desk.store.read(desk.id) as session:
        rows = session.execute(select(Notice).where(Notice.channel == "webhook").order_by(Notice.created_at)).scalars()
        found = list(rows)
        session.expunge_all()
        return found


def appealed(desk: Desk, *, flagged: bool = True) -> int:
    with desk.store.write(desk.id) as session:
        session.execute(update(Question).values(flagged=flagged))
    learner = desk.learner()
    desk.answer(learner, "MARKER-answer")
    return desk.appeal(learner, statement="MARKER-statement")


def verified(call: Call, secret: str, *, at: dt.datetime | None = None) -> Any:
    """What the library makes of a call, at the moment when it came or at another."""
    assert at is None or call.headers["webhook-timestamp"] == str(int(at.timestamp()))
    return Webhook(secret).verify(call.body, call.headers)


def test_it_says_what_happened_in_codes_and_an_employer_reads_no_more_than_agreed(desk: Desk, hook: Receiver) -> None:
    add(desk, hook.url)
    number = appealed(desk, flagged=False)
    tell(desk, START)
    desk.decide(number, choice=Ruling.UPHELD, reason="ambiguous", text="MARKER-ruling")
    tell(desk, START + dt.timedelta(seconds=29))
    assert len(hook.got) == 1, "not before the learner"
    tell(desk, ANNOUNCED)
    filed, ruled = (json.loads(call.body) for call in hook.got)
    case = {"number": f"W-{number:06d}", "course": "information-security", "question": None, "ruling": None}
    due = desk.case(number).due_at.isoformat()
    assert filed == {
        "type": "appeal.filed",
        "timestamp": START.isoformat(),
        "data": case | {"state": "filed", "due": due},
    }
    assert ruled == {
        "type": "appeal.ruled",
        "timestamp": START.isoformat(),
        "data": case | {"state": "decided", "due": None},
    }
    assert not any("MARKER" in part for call in hook.got for part in (call.body, call.path, str(call.headers)))


def test_flagged_questions_are_named_and_rulings_where_results_are_agreed(desk: Desk, hook: Receiver) -> None:
    add(desk, hook.url)
    desk.decide(appealed(desk))
    tell(desk, ANNOUNCED)
    with desk.store.write(desk.id) as session:
        session.add(
            Agreement(
                id=desk.id, organisation_id=desk.id, grants=["results"], ground="art. 6(1)(b)", agreed_by="x",
                starts_on=START.date(),
            )
        )  # fmt: skip
    for flagged in (True, False):
        desk.decide(appealed(desk, flagged=flagged))
        tell(desk, ANNOUNCED)
    data = [json.loads(call.body)["data"] for call in hook.got]
    with desk.store.read(desk.id) as session:
        key = desk.catalogue.course(session, "information-security").questions[0].body.key
    said = [(one["question"], one["ruling"]) for one in data]
    assert said == [(key, None)] * 2 + [(key, "overturned")] * 2 + [(None, None)] * 2


def test_the_signature_fits_this_body_this_id_and_this_secret(desk: Desk, hook: Receiver) -> None:
    endpoint = add(desk, hook.url)
    appealed(desk)
    now = dt.datetime.now(dt.UTC)
    tell(desk, now)
    (call,) = hook.got
    assert call.headers["webhook-id"] == str(notices(desk)[0].id) and call.headers["content-type"] == "application/json"
    assert call.headers["host"] == f"localhost:{hook.url.rsplit(':', 1)[1].split('/')[0]}" and call.path == "/hook"
    assert verified(call, endpoint.secret, at=now)["type"] == "appeal.filed"
    for wrong in (
        Call(call.path, call.headers, call.body.replace("filed", "ruled")),
        Call(call.path, call.headers | {"webhook-id": "another"}, call.body),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(wrong, endpoint.secret)
    with pytest.raises(WebhookVerificationError):
        verified(call, add(desk, hook.url + "2").secret)


def test_what_somebody_recorded_and_sends_again_is_refused(desk: Desk, hook: Receiver) -> None:
    endpoint = add(desk, hook.url)
    appealed(desk)
    tell(desk, dt.datetime.now(dt.UTC) - 6 * MINUTE)
    (call,) = hook.got
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(call, endpoint.secret)
    fresh = call.headers | {"webhook-timestamp": str(int(dt.datetime.now(dt.UTC).timestamp()))}
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verified(Call(call.path, fresh, call.body), endpoint.secret)


def test_each_try_has_the_same_id_and_a_time_of_its_own(desk: Desk, hook: Receiver) -> None:
    add(desk, hook.url)
    appealed(desk)
    hook.status = 500
    tell(desk, START)
    tell(desk, START + MINUTE)
    hook.status = 200
    tell(desk, START + 2 * MINUTE)
    tell(desk, START + DAY)
    first, second = hook.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    times = [dt.datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), dt.UTC) for call in hook.got]
    assert times == [START, START + 2 * MINUTE]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_a_redirect_is_not_followed(desk: Desk, hook: Receiver) -> None:
    add(desk, hook.url)
    appealed(desk)
    hook.status = 302
    tell(desk, START)
    assert [call.path for call in hook.got] == ["/hook"] and notices(desk)[0].sent_at is None


def test_410_switches_it_off_and_says_so(desk: Desk, hook: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    endpoint = add(desk, hook.url)
    number = appealed(desk)
    hook.status = 410
    tell(desk, START)
    with desk.store.read(desk.id) as session:
        assert [one.disabled_at for one in webhooks.every(session)] == [START]
    assert f"webhook {endpoint.id} is gone" in caplog.text and "localhost" not in caplog.text
    desk.decide(number)
    tell(desk, ANNOUNCED)
    assert len(hook.got) == 1 and {one.gave_up_at is not None for one in notices(desk)} == {True}


def test_of_two_receivers_each_gets_it_once(desk: Desk, hook: Receiver) -> None:
    with receiver() as other:
        add(desk, hook.url)
        add(desk, other.url)
        appealed(desk)
        hook.status = 503
        tell(desk, START)
        hook.status = 200
        tell(desk, START + 2 * MINUTE)
        tell(desk, START + DAY)
        assert (len(hook.got), len(other.got)) == (2, 1)
        assert {call.headers["webhook-id"] for call in (*hook.got, *other.got)} == {str(notices(desk)[0].id)}
    assert notices(desk)[0].sent_at == START + 2 * MINUTE


@pytest.mark.parametrize("how", ["drips", "is not there"])
def test_a_receiver_that_does_not_answer_holds_up_one_notice_only(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(calling, "LONGEST", 0.3)
    hook.drips = how == "drips"
    add(desk, hook.url if hook.drips else "http://localhost:1/")
    appealed(desk)
    appealed(desk)
    tell(desk, START)
    assert sorted(one.attempts for one in notices(desk)) == [0, 1]
    assert len(hook.got) == (1 if hook.drips else 0)


def test_without_a_webhook_it_is_ended_at_once(desk: Desk) -> None:
    appealed(desk)
    tell(desk, START)
    assert [(one.attempts, one.sent_at, one.gave_up_at) for one in notices(desk)] == [(1, None, START)]


def test_only_an_organisation_with_something_due_has_its_turn(desk: Desk) -> None:
    def due(now: dt.datetime) -> bool:
        with desk.store.read(None) as session:
            return desk.id in delivering.to_tell(session, now)

    assert not due(START)
    appealed(desk)
    assert (due(START - MINUTE), due(START)) == (False, True)
    tell(desk, START)
    assert not due(START + DAY)


def test_it_never_leads_into_our_own_network(desk: Desk, hook: Receiver) -> None:
    add(desk, hook.url)
    appealed(desk)
    tell(desk, START, private=False)
    assert hook.got == [] and notices(desk)[0].sent_at is None
    port = socket.create_server(("127.0.0.1", 0))
    for url in (f"https://localhost:{port.getsockname()[1]}/", f"https://127.0.0.1:{port.getsockname()[1]}/"):
        with pytest.raises(NotPublic):
            Caller().call(Endpoint(desk.id, url, "whsec_MTIzNDU2"), "x", "{}", START)
    port.settimeout(0.1)
    with pytest.raises(TimeoutError):
        port.accept()
    port.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        *((one, False) for one in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254")),
        *((one, False) for one in ("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::")),
        ("fe80::1%eth0", False),
        *((one, False) for one in ("fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::")),
    ],
)  # fmt: skip
def test_public_is_what_leads_to_the_internet_only(address: str, public: bool) -> None:
    assert is_public(address) == public


@pytest.mark.parametrize(
    "url",
    ["http://x.example/", "ftp://x.example/", "https://", "https://user@x.example/", "https://x.example/#a", "x",
     "https://x.example:99999/", "https://x.example/a b", "https://[::1", f"https://x.example/{'a' * 2000}"],
)  # fmt: skip
def test_an_address_that_is_no_webhook_is_refused(desk: Desk, url: str) -> None:
    with pytest.raises(WebhookInvalid) as refused, desk.store.write(desk.id) as session:
        webhooks.add(session, desk.vault, desk.id, url, START)
    assert url not in str(refused.value) or url == "x"


def test_an_operator_adds_lists_and_removes_it(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.store.engine.url.render_as_string())
    monkeypatch.setenv("WEDERHOOR_VAR", str(tmp_path))

    who: dict[str, uuid.UUID] = {}

    def run(*arguments: str, by: str = "controller") -> Result:
        decided = ["--by", f"{by}-{desk.id.hex}@bureau.example"] if arguments[0] == "add" else []
        return CliRunner().invoke(app, ["webhook", *arguments, "--organisation", str(desk.id), *decided])

    with desk.store.write(desk.id) as session:
        for role in ("controller", "author"):
            decider = enrolling.enrol_member(
                session, desk.id, email=f"{role}-{desk.id.hex}@bureau.example", name=role, roles=[role],
                password="a good enough password", now=START,
            )  # fmt: skip
            who[role] = decider.id
    url = "https://systeem.example/hook?key=1"
    refused = run("add", "http://systeem.example/")
    assert (refused.exit_code, refused.stderr) == (2, "the address must begin with https://\n")
    for nobody in ("author", "x"):
        assert run("add", url, by=nobody).exit_code == 2 and run("list").stdout == ""
    name, secret = (line.split()[1] for line in run("add", url).stdout.splitlines())
    with desk.store.read(desk.id) as session:
        (kept,) = webhooks.every(session)
        assert secret.encode() not in kept.secret
        assert webhooks.live(session, open_ring(tmp_path / "keys" / "ring"))[0].secret == secret
    assert run("add", url).exit_code == 2
    assert run("list").stdout == f"{name}  {url}\n"
    assert (run("remove", name).exit_code, run("remove", name).exit_code) == (0, 1)
    assert run("list").stdout == ""
    with desk.store.read(desk.id) as session:
        acts = select(Entry.act, Entry.member_id).where(Entry.act.startswith("webhook.")).order_by(Entry.id)
        assert list(session.execute(acts).all()) == [("webhook.added", who["controller"]), ("webhook.removed", None)]
