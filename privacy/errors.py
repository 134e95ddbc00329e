"""Why something about a person may not be done."""


class ConsentRequired(Exception):
    """There is no live consent to the current policy: nothing is graded or kept."""


class PolicyOutdated(Exception):
    """The learner agreed to a text that is no longer the current one; they have to read the new one."""
