"""What a learner reads before the start: the policy in short, and what is asked, or on what other ground."""

from typing import Any

from sqlalchemy.orm import Session

from api.texts import Texts, texts
from learning.enrolments import Here
from privacy import legal_basis, policy
from privacy.models import LegalBasis


def before(session: Session, here: Here, since: str | None) -> dict[str, Any]:
    """What is read before the start; who began under an earlier version first reads what is new.

    `purposes` are those to consent to. Where another ground holds there are none, and `ground` says what it is.
    """
    current, language = policy.current(), here.language
    words, t = current.texts[language], texts(language)
    basis = legal_basis.live(session)
    asked = [] if basis else [{"key": key, "text": text} for key, text in words.purposes.items()]
    news = [t("Onze privacyverklaring is vernieuwd. Dit is anders:"), *policy.changes(since, language)] if since else []
    ground = told(t, basis, here.organisation) if basis else None
    return {
        "policy": current.version,
        "paragraphs": [*news, *words.notice],
        "purposes": asked,
        "ground": ground,
    }


def told(t: Texts, basis: LegalBasis, organisation: str) -> list[str]:
    """What a learner reads instead of a question for consent: which ground, why, and what they still decide."""
    return [
        _which(t, basis, organisation),
        basis.why[t.language],
        t(
            "Wel kun je altijd kiezen dat een mens je antwoorden beoordeelt, bezwaar maken tegen een beoordeling, en "
            "alles meenemen, stil laten staan of wissen."
        ),
    ]


def named(t: Texts, name: str) -> str:
    """The ground with its article."""
    if name == "contract":
        return t("Een overeenkomst (AVG artikel 6 lid 1 onder b)")
    return t("Een wettelijke plicht (AVG artikel 6 lid 1 onder c)")


def _which(t: Texts, basis: LegalBasis, organisation: str) -> str:
    if basis.ground == "contract":
        return t(
            "{organisation} vraagt hiervoor geen toestemming: het hoort bij een overeenkomst met jou (AVG artikel 6 "
            "lid 1 onder b, en artikel 9 lid 2 onder b).",
            organisation=organisation,
        )
    return t(
        "{organisation} vraagt hiervoor geen toestemming: de wet vraagt dat je dit leert (AVG artikel 6 lid 1 onder "
        "c, en artikel 9 lid 2 onder b).",
        organisation=organisation,
    )
