"""Each event is recorded completely or not at all and gets a receipt; a wrong one does not affect the others."""

import asyncio
import codecs
import copy
import functools
import gzip
import io
import json
import operator
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_service import diffing
from catalog_service.contract import BATCH_MEDIA_TYPE, EVENT_MEDIA_TYPE, MAX_BATCH_BYTES, MAX_BATCH_EVENTS, digest_of
from tests.catalog.api.conftest import Json, problem_of, publish
from tests.catalog.events import article, document_id, original, raw_event, relation

BATCH = {"Content-Type": BATCH_MEDIA_TYPE}


async def test_an_event_is_recorded_once_and_then_replayed(client: aiohttp.ClientSession) -> None:
    async with client.post("/v1/events", json=raw_event(1), headers={"Content-Type": EVENT_MEDIA_TYPE}) as response:
        first = (await response.json())["receipts"]
    second = await publish(client, raw_event(1))
    assert [first[0]["outcome"], second[0]["outcome"]] == ["recorded", "replayed"]
    assert {**first[0], "outcome": "replayed"} == second[0]


async def test_no_long_versions_are_compared_by_the_writer(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, compare = [], diffing.compare

    def noting(*args: Any) -> diffing.Comparison:  # noqa: ANN401  As `compare`.
        threads.append(threading.current_thread().name.rpartition("_")[0])
        return compare(*args)

    monkeypatch.setattr(diffing, "compare", noting)
    await publish(client, raw_event(1))
    for observation, size in ((2, 9_999), (3, 10), (4, 10_000)):
        changed = raw_event(1, observation, "changed", article=article(text=f"Talks {observation} " * size))
        assert [receipt["outcome"] for receipt in await publish(client, changed)] == ["recorded"]
    assert threads == ["catalog-prepare", "catalog-write", "catalog-prepare"]


async def test_concurrent_batches_are_all_recorded(client: aiohttp.ClientSession) -> None:
    batches = [[raw_event(number), raw_event(number + 1)] for number in range(1, 41, 2)]
    answers = await asyncio.gather(*(publish(client, *batch) for batch in batches))
    assert [receipt["outcome"] for receipts in answers for receipt in receipts] == ["recorded"] * 40
    assert [[r["document"] for r in receipts] for receipts in answers] == [[e["subject"] for e in b] for b in batches]
    assert len({receipt["seq"] for receipts in answers for receipt in receipts}) == 40


async def test_a_malformed_event_is_rejected_and_the_others_are_recorded(client: aiohttp.ClientSession) -> None:
    bad = raw_event(2, article={"title": "No paragraphs"})
    receipts = await publish(client, raw_event(1), bad, 17, {"id": 5}, raw_event(3))
    assert [receipt["outcome"] for receipt in receipts] == ["recorded", "rejected", "rejected", "rejected", "recorded"]
    assert receipts[1]["event"] == bad["id"]
    pointers = [error["pointer"] for error in receipts[1]["problem"]["errors"]]
    assert "/data/article/paragraphs" in pointers


HOSTILE: list[Json] = [
    {"collection": "\x00"},
    {"path": "x" * 5_000},
    {"observation": 10**12},
    {"observation": -1},
    {"observed_at": "0001-01-01T00:00:00+14:00"},
    {"observed_at": "yesterday"},
    {"relations": [{"type": "reuse"}]},
    {"article": {"title": "A", "paragraphs": ["b"], "digest": "sha-256:" + "0" * 64, "words": 1}},
    {"article": {"title": "A", "paragraphs": ["b"], "digest": "sha-256:" + "0" * 64, "words": 10**40}},
    {"original": {**original(), "digest": "sha-256:" + "1" * 64}},
    {"item": {"key": "a", "by": "magic"}},
]


async def test_a_hostile_event_is_rejected(client: aiohttp.ClientSession) -> None:
    receipts = await publish(client, *(raw_event(number, **data) for number, data in enumerate(HOSTILE, 1)))
    assert [receipt["outcome"] for receipt in receipts] == ["rejected"] * len(HOSTILE)
    assert all(receipt["problem"]["code"] for receipt in receipts)


BODIES = [
    (b"", "bad-body"),
    (b"{", "bad-body"),
    (b'{"a": 1}', "bad-body"),
    (b'"\xff"', "bad-body"),
    (b'["\\ud800"]', "bad-body"),
    (b"[NaN]", "bad-body"),
    (b"[" * 100_000, "bad-body"),
    (b"[" + b"1" * 100_000 + b"]", "bad-body"),
    (b"[" + b"1," * 1_000 + b"1]", "too-large"),
    (b"[" + b" " * 17_000_000 + b"]", "too-large"),
]


async def test_a_body_that_is_not_a_batch_is_a_problem(client: aiohttp.ClientSession) -> None:
    for body, code in BODIES:
        async with client.post("/v1/events", data=io.BytesIO(body), headers=BATCH) as response:
            assert (await problem_of(response))["code"] == code, body[:20]


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    """The body in parts, whose number the receiver does not know."""
    for start in range(0, len(body), 2**20):
        yield body[start : start + 2**20]


async def test_the_largest_batch_is_recorded_and_one_byte_more_is_refused(client: aiohttp.ClientSession) -> None:
    events = []
    for number in range(1, MAX_BATCH_EVENTS + 1):
        content = number.to_bytes(4, "big") * 2_900
        events.append(
            raw_event(number, original=original(content), article=article(text=f"Envoys met on day {number}."))
        )
    body = json.dumps(events).encode()
    assert len(body) > MAX_BATCH_BYTES - 1_000_000
    body = body.ljust(MAX_BATCH_BYTES)
    # With its length in a header, and in chunks without it.
    for larger in (io.BytesIO(body + b" "), in_chunks(body + b" ")):
        async with client.post("/v1/events", data=larger, headers=BATCH) as response:
            problem = await problem_of(response)
            assert (problem["status"], problem["code"], problem["limit"]) == (413, "too-large", MAX_BATCH_BYTES)
    async with client.post("/v1/events", data=io.BytesIO(body), headers=BATCH) as response:
        receipts = (await response.json())["receipts"]
    assert [receipt["outcome"] for receipt in receipts] == ["recorded"] * MAX_BATCH_EVENTS


async def test_a_compressed_body_is_refused_without_being_read(client: aiohttp.ClientSession) -> None:
    headers = {**BATCH, "Content-Encoding": "gzip"}
    for body in (gzip.compress(b"[]"), gzip.compress(b" " * 17_000_000), b"not gzip"):
        async with client.post("/v1/events", data=body, headers=headers) as response:
            assert (await problem_of(response))["status"] == 415
            assert response.headers["Accept-Encoding"] == "identity"


async def test_the_refusal_of_a_media_type_lists_the_accepted_ones(client: aiohttp.ClientSession) -> None:
    for kind in "application/json", "text/plain", f"{EVENT_MEDIA_TYPE}; charset=utf-16", "x":
        async with client.post("/v1/events", data=b"{}", headers={"Content-Type": kind}) as response:
            assert (await problem_of(response))["status"] == 415
            assert response.headers["Accept-Post"] == f"{EVENT_MEDIA_TYPE}, {BATCH_MEDIA_TYPE}"


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**25), 10**25),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["\x00", "", "sha-256:" + "0" * 64, "2024-02-31", "9999-12-31T23:59:59-14:00", document_id(1)]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(value: object, path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """The path of every value inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from paths(inner, (*path, key))


FULL = article(notes=[{"rule": "x", "at": [0, 1]}], wire={"marker": "LEAD", "sequence": 1})
WHOLE = raw_event(1, article=FULL, relations=[relation(2)])
PATHS = list(paths(WHOLE))


@settings(deadline=None, max_examples=1, suppress_health_check=list(HealthCheck))
@given(changed=st.lists(st.tuples(st.sampled_from(PATHS), JSON), min_size=150, max_size=150))
async def test_no_event_causes_a_server_error(url: str, changed: list[tuple[tuple[int | str, ...], object]]) -> None:
    events = []
    for path, value in changed:
        spoilt: Any = copy.deepcopy(WHOLE)
        inner = functools.reduce(operator.getitem, path[:-1], spoilt)
        inner[path[-1]] = value
        # Lone surrogates, NaN and infinity are not JSON; they have their own test.
        events.append(json.loads(json.dumps(spoilt).replace("NaN", "0").replace("Infinity", "1e999")))
    body = json.dumps(events, allow_nan=True).replace("Infinity", "1e999")
    async with aiohttp.ClientSession(url) as client, client.post("/v1/events", data=body, headers=BATCH) as response:
        assert response.status == 200, await response.text()
        assert len((await response.json())["receipts"]) == len(events)


async def test_a_large_original_is_put_before_its_event(client: aiohttp.ClientSession) -> None:
    content = b"news " * 20_000
    digest = digest_of(content)
    for status in (201, 200):
        async with client.put(f"/v1/originals/{digest}", data=content) as response:
            assert response.status == status
    async with client.put(f"/v1/originals/{digest}", data=content + b"!") as response:
        assert (await problem_of(response))["code"] == "digest-mismatch"
    async with client.put("/v1/originals/sha-256:xyz", data=content) as response:
        assert (await problem_of(response))["status"] == 404
    sent = {"digest": digest, "size": len(content), "media_type": "text/plain", "encoding": "utf-8"}
    (receipt,) = await publish(client, raw_event(1, original=sent))
    assert receipt["outcome"] == "recorded"


async def test_the_heads_are_the_newest_observation_of_each_document(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2), raw_event(2, 2, "withdrawn"))
    async with client.get("/v1/heads?collection=seeds") as response:
        heads = [json.loads(line) for line in (await response.text()).splitlines()]
    assert [(head["document"], head["observation"], head["status"]) for head in heads] == [
        (document_id(1), 1, "current"),
        (document_id(2), 2, "withdrawn"),
    ]
    async with client.get("/v1/heads?collection=other") as response:
        assert await response.text() == ""
    async with client.get("/v1/heads") as response:
        assert (await problem_of(response))["errors"] == [{"pointer": "collection", "detail": "Field required"}]


async def test_a_byte_order_mark_before_json_is_no_fault(client: aiohttp.ClientSession) -> None:
    body = codecs.BOM_UTF8 + json.dumps([raw_event(1)]).encode()
    for count, status in ((1, 200), (2, 400)):
        marked = codecs.BOM_UTF8 * (count - 1) + body
        async with client.post("/v1/events", data=marked, headers={"Content-Type": BATCH_MEDIA_TYPE}) as response:
            assert response.status == status


def binary(event: dict[str, Any]) -> dict[str, Any]:
    """A request with an event in binary mode: its data as the body, the rest in headers."""
    attributes = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
    headers = {f"Ce-{name.capitalize()}": quote(value, safe="/:") for name, value in attributes.items()}
    return {"headers": {**headers, "Content-Type": "application/json"}, "data": json.dumps(event["data"])}


async def test_an_event_in_binary_mode_is_the_same_event(client: aiohttp.ClientSession) -> None:
    event = raw_event(1) | {"source": "/ingest/é 100%"}
    async with client.post("/v1/events", **binary(event)) as response:
        [receipt] = (await response.json())["receipts"]
    [again] = await publish(client, event)
    assert (response.status, receipt["outcome"], again) == (200, "recorded", {**receipt, "outcome": "replayed"})


async def test_an_event_in_binary_mode_without_an_attribute_is_rejected(client: aiohttp.ClientSession) -> None:
    request = binary(raw_event(1))
    del request["headers"]["Ce-Subject"]
    async with client.post("/v1/events", **request) as response:
        [receipt] = (await response.json())["receipts"]
    assert (receipt["outcome"], receipt["problem"]["errors"][0]["pointer"]) == ("rejected", "/subject")
    request["headers"] |= {"Ce-Subject": "%ff"}
    async with client.post("/v1/events", **request) as response:
        assert ((await problem_of(response))["code"], response.status) == ("bad-body", 400)


async def test_json_without_the_attributes_of_an_event_is_refused(client: aiohttp.ClientSession) -> None:
    async with client.post("/v1/events", json=raw_event(1)) as response:
        assert (response.status, "cloudevents" in response.headers["Accept-Post"]) == (415, True)
        assert "ce-specversion" in (await problem_of(response))["detail"]
