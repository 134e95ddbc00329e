"""Why something about a person may not be done."""


class ConsentRequired(Exception):
    """There is no live consent to the current policy: nothing is graded or kept."""


class SchemaUnknown(Exception):
    """A table does not say whose data it holds: nothing about people can be promised before it does."""


class OnHold(Exception):
    """What the law requires to keep is kept: an erasure leaves it until the hold ends, and says so."""


class PolicyOutdated(Exception):
    """The learner agreed to a text that is no longer the current one; they have to read the new one."""


class ProcessorsInvalid(Exception):
    """The file of processors cannot be read; the message says where and why."""


class Undeclared(Exception):
    """An outside service is configured that is not declared, or may not be used; the message says how to mend it."""


class RequestNotFound(Exception):
    """There is no such request, or no such link to a file, for whoever asks."""


class RequestNotPossible(Exception):
    """The request's state does not allow this act, or something is missing; `act` names it."""

    def __init__(self, act: str) -> None:
        super().__init__(act)
        self.act = act


class HoldInvalid(Exception):
    """A legal hold needs a learner, a reason and an end that is still to come."""


class ArrangementInvalid(Exception):
    """An agreement or a legal ground lacks something, or speaks of what is not there."""


class LinkUnknown(Exception):
    """There is no such link, or it has ended. Which one is not told."""


class PermissionRequired(Exception):
    """Somebody of this age needs a parent's permission, and it is not there (yet): nothing is graded or kept."""
