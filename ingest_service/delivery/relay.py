"""The relay: sends the events of the outbox to the catalog, in order per document, until each has a receipt.

It delivers batch after batch (`sender`). Trouble with the catalog is waited out with back-off and jitter.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

import structlog

from ingest_service.delivery import outbox
from ingest_service.delivery.pace import Pace
from ingest_service.delivery.receipts import Purge
from ingest_service.delivery.sender import Sender
from ingest_service.delivery.transport import Transport
from ingest_service.errors import CatalogFailed, CatalogTrouble, DatabaseAway, IngestError
from ingest_service.store.db import Database

TIDY_EVERY = timedelta(hours=1)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """The collection of the events, how long they are kept once delivered, and how fast they are sent."""

    collection: str
    keep: timedelta = timedelta(days=7)
    pace: Pace = field(default_factory=Pace)


class Relay:
    """Sends the pending events of the outbox; `wake` it after a commit that added some."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        config: RelayConfig,
        *,
        purge: Purge,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._sender = Sender(database, transport, config.collection, purge=purge, clock=clock)
        self._woken = asyncio.Event()
        self._waiting_for_end: list[asyncio.Event] = []
        self._failures = 0
        self._tidy_at = clock()
        self.trouble: IngestError | None = None
        """Why no event is delivered now, or None."""

    @property
    def outcomes(self) -> Counter[str]:
        """Counts events by outcome, since the start."""
        return self._sender.outcomes

    async def deliver(self) -> int:
        """Handles one batch; how many events it held. Raises CatalogTrouble and DatabaseAway, with no event lost."""
        return await self._sender.deliver(again=self._failures > 0)

    def wake(self) -> None:
        """Makes the relay read the outbox now. To be called in the event loop."""
        self._woken.set()

    async def drained(self) -> None:
        """Returns when `run` has found nothing to send in an outbox that it read after this call."""
        end = asyncio.Event()
        self._waiting_for_end.append(end)
        self.wake()
        await end.wait()

    async def run(self) -> NoReturn:
        """Delivers for ever: woken, or by the timer that covers a lost call."""
        while True:
            self._woken.clear()
            # Only these called before the outbox is read here; an event that others put may be missed by this read.
            waiting = tuple(self._waiting_for_end)
            try:
                delivered = await self.deliver()
            except (CatalogTrouble, DatabaseAway) as trouble:
                await self.wait_out(trouble)
                continue
            self._well()
            if not delivered:
                del self._waiting_for_end[: len(waiting)]
                for end in waiting:
                    end.set()
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
        """Delivers until no event is pending. Raises the trouble that lasts.

        It lasts after so many failures in a row, not counting those that halve the next batch.
        """
        lasting = 0
        while True:
            batch_limit = self._sender.batch_limit
            try:
                if not await self.deliver():
                    break
            except (CatalogTrouble, DatabaseAway) as trouble:
                lasting += self._sender.batch_limit == batch_limit
                if lasting >= attempts:
                    raise
                await self.wait_out(trouble)
            else:
                lasting = 0
                self._well()
        waiting = await self._database.read(outbox.waiting)
        if waiting.events:
            raise CatalogFailed(str(waiting))

    async def wait_out(self, trouble: IngestError) -> None:
        """Waits after a failure, and logs trouble that is new."""
        self._failures += 1
        self._sender.distrust()
        if self.trouble is None or self.trouble.code != trouble.code:
            log.warning("delivery waits", reason=trouble.code, detail=str(trouble))
        self.trouble = trouble
        retry_after = trouble.retry_after if isinstance(trouble, CatalogTrouble) else None
        await asyncio.sleep(self._config.pace.after(self._failures, retry_after))

    def _well(self) -> None:
        if self.trouble is not None:
            log.info("delivery goes on", after=self.trouble.code)
        self.trouble = None
        self._failures = 0

    async def _tidy(self) -> None:
        """Deletes events that were delivered long ago, once in a while."""
        now = self._clock()
        if now < self._tidy_at:
            return
        if not await self._database.write(outbox.prune, now - self._config.keep):
            self._tidy_at = now + TIDY_EVERY

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._config.pace.idle):
                await self._woken.wait()
