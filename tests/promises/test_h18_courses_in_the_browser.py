"""H18: an author makes a course in the browser and a learner takes it, no restart."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api import seeding
from api.trial import System
from appeals import conflicts
from learning import courses
from learning.models import Answer, Course, CourseDraft, Decision, Question
from people.models import Member
from store.store import Store
from tests.authoring import Authored, authored, remove
from tests.browser.test_staff import sign_in
from tests.browser.widget import MakePage, Widget
from tests.conftest import NewLearner
from tests.course import asked, grade, says
from tests.office import Office
from tests.staff import Staff


@pytest.fixture
def course(store: Store, system: System) -> Iterator[Authored]:
    """A published course."""
    with authored(store, system) as made:
        yield made


def _fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f'[name="{name.replace("__", ".")}"]').fill(value)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Opslaan", exact=True).click()
    page.wait_for_load_state()


def test_h18_an_author_makes_a_course_and_a_learner_takes_it(make_page: MakePage, system: System, store: Store) -> None:
    slug = f"brandveilig-{uuid.uuid4().hex[:6]}"
    page = make_page()
    try:
        _make(page, system, slug)
        _take(make_page(width=375, dark=True), system, slug)
        _take(make_page(language="en"), system, slug, "en")
    finally:
        remove(store, system, slug)


def _make(page: Page, system: System, slug: str) -> None:
    """A course with a lesson and a question of each kind; then the order is changed with the keyboard."""
    sign_in(page, system, system.demo["author"])
    page.goto(f"{system.settings.url}/courses")
    page.get_by_role("link", name="Nieuwe cursus").click()
    _fill(page, title__nl=slug.replace("-", " "), summary__nl="Over brand.", summary__en="About fire.")
    _save(page)
    expect(page.get_by_text("Vul dit in.")).to_have_count(1)
    expect(page.locator('[name="summary.nl"]')).to_have_value("Over brand.")
    _fill(page, title__en="Fire safety")
    _save(page)
    expect(page.get_by_text("Er zijn nog geen lessen.")).to_be_visible()
    page.get_by_role("link", name="Les erbij").last.click()
    _fill(page, title__nl="Vuur", title__en="Fire", text__nl="Houd gangen vrij.", text__en="Keep corridors clear.")
    _save(page)
    _stance(page)
    _choice(page)
    page.goto(f"{system.settings.url}/courses/{slug}")
    down = page.get_by_role("button", name="Omlaag: Je ziet rook")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Wie bel je?")
    page.get_by_role("link", name="Publiceren").click()
    page.get_by_role("button", name="Nu publiceren").click()
    expect(page.get_by_text("Gepubliceerd. Lerenden krijgen het")).to_be_visible()


def _stance(page: Page) -> None:
    page.get_by_role("link", name="Vraag erbij in Vuur: ja of nee").click()
    _fill(
        page, text__nl="Je ziet rook. Sla je alarm?", text__en="You see smoke. Do you raise the alarm?",
        readings__approve__nl="je slaat alarm", readings__approve__en="you raise the alarm",
        readings__disapprove__nl="je slaat geen alarm", readings__disapprove__en="you do not raise the alarm",
        why__nl="Elke seconde telt.", points="0",
    )  # fmt: skip
    page.get_by_label("Ja", exact=True).check()
    page.get_by_label("De werkgever mag het laatste antwoord zien.").check()
    _save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("Dit getal is te klein.")).to_be_visible()
    expect(page.get_by_label("Ja", exact=True)).to_be_checked()
    _fill(page, why__en="Every second counts.", points="3")
    _save(page)
    page.get_by_label("Een antwoord, zoals een lerende het zou schrijven").fill("nee, dat doe ik niet")
    page.get_by_role("button", name="Uitproberen").click()
    expect(page.get_by_role("status")).to_contain_text("niet goedgekeurd")
    page.get_by_role("link", name="Naar de cursus").click()


def _choice(page: Page) -> None:
    page.get_by_role("link", name="Vraag erbij in Vuur: keuze").click()
    _fill(page, text__nl="Wie bel je?", text__en="Whom do you call?", why__nl="112 helpt.", why__en="112 helps.")
    for place, words in enumerate(("112", "Mijn moeder")):
        page.locator(f'[name="options.{place}.text.nl"]').fill(words)
        page.locator(f'[name="options.{place}.text.en"]').fill(words.replace("Mijn moeder", "My mother"))
    _save(page)
    expect(page.get_by_text("Kies welk antwoord goed is: precies één.")).to_be_visible()
    expect(page.locator('[name="options.1.text.nl"]')).to_have_value("Mijn moeder")
    page.get_by_label("Keuze 1 is goed").check()
    _save(page)


def _take(page: Page, system: System, slug: str, language: str = "nl") -> None:
    """In the widget, to the end."""
    widget = Widget(page, system, language, slug).begin()
    widget.expect_text("Wie bel je?" if language == "nl" else "Whom do you call?")
    widget.type("112")
    widget.expect_question(2)
    widget.expect_text("Je werkgever kan je laatste antwoord zien" if language == "nl" else "Your employer can see")
    widget.type("ja, ik sla alarm" if language == "nl" else "yes, I raise the alarm")
    widget.expect_text("4 van de 4 punten" if language == "nl" else "4 of 4 points")


def test_h18_a_changed_question_is_asked_again_and_takes_nothing_away(
    course: Authored, new_learner: NewLearner, system: System, store: Store
) -> None:
    learner, halfway = new_learner(course.slug), new_learner(course.slug)
    assert grade(learner.say("ja, dat doe ik"))["outcome"] == "passed"
    course.change("Doe je de deur op slot?", "Laat je de deur open?")
    told = halfway.say("ja, dat doe ik")
    assert "Deze vraag is intussen aangepast" in says(told) and "Laat je de deur open?" in says(told)
    assert told["progress"]["answered"] == 0
    assert grade(halfway.say("ja, dat doe ik"))["outcome"] == "passed", "now it has been read"
    kept = learner.ask("GET", f"/v1/conversation?course={course.slug}")["progress"]
    assert (kept["answered"], kept["points"], kept["max_points"]) == (1, 2, 4)
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        theirs = select(Decision.question_version).join(Question, Question.id == Decision.question_id)
        versions = set(session.execute(theirs.where(Question.key == "lock")).scalars())
    assert len(versions) == 2, "each names the question that was answered"


def test_h18_a_removed_question_loses_nobody(course: Authored, new_learner: NewLearner) -> None:
    done, halfway = new_learner(course.slug), new_learner(course.slug)
    done.say("ja, dat doe ik")
    halfway.say("ja, dat doe ik")
    done.say("nee, dat doe ik niet")
    start = course.text.index("      - key: lend")
    course.change(course.text[start:], course.text[start:].replace("lend", "return"))
    told = halfway.say("nee, dat doe ik niet")
    assert "wordt niet meer gesteld" in says(told)
    assert asked(told)["number"] == 2 and told["progress"]["points"] == 2
    kept = done.ask("GET", f"/v1/conversation?course={course.slug}")["progress"]
    assert (kept["points"], kept["finished"]) == (4, False), "what was earned stays; there is a new question"
    again = done.command("start")
    assert asked(again)["number"] == 2


def test_h18_the_reviewer_reads_the_question_that_was_answered(
    course: Authored, new_learner: NewLearner, reviewer: Staff
) -> None:
    learner = new_learner(course.slug)
    learner.say("nee, dat doe ik niet")
    receipt = next(one for one in learner.command("appeal")["messages"] if one["type"] == "receipt")
    learner.command("skip")
    course.change("Doe je de deur op slot?", "Laat je de deur open?")
    shown = reviewer.get(f"/review/{receipt['number']}").words
    assert "Doe je de deur op slot?" in shown and "Laat je de deur open?" not in shown


def test_h18_flagging_shows_no_answer_of_before(
    course: Authored, new_learner: NewLearner, employer: Staff, store: Store, system: System
) -> None:
    before, after = new_learner(course.slug), new_learner(course.slug)
    before.say("ja, dat doe ik")
    course.change("        points: 2\n      - key: lend", "        points: 2\n        flagged: true\n      - key: lend")
    after.say("ja, dat doe ik")
    after.say("ja, dat doe ik")
    shown = employer.get(f"/employer/{course.slug}").words
    assert after.name in shown and before.name not in shown
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        told = session.execute(
            select(Answer.flagged).join(Question, Question.id == Answer.question_id).where(Question.key == "lock")
        )
        assert sorted(told.scalars()) == [False, True]


def test_h18_a_draft_is_seen_by_no_learner_and_can_be_thrown_away(course: Authored, new_learner: NewLearner) -> None:
    form = course.author.get(f"{course.path}/questions/lock")
    fields = {"seen": form.field("seen"), "lesson": "doors", "kind": "stance", "expected": "approve", "points": "2"}
    fields |= {f"text.{one}": f"Olifant {one}?" for one in ("nl", "en")}
    fields |= {f"why.{one}": "x" for one in ("nl", "en")}
    fields |= {f"readings.{kind}.{one}": "x" for kind in ("approve", "disapprove") for one in ("nl", "en")}
    assert course.author.post(f"{course.path}/questions/lock", **fields).status == 303
    assert "Olifant nl?" in course.author.get(f"{course.path}/preview").words
    assert "Olifant en?" in course.author.get(f"{course.path}/file").text
    assert "Olifant" not in says(new_learner(course.slug).command("repeat"))
    stale = course.author.post(f"{course.path}/questions/lock", **(fields | {"text.nl": "Giraf?"}))
    assert stale.status == 409 and "Giraf?" in stale.text and "Olifant nl?" in stale.text
    assert "Giraf?" not in course.author.get(f"{course.path}/preview").words
    again = course.author.post(
        f"{course.path}/questions/lock", **(fields | {"text.nl": "Giraf?", "seen": stale.field("seen")})
    )
    assert again.status == 303 and "Giraf?" in course.author.get(f"{course.path}/preview").words
    assert course.author.post(f"{course.path}/publish", seen=form.field("seen")).status == 409
    assert course.author.post(f"{course.path}/discard").status == 303
    assert "Doe je de deur op slot?" in course.author.get(f"{course.path}/preview").words


def test_h18_trying_an_answer_keeps_nothing(course: Authored, store: Store, system: System) -> None:
    marker = f"zeker olifant{uuid.uuid4().hex[:8]}"
    tried = course.author.post(f"{course.path}/questions/lock/try", language="nl", answer=f"ja, {marker}")
    assert tried.status == 200 and marker in tried.text and "Besluit:" in tried.words
    assert course.author.post(f"{course.path}/questions/lock/try", language="nl", answer=" ").status == 422
    assert marker not in course.author.get(f"{course.path}/questions/lock").text
    assert marker not in system.output.read_text()
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        assert session.execute(select(CourseDraft).where(CourseDraft.slug == course.slug)).all() == []


def test_h18_a_start_does_not_put_the_file_over_what_an_author_published(store: Store, system: System) -> None:
    ours, now = uuid.UUID(system.demo["organisation_id"]), dt.datetime.now(dt.UTC)
    file = courses.read(seeding.COURSES / "safety-at-work.yaml")
    changed = file.model_copy(update={"summary": {"nl": "Door een auteur."}})

    def summary() -> str:
        seeding.seed(store, system.settings, now)
        with store.read(ours) as session:
            content = session.execute(select(Course.content).where(Course.slug == file.slug)).scalar_one()
        return str(content["summary"]["nl"])

    try:
        with store.write(ours) as session:
            author = session.execute(select(Member.id).where(Member.email == system.demo["author"])).scalar_one()
            courses.load(session, ours, changed, now, by=author)
        assert summary() == "Door een auteur."
    finally:
        with store.write(ours) as session:
            courses.load(session, ours, file, now)
    assert summary() == file.summary["nl"]


def test_h18_another_organisation_does_not_find_the_course(course: Authored, office: Office) -> None:
    stranger = office.staff("author")
    paths = ("", "/head", "/preview", "/file", "/publish", "/questions/lock", "/lessons/doors")
    assert {path: stranger.get(course.path + path).status for path in paths} == dict.fromkeys(paths, 404)
    assert course.slug not in stranger.get("/courses").text
    taken = stranger.post("/courses/-/import", text=course.text)
    assert taken.status == 303, "the name is free in their own organisation"
    assert "Sleutels" in course.author.get("/courses").words


def test_h18_a_file_goes_out_and_comes_in_as_it_was(make_page: MakePage, system: System, course: Authored) -> None:
    page = make_page()
    sign_in(page, system, system.demo["author"])
    page.goto(f"{system.settings.url}{course.path}")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Opslaan als bestand").click()
    page.goto(f"{system.settings.url}/courses/-/import")
    page.get_by_label("Bestand", exact=True).set_input_files(saved.value.path())
    page.get_by_role("button", name="Inlezen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sleutels")
    assert course.author.get(f"{course.path}/file").text == saved.value.path().read_text("utf-8")


def test_h18_a_file_that_is_wrong_is_told_with_its_line_and_kept_on_the_page(course: Authored) -> None:
    wrong = course.author.post("/courses/-/import", text=course.text.replace("expected: approve", "expected: maybe"))
    assert wrong.status == 422 and "course.yaml:13" in wrong.words and "expected: maybe" in wrong.text
    course.author.post(f"{course.path}/lessons/doors/move", way="up")
    assert course.author.post("/courses/-/import", text=course.text).status == 303
    taken = course.author.post("/courses/-/import", text=course.text)
    assert taken.status == 409 and "er al een concept" in taken.words


def test_h18_who_wrote_a_course_does_not_rule_on_it(course: Authored, store: Store, system: System) -> None:
    with store.read(uuid.UUID(system.demo["organisation_id"])) as session:
        known = {(one.member, one.course) for one in conflicts.listed(session)}
        name = session.execute(select(Member.name).where(Member.email == system.demo["author"])).scalar_one()
    assert (name, course.slug) in known
