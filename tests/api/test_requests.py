"""The public page for rights requests under bad input and too many tries: nothing is kept or told."""

import uuid

import pytest
import urllib3
from sqlalchemy import func, select

from api.limits import Limit, TooMany
from api.pages import office_records
from api.settings import Settings
from api.texts import texts
from api.trial import System
from people.actors import Language
from privacy import retention
from privacy.models import Request
from tests.office import Office
from tests.staff import Staff

GOOD = {"kind": "erase", "contact": "iemand@thuis.example", "words": "Weg ermee."}


def _kept(office: Office) -> int:
    with office.store.read(office.id) as session:
        return session.execute(select(func.count()).select_from(Request)).scalar_one()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""}, {"kind": "everything"}, {"contact": ""}, {"contact": "iemand@thuis"},
        {"contact": "x" * 600}, {"words": "x" * 4001}, {"subject": "x" * 129},
    ],
)  # fmt: skip
def test_what_is_wrong_comes_back_with_what_was_typed_and_nothing_is_kept(
    system: System, office: Office, wrong: dict[str, str]
) -> None:
    page = Staff(system, None).post(f"/requests/at/{office.id.hex}", request_id=str(uuid.uuid4()), **GOOD | wrong)
    assert page.status == 422 and "Er is niets verstuurd." in page.words
    assert "words" in wrong or "Weg ermee." in page.text
    assert _kept(office) == 0


@pytest.mark.parametrize("wrong", [{"request_id": "x"}, {"words": "x" * 20_000}, {"contact": "x" * 1001}])
def test_what_no_form_sends_is_refused_without_repeating_it(
    system: System, office: Office, wrong: dict[str, str]
) -> None:
    sent = {"request_id": str(uuid.uuid4()), **GOOD} | wrong
    page = Staff(system, None).post(f"/requests/at/{office.id.hex}", **sent)
    assert page.status == 422 and "x" * 100 not in page.text and _kept(office) == 0


def test_sent_twice_is_one_request_and_the_page_says_the_same(system: System, office: Office) -> None:
    nobody, sent = Staff(system, None), {"request_id": str(uuid.uuid4()), **GOOD}
    first, second = (nobody.post(f"/requests/at/{office.id.hex}", **sent) for _ in range(2))
    assert (first.status, first.words) == (200, second.words) and _kept(office) == 1


def test_a_form_from_another_site_is_refused(system: System, office: Office) -> None:
    reply = urllib3.request(
        "POST", f"{system.settings.url}/requests/at/{office.id.hex}",
        fields={"request_id": str(uuid.uuid4()), **GOOD}, headers={"origin": "https://elders.example"},
    )  # fmt: skip
    assert reply.status == 403 and _kept(office) == 0


@pytest.mark.parametrize("path", ["/requests/at/nergens", "/requests/file/x", f"/requests/file/{'a' * 32}.secret"])
def test_what_is_not_there_is_not_found(system: System, path: str) -> None:
    assert Staff(system, None).get(path).status == 404


def test_the_usual_limits_are_few_and_the_code_cannot_be_guessed(system: System, office: Office) -> None:
    """The running system of the tests lets more requests through; ten an hour is what everybody else gets."""
    assert Settings.model_fields["requests_per_hour"].default == 10
    limit = Limit(f"{Settings.model_fields['requests_per_hour'].default}/hour")
    for _ in range(10):
        limit.spend("one")
    limit.spend("another")
    with pytest.raises(TooMany):
        limit.spend("one")
    nobody, path = Staff(system, None), f"/requests/file/{office.id.hex}.{uuid.uuid4().hex}"
    found = [nobody.post(path, code=f"AAAAAAAAA{digit}").status for digit in range(12)]
    assert found == [404] * 10 + [429] * 2


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_kind_that_the_sweep_knows_has_its_words(language: Language) -> None:
    names = {rule.table for rule in retention.RULES} | {"journal", "member"}
    words = {office_records.category(texts(language), name) for name in names}
    assert len(words) == len(names) and not words & names
