"""Drafts of what a reviewer writes to a learner, in the learner's language: a start, never the whole."""

from api.texts import texts
from people.actors import Language


def by_reason(language: str) -> dict[str, str]:
    """A draft per reason code."""
    t = texts(_known(language))
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
            "Ik heb je antwoord gelezen. Er staat iets anders dan wat goed is, dus de beoordeling blijft. Je mag opnieuw antwoorden."
        ),
        "ambiguous": t(
            "Ik heb je antwoord gelezen. Het kan op meer manieren worden gelezen, dus het blijft zo. Je mag opnieuw antwoorden."
        ),
        "not_ordinary_usage": t(
            "Ik heb je antwoord gelezen. Zo wordt het in deze taal niet gezegd, dus het blijft zo. Je mag opnieuw antwoorden."
        ),
        "meaning_clear": t("Ik heb je antwoord gelezen. Het is duidelijk en goed. Je krijgt je punten."),
        "meaning_opposite": t(
            "Ik heb je antwoord gelezen. Er staat iets anders dan wat goed is. Je mag opnieuw antwoorden."
        ),
    }


def _known(language: str) -> Language:
    return "en" if language == "en" else "nl"
