"""The bot: a pure function from (text, state) to what to say and which act to carry out.

Rasa's NLU and rules decide; `domain.yml`, `data/rules.yml` and `data/nlu.yml` are ordinary Rasa files. What is not
ordinary: nothing is stored (`stores.py`), no action server is called (acts leave as custom payloads), the text of a
turn lives in `vault.py` until the turn ends, and `gate.py` sees to it that an answer is never taken for a command.
"""
