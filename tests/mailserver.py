"""Real mail servers on loopback ports: Dovecot for what comes in, aiosmtpd for what leaves, and a line that breaks."""

import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from imap_tools import BaseMailBox, MailBoxUnencrypted

from api.settings import ROOT
from appeals.mailbox import Servers

ADDRESS = "leren@bureau.example"
PASSWORD = "geheim voor de post"
COMMON = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
protocols = imap
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
OLD = """
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/passwd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
"""
NEW = """
auth_allow_cleartext = yes
auth_mechanisms = plain login
mail_driver = maildir
mail_path = {folder}/mail
passdb passwd-file {{
  default_password_scheme = plain
  passwd_file_path = {folder}/passwd
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}
  }}
}}
"""


class Dovecot:
    """A mailbox server of one user, unprivileged, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        known = ROOT / ".venv" / "dovecot"
        assert known.exists(), "no Dovecot is known: run `make mailserver`"
        self._program, self.folder, self.port = known.read_text().strip(), folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._as = {"user": account.pw_uid, "group": account.pw_gid} if os.getuid() == 0 else {}
        self._prepare(account)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        extra = {"extra_groups": []} if self._as else {}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **self._as, **extra)  # type: ignore[call-overload]
        until = time.monotonic() + 20
        while not answers(self.port):
            assert self.process.poll() is None and time.monotonic() < until, self._log()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops it and what it started."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    @contextmanager
    def box(self) -> Iterator[BaseMailBox]:
        """Signed in, as a mail program would be."""
        with MailBoxUnencrypted("127.0.0.1", self.port) as box:
            yield box.login(ADDRESS, PASSWORD)

    def deliver(self, *mails: bytes | EmailMessage) -> None:
        """Puts mails in the box, unseen."""
        with self.box() as box:
            for mail in mails:
                box.append(bytes(mail), "INBOX")

    def unseen(self) -> int:
        """How many mails are unseen."""
        with self.box() as box:
            return len(box.uids("UNSEEN"))

    def empty(self) -> None:
        """Leaves nothing in the box."""
        with self.box() as box:
            box.delete(box.uids("ALL"))

    def _prepare(self, account: pwd.struct_passwd) -> None:
        version = subprocess.run([self._program, "--version"], text=True, capture_output=True, check=True).stdout
        new = version.split() and version.split()[0] >= "2.4"
        shared = {"folder": self.folder, "user": account.pw_name, "uid": account.pw_uid, "gid": account.pw_gid}
        # The group of that user, by its name.
        shared["group"] = subprocess.run(
            ["id", "-gn", account.pw_name], text=True, capture_output=True, check=True
        ).stdout.strip()
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n" if new else ""
        text = head + (COMMON + (NEW if new else OLD)).format(port=self.port, **shared)
        (self.folder / "dovecot.conf").write_text(text)
        (self.folder / "passwd").write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}\n")
        for name in ("mail", "run", "state"):
            (self.folder / name).mkdir()
        for path in (self.folder, *self.folder.rglob("*")):
            if self._as:
                os.chown(path, account.pw_uid, account.pw_gid)

    def _log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else "Dovecot said nothing"


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """One that runs; its folder goes afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    server = Dovecot(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Letterbox:
    """What other people's mail servers get from us: takes everything, or answers as told."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[bytes] = []
        self.to: list[str] = []
        self.answer = ""
        """What is said instead of taking a mail; a later mail is taken again when it is empty."""

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A whole mail has come."""
        if self.answer or not session.authenticated:
            return self.answer or "530 who are you?"
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.to += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """An SMTP server that wants the mailbox's password."""
    box = Letterbox()

    def authenticate(_server: object, _session: object, _envelope: object, _how: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=known)

    server = Controller(
        box, hostname="127.0.0.1", port=box.port, authenticator=authenticate, auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    server.start()
    try:
        yield box
    finally:
        server.stop()


class Trap:
    """A line to a server that kills whoever uses it: when they are about to say `word`, or once they have.

    The process that is killed is told by `victim`.
    """

    def __init__(self, port: int, word: bytes, *, after: bool = False) -> None:
        self._to, self._word, self._after = port, word, after
        self.victim: subprocess.Popen[bytes] | None = None
        self.sprung = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """No longer listens."""
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._carry, args=(far, near, b""), daemon=True).start()
                threading.Thread(target=self._carry, args=(near, far, self._word), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, word: bytes) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(65536):
                springs = bool(word) and word in data.upper()
                if springs and self._after:
                    target.sendall(data)
                    time.sleep(0.5)  # until the server has done it
                if springs:
                    self.sprung = True
                    assert self.victim is not None
                    self.victim.send_signal(signal.SIGKILL)
                    return
                target.sendall(data)


def servers(imap: int, smtp: int, *, deletes_read: bool = False) -> Servers:
    """How these servers are reached."""
    return Servers(ADDRESS, "127.0.0.1", imap, "127.0.0.1", smtp, ADDRESS, deletes_read=deletes_read)


def mail(
    text: str = "Wanneer hoor ik iets?",
    *,
    sender: str = "Iemand <iemand@elders.example>",
    subject: str = "Mijn bezwaar",
    message_id: str = "",
    **headers: str,
) -> EmailMessage:
    """A mail as a person's program writes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, ADDRESS, subject
    made["Message-ID"] = message_id or f"<{os.urandom(8).hex()}@elders.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    """Does somebody listen there?"""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            return bool(line.recv(1))
    except (OSError, smtplib.SMTPException):
        return False
