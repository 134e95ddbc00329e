"""The setting that names another sentence-transformers model, with a tiny one that is made here."""

import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.trainers import WordPieceTrainer

from api.settings import ROOT, Settings
from grading import artifact, examples
from grading.encoder import Encoder, fingerprint
from grading.examples import Labelled
from grading.export import content
from grading.grade import INTENTS, Grade, Language, Question
from grading.grader import load
from grading.train import train

LANGUAGES: tuple[Language, ...] = get_args(Language)
PARTS = ("training", "calibration")
ROWS = 400
"""Of each language, in each part."""
WIDTH = 32
ASKED = {
    "nl": Question("Klik je op een link in een mail van een onbekende?", "nl", "disapprove"),
    "en": Question("Do you click a link in a mail from a stranger?", "en", "disapprove"),
}
ANSWERS = {
    "nl": ("ik zou dat bericht liever aan de helpdesk melden", "dat hangt van de afzender af", "meestal wel"),
    "en": ("I would rather report that message", "that depends on who sent it", "most of the time"),
}


@dataclass(frozen=True)
class Made:
    """What was trained: the same answers, with two encoders one after the other."""

    data: Path
    models: Path
    encoders: tuple[Path, Path]
    ids: tuple[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("setting")
    models = folder / "models"
    for name in PARTS:
        rows = _sampled(name)
        (folder / name).mkdir()
        for source in {row.source for row in rows}:
            examples.write(folder / name / f"{source}.tsv", [row for row in rows if row.source == source])
    words = _wordpieces(examples.read(folder / "training"))
    encoders = (_encoder(folder / "first", words, seed=1), _encoder(folder / "second", words, seed=2))
    with pytest.MonkeyPatch.context() as patch:
        ids = tuple(_trained(patch, folder, models, encoder) for encoder in encoders)
    return Made(folder, models, encoders, (ids[0], ids[1]))


def _trained(patch: pytest.MonkeyPatch, data: Path, models: Path, encoder: Path) -> str:
    """As `wederhoor train` does it, with the encoder named in the environment."""
    patch.setenv("WEDERHOOR_ENCODER", str(encoder))
    return train(*(data / name for name in PARTS), models, Settings().encoder or None)


def _sampled(name: str) -> list[Labelled]:
    """From every file, as each has its own writers, and as many of each intent as there can be."""
    chosen: list[Labelled] = []
    rows = examples.read(ROOT / "data" / name)
    for language in LANGUAGES:
        for intent in INTENTS:
            own = [row for row in rows if (row.language, row.label) == (language, intent)]
            chosen += random.Random(0).sample(own, ROWS // len(INTENTS))
    return chosen


def _wordpieces(rows: list[Labelled]) -> dict[str, int]:
    """A few hundred pieces of the words in both languages."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = WordPieceTrainer(vocab_size=600, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([text for row in rows for text in (row.question, row.answer)], trainer)
    return dict(tokenizer.get_vocab())


def _encoder(folder: Path, words: dict[str, int], seed: int) -> Path:
    """A sentence-transformers model with random weights, saved."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(words), max_position_embeddings=128,
        hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=2, num_attention_heads=2,
    )  # fmt: skip
    bert = BertModel(config)
    with torch.no_grad():
        for weight in bert.parameters():
            if weight.ndim > 1:
                weight.mul_(10)  # as BERT begins, embeddings of different texts are almost the same
    parts = folder.parent / f"{folder.name}-bert"
    bert.save_pretrained(parts)
    BertTokenizer(vocab=words).save_pretrained(parts)
    model = SentenceTransformer(modules=[Transformer(str(parts)), Pooling(WIDTH, "mean")], device="cpu")
    model.save(str(folder))
    return folder


def _card(made: Made, place: int) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((made.models / made.ids[place] / artifact.CARD).read_text())
    return facts


def _grades(made: Made, place: int, language: Language) -> list[Grade]:
    return load(made.models / made.ids[place]).grade_all([(ASKED[language], one) for one in ANSWERS[language]])


def test_the_sample_is_as_intended(made: Made) -> None:
    for name in PARTS:
        for language in LANGUAGES:
            own = [row for row in examples.read(made.data / name) if row.language == language]
            assert len(own) == ROWS and {row.label for row in own} == set(INTENTS)
            assert len({row.source for row in own}) >= 4, "enough files that weighing keeps writers apart"


def test_the_card_names_the_encoder_for_both_languages(made: Made) -> None:
    for place, folder in enumerate(made.encoders):
        for language in LANGUAGES:
            known = _card(made, place)["encoders"][language]
            assert known["name"] == str(folder) and known["tuned_on"] is None
            assert known["sha256"] == fingerprint(made.models / "encoders" / known["folder"])


def test_other_weights_are_another_model(made: Made) -> None:
    assert len(set(made.ids)) == 2
    cards = [_card(made, place) for place in (0, 1)]
    assert cards[0]["data"] == cards[1]["data"] and cards[0]["inputs"] != cards[1]["inputs"]
    for language in LANGUAGES:
        first, second = (card["encoders"][language] for card in cards)
        assert first["sha256"] != second["sha256"] and first["folder"] != second["folder"]
    assert (made.models / "current").resolve().name == made.ids[1]


def test_any_changed_file_of_a_folder_is_another_encoder(made: Made, tmp_path: Path) -> None:
    folder = shutil.copytree(made.encoders[0], tmp_path / "encoder")
    known = content(str(folder))
    assert known == content(str(made.encoders[0])) and content("a name on a hub") == "a name on a hub"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        assert content(str(folder)) != known, path.name
        path.write_bytes(before)


def test_the_same_inputs_train_nothing(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(made.models.rglob("*"))
    times = [path.stat().st_mtime_ns for path in before]
    monkeypatch.setattr("grading.train._train", lambda *_: pytest.fail("it trained again"))
    assert _trained(monkeypatch, made.data, made.models, made.encoders[1]) == made.ids[1]
    assert sorted(made.models.rglob("*")) == before and [path.stat().st_mtime_ns for path in before] == times


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_grades_and_its_weights_matter(made: Made, language: Language) -> None:
    first, second = (_grades(made, place, language) for place in (0, 1))
    for place, grades in enumerate((first, second)):
        for grade in grades:
            assert grade.model_id == made.ids[place] and grade.evidence.stage == "model"
            assert set(grade.probabilities) == set(INTENTS)
            assert sum(grade.probabilities.values()) == pytest.approx(1, abs=0.001) and 0 < grade.p_value <= 1
    assert all(one.probabilities != other.probabilities for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_export_embeds_as_the_model_does(made: Made, language: Language) -> None:
    from sentence_transformers import SentenceTransformer

    known = _card(made, 0)["encoders"][language]
    texts = list(ANSWERS[language])
    exported = Encoder(made.models / "encoders" / known["folder"]).encode(texts)
    original = SentenceTransformer(str(made.encoders[0]), device="cpu").encode(texts, normalize_embeddings=True)
    likeness = exported @ np.asarray(original, dtype=np.float64).T
    assert exported.shape == (len(texts), WIDTH)
    assert np.diag(likeness).min() > 0.97, "int8 costs no more than this"
    assert np.array_equal(likeness.argmax(axis=1), np.arange(len(texts)))


def test_a_missing_encoder_is_refused(made: Made, tmp_path: Path) -> None:
    copied = shutil.copytree(made.models / made.ids[0], tmp_path / made.ids[0])
    with pytest.raises(artifact.ModelInvalid, match="the encoder is missing or was changed"):
        load(copied)
