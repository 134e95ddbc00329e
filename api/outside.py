"""Which services outside this machine the settings lead to, and whether each is declared (H16)."""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from api.settings import Settings
from privacy import processors
from privacy.errors import Undeclared
from privacy.processors import Outside, Processor

HUB = "huggingface.co"
SIGN_IN = "sign-in"


def configured(settings: Settings) -> list[Outside]:
    """Every outside service in these settings. A new setting that leads outside gets its line here."""
    found = [Outside("database", host, "DATABASE_URL") for host in _database_hosts(settings.database_url)]
    found += [Outside("database", host, "DATABASE_OWNER_URL") for host in _database_hosts(settings.owner_url)]
    if settings.smtp_host:
        found.append(Outside("mail", settings.smtp_host, "WEDERHOOR_SMTP_HOST"))
    if settings.encoder and not Path(settings.encoder).is_dir():
        found.append(Outside("encoder", HUB, "WEDERHOOR_ENCODER"))
    for service, url, setting in (
        (SIGN_IN, settings.oidc_issuer, "WEDERHOOR_OIDC_ISSUER"),
        ("error reports", settings.sentry_dsn, "WEDERHOOR_SENTRY_DSN"),
        ("key service", settings.key_service, "WEDERHOOR_KEY_SERVICE"),
        ("traces", settings.otlp_endpoint, "WEDERHOOR_OTLP_ENDPOINT"),
    ):
        if url:
            found.append(Outside(service, urlsplit(url).hostname or "(no host)", setting))
    first = {(one.service, one.host): one for one in reversed(found) if not processors.inside(one.host)}
    return list(reversed(first.values()))


def declared(settings: Settings) -> tuple[Processor, ...]:
    """What the installation's file declares. Raises `ProcessorsInvalid`."""
    return processors.read(settings.processors_file)


def require_declared(settings: Settings) -> None:
    """Raises `Undeclared` or `ProcessorsInvalid` unless data can only go where somebody said that it goes."""
    wrong = processors.wrong(configured(settings), declared(settings), settings.processors_file)
    wrong += [f"{name} needs more packages: pip install 'wederhoor[observing]'" for name in _without_library(settings)]
    if wrong:
        raise Undeclared("\n\n".join(wrong))


def _without_library(settings: Settings) -> list[str]:
    """The settings whose library is not there: few installations want them, and all would carry their weight."""
    wanted = (
        ("WEDERHOOR_SENTRY_DSN", settings.sentry_dsn, "sentry_sdk"),
        ("WEDERHOOR_OTLP_ENDPOINT", settings.otlp_endpoint, "opentelemetry.sdk"),
        ("WEDERHOOR_METRICS_TOKEN", settings.metrics_token.get_secret_value(), "prometheus_client"),
    )
    return [name for name, value, library in wanted if value and find_spec(library) is None]


def _database_hosts(url: str) -> list[str]:
    """The hosts of a database's address; a URL may name several, in more than one place."""
    if not url:
        return []
    parts = make_url(url)
    named = [parts.host or ""]
    for key in ("host", "hostaddr"):
        value = parts.query.get(key, ())
        named += [value] if isinstance(value, str) else value
    hosts = [host for one in named for host in one.split(",") if host]
    return [_without_port(host) for host in hosts or [os.environ.get("PGHOST", "")]]


def _without_port(host: str) -> str:
    """SQLAlchemy takes `host:port` in the query; an IPv6 address has more colons than one."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else host
