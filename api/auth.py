"""Who is there: learners by their token, members by their sign-in cookie."""

import datetime as dt
import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from api.wiring import Wiring
from people import enrolling, signing_in, tokens
from people.actors import ActingMember, LearnerClaims, Role
from people.errors import NotAllowed, NotSignedIn, TokenRefused

COOKIE = "wederhoor"
REMEMBERED = 2000
REMEMBERED_FOR = dt.timedelta(minutes=1)


class Believed:
    """Tokens checked a moment ago, by digest, so that a conversation does not check one signature per message.

    A revoked key is believed for one minute at most.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[dt.datetime, LearnerClaims]] = OrderedDict()
        self._lock = Lock()

    def claims(self, wiring: Wiring, token: str, now: dt.datetime) -> LearnerClaims:
        """Who this token speaks for; raises `TokenRefused`."""
        digest = hashlib.sha256(token.encode()).digest()
        kept = self._kept.get(digest)
        if kept is not None and kept[0] > now:
            return kept[1]
        with wiring.store.read(None) as session:
            claims = tokens.verify(token, lambda kid: enrolling.find_key(session, kid), now)
        with self._lock:
            self._kept[digest] = (now + REMEMBERED_FOR, claims)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return claims


def wiring(request: Request) -> Wiring:
    """The living parts of this process."""
    found: Wiring = request.app.state.wiring
    return found


Wired = Annotated[Wiring, Depends(wiring)]


def learner(request: Request, wired: Wired) -> LearnerClaims:
    """The learner whom the bearer token speaks for."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("token_missing")
    believed: Believed = request.app.state.believed
    return believed.claims(wired, token, wired.now())


def member(request: Request, wired: Wired) -> ActingMember:
    """The signed-in member of staff."""
    token = request.cookies.get(cookie_name(wired))
    if not token:
        raise NotSignedIn
    with wired.store.read(signing_in.organisation_of(token)) as session:
        return signing_in.acting(session, token, wired.now())


def _with(role: Role, who: ActingMember) -> ActingMember:
    if role not in who.roles:
        raise NotAllowed
    return who


def reviewer(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in reviewer."""
    return _with("reviewer", who)


def controller(who: Annotated[ActingMember, Depends(member)]) -> ActingMember:
    """A signed-in controller: somebody of the employer."""
    return _with("controller", who)


def cookie_name(wired: Wiring) -> str:
    """With https the browser itself guards the name: host only, secure, whole site."""
    return f"__Host-{COOKIE}" if wired.settings.secure else COOKIE


TheLearner = Annotated[LearnerClaims, Depends(learner)]
TheMember = Annotated[ActingMember, Depends(member)]
TheReviewer = Annotated[ActingMember, Depends(reviewer)]
TheController = Annotated[ActingMember, Depends(controller)]
