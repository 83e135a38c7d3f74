"""What differs between the folder and the ledger: of the whole folder, or of some paths."""

from collections.abc import Sequence
from pathlib import Path

from ingest_service.folder import folder_view, scan
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.ledger import queries
from ingest_service.store.db import Database


def of_everything(database: Database, root: Path) -> FolderDiff:
    """Compares every known path with the whole folder. Raises SourceAway, DatabaseAway."""
    with database.reading() as session:
        remembered = queries.remembered_volumes(session)
    with folder_view.opened(root, remembered) as view:
        seen = scan.sort(view.walk())
        view.check()
    with database.reading() as session:
        known = queries.known_files(session)
    return FolderDiff(known, seen, scan.diff(known, seen), view.volumes, view.changes, whole=True)


def of_paths(database: Database, root: Path, paths: Sequence[str], *, again: bool = False) -> FolderDiff:
    """Compares some paths, what is below those that are folders, and the paths where their files were before.

    Files at paths that are to be read `again` differ in any case. Raises SourceAway, DatabaseAway.
    """
    with database.reading() as session:
        remembered = queries.remembered_volumes(session)
    with folder_view.opened(root, remembered) as view:
        included = [path for path in paths if not view.ignore.covers(path)]
        entries = [entry for path in included for entry in view.entries(path)]
        files = scan.sort(entries).files
        with database.reading() as session:
            known = queries.known_files_around(session, included, list(files.values()))
        before = (view.look(path) for path in known.keys() - files.keys())
        seen = scan.sort([*entries, *(entry for entry in before if entry is not None)])
        view.check()
    read_again = frozenset(paths if again else ())
    difference = scan.diff(known, seen, read_again)
    return FolderDiff(known, seen, difference, view.volumes, view.changes, whole=False, again=read_again)
