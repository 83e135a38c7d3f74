"""The sender: delivers a batch of events to the catalog, and finds those that it refuses.

It claims a batch, sends it with no lock and no transaction open, and records the receipts. A crash in between may send
an event twice: the catalog answers `replayed`.

Trouble with one event is found by halving the batch. An event that is refused alone, while the catalog answers for
others right before and right after it, waits; refused so a few times, it is a dead letter. While the catalog answers
for no event at all, or reports a problem of its own such as a full disk, no refusal is counted.
"""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime

import structlog

from catalog_service import contract
from ingest_service.delivery import outbox, receipts
from ingest_service.delivery.receipts import Purge
from ingest_service.delivery.transport import Refused, Transport
from ingest_service.errors import CatalogFailed, CatalogTrouble, CatalogUnreachable
from ingest_service.store.db import Database

HEADS_AT_ONCE = 500
# Codes of the catalog's own problems. On a full disk it still commits a probe, but no event that needs more room.
NO_FAULT_OF_THE_EVENT = frozenset({"busy", "database-away", "database-unusable", "stopping"})
# After so many different probes in vain the catalog may fail on them alone, so that one attempt is made without.
MAX_PROBES = 3
log = structlog.get_logger()


class Sender:
    """Delivers the pending events of a collection batch by batch."""

    def __init__(
        self, database: Database, transport: Transport, collection: str, *, purge: Purge, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._transport = transport
        self._collection = collection
        self._purge = purge
        self._clock = clock
        self._turns = itertools.count()
        self._probes_failed = 0
        # Whether the catalog has answered for an event since the start, or since the last trouble.
        self._answers = False
        self._originals_put: set[str] = set()
        self.batch_limit = contract.MAX_BATCH_EVENTS
        """The most events of the next batch."""
        self.outcomes: Counter[str] = Counter()
        """Counts events by outcome, since the start."""

    def distrust(self) -> None:
        """Has the next delivery begin with a probe: after trouble the catalog may be one restored from a backup."""
        self._answers = False

    async def deliver(self, *, again: bool) -> int:
        """Handles one batch, `again` after trouble; how many events it held.

        Raises CatalogTrouble and DatabaseAway, with no event lost. A batch that fails while the catalog answers for
        other events raises nothing: the next one is half of it.
        """
        if not self._answers:
            await self._probe()
        batch = await self._claim(again=again)
        if not batch:
            return 0
        try:
            await self._send(batch)
        except Refused as refusal:
            await self._narrow(batch, refusal)
        except CatalogTrouble as trouble:
            await self._isolate(batch, trouble)
        else:
            self._originals_put.clear()
            self.batch_limit = min(2 * self.batch_limit, contract.MAX_BATCH_EVENTS)
        return len(batch)

    async def _claim(self, *, again: bool) -> list[outbox.PendingEvent]:
        """The next batch. An event that was refused before is a batch of its own.

        Narrowed down to single events after a failure, it takes another document's first event at each attempt: the
        very first event may be the one that fails.
        """
        in_turn = again and self.batch_limit == 1
        limit = contract.MAX_BATCH_EVENTS if in_turn else self.batch_limit
        events = await self._database.read(
            outbox.claim, limit_events=limit, limit_bytes=contract.MAX_BATCH_BYTES, now=self._clock()
        )
        if in_turn and events:
            firsts: dict[str, outbox.PendingEvent] = {}
            for event in events:
                firsts.setdefault(event.document, event)
            return [list(firsts.values())[next(self._turns) % len(firsts)]]
        if events and events[0].refusals:
            return events[:1]
        return list(itertools.takewhile(lambda event: not event.refusals, events))

    async def _send(self, batch: Sequence[outbox.PendingEvent]) -> None:
        """Sends a batch after its large originals, and records the receipts. Raises Refused and CatalogTrouble."""
        for event in batch:
            await self._put_original(event.original)
        answer = await self._transport.send([event.body for event in batch])
        await self._settle(batch, answer.receipts)

    async def _put_original(self, digest: str | None) -> None:
        if digest is None or digest in self._originals_put:
            return
        content = await self._database.read(outbox.original, digest)
        # Bytes that are no longer kept were delivered once: the catalog rejects the event if it does not have them.
        if content is not None:
            await self._transport.put_original(digest, content)
        self._originals_put.add(digest)

    async def _narrow(self, batch: Sequence[outbox.PendingEvent], refusal: Refused) -> None:
        """Halves a batch that the catalog refused as a whole; an event that is refused alone is a dead letter."""
        if len(batch) > 1:
            self.batch_limit = len(batch) // 2
            return
        await self._database.write(outbox.dead, batch[0].id, refusal.problem)
        self._count_dead(batch[0], refusal.problem)

    async def _isolate(self, batch: Sequence[outbox.PendingEvent], trouble: CatalogTrouble) -> None:
        """Halves a batch that failed, or records a refusal of the event that failed alone.

        Raises the trouble again when the catalog answers for no other event either, or has a problem of its own.
        """
        answered_before, self._answers = self._answers, False
        if isinstance(trouble, CatalogUnreachable):
            raise trouble
        was_alone = self.batch_limit == 1 or batch[0].refusals > 0
        self.batch_limit = max(1, len(batch) // 2)
        general: CatalogTrouble | None = None
        try:
            await self._probe()
        except CatalogTrouble as failure:
            general = failure
        # A catalog that died of the event cannot be reached right after it.
        well = answered_before and (general is None or isinstance(general, CatalogUnreachable))
        is_its_own = trouble.problem is not None and trouble.problem.code in NO_FAULT_OF_THE_EVENT
        if was_alone and well and not is_its_own:
            await self._record_refusal(batch[0], trouble)
        if is_its_own or not self._answers:
            raise general or trouble

    async def _record_refusal(self, event: outbox.PendingEvent, trouble: CatalogTrouble) -> None:
        problem = trouble.problem or contract.Problem(
            type="about:blank", title="Failed", status=500, code=trouble.code, detail=str(trouble)
        )
        log.warning("event refused", event_id=event.event, problem=problem.detail, code=problem.code)
        if await self._database.write(outbox.refuse, event.id, problem, self._clock()):
            self._count_dead(event, problem)

    def _count_dead(self, event: outbox.PendingEvent, problem: contract.Problem) -> None:
        log.error("dead letter", event_id=event.event, problem=problem.detail, code=problem.code)
        self.outcomes["rejected"] += 1

    async def _probe(self) -> None:
        """Sends an event again that was delivered before, ahead of any new one: at the start and after trouble.

        Its receipt shows that the catalog answers, and its epoch: events sent to a restored catalog ahead of those that
        it lost would make these late. A probe that fails is replaced by another one, the last by none. Raises
        CatalogTrouble.
        """
        event = None
        if self._probes_failed < MAX_PROBES:
            event = await self._database.read(outbox.first_delivered, skip=self._probes_failed)
        if event is None:
            self._probes_failed = 0
            return
        try:
            answer = await self._transport.send([event.body])
            await self._settle([event], answer.receipts)
        except Refused:
            self._answers = True
        except CatalogTrouble:
            self._probes_failed += 1
            raise

    async def _settle(self, batch: Sequence[outbox.PendingEvent], answers: Sequence[contract.Receipt]) -> None:
        """Records the receipts; an event without one stays pending. Raises CatalogFailed without any."""
        events = {event.event: event for event in batch}
        pairs = [(events[receipt.event], receipt) for receipt in answers if receipt.event in events]
        if not pairs:
            raise CatalogFailed(f"the catalog sent no receipt for any of {len(batch)} events")
        restored = await self._database.write(receipts.record, pairs, self._clock(), self._purge)
        self._answers = True
        self.outcomes.update(receipt.outcome for _, receipt in pairs)
        for event, receipt in pairs:
            if receipt.outcome == "rejected":
                log.warning("event rejected", event_id=event.event, problem=receipts.problem(receipt).detail)
        if restored:
            await self._compare_heads()

    async def _compare_heads(self) -> None:
        """After a restore every delivered event is pending again, except those that the catalog still has."""
        log.warning("the catalog was restored from a backup; events that it lost are sent again")
        try:
            async with aclosing(self._transport.heads(self._collection)) as heads:
                async for chunk in _chunks(heads, HEADS_AT_ONCE):
                    await self._database.write(outbox.still_held, chunk)
        except (CatalogTrouble, Refused) as trouble:
            log.warning("heads cannot be compared; every event that is kept is sent again", detail=str(trouble))


async def _chunks(heads: AsyncIterator[contract.Head], size: int) -> AsyncIterator[list[contract.Head]]:
    chunk: list[contract.Head] = []
    async for head in heads:
        chunk.append(head)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
