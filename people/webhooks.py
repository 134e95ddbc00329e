"""The addresses at which organisations' own systems hear of cases."""

import base64
import datetime as dt
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from people.errors import WebhookInvalid
from people.models import Webhook
from store import journal
from store.vault import Vault

SECRET_BYTES: Final = 32
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook as its caller needs it."""

    id: uuid.UUID
    url: str
    secret: str = field(repr=False)


def add(
    session: Session, vault: Vault, organisation_id: uuid.UUID, url: str, now: dt.datetime, *, plain: bool = False,
    by: uuid.UUID | None = None,
) -> Endpoint:  # fmt: skip
    """A new webhook with a secret of its own (standard-webhooks: `whsec_` and base64), which is told only now.

    `plain` allows http, for a receiver beside this machine; `by` is the member who decided it. Raises
    `WebhookInvalid`.
    """
    _check(url, plain=plain)
    if session.execute(select(Webhook.id).where(Webhook.url == url)).first():
        raise WebhookInvalid("that address is a webhook of this organisation already")
    made = Endpoint(uuid.uuid4(), url, "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())
    sealed = vault.seal(_place(made.id), made.secret)
    session.add(Webhook(id=made.id, organisation_id=organisation_id, url=url, secret=sealed, created_at=now))
    session.flush()
    journal.note(session, "webhook.added", organisation_id=organisation_id, now=now, member_id=by)
    return made


def every(session: Session) -> list[Webhook]:
    """All webhooks of the session's organisation, the oldest first."""
    return list(session.execute(select(Webhook).order_by(Webhook.created_at, Webhook.id)).scalars())


def live(session: Session, vault: Vault) -> list[Endpoint]:
    """Those that are called."""
    rows = [row for row in every(session) if row.disabled_at is None]
    return [Endpoint(row.id, row.url, vault.unseal(_place(row.id), row.secret)) for row in rows]


def remove(session: Session, webhook_id: uuid.UUID, organisation_id: uuid.UUID, now: dt.datetime) -> bool:
    """Takes it out; was it there?"""
    gone = delete(Webhook).where(Webhook.id == webhook_id).returning(Webhook.id)
    found = session.execute(gone).first() is not None
    if found:
        journal.note(session, "webhook.removed", organisation_id=organisation_id, now=now)
    return found


def disable(session: Session, webhook_id: uuid.UUID, now: dt.datetime) -> None:
    """The receiver says that it is gone; it is called no more."""
    session.execute(update(Webhook).where(Webhook.id == webhook_id).values(disabled_at=now))


def _check(url: str, *, plain: bool) -> None:
    try:
        parts = urlsplit(url)
        port_is_right = parts.port != 0
    except ValueError:
        raise WebhookInvalid("that is no address") from None
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise WebhookInvalid("the address must begin with https://")
    if not parts.hostname or not port_is_right or not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookInvalid("that is no address")
    if "@" in parts.netloc or parts.fragment or len(url) > LONGEST:
        raise WebhookInvalid("the address may hold no user name and no fragment, and at most 2000 characters")


def _place(webhook_id: uuid.UUID) -> str:
    return f"webhook|{webhook_id}|secret"
