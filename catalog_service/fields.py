"""The types of the contract's fields, and their checks: what every database and every JSON reader can hold."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, PlainSerializer

# The largest integer of a database column.
MAX_NUMBER = 2**31 - 1
MAX_JSON_NUMBER = 1e300
MAX_TITLE = 2_000


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


def format_time(moment: datetime) -> str:
    """The time in RFC 3339, in UTC with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Text = Annotated[str, AfterValidator(storable)]
Word = Annotated[str, Field(max_length=100), AfterValidator(storable)]
Collection = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(storable)]
Line = Annotated[str, Field(max_length=MAX_TITLE), AfterValidator(storable)]
Path = Annotated[str, Field(min_length=1, max_length=4_096), AfterValidator(storable)]
Digest = Annotated[str, Field(pattern=r"^sha-256:[0-9a-f]{64}$")]
Span = Annotated[tuple[int, int], AfterValidator(ordered)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Observation = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
Fields = dict[Text, Annotated[JsonValue, AfterValidator(storable_json)]]
Moment = Annotated[
    AwareDatetime, AfterValidator(in_utc), PlainSerializer(format_time, return_type=str, when_used="json")
]
# A date in the precision that is known: a year, a month, a day, or a moment.
Published = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z)?)?)?$")]
