"""D09: a changed policy is announced by mail and at the next visit; old consent does not cover a new purpose."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from api import building, renewing
from api.bot import Bot
from api.conversation import Conversation
from api.mail.outgoing import Post
from api.trial import System, Visitor
from people.actors import LearnerClaims
from privacy import acceptance, consent, policy
from privacy.errors import ConsentRequired, PolicyOutdated
from privacy.models import Acceptance, Consent
from store.journal import Entry
from store.store import Store
from tests.appeals.conftest import NewDesk
from tests.appeals.desk import START, Desk, tell
from tests.browser.widget import MakePage, Widget
from tests.receivers import SENDER, Mailbox, mailbox, words

DAY = dt.timedelta(days=1)
COURSE = "information-security"
Publish = Callable[..., None]
LEARNING = {"learning": "Mijn antwoorden mogen worden gelezen."}
SELLING = LEARNING | {"selling": "Mijn antwoorden mogen worden verkocht."}


def version(purposes: dict[str, str], kept: bool, changes: str = "") -> str:
    """A version of the policy as the file that it comes from."""
    parts = [f'consent = "{"kept" if kept else "asked"}"']
    for language in ("nl", "en"):
        parts += [
            f"[{language}]", f'complaint = "Klaag bij de AP ({language})."', f'notice = ["Wat we doen ({language})."]',
            f'changes = ["{changes} ({language})."]' if changes else "changes = []",
            f"[{language}.purposes]", *(f'{key} = "{text}"' for key, text in purposes.items()),
            f"[[{language}.sections]]", 'title = "Wat"', 'paragraphs = ["Dit."]',
        ]  # fmt: skip
    return "\n".join(parts)


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Policies as they stand at a moment: each call is a folder of its own with one version more."""
    files: list[str] = []

    def add(*made: str) -> None:
        files.extend(made)
        folder = tmp_path / str(len(files))
        folder.mkdir()
        for number, text in enumerate(files, start=1):
            (folder / f"2030-01-{number:02}.toml").write_text(text, "utf-8")
        monkeypatch.setattr(policy, "FOLDER", folder)

    add(version(LEARNING, kept=False))
    return add


@pytest.fixture
def desk(publish: Publish, new_desk: NewDesk) -> Desk:
    """Its learners agree to the first version."""
    return new_desk(reviewers=1)


def visit(desk: Desk, claims: LearnerClaims, now: dt.datetime = START + DAY) -> dict[str, Any]:
    """What the widget gets when the learner opens it."""
    talk = Conversation(desk.store, desk.vault, Bot("http://localhost:9", ""), None, desk.catalogue)  # type: ignore[arg-type]
    return talk.view(claims, COURSE, None, now)


def rows(desk: Desk, claims: LearnerClaims) -> list[tuple[str, bool, bool]]:
    """Of which versions the learner was told, whether by mail, and whether they accepted."""
    with desk.write(claims) as (session, here):
        found = session.execute(select(Acceptance).where(Acceptance.learner_id == here.learner)).scalars()
        return [(one.policy, one.mailed_at is not None, one.accepted_at is not None) for one in found]


def test_new_words_are_announced_and_accepted_and_consent_stays(desk: Desk, publish: Publish) -> None:
    claims = desk.learner()
    assert visit(desk, claims)["renewed"] is False
    publish(version(LEARNING, kept=True, changes="We schrijven het duidelijker"))
    for _ in range(2):
        view = visit(desk, claims)
        assert (view["consent"], view["notice"], view["renewed"]) == ("given", None, True)
    assert rows(desk, claims) == [("2030-01-02", False, False)], "told is not accepted"
    with desk.write(claims) as (session, here):
        assert consent.given_at(session, here.learner) == START
        with pytest.raises(PolicyOutdated):
            acceptance.accept(session, claims, here.learner, "2030-01-01", START + DAY)
    for _ in range(2):
        with desk.write(claims) as (session, here):
            acceptance.accept(session, claims, here.learner, "2030-01-02", START + DAY)
    assert visit(desk, claims)["renewed"] is False and rows(desk, claims) == [("2030-01-02", False, True)]
    with desk.write(claims) as (session, here):
        acts = session.execute(select(Entry.act).where(Entry.learner_id == here.learner)).scalars().all()
        assert acts.count("policy.accepted") == 1
    newcomer = desk.learner()
    assert visit(desk, newcomer)["renewed"] is False, "who agreed to the new one has nothing to hear"


def test_old_consent_does_not_cover_a_new_purpose(desk: Desk, publish: Publish) -> None:
    claims = desk.learner()
    publish(version(LEARNING, kept=True, changes="Woorden"), version(SELLING, kept=False, changes="We verkopen ze"))
    view = visit(desk, claims)
    assert view["consent"] == "missing" and view["renewed"] is False
    assert view["notice"]["paragraphs"][1:] == ["Woorden (nl).", "We verkopen ze (nl).", "Wat we doen (nl)."]
    assert [one["key"] for one in view["notice"]["purposes"]] == ["learning", "selling"]
    with desk.write(claims) as (session, here):
        assert not here.takes_part
        with pytest.raises(ConsentRequired):
            consent.require(session, here.learner)
        with pytest.raises(ConsentRequired):
            acceptance.accept(session, claims, here.learner, "2030-01-03", START + DAY)
    stranger = LearnerClaims(desk.id, "x-stranger")
    assert visit(desk, stranger)["notice"]["paragraphs"] == ["Wat we doen (nl)."], "nothing is new to them"
    with desk.write(claims) as (session, here):
        consent.give(session, claims, here.learner, "2030-01-03", ["learning", "selling"], START + DAY)
    assert visit(desk, claims)["consent"] == "given"
    publish(version(SELLING, kept=True, changes="Meer woorden"))
    assert visit(desk, claims)["consent"] == "given", "what they agreed to last covers it"
    with desk.write(claims) as (session, here):
        assert policy.changes(acceptance.pending(session, here.learner) or "", "nl") == ["Meer woorden (nl)."]
    behind = desk.learner()
    with desk.write(behind) as (session, here):
        session.execute(update(Consent).where(Consent.learner_id == here.learner).values(policy="2030-01-02"))
    with desk.write(behind) as (session, here), pytest.raises(ConsentRequired):
        acceptance.accept(session, behind, here.learner, "2030-01-04", START + DAY)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (version(SELLING, kept=True, changes="Woorden"), "other purposes"),
        (version(LEARNING, kept=True), "does not say what is new"),
    ],
)
def test_a_version_cannot_slip_in_a_purpose_or_say_nothing(publish: Publish, made: str, says: str) -> None:
    publish(made)
    with pytest.raises(ValueError, match=says):
        policy.current()


@pytest.mark.parametrize("kept", [True, False])
def test_who_left_an_address_gets_one_mail(desk: Desk, publish: Publish, kept: bool) -> None:
    people = {name: desk.reachable(f"{name}@bureau.example") for name in ("an", "withdrew", "new")}
    people["silent"] = desk.learner()
    english = desk.reachable("bo@bureau.example", "en")
    with desk.write(people["withdrew"]) as (session, here):
        consent.withdraw(session, people["withdrew"], here.learner, START)
    assert renewing.announce(desk.store, desk.id, START) == 0
    publish(version(LEARNING if kept else SELLING, kept=kept, changes="Dit is nieuw"))
    with desk.write(people["new"]) as (session, here):
        consent.give(session, people["new"], here.learner, "2030-01-02", list(policy.current().purposes), START)
    assert [renewing.announce(desk.store, desk.id, START) for _ in range(2)] == [2, 0]
    with mailbox() as box:
        tell(desk, START, _post(box))
        tell(desk, START + DAY, _post(box))
        assert [len(box.to(f"{name}@bureau.example")) for name in ("an", "bo", "withdrew", "new")] == [1, 1, 0, 0]
        (dutch,), (other,) = box.to("an@bureau.example"), box.to("bo@bureau.example")
    assert (
        dutch["subject"] == "De privacyverklaring is vernieuwd" and other["subject"] == "The privacy statement is new"
    )
    for mail, language in ((dutch, "nl"), (other, "en")):
        assert all(f"Dit is nieuw ({language})." in part and "/privacy" in part for part in words(mail))
    stays = "Je toestemming blijft gelden." if kept else "In de chat vragen we die opnieuw"
    assert all(stays in part for part in words(dutch))
    assert rows(desk, english) == [("2030-01-02", True, False)]
    assert visit(desk, people["an"])["renewed"] is kept, "the mail is not enough: it is told in the chat, too"


def _post(box: Mailbox) -> Post:
    return Post("localhost", box.port, None, None, "none", SENDER)


def test_the_version_of_today_keeps_consent_and_names_mail_and_the_choice_for_a_person() -> None:
    now = policy.current()
    assert not now.asks and now.version in policy.covering() and len(policy.covering()) > 1
    for language, named in (
        ("nl", ("e-mailadres", "een mens al je antwoorden")),
        ("en", ("e-mail", "a person grades")),
    ):
        changes = " ".join(now.texts[language].changes)  # type: ignore[index]
        whole = " ".join(one for _, paragraphs in now.texts[language].sections for one in paragraphs)  # type: ignore[index]
        assert all(word in text for word in named for text in (changes, whole)), language


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_learner_reads_it_at_the_next_visit_by_keyboard(
    make_page: MakePage, system: System, store: Store, language: str
) -> None:
    """The running product, with somebody who agreed to the version before."""
    learner = Visitor(system, f"v-{language}-renewed-{dt.datetime.now(dt.UTC):%H%M%S%f}", language=language)
    learner.enter()
    mine = f"course={learner.course}"
    row = learner.ask("GET", f"/v1/export?{mine}")["data"]["consent"][0]
    with store.write(building.uuid.UUID(system.demo["organisation_id"])) as session:
        session.execute(
            update(Consent).where(Consent.learner_id == row["learner_id"]).values(policy=policy.versions()[-2].version)
        )
    widget = Widget(make_page(), system, language, name=learner.name).open()
    summary = policy.current().texts[language].changes  # type: ignore[index]
    expect(widget.dialog).to_contain_text(summary[0])
    widget.page.keyboard.press("Escape")
    expect(widget.dialog).to_have_count(0)
    widget.open()
    expect(widget.dialog).to_contain_text(summary[-1])
    read = widget.dialog.get_by_role("button", name="Gelezen" if language == "nl" else "I have read it")
    expect(read).to_be_focused()
    with widget.page.expect_response(lambda reply: "/v1/acceptance" in reply.url and reply.ok):
        widget.page.keyboard.press("Enter")
    expect(widget.dialog).to_have_count(0)
    assert [one["policy"] for one in learner.ask("GET", f"/v1/export?{mine}")["data"]["acceptance"]] == [
        policy.current().version
    ]
    widget.open()
    widget.expect_question(1)
    expect(widget.dialog).to_have_count(0)
