"""`wederhoor train`, `tune`, `grade`, `evaluate`: the machine that reads answers."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.settings import ROOT, Settings
from grading.grade import Grader, Language

app = typer.Typer()

Polar = Literal["approve", "disapprove"]
By = Literal["length", "spelling", "question"]


@app.command()
def train(
    data: Annotated[Path, typer.Option(help="Folder with *.tsv to learn from")] = ROOT / "data" / "training",
    apart: Annotated[
        Path, typer.Option("--calibration", help="Folder with *.tsv of other questions, to calibrate on")
    ] = ROOT / "data" / "calibration",
    gold: Annotated[Path, typer.Option(help="Folder with *.tsv that nothing learns from")] = ROOT / "data" / "gold",
    even_if_worse: Annotated[bool, typer.Option("--even-if-worse", help="Publish it in any case")] = False,  # noqa: FBT002
) -> None:
    """Train the grader, if its data or its code changed. One that is worse on the gold set is not published."""
    from grading import examples
    from grading import train as training

    settings = Settings()
    try:
        made = training.train(
            data, apart, settings.models, settings.encoder or None,
            tuned=ROOT / "data" / "tuned", gold=gold, even_if_worse=even_if_worse,
        )  # fmt: skip
    except training.Worse as error:
        typer.echo(f"not published: {error} (--even-if-worse publishes it)", err=True)
        raise typer.Exit(1) from None
    except examples.ExamplesInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"model {made}")


@app.command()
def tune(
    source: Annotated[
        list[str] | None, typer.Option(help="File in data/training without .tsv; may be repeated")
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder with *.tsv")] = ROOT / "data" / "training",
    further: Annotated[bool, typer.Option("--further", help="Go on from the tuning that is there")] = False,  # noqa: FBT002
) -> None:
    """Tune the network that reads answers with their question (an hour and more). Afterwards: train."""
    from grading import examples, tuning

    try:
        made = tuning.tune(data, ROOT / "data" / "tuned", source, further=further)
    except examples.ExamplesInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(str(made.relative_to(ROOT)))


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
    by: Annotated[By | None, typer.Option(help="Also per group of answers")] = None,
    alpha: Annotated[float, typer.Option(min=0.0001, max=0.5, help="The bound on failing a right answer")] = 0.01,
) -> None:
    """Measure the trained grader on labelled answers that it has not seen."""
    from grading import evaluate as evaluation
    from grading import examples

    try:
        rows = examples.read_file(file, lang)
    except examples.ExamplesInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    ones = evaluation.evaluate(_grader(), rows, alpha=alpha)
    report, groups = evaluation.report(ones), evaluation.split(rows, ones, by) if by else {}
    if as_json:
        parts = {"by": {name: one.as_json() for name, one in groups.items()}} if by else {}
        typer.echo(json.dumps({**report.as_json(), **parts}, indent=1))
        return
    typer.echo(str(report))
    for name, one in groups.items():
        typer.echo(f"\n{name}\n{one}")


def _grader() -> Grader:
    from grading.artifact import ModelInvalid
    from grading.grader import load

    try:
        return load(Settings().models / "current")
    except ModelInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
