"""Every setting is documented with its true default, and nothing else is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import catalog_service.settings
import ingest_service.settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\S+) \| (\S.*) \|$", re.MULTILINE)


def documented(prefix: str) -> dict[str, str]:
    """The variables of a service as the page has them, with their defaults as they stand there."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: default.strip("`") for name, default, _ in rows if name.startswith(prefix)}


def real(model: type[BaseModel], prefix: str) -> dict[str, str]:
    """The variables of a service as its settings have them."""
    variables: dict[str, str] = {}
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.default, BaseModel):
            variables |= real(type(field.default), f"{variable}__")
        else:
            variables[variable] = plain(field.default)
    return variables


def plain(default: Any) -> str:  # noqa: ANN401  A setting may have any type.
    """A default as a person would write it."""
    if default is None or default == "":
        return "none"
    return json.dumps(default) if isinstance(default, bool | int | float) else str(default)


@pytest.mark.parametrize(
    ("prefix", "settings"),
    [("CATALOG_", catalog_service.settings.Settings), ("INGEST_", ingest_service.settings.Settings)],
)
def test_every_setting_is_documented_with_its_default(prefix: str, settings: type[BaseModel]) -> None:
    assert documented(prefix) == real(settings, prefix)
