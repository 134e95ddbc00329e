"""`wederhoor token`: what a member's own programs sign in with."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from api.settings import Settings

if TYPE_CHECKING:
    from store.store import Store

app = typer.Typer(help="Tokens with which a member's own programs use the staff API.", no_args_is_help=True)


@app.command("add")
def add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True, help="What it is for")],
    days: Annotated[int, typer.Option(help="So long it lasts; 366 at most")] = 90,
) -> None:
    """Make a token for this member's own program. It can do all that the member can, and is shown once."""
    from api import building
    from people import staff_tokens

    with building.opened(Settings()) as store:
        organisation, member = _member(store, email)
        try:
            with store.write(organisation) as session:
                lasts = dt.timedelta(days=days)
                token = staff_tokens.issue(session, organisation, member, name, lasts, dt.datetime.now(dt.UTC))
        except ValueError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
    typer.echo(token)


@app.command("list")
def list_all(email: str) -> None:
    """The member's tokens: id, until when, what for. The tokens themselves are not known."""
    from api import building
    from people import staff_tokens

    with building.opened(Settings()) as store:
        organisation, member = _member(store, email)
        with store.read(organisation) as session:
            for one in staff_tokens.of_member(session, member):
                ended = " (revoked)" if one.revoked_at else ""
                typer.echo(f"{one.id}  until {one.expires_at:%Y-%m-%d}{ended}  {one.name}")


@app.command("revoke")
def revoke(email: str, token: Annotated[uuid.UUID, typer.Argument(help="The id that `list` shows")]) -> None:
    """End a token at once."""
    from api import building
    from people import staff_tokens

    with building.opened(Settings()) as store:
        organisation, member = _member(store, email)
        with store.write(organisation) as session:
            if not staff_tokens.revoke(session, member, token, dt.datetime.now(dt.UTC)):
                typer.echo("this member has no such live token", err=True)
                raise typer.Exit(2)
    typer.echo("It no longer works.")


def _member(store: "Store", email: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Organisation and id of the member with this e-mail."""
    from people import signing_in

    with store.read(None) as session:
        found = signing_in.candidate(session, email)
    if found is None:
        typer.echo("nobody signs in with that e-mail", err=True)
        raise typer.Exit(2)
    return found.organisation_id, found.id
