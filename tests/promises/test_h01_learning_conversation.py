"""H01: a learner follows a whole conversation in the widget on the organisation's own site; the Rasa bot leads it."""

from typing import Any

import pytest

from api.trial import System
from learning.courses import ChoiceQuestion
from tests.browser.widget import MakePage, Widget
from tests.course import answer, file


@pytest.mark.parametrize(("language", "width", "dark"), [("nl", 1280, False), ("en", 375, True)])
def test_to_the_end_of_a_course_in_a_browser(
    make_page: MakePage, system: System, language: str, width: int, dark: bool
) -> None:
    widget = Widget(make_page(width=width, language=language, dark=dark), system, language).begin()
    questions: list[Any] = list(file("information-security").questions())
    for number, question in enumerate(questions, start=1):
        widget.expect_question(number)
        if isinstance(question, ChoiceQuestion):
            right = next(option for option in question.options if option.right)
            widget.page.get_by_role("button", name=right.text[language]).last.click()
        else:
            widget.type(answer(question, language)["text"])
    points = sum(getattr(question, "points", 0) for question in questions)
    shown = f"14 van 14 · {points} punten" if language == "nl" else f"14 of 14 · {points} points"
    widget.expect_text(shown)
