"""A real SMTP server and a real HTTP server that keep what they get, and answer as a test says."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from api.mail.outgoing import Post, Security

SENDER = "Wederhoor <wederhoor@leren.example>"


@dataclass
class Mailbox:
    """What an SMTP server got. `refusing` says which address is answered how."""

    port: int
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes or refuses a receiver."""
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the mail."""
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails for one address."""
        return [message for receiver, message in self.got if receiver == address]

    def post(self, security: Security = "none", user: str | None = None, password: str | None = None) -> Post:
        """How to send to it."""
        return Post("localhost", self.port, user, password, security, SENDER)


@contextmanager
def mailbox(**more: Any) -> Iterator[Mailbox]:
    """An SMTP server on a free port."""
    kept = Mailbox(_free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port, **more)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


def words(message: EmailMessage) -> tuple[str, str]:
    """The plain and the HTML part."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content().replace("\r", ""), html.get_content().replace("\r", "")


@dataclass(frozen=True)
class Call:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What an HTTP server got, and how it answers: with `status`, or byte by byte without end."""

    url: str
    got: list[Call] = field(default_factory=list)
    status: int = 204
    drips: bool = False
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """An HTTP server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            kept.got.append(Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            while kept.drips and not kept.done.wait(0.05):
                self.wfile.write(b"x")
            self.send_response(kept.status)
            if kept.status == 302:
                self.send_header("location", f"{kept.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept = Receiver(f"http://localhost:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield kept
    finally:
        kept.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
