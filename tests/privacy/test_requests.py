"""Rights requests on a real database: every act on every state, clocks, deeds, what stays and what goes."""

import datetime as dt
import re
import uuid
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from api import erasing, requesting
from api.settings import ROOT
from appeals.models import Notice
from people import contacts
from people.errors import AddressInvalid
from people.models import Learner
from privacy import consent, erase, holds, request_files, requests
from privacy.deadlines import ZONE
from privacy.errors import ConsentRequired, RequestNotFound, RequestNotPossible
from privacy.models import Consent, Hold, Request, RequestText
from privacy.request_states import ACTS, DEEDS, OPEN, Act, Deed, How, Kind, Refusal, State, follow
from store.journal import Entry
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk
from tests.privacy.request import CONTACT, WORDS, Case, officer
from tests.privacy.test_rights import full, held

DAY = dt.timedelta(days=1)
LATER = START + DAY

PERFORM: dict[Act, Any] = {
    "identify": lambda case: case.do(requests.identify, "seen", now=LATER),
    "link": lambda case: case.do(requests.link, case.subject, now=LATER),
    "carry_out": lambda case: case.deed("restrict", now=LATER),
    "extend": lambda case: case.write(requesting.extend, "We zijn met weinig mensen.", now=LATER),
    "refuse": lambda case: case.write(requesting.refuse, "excessive", "Dit is de tiende keer.", now=LATER),
    "finish": lambda case: case.write(requesting.finish, "Het staat stil.", now=LATER),
    "take_back": lambda case: case.do(requests.take_back, now=LATER),
    "remind": lambda case: requesting.keep_clocks(case.desk.store, case.desk.id, START + 15 * DAY),
}


def in_state(desk: Desk, state: State) -> Any:
    """A request of a learner who is known here, brought to this state by acts."""
    case: Any = Case(desk, officer(desk), kind="restrict")
    case.subject = desk.learner().subject
    if state in (State.IDENTIFIED, State.DONE):
        case.linked(case.subject)
    ends: dict[State, Act] = {State.DONE: "finish", State.REFUSED: "refuse", State.TAKEN_BACK: "take_back"}
    if state in ends:
        PERFORM[ends[state]](case)
    assert case.row.state == state
    return case


@pytest.mark.parametrize("state", State)
def test_every_act_on_every_state(desk: Desk, state: State) -> None:
    for act in get_args(Act):
        case = in_state(desk, state)
        before = _snapshot(desk)
        if act == "remind":
            PERFORM[act](case)
            assert case.row.reminded == (50 if state in OPEN else 0)
        elif state in ACTS[act].frm:
            PERFORM[act](case)
            assert case.row.state == follow(state, act)
            assert _told(desk, case)[-1:] == ([f"request_{ACTS[act].tells}"] if ACTS[act].tells else ["request_new"])
        else:
            with pytest.raises(RequestNotPossible) as refused:
                PERFORM[act](case)
            assert refused.value.act == act and _snapshot(desk) == before


def test_the_table_covers_every_act_and_closed_ones_stay_closed() -> None:
    assert set(ACTS) == set(get_args(Act)) and set(DEEDS) == set(get_args(Kind))
    assert {deed for deeds in DEEDS.values() for deed in deeds} == set(get_args(Deed))
    assert all(rule.frm <= OPEN for rule in ACTS.values())


def test_the_documentation_draws_the_table() -> None:
    told = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    drawn = dict(re.findall(r"^\| ([a-z ]+) \| ((?:received, )?identified) \|", told, re.M))
    assert drawn == {
        act.replace("_", " "): ", ".join(state for state in State if state in rule.frm)
        for act, rule in ACTS.items()
        if rule.who != "clock"
    }


def _snapshot(desk: Desk) -> list[tuple[Any, ...]]:
    with desk.store.read(desk.id) as session:
        found: list[tuple[Any, ...]] = []
        for table in (Request, RequestText, Notice, Entry):
            columns = table.__table__.columns
            found += [tuple(row) for row in session.execute(select(*columns).order_by(columns[0]))]
        return found


def _told(desk: Desk, case: Case) -> list[str]:
    order = {"request_received": 0, "request_new": 1}
    with desk.store.read(desk.id) as session:
        kinds = session.execute(select(Notice.kind).where(Notice.request_id == case.id)).scalars().all()
    return sorted(kinds, key=lambda kind: order.get(kind, 2))


def test_what_was_written_is_sealed_and_opening_it_is_recorded(desk: Desk) -> None:
    case = Case(desk, officer(desk), subject="x-1")
    with desk.store.read(desk.id) as session:
        whole = "".join(
            str(row) for table in (Request, RequestText, Notice, Entry)
            for row in session.execute(text(f"SELECT t.*::text FROM {table.__tablename__} t")).scalars()
        )  # fmt: skip
        sealed = session.execute(select(RequestText)).scalar_one()
        assert not any(bytes(word, "utf-8") in sealed.words + sealed.contact for word in ("olifant", "thuis"))
        assert "olifant" not in whole and CONTACT not in whole
    seen = case.opened
    assert (seen.contact, seen.words, seen.subject, seen.address) == (CONTACT, WORDS, "x-1", CONTACT)
    with desk.store.read(desk.id) as session:
        acts = session.execute(select(Entry.act, Entry.member_id).where(Entry.act.startswith("request.")))
        assert [tuple(row) for row in acts] == [("request.received", None), ("request.opened", case.who.id)]


def test_the_same_form_twice_is_one_request(desk: Desk) -> None:
    case = Case(desk, officer(desk))
    with desk.store.write(desk.id) as session:
        again = requests.Asked("see", "page", "nl", "ander@thuis.example")
        assert requesting.submit(session, desk.vault, desk.id, again, case.id, LATER).number == case.number
    assert case.opened.contact == CONTACT and _told(desk, case) == ["request_received", "request_new"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"contact": "  "}, RequestNotPossible),
        ({"contact": "iemand@thuis"}, AddressInvalid),
        ({"contact": "x" * 501}, RequestNotPossible),
        ({"words": "x" * 4001}, RequestNotPossible),
        ({"subject": "x" * 129}, RequestNotPossible),
        ({"kind": "everything"}, RequestNotPossible),
        ({"came_by": "pigeon"}, RequestNotPossible),
        ({"received_at": LATER}, RequestNotPossible),
        ({"received_at": START - 366 * DAY}, RequestNotPossible),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_kept(
    desk: Desk, asked: dict[str, Any], error: type[Exception]
) -> None:
    who = officer(desk)
    with pytest.raises(error) as refused:
        Case(desk, who, **asked)
    assert "x" * 20 not in str(refused.value) and "thuis" not in str(refused.value)
    with desk.store.read(desk.id) as session:
        assert session.execute(select(func.count()).select_from(Request)).scalar_one() == 0


def test_a_letter_runs_since_it_came_and_needs_no_mail_address(desk: Desk) -> None:
    who = officer(desk)
    came = START - 5 * DAY
    case = Case(desk, who, came_by="post", contact="Kerkstraat 1, Ons Dorp", received_at=came, member=who)
    assert case.row.received_at == came and case.row.due_at == case.row.clock.due
    assert case.opened.address is None
    assert _told(desk, case) == ["request_received"], "who typed it knows it already"


def test_nothing_is_done_before_it_is_known_who_asks(desk: Desk) -> None:
    claims, learner_id = full(desk)
    case = Case(desk, officer(desk), subject=claims.subject)
    before = held(desk, learner_id)
    for act in (lambda: case.do(requests.link, claims.subject), lambda: case.deed("erase")):
        with pytest.raises(RequestNotPossible):
            act()
    case.do(requests.identify, "employer")
    with pytest.raises(RequestNotPossible):
        case.deed("erase")
    assert held(desk, learner_id) == before, "identified, and not linked to anybody"


def test_only_how_it_was_checked_is_kept(desk: Desk) -> None:
    case = Case(desk, officer(desk))
    with pytest.raises(RequestNotPossible):
        case.do(requests.identify, "passport")
    for how in get_args(How):
        case.do(requests.identify, how)
        assert case.row.identified_how == how


def test_a_link_drops_what_was_typed_about_whom_and_knows_nobody_of_others(desk: Desk, new_desk: NewDesk) -> None:
    claims = desk.learner()
    stranger = new_desk().learner()
    case = Case(desk, officer(desk), subject=claims.subject)
    case.do(requests.identify, "seen")
    for subject in (stranger.subject, "wederhoor/check", "", "nobody"):
        with pytest.raises(RequestNotPossible):
            case.do(requests.link, subject)
    assert case.row.learner_id is None and case.opened.subject == claims.subject
    case.do(requests.link, f" {claims.subject} ")
    assert (case.opened.subject, case.opened.learner) == (None, claims.subject)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_deed_fits_what_was_asked(desk: Desk, kind: Kind) -> None:
    who = officer(desk)
    for deed in get_args(Deed):
        case = Case(desk, who, kind=kind).linked(desk.learner().subject)
        if deed not in DEEDS[kind]:
            before = _snapshot(desk)
            with pytest.raises(RequestNotPossible):
                _deed(case, deed)
            assert _snapshot(desk) == before
            continue
        _deed(case, deed)
        assert case.row.deeds == [deed]


def _deed(case: Case, deed: Deed) -> None:
    if deed == "file":
        assert len(case.write(requesting.hand_over)) == request_files.CODE_CHARACTERS
    else:
        case.deed(deed, language="en", address="nieuw@thuis.example")


def test_deeds_do_what_the_learners_own_hand_does(desk: Desk) -> None:
    claims, who = desk.reachable("oud@thuis.example"), officer(desk)

    def learner() -> tuple[str, bool, bool, str | None, int]:
        with desk.store.read(desk.id) as session:
            one = session.execute(select(Learner).where(Learner.subject == claims.subject)).scalar_one()
            live = select(func.count()).select_from(Consent).where(Consent.withdrawn_at.is_(None))
            left = contacts.of_learner(session, desk.vault, one.id)
            flags = (one.restricted_since is not None, one.by_person_since is not None)
            return (one.language, *flags, left[1] if left else None, session.execute(live).scalar_one())

    assert learner() == ("nl", False, False, "oud@thuis.example", 1)
    correct = Case(desk, who, kind="correct").linked(claims.subject)
    correct.deed("language", language="en")
    correct.deed("address", address="nieuw@thuis.example")
    Case(desk, who, kind="object").linked(claims.subject).deed("by_person")
    Case(desk, who, kind="restrict").linked(claims.subject).deed("restrict")
    assert learner() == ("en", True, True, "nieuw@thuis.example", 1)
    Case(desk, who, kind="restrict").linked(claims.subject).deed("lift")
    Case(desk, who, kind="withdraw").linked(claims.subject).deed("withdraw")
    assert learner() == ("en", False, True, None, 0)
    with desk.store.read(desk.id) as session, pytest.raises(ConsentRequired):
        consent.require(session, desk.here(session, claims).learner)


def test_an_address_that_is_none_changes_nothing(desk: Desk) -> None:
    claims = desk.reachable("oud@thuis.example")
    case = Case(desk, officer(desk), kind="correct").linked(claims.subject)
    with pytest.raises(AddressInvalid):
        case.deed("address", address="geen adres")
    assert case.row.deeds == []
    case.deed("address")
    with desk.store.read(desk.id) as session:
        assert contacts.of_learner(session, desk.vault, desk.here(session, claims).learner) is None


def test_an_erasure_takes_the_learner_and_leaves_the_request_to_be_answered(desk: Desk) -> None:
    claims, learner_id = full(desk)
    _, other_id = full(desk)
    others = held(desk, other_id)
    case = Case(desk, officer(desk)).linked(claims.subject)
    case.deed("erase")
    assert set(held(desk, learner_id).values()) == {0} and held(desk, other_id) == others
    assert (case.row.learner_id, case.row.deeds, case.row.state) == (None, ["erase"], "identified")
    assert case.opened.contact == CONTACT, "there is somebody to answer"
    with desk.store.read(desk.id) as session:
        assert erase.leading_to(session, learner_id) == []
    case.write(requesting.finish, "Alles is weg.")
    assert _told(desk, case)[-1] == "request_done"


def test_a_hold_keeps_them_and_is_said(desk: Desk) -> None:
    claims, learner_id = full(desk)
    who, until = officer(desk), START.date() + 30 * DAY
    with desk.store.write(desk.id) as session:
        holds.place(session, who, claims.subject, "een lopende rechtszaak", until, START)
    before = {name: count for name, count in held(desk, learner_id).items() if name != "journal"}
    case = Case(desk, who).linked(claims.subject)
    case.deed("erase")
    after = held(desk, learner_id)
    assert {name: after[name] for name in before if not name.startswith("request")} == {
        name: count for name, count in before.items() if not name.startswith("request")
    }
    assert (case.row.deeds, case.row.held_until, case.opened.held) == ([], until, "een lopende rechtszaak")


def test_the_learner_erased_by_their_own_hand_leaves_an_open_request(desk: Desk) -> None:
    claims, learner_id = full(desk)
    case = Case(desk, officer(desk), kind="see").linked(claims.subject)
    erasing.erase_learner(desk.store, desk.catalogue, desk.id, learner_id, LATER)
    assert case.row.learner_id is None and case.opened.contact == CONTACT


def test_texts_go_after_ninety_days_and_the_request_after_three_years(desk: Desk) -> None:
    case, still = in_state(desk, State.DONE), in_state(desk, State.RECEIVED)
    closed = case.row.closed_at

    def kept(after: dt.timedelta) -> tuple[bool, bool]:
        with desk.store.write(desk.id) as session:
            session.execute(text("UPDATE learner SET seen_at = now()"))
        erasing.sweep(desk.store, desk.catalogue, desk.id, closed + after, dry=False)
        with desk.store.read(desk.id) as session:
            row = session.get(Request, case.id)
            return row is not None, session.get(RequestText, case.id) is not None

    assert kept(89 * DAY) == (True, True)
    assert kept(91 * DAY) == (True, False)
    assert kept(3 * 364 * DAY) == (True, False)
    assert kept(3 * 366 * DAY) == (False, False)
    assert still.opened.words == WORDS, "what is not answered is not swept"


def test_what_is_taken_back_goes_at_once(desk: Desk) -> None:
    case = in_state(desk, State.TAKEN_BACK)
    seen = case.opened
    assert (seen.contact, seen.words, seen.answer) == (None, None, None)


@given(
    since=st.timedeltas(dt.timedelta(), dt.timedelta(days=5000)).map(lambda later: START + later),
    extended=st.booleans(),
)
def test_the_date_is_never_later_than_the_law_allows(since: dt.datetime, extended: bool) -> None:
    request = Request(received_at=since, extended_at=since if extended else None, reminded=0)
    request.wind()
    assert since < request.due_at <= request.clock.limit
    days = dt.timedelta(days=60 if extended else 28)
    assert request.due_at.date() <= (since + days).astimezone(ZONE).date(), "four weeks, or sixty days"
    assert request.remind_at is None or since < request.remind_at < request.due_at


def test_an_extension_is_one_and_comes_before_the_date(desk: Desk) -> None:
    case = Case(desk, officer(desk))
    first = case.row.due_at
    for reason in ("", "  ", "x" * 4001):
        with pytest.raises(RequestNotPossible):
            case.write(requesting.extend, reason)
    case.write(requesting.extend, "We zijn met weinig mensen.", now=LATER)
    assert first < case.row.due_at <= START + 61 * DAY
    with pytest.raises(RequestNotPossible):
        case.write(requesting.extend, "Nog een keer.", now=LATER)
    late = Case(desk, case.who)
    with pytest.raises(RequestNotPossible):
        late.write(requesting.extend, "Te laat.", now=late.row.due_at)
    assert late.row.extended_at is None


def test_a_refusal_has_a_reason_of_the_list_and_words(desk: Desk) -> None:
    who = officer(desk)
    for refusal in get_args(Refusal):
        case = Case(desk, who)
        for wrong in ((refusal, " "), ("no_time", "Druk.")):
            with pytest.raises(RequestNotPossible):
                case.write(requesting.refuse, *wrong)
        case.write(requesting.refuse, refusal, "Daarom.")
        assert (case.row.refusal, case.row.handled_by, case.opened.answer) == (refusal, who.id, "Daarom.")


def test_reminders_come_at_half_at_four_fifths_and_once_when_late(desk: Desk) -> None:
    case = Case(desk, officer(desk))

    def tick(moment: dt.datetime) -> int:
        return requesting.keep_clocks(desk.store, desk.id, moment)

    due = case.row.due_at
    assert [tick(START + 10 * DAY), tick(START + 15 * DAY), tick(START + 15 * DAY)] == [0, 1, 0]
    assert [tick(START + 24 * DAY), tick(due), tick(due + 9 * DAY)] == [1, 1, 0]
    assert sorted(_told(desk, case))[:1] == ["request_late"] and _told(desk, case).count("request_reminder") == 2
    late, later = Case(desk, case.who, now=LATER), Case(desk, case.who, now=START + 9 * DAY)
    with desk.store.read(desk.id) as session:
        order = [one.number for one in requests.waiting(session)]
    assert order == [case.number, late.number, later.number], "the longest late is first"


def test_a_file_takes_a_link_and_a_code_and_ends(desk: Desk) -> None:
    claims, learner_id = full(desk)
    case = Case(desk, officer(desk), kind="see").linked(claims.subject)
    code = case.write(requesting.hand_over)
    ticket = case.opened.ticket
    assert ticket is not None and request_files.organisation_of(ticket) == desk.id

    def fetch(ticket: str, code: str, now: dt.datetime = LATER) -> Any:
        with desk.store.write(desk.id) as session:
            return request_files.fetch(session, desk.vault, ticket, code, now)

    assert fetch(ticket, "AAAAAAAAAA") is None and case.row.file_taken_at is None
    made = fetch(ticket, f" {code[:5].lower()}-{code[5:]}")
    assert made["data"]["learner"][0]["id"] == str(learner_id) and case.row.file_taken_at == LATER
    assert made["data"]["request_text"][0]["words"] == WORDS and "ticket" not in made["data"]["request_text"][0]
    for wrong in (ticket[:-1], f"{uuid.uuid4().hex}.{ticket.partition('.')[2]}", "x"):
        with pytest.raises(RequestNotFound):
            fetch(wrong, code)
    with pytest.raises(RequestNotFound):
        fetch(ticket, code, LATER + request_files.LASTS)
    renewed = case.write(requesting.hand_over)
    with pytest.raises(RequestNotFound):
        fetch(ticket, renewed)


def test_linked_to_somebody_else_the_file_is_not_theirs(desk: Desk) -> None:
    """A mistake in the id must not leave a link behind that opens the right person's or the wrong person's data."""
    wrong, right = desk.learner(), desk.learner()
    case = Case(desk, officer(desk), kind="see").linked(wrong.subject)
    code, ticket = case.write(requesting.hand_over), case.opened.ticket
    case.do(requests.link, right.subject)
    with desk.store.write(desk.id) as session, pytest.raises(RequestNotFound):
        request_files.fetch(session, desk.vault, ticket or "", code, LATER)


def test_another_organisation_has_none_of_it(desk: Desk, new_desk: NewDesk) -> None:
    case, other = in_state(desk, State.IDENTIFIED), new_desk()
    stranger = officer(other)
    with other.store.write(other.id) as session:
        assert requests.waiting(session) == [] and requests.answered(session) == []
        for act in (
            lambda: requests.read(session, desk.vault, stranger, case.number, START),
            lambda: requests.identify(session, stranger, case.number, "seen", START),
            lambda: requesting.finish(session, desk.vault, stranger, case.number, "Klaar.", START),
        ):
            with pytest.raises(RequestNotFound):
                act()
    assert case.row.state == "identified" and case.opened.words == WORDS


def test_a_hold_is_placed_listed_and_ended_with_a_reason(desk: Desk, new_desk: NewDesk) -> None:
    claims, who, today = desk.learner(), officer(desk), START.date()
    with desk.store.write(desk.id) as session:
        for subject, reason, until in (
            ("nobody", "reden", today + DAY), (claims.subject, " ", today + DAY), (claims.subject, "reden", today),
            (claims.subject, "x" * 301, today + DAY),
        ):  # fmt: skip
            with pytest.raises(holds.HoldInvalid):
                holds.place(session, who, subject, reason, until, START)
        made = holds.place(session, who, claims.subject, "een  zaak", today + 9 * DAY, START)
    with desk.store.read(desk.id) as session:
        (one,) = holds.listed(session, today)
        assert (one.learner, one.reason, one.until, one.made_by) == (
            claims.subject, "een zaak", today + 9 * DAY, who.name,
        )  # fmt: skip
        assert holds.listed(session, today + 10 * DAY) == []
    other = new_desk()
    with other.store.write(other.id) as session, pytest.raises(holds.HoldInvalid):
        holds.end(session, officer(other), made, "matter_closed", START)
    with desk.store.write(desk.id) as session:
        with pytest.raises(holds.HoldInvalid):
            holds.end(session, who, made, "tired", START)  # type: ignore[arg-type]
        holds.end(session, who, made, "matter_closed", START)
        assert session.execute(select(func.count()).select_from(Hold)).scalar_one() == 0
        facts = session.execute(select(Entry.facts).where(Entry.act == "hold.ended")).scalar_one()
        assert facts == {"why": "matter_closed"}
