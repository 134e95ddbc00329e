"""Who is there: learners by their token, members by their sign-in cookie."""

import datetime as dt
import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.wiring import Wiring
from people import enrolling, signing_in, staff_tokens, tokens
from people.actors import ActingMember, LearnerClaims, Role
from people.errors import NotAllowed, NotSignedIn, StaffTokenRefused, TokenRefused

COOKIE = "wederhoor"
STAFF_TOKEN = HTTPBearer(
    scheme_name="staff token", description="Made by `wederhoor token add`; begins with whs.", auto_error=False
)
REMEMBERED = 2000
REMEMBERED_FOR = dt.timedelta(minutes=1)


class Believed:
    """Tokens checked a moment ago, by digest, so that a conversation does not check one signature per message.

    A revoked key is believed for one minute at most.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[dt.datetime, LearnerClaims]] = OrderedDict()
        self._lock = Lock()

    def known(self, token: str, now: dt.datetime) -> LearnerClaims | None:
        """Who this token speaks for, if it was checked a moment ago."""
        kept = self._kept.get(_digest(token))
        return kept[1] if kept is not None and kept[0] > now else None

    def check(self, wiring: Wiring, token: str, now: dt.datetime) -> LearnerClaims:
        """Who this token speaks for; raises `TokenRefused`."""
        with wiring.store.read(None) as session:
            claims = tokens.verify(token, lambda kid: enrolling.find_key(session, kid), now)
        with self._lock:
            self._kept[_digest(token)] = (now + REMEMBERED_FOR, claims)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return claims


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def wiring(request: Request) -> Wiring:
    """The living parts of this process."""
    found: Wiring = request.app.state.wiring
    return found


Wired = Annotated[Wiring, Depends(wiring)]


async def learner(request: Request, wired: Wired) -> LearnerClaims:
    """The learner whom the bearer token speaks for. A token that is known already costs no thread."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("token_missing")
    believed: Believed = request.app.state.believed
    now = wired.now()
    known = believed.known(token, now)
    return known if known is not None else await run_in_threadpool(believed.check, wired, token, now)


def member(request: Request, wired: Wired) -> ActingMember:
    """The signed-in member of staff."""
    token = request.cookies.get(cookie_name(wired))
    if not token:
        raise NotSignedIn
    with wired.store.read(signing_in.organisation_of(token)) as session:
        return signing_in.acting(session, token, wired.now())


def program(wired: Wired, given: Annotated[HTTPAuthorizationCredentials | None, Depends(STAFF_TOKEN)]) -> ActingMember:
    """The member whose program this is: by a token that they made for it, never by a cookie."""
    if given is None:
        raise StaffTokenRefused
    token = given.credentials
    with wired.store.read(staff_tokens.organisation_of(token)) as session:
        return staff_tokens.acting(session, token, wired.now())


def _with(who: ActingMember, *roles: Role) -> ActingMember:
    if who.roles.isdisjoint(roles):
        raise NotAllowed
    return who


def reviewer(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in reviewer."""
    return _with(who, "reviewer")


def controller(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in controller: somebody of the employer."""
    return _with(who, "controller")


def author(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in author of courses."""
    return _with(who, "author")


def officer(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in privacy officer."""
    return _with(who, "privacy_officer")


def report_reader(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in member who may read the report on appeals."""
    return _with(who, "controller", "privacy_officer")


def trend_reader(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in member who may read trends."""
    return _with(who, "author", "controller", "privacy_officer")


def reviewing_program(who: Annotated[ActingMember, Depends(program)]) -> ActingMember:
    """A reviewer's program."""
    return _with(who, "reviewer")


def officers_program(who: Annotated[ActingMember, Depends(program)]) -> ActingMember:
    """A privacy officer's program."""
    return _with(who, "privacy_officer")


def reading_program(who: Annotated[ActingMember, Depends(program)]) -> ActingMember:
    """The program of a member who may read the report on appeals."""
    return _with(who, "controller", "privacy_officer")


def cookie_name(wired: Wiring) -> str:
    """With https the browser itself guards the name: host only, secure, whole site."""
    return f"__Host-{COOKIE}" if wired.settings.secure else COOKIE


TheLearner = Annotated[LearnerClaims, Depends(learner)]
TheMember = Annotated[ActingMember, Depends(member)]
TheReviewer = Annotated[ActingMember, Depends(reviewer)]
TheController = Annotated[ActingMember, Depends(controller)]
TheAuthor = Annotated[ActingMember, Depends(author)]
TheOfficer = Annotated[ActingMember, Depends(officer)]
TheReportReader = Annotated[ActingMember, Depends(report_reader)]
TheTrendReader = Annotated[ActingMember, Depends(trend_reader)]
ReviewingProgram = Annotated[ActingMember, Depends(reviewing_program)]
OfficersProgram = Annotated[ActingMember, Depends(officers_program)]
ReadingProgram = Annotated[ActingMember, Depends(reading_program)]
