"""Sends one e-mail to one receiver through the installation's SMTP server."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, Literal

import aiosmtplib

from api.mail.wording import Letter
from api.settings import Settings

Security = Literal["starttls", "tls", "none"]
SECONDS: Final = 10
"""For each answer of the server."""
LONGEST: Final = 20
"""For all of them."""


class Refused(Exception):
    """The server will never take this mail for this receiver: trying again is of no use."""


class NotNow(Exception):
    """The server does not take this mail for this receiver now; others it may take."""


@dataclass(frozen=True, slots=True)
class Post:
    """An SMTP server and who writes."""

    host: str
    port: int | None
    user: str | None
    password: str | None = field(repr=False)
    security: Security
    sender: str

    def send(self, letter: Letter, to: str, name: str, now: dt.datetime) -> None:
        """Sends it; returns once the server has it.

        `name` becomes the Message-ID: the same mail sent twice is one for whoever reads it. Raises `Refused` and
        `NotNow`; any other exception means that the server is not there, or not as it should be.
        """
        try:
            asyncio.run(asyncio.wait_for(self._send(self._message(letter, to, name, now)), LONGEST))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise Refused if all(one.code >= 500 for one in error.recipients) else NotNow from None
        except aiosmtplib.SMTPDataError as error:
            raise Refused if error.code >= 500 else NotNow from None

    def _message(self, letter: Letter, to: str, name: str, now: dt.datetime) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, to, letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{name}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # so that no absence note comes back (RFC 3834)
        if letter.stop:  # the button of mail programs: one click, without a page (RFC 2369, RFC 8058)
            message["List-Unsubscribe"] = f"<{letter.stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message["Content-Language"] = letter.t.language
        return message

    async def _send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self.host, port=self.port, username=self.user, password=self.password,
            use_tls=self.security == "tls", start_tls=self.security == "starttls", local_hostname=self._domain,
            timeout=SECONDS,
        )  # fmt: skip

    @property
    def _domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2]


def post(settings: Settings) -> Post | None:
    """The server of the settings; None when there is none: then nothing is mailed."""
    if not settings.smtp_host:
        return None
    return Post(
        settings.smtp_host, settings.smtp_port or None, settings.smtp_user or None,
        settings.smtp_password.get_secret_value() or None, settings.smtp_security, settings.smtp_sender,
    )  # fmt: skip
