"""The first and the last component of the pipeline: the text comes in by reference, and leaves no trace."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from wederhoor_bot import gate, vault


class _Keepless(GraphComponent):
    """A component that learns and stores nothing. Rasa checks the graph by these annotations: leave none out."""

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> GraphComponent:
        return cls()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class RevealTurn(_Keepless):
    """Swaps the reference for the text, in the copy that the classifier reads; a leading `/` goes, so that Rasa's
    own handler of `/intent{...}` messages never sees one."""

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            reference = message.get(TEXT) or ""
            turn = vault.get(reference)
            message.data["turn_ref"] = reference if turn else None
            text = (turn.text if turn else reference) or ""
            message.set(TEXT, text.lstrip("/ \t\n") or " ")
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AnswerGate(_Keepless):
    """Decides what the classifier's guess may lead to, and hides the text again."""

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        for message in messages:
            reference = message.data.pop("turn_ref", None)
            turn = vault.get(reference)
            text = (turn.text if turn else message.get(TEXT)) or ""
            awaiting = turn.awaiting if turn else None
            guess = message.get(INTENT) or {}
            name = gate.decide(text, awaiting) or gate.weigh(
                guess.get("name"), guess.get("confidence") or 0.0, _known(message), awaiting
            )
            message.set(INTENT, {"name": name, "confidence": 1.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            message.set(ENTITIES, [], add_to_output=True)
            if reference:
                message.set(TEXT, reference)
                message.output_properties -= {"text_tokens"}
        return messages


def _known(message: Message) -> float:
    """The share of the words seen in training: rows with a count in the word-level count matrix."""
    counts = next((one.features for one in message.features if one.attribute == TEXT and one.type == "sequence"), None)
    return float((counts.getnnz(axis=1) > 0).mean()) if counts is not None and counts.shape[0] else 0.0
