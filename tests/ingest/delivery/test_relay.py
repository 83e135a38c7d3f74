"""Whatever the catalog does, what is owed arrives once, in order per document, or is a dead letter with its words."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model
from ingest_service.backoff import Backoff
from ingest_service.delivery import outbox
from ingest_service.delivery.http import HttpTransport, Timeouts
from ingest_service.delivery.pace import Pace
from ingest_service.delivery.relay import Relay, RelayConfig
from ingest_service.delivery.sender import MAX_PROBES
from ingest_service.delivery.transport import Refused
from ingest_service.errors import CatalogAway, CatalogFailed, CatalogForbids, CatalogTrouble
from ingest_service.store import tables
from ingest_service.store.db import Database
from tests.ingest import fake_catalog
from tests.ingest.events import NOON, document_id, event_id, head, observed, problem, put_event, related
from tests.ingest.fake_catalog import FakeCatalog
from tests.ingest.waiting import until

PACE = Pace(first=0.001, longest=0.01, longest_asked=0.02, idle=0.02)
# So many refusals as in life, without the waits between them.
MAX_REFUSALS = 6
AT_ONCE = Backoff(timedelta(0), timedelta(0), attempts=MAX_REFUSALS)
PUBLISH = "publish-token"
CAPITALS = ("seoul", "tokyo", "wellington", "canberra", "pyongyang", "moscow", "washington")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    tables.Base.metadata.create_all(made.engine)
    yield made
    made.close()


def put(database: Database, *events: contract.ObservedEvent | contract.RelatedEvent) -> list[str]:
    with database.writing() as session:
        for event in events:
            put_event(session, event)
    return [event.id for event in events]


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return outbox.counts(session)


def forget(session: Session, document: str) -> None:
    """What the ledger does when a document is redacted, as far as a test can see it."""
    session.merge(tables.State(key="forgotten", value=document))


@asynccontextmanager
async def relaying(
    database: Database, url: str, *, token: str | None = None, silence: float = 5.0
) -> AsyncIterator[Relay]:
    """A relay that runs until the block ends."""
    timeouts = Timeouts(connect=5.0, silence=silence)
    async with HttpTransport(url, token, timeouts) as transport:
        relay = Relay(database, transport, RelayConfig("seeds", pace=PACE), purge=forget, clock=lambda: NOON)
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def all_delivered(database: Database, relay: Relay) -> None:
    await until(lambda: not counts(database)["owed"] and relay.trouble is None, "an empty outbox")


async def test_everything_owed_arrives_in_order(database: Database) -> None:
    names = put(database, *(observed(name) for name in CAPITALS), observed("seoul", 2))
    async with (
        FakeCatalog(token=PUBLISH).serving() as catalog,
        relaying(database, catalog.url, token=PUBLISH) as relay,
    ):
        await all_delivered(database, relay)
    assert catalog.recorded == names
    assert counts(database) == {"owed": 0, "delivered": len(names), "dead": 0}
    assert catalog.headers[0]["Content-Type"] == contract.BATCH_MEDIA_TYPE
    assert len(catalog.headers[0]["traceparent"].split("-")) == 4


async def test_what_is_put_later_is_sent_when_the_relay_is_woken(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
        names = put(database, observed())
        relay.wake()
        await until(lambda: catalog.recorded == names, "the event")


async def test_an_outbox_read_before_an_event_was_put_is_not_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, has_read, goes_on = outbox.claim, threading.Event(), threading.Event()

    def pausing(session: Session, **limits: Any) -> list[outbox.PendingEvent]:  # noqa: ANN401  The limits of `claim`.
        events = claim(session, **limits)
        has_read.set()
        assert goes_on.wait(10)
        return events

    monkeypatch.setattr(outbox, "claim", pausing)
    async with FakeCatalog().serving() as catalog, relaying(database, catalog.url) as relay:
        await asyncio.to_thread(has_read.wait, 10)
        names = put(database, observed())
        drained = asyncio.create_task(relay.drained())
        await asyncio.sleep(0)
        goes_on.set()
        await drained
        assert catalog.recorded == names


async def test_a_lost_call_costs_a_delay_only(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
        names = put(database, observed())
        await until(lambda: catalog.recorded == names, "the timer to cover it")


async def test_nothing_is_lost_while_the_catalog_is_not_there(database: Database) -> None:
    names = put(database, observed("seoul"), observed("seoul", 2))
    async with FakeCatalog().serving() as gone:
        port = int(gone.url.rsplit(":", 1)[1])
    async with relaying(database, gone.url) as relay:
        await until(lambda: isinstance(relay.trouble, CatalogAway), "the refused connection")
        async with FakeCatalog().serving(port) as catalog:
            await all_delivered(database, relay)
    assert catalog.recorded == names


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (fake_catalog.status(503, **{"Retry-After": "3600"}), CatalogAway),
        (fake_catalog.status(503, **{"Retry-After": "Sun, 22 Nov 2026 12:00:00 GMT"}), CatalogAway),
        (fake_catalog.status(429), CatalogAway),
        (fake_catalog.status(500), CatalogFailed),
        (fake_catalog.status(401), CatalogForbids),
        (fake_catalog.status(302, Location="http://127.0.0.1:9/"), CatalogForbids),
        (fake_catalog.status(404), CatalogForbids),
        (fake_catalog.says("<h1>Welcome to the hotel's network</h1>"), CatalogFailed),
        (fake_catalog.says('{"receipts": []}', "application/json"), CatalogFailed),
        (fake_catalog.breaks_off, CatalogFailed),
        (fake_catalog.never_answers, CatalogFailed),
        (fake_catalog.records_and_hangs_up, CatalogFailed),
    ],
)
async def test_an_event_outlives_every_fault_and_is_recorded_once(
    database: Database, fault: fake_catalog.Fault, trouble: type[CatalogTrouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[object] = []
    waits = Relay.wait_out

    async def wait_out(relay: Relay, reason: CatalogTrouble) -> None:
        met.append(type(reason))
        await waits(relay, reason)

    monkeypatch.setattr(Relay, "wait_out", wait_out)
    monkeypatch.setattr(outbox, "REFUSALS", AT_ONCE)
    names = put(database, observed("seoul"), observed("tokyo"), observed("seoul", 2))
    catalog = FakeCatalog()
    catalog.faults.append(fault)
    async with catalog.serving(), relaying(database, catalog.url, silence=0.3) as relay:
        await all_delivered(database, relay)
    assert met == [trouble]
    assert catalog.recorded == names
    assert counts(database) == {"owed": 0, "delivered": 3, "dead": 0}


@pytest.mark.parametrize("bad", [[0], [6], [2, 3, 5], list(range(7))])
async def test_the_events_that_spoil_a_batch_are_found_and_buried(database: Database, bad: list[int]) -> None:
    names = put(database, *(observed(name) for name in CAPITALS))
    catalog = FakeCatalog(refused={names[number] for number in bad})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert catalog.recorded == [name for name in names if name not in catalog.refused]
    assert counts(database) == {"owed": 0, "delivered": 7 - len(bad), "dead": len(bad)}
    with database.reading() as session:
        dead = session.query(tables.Outbox).filter_by(state="dead").all()
        assert all(row.problem is not None and row.problem["detail"] == "No such month." for row in dead)


async def test_a_batch_too_large_for_the_catalog_is_halved(database: Database) -> None:
    names = put(database, *(observed(name) for name in CAPITALS))
    async with FakeCatalog(most_events=2).serving() as catalog, relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert catalog.recorded == names
    assert counts(database)["dead"] == 0


async def test_a_rejected_event_does_not_stop_its_neighbours(database: Database) -> None:
    names = put(database, observed("seoul"), observed("seoul", 2), observed("tokyo"))
    catalog = FakeCatalog(outcomes={names[0]: "rejected"})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await until(lambda: relay.outcomes == {"recorded": 2, "rejected": 1}, "all receipts")
    assert catalog.recorded == names[1:]
    assert counts(database) == {"owed": 0, "delivered": 2, "dead": 1}


LASTING = {
    "503": fake_catalog.status(503),
    "retry-after": fake_catalog.status(503, **{"Retry-After": "3600"}),
    "429": fake_catalog.status(429),
    "500": fake_catalog.status(500),
    "403": fake_catalog.status(403),
    "hang-up": fake_catalog.hangs_up,
    "half": fake_catalog.breaks_off,
    "html": fake_catalog.says("<h1>Blocked</h1>"),
    "no-receipts": fake_catalog.says('{"receipts": []}', "application/json"),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that were refused are due again at once."""
    monkeypatch.setattr(outbox, "REFUSALS", AT_ONCE)


@pytest.mark.parametrize("way", LASTING)
@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.usefixtures("impatient")
async def test_an_event_that_fails_for_ever_becomes_a_dead_letter_alone(
    database: Database, way: str, place: int
) -> None:
    names = put(database, *(observed(name) for name in CAPITALS), observed(CAPITALS[place], 2))
    catalog = FakeCatalog(troubles={names[place]: LASTING[way]})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await until(lambda: counts(database) == {"owed": 0, "delivered": 7, "dead": 1}, "all but one")
        assert relay.trouble is None
    assert set(catalog.recorded) == set(names) - {names[place]}
    assert catalog.sends(names[place]) <= len(names).bit_length() + 2 * MAX_PROBES + MAX_REFUSALS
    with database.reading() as session:
        [letter] = session.query(tables.Outbox).filter_by(state="dead").all()
        assert letter.event == names[place]
        assert letter.problem is not None
        if way in {"503", "retry-after", "429", "500", "403"}:
            assert letter.problem["detail"] == "No such month."


@pytest.mark.usefixtures("impatient")
async def test_a_dead_letter_that_is_retried_is_delivered_when_the_catalog_takes_it(database: Database) -> None:
    names = put(database, observed("seoul"), observed("tokyo"))
    catalog = FakeCatalog(troubles={names[0]: LASTING["503"]})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await until(lambda: counts(database)["dead"] == 1, "the dead letter")
        catalog.troubles.clear()
        with database.writing() as session:
            assert outbox.retry(session) == 1
        relay.wake()
        await all_delivered(database, relay)
    assert catalog.recorded == [names[1], names[0]]


@pytest.mark.usefixtures("impatient")
async def test_the_only_event_is_judged_by_one_that_was_delivered_before(database: Database) -> None:
    put(database, observed("tokyo"))
    catalog = FakeCatalog()
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
        [name] = put(database, observed("seoul"))
        catalog.troubles[name] = LASTING["503"]
        relay.wake()
        await until(lambda: counts(database)["dead"] == 1, "the dead letter")


@pytest.mark.usefixtures("impatient")
async def test_a_probe_on_which_the_catalog_fails_is_replaced(database: Database) -> None:
    before = put(database, observed("tokyo"), observed("wellington"))
    await deliver_all(database, FakeCatalog())
    names = put(database, observed("seoul"), observed("canberra"))
    catalog = FakeCatalog(troubles=dict.fromkeys((before[0], names[0]), LASTING["503"]))
    async with catalog.serving(), relaying(database, catalog.url):
        await until(lambda: counts(database) == {"owed": 0, "delivered": 3, "dead": 1}, "the other event")


@pytest.mark.usefixtures("impatient")
async def test_bytes_that_fail_for_ever_make_a_dead_letter_of_their_event(database: Database) -> None:
    digest = put_large(database, "seoul", b"%PDF" * 100_000)
    names = put(database, observed("tokyo"), observed("seoul", 2))
    catalog = FakeCatalog(troubles={digest: LASTING["503"]})
    async with catalog.serving(), relaying(database, catalog.url):
        await until(lambda: counts(database) == {"owed": 0, "delivered": 2, "dead": 1}, "the two others")
    assert catalog.recorded == names


@pytest.mark.usefixtures("impatient")
async def test_an_event_that_kills_the_catalog_becomes_a_dead_letter(database: Database) -> None:
    names = put(database, observed("seoul"), observed("tokyo"), observed("wellington"))
    async with FakeCatalog().serving() as reserved:
        port = int(reserved.url.rsplit(":", 1)[1])
    killed = asyncio.Event()

    async def dies(catalog: FakeCatalog, request: web.Request) -> None:
        killed.set()
        await fake_catalog.hangs_up(catalog, request)

    catalog = FakeCatalog(troubles={names[1]: dies})
    async with relaying(database, f"http://127.0.0.1:{port}"):
        while counts(database) != {"owed": 0, "delivered": 2, "dead": 1}:
            killed.clear()
            async with catalog.serving(port):
                await until(lambda: killed.is_set() or not counts(database)["owed"], "the end of the catalog")
    assert set(catalog.recorded) == {names[0], names[2]}


@pytest.mark.parametrize("way", LASTING)
@pytest.mark.parametrize("delivered_before", [0, 2])
@pytest.mark.usefixtures("impatient")
async def test_no_event_is_blamed_while_the_catalog_answers_for_none(
    database: Database, way: str, delivered_before: int
) -> None:
    put(database, *(observed(f"before-{number}") for number in range(delivered_before)))
    await deliver_all(database, FakeCatalog())
    names = put(database, *(observed(name) for name in CAPITALS))
    catalog = FakeCatalog()

    async def fails(catalog: FakeCatalog, request: web.Request) -> web.StreamResponse | None:
        catalog.faults.append(fails)
        return await LASTING[way](catalog, request)

    catalog.faults.append(fails)
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await until(lambda: len(catalog.batches) > 30, "many refusals")
        with database.reading() as session:
            assert outbox.waiting(session) == outbox.Waiting(0, None)
        assert counts(database)["dead"] == 0
        catalog.faults.clear()
        catalog.faults.append(fake_catalog.status(503))
        await all_delivered(database, relay)
    assert set(names) <= set(catalog.recorded)
    assert counts(database)["dead"] == 0


@pytest.mark.parametrize("code", ["busy", "database-away", "database-unusable", "stopping"])
@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.usefixtures("impatient")
async def test_a_problem_of_the_catalog_itself_makes_no_dead_letter(database: Database, code: str, place: int) -> None:
    """A catalog whose disk is full takes events that need no more of it, a probe among them, and fails on others."""
    names = put(database, *(observed(name) for name in CAPITALS))

    async def fails(_catalog: FakeCatalog, _request: web.Request) -> web.StreamResponse:
        return fake_catalog.answer(problem(code, 503))

    catalog = FakeCatalog(troubles={names[place]: fails})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await until(lambda: counts(database) == {"owed": 1, "delivered": 6, "dead": 0}, "all other events")
        sent = catalog.sends(names[place])
        await until(lambda: catalog.sends(names[place]) > sent + 2 * MAX_REFUSALS, "many attempts")
        assert counts(database)["dead"] == 0
        assert relay.trouble is not None
        assert code in str(relay.trouble)
        catalog.troubles.clear()
        await all_delivered(database, relay)
    assert set(catalog.recorded) == set(names)


@pytest.mark.usefixtures("impatient")
async def test_a_refusal_at_the_start_of_an_outage_is_not_counted(database: Database) -> None:
    put(database, observed("tokyo"))
    catalog = FakeCatalog()

    async def fails(catalog: FakeCatalog, request: web.Request) -> web.StreamResponse | None:
        catalog.faults.append(fails)
        return await LASTING["503"](catalog, request)

    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
        catalog.faults.append(fails)
        sent = len(catalog.batches)
        with database.writing() as session:
            put_event(session, observed("seoul"))
            [event] = outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)
            outbox.refuse(session, event.id, problem(), NOON)
        relay.wake()
        await until(lambda: len(catalog.batches) > sent + 10, "many refusals")
        with database.reading() as session:
            assert outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)[0].refusals == 1
        catalog.faults.clear()
        await all_delivered(database, relay)


@pytest.mark.usefixtures("impatient")
async def test_a_catalog_that_fails_by_chance_makes_no_dead_letter(database: Database) -> None:
    names = put(database, *(observed(f"{name}-{number}") for name in CAPITALS for number in range(20)))
    chance = random.Random(7)  # noqa: S311  Chance, not secrecy.
    catalog = FakeCatalog()

    async def fails_sometimes(catalog: FakeCatalog, request: web.Request) -> web.StreamResponse | None:
        catalog.faults.append(fails_sometimes)
        return await LASTING["503"](catalog, request) if chance.random() < 0.5 else None

    catalog.faults.append(fails_sometimes)
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert set(catalog.recorded) == set(names)
    assert counts(database)["dead"] == 0


async def test_a_drain_reports_events_that_wait_for_another_attempt(database: Database) -> None:
    names = put(database, observed("seoul"), observed("tokyo"))
    catalog = FakeCatalog(troubles={names[0]: LASTING["503"]})
    async with catalog.serving(), HttpTransport(catalog.url) as transport:
        relay = Relay(database, transport, RelayConfig("seeds", pace=PACE), purge=forget, clock=lambda: NOON)
        with pytest.raises(CatalogFailed, match="No such month"):
            await relay.drain()
    assert catalog.recorded == [names[1]]


async def test_a_redacted_document_is_purged(database: Database) -> None:
    names = put(database, observed("seoul"), observed("seoul", 2), observed("tokyo"))
    catalog = FakeCatalog(outcomes={names[1]: "redacted"})
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert counts(database) == {"owed": 0, "delivered": 1, "dead": 0}
    with database.reading() as session:
        forgotten = session.get(tables.State, "forgotten")
        assert forgotten is not None
        assert forgotten.value == str(document_id("seoul"))


def put_large(database: Database, name: str, content: bytes) -> str:
    """Owes an event whose bytes travel apart; their digest."""
    digest = model.digest_of(content)
    original = contract.Original(digest=digest, size=len(content), media_type="application/pdf")
    with database.writing() as session:
        session.merge(tables.Original(digest=digest, size=len(content), media_type="application/pdf", content=content))
        put_event(session, observed(name, original=original), original=digest)
    return digest


async def test_large_bytes_are_there_before_their_event(database: Database) -> None:
    content = b"%PDF" * 100_000
    digest = put_large(database, "seoul", content)
    put_large(database, "tokyo", content)
    async with FakeCatalog().serving() as catalog, relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert catalog.originals == {digest: content}
    assert catalog.log == [digest, event_id("seoul"), event_id("tokyo")]
    with database.reading() as session:
        assert outbox.original(session, digest) is None


async def test_bytes_that_the_catalog_refuses_bury_their_event_alone(database: Database) -> None:
    digest = put_large(database, "seoul", b"%PDF" * 100_000)
    put(database, observed("tokyo"))
    async with FakeCatalog(refused={digest}).serving() as catalog, relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)
    assert catalog.recorded == [event_id("tokyo")]
    assert counts(database) == {"owed": 0, "delivered": 1, "dead": 1}


async def deliver_all(database: Database, catalog: FakeCatalog) -> None:
    async with catalog.serving(), relaying(database, catalog.url) as relay:
        await all_delivered(database, relay)


async def test_a_restored_catalog_gets_what_it_lost_before_anything_new(database: Database) -> None:
    before = put(database, observed("seoul"), observed("seoul", 2), observed("tokyo"), related("seoul", 1))
    await deliver_all(database, FakeCatalog())
    new = put(database, observed("seoul", 3))
    restored = FakeCatalog(epoch="second", recorded=[before[0]], heads=[head("seoul", 1)])
    await deliver_all(database, restored)
    assert restored.recorded == [before[0], before[1], before[2], before[3], new[0]]
    assert sum(batch.count(before[0]) for batch in restored.batches) == 1, "sent again only to see the epoch"


async def test_a_restored_catalog_without_heads_gets_everything_kept(database: Database) -> None:
    before = put(database, observed("seoul"), observed("tokyo"))
    await deliver_all(database, FakeCatalog())
    new = put(database, observed("wellington"))
    restored = FakeCatalog(epoch="second")

    async def recovers(catalog: FakeCatalog, request: web.Request) -> None:
        catalog.faults.append(fake_catalog.status(404))

    restored.faults.append(recovers)
    await deliver_all(database, restored)
    assert set(restored.recorded) == {*before, *new}


async def test_a_drain_gives_up_on_a_catalog_that_is_not_there(database: Database) -> None:
    put(database, observed())
    async with FakeCatalog().serving() as gone:
        pass
    async with HttpTransport(gone.url) as transport:
        relay = Relay(database, transport, RelayConfig("seeds", pace=PACE), purge=forget, clock=lambda: NOON)
        with pytest.raises(CatalogAway):
            await relay.drain()
    assert counts(database)["owed"] == 1


async def test_a_stream_of_heads_that_breaks_off_is_no_short_collection() -> None:
    catalog = FakeCatalog(heads=[head("seoul"), head("tokyo")])
    async with catalog.serving(), HttpTransport(catalog.url) as transport:
        assert [received_head.path async for received_head in transport.heads("seeds")] == ["seoul.txt", "tokyo.txt"]
        catalog.faults.append(fake_catalog.breaks_off)
        with pytest.raises(CatalogFailed):
            [received_head async for received_head in transport.heads("seeds")]


async def test_a_refusal_that_is_no_problem_document_is_quoted() -> None:
    catalog = FakeCatalog()

    async def proxy_says_no(_catalog: FakeCatalog, _request: object) -> web.Response:
        return web.Response(status=413, text="Request Entity Too Large")

    catalog.faults.append(proxy_says_no)
    async with catalog.serving(), HttpTransport(catalog.url) as transport:
        with pytest.raises(Refused, match="Request Entity Too Large"):
            await transport.send([b'{"id": "x"}'])


def test_waits_grow_to_a_bound_and_differ_by_chance() -> None:
    short, long = Pace(jitter=lambda: 0.0), Pace(jitter=lambda: 1.0)
    assert [long.after(failures) for failures in (1, 2, 3, 100)] == [0.25, 0.5, 1.0, 10.0]
    assert [short.after(failures) for failures in (1, 2, 3, 100)] == [0.125, 0.25, 0.5, 5.0]
    assert short.after(1, retry_after=7.0) == 7.0
    assert short.after(1, retry_after=float("inf")) == short.longest_asked
