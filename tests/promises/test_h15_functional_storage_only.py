"""H15: no cookie and no storage before the first act, and none by the widget ever."""

from api.trial import System
from tests.browser.widget import MakePage, Widget

STORED = """async () => ({
    cookies: document.cookie, local: localStorage.length, session: sessionStorage.length,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"cookies": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


def _stored(widget: Widget) -> object:
    return {"seen": widget.page.evaluate(STORED), "cookies": widget.page.context.cookies()}


def test_a_fresh_browser_stays_empty(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).visit()
    widget.button(widget.words.open).wait_for()
    assert _stored(widget) == {"seen": NOTHING, "cookies": []}
    widget.button(widget.words.open).click()
    widget.button(widget.words.agree).wait_for()
    assert _stored(widget) == {"seen": NOTHING, "cookies": []}


def test_nothing_is_asked_of_the_api_before_the_widget_is_opened(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system)
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url))
    widget.visit().button(widget.words.open).wait_for()
    assert not [url for url in asked if "/v1/" in url or "/token" in url]


def test_a_whole_conversation_stores_nothing(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).begin()
    widget.type("nee, dat doe ik niet")
    widget.expect_question(2)
    assert _stored(widget) == {"seen": NOTHING, "cookies": []}


def test_refusing_keeps_nothing_and_can_be_changed(make_page: MakePage, system: System) -> None:
    widget = Widget(make_page(), system).open()
    widget.button("Niet nu").click()
    assert _stored(widget) == {"seen": NOTHING, "cookies": []}
    widget.button(widget.words.open).click()
    widget.button(widget.words.agree).click()
    widget.button(widget.words.begin).wait_for()
