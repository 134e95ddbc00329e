"""A member of staff who uses the pages as a browser without scripts does: links, forms, cookies."""

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlencode

import urllib3

from api.trial import System


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: urllib3.HTTPHeaderDict

    @property
    def words(self) -> str:
        """The text that is shown."""
        body = re.sub(r"<(script|style|template)\b.*?</\1>", "", self.text, flags=re.S)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))

    @property
    def numbers(self) -> list[str]:
        """The cases that it leads to."""
        return list(dict.fromkeys(re.findall(r'href="/review/(W-\d{6})"', self.text)))

    def field(self, name: str) -> str:
        """The value of a field of a form."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return html.unescape(found[1])


class Staff:
    """Signed in on creation; `email=None` is somebody who is not."""

    def __init__(self, system: System, email: str | None, password: str | None = None) -> None:
        self._url = system.settings.url
        self._pool = urllib3.PoolManager(retries=False, timeout=30.0)
        self._cookie = ""
        if email:
            page = self.post("/sign-in", email=email, password=password or system.demo["password"])
            assert page.status == 303, page.words[:300]
            self._cookie = page.headers["set-cookie"].split(";")[0]

    def get(self, path: str) -> Page:
        """A page."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Page:
        """A form that is sent."""
        headers = {"origin": self._url, "content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields), headers)

    def waiting(self, path: str = "/review") -> list[str]:
        """The numbers on a page of the waiting line, in its order."""
        return self.get(path).numbers

    def whole_line(self) -> list[str]:
        """The numbers on all pages of the line: in a long run other tests leave more cases than fit on one."""
        found, path = [], "/review"
        while path:
            page = self.get(path)
            found += page.numbers
            on = re.search(r'href="([^"]+)"[^>]*>[^<]*Volgende 50', page.text)
            path = html.unescape(on[1]) if on else ""
        return found

    @contextmanager
    def announced(self, patience: float) -> Iterator[Iterator[str]]:
        """What the line's stream of events says; it ends when the stream does, or after so many seconds of silence."""
        timeout = urllib3.Timeout(connect=10, read=patience)
        reply = self._pool.request(
            "GET", f"{self._url}/review/events", headers={"cookie": self._cookie}, preload_content=False,
            timeout=timeout, redirect=False,
        )  # fmt: skip
        try:
            yield _said(reply)
        finally:
            reply.close()

    def rule(self, number: str, reading: str, choice: str, text: str = "Ik heb je antwoord gelezen.") -> Page:
        """Claims a case, records a reading, and decides."""
        assert self.post(f"/review/{number}/claim").status == 303
        assert self.post(f"/review/{number}/reading", reading=reading).status == 303
        version = self.get(f"/review/{number}").field("version")
        return self.post(f"/review/{number}/ruling", version=version, choice=choice, text=text)

    def open_answer(self, learner: str, course: str) -> Page:
        """Opens this learner's first visible answer, as an employer does."""
        return self.post(_action(self.get(f"/employer/{course}"), learner))

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Page:
        sent = {"accept-language": "nl", **(headers or {})} | ({"cookie": self._cookie} if self._cookie else {})
        reply = self._pool.request(method, self._url + path, body=body, headers=sent, redirect=False)
        return Page(reply.status, reply.data.decode(), reply.headers)


def _said(reply: urllib3.BaseHTTPResponse) -> Iterator[str]:
    with suppress(urllib3.exceptions.ReadTimeoutError):
        for line in io.TextIOWrapper(reply, "utf-8"):  # type: ignore[type-var]
            if line.startswith("event:"):
                yield line.removeprefix("event:").strip()


def _action(page: Page, learner: str) -> str:
    """The address behind the button that opens this learner's answer."""
    for row in re.findall(r'<tr role="row">.*?</tr>', page.text, flags=re.S):
        found = re.search(r'action="([^"]+)"', row)
        if found and f">{learner}<" in row:
            return found[1]
    raise AssertionError(f"{learner} has no answer on this page")
