"""The words of e-mails: that there is something to read and how to read it, never what was written or decided.

A mail passes many hands, so it names the number of the case and says no more. Of a ruling both outcomes make the
same letter.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from api.pages.rendering import ENVIRONMENT
from api.texts import Texts
from privacy import policy


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail before it has a receiver."""

    t: Texts
    subject: str
    paragraphs: tuple[str, ...]
    link: str | None = None
    stop: str | None = None
    """Where its receiver stops such mails, without signing in."""

    @property
    def text(self) -> str:
        """As plain text."""
        more = [self.link] if self.link else []
        more += [f"{self.t('Geen mails meer')}: {self.stop}"] if self.stop else []
        return "\n\n".join((*self.paragraphs, *more)) + "\n"

    @property
    def html(self) -> str:
        """The same as a page."""
        return ENVIRONMENT.get_template("mail.html").render(t=self.t, letter=self)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter may name of what it is about."""

    kind: str
    number: str | None
    """None when the learner has no case: an answer like a corrected one was looked at again."""
    due: dt.datetime | None
    course: str
    organisation: str


def to_learner(t: Texts, matter: Matter, stop: str) -> Letter:
    """What a learner reads; the message itself is in the chat."""
    subject, opening = _learners(t, matter)
    complaint = policy.current().texts[t.language].complaint
    read = t(
        "Open bij {organisation} de cursus “{course}”. In de chat staat het hele bericht.",
        course=matter.course, organisation=matter.organisation,
    )  # fmt: skip
    more = {
        "asked": [t("Daar kun je ook reageren.")],
        "ruled": [t("Daar staat ook wat je kunt doen als je het er niet mee eens bent."), complaint],
        "expired": [complaint],
    }.get(matter.kind, [])
    silent = t("In deze e-mail staat met opzet niet wat je hebt geschreven of wat er is besloten.")
    how = t("Wil je deze e-mails niet meer? Haal je adres weg: in de chat, in het menu onder Privacy.")
    return Letter(t, subject, (t("Hallo,"), opening, read, *more, silent, how), stop=stop)


def to_confirm(t: Texts, organisation: str, link: str) -> Letter:
    """What asks whether it was they who asked for news."""
    words = (
        t("Hallo,"),
        t("Iemand vroeg om op dit adres nieuws over trainingen te krijgen van {organisation}. Was jij dat? Open dan "
          "deze link en bevestig het.", organisation=organisation),
        t("Was jij het niet? Doe dan niets. Dan krijg je geen nieuws."),
    )  # fmt: skip
    return Letter(t, t("Bevestig je adres voor nieuws over trainingen"), words, link)


def with_news(t: Texts, subject: str, body: str, organisation: str, stop: str) -> Letter:
    """What an author wrote, why it comes and how it stops."""
    why = t(
        "Je krijgt deze e-mail omdat je bij {organisation} vroeg om nieuws over trainingen.", organisation=organisation
    )
    return Letter(t, subject, (*body.split("\n\n"), why), stop=stop)


def to_reviewer(t: Texts, matter: Matter, link: str) -> Letter:
    """What a reviewer reads: which case, and where it is."""
    why = t("Je bent beoordelaar bij {organisation}, daarom krijg je deze e-mail.", organisation=matter.organisation)
    words = (t("Hallo,"), _reviewers(t, matter), why)
    return Letter(t, t("Zaak {number}", number=matter.number), words, link)


def of_policy(t: Texts, organisation: str, link: str, since: str, *, stays: bool | None) -> Letter:
    """What somebody reads who began under the version `since`. The policy is public, so all of it may be here.

    `stays`: whether their consent covers the new one; None where another ground stands in its place.
    """
    opening = t(
        "Je leert bij {organisation} in een chat. De privacyverklaring daarvan is vernieuwd. Dit is anders:",
        organisation=organisation,
    )  # fmt: skip
    if stays is None:
        means = t("In de chat lees je dit ook, voordat je verdergaat.")
    elif not stays:
        means = t(
            "Je oude toestemming geldt hier niet voor. In de chat vragen we die opnieuw; eerder gebeurt er niets."
        )
    else:
        means = t("Je toestemming blijft gelden. Je mag die altijd intrekken: in de chat, in het menu onder Privacy.")
    stop = t("Wil je deze e-mails niet meer? Haal je adres weg: in de chat, in het menu onder Privacy.")
    whole = t("De hele privacyverklaring lees je hier:")
    words = (t("Hallo,"), opening, *policy.changes(since, t.language), means, stop, whole)
    return Letter(t, t("De privacyverklaring is vernieuwd"), words, link)


def of_address(t: Texts, organisation: str, link: str) -> Letter:
    """What asks whether an address is theirs who left it. It says nothing of the learner: the address may be wrong."""
    opening = t(
        "Iemand die bij {organisation} leert in een chat, gaf dit adres voor mail over bezwaren.",
        organisation=organisation,
    )  # fmt: skip
    words = (
        t("Hallo,"), opening, t("Was jij dat? Bevestig het met deze link. Tot dan komt hier niets."),
        t("Was jij het niet? Dan hoef je niets te doen. Je adres wordt na twee weken gewist."),
    )  # fmt: skip
    return Letter(t, t("Is dit je adres?"), words, link)


def of_permission(t: Texts, organisation: str, link: str) -> Letter:
    """What a parent reads whom a learner named. It says nothing of the learner: the address may be wrong."""
    opening = t(
        "Een jongere wil bij {organisation} leren in een chat met een computer, en gaf jouw adres als dat van een "
        "ouder of voogd. Wie jonger is dan 16, mag pas meedoen als jij het goedvindt.", organisation=organisation,
    )  # fmt: skip
    words = (
        t("Hallo,"), opening, t("Met deze link lees je wat er gebeurt, en zeg je ja of nee."),
        t("Bewaar deze e-mail: met dezelfde link neem je je ja later terug."),
        t("Ken je niemand die dit kan zijn? Dan hoef je niets te doen. Je adres wordt na een maand gewist."),
    )  # fmt: skip
    return Letter(t, t("Vind je het goed dat een jongere meedoet?"), words, link)


def _learners(t: Texts, matter: Matter) -> tuple[str, str]:
    """Subject and first sentences."""
    known = _known(t, matter)
    match matter.kind:
        case "filed":
            subject = t("Je bezwaar {number} is binnen", **known)
            opening = t("Een mens beslist over je bezwaar, uiterlijk {due}. Het kan je punten niet verlagen.", **known)
        case "asked":
            subject = t("Een vraag aan jou over nummer {number}", **known)
            opening = t("Een beoordelaar kijkt naar je antwoord en wil je iets vragen.")
        case "extended":
            subject = t("Nummer {number} duurt langer", **known)
            opening = t("Een mens heeft meer tijd nodig om te beslissen. Je hoort het uiterlijk {due}.", **known)
        case "ruled":
            subject = t("Er is een besluit over nummer {number}", **known)
            opening = t("Een mens heeft naar je antwoord gekeken en beslist.")
        case "expired":
            subject = t("Er is nieuws over nummer {number}", **known)
            opening = t("We waren te laat met beslissen. Wat dat voor jou betekent, lees je in de chat.")
        case _:
            subject = t("Een antwoord van jou is opnieuw bekeken")
            opening = t("Dat gebeurde na een bezwaar van een ander. Je kunt er alleen beter van worden.")
    return subject, opening


def _reviewers(t: Texts, matter: Matter) -> str:
    known = _known(t, matter)
    match matter.kind:
        case "reminder":
            return t("Zaak {number} wacht nog op een besluit. Beslis uiterlijk {due}.", **known)
        case "escalated":
            return t("Voor zaak {number} is om een tweede beoordelaar gevraagd. Beslis uiterlijk {due}.", **known)
        case "missed":
            return t("De datum voor zaak {number} is voorbij. Een tweede beoordelaar moet nu beslissen.", **known)
    return t("Zaak {number} is niet op tijd beslist en is nu gesloten.", **known)


def _known(t: Texts, matter: Matter) -> dict[str, Any]:
    return {"number": matter.number, "due": t.date(matter.due) if matter.due else ""}
