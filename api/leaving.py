"""What leaves this installation and to whom, in words: from the settings, and from what organisations switched on.

Nothing is switched on by itself. A service outside this machine must be set and declared by whoever runs the
installation; a webhook and a mailbox are connected by an organisation, and the journal says by whom and when.
"""

from urllib.parse import urlsplit

from babel import Locale
from sqlalchemy.orm import Session

from api import outside
from api.settings import Settings
from api.texts import Texts
from appeals import mailbox
from people import webhooks
from people.models import Organisation


def of_installation(t: Texts, settings: Settings) -> list[str]:
    """Who gets what of everybody here; empty when nobody does."""
    used = {(one.service, one.host.casefold()) for one in outside.configured(settings)}
    return [
        t("{name} in {country} krijgt {what}.", name=one.name, country=_country(t, one.country),
          what=_what(t, one.service))
        for one in outside.declared(settings)
        if (one.service, one.host.casefold()) in used
    ]  # fmt: skip


def of_organisation(session: Session, t: Texts, settings: Settings, organisation: Organisation) -> list[str]:
    """The same for somebody of this organisation: what it connected itself besides."""
    found = of_installation(t, settings)
    for hook in webhooks.every(session):
        if hook.disabled_at is None:
            found.append(
                t(
                    "Een systeem van {organisation} ({host}) krijgt bij nieuws over een bezwaar het nummer en hoe het "
                    "staat, sinds {date}. Nooit wie je bent of wat je schreef.",
                    organisation=organisation.name, host=urlsplit(hook.url).hostname, date=t.date(hook.created_at),
                )
            )  # fmt: skip
    box = mailbox.live(session)
    if box is not None:
        found.append(
            t(
                "Wat je zelf mailt naar {address}, staat ook op de mailserver van {organisation} ({host}), sinds "
                "{date}.",
                address=box.address, organisation=organisation.name, host=box.imap_host, date=t.date(box.connected_at),
            )
        )  # fmt: skip
    return found


def _what(t: Texts, service: str) -> str:
    return {
        "database": t("alles wat we bewaren; wat je schreef staat daar versleuteld"),
        "mail": t("e-mailadressen en nummers van zaken, nooit wat je schreef"),
        "sign-in": t("dat een medewerker inlogt, en wie dat is; niets over deelnemers"),
        "error reports": t("dat er iets misging en waar in het programma; niets over mensen"),
        "traces": t("hoe lang vragen aan het systeem duren; niets over mensen"),
        "encoder": t("niets over mensen; we halen er alleen een taalmodel"),
    }[service]


def _country(t: Texts, code: str) -> str:
    return str(Locale(t.language).territories[code])
