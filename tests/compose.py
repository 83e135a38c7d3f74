"""`docker-compose.yml` as values: what each service is started with, variables replaced by their defaults."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
OURS = ("migrate", "catalog", "ingest")
WITH_DEFAULT = re.compile(r"(?<!\$)\$\{\w+:-([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the file."""

    name: str
    image: str
    command: tuple[str, ...]
    environment: dict[str, str]
    ports: tuple[str, ...]
    whole: dict[str, Any]


def services() -> dict[str, Service]:
    """All services by name."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return {
        name: Service(
            name=name,
            image=each["image"],
            command=tuple(_plain(word) for word in each.get("command", ())),
            environment={key: _plain(value) for key, value in each.get("environment", {}).items()},
            ports=tuple(each.get("ports", ())),
            whole=each,
        )
        for name, each in read.items()
    }


def _plain(text: str) -> str:
    """The text as the container gets it."""
    return WITH_DEFAULT.sub(r"\1", text).replace("$$", "$")
