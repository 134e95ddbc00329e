"""Settings, read once from the environment (and `.env`) and handed down as values."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """Each has a default that works on one machine; names in the environment start with `WEDERHOOR_`."""

    model_config = SettingsConfigDict(env_prefix="WEDERHOOR_", env_file=ROOT / ".env", extra="ignore")

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
    turns_per_minute: int = 60
    log_level: str = "INFO"
    readable_memory: bool = False
    """Lets other processes of this user read ours; only for proofs, which search it."""
    encoder: str = ""
    """A sentence-transformers model by name or folder, for training; empty: the bundled MiniLM."""

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
    def models(self) -> Path:
        return self.var / "models"
