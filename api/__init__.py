"""The edge: HTTP, pages, the command line and the processes. Everything else is called from here.

`conversation.py` is one turn of a learner: who, where they stand, ask the bot, carry out its act, reply. `acts.py`
has one function per act of the bot. `routes/` is the JSON API, `pages/` are the pages of staff,
`cli.py` the `wederhoor` command, `supervisor.py` keeps the processes running. Settings are read once
(`settings.py`) and turned into the objects that the routes need (`wiring.py`).
"""
