"""A person decides: learners' appeals against a decision, and answers of which the machine could not tell.

`states.py` says, without a database, which act is possible from which state. `filing.py` is the learner's side,
`queue.py` the reviewer's waiting line and claims, `ruling.py` the two rulings: one transaction in which the
decision, points and progress, what the employer sees and the learner's message change together. An appeal holds
no copy of the answer and no verdict of its own; when the answer goes, its texts go with it. `mailbox.py`,
`letters.py` and `posting.py` are mail to and from an organisation's own address.
"""
