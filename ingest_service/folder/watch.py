"""Turns watchdog's events into paths to scan: hints, never facts. The only module that imports watchdog."""

import logging
from collections.abc import Callable
from pathlib import Path

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
from watchdog.observers import Observer

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
        self._observer = Observer()
        self._overflow = _Overflow(events_lost)

    def start(self) -> None:
        """Begins to watch. Raises OSError when the folder cannot be watched."""
        logging.getLogger("watchdog.observers.inotify_c").addHandler(self._overflow)
        self._observer.schedule(self, str(self._root), recursive=True, event_filter=EVENT_TYPES)
        self._observer.start()

    def stop(self) -> None:
        """Stops watching and waits for the thread."""
        logging.getLogger("watchdog.observers.inotify_c").removeHandler(self._overflow)
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    @property
    def alive(self) -> bool:
        """Whether the observer's thread still runs."""
        return self._observer.is_alive()

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


class _Overflow(logging.Handler):
    """Listens to watchdog's log, the only place where it reports that events were lost."""

    def __init__(self, events_lost: EventsLost) -> None:
        super().__init__(logging.WARNING)
        self._events_lost = events_lost

    def emit(self, record: logging.LogRecord) -> None:
        self._events_lost(f"events were lost: {record.getMessage()}")
