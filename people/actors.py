"""Who acts, as values: made once at the edge and handed to every act."""

import uuid
from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["author", "controller", "privacy_officer", "reviewer"]
ROLES: Final = frozenset(get_args(Role))
Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class LearnerClaims:
    """What a valid learner token says. There may be no learner yet: the row is made by the act of consent."""

    organisation_id: uuid.UUID
    subject: str


@dataclass(frozen=True, slots=True)
class ActingMember:
    """A signed-in member of staff."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    organisation: str
    name: str
    roles: frozenset[str]
    language: Language
    failing_stopped: str | None = None
    """Why the machine fails nobody in this organisation at present; None when it may."""
