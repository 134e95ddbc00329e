"""The trained grader: what it promises to those who call it."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.settings import ROOT, Settings
from grading import artifact, examples
from grading.artifact import ModelInvalid
from grading.encoder import Tuned, fingerprint
from grading.examples import ExamplesInvalid
from grading.fitting import learn
from grading.grade import INTENTS, Grader, Question
from grading.grader import ModelGrader, load
from grading.train import _whole, train

MODELS = Settings().models
ASKED = Question("Klik je op een link in een mail van een onbekende?", "nl", "disapprove")
ENGLISH = Question("Do you click a link in a mail from a stranger?", "en", "disapprove")


@pytest.fixture(scope="module")
def grader() -> Grader:
    return load(MODELS / "current")


def test_the_data_is_large_and_varied_enough() -> None:
    rows = examples.read(ROOT / "data" / "training")
    sizes = {language: sum(row.language == language for row in rows) for language in ("nl", "en")}
    assert sizes["nl"] >= 4000 and sizes["en"] >= 3000 and len({row.question for row in rows}) >= 300
    for language in ("nl", "en"):
        for label in ("approve", "disapprove"):
            assert sum((row.language, row.label) == (language, label) for row in rows) >= 99


@pytest.mark.parametrize("asked", [ASKED, ENGLISH], ids=["nl", "en"])
@pytest.mark.parametrize(
    "answer", ["nee, nooit", "no, never", "ja", "yes", "", "👎", "I'd phone the sender first", "x" * 5000]
)
def test_explaining_gives_the_same_decision(grader: Grader, asked: Question, answer: str) -> None:
    plain, explained = grader.grade(asked, answer), grader.explain(asked, answer)
    for name in ("intent", "outcome", "reason", "probabilities", "p_value", "alpha", "model_id"):
        assert getattr(plain, name) == getattr(explained, name)
    assert sum(plain.probabilities.values()) == pytest.approx(1, abs=0.001) and set(plain.probabilities) == set(INTENTS)
    assert 0 < plain.p_value <= 1


def test_evidence_names_words_and_neighbours(grader: Grader) -> None:
    answer = "liever niet, dat bericht gaat eerst naar de helpdesk"
    found = grader.explain(ASKED, answer).evidence
    assert found.stage == "model" and len(found.neighbours) == 3
    assert "niet" in found.words and all(word in answer for word in found.words)
    assert "helpdesk" not in repr(grader.grade(ASKED, "helpdesk")), "content stays out of logs"


def test_a_model_without_examples_to_look_up_explains_without_them(tmp_path: Path) -> None:
    known = load(MODELS / "current")
    before = ModelGrader(known.model_id, known.readers, {"nl": 0.9, "en": 0.9}, tmp_path)
    found = before.explain(ASKED, "liever niet, dat bericht gaat eerst naar de helpdesk").evidence
    assert found.neighbours == () and found.words


def test_a_language_that_nobody_reads_is_refused(grader: Grader) -> None:
    with pytest.raises(ValueError, match="fr"):
        grader.grade(Question("Permis?", "fr", "approve"), "oui")  # type: ignore[arg-type]


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1, 2])
def test_a_bound_that_is_none_is_refused(grader: Grader, alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        grader.grade(ASKED, "nee", alpha=alpha)


def test_a_stricter_bound_fails_nobody_extra(grader: Grader) -> None:
    answers = [row.answer for row in examples.read(ROOT / "data" / "training") if row.language == "nl"][:200]
    for answer in answers:
        if grader.grade(ASKED, answer, alpha=0.001).outcome == "not_passed":
            assert grader.grade(ASKED, answer, alpha=0.05).outcome == "not_passed"


def _milliseconds(*works: Callable[[], object]) -> list[list[float]]:
    """Of each its median of CPU time in this thread, in five rounds: machines get slower for a while."""
    rounds = []
    for _ in range(5):
        medians = []
        for work in works:
            taken = []
            for _ in range(40):
                began = time.thread_time()
                work()
                taken.append((time.thread_time() - began) * 1000)
            medians.append(statistics.median(taken))
        rounds.append(medians)
    return rounds


def test_grading_costs_little_more_than_the_bare_encoder(grader: Grader) -> None:
    card = json.loads((MODELS / "current" / artifact.CARD).read_text())
    network = Tuned(MODELS / "encoders" / card["encoders"]["en"]["folder"])
    answer = "I would first ask my manager what she thinks of that"
    dutch = "ik zou eerst even aan mijn leidinggevende vragen wat ze vindt"
    rounds = _milliseconds(
        lambda: network.logits([(ENGLISH.text, answer)]),
        lambda: grader.grade(ENGLISH, answer),
        lambda: grader.grade(ASKED, dutch),
    )
    # Of one round each: what is compared was measured within a second.
    assert min(english / bare for bare, english, _ in rounds) <= 1.5
    assert min(other / bare for bare, _, other in rounds) <= 2


def test_many_answers_are_graded_as_one_by_one(grader: Grader) -> None:
    rows = examples.read(ROOT / "data" / "training")[::600]
    pairs = [(Question(row.question, row.language, "approve"), row.answer) for row in rows]
    together = grader.grade_all(pairs)
    assert [grade.intent for grade in together] == [grader.grade(*pair).intent for pair in pairs]
    assert [grade.outcome for grade in together] == [grader.grade(*pair).outcome for pair in pairs]
    assert grader.grade_all([]) == []


def test_serving_needs_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from grading.grader import load; from grading.grade import Question;"
        f"g = load(Path({str(MODELS / 'current')!r})); g.explain(Question('Do you?', 'en', 'approve'), 'I might');"
        "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    source = (MODELS / "current").resolve()
    copied = tmp_path / source.name
    shutil.copytree(source, copied)
    (tmp_path / "encoders").symlink_to(MODELS / "encoders")
    assert load(copied).model_id == source.name
    with (copied / "nl.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelInvalid, match=r"nl\.json"):
        load(copied)
    with pytest.raises(ModelInvalid, match="run: wederhoor train"):
        load(tmp_path / "nothing")


def test_the_same_inputs_give_the_same_model(tmp_path: Path) -> None:
    rows, apart = (examples.of("nl", examples.read(ROOT / "data" / part))[::5] for part in ("training", "calibration"))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        learn(rows, apart, "nl", None)[0].save(tmp_path / name, "nl")
    for name in ("nl.npz", "nl.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_is_trained_when_nothing_changed() -> None:
    began = time.monotonic()
    data = ROOT / "data"
    again = train(data / "training", data / "calibration", MODELS, tuned=data / "tuned", gold=data / "gold")
    assert again == (MODELS / "current").resolve().name
    assert time.monotonic() - began < 2


def test_the_card_says_what_it_was_made_from() -> None:
    card = json.loads((MODELS / "current" / artifact.CARD).read_text())
    assert set(card["gold"]["figures"]) == {"nl", "en"} and set(card["by_question"]["nl"]) >= {
        "straight",
        "turned around",
    }
    assert (
        card["lineage"] == "base"
        and card["data"] != card["calibration"]
        and card["encoders"]["en"]["tuned_on"]
        and card["libraries"]["scikit-learn"]
    )
    assert set(card["held_out"]) == {"nl", "en"} and card["held_out"]["nl"]["wrongly_failed"]["total"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ":1: the columns"),
        ("a\tb\tc\td\n", ":1: the columns"),
        ("question\tanswer\tlabel\tlanguage\nq\ta\tapprove\n", ":2: 3 columns"),
        ("question\tanswer\tlabel\tlanguage\nq\ta\tyes\tnl\n", ":2: the label"),
        ("question\tanswer\tlabel\tlanguage\nq\ta\tapprove\tfr\n", ":2: the language"),
        ("question\tanswer\tlabel\tlanguage\n\ta\tapprove\tnl\n", ":2: there is no question"),
        (f"question\tanswer\tlabel\tlanguage\nq\t{'a' * 200_000}\tapprove\tnl\n", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_by_line(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "x.tsv").write_text(text)
    with pytest.raises(ExamplesInvalid, match=where):
        examples.read(tmp_path)


def test_a_file_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("question\tanswer\tlabel\tlanguage\r\nMag het?\tja\tapprove\tnl\r\n", "utf-8-sig")
    assert [row.answer for row in examples.read(tmp_path)] == ["ja"]


def test_a_damaged_network_makes_room_for_a_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    for name in ("model.onnx", "tokenizer.json", "encoder.json"):
        (folder / name).write_text(name)
    known = [{"folder": "network", "sha256": fingerprint(folder)}]
    assert _whole(tmp_path, known) and folder.exists()
    (folder / "model.onnx").write_text("damaged")
    assert not _whole(tmp_path, known) and not folder.exists()
    assert not _whole(tmp_path, known)


def test_no_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExamplesInvalid, match="no \\*"):
        examples.read(tmp_path)


def test_no_course_question_is_trained_on() -> None:
    """The demo's questions are new to the model, as those of a customer are."""
    from api.seeding import COURSES
    from learning import courses

    trained = {row.question for name in ("training", "calibration") for row in examples.read(ROOT / "data" / name)}
    for path in COURSES.glob("*.yaml"):
        for question in courses.read(path).questions():
            assert not trained & set(question.text.values())
