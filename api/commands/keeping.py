"""`wederhoor backup`, `restore` and `close-organisation`: keeping what must be kept, and not longer."""

import datetime as dt
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.settings import Settings

if TYPE_CHECKING:
    from api.closing import Closing

app = typer.Typer()


@app.command()
def backup(
    out: Annotated[Path | None, typer.Option(help="Folder; else WEDERHOOR_BACKUP_DIR", file_okay=False)] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only say which there are, and how old")] = False,  # noqa: FBT002
) -> None:
    """Put the database in one encrypted file. The keys of its texts are not in it."""
    from api import backing_up
    from store.departures import KEPT
    from store.dumping import ToolFailed

    settings, now = Settings(), dt.datetime.now(dt.UTC)
    folder = out or settings.backup_dir
    if folder is None:
        typer.echo("Where? Give --out, or set WEDERHOOR_BACKUP_DIR.", err=True)
        raise typer.Exit(2)
    if listed:
        for one in backing_up.known(folder):
            ends = one.made_at + KEPT
            state = "too old to restore" if one.too_old(now) else f"{(now - one.made_at).days} days, until {ends:%F}"
            typer.echo(f"{one.path}  {one.made_at:%F %R}  key {one.key}  schema {one.revision}  {state}")
        return
    fresh = not settings.backup_key_file.exists()
    try:
        path, size = backing_up.backup(settings, folder, now)
    except (backing_up.Refused, ToolFailed) as error:
        typer.echo(f"No backup was made: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{path} ({size / 1e6:.1f} MB)")
    if fresh:
        typer.echo(f"Its key is in {settings.backup_key_file}. Keep a copy elsewhere: without it nothing is restored.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup", dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="In the place of the data that is there")] = False,  # noqa: FBT002
) -> None:
    """Restore a backup, without what was erased, replaced, reset, withdrawn or closed since."""
    from api import backing_up, restoring

    try:
        done = restoring.restore(Settings(), file, dt.datetime.now(dt.UTC), replace=replace)
    except backing_up.Refused as error:
        typer.echo(f"Nothing was restored, and nothing has changed: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"The database is as it was on {done.backup.made_at:%F %R} UTC. What was done since is not in it.")
    typer.echo("Taken back again, because it was since then:")
    for kind in ("organisations", "learners", "answers", "texts", "appeals", "changes"):
        typer.echo(f"  {kind:<14}{done.again.counts[kind]}")
    typer.echo(f"  {'kept too long':<14}{done.again.swept} learners")


@app.command("close-organisation")
def close_organisation(
    organisation: Annotated[uuid.UUID, typer.Argument(help="The organisation's id")],
    log: Annotated[Path | None, typer.Option(help="Write its event log here, without people", dir_okay=False)] = None,
    undo: Annotated[bool, typer.Option("--undo", help="It was a mistake: open it again")] = False,  # noqa: FBT002
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,  # noqa: FBT002
) -> None:
    """End the service to an organisation: nobody gets in from now on, and all of it is deleted within 30 days."""
    from api import building, closing
    from people import closing as doors
    from people.models import Organisation

    settings, now = Settings(), dt.datetime.now(dt.UTC)
    with building.opened(settings) as store:
        with store.read(organisation) as session:
            found = session.get(Organisation, organisation)
        if found is None:
            typer.echo("There is no such organisation.", err=True)
            raise typer.Exit(1)
        if undo:
            with store.write(organisation) as session:
                opened = doors.reopen(session, organisation, now)
            typer.echo(f"{found.name} is open again." if opened else f"{found.name} was not closed.")
            return
        if not yes:
            typer.confirm(f"Close {found.name}, and delete all of it {settings.closing_days} days later?", abort=True)
        with store.write(organisation) as session:
            done = closing.close(session, organisation, now)
            lines = list(closing.log_lines(session)) if log else []
    if log:
        log.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    _tell(done, settings.closing_days, log)


def _tell(done: "Closing", days: int, log: Path | None) -> None:
    ends = done.closed_at + dt.timedelta(days=days)
    typer.echo(f"{done.name} is closed since {done.closed_at:%F}. Nobody signs in, and its widget answers nobody.")
    typer.echo(f"By {ends:%F} all of it is deleted: {done.learners} learners, staff, courses, cases, letters.")
    for one in done.held:
        typer.echo(f"  The law keeps learner {one.learner_id} until {one.until}: {one.reason}")
    typer.echo("Backups in which it is are deleted within a year, and a restore leaves it out once it is gone.")
    if log:
        typer.echo(f"The event log, without people, is in {log}: the AI Act asks you to keep it half a year.")
    else:
        typer.echo("The AI Act asks to keep the event log half a year: --log FILE writes it, without people.")
