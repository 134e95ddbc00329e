"""`wederhoor prove`: promises that can be checked on a running system."""

import typer

from api.settings import Settings

app = typer.Typer(help="Prove a promise on a running system.", no_args_is_help=True)


@app.command("access-log")
def prove_access_log() -> None:
    """Walk the log of who looked at what: nothing was changed, put between or taken out."""
    from api import building
    from privacy import accesses

    broken = False
    with building.opened(Settings()) as store:
        for organisation in building.organisations(store):
            with store.read(organisation) as session:
                found = accesses.verify(session, organisation)
            broken |= found.broken_at is not None
            state = "whole" if found.broken_at is None else f"BROKEN at entry {found.broken_at}"
            typer.echo(f"{organisation}: {found.entries} entries, {state}, last hash {found.last}")
    raise typer.Exit(1 if broken else 0)


@app.command("no-history")
def prove_no_history() -> None:
    """Answer with a marker, replace it, and search for it in every place that could keep it."""
    from api import proving

    raise typer.Exit(proving.no_history(Settings()))
