"""Turns watchdog's events into paths to scan: hints, never facts. The only module that imports watchdog."""

import functools
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD

from ingest_service import file_names

EVENT_TYPES = [
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]

PathChanged = Callable[[str], None]
EventsLost = Callable[[str], None]


class Watch(FileSystemEventHandler):
    """Watches the folder. Calls `path_changed` and, with a reason, `events_lost` from watchdog's own thread."""

    def __init__(self, root: Path, path_changed: PathChanged, events_lost: EventsLost) -> None:
        self._root = root.absolute()
        self._path_changed = path_changed
        # A reader of its own: watchdog would use its shared one again after that has died.
        self._reader = _Reader()
        emitter: Any = functools.partial(InotifyEmitter, inotify_fd=self._reader)
        self._observer = BaseObserver(emitter)
        self._overflow = _Overflow(events_lost)

    def start(self) -> None:
        """Begins to watch. Raises OSError when the folder cannot be watched."""
        logging.getLogger("watchdog.observers.inotify_c").addHandler(self._overflow)
        self._reader.start()
        self._observer.schedule(self, str(self._root), recursive=True, event_filter=EVENT_TYPES)
        try:
            self._observer.start()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops watching and waits for the threads."""
        logging.getLogger("watchdog.observers.inotify_c").removeHandler(self._overflow)
        # Each of them, also when another has died: what runs on would keep its descriptors.
        for thread in (self._observer, self._reader):
            thread.stop()
            with suppress(RuntimeError):
                # Raised when the thread was never started.
                thread.join()

    @property
    def alive(self) -> bool:
        """Whether all threads still run: the reader of the kernel's events, the emitter, and the dispatcher."""
        return all(thread.is_alive() for thread in (self._reader, *self._observer.emitters, self._observer))

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Reports the paths of any event."""
        for path in (event.src_path, event.dest_path):
            name = self._inside(path)
            if name is not None:
                self._path_changed(name)

    def _inside(self, path: bytes | str) -> str | None:
        text = path.decode(errors="surrogateescape") if isinstance(path, bytes) else path
        name = text.removeprefix(str(self._root)).lstrip("/")
        return file_names.to_text(name) if text and text != str(self._root) else None


class _Reader(InotifyFD):
    """Watchdog's reader of the kernel's events, whose descriptors are closed however its thread ends."""

    def run(self) -> None:
        """Reads events until the thread is stopped or fails."""
        try:
            super().run()
        finally:
            with self._lock:
                # `close` leaves the descriptors to a thread that reads; one that failed does not come to close them.
                if self._closed and self._is_reading:
                    self._close_resources()
                self._is_reading = False


class _Overflow(logging.Handler):
    """Listens to watchdog's log, the only place where it reports that events were lost."""

    def __init__(self, events_lost: EventsLost) -> None:
        super().__init__(logging.WARNING)
        self._events_lost = events_lost

    def emit(self, record: logging.LogRecord) -> None:
        self._events_lost(f"events were lost: {record.getMessage()}")
