"""The watch on a folder: what it reports, and that it is renewed when one of its threads has died."""

import sys

import pytest
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD

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
