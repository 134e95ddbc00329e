"""Trains the readers of both languages and publishes them as one model."""

import datetime as dt
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from grading import artifact, examples
from grading.artifact import ModelInvalid
from grading.grade import Language


def train(training: Path, models: Path, encoder: str | None = None) -> str:
    """The id of the current model, made from the `*.tsv` in `training`; trains only when something has changed.

    `encoder` is a sentence-transformers name or folder, None for the MiniLM that comes with the environment. Raises
    `ExamplesInvalid` when the data cannot be used.
    """
    rows = examples.read(training)
    wanted = artifact.inputs(examples.fingerprint(training), encoder)
    try:
        model_id, facts = artifact.card(models / "current")
        if facts["inputs"] == wanted and (models / "encoders" / facts["encoder"]["folder"]).exists():
            return model_id
    except ModelInvalid:
        pass
    return _train(rows, models, encoder, wanted, examples.fingerprint(training))


def _train(rows: list[examples.Labelled], models: Path, encoder: str | None, wanted: str, data: str) -> str:
    from grading.encoder import Encoder, fingerprint
    from grading.evaluate import held_out, pass_threshold
    from grading.export import export
    from grading.reader import learn

    print("training the grader (about half a minute)", flush=True)
    folder = export(encoder, models / "encoders")
    loaded = Encoder(folder)
    # MiniLM reads English only; for Dutch its embeddings are noise. Another encoder is taken to know both.
    reads: list[Language] = ["en"] if encoder is None else ["nl", "en"]
    facts: dict[str, object] = {
        "inputs": wanted,
        "data": data,
        "lineage": "base",
        "trained_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "libraries": {name: version(name) for name in artifact.LIBRARIES},
        "encoder": {"folder": folder.name, "name": loaded.name, "sha256": fingerprint(folder), "languages": reads},
    }
    pass_at, measured = {}, {}
    with tempfile.TemporaryDirectory(dir=models) as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        for language in get_args(Language):
            own = [row for row in rows if row.language == language]
            reader, held = learn(own, language, loaded if language in reads else None)
            reader.save(made, language)
            pass_at[language] = pass_threshold(held)
            measured[language] = held_out(held, reader.expected, pass_at[language]).as_json()
        examples.write(made / "examples.tsv", rows)
        model_id = artifact.seal(made, {**facts, "pass_at": pass_at, "held_out": measured})
        if not (models / model_id).exists():
            made.rename(models / model_id)
    artifact.publish(models, model_id)
    return model_id
