"""Courses, answers and what was decided about them.

A course (`courses.py`, from YAML) has lessons with questions. `answering.py` takes an answer: the grader reads
it outside any transaction, then one write overwrites the latest answer and its decision. There is one answer and
one decision per learner and question, and no other; points and progress are counted from them, never stored
(`progress.py`). `decisions.py` is the only place that writes a decision, the machine's or a person's.
`reports.py` is the employer's view. Of `grading` only the values and the `Grader` protocol are known here.
"""
