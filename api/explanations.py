"""A decision explained in sentences: for the learner why and what would have changed it, for the reviewer in detail."""

from typing import Any

from api.texts import Texts
from grading.grade import Graders
from learning import explaining
from learning.decisions import BY_PERSON
from learning.explaining import Explained
from learning.models import Decision
from learning.reports import State


def for_learner(t: Texts, graders: Graders, explained: Explained) -> dict[str, Any]:
    """Paragraphs, the model that decided, and what would have changed it."""
    explained = explaining.repeat(graders, explained)
    paragraphs = [maker(t, explained.decision), how(t, explained.decision)]
    if explained.repeated is not None and explained.decision.remedy_id is None:
        words = explained.repeated.evidence.words
        if words:
            paragraphs.append(
                t("Deze woorden telden het meest: {words}.", words=", ".join(f"“{word}”" for word in words))
            )
        paragraphs.append(sureness(t, explained))
    paragraphs.append(t("Je kunt altijd bezwaar maken. Vragen waarom verandert niets en kost je niets."))
    plain = explaining.would_have_passed(graders, explained)
    changed_by = t("Met een duidelijk “{plain}” was je antwoord goedgekeurd.", plain=plain) if plain else None
    read_by = explained.decision.model_id if explained.decision.p_value is not None else None
    return {"text": [one for one in paragraphs if one], "model": read_by, "changed_by": changed_by}


def maker(t: Texts, decision: Decision) -> str:
    """Who decided."""
    if decision.maker == "person":
        return t("Een mens heeft dit besloten.")
    if decision.maker == "clock":
        return t("Er is niet op tijd besloten. Daarom is je antwoord goedgekeurd.")
    if decision.reason == BY_PERSON:
        return t("Je koos dat een mens je antwoorden beoordeelt. De computer heeft dit antwoord niet beoordeeld.")
    if decision.remedy_id is not None:
        return t("De computer keurde dit eerst niet goed. Iemand anders kreeg gelijk over zo'n antwoord, dus jij ook.")
    if decision.maker == "key":
        return t("Bij deze vraag is één knop goed. De computer vergelijkt jouw keuze daarmee.")
    return t("Een computer heeft je antwoord gelezen. Die kijkt of je ja of nee zegt op de vraag.")


def how(t: Texts, decision: Decision) -> str:
    """The stage that settled it, in a sentence."""
    if decision.maker != "model" or decision.reason == BY_PERSON or decision.remedy_id is not None:
        return ""
    if decision.reason == "technical-fault":
        return t("De computer kon je antwoord niet lezen door een storing. Daarom kijkt een mens.")
    if decision.reason == "model":
        return t("De computer vergeleek je antwoord met voorbeelden van mensen die ja of nee zeggen.")
    if decision.outcome == "undecided":
        return t("De computer zag iets waardoor het antwoord niet zeker te lezen is, en besluit dan niet zelf.")
    return t("Je antwoord bevat een woord of zin die duidelijk ja of nee betekent.")


def sureness(t: Texts, explained: Explained) -> str:
    """How sure the machine was, against the bound that the organisation set."""
    grade = explained.repeated
    assert grade is not None
    if grade.alpha is None:
        return t("De computer keurt hier nu niets af: dat doen alleen mensen.") if grade.outcome == "undecided" else ""
    bound = t.percent(grade.alpha)
    if grade.outcome == "not_passed":
        return t(
            "Zo'n antwoord komt bij mensen die het goede bedoelen minder dan {bound} van de keren voor. "
            "Daarom keurde de computer het niet goed.",
            bound=bound,
        )  # fmt: skip
    if grade.outcome == "undecided":
        return t("De kans op een vergissing was groter dan {bound}. Dan besluit de computer niet.", bound=bound)
    return ""


def outcome(t: Texts, code: str) -> str:
    """An outcome in words."""
    return {
        "passed": t("goedgekeurd"),
        "not_passed": t("niet goedgekeurd"),
        "undecided": t("nog niet beslist"),
    }[code]


def state(t: Texts, code: State) -> str:
    """How final it is what the employer may see."""
    return {
        "final": t("definitief"),
        "in_review": t("een mens kijkt"),
        "asked_again": t("nog niet beoordeeld"),
    }[code]


def ruling(t: Texts, code: str) -> str:
    """A ruling in words."""
    return {
        "overturned": t("Alsnog goedgekeurd"),
        "upheld": t("De beoordeling blijft"),
        "passed": t("Goedgekeurd"),
        "not_passed": t("Niet goedgekeurd"),
    }[code]


def intent(t: Texts, code: str | None) -> str:
    """An intent in words."""
    return {
        "approve": t("zegt ja op de vraag"),
        "disapprove": t("zegt nee op de vraag"),
        "unsure": t("twijfelt"),
        "none": t("zegt geen ja of nee"),
    }[code or "none"]
