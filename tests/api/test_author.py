"""The author's page: which questions are weak, for authors only, of their own organisation, of nobody recognisable."""

import datetime as dt
import json
import re
import uuid

import pytest
from sqlalchemy import delete, select

from api import seeding
from api.trial import System, Visitor
from people.models import Member, SignIn
from store.store import Store
from tests.elsewhere import Elsewhere
from tests.staff import Page, Staff


def _rows(page: Page) -> list[list[str]]:
    """The cells of each row below the heads."""
    rows = re.findall(r'<tr role="row">\s*(<td.*?)</tr>', page.text, flags=re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.S) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_an_author_sees_the_weakest_first_and_no_figures_of_few(system: System, elsewhere: Elsewhere) -> None:
    elsewhere.fill()
    author = Staff(system, elsewhere.author)
    assert _rows(author.get("/questions")) == [
        ["2. Doe je vague?", "12", "92%", "minder dan 5", "–", "! zwak De computer komt er vaak niet uit."],
        ["3. Doe je disputed?", "6", "0%", "5", "2", "! zwak Mensen draaien de beoordeling vaak terug."],
        ["1. Doe je clear?", "12", "0%", "minder dan 5", "–", "niets bijzonders"],
        ["4. Doe je few?", "te weinig antwoorden", "–", "–", "–", "–"],
    ]
    english = _rows(author.get("/questions?language=en"))
    assert english[0][0] == "2. Do you vague?" and english[0][5] == "! weak The computer often cannot tell."


def test_another_organisation_is_not_there(
    system: System, elsewhere: Elsewhere, author: Staff, learner: Visitor
) -> None:
    learner.say("nee, dat doe ik niet")
    elsewhere.fill()
    theirs, ours = Staff(system, elsewhere.author).get("/questions"), author.get("/questions")
    assert "Proefcursus" in theirs.words and "Informatieveiligheid" not in theirs.words
    assert "Informatieveiligheid" in ours.words and "Proefcursus" not in ours.words


def test_without_answers_there_are_no_figures(system: System, elsewhere: Elsewhere) -> None:
    rows = _rows(Staff(system, elsewhere.author).get("/questions"))
    assert [row[1:] for row in rows] == [["te weinig antwoorden", "–", "–", "–", "–"]] * 4


def test_no_answer_and_no_learner_is_on_the_page(author: Staff, learner: Visitor) -> None:
    marker = f"nee dat doe ik niet {uuid.uuid4().hex[:8]}"
    learner.say(marker)
    shown = author.get("/questions").text
    assert marker not in shown and learner.name not in shown


def test_authors_only_and_an_author_sees_nothing_else(
    system: System, author: Staff, reviewer: Staff, employer: Staff
) -> None:
    shown = author.get("/questions")
    assert shown.status == 200 and 'href="/questions" aria-current="page"' in shown.text
    for other in (reviewer, employer):
        refused = other.get("/questions")
        assert refused.status == 403 and "Informatieveiligheid" not in refused.words
        assert 'href="/questions"' not in other.get("/").text
    assert [author.get(path).status for path in ("/review", "/employer")] == [403, 403]
    sent = Staff(system, None).get("/questions")
    assert (sent.status, sent.headers["location"]) == (303, "/sign-in?to=%2Fquestions")


def test_an_author_comes_to_the_questions_after_signing_in(system: System) -> None:
    who = {"email": system.demo["author"], "password": system.demo["password"]}
    stranger = Staff(system, None)
    assert stranger.post("/sign-in", **who).headers["location"] == "/questions"
    assert stranger.post("/sign-in", to="/questions", **who).headers["location"] == "/questions"


@pytest.mark.parametrize(("role", "constant", "page"), [
    ("author", "AUTHOR", "/questions"), ("privacy_officer", "OFFICER", "/oversight"),
])  # fmt: skip
def test_an_older_demo_gets_its_later_members_once(
    system: System, store: Store, monkeypatch: pytest.MonkeyPatch, role: str, constant: str, page: str
) -> None:
    path = system.settings.var / "demo.json"
    whole = path.read_text()
    older = json.dumps({name: value for name, value in system.demo.items() if name != role})
    email = f"later-{uuid.uuid4().hex[:8]}@{seeding.DOMAIN}"
    monkeypatch.setattr(seeding, constant, email)
    added = Member.email == email
    try:
        for _ in ("not in the database", "there already"):
            path.write_text(older)
            made = seeding.seed(store, system.settings, dt.datetime.now(dt.UTC))
            assert getattr(made, role) == email
        assert Staff(system, email).get(page).status == 200
    finally:
        path.write_text(whole)
        with store.write(uuid.UUID(system.demo["organisation_id"])) as session:
            session.execute(delete(SignIn).where(SignIn.member_id.in_(select(Member.id).where(added))))
            session.execute(delete(Member).where(added))
