"""Who of an organisation decided that something of it may leave."""

import uuid
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from store.store import Store

By = Annotated[str, typer.Option(help="E-mail of the controller or privacy officer who decided it; recorded")]


def decider(store: "Store", organisation: uuid.UUID, email: str) -> uuid.UUID:
    """This member's id; ends the command where the organisation has no such controller or privacy officer."""
    from sqlalchemy import func, select

    from people.models import Member

    named = (func.lower(Member.email) == email.strip().lower(), Member.left_at.is_(None))
    with store.read(organisation) as session:
        found = session.execute(
            select(Member.id).where(*named, Member.roles.overlap(["controller", "privacy_officer"]))
        ).scalar_one_or_none()
    if found is None:
        typer.echo("That is no controller or privacy officer of this organisation. Nothing was kept.", err=True)
        raise typer.Exit(2)
    return found
