"""Settings, read once from the environment (and `.env`) and handed down as values."""

import uuid
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent
FEWEST_CHARACTERS = 24
"""Of a token that is not made by us."""


class Settings(BaseSettings):
    """Each has a default that works on one machine; names in the environment start with `WEDERHOOR_`."""

    model_config = SettingsConfigDict(
        env_prefix="WEDERHOOR_", env_file=ROOT / ".env", extra="ignore", hide_input_in_errors=True
    )

    var: Path = ROOT / "var"
    """Where everything that runs writes: database, models, keys, logs."""
    database_url: Annotated[str, Field(validation_alias="DATABASE_URL")] = ""
    """A PostgreSQL (15 or newer) for the app's role; empty: the embedded one."""
    owner_url: Annotated[str, Field(validation_alias="DATABASE_OWNER_URL")] = ""
    """The same database for the role that owns the tables; only migrations use it."""
    host: str = "127.0.0.1"
    port: int = 8100
    demo_port: int = 8101
    bot_port: int = 5105
    bot_key: SecretStr = SecretStr("")
    """Shared with the bot; the supervisor makes a fresh one at each start."""
    public_url: str = ""
    """Where the outside reaches the api; decides whether cookies are `Secure`. Empty: http on host and port."""
    smtp_host: str = ""
    """The mail server. Empty: nothing is mailed; learners still read everything in the chat."""
    smtp_port: int = 0
    """0: the usual one, which is 587 with `starttls`, 465 with `tls`, 25 with `none`."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` sends in the clear: only for a server on this machine."""
    smtp_sender: str = ""
    """Who writes, as `Wederhoor <wederhoor@leren.example>`; its domain names the messages."""
    password_sign_in: bool = True
    """Off: members sign in at the provider only. Programs keep their tokens."""
    oidc_issuer: str = ""
    """An OpenID Connect provider, exactly as its own description names it. Empty: members sign in with passwords."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_organisations: str = ""
    """Whose members may come in by it: ids, separated by commas; or `all`, if each of them trusts the provider."""
    oidc_name: str = ""
    """What its button says; empty: the issuer's host."""
    sentry_dsn: str = ""
    """Where errors are reported, without content. Empty: nowhere."""
    otlp_endpoint: str = ""
    """Where traces go (OTLP over HTTP), as `https://otel.example/v1/traces`. Empty: nowhere."""
    otlp_headers: SecretStr = SecretStr("")
    """Sent along, as `name=value,name=value`."""
    metrics_token: SecretStr = SecretStr("")
    """Who has it as bearer token reads `/metrics`. Empty: there is no such page."""
    webhook_private: bool = False
    """Also calls webhooks inside this network, and over http. Whoever may add one can then reach what is there."""
    turns_per_minute: int = 60
    requests_per_hour: int = 10
    """Rights requests by people without a sign-in, from one network address."""
    log_level: str = "INFO"
    readable_memory: bool = False
    """Lets other processes of this user read ours; only for proofs, which search it."""
    key_grace: float = 180.0
    """Seconds that the key of a text without a row is kept, because its row may still come; proofs need less."""
    key_service: str = ""
    """A transit engine (Vault, OpenBao) that wraps the master keys, as `https://vault.example:8200/v1/transit`. Empty:
    the ring on this machine holds them as they are."""
    key_service_key: str = "wederhoor"
    """The name of its key."""
    key_service_token_file: Path = Path("key-service.token")
    """Holds the token for it; a name in `var`, or a path of its own."""
    closing_days: Annotated[int, Field(ge=0, le=30)] = 30
    """So many days after an organisation closed is everything of it gone."""
    backup_dir: Path | None = None
    """Where backups are made; the sweep deletes those that are a year old. None: each `wederhoor backup` names it."""
    backup_key: Path = Path("backup.key")
    """The key of the backups; a name in `var`, or a path of its own. Keep a copy elsewhere."""
    encoder: str = ""
    """A sentence-transformers model by name or folder, for training; empty: the tuned one (`grading.tuning`)."""

    processors: Path = Path("processors.toml")
    """The outside services that may be used, declared; a name in `var`, or a path of its own."""

    @model_validator(mode="after")
    def _sender_is_named(self) -> Self:
        if self.smtp_host and "@" not in self.smtp_sender:
            raise ValueError("with WEDERHOOR_SMTP_HOST goes WEDERHOOR_SMTP_SENDER, an e-mail address")
        return self

    @model_validator(mode="after")
    def _keys_travel_sealed(self) -> Self:
        parts = urlsplit(self.key_service)
        if self.key_service and parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("WEDERHOOR_KEY_SERVICE begins with https://, but for a service on this machine")
        return self

    @model_validator(mode="after")
    def _somebody_can_sign_in(self) -> Self:
        """A provider that was half set would keep everybody out, or let others in."""
        named = (self.oidc_client_id, self.oidc_client_secret.get_secret_value(), self.oidc_organisations)
        if self.oidc_issuer and not all(named):
            raise ValueError("with WEDERHOOR_OIDC_ISSUER go _CLIENT_ID, _CLIENT_SECRET and _ORGANISATIONS")
        if not self.oidc_issuer and not self.password_sign_in:
            raise ValueError("WEDERHOOR_PASSWORD_SIGN_IN can be off with a provider only: WEDERHOOR_OIDC_ISSUER")
        if 0 < len(self.metrics_token.get_secret_value()) < FEWEST_CHARACTERS:
            raise ValueError(f"WEDERHOOR_METRICS_TOKEN has at least {FEWEST_CHARACTERS} characters")
        self.provider_organisations()
        return self

    def provider_organisations(self) -> frozenset[uuid.UUID] | None:
        """Whose members may come in by the provider; None: those of all organisations."""
        if self.oidc_organisations.strip() == "all":
            return None
        try:
            return frozenset(uuid.UUID(one.strip()) for one in self.oidc_organisations.split(",") if one.strip())
        except ValueError:
            raise ValueError("WEDERHOOR_OIDC_ORGANISATIONS holds ids, separated by commas; or: all") from None

    @property
    def mail(self) -> str:
        """How mail goes, in a few words for whoever starts it."""
        if not self.smtp_host:
            return "off (WEDERHOOR_SMTP_HOST is empty)"
        return f"as {self.smtp_sender} through {self.smtp_host} ({self.smtp_security})"

    @property
    def processors_file(self) -> Path:
        return self.var / self.processors

    @property
    def backup_key_file(self) -> Path:
        return self.var / self.backup_key

    @property
    def url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def keys(self) -> Path:
        return self.var / "keys" / "ring"

    @property
    def departures(self) -> Path:
        return self.keys.with_name("departures")

    @property
    def models(self) -> Path:
        return self.var / "models"
