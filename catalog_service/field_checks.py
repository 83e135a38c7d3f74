"""Checks of single values for the fields of the contract: what every database and every JSON reader can hold."""

import re
from datetime import UTC, datetime

from pydantic import JsonValue

# The largest integer of a database column.
MAX_NUMBER = 2**31 - 1
MAX_JSON_NUMBER = 1e300


def storable(text: str) -> str:
    """Raises ValueError for a NUL, which PostgreSQL cannot store; pydantic itself refuses surrogates."""
    if "\x00" in text:
        raise ValueError("holds a NUL character; reading replaces it by U+FFFD")
    return text


def ordered(span: tuple[int, int]) -> tuple[int, int]:
    """Raises ValueError for a span that ends before it starts, or that no database column holds."""
    if not 0 <= span[0] <= span[1] <= MAX_NUMBER:
        raise ValueError("must be [start, end] with 0 <= start <= end")
    return span


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises ValueError outside the years that UTC can be written in."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def storable_json(value: JsonValue) -> JsonValue:
    """Raises ValueError for values, at any depth, that not all databases and JSON readers can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): storable_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable_json(inner) for inner in value]
    if isinstance(value, int | float) and not abs(value) <= MAX_JSON_NUMBER:
        raise ValueError("holds a number that JSON readers cannot all hold")
    return value


def version_order(version: str) -> list[tuple[int, str]]:
    """The sort key of a publisher's version, a number or a time; of two numbers the one with more digits is greater."""
    runs = re.findall(r"[0-9]+|[^0-9]+", version)
    return [(len(run.lstrip("0")) if run.isdigit() else 0, run.lstrip("0")) for run in runs]
