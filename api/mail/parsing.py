"""From the bytes of a mail to what is kept of it. Nothing that a sender can do to a mail may stop the others."""

import email.policy
import hashlib
import html
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr
from typing import Final

from imap_tools import MailMessage

from appeals.letters import Incoming

LARGEST: Final = 5_000_000
"""A mail of more bytes is not fetched: only its head is."""
MOST_TEXT: Final = 20_000
MOST_HTML: Final = 100_000
MOST_NAMES: Final = 20
MOST_PARTS: Final = 200
MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
AUTOMATIC: Final = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond")
MACHINES: Final = ("mailer-daemon", "postmaster")
BLOCKS: Final = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol"})
UNSEEN: Final = frozenset({"script", "style", "head", "title", "template"})
PART: Final = re.compile(
    r"(?P<comment><!--)|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*+)[^<>]*+>|<[!?][^<>]*+>|(?P<words>[^<]++|<)", re.I
)
"""A comment's beginning, a tag, a declaration, or text; possessive, so that it never looks back."""


def parse(raw: bytes, *, whole: bool = True) -> Incoming:
    """What is kept of a mail; `whole` is false when only its head was fetched.

    One that cannot be taken apart is kept without sender and text: somebody has to look in the mailbox.
    """
    try:
        return _parse(MailMessage.from_bytes(raw), raw, whole=whole)
    except Exception:  # senders break mails in more ways than the libraries know
        return Incoming(_made_up(raw), (), "", "", "", automatic=True, incomplete=True)


def is_automatic(message: Message) -> bool:
    """Did a machine send this: an auto-reply, a bounce, a mailing list (RFC 3834, RFC 2919)?"""
    if str(message.get("auto-submitted", "no")).split(";")[0].strip().lower() != "no":
        return True
    if str(message.get("precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(name in message for name in AUTOMATIC) or message.get_content_type() == "multipart/report":
        return True
    sender = parseaddr(str(message.get("from", "")))[1].partition("@")[0].lower()
    return sender in MACHINES or str(message.get("return-path", "")).strip() == "<>"


def text_of(page: str) -> str:
    """The words of an HTML mail, without its markup; nothing in it is followed or loaded.

    In one pass, whatever the markup: `html.parser` takes minutes over 10 kB of unfinished tags.
    """
    found, at, page = [], 0, page[:MOST_HTML]
    while part := PART.match(page, at):
        at = part.end()
        name = (part["tag"] or "").lower()
        if part["words"]:
            found.append(re.sub(r"\s+", " ", part["words"]))
        elif part["comment"] or (name in UNSEEN and not part["end"]):
            closing = re.compile("-->" if part["comment"] else f"</{name}[^<>]*+>", re.I).search(page, at)
            at = closing.end() if closing else len(page)
        elif name in BLOCKS:
            found.append("\n")
    lines = (" ".join(line.split()) for line in html.unescape("".join(found)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _parse(mail: MailMessage, raw: bytes, *, whole: bool) -> Incoming:
    message = mail.obj
    if whole and sum(1 for _ in message.walk()) > MOST_PARTS:
        raise ValueError("too many parts")
    body = mail.text.strip() or text_of(mail.html)
    names = [_line(one.filename or one.content_type)[:200] for one in mail.attachments] if whole else []
    own = MESSAGE_ID.search(str(message.get("message-id", "")))
    return Incoming(
        own[0] if own else _made_up(raw),
        tuple(dict.fromkeys(_references(message))),
        sender=_line(mail.from_).lower()[:320],
        subject=_line(mail.subject)[:300],
        body=_clean(body.replace("\r\n", "\n")).strip()[:MOST_TEXT],
        attachments=tuple(names[:MOST_NAMES]),
        automatic=is_automatic(message) or "@" not in mail.from_,
        incomplete=not whole or bool(names) or len(body) > MOST_TEXT or len(mail.html) > MOST_HTML,
    )


def _references(message: Message) -> Iterator[str]:
    """What it answers, the nearest first; of a bounce also what bounced."""
    for name in ("in-reply-to", "references"):
        yield from reversed(MESSAGE_ID.findall(str(message.get(name, "")))[-50:])
    if message.get_content_type() == "multipart/report":
        for part in list(message.walk())[1:]:
            head = part
            if part.get_content_type() == "text/rfc822-headers":
                head = email.message_from_bytes(part.get_payload(decode=True) or b"", policy=email.policy.compat32)  # type: ignore[arg-type]
            yield from MESSAGE_ID.findall(str(head.get("message-id", "")))


def _made_up(raw: bytes) -> str:
    """A message id for a mail without a usable one, the same each time that it is read."""
    return f"<{hashlib.sha256(raw).hexdigest()}@made-up.invalid>"


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Without what is no character: bytes that were never decoded, and controls."""
    return re.sub(r"[^\n\t -\x7e\xa0-\U0010ffff]", "", text.encode("utf-8", "replace").decode())
