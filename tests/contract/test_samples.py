"""The golden samples of the contract, version 1: the events and receipts of one life, recorded by a real catalog.

Samples are only ever added. `digests.json` pins the bytes of each, so that an edit of one fails here. Events with
fields that the contract got later are in `additions`, outside that life.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from pydantic import TypeAdapter

from catalog_service import contract
from catalog_service.store.db import Database
from catalog_service.store.tables import Document
from tests.catalog.api.conftest import client, publish, url
from tests.catalog.conftest import catalog

__all__ = ["catalog", "client", "url"]

SAMPLES = Path(__file__).parent / "v1"
EVENTS = sorted((SAMPLES / "events").glob("*.json"))
ADDITIONS = sorted((SAMPLES / "additions").glob("*.json"))
ANY_EVENT: TypeAdapter[contract.AnyEvent] = TypeAdapter(contract.AnyEvent)
LARGE_ORIGINAL = b"The same sentence fills a long file. " * 2_000
Json = dict[str, Any]


def read(path: Path) -> Json:
    """The JSON object in a file."""
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_no_sample_was_edited() -> None:
    digests = {
        str(path.relative_to(SAMPLES)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(SAMPLES.rglob("*.json"))
        if path.name != "digests.json"
    }
    assert digests == read(SAMPLES / "digests.json")


@pytest.mark.parametrize("path", [*EVENTS, *ADDITIONS], ids=lambda path: path.stem)
def test_an_event_sample_survives_reading_and_writing(path: Path) -> None:
    event = ANY_EVENT.validate_json(path.read_bytes())
    # A sample lacks the fields that were added to the contract after it.
    assert event.model_dump(mode="json", by_alias=True, exclude_unset=True) == read(path)


async def test_the_catalog_keeps_the_fields_that_were_added_later(client: aiohttp.ClientSession) -> None:
    for path in ADDITIONS:
        (receipt,) = await publish(client, read(path))
        assert receipt["outcome"] == "recorded"
    async with client.get("/v1/documents/9d3c0000-0000-4000-8000-00000000000a") as response:
        assert (await response.json())["suspect"] == "empty"
    async with client.get("/v1/documents/9d3c0000-0000-4000-8000-00000000000a/versions/1") as response:
        assert (await response.json())["suspect"] == "empty"


def test_every_cause_type_and_outcome_has_a_sample() -> None:
    events = [ANY_EVENT.validate_json(path.read_bytes()) for path in EVENTS]
    causes = {event.data.cause for event in events if isinstance(event, contract.ObservedEvent)}
    receipts = contract.Receipts.model_validate(read(SAMPLES / "receipts.json")).receipts
    assert causes == literals(contract.Cause)
    assert {event.type for event in events} == {contract.OBSERVED, contract.RELATED}
    assert {receipt.outcome for receipt in receipts} == literals(contract.Outcome)


def literals(type_: Any) -> set[str]:  # noqa: ANN401  A Literal has no type of its own.
    """The values of a Literal."""
    return set(type_.__args__)


def test_receipt_and_head_samples_survive_reading_and_writing() -> None:
    receipts, heads = read(SAMPLES / "receipts.json"), read(SAMPLES / "heads.json")["heads"]
    assert contract.Receipts.model_validate(receipts).model_dump(mode="json") == receipts
    assert [contract.Head.model_validate(head).model_dump(mode="json") for head in heads] == heads


async def test_the_catalog_answers_the_events_with_the_receipts(
    client: aiohttp.ClientSession, catalog: Database
) -> None:
    """One event a request, so that the order of the `seq` is the same whatever may share a transaction."""
    await put_large_original(client)
    names = [path.stem for path in EVENTS]
    receipts: list[Json] = []
    for name in (*names[:-1], names[0]):
        receipts += await publish(client, read(SAMPLES / "events" / f"{name}.json"))
    redact(catalog, str(read(EVENTS[-1])["subject"]))
    receipts += await publish(client, read(EVENTS[-1]))
    async with client.get("/v1/heads", params={"collection": "seeds"}) as response:
        heads = [json.loads(line) for line in (await response.text()).splitlines()]
    samples = read(SAMPLES / "receipts.json")["receipts"]
    assert comparable(receipts) == comparable(samples)
    assert heads == read(SAMPLES / "heads.json")["heads"]


async def put_large_original(client: aiohttp.ClientSession) -> None:
    """Puts the original that one event names without holding it."""
    digest = contract.digest_of(LARGE_ORIGINAL)
    async with client.put(f"/v1/originals/{digest}", data=LARGE_ORIGINAL) as response:
        assert response.status == 201, await response.text()


def redact(catalog: Database, document: str) -> None:
    """Marks a document as redacted, as a redaction leaves it."""
    with catalog.writing() as session:
        session.execute(sa.update(Document).where(Document.id == document).values(status="redacted"))


def comparable(receipts: list[Json]) -> list[Json]:
    """The receipts without what differs from catalog to catalog and from release to release.

    This is the epoch, the sentence of a problem, and how many entries the log has between two receipts: each `seq` is
    replaced by its rank.
    """
    ranks = {seq: rank for rank, seq in enumerate(sorted({receipt["seq"] for receipt in receipts}))}
    return [
        receipt | {"epoch": None, "seq": ranks[receipt["seq"]], "problem": _codes(receipt["problem"])}
        for receipt in receipts
    ]


def _codes(problem: Json | None) -> Json | None:
    return problem and {name: problem[name] for name in ("status", "code", "type")}
