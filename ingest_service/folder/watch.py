"""watchdog's events as paths to look at: hints, never facts. The only importer of watchdog."""

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

LOOK_AT = [
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]

PathChanged = Callable[[str], None]
Everything = Callable[[str], None]


class Watch(FileSystemEventHandler):
    """Watches the folder and tells which paths to look at, from watchdog's own thread."""

    def __init__(self, root: Path, look: PathChanged, everything: Everything) -> None:
        self._root = root.absolute()
        self._look = look
        self._everything = everything
        self._observer = Observer()
        self._overflow = _Overflow(everything)

    def start(self) -> None:
        """Begins to watch. Raises OSError when the folder cannot be watched."""
        logging.getLogger("watchdog.observers.inotify_c").addHandler(self._overflow)
        self._observer.schedule(self, str(self._root), recursive=True, event_filter=LOOK_AT)
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
        """Any event: its paths are worth a look."""
        for path in (event.src_path, event.dest_path):
            name = self._inside(path)
            if name is not None:
                self._look(name)

    def _inside(self, path: bytes | str) -> str | None:
        text = path.decode(errors="surrogateescape") if isinstance(path, bytes) else path
        name = text.removeprefix(str(self._root)).lstrip("/")
        return file_names.to_text(name) if text and text != str(self._root) else None


class _Overflow(logging.Handler):
    """watchdog says of lost events only in its log; after that nothing it told is complete."""

    def __init__(self, everything: Everything) -> None:
        super().__init__(logging.WARNING)
        self._everything = everything

    def emit(self, record: logging.LogRecord) -> None:
        self._everything(f"events were lost: {record.getMessage()}")
