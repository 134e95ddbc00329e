"""`wederhoor webhook`: where an organisation's own systems hear of its cases."""

import datetime as dt
import uuid
from typing import Annotated

import typer

from api.commands.deciding import By, decider
from api.settings import Settings

app = typer.Typer(help="Webhooks: an organisation's own systems hear of its cases.", no_args_is_help=True)

Organisation = Annotated[uuid.UUID, typer.Option(help="The organisation's id")]


@app.command("add")
def add(url: Annotated[str, typer.Argument(help="Where to post, https")], organisation: Organisation, by: By) -> None:
    """Add one. It prints the secret to verify with, which is shown only now."""
    from api import building
    from people import webhooks
    from people.errors import WebhookInvalid

    settings, now = Settings(), dt.datetime.now(dt.UTC)
    try:
        with building.opened(settings) as store:
            who, keys = decider(store, organisation, by), building.keys(settings)
            with store.write(organisation) as session:
                made = webhooks.add(session, keys, organisation, url, now, plain=settings.webhook_private, by=who)
    except WebhookInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"webhook {made.id}\nsecret  {made.secret}")


@app.command("list")
def every(organisation: Organisation) -> None:
    """List them."""
    from api import building
    from people import webhooks

    with building.opened(Settings()) as store, store.read(organisation) as session:
        for one in webhooks.every(session):
            off = f"  off since {one.disabled_at:%Y-%m-%d} (it answered 410)" if one.disabled_at else ""
            typer.echo(f"{one.id}  {one.url}{off}")


@app.command("remove")
def remove(webhook: Annotated[uuid.UUID, typer.Argument(help="Its id")], organisation: Organisation) -> None:
    """Remove one; nothing is sent to it any more."""
    from api import building
    from people import webhooks

    with building.opened(Settings()) as store, store.write(organisation) as session:
        found = webhooks.remove(session, webhook, organisation, dt.datetime.now(dt.UTC))
    if not found:
        typer.echo("There is no such webhook.", err=True)
        raise typer.Exit(1)
    typer.echo("Removed.")
