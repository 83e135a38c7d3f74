"""What differs between the folder and the ledger: of the whole folder, or of some paths."""

from collections.abc import Sequence
from pathlib import Path

from ingest_service import brake, folder_view, ledger, scan
from ingest_service.db import Database
from ingest_service.folder_view import FolderDiff, FolderView
from ingest_service.scan import Known, Seen


def of_everything(database: Database, root: Path) -> FolderDiff:
    """Compares every known path with the whole folder. Raises SourceAway, DatabaseAway."""
    with database.reading() as session:
        remembered = brake.remembered(session)
    with folder_view.opened(root, remembered) as view:
        seen = scan.sort(view.walk())
        view.check()
    with database.reading() as session:
        known = ledger.known(session)
    return _compared(view, known, seen, whole=True)


def of_paths(database: Database, root: Path, paths: Sequence[str]) -> FolderDiff:
    """Compares some paths, what is below those that are folders, and the paths where their files were before.

    Raises SourceAway, DatabaseAway.
    """
    with database.reading() as session:
        remembered = brake.remembered(session)
    with folder_view.opened(root, remembered) as view:
        wanted = [path for path in paths if not view.ignore.covers(path)]
        entries = [entry for path in wanted for entry in view.entries(path)]
        files = scan.sort(entries).files
        with database.reading() as session:
            known = ledger.known_around(session, wanted, list(files.values()))
        before = (view.look(path) for path in known.keys() - files.keys())
        seen = scan.sort([*entries, *(entry for entry in before if entry is not None)])
        view.check()
    return _compared(view, known, seen, whole=False)


def _compared(view: FolderView, known: dict[str, Known], seen: Seen, *, whole: bool) -> FolderDiff:
    return FolderDiff(known, seen, scan.diff(known, seen), view.volumes, view.changes, whole)
