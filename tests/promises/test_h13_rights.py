"""H13: rights by one's own hand where signed in, a case with a date otherwise; a complete export."""

import datetime as dt
import html
import json
import re
import time
import uuid
from email.message import EmailMessage

import jsonschema_rs
import urllib3

from api import requesting
from api.tables import METADATA
from api.texts import texts
from api.trial import System, Visitor
from privacy import export, registry, requests
from tests.office import Office
from tests.privacy.request import asking, sent_number
from tests.receivers import Mailbox, words
from tests.staff import Staff

DAYS = 28
PATIENCE = 60
LAW = "autoriteitpersoonsgegevens.nl"


def _due(office: Office, number: str) -> dt.datetime:
    with office.store.read(office.id) as session:
        return requests.find(session, requesting.from_number(number)).due_at


def _mailed(box: Mailbox, address: str, about: str) -> EmailMessage:
    """The mail to this address with this in its subject; the worker of the running system sends it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for one in box.to(address):
            if about in one["subject"]:
                return one
        time.sleep(0.2)
    raise AssertionError(f"no mail about {about}")


def test_who_is_signed_in_sees_takes_along_corrects_restricts_withdraws_and_erases(learner: Visitor) -> None:
    course = f"course={learner.course}"
    learner.say("ja, dat doe ik")
    first = learner.ask("GET", f"/v1/export?{course}")["data"]["answer"][0]
    learner.command("again", about=first["question_id"])
    learner.say("nee, dat doe ik niet")
    (corrected,) = learner.ask("GET", f"/v1/export?{course}")["data"]["answer"]
    assert (corrected["question_id"], corrected["text"]) == (first["question_id"], "nee, dat doe ik niet")
    assert learner.ask("PUT", f"/v1/choices/by-person?{course}") is not None
    assert learner.ask("PUT", f"/v1/restriction?{course}") == {"restricted": True}
    assert learner.ask("DELETE", f"/v1/restriction?{course}") == {"restricted": False}
    assert learner.request("DELETE", f"/v1/consent?{course}", None).status < 300
    assert learner.ask("GET", f"/v1/conversation?{course}")["consent"] == "missing"
    assert learner.ask("DELETE", f"/v1/me?{course}&sure=yes")["erased"] is True
    gone = learner.request("GET", f"/v1/export?{course}", None)
    assert gone.status == 404


def test_the_export_is_complete_against_the_schema_and_documented(system: System, learner: Visitor) -> None:
    learner.say("ja, dat doe ik")
    made = learner.ask("GET", f"/v1/export?course={learner.course}")
    schema = urllib3.request("GET", f"{system.settings.url}/v1/export/schema").json()
    jsonschema_rs.validator_for(schema).validate(made)
    tables = schema["properties"]["data"]["properties"]
    kinds = {kind.table.name: kind for kind in registry.kinds("learner")}
    assert set(made["data"]) == set(tables) == {name for name, kind in kinds.items() if kind.privacy.exported}
    for name, told in tables.items():
        assert told["description"].startswith("Kept: ") and told["items"]["additionalProperties"] is False
        columns = {column.name for column in METADATA.tables[name].c}
        assert columns - set(told["items"]["properties"]) <= export.OTHERS, name
    row = json.loads(json.dumps(made))["data"]["learner"][0]
    assert row["subject"] == learner.name


def test_who_cannot_sign_in_gets_a_case_with_a_date_and_their_data(
    system: System, office: Office, post_box: Mailbox
) -> None:
    """All the way: the page, the officer, the mail, the link and the code; the officer never reads an answer."""
    marker, contact = f"olifant{uuid.uuid4().hex}", f"r-{uuid.uuid4().hex[:12]}@thuis.example"
    claims = office.desk.learner()
    office.desk.answer(claims, f"ja, dat doe ik, {marker}", now=office.now)
    nobody, officer = Staff(system, None), office.staff("privacy_officer")
    received = asking(nobody, office, kind="see", contact=contact, words="Mag ik zien wat jullie hebben?")
    number = sent_number(received)
    due = _due(office, number)
    assert dt.timedelta() < due - office.now <= dt.timedelta(days=DAYS + 1)
    assert texts("nl").date(due) in received.text, "told at once by when"
    assert number in officer.get("/privacy-office").text
    here = f"/privacy-office/requests/{number}"
    pages = [officer.get(here), officer.post(f"{here}/identify", how="known_address")]
    assert "Mag ik zien wat jullie hebben?" in pages[0].words
    pages += [officer.post(f"{here}/link", subject=claims.subject), officer.get(here)]
    ready = officer.post(f"{here}/file")
    found = re.search(r"<code>(\w{5}-\w{5})</code>", ready.text)
    assert ready.status == 200 and found
    pages += [ready, officer.get(here)]
    assert found[1] not in pages[-1].text, "the code is shown once"
    assert not any(marker in one.text for one in pages)
    message = _mailed(post_box, contact, "klaar")
    path = re.search(r"/requests/file/\S+", words(message)[0])
    assert path and LAW in words(_mailed(post_box, contact, "binnen"))[0]
    assert nobody.get(path[0]).status == 200 and marker not in nobody.get(path[0]).text
    assert nobody.post(path[0], code="AAAAA-AAAAA").status == 422
    taken = nobody.post(path[0], code=found[1], form="json")
    made = json.loads(taken.text)
    jsonschema_rs.validator_for(export.schema()).validate(made)
    assert marker in made["data"]["answer"][0]["text"]
    assert marker in html.unescape(nobody.post(path[0], code=found[1], form="html").text)
    assert officer.post(f"{here}/finish", text="Alles stond klaar.").status == 303
    assert "Alles stond klaar." in words(_mailed(post_box, contact, "Antwoord"))[0]
    assert officer.get(here).words.count("Opgehaald op") == 0, "closed: the steps are gone"
    assert number not in officer.get("/privacy-office").text
    assert number in officer.get("/privacy-office?show=answered").text


def test_identity_is_checked_with_as_little_as_possible(system: System, office: Office) -> None:
    page = Staff(system, None).get(f"/requests/at/{office.id.hex}")
    fields = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', page.text))
    assert fields == {"request_id", "kind", "contact", "subject", "words"}
    required = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"[^>]* required', page.text))
    assert required == {"kind", "contact"}
    assert "Geef nooit je burgerservicenummer." in page.words
    assert "Maak dan je foto, de cijferstrook onderaan en het nummer zwart." in page.words
    assert 'type="file"' not in page.text and "set-cookie" not in page.headers
    english = Staff(system, None).get(f"/requests/at/{office.id.hex}?language=en").words
    assert (
        "black out your photo" in english and "(MRZ)" in english and "Never give your citizen service number" in english
    )


def test_the_page_is_reached_from_the_privacy_page_and_names_no_organisation(system: System, office: Office) -> None:
    nobody = Staff(system, None)
    assert '/requests?language=nl"' in nobody.get("/privacy").text
    which = nobody.get("/requests")
    assert which.status == 200 and office.id.hex not in which.text and "Bureau B.V." not in which.text
    assert nobody.get("/requests?organisation=Nergens").status == 404
    assert nobody.get(f"/requests?organisation={office.id.hex.upper()}").headers["location"].startswith(
        f"/requests/at/{office.id.hex}"
    )  # fmt: skip
