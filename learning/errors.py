"""What can go wrong between a learner and a course."""


class NotFound(Exception):
    """There is no such course, question or answer for whoever asks. Those of others do not exist for them."""


class MovedOn(Exception):
    """The conversation went on elsewhere (another tab, a second click): what was sent belongs to an older state."""


class ChoiceUnknown(Exception):
    """The option that was chosen is not one of this question."""


class CourseInvalid(Exception):
    """A course file cannot be used; the message names file, line and what is wrong."""


class Restricted(Exception):
    """The learner has asked that their data stands still: nothing is done with it until they take that back."""


class Overtaken(Exception):
    """Somebody else changed this part of the course since it was shown. Nothing was saved."""
