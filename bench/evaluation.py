"""`python -m bench.evaluation`: docs/evaluation.md and its pictures, from the current model and the gold set.

Nothing in them depends on when or where it is run: the same model and data give the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from api.settings import ROOT, Settings
from bench import charts
from bench.charts import Point
from grading import artifact, examples
from grading.evaluate import BINS, GROUPS, POLAR, One, Polar, Share, evaluate, report, split
from grading.examples import Labelled
from grading.grade import INTENTS, Grade, Grader, Language, Question
from grading.grader import load

GOLD = ROOT / "data" / "gold"
PROBES = ROOT / "tests" / "grading" / "probes.tsv"
PAGE = ROOT / "docs" / "evaluation.md"
PICTURES = ROOT / "docs" / "pictures"
NAMES: dict[Language, str] = {"nl": "Dutch", "en": "English"}
SERVED = 0.01
"""The error rate that grades are given under."""
ALPHAS = (0.001, 0.002, 0.005, SERVED, 0.02, 0.03, 0.05, 0.075, 0.1)
SURE = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.0)
GALLERY = 12
"""Wrong readings shown per language."""
SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\|*_`<>[]#~"} | {"\n": " ", "\r": " ", "\t": " "})
"""What Markdown would take for its own."""
MEANINGS = {
    "accuracy": "read as labelled, four ways",
    "opposite rate": "a yes read as a no, or the reverse, of the polar answers",
    "wrongly failed": f"not passed although the answer has the expected intent; the bound is {SERVED:.0%}",
    "passed": "passed when the answer has the expected intent",
    "wrongly passed": "passed although the answer has the opposite intent",
    "failed": "not passed when the answer has the opposite intent",
    "undecided": "left to a person, of the polar answers under both expectations",
    "decided": "the rest of them",
    "vague failed": "not passed, of the unsure and empty answers under both expectations",
    "vague passed": "passed, of the same",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The gold answers of one language and how they were read."""

    language: Language
    rows: list[Labelled]
    ones: list[One]
    grades: dict[Polar, list[Grade]]
    """Under each expectation, at the largest of `ALPHAS`."""


def measured(grader: Grader, rows: Sequence[Labelled], language: Language) -> Measured:
    """Grades the answers of one language."""
    own = [row for row in rows if row.language == language]
    pairs = [(Question(row.question, language, wanted), row.answer) for row in own for wanted in POLAR]
    found = grader.grade_all(pairs, alpha=ALPHAS[-1])
    grades = {wanted: found[place :: len(POLAR)] for place, wanted in enumerate(POLAR)}
    return Measured(language, own, evaluate(grader, own, alpha=SERVED), grades)


def by_sureness(ones: Sequence[One]) -> list[tuple[str, float | None, Share]]:
    """Per tenth of sureness: its name, the mean sureness in it (None of nothing), and the share read right."""
    found = []
    for place in range(BINS):
        inside = [one for one in ones if min(int(one.sureness * BINS), BINS - 1) == place]
        mean = sum(one.sureness for one in inside) / len(inside) if inside else None
        right = sum(one.read == one.label for one in inside)
        found.append((f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}", mean, Share(right, len(inside))))
    return found


def by_alpha(one: Measured) -> list[tuple[float, Share, Share]]:
    """Per alpha the shares of polar answers decided (of both expectations) and wrongly failed.

    Passing does not depend on alpha; who fails at the largest alpha fails at a smaller one if the p-value is as small.
    """
    polar = [place for place, row in enumerate(one.rows) if row.label in POLAR]
    found = []
    for alpha in ALPHAS:
        decided = failed = 0
        for place in polar:
            for wanted in POLAR:
                grade = one.grades[wanted][place]
                fails = grade.outcome == "not_passed" and grade.p_value <= alpha
                decided += fails or grade.outcome == "passed"
                failed += fails and one.rows[place].label == wanted
        found.append((alpha, Share(decided, 2 * len(polar)), Share(failed, len(polar))))
    return found


def by_least_sureness(ones: Sequence[One]) -> list[tuple[float, Share, Share]]:
    """Per least sureness the share of answers read as surely, and the share of those read wrong."""
    found = []
    for least in SURE:
        kept = [one for one in ones if one.sureness >= least]
        found.append((least, Share(len(kept), len(ones)), Share(sum(o.read != o.label for o in kept), len(kept))))
    return found


def table(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table of plain cells."""
    names = [str(name) for name in header]
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def pictures(one: Measured) -> dict[str, str]:
    """The two pictures of a language, by the name of their file."""
    name = NAMES[one.language]
    bins = [(mean, share) for _, mean, share in by_sureness(one.ones) if mean is not None]
    reliability = charts.Panel(
        "sureness of the reading", "share read right", [Point.of(mean, share, str(share.total)) for mean, share in bins]
    )
    marked = {SERVED, ALPHAS[-1]}
    failed = charts.Panel(
        "polar answers decided", "right answers failed",
        [Point.of(done.value or 0, wrong, f"{a:g}" if a in marked else "") for a, done, wrong in by_alpha(one)],
        line=True,
    )  # fmt: skip
    read = charts.Panel(
        "answers read at least so surely", "of these read wrong",
        [Point.of(kept.value or 0, wrong, f"{at:g}") for at, kept, wrong in by_least_sureness(one.ones) if kept.count],
        line=True,
    )  # fmt: skip
    return {
        f"reliability-{one.language}.svg": charts.picture(
            f"{name}: how often readings are right, by how sure they are",
            "Ten bins with 95 % intervals and the number of answers; on the diagonal sureness is share right.",
            [reliability.drawn(diagonal=True)],
        ),
        f"risk-coverage-{one.language}.svg": charts.picture(
            f"{name}: what more decisions cost in errors",
            "Left by alpha from 0.001 to 0.1, right by least sureness, with 95 % intervals.",
            [failed.drawn(), read.drawn(1)],
        ),
    }


def figures(both: Sequence[Measured]) -> str:
    """All the figures of both languages, and what they mean."""
    reports = [report(one.ones) for one in both]
    rows = [[name, *(one.shares[name] for one in reports)] for name in reports[0].shares]
    rows += [[f"F1 {intent}", *(f"{one.f1[intent]:.3f}" for one in reports)] for intent in INTENTS]
    rows.append(["expected calibration error", *(f"{one.ece:.3f}" for one in reports)])
    meanings = "\n".join(f"- *{name}*: {meaning}." for name, meaning in MEANINGS.items())
    return f"{table(['', *(f'{NAMES[m.language]}, {len(m.rows)}' for m in both)], rows)}\n\n{meanings}"


def curves(one: Measured) -> str:
    """The pictures of a language with their numbers."""
    name = NAMES[one.language]
    bins = [[at, r.total, "-" if mean is None else f"{mean:.3f}", r] for at, mean, r in by_sureness(one.ones)]
    alphas = [[f"{alpha:g}", decided, wrong] for alpha, decided, wrong in by_alpha(one)]
    sure = [[f"{least:g}", kept, wrong] for least, kept, wrong in by_least_sureness(one.ones)]
    return "\n\n".join(
        [
            f"### {name}",
            f"![Reliability, {name}: the share read right by sureness](pictures/reliability-{one.language}.svg)",
            table(["sureness", "answers", "mean sureness", "read right"], bins),
            f"![Risk and coverage, {name}](pictures/risk-coverage-{one.language}.svg)",
            table(["alpha", "polar answers decided", "right answers failed"], alphas),
            table(["sureness at least", "answers", "of these read wrong"], sure),
        ]
    )


def confusion(one: Measured) -> str:
    """Labels against readings."""
    rows = [
        [f"**{label}**", *(sum(o.label == label and o.read == read for o in one.ones) for read in INTENTS)]
        for label in INTENTS
    ]
    return f"### {NAMES[one.language]}\n\n{table(['labelled, read as', *INTENTS], rows)}"


def groups(one: Measured) -> str:
    """Figures per group of answers, and by the stage that settled the reading."""
    found = {f"{by}: {name}": each for by in GROUPS for name, each in split(one.rows, one.ones, by).items()}
    stages = [grade.evidence.stage for grade in one.grades["approve"]]
    for stage in sorted(set(stages)):
        found[f"read by a {stage}" if stage != "model" else "read by the model"] = report(
            [each for each, own in zip(one.ones, stages, strict=True) if own == stage]
        )
    names = ("accuracy", "opposite rate", "wrongly failed", "wrongly passed")
    rows = [[group, each.n, *(each.shares[name] for name in names)] for group, each in found.items()]
    return f"### {NAMES[one.language]}\n\n{table(['group', 'answers', *names], rows)}"


def gallery(one: Measured) -> str:
    """Wrong readings, the surest first."""
    wrong = [place for place, each in enumerate(one.ones) if each.read != each.label]
    wrong.sort(key=lambda place: (-one.ones[place].sureness, place))
    rows = []
    for place in wrong[:GALLERY]:
        row, each = one.rows[place], one.ones[place]
        reason = one.grades["approve"][place].reason
        said = (row.question.translate(SPECIAL), row.answer.translate(SPECIAL))
        rows.append([*said, each.label, each.read, f"{each.sureness:.2f}", reason])
    shown = table(["question", "answer", "label", "read", "probability", "reason"], rows)
    return f"### {NAMES[one.language]}, {len(rows)} of {len(wrong)}\n\n{shown}"


def failures(both: Sequence[Measured], grader: Grader, card: dict[str, Any]) -> str:
    """What is known to go wrong: groups that are read worse, bounds that do not hold, probes decided wrongly."""
    lines = ["- The answers are synthetic and labelled by one kind of author: how learners differ is not measured."]
    for one in both:
        value = report(one.ones).shares["accuracy"].value or 0
        for by in GROUPS:
            for name, each in split(one.rows, one.ones, by).items():
                if (share := each.shares["accuracy"]).interval[1] < value:
                    lines.append(f"- {NAMES[one.language]}, {by} {name}: read worse than the rest, {share} right.")
    for language, kinds in card["by_question"].items():
        for kind, each in kinds.items():
            share = Share(each["wrongly_failed"]["count"], each["wrongly_failed"]["total"])
            if share.interval[0] > SERVED:
                lines.append(
                    f"- {NAMES[language]}, questions {kind}: of the answers that calibrate {share} are wrongly failed;"
                    f" the bound of {SERVED:.0%} holds over all questions together, not for this kind."
                )
    return "\n".join([*lines, "", *_probes(grader)])


def _probes(grader: Grader) -> list[str]:
    """Answers made to break the grader, with what they may become and what became of them."""
    wrong, lines = [], PROBES.read_text("utf-8").splitlines()[1:]
    for line in lines:
        question, answer, language, expected, allowed, kind = line.split("\t")
        asked = Question(question, cast("Language", language), cast("Polar", expected))
        outcome = grader.grade(asked, answer, alpha=SERVED).outcome
        if outcome not in allowed.split("|"):
            said = (question.translate(SPECIAL), answer.translate(SPECIAL))
            wrong.append([*said, expected, allowed.replace("|", " or "), outcome, kind.replace("_", " ")])
    header = ["question", "answer", "expected", "should be", "became", "kind"]
    told = f"Of {len(lines)} answers made to break the grader (`tests/grading/probes.tsv`) {len(wrong)} end wrongly"
    return [f"{told}:", "", table(header, wrong)] if wrong else [f"{told}."]


def page(both: Sequence[Measured], grader: Grader, models: Path) -> str:
    """The whole page."""
    _, card = artifact.card(models / "current")
    trained = len(examples.read_file(models / "current" / "examples.tsv"))
    calibrated = sum(one["n"] for one in card["held_out"].values())
    intro = (
        "Made by `python -m bench.evaluation`: do not edit. Nothing was trained on the gold set; whoever has read the"
        " wrong readings below writes no training data for them. Shares are given with counts and 95 % intervals"
        " (Clopper-Pearson, as if answers to one question were independent). Each polar answer is taken twice: with its"
        " own intent expected, and with the opposite one."
    )
    made_of = [
        ["model", f"`{grader.model_id}`"],
        ["learned from", f"{trained} answers, sha256 `{card['data']}`"],
        ["calibrated on", f"{calibrated} answers, sha256 `{card['calibration']}`"],
        ["gold set", f"{sum(len(one.rows) for one in both)} answers, sha256 `{examples.fingerprint(GOLD)}`"],
    ]
    parts = {
        "Figures": [figures(both)],
        "Sureness, risk and coverage": [curves(one) for one in both],
        "What is read as what": [confusion(one) for one in both],
        "By group": [groups(one) for one in both],
        "Wrong readings, the surest first": [gallery(one) for one in both],
        "Known failures": [failures(both, grader, card)],
    }
    body = "\n\n".join("\n\n".join([f"## {name}", *texts]) for name, texts in parts.items())
    return f"# Evaluation\n\n{intro}\n\n{table(['', ''], made_of)}\n\n{body}\n"


def main() -> None:
    """Writes the page and its pictures."""
    models = Settings().models
    grader, rows = load(models / "current"), examples.read(GOLD)
    both = [measured(grader, rows, language) for language in get_args(Language)]
    for one in both:
        for name, drawn in pictures(one).items():
            (PICTURES / name).write_text(drawn, "utf-8")
    PAGE.write_text(page(both, grader, models), "utf-8")
    print(f"docs/evaluation.md: model {grader.model_id}")


if __name__ == "__main__":
    main()
