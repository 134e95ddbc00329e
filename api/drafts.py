"""Drafts of what a reviewer writes to a learner, in the learner's language: a start, never the whole."""

from api.texts import Texts, texts
from appeals.states import REASONS, Ruling
from people.actors import Language


def by_ruling(language: Language) -> dict[str, dict[str, str]]:
    """A draft for each reason of each ruling."""
    t = texts(language)
    return {ruling: {reason: _draft(t, ruling, reason) for reason in reasons} for ruling, reasons in REASONS.items()}


def _draft(t: Texts, ruling: Ruling, reason: str) -> str:
    if (ruling, reason) in _nothing_stood(t):
        return _nothing_stood(t)[ruling, reason]
    return {
        "meaning_misread": t(
            "Ik heb je antwoord gelezen. Je bedoelde het goede; de computer las iets anders. Je krijgt je punten."
        ),
        "ordinary_usage": t(
            "Ik heb je antwoord gelezen. Zo zeggen mensen dat gewoon; de computer kende het niet. Je krijgt je punten."
        ),
        "question_unclear": t("Ik heb je antwoord gelezen. De vraag was niet duidelijk genoeg. Je krijgt je punten."),
        "technical_fault": t("Er ging technisch iets mis. Dat ligt niet aan jou. Je krijgt je punten."),
        "graded_correctly": t(
            "Ik heb je antwoord gelezen. De computer had het goed gelezen, dus de beoordeling blijft. Je mag opnieuw antwoorden."
        ),
        "ambiguous": t(
            "Ik heb je antwoord gelezen. Het kan op meer manieren worden gelezen, dus het blijft zo. Je mag opnieuw antwoorden."
        ),
        "not_ordinary_usage": t(
            "Ik heb je antwoord gelezen. Zo wordt het in deze taal niet gezegd, dus het blijft zo. Je mag opnieuw antwoorden."
        ),
    }[reason]


def _nothing_stood(t: Texts) -> dict[tuple[Ruling, str], str]:
    """Where the machine had not decided there is nothing that stays as it was."""
    return {
        (Ruling.PASSED, "meaning_clear"): t(
            "Ik heb je antwoord gelezen. Het is duidelijk en goed. Je krijgt je punten."
        ),
        (Ruling.NOT_PASSED, "meaning_opposite"): t(
            "Ik heb je antwoord gelezen. Er staat iets anders dan wat goed is. Je mag opnieuw antwoorden."
        ),
        (Ruling.NOT_PASSED, "ambiguous"): t(
            "Ik heb je antwoord gelezen. Het kan op meer manieren worden gelezen. Je mag opnieuw antwoorden."
        ),
        (Ruling.NOT_PASSED, "not_ordinary_usage"): t(
            "Ik heb je antwoord gelezen. Zo wordt het in deze taal niet gezegd. Je mag opnieuw antwoorden."
        ),
    }
