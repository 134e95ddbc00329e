"""The demo organisation: its courses, members, signing key and address, made once."""

import datetime as dt
import json
import os
import secrets
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from joserfc.jwk import OKPKey

from api.settings import ROOT, Settings
from learning import courses
from people import enrolling, signing_in
from people.actors import Role
from store.store import Store

ORGANISATION = "Voorbeeld B.V."
DOMAIN = "voorbeeld.example"
AUTHOR = f"auteur@{DOMAIN}"
OFFICER = f"privacy@{DOMAIN}"
COURSES = ROOT / "data" / "courses"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo needs to be used: sign-ins, and the private key of the demo customer's site."""

    organisation_id: str
    password: str
    reviewer: str
    second_reviewer: str
    controller: str
    private_jwk: dict[str, str]
    author: str = ""
    """Empty in the file of an installation from before there were authors."""
    privacy_officer: str = ""
    """The same of privacy officers."""


def seed(store: Store, settings: Settings, now: dt.datetime) -> Demo:
    """Makes the demo organisation the first time; afterwards only renews its courses.

    What an author has published in the browser is left as it is.
    """
    path = settings.var / "demo.json"
    demo = Demo(**json.loads(path.read_text())) if path.exists() else None
    if demo is None or not _known(store, demo):
        demo = _make(store, settings, now)
        _keep(path, demo)
    if not demo.author:
        _enrol_later(store, demo, AUTHOR, "Auteur", "author", now)
        demo = replace(demo, author=AUTHOR)
        _keep(path, demo)
    if not demo.privacy_officer:
        _enrol_later(store, demo, OFFICER, "Privacyfunctionaris", "privacy_officer", now)
        demo = replace(demo, privacy_officer=OFFICER)
        _keep(path, demo)
    organisation_id = uuid.UUID(demo.organisation_id)
    with store.write(organisation_id) as session:
        published = courses.published(session)
        for file in sorted(COURSES.glob("*.yaml")):
            course = courses.read(file)
            if course.slug not in published:
                courses.load(session, organisation_id, course, now)
    return demo


def _known(store: Store, demo: Demo) -> bool:
    """Is the demo of the file also in this database? The file may be older."""
    with store.read(None) as session:
        return enrolling.find_key(session, demo.private_jwk["kid"]) is not None


def _enrol_later(store: Store, demo: Demo, email: str, name: str, role: Role, now: dt.datetime) -> None:
    """A member of a role that came later, who may be in the database without being in the file."""
    with store.read(None) as session:
        known = signing_in.candidate(session, email) is not None
    if not known:
        organisation_id = uuid.UUID(demo.organisation_id)
        with store.write(organisation_id) as session:
            enrolling.enrol_member(
                session, organisation_id, email=email, name=name, roles=[role], password=demo.password, now=now
            )


def _make(store: Store, settings: Settings, now: dt.datetime) -> Demo:
    organisation_id = uuid.uuid4()
    key = OKPKey.generate_key("Ed25519", private=True)
    kid = secrets.token_hex(8)
    private = key.as_dict(private=True) | {"kid": kid}
    demo = Demo(
        organisation_id=str(organisation_id),
        password=secrets.token_urlsafe(12),
        reviewer=f"beoordelaar@{DOMAIN}",
        second_reviewer=f"collega@{DOMAIN}",
        controller=f"werkgever@{DOMAIN}",
        private_jwk={name: str(value) for name, value in private.items()},
    )
    origins = [f"http://{host}:{settings.demo_port}" for host in ("127.0.0.1", "localhost")]
    with store.write(organisation_id) as session:
        enrolling.found_organisation(session, organisation_id, f"demo-{kid}", ORGANISATION, origins, now)
        people = (
            (demo.reviewer, "Beoordelaar", ["reviewer"]),
            (demo.second_reviewer, "Tweede beoordelaar", ["reviewer"]),
            (demo.controller, "Werkgever", ["controller"]),
        )
        for email, name, roles in people:
            enrolling.enrol_member(
                session, organisation_id, email=email, name=name, roles=roles, password=demo.password, now=now
            )
        public = key.as_dict(private=False) | {"kid": kid}
        enrolling.accept_key(session, organisation_id, dict(public), now)
    return demo


def _keep(path: Path, demo: Demo) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(demo), file, indent=2)
