"""Signing in at a provider in a real browser: it lives on another site, and the session's cookie is a strict one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.trial import System
from store import vault
from store.embedded import APP, EmbeddedServer
from store.store import Store
from tests.alone import alone
from tests.appeals.conftest import bare_database, bare_server, bare_store
from tests.appeals.desk import Desk
from tests.browser.test_accessibility import check
from tests.browser.widget import MakePage
from tests.provider import CLIENT, SECRET, Person, Provider, provider

__all__ = ["bare_database", "bare_server", "bare_store"]


@pytest.fixture(scope="module")
def opened() -> Iterator[Provider]:
    with provider(Person("a-subject", "")) as running:
        yield running


@pytest.fixture(scope="module")
def linked(
    bare_database: tuple[EmbeddedServer, Path],
    bare_store: Store,
    opened: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """The api, with a reviewer whom the provider knows."""
    folder = tmp_path_factory.mktemp("var")
    desk = Desk(bare_store, vault.open_ring(folder / "keys" / "ring"))
    opened.person.email = f"b0-{desk.id.hex}@bureau.example"
    settings = {
        "oidc_issuer": opened.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "SURFconext",
        "oidc_organisations": str(desk.id),
    }  # fmt: skip
    with alone(folder, bare_database[0].url(APP), **settings) as system:
        yield system


def test_there_and_back_again(make_page: MakePage, linked: System) -> None:
    page = make_page()
    page.goto(f"{linked.settings.url}/letters")
    assert page.context.cookies() == []
    page.get_by_role("link", name="Inloggen met SURFconext").click()
    expect(page).to_have_url(f"{linked.settings.url}/letters")
    expect(page.get_by_role("button", name="Uitloggen")).to_be_visible()
    assert [(one["name"], one["sameSite"]) for one in page.context.cookies()] == [("wederhoor", "Strict")]
    page.go_back()
    assert "code=" not in page.url, "the address with the code is not in the history"
    page.goto(f"{linked.settings.url}/letters")
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.get_by_text("Bij SURFconext ben je misschien nog ingelogd")).to_be_visible()
    assert page.context.cookies() == []
    page.get_by_role("link", name="Ook daar uitloggen").click()
    expect(page).to_have_url(f"{linked.settings.url}/sign-in")


def test_a_refusal_says_what_to_do(make_page: MakePage, linked: System, opened: Provider) -> None:
    subject, opened.person.subject = opened.person.subject, "somebody-else"
    email, opened.person.email = opened.person.email, "niemand@elders.example"
    try:
        page = make_page(width=375, dark=True, language="en")
        page.goto(f"{linked.settings.url}/sign-in")
        page.get_by_role("link", name="Sign in with SURFconext").click()
        expect(page.get_by_role("alert")).to_have_text(
            "You cannot sign in here with that account. Ask your organisation to add you."
        )
        expect(page.get_by_role("link", name="Sign in with SURFconext")).to_be_visible()
    finally:
        opened.person.subject, opened.person.email = subject, email


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in?out=1", "/sign-in/callback?code=x&state=y"])
def test_its_pages_are_accessible(make_page: MakePage, linked: System, path: str, dark: bool) -> None:
    page = make_page(width=375 if dark else 1280, dark=dark, bypass_csp=True)
    page.goto(linked.settings.url + path)
    check(page, path)
