"""Rights requests on the desk: somebody asks, an officer handles it, each act in a transaction of its own."""

import datetime as dt
import re
import uuid
from typing import Any

from api import requesting
from people import enrolling
from people.actors import ActingMember
from people.models import Member
from privacy import requests
from privacy.models import Request
from privacy.request_states import Deed
from privacy.requests import Asked, Opened
from tests.appeals.desk import START, Desk
from tests.office import Office
from tests.staff import Page, Staff

WORDS = "Ik werk hier niet meer. olifant"
CONTACT = "iemand.anders@thuis.example"


def officer(desk: Desk) -> ActingMember:
    """A new privacy officer of this organisation."""
    with desk.store.write(desk.id) as session:
        member: Member = enrolling.enrol_member(
            session, desk.id, email=f"f-{uuid.uuid4().hex}@bureau.example", name="Functionaris",
            roles=["privacy_officer"], password="a good enough password", now=START,
        )  # fmt: skip
    return ActingMember(member.id, desk.id, "Bureau B.V.", member.name, frozenset({"privacy_officer"}), "nl")


class Case:
    """One request, and the officer who handles it."""

    def __init__(self, desk: Desk, who: ActingMember, now: dt.datetime = START, **asked: Any) -> None:
        self.desk, self.who, self.id = desk, who, uuid.uuid4()
        values = {"kind": "erase", "came_by": "page", "language": "nl", "contact": CONTACT, "words": WORDS}
        more = {name: asked.pop(name) for name in ("received_at", "member") if name in asked}
        with desk.store.write(desk.id) as session:
            one = Asked(**values | asked)
            self.number = requesting.submit(session, desk.vault, desk.id, one, self.id, now, **more).number

    def do(self, act: Any, *given: Any, now: dt.datetime = START, **more: Any) -> Any:
        """An act that needs no keys."""
        with self.desk.store.write(self.desk.id) as session:
            return act(session, self.who, self.number, *given, now, **more)

    def write(self, act: Any, *given: Any, now: dt.datetime = START) -> Any:
        """An act that writes texts."""
        with self.desk.store.write(self.desk.id) as session:
            return act(session, self.desk.vault, self.who, self.number, *given, now)

    def linked(self, subject: str, now: dt.datetime = START) -> "Case":
        """It is known who asks, and about whom it is."""
        self.do(requests.identify, "known_address", now=now)
        self.do(requests.link, subject, now=now)
        return self

    def deed(self, deed: Deed, now: dt.datetime = START, **more: Any) -> None:
        """Carries it out."""
        with self.desk.store.write(self.desk.id) as session:
            requesting.carry_out(
                session, self.desk.vault, self.desk.catalogue, self.who, self.number, deed, now, **more
            )

    @property
    def row(self) -> Request:
        """As it is now."""
        with self.desk.store.read(self.desk.id) as session:
            found = requests.find(session, self.number)
            session.expunge(found)
            return found

    @property
    def opened(self) -> Opened:
        """With its texts."""
        with self.desk.store.write(self.desk.id) as session:
            found = requests.read(session, self.desk.vault, self.who, self.number, START)
            session.expunge(found.request)
            return found


def asking(nobody: Staff, office: Office, **fields: str) -> Page:
    """Somebody without a sign-in sends the form of this organisation."""
    page = nobody.post(f"/requests/at/{office.id.hex}", request_id=str(uuid.uuid4()), **fields)
    assert page.status == 200, page.words[:400]
    return page


def sent_number(page: Page) -> str:
    """The number on the receipt."""
    found = re.search(r"V-\d{6}", page.text)
    assert found
    return found[0]
