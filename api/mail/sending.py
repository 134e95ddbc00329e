"""Sending answers over SMTP. A mail holds what staff wrote and fixed texts: no subject, text or answer of a learner."""

import asyncio
import email.policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from api.mail.reading import Encryption, encryption
from api.texts import texts
from appeals.mailbox import Servers
from appeals.posting import Outgoing
from privacy import policy

SECONDS: Final = 20


class Undelivered(Exception):
    """The server did not take the mail; `for_good` when trying again makes no sense. It says nothing of the mail."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__("for good" if for_good else "for now")
        self.for_good = for_good


def compose(outgoing: Outgoing, address: str) -> EmailMessage:
    """The mail, the same bytes each time that it is made; `Undelivered` when no mail can be written to that address."""
    t = texts(outgoing.language)
    complaint = policy.current().texts[outgoing.language].complaint
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = Address(" ".join(outgoing.organisation.split()), addr_spec=address)
    try:
        message["To"] = Address(addr_spec=outgoing.to)
    except Exception:  # an address can be wrong in more ways than it has classes for
        raise Undelivered(for_good=True) from None
    message["Subject"] = t("Antwoord op je bericht (B-{number})", number=f"{outgoing.number:06d}")
    message["Date"] = format_datetime(outgoing.at)
    message["Message-ID"] = outgoing.message_id
    message["In-Reply-To"] = outgoing.references[-1]
    message["References"] = " ".join(outgoing.references)
    message.set_content(f"{outgoing.text}\n\n-- \n{outgoing.organisation}\n{complaint}\n")
    return message


def send(servers: Servers, password: str, message: EmailMessage) -> None:
    """Hands the mail to the server; raises `Undelivered`."""
    deliver(servers, password, message, encryption(servers.smtp_host, servers.smtp_port))


def deliver(servers: Servers, password: str, message: EmailMessage, how: Encryption) -> None:
    """The same, over a line with this encryption."""
    try:
        asyncio.run(
            aiosmtplib.send(
                message, hostname=servers.smtp_host, port=servers.smtp_port, username=servers.username,
                password=password, use_tls=how == "tls", start_tls=how == "starttls", timeout=SECONDS,
            )
        )  # fmt: skip
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Undelivered(for_good=all(one.code >= 500 for one in error.recipients)) from None
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        raise Undelivered(for_good=error.code >= 500) from None
    except (aiosmtplib.SMTPException, OSError):
        raise Undelivered(for_good=False) from None


def sign_in(servers: Servers, password: str) -> None:
    """Signs in and leaves again; raises what `aiosmtplib` and sockets raise."""
    asyncio.run(_sign_in(servers, password))


async def _sign_in(servers: Servers, password: str) -> None:
    how = encryption(servers.smtp_host, servers.smtp_port)
    client = aiosmtplib.SMTP(
        hostname=servers.smtp_host, port=servers.smtp_port, use_tls=how == "tls", start_tls=how == "starttls",
        timeout=SECONDS,
    )  # fmt: skip
    async with client:
        await client.login(servers.username, password)
