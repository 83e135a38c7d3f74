"""The guard on mass deletion: deletions that only a scan inferred are held where the folder may be the wrong one.

Deletions that the watcher witnessed in an unchanged volume pass. Inferred deletions are held if their volume is another
one than before or is empty, or if too many files are missing: a disk that was not mounted looks the same.
Held files keep their documents until they are back, or until a person confirms the deletions.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import structlog
from sqlalchemy.orm import Session

from ingest_service.folder import folder_view, scan, volumes
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.volumes import VolumeChange
from ingest_service.ledger import entries, queries
from ingest_service.store import state

FEW = 100
SHARE = 5
MOST_FOLDERS = 10
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HeldDeletions:
    """What `confirm` would delete. `folders` counts the files by folder relative to the watched one, itself empty."""

    files: int
    folders: Mapping[str, int]
    changes: tuple[VolumeChange, ...]
    """The watched folder or mounts below it that are missing, or are others than before."""


def to_hold(diff: FolderDiff, is_witnessed: Callable[[str], bool]) -> frozenset[str]:
    """The deletions that are not believed; pure.

    Every deletion is held on a volume that changed, and every one that was held before. Those that were not witnessed
    are held on a volume where no file is left, or when they are too many. A file without a document is never held: to
    forget it withdraws nothing.
    """
    known, moved = diff.known, set(diff.difference.origins.values())
    deleted = [path for path in diff.difference.deleted if known[path].is_document and path not in moved]
    if not deleted:
        return frozenset()
    changed = {change.path for change in diff.changes}
    inhabited = {volumes.holding(diff.volumes, path) for path in diff.seen.files} if diff.whole else diff.volumes.keys()
    held, inferred = set(), []
    for path in deleted:
        volume = volumes.holding(diff.volumes, path)
        is_inferred = not is_witnessed(path)
        if known[path].is_held or volume in changed or (is_inferred and volume not in inhabited):
            held.add(path)
        elif is_inferred:
            inferred.append(path)
    documents = sum(file.is_document for file in known.values())
    return frozenset(held.union(inferred) if len(inferred) > max(FEW, documents // SHARE) else held)


def hold(session: Session, context: entries.Context, diff: FolderDiff, paths: Collection[str]) -> None:
    """Holds deletions until the files are back or a person confirms."""
    if new := [path for path in paths if not diff.known[path].is_held]:
        changes = [str(change) for change in diff.changes]
        log.error("deletions held", files=len(new), changes=changes, do="ingest-service confirm-deletes")
        entries.hold(session, context, new)


def trust(session: Session, diff: FolderDiff, held: Collection[str]) -> None:
    """Remembers the volumes as they are; but not a changed one of which deletions are held, nor a missing one."""
    before = queries.remembered_volumes(session)
    doubtful = {change.path for change in diff.changes} & {volumes.holding(diff.volumes, path) for path in held}
    missing = {change.path for change in diff.changes if change.condition == "missing"}
    kept = {path: before[path] for path in doubtful | missing if path in before}
    now = {path: volume for path, volume in diff.volumes.items() if path not in doubtful} | kept
    if now != before:
        state.remember(session, "volumes", volumes.dumped(now))


def confirm(session: Session, context: entries.Context, folder: Path, part: entries.Delete) -> int:
    """Deletes what `held_deletions` counts, and trusts the volumes as they are; how many files.

    A file that is there after all is not deleted. Raises SourceAway when the folder is not there.
    """
    with folder_view.opened(folder, queries.remembered_volumes(session)) as view:
        deleted = [path for path in _held(session, view.changes) if scan.look(view.path, path) is None]
        view.check()
        part(session, context, deleted)
        state.remember(session, "volumes", volumes.dumped(view.volumes))
        return len(deleted)


def held_deletions(session: Session, folder: Path) -> HeldDeletions:
    """The deletions that are held, and the volumes that changed. Raises SourceAway when the folder is not there."""
    with folder_view.opened(folder, queries.remembered_volumes(session)) as view:
        paths = _held(session, view.changes)
        return HeldDeletions(len(paths), _by_folder(paths), view.changes)


def _held(session: Session, changes: Iterable[VolumeChange]) -> list[str]:
    """The files that are held, and those on volumes that are missing."""
    missing = [change.path for change in changes if change.condition == "missing"]
    return sorted({*queries.held_paths(session), *queries.paths_below(session, missing)})


def _by_folder(paths: Collection[str]) -> dict[str, int]:
    """Counts paths by folder; the deepest level at which there are not too many folders."""
    depth = max((len(PurePosixPath(path).parts) for path in paths), default=1) - 1
    while True:
        counts = Counter("/".join(path.split("/")[:-1][:depth]) for path in paths)
        if depth == 0 or len(counts) <= MOST_FOLDERS:
            return dict(counts.most_common())
        depth -= 1
