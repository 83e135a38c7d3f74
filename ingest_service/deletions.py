"""Files that a scan did not find: held where the folder may be the wrong one, else withdrawn after a pause."""

import asyncio
import time
from collections.abc import Collection

from ingest_service.folder import folder_view
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.watcher import FolderWatcher
from ingest_service.ledger import entries, mass_deletion
from ingest_service.settings import Settings
from ingest_service.store.db import Database


class Deletions:
    """The missing files and since when they are missing. Its methods raise DatabaseAway."""

    def __init__(self, settings: Settings, database: Database, schedule: ScanSchedule, watcher: FolderWatcher) -> None:
        self._root = settings.seeds
        self._pause = settings.limits.settle_seconds
        self._delete = entries.deletion(settings.on_delete)
        self._database = database
        self._schedule = schedule
        self._watcher = watcher
        self._missing: dict[str, float] = {}

    async def hold(self, context: entries.Context, diff: FolderDiff) -> frozenset[str]:
        """Releases files that are present again, and holds doubtful deletions. Returns the held paths."""
        back = [path for path in diff.seen.files if path in diff.known and diff.known[path].is_held]
        if back:
            await self._database.write(entries.release, context, back)
        held = mass_deletion.to_hold(diff, self._is_witnessed)
        if held:
            await self._database.write(mass_deletion.hold, context, diff, held)
        return held

    async def confirm(
        self, context: entries.Context, diff: FolderDiff, deleted: Collection[str], *, at_once: bool
    ) -> bool:
        """Withdraws files that are still absent after the pause in which an editor may put a file back, or at once.

        Returns whether it may have put events into the outbox. Raises SourceAway.
        """
        now = time.monotonic()
        due = []
        for path in deleted:
            since = self._missing.setdefault(path, now)
            if at_once or now - since >= self._pause:
                due.append(path)
            else:
                self._schedule.scan_later(path, since + self._pause)
        if due:
            await self._withdraw(context, diff, due)
        back = (self._missing.keys() & diff.known.keys()) - set(deleted)
        for path in (*due, *back):
            self._missing.pop(path, None)
        return bool(due)

    def _is_witnessed(self, path: str) -> bool:
        """Whether an event reported the path or a folder above it, or an earlier scan believed its deletion."""
        return path in self._missing or self._watcher.has_reported(path)

    async def _withdraw(self, context: entries.Context, diff: FolderDiff, paths: Collection[str]) -> None:
        """Withdraws files that are still absent: since the scan, reading may have taken minutes. Raises SourceAway."""
        absent = await asyncio.to_thread(folder_view.absent, self._root, diff.volumes, paths)
        for path in set(paths).difference(absent):
            self._schedule.scan_now(path)
        await self._database.write(self._delete, context, absent)
