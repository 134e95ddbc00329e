"""The baseline's only action: it says back what was said."""

from rasa_sdk import Action


class Echo(Action):
    def name(self):
        return "action_echo"

    def run(self, dispatcher, tracker, domain):  # noqa: ARG002
        dispatcher.utter_message(text=tracker.latest_message.get("text"))
        return []
