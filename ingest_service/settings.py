"""The settings of the ingest service: read from the environment once, at start."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from ingest_service import file_names
from ingest_service.errors import SettingsWrong
from ingest_service.model import digest_of


def _with_driver(url: str) -> str:
    """The URL with the driver of this service. Raises ValueError for other databases."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and separator:
        return f"postgresql+psycopg://{rest}"
    file = rest.removeprefix("/").partition("?")[0]
    # A URI of SQLite (`file:…`) is another form of a path, with options that can damage a database.
    if scheme == "sqlite" and rest.startswith("/") and Path(file).name and not file.startswith("file:"):
        return url
    raise ValueError("must be sqlite:///FILE or postgresql://…")


DatabaseUrl = Annotated[str, AfterValidator(_with_driver)]
Port = Annotated[int, Field(ge=0, le=65_535)]
Seconds = Annotated[float, Field(gt=0)]
# The most files that one transaction stores, and the most articles that one judges.
BATCH_SIZE = 100


class Limits(BaseModel):
    """The bound of every input, and the times of the watcher; sizes in bytes unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_bytes: int = Field(default=50 * 2**20, gt=0)
    text_characters: int = Field(default=5_000_000, gt=0)
    front_matter_characters: int = Field(default=64 * 1024, gt=0)
    unpacked_bytes: int = Field(default=200 * 2**20, gt=0)
    members: int = Field(default=5_000, gt=0)
    depth: int = Field(default=4, gt=0)
    reading_seconds: Seconds = 30.0
    reading_memory_bytes: int = Field(default=2**30, ge=2**29)
    workers: int | None = Field(default=None, ge=1, le=64)
    settle_seconds: Seconds = 1.0
    settle_again_seconds: Seconds = 2.0
    settle_max_seconds: Seconds = 300.0
    tick_seconds: Seconds = 1.0
    reconcile_seconds: Seconds = 300.0
    delivered_days: int = Field(default=7, ge=1)


class Settings(BaseSettings):
    """One environment variable `INGEST_<NAME>` each; limits as `INGEST_LIMITS__<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", env_nested_delimiter="__", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    seeds: Path = Path("seeds")
    collection: Annotated[str, Field(max_length=255)] = ""
    database_url: DatabaseUrl = "sqlite:///var/ingest.db"
    catalog_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] = "http://127.0.0.1:8080"
    token: SecretStr | None = None
    token_file: Path | None = None
    host: str = "127.0.0.1"
    port: Port = 8081
    on_delete: Literal["withdraw", "keep"] = "withdraw"
    bus_url: str | None = None
    log_format: Literal["console", "json"] = "console"
    limits: Limits = Limits()

    @field_validator("catalog_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def collection_name(self) -> str:
        """The collection: the setting, else the name of the folder."""
        return self.collection or file_names.to_text(self.seeds.resolve().name) or "seeds"

    @property
    def ledger(self) -> str:
        """A digest of where the database is, without user and password: the same for the service and its commands."""
        scheme, _, place = self.database_url.partition("://")
        if scheme == "sqlite":
            place = os.path.realpath(place.removeprefix("/"))
        return digest_of(f"{scheme}://{place.rpartition('@')[2]}".encode())

    def publish_token(self) -> str | None:
        """The token for the catalog, or None. Raises SettingsWrong when its file cannot be read."""
        if self.token is not None or self.token_file is None:
            return self.token.get_secret_value() if self.token else None
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsWrong(f"INGEST_TOKEN_FILE: {self.token_file} cannot be read: {error}") from error


def load() -> Settings:
    """The settings from the environment. Raises SettingsWrong with one line per wrong setting, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = ((_variable(details["loc"]), details["msg"]) for details in error.errors())
        raise SettingsWrong("\n".join(f"{variable}: {reason}" for variable, reason in wrong)) from None
    except SettingsError:
        # Only INGEST_LIMITS holds several settings as JSON.
        raise SettingsWrong("INGEST_LIMITS: is not JSON; set INGEST_LIMITS__<NAME> instead") from None


def _variable(location: tuple[int | str, ...]) -> str:
    """The environment variable of a setting."""
    return f"INGEST_{'__'.join(map(str, location)).upper()}"
