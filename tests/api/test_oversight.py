"""The privacy officer's pages and the report without persons: what they show, to whom, and what is refused."""

import csv
import io
import re
import uuid

import pytest
from sqlalchemy import select

from api.pages.appeals_report import harmless
from api.trial import System
from appeals import choices
from store.journal import Entry
from tests.office import Office
from tests.staff import Page, Staff

PAGES = ("", "/reviewers", "/remedies", "/conflicts", "/choices")


def _question(page: Page) -> str:
    """The first question that a case with a known answer can be about."""
    found = re.search(r'<option value="([0-9a-f-]{36})"', page.text)
    assert found
    return found[1]


def test_only_the_privacy_officer_sees_how_a_named_reviewer_decides(office: Office, other_office: Office) -> None:
    office.decided(6, upheld=5)
    name = office.desk.reviewers[0].name
    shown = office.staff("privacy_officer").get("/oversight/reviewers")
    assert shown.status == 200 and name in shown.words
    assert re.search(rf"{name} 6 83% 5 van 6, 44% tot 97% 6 minuten 100% 6 van 6, 61% tot 100% – 0 –", shown.words)
    for role in ("reviewer", "controller", "author"):
        for path in PAGES:
            refused = office.staff(role).get(f"/oversight{path}")
            assert refused.status == 403 and name not in refused.text, (role, path)
    elsewhere = other_office.staff("privacy_officer").get("/oversight/reviewers")
    assert elsewhere.status == 200 and "83%" not in elsewhere.words


def test_who_is_not_signed_in_is_led_there_and_back(system: System, office: Office) -> None:
    stranger = Staff(system, None)
    for path in PAGES:
        sent = stranger.get(f"/oversight{path}")
        assert sent.status == 303 and sent.headers["location"].startswith("/sign-in?to=%2Foversight")
    who = {"email": system.demo["privacy_officer"], "password": system.demo["password"]}
    assert stranger.post("/sign-in", **who).headers["location"] == "/oversight"


def test_figures_with_their_tables(office: Office) -> None:
    office.decided(6, upheld=1)
    office.case()
    officer = office.staff("privacy_officer")
    shown = officer.get("/oversight")
    assert "1 zaak wacht." in shown.words and "minder dan een dag 1 1 tot 7 dagen 0" in shown.words
    assert "alsnog goedgekeurd 5 beoordeling gebleven 1" in shown.words
    assert "83% 5 van 6, 44% tot 97%" in shown.words
    assert len(re.findall(r'<svg class="chart".*?<title id="(\w+)-t">.*?<desc id="\1-d">', shown.text, re.S)) == 4
    assert len(re.findall("<table", shown.text)) == 4, "a table beside each chart"
    assert "How appeals are going" in officer.get("/oversight?language=en").words


def test_a_case_with_a_known_answer_is_placed_decided_and_counted(office: Office) -> None:
    officer, reviewer = office.staff("privacy_officer"), office.staff("reviewer")
    question = _question(officer.get("/oversight/reviewers"))
    form = officer.get(f"/oversight/reviewers?question={question}")
    assert form.field("question") == question
    answer = "Nee, ik kijk het zelf na op de site van de bank."
    sent = {"question": question, "language": "nl", "answer": answer}
    unsure = officer.post("/oversight/checks", **sent)
    assert unsure.status == 422 and answer in unsure.words and reviewer.waiting() == []
    assert officer.post("/oversight/checks", **sent, certain="true").status == 303
    again = officer.post("/oversight/checks", **sent, certain="true")
    assert again.status == 422, "one at a time on a question"
    (number,) = reviewer.waiting()
    assert officer.get("/oversight").words.count("Er wacht niemand.") == 1
    real = office.case()
    assert sorted(reviewer.waiting()) == [number, real]
    assert reviewer.rule(number, "disapprove", "overturned:meaning_misread").status == 303
    assert "1 van 1" in officer.get("/oversight/reviewers").words
    for role in ("reviewer", "controller", "author"):
        assert office.staff(role).post("/oversight/checks", **sent, certain="true").status == 403


def test_a_remedy_is_shown_confirmed_and_undone_once(office: Office, other_office: Office) -> None:
    made = office.remedied()
    officer = office.staff("privacy_officer")
    assert re.search(r"4 1 0 Terugnemen", officer.get("/oversight/remedies").words)
    assert "1 antwoord dat alsnog werd goedgekeurd" in officer.get(f"/oversight/remedies/{made}").words
    path = f"/oversight/remedies/{made}"
    for other, status in ((office.staff("controller"), 403), (other_office.staff("privacy_officer"), 404)):
        assert (other.get(path).status, other.post(path).status) == (status, status)
    assert office.desk.decision(office.remedied_learner).outcome == "passed"
    assert (officer.post(path).status, officer.post(path).status) == (303, 422)
    assert office.desk.decision(office.remedied_learner).outcome == "not_passed"
    assert "Dit is al teruggenomen." in officer.get(path).words
    assert "teruggenomen op" in officer.get("/oversight/remedies").words


def test_conflicts_are_declared_and_taken_back(office: Office, other_office: Office) -> None:
    officer, learner = office.staff("privacy_officer"), office.desk.learner()
    theirs = other_office.desk.learner()
    member = str(office.members["reviewer"])
    path, course = "/oversight/conflicts", "information-security"
    for wrong in (
        {"course": course, "learner": learner.subject}, {}, {"learner": theirs.subject}, {"course": "nothing"},
        {"learner": "wederhoor/check"},
    ):  # fmt: skip
        assert officer.post(path, member=member, **wrong).status == 422, wrong
    assert officer.post(path, member=str(other_office.members["reviewer"]), course=course).status == 404
    assert "Er is niets vastgelegd." in officer.get(path).words
    for one in ({"course": course}, {"learner": learner.subject}):
        assert officer.post(path, member=member, **one).status == 303
    shown = officer.get(path)
    assert "cursus Informatieveiligheid" in shown.words and f"lerende {learner.subject}" in shown.words
    for action in re.findall(r'action="(/oversight/conflicts/[^"]+)"', shown.text):
        assert other_office.staff("privacy_officer").post(action).status == 404
        assert officer.post(action).status == 303
    assert "Er is niets vastgelegd." in officer.get(path).words


def test_choices_are_shown_changed_and_noted(office: Office, other_office: Office) -> None:
    officer = office.staff("privacy_officer")
    sent = {"on_missed": "escalate", "pauses_clock": "true", "undo_seconds": "60", "appeal_days": "14", "alpha": "0.5"}
    for wrong in ({"appeal_days": "32"}, {"alpha": "11"}, {"alpha": "nan"}, {"undo_seconds": "-1"}):
        assert officer.post("/oversight/choices", **sent | wrong).status == 422, wrong
    assert office.staff("controller").post("/oversight/choices", **sent).status == 403
    before = _chosen(other_office)
    assert _chosen(office) == before
    assert officer.post("/oversight/choices", **sent).status == 303
    assert _chosen(office) == choices.Choices("escalate", True, 60, 14, 0.005) and _chosen(other_office) == before
    shown = officer.get("/oversight/choices")
    assert (shown.field("appeal_days"), shown.field("alpha")) == ("14", "0,5")
    with office.store.read(office.id) as session:
        noted = session.execute(select(Entry.member_id).where(Entry.act == "choice.changed")).scalars().all()
    assert noted == [office.members["privacy_officer"]] * 5


def _chosen(office: Office) -> choices.Choices:
    with office.store.read(office.id) as session:
        return choices.of_organisation(session, office.desk.reviewers[0])


def test_the_report_names_nobody_and_hides_what_is_small(office: Office, other_office: Office) -> None:
    office.decided(11, upheld=6)
    for _ in range(2):
        office.case()
    path = "/employer/appeals"
    for role in ("controller", "privacy_officer"):
        staff = office.staff(role)
        shown = staff.get(path)
        assert shown.status == 200 and office.desk.reviewers[0].name not in shown.text
        rows = list(csv.DictReader(io.StringIO(staff.get(f"{path}.csv").text)))
        assert {row["question"] for row in rows} >= {"1", "former", "all"}
        assert {row["appeals"] for row in rows} == {"", "13"}
        assert {row["undecided"] for row in rows} == {""}, "two is too few, and so is none"
        assert "13" in shown.words
    for role in ("reviewer", "author"):
        for one in (path, f"{path}.csv"):
            refused = office.staff(role).get(one)
            assert refused.status == 403 and "13" not in re.findall(r"\b13\b", refused.words)
    elsewhere = other_office.staff("controller").get(path)
    assert "te weinig bezwaren" in elsewhere.words and "13" not in re.findall(r"\b13\b", elsewhere.words)
    assert office.staff("controller").get(f"{path}?year=1999").status == 422


@pytest.mark.parametrize("text", ["=1+1", "+31", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}" and harmless(f"a{text}") == f"a{text}"


def test_a_remedy_that_is_nobodys_is_not_found(office: Office) -> None:
    assert office.staff("privacy_officer").get(f"/oversight/remedies/{uuid.uuid4()}").status == 404
