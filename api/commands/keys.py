"""`wederhoor keys`: the master keys that texts are sealed under."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from api.settings import Settings

app = typer.Typer(help="The master keys that texts are sealed under.", no_args_is_help=True)


@app.command("list")
def list_all() -> None:
    """The keys by number: what tells each from others, and whether a key service wraps it."""
    from api import building
    from store import vault

    settings = Settings()
    with _told():
        prints = building.keys(settings).fingerprints()
    for number, line in sorted(vault.lines_of(settings.keys).items()):
        typer.echo(
            f"{number}\t{prints[str(number)]}\t{'wrapped' if line.startswith(vault.WRAPPED) else 'on this disk'}"
        )


@app.command()
def add() -> None:
    """Put a new key in the ring. After a restart new texts are sealed under it; old ones stay readable by theirs."""
    from api import building
    from store import vault

    settings = Settings()
    with _told():
        building.keys(settings)
        number = vault.add_key(settings.keys, building.key_service(settings))
    typer.echo(f"key {number}; restart what runs")


@app.command()
def wrap() -> None:
    """Have the key service wrap the keys that are on this disk as they are. Copies made before still hold them."""
    from api import building
    from store import vault

    settings = Settings()
    service = building.key_service(settings)
    if service is None:
        typer.echo("set WEDERHOOR_KEY_SERVICE first", err=True)
        raise typer.Exit(2)
    with _told():
        building.keys(settings)
        count = vault.wrap_all(settings.keys, service)
    typer.echo(f"wrapped: {count}")


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with the keys, in a sentence."""
    from api.keyservice import KeyServiceFailed
    from store.vault import RingLocked

    try:
        yield
    except (KeyServiceFailed, RingLocked, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
