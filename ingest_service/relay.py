"""The relay: from the outbox to the catalog, in order per document, until the catalog has answered for everything.

It claims a batch, sends it with no lock and no transaction open, and writes down the receipts. What happens in between
may happen twice: the catalog answers `replayed`. Trouble with the catalog is waited out with back-off and jitter;
trouble with one event is found by halving the batch.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

import structlog
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import outbox, state
from ingest_service.db import Database
from ingest_service.errors import CatalogAway, CatalogFailed, CatalogTrouble, DatabaseAway, IngestError
from ingest_service.transport import Refused, Transport

HEADS_AT_ONCE = 500
TIDY_EVERY = timedelta(hours=1)
log = structlog.get_logger()

Purge = Callable[[Session, str], None]
Pair = tuple[outbox.Owed, contract.Receipt]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds: after the first failure, at most, at most when asked to, and with nothing to do."""

    first: float = 0.25
    longest: float = 10.0
    longest_asked: float = 300.0
    idle: float = 5.0
    jitter: Callable[[], float] = random.random

    def after(self, failures: int, asked: float | None = None) -> float:
        """The wait after so many failures in a row: doubled each time, and between half and all of it by chance.

        What the catalog asked for (Retry-After) is waited in full, and a tenth more by chance.
        """
        if asked is not None:
            return min(asked, self.longest_asked) * (1 + self.jitter() / 10)
        longest: float = min(self.first * 2 ** min(failures - 1, 30), self.longest)
        return longest * (1 + self.jitter()) / 2


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose events they are, how long they are kept once delivered, and how fast they are sent."""

    collection: str
    keep: timedelta = timedelta(days=7)
    pace: Pace = Pace()


class Relay:
    """Sends what the outbox owes; `wake` it after a commit that put events."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        terms: Terms,
        *,
        purge: Purge,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._transport = transport
        self._terms = terms
        self._purge = purge
        self._clock = clock
        self._woken = asyncio.Event()
        self._empty = asyncio.Event()
        self._most = contract.MAX_BATCH_EVENTS
        self._failures = 0
        self._epoch_seen = False
        self._originals_put: set[str] = set()
        self._tidy_at = clock()
        self.outcomes: Counter[str] = Counter()
        """How many events ended how, since the start."""
        self.trouble: IngestError | None = None
        """Why nothing is delivered now, or None."""

    def wake(self) -> None:
        """Something was put: look now. To be called in the event loop."""
        self._woken.set()

    async def drained(self) -> None:
        """Returns when `run` has found nothing to send, from now on."""
        self._empty.clear()
        self.wake()
        await self._empty.wait()

    async def run(self) -> NoReturn:
        """Delivers for ever: woken, or by the timer that covers a lost call."""
        while True:
            self._woken.clear()
            try:
                delivered = await self.deliver()
            except (CatalogTrouble, DatabaseAway) as trouble:
                await self.wait_out(trouble)
                continue
            self._well()
            if not delivered:
                self._empty.set()
                await self._tidy()
                await self._rest()

    async def follow(self, over: asyncio.Event) -> None:
        """Delivers what is put until it is `over` and the relay was woken once more, or until the first trouble."""
        with suppress(CatalogTrouble, DatabaseAway):
            while not over.is_set():
                self._woken.clear()
                if not await self.deliver():
                    await self._rest()

    async def drain(self, *, attempts: int = 3) -> None:
        """Delivers until nothing can be sent now. Raises the trouble that lasts for so many attempts in a row."""
        while True:
            try:
                if not await self.deliver():
                    return
            except (CatalogTrouble, DatabaseAway) as trouble:
                if self._failures + 1 >= attempts:
                    raise
                await self.wait_out(trouble)
            else:
                self._well()

    async def deliver(self) -> int:
        """Sends one batch; how many events it held. Raises CatalogTrouble and DatabaseAway, with nothing lost."""
        await self._see_epoch()
        batch = await self._database.read(
            outbox.claim, limit_events=self._most, limit_bytes=contract.MAX_BATCH_BYTES, now=self._clock()
        )
        if not batch:
            return 0
        try:
            await self._hand_over(await self._put_originals(batch))
        except CatalogFailed as failure:
            await self._isolate(batch, failure)
            raise
        self._originals_put.clear()
        self._most = min(2 * self._most, contract.MAX_BATCH_EVENTS)
        return len(batch)

    async def wait_out(self, trouble: IngestError) -> None:
        """Waits after a failure, and says so when the trouble is new."""
        self._failures += 1
        # Whoever answers after trouble may be a catalog restored from a backup.
        self._epoch_seen = False
        if self.trouble is None or self.trouble.code != trouble.code:
            log.warning("delivery waits", reason=trouble.code, detail=str(trouble))
        self.trouble = trouble
        asked = trouble.retry_after if isinstance(trouble, CatalogAway) else None
        await asyncio.sleep(self._terms.pace.after(self._failures, asked))

    def _well(self) -> None:
        if self.trouble is not None:
            log.info("delivery goes on", after=self.trouble.code)
        self.trouble = None
        self._failures = 0

    async def _put_originals(self, batch: Sequence[outbox.Owed]) -> list[outbox.Owed]:
        """Hands over the large originals of a batch, each once; the events that may follow them."""
        ready = []
        for owed in batch:
            try:
                await self._put_original(owed.original)
            except Refused as refused:
                await self._bury(owed, refused.problem)
            else:
                ready.append(owed)
        return ready

    async def _put_original(self, digest: str | None) -> None:
        if digest is None or digest in self._originals_put:
            return
        content = await self._database.read(outbox.original, digest)
        # Bytes that are kept no more were delivered once: the event is sent, and the catalog says if it misses them.
        if content is not None:
            await self._transport.put_original(digest, content)
        self._originals_put.add(digest)

    async def _hand_over(self, batch: Sequence[outbox.Owed]) -> None:
        """Sends a batch; one that is refused as a whole is halved, down to the event that is at fault."""
        if not batch:
            return
        try:
            answer = await self._transport.send([owed.body for owed in batch])
        except Refused as refused:
            if len(batch) == 1:
                await self._bury(batch[0], refused.problem)
                return
            middle = len(batch) // 2
            await self._hand_over(batch[:middle])
            await self._hand_over(batch[middle:])
        else:
            await self._settle(batch, answer.receipts)

    async def _settle(self, batch: Sequence[outbox.Owed], receipts: Sequence[contract.Receipt]) -> None:
        """Writes the receipts down; what was not answered for stays owed."""
        sent = {owed.event: owed for owed in batch}
        pairs = [(sent[receipt.event], receipt) for receipt in receipts if receipt.event in sent]
        if not pairs:
            raise CatalogFailed(f"the catalog answered for none of {len(batch)} events")
        restored = await self._database.write(_record, pairs, self._clock(), self._purge)
        self.outcomes.update(receipt.outcome for _, receipt in pairs)
        for owed, receipt in pairs:
            if receipt.outcome == "rejected":
                log.warning("event rejected", event_id=owed.event, problem=_words(receipt).detail)
        if restored:
            await self._compare_heads()

    async def _bury(self, owed: outbox.Owed, problem: contract.Problem) -> None:
        log.warning("event refused", event_id=owed.event, problem=problem.detail, code=problem.code)
        await self._database.write(outbox.dead, owed.id, problem)
        self.outcomes["rejected"] += 1

    async def _isolate(self, batch: Sequence[outbox.Owed], failure: CatalogFailed) -> None:
        """Has the next batch be half of the one that failed; one event that fails alone waits, and others go on."""
        self._most = max(1, len(batch) // 2)
        if len(batch) == 1:
            problem = contract.Problem(
                type="about:blank", title="Failed", status=500, code=failure.code, detail=str(failure)
            )
            await self._database.write(outbox.failed, [batch[0].id], problem, self._clock())

    async def _see_epoch(self) -> None:
        """Sends the oldest event again, at the start and after trouble, before anything new.

        Its receipt tells the epoch: events sent to a restored catalog ahead of those it lost would make these late.
        """
        if self._epoch_seen:
            return
        kept = await self._database.read(outbox.first_delivered)
        if kept is not None:
            # Delivered once, it is no dead letter now, and must not hold up the others.
            with suppress(Refused, CatalogFailed):
                await self._settle([kept], (await self._transport.send([kept.body])).receipts)
        self._epoch_seen = True

    async def _compare_heads(self) -> None:
        """After a restore everything kept is owed again; takes off what the catalog still has."""
        log.warning("the catalog was restored from a backup; what it misses is sent again")
        try:
            async with aclosing(self._transport.heads(self._terms.collection)) as heads:
                async for chunk in _chunks(heads, HEADS_AT_ONCE):
                    await self._database.write(outbox.still_held, chunk)
        except (CatalogTrouble, Refused) as trouble:
            log.warning("heads cannot be compared; everything kept is sent again", detail=str(trouble))

    async def _tidy(self) -> None:
        """Forgets events that were delivered long ago, once in a while."""
        now = self._clock()
        if now < self._tidy_at:
            return
        if not await self._database.write(outbox.prune, now - self._terms.keep):
            self._tidy_at = now + TIDY_EVERY

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._terms.pace.idle):
                await self._woken.wait()


def _record(session: Session, pairs: Sequence[Pair], now: datetime, purge: Purge) -> bool:
    """Writes receipts down; true when they come from another epoch: then everything kept is owed again."""
    epoch = pairs[0][1].epoch
    known = state.get(session, "catalog_epoch")
    restored = known not in (None, epoch)
    if restored:
        outbox.recall(session)
    if known != epoch:
        state.remember(session, "catalog_epoch", epoch)
    taken = [receipt for _, receipt in pairs if receipt.outcome not in ("rejected", "redacted")]
    if taken:
        outbox.delivered(session, taken, now)
    for owed, receipt in pairs:
        if receipt.outcome == "rejected":
            outbox.dead(session, owed.id, _words(receipt))
        elif receipt.outcome == "redacted":
            outbox.erase(session, owed.document)
            purge(session, owed.document)
    return restored


def _words(receipt: contract.Receipt) -> contract.Problem:
    """The catalog's own words about a rejected event."""
    return receipt.problem or contract.Problem(
        type="about:blank", title="Rejected", status=422, code="rejected", detail="the catalog gave no reason"
    )


async def _chunks(heads: AsyncIterator[contract.Head], size: int) -> AsyncIterator[list[contract.Head]]:
    chunk: list[contract.Head] = []
    async for head in heads:
        chunk.append(head)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
