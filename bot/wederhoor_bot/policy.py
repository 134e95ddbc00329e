"""Rasa's RulePolicy, whose answer is remembered per situation: with one turn at a time there are a few hundred."""

from __future__ import annotations

import copy
from typing import Any, Dict, Optional, Text, Tuple

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

MOST_SITUATIONS = 2000


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TurnRulePolicy(RulePolicy):
    """The prediction depends on intent, previous action and the slots that count; on nothing else."""

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[Text, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        memo: Dict[Tuple[Any, ...], PolicyPrediction] = self.__dict__.setdefault("_memo", {})
        key = _situation(tracker, domain)
        found = memo.get(key)
        if found is None:
            found = super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
            if len(memo) < MOST_SITUATIONS:
                memo[key] = found
        # The ensemble changes what it is given.
        given = copy.copy(found)
        given.events, given.optional_events = list(found.events), list(found.optional_events)
        given.probabilities = list(found.probabilities)
        return given


def _situation(tracker: DialogueStateTracker, domain: Domain) -> Tuple[Any, ...]:
    intent = tracker.latest_message.intent.get("name") if tracker.latest_message else None
    said = sum(1 for event in tracker.events if event.type_name == "user")
    slots = tuple(tuple(slot.as_feature()) for slot in tracker.slots.values() if slot.influence_conversation)
    return (id(domain), said, tracker.latest_action_name, intent, slots)
