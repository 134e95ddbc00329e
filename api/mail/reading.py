"""Reading a mailbox over IMAP. A mail stays unseen on the server until it is kept here."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from api.mail.parsing import LARGEST, parse
from appeals.letters import Incoming
from appeals.mailbox import Servers

SECONDS: Final = 20
AT_ONCE: Final = 50
"""Mails in one round; what is left comes a minute later."""

Encryption = Literal["tls", "starttls", "none"]


def encryption(host: str, port: int) -> Encryption:
    """How a server is reached: by TLS on the ports that are for it, else by STARTTLS; plain only on this machine."""
    if port in (993, 465):
        return "tls"
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    return "none" if near else "starttls"


def connected(host: str, port: int, how: Encryption, context: ssl.SSLContext) -> BaseMailBox:
    """A line to the server, on which nobody has signed in; raises when it does not offer this encryption."""
    if how == "tls":
        return MailBox(host, port, timeout=SECONDS, ssl_context=context)
    box = MailBoxUnencrypted(host, port, timeout=SECONDS)
    try:
        if how == "starttls":
            box.client.starttls(context)
    except Exception:
        box.client.shutdown()
        raise
    return box


@contextmanager
def opened(servers: Servers, password: str) -> Iterator[BaseMailBox]:
    """The folder, signed in; raises what `imap_tools` and sockets raise."""
    how = encryption(servers.imap_host, servers.imap_port)
    with connected(servers.imap_host, servers.imap_port, how, ssl.create_default_context()) as box:
        box.login_utf8(servers.username, password, servers.folder)
        yield box


def unseen(box: BaseMailBox) -> Iterator[tuple[str, Incoming]]:
    """What came in, oldest first, with its id on the server. Fetching it does not mark it as seen."""
    for whole, size in ((True, AND(seen=False, size_lt=LARGEST)), (False, AND(seen=False, size_gt=LARGEST - 1))):
        for uid in box.uids(size)[:AT_ONCE]:
            _, found = box.client.uid("FETCH", uid, f"(BODY.PEEK[{'' if whole else 'HEADER'}])")
            yield from ((uid, parse(part[1], whole=whole)) for part in found if isinstance(part, tuple))


def done(box: BaseMailBox, uid: str, *, delete: bool) -> None:
    """It is kept here now: marked as seen on the server, or deleted there.

    Not by the library, which expunges the folder after each flag: that takes along what others marked as deleted.
    """
    box.client.uid("STORE", uid, "+FLAGS", f"({MailMessageFlags.DELETED if delete else MailMessageFlags.SEEN})")
    if delete and b"UIDPLUS" in box.client.capability()[1][0].split():
        box.client.uid("EXPUNGE", uid)
