"""The watch on a folder: what it reports, and that it is renewed when one of its threads has died."""

import sys
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD

from ingest_service.folder.watch import Watch
from tests.ingest.folders import OTHER, STORY, Folder, watched
from tests.ingest.waiting import until


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("thread", "step"),
    [(InotifyFD, "read_events"), (InotifyEmitter, "queue_events"), (BaseObserver, "dispatch_events")],
)
async def test_a_watch_whose_thread_died_is_renewed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, thread: type, step: str
) -> None:
    async with watched(folder):
        with monkeypatch.context() as failing:
            died: list[object] = []

            def ends(*_: object, **__: object) -> None:
                died.append(step)
                sys.exit()

            failing.setattr(thread, step, ends)
            # The thread waits in this step for an event, and ends at the next one.
            folder.write("first.txt", STORY)
            await until(lambda: died, "the thread to end")
        await until(lambda: "first.txt" in folder.states(), "the file that ended it")
        folder.write("second.txt", OTHER)
        await until(lambda: "second.txt" in folder.states(), "the next file")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_ends_before_its_first_event_leaves_no_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InotifyFD, "read_events", lambda *_, **__: sys.exit())
    watch = Watch(tmp_path, print, print)
    watch.start()
    watch.stop()
