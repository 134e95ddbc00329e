"""Trains the readers of both languages and publishes them as one model."""

import datetime as dt
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

from grading import artifact, examples, export, nearest, tuning
from grading import encoder as encoders
from grading.artifact import ModelInvalid
from grading.examples import ExamplesInvalid, Labelled
from grading.grade import BASE, Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
TOLERANCE = 0.01
"""So much less may a new model read right on the gold set: chance alone moves the figure by as much."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Worse(Exception):
    """The new model does worse on the gold set than the one that it would replace; the message says by how much."""


def train(
    training: Path,
    calibration: Path,
    models: Path,
    encoder: str | None = None,
    *,
    tuned: Path | None = None,
    gold: Path | None = None,
    even_if_worse: bool = False,
) -> str:
    """The id of the current model; trains only when something has changed.

    Its heads learn from the `*.tsv` in `training`; those in `calibration` weigh and calibrate. `encoder` is a
    sentence-transformers name or folder; it then reads both languages. Without one the tuned network in the folder
    `tuned` reads (see `grading.tuning`), and where there is none the heads read alone. `gold` is a folder of labelled
    answers that nothing was trained on. Raises `ExamplesInvalid` when the data cannot be used, as when the network was
    tuned on what would calibrate, and `Worse` when the model that would be replaced is better on `gold`.
    """
    data = {"data": examples.fingerprint(training), "calibration": examples.fingerprint(calibration)}
    pairs = None if encoder or tuned is None else tuning.find(tuned)
    read_by = encoder and export.content(encoder)
    wanted = artifact.inputs(data, read_by, pairs.digest if pairs else "")
    before: dict[str, Any] = {}
    try:
        model_id, before = artifact.card(models / "current")
        if before.get("inputs") == wanted and _whole(models / "encoders", before["encoders"].values()):
            return model_id
    except ModelInvalid:
        pass
    rows, apart = examples.read(training), examples.read(calibration)
    if seen := {row.source for row in apart} & set(pairs.sources if pairs else ()):
        raise ExamplesInvalid(f"{calibration}: the network was tuned on {', '.join(sorted(seen))}")
    made, facts = _train(rows, apart, models, _source(models, encoder, pairs), {"inputs": wanted} | data, gold)
    if not even_if_worse:
        compare(before.get("gold"), facts["gold"])
    artifact.publish(models, made)
    return made


def compare(before: dict[str, Any] | None, now: dict[str, Any] | None) -> None:
    """Raises `Worse`. Models that were measured on other gold sets cannot be compared."""
    if before is None or now is None or before["data"] != now["data"]:
        return
    for language, figures in now["figures"].items():
        old, new = before["figures"][language]["accuracy"]["value"], figures["accuracy"]["value"]
        if old is not None and new is not None and new < old - TOLERANCE:
            raise Worse(f"{language}: reads {new:.1%} of the gold set right; the current model reads {old:.1%}")


def _whole(encoders_: Path, known: Iterable[dict[str, Any]]) -> bool:
    """Are the networks as the card has them? One that was damaged makes room to be exported anew."""
    whole = True
    for one in known:
        folder = encoders_ / one["folder"]
        try:
            same = encoders.fingerprint(folder) == one["sha256"]
        except OSError:
            same = False
        if not same:
            shutil.rmtree(folder, ignore_errors=True)
            whole = False
    return whole


@dataclass(frozen=True)
class Source:
    """The network that reads beside the heads: a folder of `models/encoders`."""

    folder: Path
    tuned_on: tuple[str, ...] | None
    """Files of training data that it was tuned on; None for an encoder that was not tuned."""

    def facts(self) -> dict[str, Any]:
        """For the model card."""
        network = encoders.Network(self.folder)
        known = {"folder": self.folder.name, "name": network.name, "sha256": encoders.fingerprint(self.folder)}
        return known | {"tuned_on": None if self.tuned_on is None else list(self.tuned_on)}


def _source(models: Path, encoder: str | None, pairs: tuning.Tuning | None) -> Source | None:
    if encoder:
        return Source(export.export(encoder, models / "encoders"), None)
    return Source(export.export_tuned(pairs.path, models / "encoders"), pairs.sources) if pairs else None


def _train(
    rows: list[Labelled],
    apart: list[Labelled],
    models: Path,
    source: Source | None,
    known: dict[str, Any],
    gold: Path | None,
) -> tuple[str, dict[str, Any]]:
    from grading.grader import build

    print("training the grader (some three minutes)", flush=True)
    facts = known | {
        "lineage": BASE,
        "trained_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "libraries": {name: version(name) for name in artifact.LIBRARIES},
        "encoders": {one: source.facts() for one in LANGUAGES if source},
    }
    with artifact.making(models) as made:
        with _process_each(len(LANGUAGES)) as pool:
            tasks = [
                pool.submit(_learn, examples.of(one, rows), examples.of(one, apart), one, source, made)
                for one in LANGUAGES
            ]
            found = {one: task.result() for one, task in zip(LANGUAGES, tasks, strict=True)}
        nearest.write(made, rows)
        facts |= {key: {one: found[one][key] for one in LANGUAGES} for key in ("pass_at", "held_out", "by_question")}
        facts["gold"] = _on_gold(build(made, models / "encoders", "", facts), gold) if gold else None
        model_id = artifact.seal(made, facts)
        artifact.settle(made, models / model_id)
    return model_id, facts


def _learn(
    rows: list[Labelled], apart: list[Labelled], language: Language, source: Source | None, made: Path
) -> dict[str, Any]:
    """One language, in a process of its own: the reader is saved, the figures come back."""
    from grading.evaluate import held_out, pass_threshold, report, split
    from grading.fitting import learn

    encoder = encoders.Encoder(source.folder) if source and source.tuned_on is None else None
    tuned = encoders.Tuned(source.folder) if source and source.tuned_on is not None else None
    reader, held = learn(rows, apart, language, encoder, tuned)
    reader.save(made, language)
    pass_at = pass_threshold(held)
    ones = held_out(held, reader.expected, pass_at)
    by_question = {name: one.as_json() for name, one in split(held.rows, ones, "question").items()}
    return {"pass_at": pass_at, "held_out": report(ones).as_json(), "by_question": by_question}


def _on_gold(grader: Any, gold: Path) -> dict[str, Any]:
    from grading.evaluate import evaluate, report

    rows = examples.read(gold)
    figures = {one: report(evaluate(grader, examples.of(one, rows))).as_json() for one in LANGUAGES}
    return {"data": examples.fingerprint(gold), "figures": figures}


@contextmanager
def _process_each(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes with one thread each: more would only get in each other's way, and change the last bits."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
