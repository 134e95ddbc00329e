"""The pieces that the tuned network reads: a question, and what was said to it."""

from tokenizers import Tokenizer

from grading.rules import LONGEST

MOST = 64
"""Of a question, or of an answer; a longer question is read from its end, where it asks."""
Tokens = list[int]


def asked(tokenizer: Tokenizer, question: str) -> Tokens:
    """Of a question, between the sign of the beginning and that of the end."""
    begin, *found, end = tokenizer.encode_batch([question])[0].ids
    return [begin, *found[2 - MOST :], end]


def said(tokenizer: Tokenizer, answer: str) -> Tokens:
    """Of an answer, which follows a question: so it begins with the sign of an end. Reads 600 characters of it."""
    _, *found, end = tokenizer.encode_batch([answer[:LONGEST]])[0].ids
    return [end, *found[: MOST - 2], end]
