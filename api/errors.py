"""From exceptions to answers: each has a status, a code and a sentence in the reader's language (RFC 9457).

Routes raise; this is the only place that knows HTTP. Pages get the same sentence in a page.
"""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import JSONResponse

from api.bot import BotUnavailable
from api.conversation import Empty, TooLong
from api.limits import TooMany
from api.texts import Texts, preferred, texts
from appeals.errors import AppealNotFound, ConflictOfInterest, LetterNotFound, NothingToAppeal, NotPossible, Stale
from learning.errors import ChoiceUnknown, CourseInvalid, MovedOn, NotFound, Overtaken, Restricted
from people.errors import (
    AddressInvalid,
    EmailUnconfirmed,
    NewsInvalid,
    NotAllowed,
    NotEnrolled,
    NotSignedIn,
    PasswordsOff,
    ProviderRefused,
    ProviderUnavailable,
    SignInRefused,
    StaffTokenRefused,
    TokenRefused,
)
from privacy.errors import (
    ArrangementInvalid,
    ConsentRequired,
    HoldInvalid,
    LinkUnknown,
    PermissionRequired,
    PolicyOutdated,
    RequestNotFound,
    RequestNotPossible,
)
from store.vault import Unreadable


@dataclass(frozen=True, slots=True)
class Public:
    """How an exception is told to the outside. `dutch` is the source text of the sentence."""

    status: int
    code: str
    dutch: str


def _(dutch: str) -> str:
    """Marks a text for the catalogue; it is translated when it is shown."""
    return dutch


PUBLIC: dict[type[Exception], Public] = {
    TokenRefused: Public(
        401, "token_refused", _("Je toegang tot deze cursus is verlopen of klopt niet. Ververs de pagina.")
    ),
    StaffTokenRefused: Public(
        401, "staff_token_refused", _("Deze toegangssleutel is onbekend, verlopen of ingetrokken.")
    ),
    SignInRefused: Public(401, "sign_in_refused", _("E-mailadres en wachtwoord horen niet bij elkaar.")),
    PasswordsOff: Public(403, "passwords_off", _("Hier log je niet in met een wachtwoord.")),
    ProviderRefused: Public(
        401, "provider_refused", _("Het inloggen is niet gelukt, of het duurde te lang. Begin opnieuw.")
    ),
    ProviderUnavailable: Public(
        503, "provider_unavailable", _("Inloggen lukt daar nu niet. Probeer het over een paar minuten nog eens.")
    ),
    EmailUnconfirmed: Public(
        403,
        "email_unconfirmed",
        _("Je account daar heeft geen bevestigd e-mailadres. Vraag wie het beheert om dat te regelen."),
    ),
    NotEnrolled: Public(
        403,
        "not_enrolled",
        _("Met dat account kun je hier niet inloggen. Vraag je organisatie om je toe te voegen."),
    ),
    NotSignedIn: Public(401, "not_signed_in", _("Je bent niet ingelogd, of je sessie is verlopen.")),
    NotAllowed: Public(403, "not_allowed", _("Je hebt hier geen toegang toe.")),
    ConsentRequired: Public(
        403, "consent_required", _("Je hebt nog geen toestemming gegeven, of je hebt die ingetrokken.")
    ),
    PolicyOutdated: Public(
        409, "policy_outdated", _("De tekst waar je toestemming voor geeft is vernieuwd. Lees hem nog eens.")
    ),
    PermissionRequired: Public(
        403, "permission_required", _("Ben je jonger dan 16? Dan moet een ouder of voogd het eerst goedvinden.")
    ),
    LinkUnknown: Public(404, "link_unknown", _("Deze link klopt niet, of hij geldt niet meer.")),
    Restricted: Public(
        409, "restricted", _("Je gegevens staan stil, omdat je daarom vroeg. In het menu onder Privacy zet je dat uit.")
    ),
    NotFound: Public(404, "not_found", _("Dat is hier niet te vinden.")),
    AppealNotFound: Public(404, "not_found", _("Dat is hier niet te vinden.")),
    RequestNotFound: Public(404, "not_found", _("Dat is hier niet te vinden.")),
    LetterNotFound: Public(404, "not_found", _("Dat is hier niet te vinden.")),
    MovedOn: Public(
        409,
        "conversation_moved_on",
        _("Je gesprek ging ergens anders verder. Hier is waar je nu bent; wat je typte staat er nog."),
    ),
    Stale: Public(
        409, "case_moved_on", _("Deze zaak is intussen veranderd of niet meer van jou. Er is niets opgeslagen.")
    ),
    ConflictOfInterest: Public(
        403, "conflict_of_interest", _("Je mag over deze zaak niet beslissen: je bent er zelf bij betrokken.")
    ),
    NotPossible: Public(422, "not_possible", _("Dat kan hier niet. Controleer wat je hebt ingevuld.")),
    RequestNotPossible: Public(422, "not_possible", _("Dat kan hier niet. Controleer wat je hebt ingevuld.")),
    ArrangementInvalid: Public(422, "not_possible", _("Dat kan hier niet. Controleer wat je hebt ingevuld.")),
    HoldInvalid: Public(422, "not_possible", _("Dat kan hier niet. Controleer wat je hebt ingevuld.")),
    NewsInvalid: Public(422, "news_invalid", _("Dat kan hier niet. Controleer wat je hebt ingevuld.")),
    NothingToAppeal: Public(409, "nothing_to_appeal", _("Hier kun je geen bezwaar (meer) tegen maken.")),
    AddressInvalid: Public(422, "address_invalid", _("Dat is geen e-mailadres. Kijk het nog eens na.")),
    ChoiceUnknown: Public(422, "choice_unknown", _("Dat is geen keuze bij deze vraag.")),
    Overtaken: Public(
        409,
        "course_moved_on",
        _("Iemand anders heeft dit intussen veranderd. Er is niets opgeslagen; kijk eerst wat er staat."),
    ),
    CourseInvalid: Public(422, "course_invalid", _("De cursus kan niet worden gelezen.")),
    Empty: Public(422, "answer_empty", _("Je bericht is leeg. Typ eerst iets.")),
    TooLong: Public(
        413, "answer_too_long", _("Je bericht is te lang. Maak het korter dan 4000 tekens; er is niets verstuurd.")
    ),
    BotUnavailable: Public(
        503, "bot_unavailable", _("Het lukt nu even niet. Je bericht is niet verloren: probeer het zo nog eens.")
    ),
    TooMany: Public(429, "too_many", _("Dat gaat te snel. Wacht even en probeer het dan nog eens.")),
    Unreadable: Public(500, "unreadable", _("Dit kan niet worden gelezen. De beheerder kan zien wat er mis is.")),
}

UNEXPECTED = Public(500, "unexpected", _("Er ging iets mis. Het ligt niet aan jou; probeer het nog eens."))
BAD_REQUEST = Public(422, "bad_request", _("Dit bericht klopt niet."))


def public(error: Exception) -> Public:
    """How this exception is told."""
    found = PUBLIC.get(type(error), UNEXPECTED)
    if isinstance(error, TokenRefused):
        return Public(found.status, error.code, found.dutch)
    return found


def reader(request: Request) -> Texts:
    """The texts in the language that the request asks for."""
    return texts(preferred(request.headers.get("accept-language")))


def problem(request: Request, told: Public, **more: object) -> JSONResponse:
    """The answer as `application/problem+json`."""
    body = {"type": "about:blank", "title": told.code.replace("_", " "), "status": told.status}
    body |= {"detail": reader(request)(told.dutch), "code": told.code} | more
    headers = {"Retry-After": "10"} if told.status in (429, 503) else {}
    return JSONResponse(body, told.status, headers=headers, media_type="application/problem+json")
