"""What somebody reads who asked for a right and cannot sign in: by mail, or as the letter that the officer sends.

Here the mail is the answer itself, so it says what was decided and why. It repeats nothing that they wrote, and
nothing of what is kept about them.
"""

from api.mail.wording import Letter
from api.texts import Texts, texts
from appeals.notices import AboutRequest
from people.actors import Language
from privacy import policy
from privacy.models import Request
from privacy.requests import Opened


def to_requester(kind: AboutRequest, opened: Opened, organisation: str, url: str) -> Letter:
    """The letter in the language of the request. `url` is where our own pages are."""
    request = opened.request
    language: Language = "en" if request.language == "en" else "nl"
    t = texts(language)
    known = {"number": number(request), "organisation": organisation, "due": t.date(request.due_at)}
    greeting, asked = (
        t("Hallo,"),
        t("Je verzoek aan {organisation}: {right}.", organisation=organisation, right=right(t, request.kind)),
    )
    complaint = policy.current().texts[language].complaint
    match kind:
        case "request_received":
            check = t(
                "Eerst gaan we na of jij het bent, met zo weinig mogelijk gegevens. Stuur geen kopie van je paspoort "
                "of rijbewijs, en nooit je burgerservicenummer."
            )
            due = t("Je krijgt antwoord uiterlijk {due}.", **known)
            return Letter(t, t("Je verzoek {number} is binnen", **known), (greeting, asked, due, check, complaint))
        case "request_extended":
            due = t("Dat kost meer tijd dan we dachten. Je krijgt antwoord uiterlijk {due}.", **known)
            subject = t("Je verzoek {number} duurt langer", **known)
            return Letter(t, subject, (greeting, asked, due, opened.extension or "", complaint))
        case "request_file":
            ready = t("Je gegevens staan voor je klaar. Je hebt ook een code nodig: die krijg je op een andere manier.")
            until = t("Ophalen kan tot en met {day}.", day=t.date(request.file_until) if request.file_until else "")
            subject = t("Je gegevens staan klaar ({number})", **known)
            return Letter(t, subject, (greeting, asked, ready, until), link(url, opened))
        case "request_refused":
            subject, words = t("Antwoord op je verzoek {number}", **known), refused(t, str(request.refusal))
            told = [t("We doen niet wat je vroeg."), words, opened.answer or ""]
        case "request_done":
            subject = t("Antwoord op je verzoek {number}", **known)
            done = [did(t, deed) for deed in dict.fromkeys(request.deeds)]
            told = [*done, *_held(t, opened), opened.answer or ""]
    court = t("Je kunt ook naar de rechter gaan.")
    return Letter(t, subject, (greeting, asked, *told, f"{complaint} {court}"))


def number(request: Request) -> str:
    """The number that people see."""
    return f"V-{request.number:06d}"


def link(url: str, opened: Opened) -> str | None:
    """Where the export is fetched; None when none is ready."""
    return f"{url}/requests/file/{opened.ticket}" if opened.ticket else None


def right(t: Texts, kind: str) -> str:
    """What is asked, as the person who asks would say it."""
    return {
        "see": t("zien wat er over je wordt bewaard"),
        "correct": t("iets laten verbeteren"),
        "erase": t("je gegevens laten wissen"),
        "restrict": t("je gegevens laten stilzetten"),
        "object": t("bezwaar maken tegen het gebruik van je gegevens"),
        "portability": t("je gegevens meenemen als bestand"),
        "withdraw": t("je toestemming intrekken"),
    }[kind]


def did(t: Texts, deed: str) -> str:
    """What was done, as the person who asked reads it."""
    return {
        "file": t("Al je gegevens stonden voor je klaar om op te halen."),
        "erase": t("Je gegevens zijn gewist."),
        "restrict": t("Je gegevens staan stil: we bewaren ze en gebruiken ze niet."),
        "lift": t("Je gegevens worden weer gebruikt."),
        "by_person": t("Voortaan beoordeelt een mens je antwoorden, en geen computer."),
        "withdraw": t("Je toestemming is ingetrokken. Er wordt niets meer van je verwerkt."),
        "language": t("Je taal is aangepast."),
        "address": t("Je e-mailadres is aangepast."),
    }[deed]


def refused(t: Texts, refusal: str) -> str:
    """Why it was not done, in one sentence."""
    return {
        "not_identified": t("We konden niet nagaan of jij het bent."),
        "excessive": t("Je vroeg dit al vaak, of het is kennelijk niet nodig. Daarom hoeven we het niet te doen."),
        "law_requires": t("De wet zegt dat we deze gegevens moeten bewaren."),
        "legal_claim": t("De gegevens zijn nodig in een zaak bij de rechter."),
        "rights_of_others": t("Daarmee zouden we de rechten van iemand anders schaden."),
        "not_this_right": t("Dit recht geldt niet voor deze gegevens."),
    }[refusal]


def _held(t: Texts, opened: Opened) -> tuple[str, ...]:
    if not opened.held or opened.request.held_until is None:
        return ()
    until = t.date(opened.request.held_until)
    return (
        t(
            "De wet laat ons iets bewaren, tot en met {until}. De reden: {why}.",
            until=until,
            why=opened.held.rstrip("."),
        ),
    )
