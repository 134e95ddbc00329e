"""What may be done with personal data, decided in one place each.

`consent.py`: has this learner agreed, by an act, to this version of the policy? `legal_basis.py`: or begun on another
ground that their organisation recorded? `agreements.py`: what may the employer see beyond answers to flagged questions
(nothing, unless it is written down)? `looks.py`: who looked at whose answer, and when, for the learner to read.
Learning asks here before it grades; nothing here knows what a question is.
"""
