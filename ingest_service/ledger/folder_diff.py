"""What differs between the folder and the ledger: of the whole folder, or of some paths."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from ingest_service.folder import folder_view, scan
from ingest_service.folder.folder_view import FolderDiff, FolderView
from ingest_service.folder.scan import Entry, Known
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
    # One transaction for both, since two would take a tenth of the time of such a scan.
    with database.reading() as session, folder_view.opened(root, queries.remembered_volumes(session)) as view:
        included = [path for path in paths if not view.ignore.covers(path)]
        entries = [entry for path in included for entry in view.entries(path)]
        known = _known_around(session, view, included, entries)
        seen = scan.sort(entries)
        view.check()
    read_again = frozenset(paths if again else ())
    difference = scan.diff(known, seen, read_again)
    return FolderDiff(known, seen, difference, view.volumes, view.changes, whole=False, again=read_again)


def _known_around(session: Session, view: FolderView, paths: Sequence[str], entries: list[Entry]) -> dict[str, Known]:
    """The known files at the paths of a scan, and at those where its files were before; adds the entries at the latter.

    If another file is at such a path now, the path where that one was before is included too, and so on: all files that
    changed places in a cycle are compared together, however few of their paths were reported.
    """
    known: dict[str, Known] = {}
    files = scan.sort(entries).files
    looked, new = set(files), list(files.values())
    while paths or new:
        known |= queries.known_files_around(session, paths, new)
        before = [entry for path in known.keys() - looked if (entry := view.look(path)) is not None]
        looked |= known.keys()
        entries += before
        replacing = scan.sort(before).files.values()
        paths, new = (), [fact for fact in replacing if fact.identity != known[fact.path].fact.identity]
    return known
