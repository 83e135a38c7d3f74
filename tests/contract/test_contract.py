"""The models of events: what they accept, ignore and refuse."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from catalog_service import contract

DOCUMENT = "7f1f77b8-5d8b-4f0e-9a3a-0d3f6c1e2b11"
DIGEST = "sha-256:" + "0" * 64
EVENTS: TypeAdapter[contract.AnyEvent] = TypeAdapter(contract.AnyEvent)


def observed(**data: object) -> dict[str, Any]:
    """An event with only the required fields; `data` replaces or adds fields of its data."""
    return {
        "specversion": "1.0",
        "id": f"{DOCUMENT}:1",
        "source": "/ingest/test",
        "subject": DOCUMENT,
        "type": contract.OBSERVED,
        "time": "2026-11-22T10:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {
            "document": DOCUMENT,
            "observation": 1,
            "collection": "seeds",
            "path": "a.txt",
            "item": {"key": "a.txt", "by": "path", "parent": None, "version": None},
            "cause": "created",
            "observed_at": "2026-11-22T10:00:00Z",
            "original": {"digest": DIGEST, "size": 5, "media_type": "text/plain", "bytes": "aGVsbG8="},
            "article": {"title": "A", "paragraphs": ["hello"], "digest": DIGEST, "words": 1},
            **data,
        },
    }


def test_an_event_is_equal_after_serialising_and_parsing() -> None:
    event = EVENTS.validate_python(observed())
    parsed = EVENTS.validate_json(event.model_dump_json(by_alias=True))
    assert parsed == event
    assert isinstance(parsed, contract.ObservedEvent)
    assert parsed.data.original is not None
    assert parsed.data.original.content == b"hello"


def test_an_unknown_field_is_ignored() -> None:
    assert EVENTS.validate_python(observed(mood="sunny")) == EVENTS.validate_python(observed())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"article": None}, "carries an article"),
        ({"cause": "withdrawn"}, "carries no article"),
        ({"original": None}, "comes with its original"),
        ({"observation": 0}, "greater than or equal to 1"),
        ({"path": "a\x00b"}, "NUL"),
        ({"path": "a\udc80b"}, "unicode"),
        ({"observed_at": "2026-11-22T10:00:00"}, "timezone"),
        ({"document": "11111111-1111-4111-8111-111111111111"}, "differ"),
    ],
)
def test_an_event_that_contradicts_itself_is_refused_with_a_reason(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        EVENTS.validate_python(observed(**data))


@pytest.mark.parametrize(
    "field",
    [
        {"words": 2**31},
        {"language": "e\x00n"},
        {"fields": {"a": [{"b": "\x00"}]}},
        {"fields": {"\x00": 1}},
        {"fields": {"a": {"\x00": 1}}},
        {"fields": {"a": float("inf")}},
        {"notes": [{"rule": "page-furniture", "at": [0, 2**31]}]},
    ],
)
def test_values_that_not_every_database_can_hold_are_refused(field: dict[str, Any]) -> None:
    data = observed()["data"]
    with pytest.raises(ValidationError):
        EVENTS.validate_python(observed(article={**data["article"], **field}))


def test_a_time_outside_the_years_1_to_9999_in_utc_is_refused() -> None:
    with pytest.raises(ValidationError, match="years 1 to 9999"):
        EVENTS.validate_python(observed(observed_at="0001-01-01T00:00:00+14:00"))


def test_a_time_is_written_in_utc_with_all_its_digits() -> None:
    to_the_east = timezone(timedelta(hours=5, minutes=30))
    written = contract.format_time(datetime(2026, 11, 22, 1, 15, tzinfo=to_the_east))
    assert written == "2026-11-21T19:45:00.000000Z"
    assert contract.format_time(datetime(47, 3, 1, 0, 0, 0, 20, tzinfo=to_the_east)) == "0047-02-28T18:30:00.000020Z"


def test_importing_the_contract_loads_neither_sqlalchemy_nor_aiohttp() -> None:
    code = (
        "import sys, catalog_service.contract; "
        "sys.exit(any(name.split('.')[0] in {'sqlalchemy', 'aiohttp'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
