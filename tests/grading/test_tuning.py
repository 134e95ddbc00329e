"""Tuning: what is kept gives the network back, and more files can be added to it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from api.settings import ROOT, Settings
from grading import artifact, e5, examples, pieces, tuning
from grading.encoder import Tuned
from grading.examples import ExamplesInvalid, Labelled
from grading.export import stepwise
from grading.train import train
from grading.tuning import Texts, packed

FEW = 24
"""Answers in each file: a step of tuning."""


@pytest.fixture
def training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    rows = examples.read(ROOT / "data" / "training")
    for number, name in enumerate(("first", "second")):
        examples.write(folder / f"{name}.tsv", rows[number::3000][:FEW])
    return folder


def _facts(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    return found


def _logits(network: Any, rows: list[Labelled]) -> Any:
    import torch

    network.eval()
    with torch.no_grad():
        return network(tuning.packed(tuning.encoded(network.base, rows), list(range(len(rows)))))


def test_what_is_kept_gives_the_network_back(training: Path, tmp_path: Path) -> None:
    import torch

    torch.manual_seed(0)
    rows = examples.read(training)
    network = tuning.pairs(tuning.packaged(rows))
    before = _logits(network, rows)
    with torch.no_grad():
        for layer in network.bert.encoder.layer[::4]:
            weight = layer.output.dense.weight
            weight += 0.03 * torch.randn(weight.shape)
            layer.output.dense.bias += 0.1
    path = tuning.keep(network, {"first"}, tmp_path / "tuned")
    after, again = _logits(network, rows), _logits(tuning.build(path), rows)
    assert (again - after).abs().mean() < 0.3 * (after - before).abs().mean(), "3 bits cost no more"


def test_a_question_that_was_read_once_serves_each_of_its_answers(training: Path) -> None:
    import torch

    rows = examples.read(training)[:6]
    rows += [Labelled(rows[0].question, "ja hoor", "approve", "nl", "first")]
    network = tuning.pairs(tuning.packaged(rows)).eval()
    step, tokenizer = stepwise(network), network.base.tokenizer
    with torch.no_grad():
        for row, together in zip(rows, _logits(network, rows), strict=True):
            _, past = step(torch.tensor(pieces.asked(tokenizer, row.question)), step.nothing)
            alone, _ = step(torch.tensor(pieces.said(tokenizer, row.answer)), past)
            assert torch.allclose(alone, together, atol=2e-3), "the question is kept in half precision"
            said = pieces.said(tokenizer, row.answer)
            by_itself = network(packed(Texts([[]], [said], [0]), [0]))[0]
            assert torch.allclose(step(torch.tensor(said), step.nothing)[0], by_itself, atol=1e-5)


def test_a_network_of_before_that_takes_single_precision_reads_the_same(tmp_path: Path) -> None:
    models = Settings().models
    (_, card) = artifact.card(models / "current")
    now = models / "encoders" / card["encoders"]["nl"]["folder"]
    shutil.copytree(now, tmp_path / "before")
    model = onnx.load(now / "model.onnx")
    (_, past), (_, present), nodes = model.graph.input, model.graph.output, model.graph.node
    for node in nodes:
        node.input[:] = ["half" if name == "past" else name for name in node.input]
        node.output[:] = ["halved" if name == "present" else name for name in node.output]
    nodes.insert(0, onnx.helper.make_node("Cast", ["past"], ["half"], to=onnx.TensorProto.FLOAT16))
    nodes.append(onnx.helper.make_node("Cast", ["halved"], ["present"], to=onnx.TensorProto.FLOAT))
    past.type.tensor_type.elem_type = present.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    onnx.save(model, tmp_path / "before" / "model.onnx")
    pairs = [("Doe je dat?", "nee, liever niet"), ("Doe je dat?", "ja hoor"), ("Mag het?", "dat hangt ervan af")]
    assert np.array_equal(Tuned(tmp_path / "before").logits(pairs), Tuned(now).logits(pairs))


def test_of_long_texts_what_asks_and_what_comes_first_is_read() -> None:
    tokenizer, long, room = e5.Model(e5.packaged()).tokenizer, "een twee" + " een twee" * 50, pieces.MOST - 2
    rest, asks, stands = (tokenizer.encode(text).ids[1:-1] for text in (long, "doe je dat?", "ja dat doe ik"))
    asked, said = pieces.asked(tokenizer, f"{long} doe je dat?"), pieces.said(tokenizer, f"ja dat doe ik {long}")
    assert asked == [e5.BEGIN, *[*rest, *asks][-room:], e5.END]
    assert said == [e5.END, *[*stands, *rest][:room], e5.END]


def test_the_pieces_are_those_of_dutch_and_english() -> None:
    known = tuning.find(ROOT / "data" / "tuned")
    assert known
    base = tuning.build(known.path).base
    assert len(base.kept) < 40_000
    tokenizer = base.tokenizer
    for text in ("Vindt u dat verantwoord?", "Ik weiger ’t, naïef of niet: €5 👍", "I'd rather not, sorry 😬"):
        assert e5.UNKNOWN not in tokenizer.encode(text).ids
    assert tokenizer.encode("natuurlijk").tokens == ["<s>", "▁natuurlijk", "</s>"]
    assert e5.UNKNOWN in tokenizer.encode("привет").ids


def test_more_files_are_added_to_a_tuning(training: Path, tmp_path: Path) -> None:
    path = tuning.tune(training, tmp_path / "tuned", ["first"])
    assert _facts(path)["sources"] == ["first"]
    known = tuning.find(tmp_path / "tuned")
    tuning.tune(training, tmp_path / "tuned", ["first", "second"], further=True)
    more = tuning.find(tmp_path / "tuned")
    assert known and more and more.sources == ("first", "second") and more.digest != known.digest


def test_what_was_learned_from_is_remembered_where_it_went_elsewhere(training: Path, tmp_path: Path) -> None:
    tuned = tmp_path / "tuned"
    tuning.tune(training, tuned, ["first"])
    (training / "first.tsv").rename(tmp_path / "first.tsv")
    tuning.tune(training, tuned, ["second"], further=True)
    more = tuning.find(tuned)
    assert more and more.sources == ("first", "second")
    path = more.path.with_suffix(".json")
    path.write_text(path.read_text().replace('"first"', '"other"'))
    changed = tuning.find(tuned)
    assert changed and changed.digest != more.digest, "who calibrates on what was learned from is stopped by this list"


def test_without_answers_or_a_tuning_nothing_is_tuned(training: Path, tmp_path: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="no answers to tune on"):
        tuning.tune(training, tmp_path / "tuned")
    with pytest.raises(ExamplesInvalid, match="no answers in third"):
        tuning.tune(training, tmp_path / "tuned", ["first", "third"])
    with pytest.raises(ExamplesInvalid, match="nothing to go on from"):
        tuning.tune(training, tmp_path / "tuned", ["second"], further=True)
    assert not (tmp_path / "tuned").exists()


def test_a_network_that_has_seen_what_calibrates_is_refused(training: Path, tmp_path: Path) -> None:
    calibration, tuned = tmp_path / "calibration", tmp_path / "tuned"
    for folder in (calibration, tuned):
        folder.mkdir()
    (training / "second.tsv").rename(calibration / "second.tsv")
    (tuned / tuning.FILE).write_bytes(b"")
    (tuned / tuning.FILE).with_suffix(".json").write_text(json.dumps({"sources": ["first", "second"]}))
    with pytest.raises(ExamplesInvalid, match="tuned on second"):
        train(training, calibration, tmp_path / "models", tuned=tuned)
