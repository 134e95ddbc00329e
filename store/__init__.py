"""The ground floor: one PostgreSQL database, and the few rules that hold for every table in it.

`store.py` opens transactions (`read`, `write`) with the organisation set, so that row-level security shows
nothing of others. `base.py` is the declarative base, `personal.py` the vocabulary in which each table states
whose data it holds, `vault.py` encrypts what learners and reviewers write, `journal.py` records what happened
without ever saying what was said, `embedded.py` starts the bundled PostgreSQL. Nothing here knows what a
learner or a course is, and nobody outside this package commits.
"""
