"""What the machine would make of an answer, for an author who writes the question. Nothing is kept."""

from grading.grade import Grade, Grader
from grading.grade import Question as Graded
from learning.courses import StanceQuestion
from people.actors import Language


def attempt(grader: Grader, question: StanceQuestion, language: Language, answer: str, alpha: float) -> Grade:
    """The grade that a learner would get, with its evidence."""
    return grader.explain(Graded(question.text[language], language, question.expected), answer, alpha=alpha)
