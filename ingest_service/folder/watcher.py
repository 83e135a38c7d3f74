"""Keeps a watch on the folder that is at the path: renews it when it has died, or when the folder was replaced.

The events of a watch are hints: they schedule paths to be scanned. A watch on a folder that was renamed away still
reports events, under the names of the folder that is now at the path; so the folder is compared once in a while.
"""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

import structlog

from ingest_service.errors import SourceAway
from ingest_service.folder import folder_view, scan
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.settling import Settling
from ingest_service.folder.volumes import Volumes
from ingest_service.folder.watch import Watch

log = structlog.get_logger()


class FolderWatcher:
    """Watches the folder and schedules the paths that events report. Used in the event loop only.

    Every `check_seconds` of `clock` it checks whether the watched folder and its mounts are still those at the path.
    """

    def __init__(
        self,
        root: Path,
        schedule: ScanSchedule,
        settling: Settling,
        check_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._root = root
        self._schedule = schedule
        self._settling = settling
        self._check_seconds = check_seconds
        self._clock = clock
        self._check_at = 0.0
        self._watch: Watch | None = None
        self._volumes: Volumes | None = None
        self._reported: set[str] = set()
        self.overflows = 0
        """How often the watcher lost events."""

    async def renew(self) -> None:
        """Begins a new watch if the present one is of no use, and then schedules the whole folder.

        Raises SourceAway, OSError when the folder cannot be watched.
        """
        if self._watch is not None and self._watch.alive and not await self._is_other_folder():
            return
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
        remembered, self._watch, self._volumes = self._volumes or {}, None, None
        loop = asyncio.get_running_loop()

        def path_changed(path: str) -> None:
            loop.call_soon_threadsafe(self._report, path)

        def events_lost(reason: str) -> None:
            loop.call_soon_threadsafe(self._count_overflow, reason)

        volumes = await asyncio.to_thread(folder_view.present, self._root, remembered)
        watch = Watch(self._root, path_changed, events_lost)
        watch.start()
        self._watch, self._volumes = watch, volumes
        self._check_at = self._clock() + self._check_seconds
        self._schedule.scan_all("the watch begins")

    def expire(self) -> None:
        """Makes the next `renew` begin a new watch."""
        self._volumes = None

    def stop(self) -> None:
        """Ends the watch."""
        if self._watch is not None:
            self._watch.stop()

    def has_reported(self, path: str) -> bool:
        """Whether an event reported the path or a folder above it since the last scan of that."""
        return not self._reported.isdisjoint(scan.upwards(path))

    def forget(self, paths: Collection[str]) -> None:
        """Forgets reported paths that were scanned."""
        self._reported.difference_update(paths)

    def _report(self, path: str) -> None:
        self._reported.add(path)
        self._schedule.scan_at(path, self._settling.quiet_from(path))

    def _count_overflow(self, reason: str) -> None:
        self.overflows += 1
        log.warning("everything is looked at again", why=reason)
        self._schedule.scan_all(reason)

    async def _is_other_folder(self) -> bool:
        """Whether another folder or mount is at the path of one that is watched, as far as it is time to check."""
        if self._volumes is None:
            return True
        if self._clock() < self._check_at:
            return False
        self._check_at = self._clock() + self._check_seconds
        try:
            return await asyncio.to_thread(folder_view.present, self._root, self._volumes) != self._volumes
        except SourceAway:
            return True
