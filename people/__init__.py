"""Who takes part: organisations (in the interface: the employer), their members and their learners.

A learner comes in with a token that the organisation's own site signs (`tokens.py`); we know an opaque id and
nothing else. A member signs in with e-mail and password (`signing_in.py`). `actors.py` is what the rest of the
program hands around once somebody is known. Who someone is lives apart from what was decided, because the
first may be erased where the second has to stay.
"""
