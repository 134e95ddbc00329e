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
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Add a member of staff who can sign in."""
    from api import building
    from people import enrolling
    from people.actors import ROLES

    if set(role) - ROLES:
        typer.echo(f"--role is {WORDS}", err=True)
        raise typer.Exit(2)
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
