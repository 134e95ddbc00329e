"""Answers to the questions of a course, for tests that walk through all of it."""

from typing import Any

from api.seeding import COURSES
from api.trial import Visitor
from learning import courses
from learning.courses import ChoiceQuestion, CourseFile, StanceQuestion

PLAIN = {
    ("nl", "approve"): "ja, dat doe ik",
    ("nl", "disapprove"): "nee, dat doe ik niet",
    ("en", "approve"): "yes, I do",
    ("en", "disapprove"): "no, I do not",
}
VAGUE = {"nl": "misschien", "en": "maybe"}


def file(slug: str) -> CourseFile:
    """A demo course."""
    return courses.read(COURSES / f"{slug}.yaml")


def answer(body: Any, language: str, *, right: bool = True) -> dict[str, Any]:
    """What to send to answer this question rightly, or plainly wrongly."""
    if isinstance(body, StanceQuestion):
        opposite = {"approve": "disapprove", "disapprove": "approve"}
        return {"kind": "text", "text": PLAIN[language, body.expected if right else opposite[body.expected]]}
    if isinstance(body, ChoiceQuestion):
        return {"kind": "choice", "choice": next(one.key for one in body.options if one.right == right)}
    return {"kind": "text", "text": "Daar heb ik thuis over nagedacht." if language == "nl" else "I thought about it."}


def grade(reply: dict[str, Any]) -> dict[str, Any]:
    """The grade in a reply."""
    found: dict[str, Any] = next(one for one in reply["messages"] if one["type"] == "grade")
    return found


def asked(reply: dict[str, Any]) -> dict[str, Any]:
    """The question in a reply."""
    found: dict[str, Any] = next(one for one in reply["messages"] if one["type"] == "question")
    return found


def says(reply: dict[str, Any]) -> str:
    """All that is said in a reply."""
    return " ".join(str(one.get(name, "")) for one in reply["messages"] for name in ("title", "text", "reading", "why"))


def receipt_number(reply: dict[str, Any]) -> str:
    """The number of the appeal in a reply."""
    found: str = next(one["number"] for one in reply["messages"] if one["type"] == "receipt")
    return found


def disputed(learner: Visitor, statement: str | None = None, *, answer: str = "ja, dat doe ik") -> str:
    """The learner answers and disputes what becomes of it; the number of the appeal."""
    learner.say(answer)
    number = receipt_number(learner.command("appeal"))
    if statement:
        learner.say(statement)
    else:
        learner.command("skip")
    return number
