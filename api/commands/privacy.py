"""`wederhoor privacy`: what a privacy officer needs, on paper or as a list."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Annotated

import typer

from api.settings import Settings

app = typer.Typer(help="Documents that the law asks for, incidents, and permission of parents.")


@app.callback()
def privacy() -> None:
    """Documents that the law asks for, incidents, and permission of parents."""


@app.command()
def documents(
    out: Annotated[Path, typer.Option(help="Folder; each organisation gets one in it", file_okay=False)],
    date: Annotated[str, typer.Option(help="Date that they carry, as 2026-12-31; else none")] = "",
) -> None:
    """Make record of processing, processors, security, DPIA and the AI Act's papers from the running system."""
    from api import documenting
    from grading.artifact import ModelInvalid
    from privacy.errors import ProcessorsInvalid, SchemaUnknown

    try:
        made = documenting.write(Settings(), out, dt.date.fromisoformat(date) if date else None)
    except SchemaUnknown as error:
        typer.echo(f"the database holds what nobody described: {error}", err=True)
        raise typer.Exit(1) from None
    except (ModelInvalid, ProcessorsInvalid, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for folder, count in made.items():
        typer.echo(f"{folder}: {count} files; their hashes: sha256sum -c SHA256SUMS")


@app.command()
def affected(
    since: Annotated[str, typer.Option(help="Moment, as 2026-12-31T13:00; UTC unless it says otherwise")],
    member: Annotated[str | None, typer.Option(help="Only what was done from this sign-in (e-mail address)")] = None,
) -> None:
    """List who was affected by what, as TSV: for an incident. It holds opaque ids, no answers."""
    from api import affecting

    try:
        moment = dt.datetime.fromisoformat(since)
        lines, told = affecting.listed(Settings(), moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC), member)
    except (ValueError, LookupError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for line in lines:
        typer.echo(line)
    for sentence in told:
        typer.echo(sentence, err=True)


Organisation = Annotated[uuid.UUID, typer.Option(help="The organisation's id")]


@app.command()
def permission(
    code: Annotated[str, typer.Argument(help="On the paper that the parent signed")],
    organisation: Organisation,
    *,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="The parent does not agree, or no longer")] = False,
) -> None:
    """Record a parent's permission on paper; the learner then consents in the chat."""
    from api import building
    from privacy import permission as permissions
    from privacy.errors import LinkUnknown

    try:
        with building.opened(Settings()) as store, store.write(organisation) as session:
            row, learner = permissions.opened(session, code.strip().upper())
            permissions.answer(session, row, learner, dt.datetime.now(dt.UTC), allowed=not withdrawn)
    except LinkUnknown:
        typer.echo("no learner of this organisation has that code", err=True)
        raise typer.Exit(2) from None
    typer.echo("It stops with the next message." if withdrawn else "The learner can begin.")
