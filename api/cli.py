"""The `wederhoor` command: one verb per thing that an operator, an author or a developer does."""

import asyncio
import datetime as dt
import logging
import uuid
from pathlib import Path
from typing import Annotated

import typer

from api.commands import grading, keeping, keys, mailbox, members, privacy, proofs, tokens, webhooks
from api.settings import Settings

app = typer.Typer(
    name="wederhoor",
    help="A learning chatbot in which every automated decision can be taken to a person.\n\nStart with: wederhoor up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(grading.app)
app.add_typer(keeping.app)
for name, group in (
    ("prove", proofs), ("member", members), ("webhook", webhooks), ("token", tokens), ("mailbox", mailbox),
    ("privacy", privacy), ("keys", keys),
):  # fmt: skip
    app.add_typer(group.app, name=name)

# Each command imports what it needs: `wederhoor --help` should not load a model.


@app.command()
def up() -> None:
    """Run everything on this machine: database, bot, api, worker and a demo site. Ctrl-C stops it."""
    from api import running

    raise typer.Exit(running.up(_declared()))


@app.command()
def serve() -> None:
    """Run the api only (the database and the bot run elsewhere)."""
    from api import serving

    serving.serve(_declared())


@app.command()
def work() -> None:
    """Run the worker: background jobs by the clock."""
    from api import building, jobs, logs, memory, reports

    settings = _declared()
    logs.configure(settings.log_level)
    if not settings.readable_memory:
        memory.keep_private()
    reports.opened(settings, "worker")
    logging.getLogger(__name__).info("mail: %s", settings.mail)
    asyncio.run(jobs.work(building.conninfo(settings)))


@app.command()
def demo() -> None:
    """Run the demo customer's site, which embeds the widget."""
    from api import serving

    serving.serve_demo(Settings())


@app.command()
def bot() -> None:
    """Run the bot (Rasa, in its own environment under bot/.venv)."""
    from api import running

    running.bot(Settings())


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from api import building
    from store import migrating

    migrating.upgrade(building.owner(Settings()))
    typer.echo("The database is up to date.")


@app.command()
def seed() -> None:
    """Make the demo organisation, and load the courses in data/courses."""
    from api import building, seeding
    from learning.errors import CourseInvalid

    settings = Settings()
    try:
        seeding.seed(building.store(settings), settings, dt.datetime.now(dt.UTC))
    except CourseInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"The demo is there; its sign-ins are in {settings.var / 'demo.json'}.")


@app.command()
def check(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Check course files; errors name file and line."""
    from learning import courses
    from learning.errors import CourseInvalid

    wrong = False
    for path in files:
        try:
            course = courses.read(path)
        except CourseInvalid as error:
            typer.echo(str(error), err=True)
            wrong = True
        else:
            typer.echo(f"{path}: {course.slug}, {len(list(course.questions()))} questions, version {course.version()}")
    raise typer.Exit(int(wrong))


def _declared() -> Settings:
    """The settings, if data goes only where it is declared to go, and keys are there; else this ends the command."""
    from api import building, outside
    from api.keyservice import KeyServiceFailed
    from privacy.errors import ProcessorsInvalid, Undeclared
    from store.vault import RingLocked

    settings = Settings()
    try:
        outside.require_declared(settings)
        building.keys(settings)
    except (ProcessorsInvalid, Undeclared, KeyServiceFailed, RingLocked) as error:
        typer.echo(f"Wederhoor does not start.\n\n{error}", err=True)
        raise typer.Exit(1) from None
    return settings


@app.command()
def refit(organisation: Annotated[uuid.UUID, typer.Argument(help="The organisation's id")]) -> None:
    """Make an organisation's own head from what its people have ruled; the worker does so within a minute."""
    from api import refitting

    made = refitting.refit(Settings(), organisation)
    typer.echo(f"model {made}" if made else "nothing to learn from: the base model grades")


@app.command()
def remedy(organisation: Annotated[uuid.UUID, typer.Argument(help="The organisation's id")]) -> None:
    """Look at answers like one that a person corrected; the worker does so within a minute."""
    from api import building, settling
    from learning.catalogue import Catalogue

    settings, now = Settings(), dt.datetime.now(dt.UTC)
    with building.opened(settings) as store:
        keys, graders = building.keys(settings), building.graders(settings)
        made = settling.remedies(store, keys, graders, Catalogue(), organisation, now)
    for one in made:
        typer.echo(f"{one.looked} looked at, {one.passed} passed after all, {one.referred} to a person")


@app.command()
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go")] = False,  # noqa: FBT002
) -> None:
    """Delete what is kept no longer; the worker does so each night."""
    from api import backing_up, erasing

    settings = Settings()
    for organisation, report in erasing.sweep_all(settings, dry=dry_run):
        typer.echo(f"{organisation}{' (would go)' if dry_run else ''}")
        for table, count in report.rows.items():
            typer.echo(f"  {table:<12}{count}")
        typer.echo(f"  {'learners':<12}{report.learners}{f', on hold {report.held}' if report.held else ''}")
        if report.closes:
            typer.echo("  closed long enough: all of it" + ("" if not report.stays else ", but what the law holds:"))
        for one in report.stays:
            typer.echo(f"    learner {one.learner_id} until {one.until} ({one.reason})")
    for path in backing_up.roll_off(settings, dt.datetime.now(dt.UTC), dry=dry_run):
        typer.echo(f"{path}{' (would go)' if dry_run else ''}")


@app.command()
def shred() -> None:
    """Destroy the keys of what has been replaced, wiped or erased; the worker does so each minute."""
    from api import building
    from store import shredding

    settings = Settings()
    with building.opened(settings) as store:
        gone = shredding.shred(store, building.keys(settings), building.organisations(store))
    typer.echo(f"{gone} keys destroyed")


@app.command("watch-grading")
def watch_grading(
    resume: Annotated[uuid.UUID | None, typer.Option(help="Let the machine fail again in this organisation")] = None,
) -> None:
    """Look now whether the machine still does what it promises; the worker does so every ten minutes."""
    from api import watching

    if resume is not None:
        watching.resume(Settings(), resume)
        typer.echo("Automatic failing goes on.")
        return
    for organisation, why in watching.look(Settings()):
        typer.echo(f"{organisation}: {'automatic failing is on' if why is None else f'stopped ({why})'}")


if __name__ == "__main__":
    app()
