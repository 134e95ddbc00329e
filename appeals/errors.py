"""Why an act on an appeal is not possible."""

from typing import Literal

Involved = Literal["ruled_before", "wrote_questions", "manages_learner"]


class AppealNotFound(Exception):
    """There is no such appeal for whoever asks."""


class LetterNotFound(Exception):
    """There is no such letter for whoever asks."""


class NotPossible(Exception):
    """The appeal's state does not allow this act; `act` names it."""

    def __init__(self, act: str) -> None:
        super().__init__(act)
        self.act = act


class Stale(Exception):
    """Somebody else was first: the claim is theirs, has run out, or the appeal has moved on. Nothing was changed."""


class ConflictOfInterest(Exception):
    """This member may not rule on this case: `why`, and `alone` when nobody else could either."""

    def __init__(self, why: Involved, *, alone: bool) -> None:
        super().__init__(why)
        self.why: Involved = why
        self.alone = alone


class NothingToAppeal(Exception):
    """There is no decision that could be disputed: no answer, or a person has already decided."""
