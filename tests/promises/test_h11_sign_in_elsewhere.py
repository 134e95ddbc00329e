"""H11: members can sign in at an OpenID Connect provider; nothing of it is left behind but issuer and subject.

What error reports hold is in `test_s05_reports_without_content.py`.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3
from joserfc.jwk import RSAKey
from sqlalchemy import select, text, update

from api.trial import System
from people import enrolling
from people.models import Member, OutsideAccount, SignIn
from store import vault
from store.embedded import APP, EmbeddedServer
from store.store import Store
from tests.alone import alone
from tests.appeals.desk import START, Desk
from tests.promises.test_h16_place_and_processors import DECLARED, environment, refused
from tests.provider import (
    CLIENT,
    SECRET,
    Person,
    Provider,
    provider,
    signed_with,
    signed_with_the_public_key,
    tampered,
    unsigned,
)  # fmt: skip
from tests.staff import Staff

PASSWORD = "a good enough password"


@dataclass
class Here:
    """The api, the provider that it knows, the organisation that trusts it, and one that does not."""

    system: System
    provider: Provider
    store: Store
    desk: Desk
    stranger: Desk

    def member(self, desk: Desk | None = None, role: str = "reviewer") -> str:
        """The e-mail of a new member."""
        desk = desk or self.desk
        email = f"{uuid.uuid4().hex}@bureau.example"
        with self.store.write(desk.id) as session:
            enrolling.enrol_member(
                session, desk.id, email=email, name="Iemand", roles=[role], password=PASSWORD, now=START
            )
        return email

    def rows(self, kind: type[OutsideAccount] | type[SignIn]) -> int:
        """How many there are, in both organisations."""
        found = 0
        for desk in (self.desk, self.stranger):
            with self.store.read(desk.id) as session:
                found += len(session.execute(select(kind)).scalars().all())
        return found


@dataclass
class Browser:
    """Follows links and keeps cookies, by site."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    set: list[str] = field(default_factory=list)

    def get(self, url: str) -> urllib3.BaseHTTPResponse:
        """One request, no redirect followed."""
        own = url.startswith(self.url)
        sent = {"accept-language": "nl"} | ({"cookie": "; ".join(map("=".join, self.cookies.items()))} if own else {})
        reply = urllib3.request("GET", url, headers=sent, redirect=False, retries=False)
        for line in reply.headers.getlist("set-cookie"):
            self.set.append(line)
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return reply

    def leave(self, to: str = "") -> str:
        """To the provider, which is where one is signed in already: the address that leads back."""
        gone = self.get(f"{self.url}/sign-in/provider?{urlencode({'to': to})}")
        assert gone.status == 303, gone.status
        back = self.get(gone.headers["location"]).headers["location"]
        assert back.startswith(f"{self.url}/sign-in/callback?")
        return back

    def sign_in(self, to: str = "") -> urllib3.BaseHTTPResponse:
        """All of it."""
        return self.get(self.leave(to))

    def is_in(self) -> bool:
        return self.get(f"{self.url}/review").status == 200


@pytest.fixture(scope="module")
def started(
    bare_database: tuple[EmbeddedServer, Path], bare_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("var")
    ring = vault.open_ring(folder / "keys" / "ring")
    desk, stranger = Desk(bare_store, ring), Desk(bare_store, ring)
    settings = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "Ons huis", "log_level": "DEBUG"}
    with provider(Person("", "")) as opened:
        settings |= {"oidc_issuer": opened.url, "oidc_organisations": str(desk.id)}
        with alone(folder, bare_database[0].url(APP), **settings) as system:
            yield Here(system, opened, bare_store, desk, stranger)


@pytest.fixture
def here(started: Here) -> Here:
    """With an honest provider, at which somebody is signed in whom nobody here knows."""
    fresh = Provider(started.provider.url, Person(uuid.uuid4().hex, "niemand@elders.example"), started.provider.key)
    for name in (
        "person",
        "bend",
        "sign",
        "described",
        "email_in_userinfo",
        "userinfo_subject",
        "codes_once",
        "status",
    ):
        setattr(started.provider, name, getattr(fresh, name))
    return started


@pytest.fixture
def browser_of(here: Here) -> Browser:
    return Browser(here.system.settings.url)


def test_a_member_signs_in_there_and_comes_back_to_the_page(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = here.member().upper()
    page = browser_of.sign_in("/letters")
    assert page.status == 200 and 'content="0; url=/letters"' in page.data.decode()
    assert browser_of.is_in() and list(browser_of.cookies) == ["wederhoor"]
    way, session, gone = browser_of.set
    assert "HttpOnly" in way and "SameSite=lax" in way and "Max-Age=600" in way and "Max-Age=0" in gone
    assert "HttpOnly" in session and "SameSite=strict" in session and "Max-Age=43200" in session


def test_afterwards_the_subject_is_who_it_is_whatever_the_address(here: Here, browser_of: Browser) -> None:
    """The address there may change, be unconfirmed, or become a colleague's."""
    email = here.member()
    here.provider.person.email = email
    assert browser_of.sign_in().status == 200
    for now, confirmed in (("anders@elders.example", True), (here.member(), True), (email, False)):
        here.provider.person.email, here.provider.person.confirmed = now, confirmed
        again = Browser(browser_of.url)
        assert again.sign_in().status == 200
        with here.store.read(here.desk.id) as session:
            member = session.execute(
                select(Member.email).join(SignIn, SignIn.member_id == Member.id).order_by(SignIn.created_at.desc())
            ).scalars().first()  # fmt: skip
        assert member == email


def test_an_address_that_passes_to_somebody_else_there_does_not_pass_the_account_on(
    here: Here, browser_of: Browser
) -> None:
    here.provider.person.email = here.member()
    assert browser_of.sign_in().status == 200
    here.provider.person.subject = "the next one with this address"
    other = Browser(browser_of.url)
    assert other.sign_in().status == 403 and not other.is_in()


def test_what_the_id_token_leaves_out_is_asked(here: Here, browser_of: Browser) -> None:
    """SURFconext tells the e-mail at the userinfo endpoint only."""
    here.provider.person.email, here.provider.email_in_userinfo = here.member(), True
    assert browser_of.sign_in().status == 200 and browser_of.is_in()


def test_a_provider_that_renews_its_key_goes_on(
    here: Here, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from api import provider as ours
    from api.handshake import Handshake

    known = ours.Provider(here.provider.url, "x", CLIENT, SECRET, frozenset({"localhost"}))
    here.provider.person.email = "iemand@bureau.example"
    back = "http://127.0.0.1/sign-in/callback"

    def vouched() -> str:
        handshake = Handshake.new("")
        location = Browser("none").get(known.sign_in_url(handshake, back)).headers["location"]
        return known.vouched(parse_qs(urlsplit(location).query)["code"][0], handshake, back, datetime.now(UTC)).email

    assert vouched() == "iemand@bureau.example"
    before = here.provider.key
    try:
        here.provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
        here.provider.sign = signed_with(here.provider.key, "two")
        with pytest.raises(Exception, match="InvalidKeyIdError"):
            vouched()  # not asked again within a minute
        monkeypatch.setattr(known, "_keys_at", time.monotonic() - ours.SOONEST - 1)
        assert vouched() == "iemand@bureau.example"
    finally:
        here.provider.key = before


BENT: dict[str, Callable[[dict[str, object]], dict[str, object]]] = {
    "wrong nonce": lambda claims: claims | {"nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "wrong issuer": lambda claims: claims | {"iss": "https://elsewhere.example"},
    "wrong audience": lambda claims: claims | {"aud": "another"},
    "more audiences, ours not the one it is for": lambda claims: claims | {"aud": [CLIENT, "b"], "azp": "b"},
    "more audiences, for nobody in particular": lambda claims: claims | {"aud": [CLIENT, "b"]},
    "expired": lambda claims: claims | {"exp": int(time.time()) - 60},
    "without an end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: claims | {"iat": int(time.time()) + 600},
    "not yet valid": lambda claims: claims | {"nbf": int(time.time()) + 600},
    "without a subject": lambda claims: claims | {"sub": ""},
}  # fmt: skip


def _refused_with(here: Here, browser: Browser, status: int) -> None:
    """Signing in as a member who could, but for what the test bent: nobody is in, nothing is linked, all is quiet."""
    here.provider.person.email = (
        here.provider.person.email if "@bureau" in here.provider.person.email else here.member()
    )
    before = here.rows(OutsideAccount), here.rows(SignIn)
    page = browser.sign_in("/review")
    assert page.status == status
    assert "wederhoor" not in browser.cookies and not browser.cookies and not browser.is_in()
    assert (here.rows(OutsideAccount), here.rows(SignIn)) == before
    shown = page.data.decode()
    assert here.provider.person.email not in shown and here.provider.person.subject not in shown
    assert not any(secret in shown for secret in here.provider.secrets)
    assert 'role="alert"' in shown and 'href="/sign-in/provider?to=/review"' in shown


@pytest.mark.parametrize("how", BENT)
def test_a_token_that_says_the_wrong_thing_is_refused(here: Here, browser_of: Browser, how: str) -> None:
    here.provider.bend = BENT[how]
    _refused_with(here, browser_of, 401)


FORGED = {
    "alg none": unsigned, "the public key as a secret": signed_with_the_public_key, "changed afterwards": tampered,
    "another key by the same name": signed_with(RSAKey.generate_key(2048)),
    "a key that nobody knows": signed_with(RSAKey.generate_key(2048), "three"),
    "no token": lambda provider, claims: "", "not a token": lambda provider, claims: "a.b.c",
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused(here: Here, browser_of: Browser, how: str) -> None:
    here.provider.sign = FORGED[how]
    _refused_with(here, browser_of, 401)


@pytest.mark.parametrize("confirmed", [False, None, "true", 1])
def test_an_unconfirmed_address_finds_nobody(here: Here, browser_of: Browser, confirmed: object) -> None:
    here.provider.person.confirmed = confirmed
    _refused_with(here, browser_of, 403)


def test_who_is_no_member_does_not_become_one(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = f"{uuid.uuid4().hex}@bureau.example"
    _refused_with(here, browser_of, 403)


def test_who_has_left_stays_out_by_address_and_by_account(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = here.member()
    assert browser_of.sign_in().status == 200
    with here.store.write(here.desk.id) as session:
        session.execute(update(Member).where(Member.email == here.provider.person.email).values(left_at=text("now()")))
    assert not browser_of.is_in()
    _refused_with(here, Browser(browser_of.url), 403)


def test_a_member_of_another_organisation_is_refused(here: Here, browser_of: Browser) -> None:
    """Their organisation did not choose this provider, which can say of any address that it is confirmed."""
    here.provider.person.email = here.member(here.stranger)
    _refused_with(here, browser_of, 403)


def test_userinfo_about_somebody_else_is_refused(here: Here, browser_of: Browser) -> None:
    here.provider.email_in_userinfo, here.provider.userinfo_subject = True, "somebody else"
    _refused_with(here, browser_of, 401)


def test_a_provider_that_breaks_down_is_told_apart(here: Here, browser_of: Browser) -> None:
    here.provider.status = 500
    _refused_with(here, browser_of, 503)


def test_the_answer_is_for_the_browser_that_asked(here: Here, browser_of: Browser) -> None:
    """A wrong state, none, and one of somebody else: who is lured with a finished address does not get in by it."""
    here.provider.person.email = here.member()
    back = browser_of.leave()
    stranger = Browser(browser_of.url)
    assert stranger.get(back).status == 401 and not stranger.is_in()
    other = stranger.leave()
    assert stranger.get(back).status == 401 and not stranger.is_in()
    for query in ("", "?code=x", re.sub("state=[^&]*", "state=x", back.partition("?")[2]), "?error=access_denied"):
        third = Browser(browser_of.url)
        third.leave()
        assert third.get(f"{browser_of.url}/sign-in/callback?{query.lstrip('?')}").status == 401
    assert here.provider.asked.keys() >= {_code(back), _code(other)}, "no code was spent"


def test_an_answer_of_another_issuer_is_refused(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = here.member()
    back = re.sub("iss=[^&]*", "iss=https%3A%2F%2Felsewhere.example", browser_of.leave())
    assert browser_of.get(back).status == 401 and not browser_of.is_in()


@pytest.mark.parametrize("once", [True, False])
def test_an_answer_counts_once(here: Here, browser_of: Browser, once: bool) -> None:
    """Also with a provider that takes a code twice, and a browser that has kept its cookie."""
    here.provider.person.email, here.provider.codes_once = here.member(), once
    back = browser_of.leave()
    kept = Browser(browser_of.url, dict(browser_of.cookies))
    assert browser_of.get(back).status == 200
    assert kept.get(back).status == 401 and not kept.is_in()


def test_a_code_is_of_no_use_to_somebody_elses_handshake(here: Here, browser_of: Browser) -> None:
    """The code of one try in the answer to another: the verifier does not fit."""
    here.provider.person.email = here.member()
    stolen = _code(browser_of.leave())
    thief = Browser(browser_of.url)
    mine = thief.leave()
    assert thief.get(mine.replace(_code(mine), stolen)).status == 401 and not thief.is_in()


def test_signing_out_ends_it_here_and_offers_to_end_it_there(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = here.member()
    browser_of.sign_in()
    staff = Staff(here.system, None)
    staff._cookie = f"wederhoor={browser_of.cookies['wederhoor']}"
    assert staff.get("/review").status == 200
    out = staff.post("/sign-out")
    assert (out.status, out.headers["location"]) == (303, "/sign-in?out=1") and not browser_of.is_in()
    assert 'href="/sign-in/provider/out"' in staff.get(out.headers["location"]).text
    there = staff.get("/sign-in/provider/out").headers["location"]
    query = {"client_id": CLIENT, "post_logout_redirect_uri": f"{browser_of.url}/sign-in"}
    assert there == f"{here.provider.url}/logout?{urlencode(query)}"


def test_roles_are_ours_and_passwords_go_on_beside_it(here: Here, browser_of: Browser) -> None:
    here.provider.person.email = here.member(role="author")
    here.provider.bend = lambda claims: claims | {"roles": ["reviewer"], "groups": ["privacy_officer"]}
    assert 'url=/questions"' in browser_of.sign_in().data.decode()
    assert browser_of.get(f"{browser_of.url}/review").status == 403
    assert Staff(here.system, here.provider.person.email, PASSWORD).get("/questions").status == 200


def test_nothing_of_it_is_left_but_issuer_and_subject(here: Here, browser_of: Browser) -> None:
    """Not in what the api wrote, and not in the database."""
    here.provider.person.email = email = here.member()
    back = browser_of.leave("/review")
    way = browser_of.cookies["wederhoor-way"].strip('"')
    assert browser_of.get(back).status == 200
    marks = {*here.provider.secrets, SECRET, email, here.provider.person.subject, way.split(".")[0], _code(back)}
    marks |= {parse_qs(urlsplit(back).query)["state"][0], browser_of.cookies["wederhoor"], "/sign-in/callback"}
    said = here.system.output.read_text()
    assert "sign-in at the provider refused" in said, "the log works"
    assert [mark for mark in marks if mark in said] == []
    with here.store.read(here.desk.id) as session:
        rows = session.execute(text("SELECT to_jsonb(o) FROM outside_account o WHERE subject = :subject"), {
            "subject": here.provider.person.subject
        }).scalars().all()  # fmt: skip
    assert [sorted(row) for row in rows] == [["id", "issuer", "linked_at", "member_id", "organisation_id", "subject"]]


def test_without_passwords_the_button_is_the_only_way_in(
    bare_database: tuple[EmbeddedServer, Path], here: Here, tmp_path: Path
) -> None:
    settings = {
        "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_issuer": here.provider.url,
        "oidc_organisations": "all", "password_sign_in": "false",
    }  # fmt: skip
    email = here.member(here.stranger)
    with alone(tmp_path, bare_database[0].url(APP), **settings) as system:
        nobody = Staff(system, None)
        shown = nobody.get("/sign-in")
        assert 'type="password"' not in shown.text and 'href="/sign-in/provider"' in shown.text
        assert "Inloggen met localhost" in shown.words
        assert nobody.post("/sign-in", email=email, password=PASSWORD).status == 403
        here.provider.person.email = email
        assert Browser(system.settings.url).sign_in().status == 200


def test_without_a_provider_there_is_no_button_and_no_way(system: System) -> None:
    nobody = Staff(system, None)
    assert "/sign-in/provider" not in nobody.get("/sign-in").text
    assert nobody.get("/sign-in/provider").status == nobody.get("/sign-in/callback?code=x&state=y").status == 401


def test_an_undeclared_provider_stops_the_start(tmp_path: Path) -> None:
    given = environment(
        tmp_path, WEDERHOOR_OIDC_ISSUER="https://id.example/realms/x", WEDERHOOR_OIDC_CLIENT_ID=CLIENT,
        WEDERHOOR_OIDC_CLIENT_SECRET="a-secret", WEDERHOOR_OIDC_ORGANISATIONS="all",
    )  # fmt: skip
    assert "sign-in at id.example (WEDERHOOR_OIDC_ISSUER) is outside this machine and not declared" in refused(
        "serve", given
    )
    (tmp_path / "processors.toml").write_text(DECLARED.format("sign-in", "id.example", "US"))
    assert "outside the EEA, without a ground" in refused("serve", given)


def _code(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]
