"""The `wederhoor` command: one verb per thing that an operator, an author or a developer does."""

import asyncio
import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.settings import ROOT, Settings
from grading.grade import Grader, Language

app = typer.Typer(
    name="wederhoor",
    help="A learning chatbot in which every automated decision can be taken to a person.\n\nStart with: wederhoor up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
prove_app = typer.Typer(help="Prove a promise on a running system.", no_args_is_help=True)
member_app = typer.Typer(help="Members of staff: reviewers and employers.", no_args_is_help=True)
app.add_typer(prove_app, name="prove")
app.add_typer(member_app, name="member")

Polar = Literal["approve", "disapprove"]

# Each command imports what it needs: `wederhoor --help` should not load a model.


@app.command()
def up() -> None:
    """Run everything on this machine: database, bot, api, worker and a demo site. Ctrl-C stops it."""
    from api import running

    raise typer.Exit(running.up(Settings()))


@app.command()
def serve() -> None:
    """Run the api only (the database and the bot run elsewhere)."""
    from api import serving

    serving.serve(Settings())


@app.command()
def work() -> None:
    """Run the worker: background jobs by the clock."""
    from api import building, jobs, logs

    settings = Settings()
    logs.configure(settings.log_level)
    asyncio.run(jobs.work(building.app_url(settings).replace("+psycopg", "")))


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


@app.command()
def train(data: Annotated[Path, typer.Option(help="Folder with *.tsv")] = ROOT / "data" / "training") -> None:
    """Train the grader, if its data or its code changed."""
    from grading.train import train as train_grader

    settings = Settings()
    typer.echo(f"model {train_grader(data, settings.models, encoder=settings.encoder or None)}")


@app.command()
def grade(
    question: Annotated[str, typer.Option(help="A yes/no question")],
    answer: Annotated[str, typer.Option(help="What somebody answers")],
    expected: Annotated[Polar, typer.Option(help="The intent that is right")] = "approve",
    lang: Annotated[Language, typer.Option(help="Of question and answer")] = "nl",
    explain: Annotated[bool, typer.Option("--explain", help="Also say why")] = False,  # noqa: FBT002
) -> None:
    """Grade one answer. Nothing is kept."""
    from grading.grade import Question

    found = _grader().explain(Question(question, lang, expected), answer)
    typer.echo(f"{found.outcome}: reads {found.intent} ({found.reason}), p of the expected intent {found.p_value:.4f}")
    if explain:
        for intent, share in sorted(found.probabilities.items(), key=lambda pair: -pair[1]):
            typer.echo(f"  {intent:<11}{share:.3f}")
        typer.echo(f"  settled by: {found.evidence.stage}")
        typer.echo(f"  words: {', '.join(found.evidence.words) or '-'}")
        for asked, said, label in found.evidence.neighbours:
            typer.echo(f"  like: {said} ({label}, to: {asked})")
        typer.echo(f"  model: {found.model_id}, alpha {found.alpha}")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Columns question, answer, label")],
    lang: Annotated[Language, typer.Option(help="The language of the answers")],
    as_json: Annotated[bool, typer.Option("--json", help="For other programs")] = False,  # noqa: FBT002
) -> None:
    """Measure the trained grader on labelled answers that it has not seen."""
    from grading import examples
    from grading.evaluate import evaluate as evaluate_grader

    try:
        rows = examples.read_file(file, lang)
    except examples.ExamplesInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    report = evaluate_grader(_grader(), rows)
    typer.echo(json.dumps(report.as_json(), indent=1) if as_json else str(report))


def _grader() -> Grader:
    from grading.artifact import ModelInvalid
    from grading.grader import load

    try:
        return load(Settings().models / "current")
    except ModelInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@member_app.command("add")
def member_add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[list[str], typer.Option(help="reviewer or controller; may be given twice")],
    organisation: Annotated[uuid.UUID, typer.Option(help="The organisation's id")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Add a member of staff who can sign in."""
    from api import building
    from people import enrolling

    if set(role) - {"reviewer", "controller"}:
        typer.echo("--role is reviewer or controller", err=True)
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


@prove_app.command("no-history")
def prove_no_history() -> None:
    """Answer with a marker, replace it, and search for it in every place that could keep it."""
    from api import proving

    raise typer.Exit(proving.no_history(Settings()))


if __name__ == "__main__":
    app()
