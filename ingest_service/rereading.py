"""What changes without a change in the folder: furniture learned from new articles, and files to be read again."""

from datetime import datetime

from ingest_service.intake import Intake
from ingest_service.ledger.furniture_learner import FurnitureLearner
from ingest_service.ledger.rereads import RereadBacklog
from ingest_service.store.db import Database


class Rereading:
    """Keeps the furniture that `intake` uses up to date, and claims files to be read again for it or for other readers.

    One for each run of the service. Every method that asks the database raises DatabaseAway.
    """

    def __init__(self, database: Database, intake: Intake, workers: int) -> None:
        self._intake = intake
        self._learner = FurnitureLearner(database)
        self._backlog = RereadBacklog(database, workers)

    async def load(self) -> None:
        """Loads the furniture that is known, unless it is loaded and has not changed."""
        await self._learner.renew()
        self._intake.furniture = self._learner.packed

    def note_stored(self) -> None:
        """Makes the next `learn` look for new articles. To be called with each batch that is stored."""
        self._learner.may_be_behind = True

    async def learn(self, now: datetime) -> bool:
        """Learns furniture from a batch of new articles. Returns whether there may be more."""
        is_behind = await self._learner.learn(now)
        self._intake.furniture = self._learner.packed
        if self._learner.has_scheduled:
            await self._backlog.recount()
            self._learner.has_scheduled = False
        return is_behind

    async def claim(self, now: datetime) -> list[str]:
        """Paths of files to read again now, a batch at most."""
        return await self._backlog.claim(now)
