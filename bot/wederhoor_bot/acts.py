"""The acts that the api carries out. Each turn leads to exactly one of them."""

ACTS = frozenset(
    "start answer choose appeal file_appeal file_without_statement again confirm_again ask_reset reset keep repeat"
    " stop status language next privacy help ask_meaning hint".split()
)
COMMANDS = frozenset(
    "start appeal again repeat stop help privacy language reset status skip next affirm deny".split()
)
AWAITING = frozenset({"answer", "choice", "appeal_statement", "confirm_reset", "confirm_again"})
LANGUAGES = frozenset({"nl", "en"})
