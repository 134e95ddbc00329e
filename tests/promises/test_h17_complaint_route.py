"""H17: where to complain is on the privacy page, in the chat, with the appeals, and in each ruling whatever it says."""

import datetime as dt
import uuid

import pytest
import urllib3
from playwright.sync_api import expect
from sqlalchemy import update

from api import messages, settling
from api.trial import System, Visitor
from appeals.models import Appeal
from store.store import Store
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.course import receipt_number
from tests.staff import Staff

WHERE = "autoriteitpersoonsgegevens.nl"


def _dispute(learner: Visitor, said: str) -> str:
    learner.say(said)
    reply = learner.command("appeal")
    learner.command("skip")
    return receipt_number(reply)


def _complaint(learner: Visitor) -> str:
    """What the only ruling in the chat says about complaining."""
    view = learner.ask("GET", f"/v1/conversation?course={learner.course}")
    (ruling,) = [one for one in view["messages"] if one["type"] == "ruling"]
    found: str = ruling["complaint"]
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_on_the_permanent_page(system: System, language: str) -> None:
    page = urllib3.request("GET", f"{system.settings.url}/privacy", headers={"accept-language": language})
    assert WHERE in page.data.decode()


@pytest.mark.parametrize(
    ("said", "reading", "choice"),
    [
        ("ja, dat doe ik", "disapprove", "overturned:meaning_misread"),
        ("ja, dat doe ik", "approve", "upheld:graded_correctly"),
        ("misschien", "disapprove", "passed:meaning_clear"),
        ("misschien", "approve", "not_passed:meaning_opposite"),
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_in_each_ruling(
    new_learner: NewLearner, reviewer: Staff, language: str, said: str, reading: str, choice: str
) -> None:
    learner = new_learner(language=language)
    english = {"ja, dat doe ik": "yes, I do", "misschien": "maybe"}
    number = _dispute(learner, said if language == "nl" else english[said])
    assert reviewer.rule(number, reading, choice).status == 303
    assert WHERE in _complaint(learner)


def test_where_the_date_was_missed(learner: Visitor, system: System, store: Store) -> None:
    number = _dispute(learner, "ja, dat doe ik")
    organisation, now = uuid.UUID(system.demo["organisation_id"]), dt.datetime.now(dt.UTC)
    with store.write(organisation) as session:
        late = update(Appeal).where(Appeal.number == messages.from_number(number))
        session.execute(late.values(due_at=now - dt.timedelta(minutes=1)))
    settling.keep_clocks(store, organisation, now)
    assert WHERE in _complaint(learner)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_in_the_chat_under_privacy_with_the_appeals_and_on_the_card(
    make_page: MakePage, system: System, reviewer: Staff, language: str
) -> None:
    widget = Widget(make_page(), system, language).begin()
    widget.type("ja, dat doe ik" if language == "nl" else "yes, I do")
    widget.button(widget.words.disagree).click()
    widget.button(widget.words.no_statement).click()
    widget.expect_question(2)
    for panel in ("Privacy", widget.words.appeals):
        widget.menu(panel)
        expect(widget.dialog).to_contain_text(WHERE)
        if panel == widget.words.appeals:
            number = widget.dialog.get_by_text("W-").first.inner_text()
        widget.page.keyboard.press("Escape")
    assert reviewer.rule(number, "approve", "upheld:ambiguous").status == 303
    widget.open()
    expect(widget.page.get_by_text("W-").first).to_be_visible()
    expect(widget.page.get_by_text(WHERE).first).to_be_visible()
