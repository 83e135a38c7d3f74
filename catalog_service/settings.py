"""The settings of the catalog: read from the environment once, at start."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from catalog_service.contract import MAX_BATCH_BYTES
from catalog_service.errors import SettingsWrong


def _with_driver(url: str) -> str:
    """The URL with the driver of this service. Raises ValueError for other databases."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and separator:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return url
    raise ValueError("must be sqlite:///FILE or postgresql://…")


DatabaseUrl = Annotated[str, AfterValidator(_with_driver)]


class Limits(BaseModel):
    """The bound of every request; sizes in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_bytes: int = Field(default=MAX_BATCH_BYTES, gt=0)
    original_bytes: int = Field(default=50 * 2**20, gt=0)
    waiting_events: int = Field(default=5_000, gt=0)
    page: int = Field(default=200, gt=0)
    readers: int = Field(default=1_000, gt=0)
    seconds: float = Field(default=30.0, gt=0)


class Settings(BaseSettings):
    """One environment variable `CATALOG_<NAME>` each; limits as `CATALOG_LIMITS__<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="CATALOG_", env_nested_delimiter="__", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    database_url: DatabaseUrl = "sqlite:///var/catalog.db"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    public_read: bool = False
    ingest_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] = "http://127.0.0.1:8081"
    bus_url: str | None = None
    log_format: Literal["console", "json"] = "console"
    limits: Limits = Limits()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a service bound to `host`, a name or an address."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """The settings from the environment. Raises SettingsWrong with one line per wrong setting, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = (f"CATALOG_{'__'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
        raise SettingsWrong("\n".join(lines)) from None
    except SettingsError:
        # Of a variable that holds several settings as JSON: there is one.
        raise SettingsWrong("CATALOG_LIMITS: is not JSON; set CATALOG_LIMITS__<NAME> instead") from None
