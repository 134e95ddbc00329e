"""`wederhoor member`: who of the staff can sign in."""

import datetime as dt
import uuid
from typing import Annotated

import typer

from api.settings import Settings

app = typer.Typer(help="Members of staff: reviewers, employers, authors and privacy officers.", no_args_is_help=True)

WORDS = "reviewer, controller, author or privacy_officer"


@app.command("add")
def member_add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[list[str], typer.Option(help=f"{WORDS}; may be given more than once")],
    organisation: Annotated[uuid.UUID, typer.Option(help="The organisation's id")],
    password: Annotated[str, typer.Option(help="Asked for when it is left out")] = "",
    without_password: Annotated[bool, typer.Option("--without-password", help="They sign in at the provider")] = False,  # noqa: FBT002
) -> None:
    """Add a member of staff who can sign in."""
    import secrets

    from api import building
    from people import enrolling
    from people.actors import ROLES

    if set(role) - ROLES:
        typer.echo(f"--role is {WORDS}", err=True)
        raise typer.Exit(2)
    if without_password:
        password = secrets.token_urlsafe(32)
    password = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    now = dt.datetime.now(dt.UTC)
    try:
        with building.store(Settings()).write(organisation) as session:
            enrolling.enrol_member(
                session, organisation, email=email, name=name, roles=role, password=password, now=now
            )
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{email} can sign in.")


@app.command("unlink")
def member_unlink(email: str) -> None:
    """Part a member from their account at the provider; their next sign-in with a confirmed e-mail links anew."""
    from api import building
    from people import outside_accounts, signing_in

    with building.opened(Settings()) as store:
        with store.read(None) as session:
            who = signing_in.candidate(session, email)
        if who is None:
            typer.echo("No member has that e-mail.", err=True)
            raise typer.Exit(1)
        with store.write(who.organisation_id) as session:
            gone = outside_accounts.unlink(session, who, dt.datetime.now(dt.UTC))
    typer.echo("Unlinked." if gone else "There was nothing to unlink.")
