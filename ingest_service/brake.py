"""The guard on mass deletion: deletions that only a scan inferred are held where the folder may be the wrong one.

Deletions that the watcher witnessed in an unchanged volume pass. Inferred deletions are held if their volume is another
one than before or is empty, or if too many files are missing: a disk that was not mounted looks the same.
Held files keep their documents until they are back, or until a person confirms the deletions.
"""

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import structlog
from sqlalchemy.orm import Session

from ingest_service import ledger, scan, state, volumes
from ingest_service.ignoring import Ignore
from ingest_service.volumes import Volume, VolumeChange

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


def hold(
    session: Session, context: ledger.Context, root: tuple[int, int], picture: tuple[int, int], gone: Collection[str]
) -> frozenset[str]:
    """Those of the inferred `gone` that are held: all of them or none.

    `root` is the identity of the folder; `picture` counts the files known before and the files seen now.
    """
    known, seen = picture
    before = state.get(session, "root")
    another = before is not None and before != repr(root)
    if not gone or not (another or seen == 0 or len(gone) > max(FEW, known // SHARE)):
        return frozenset()
    log.error("deletions held", files=len(gone), another_folder=another, do="ingest-service confirm-deletes")
    ledger.hold(session, context, gone)
    return frozenset(gone)


def trust(session: Session, root: tuple[int, int]) -> None:
    """The folder with this identity is the right one."""
    state.remember(session, "root", repr(root))


def confirm(session: Session, context: ledger.Context, folder: Path, part: ledger.Part) -> int:
    """Parts with every known file that is not there, and trusts the folder as it is; how many files.

    Raises OSError when the folder itself is not there.
    """
    root = scan.identity(folder)
    gone = [path for path in ledger.known(session) if scan.look(folder, path) is None]
    part(session, context, gone)
    trust(session, root)
    return len(gone)


def held_deletions(session: Session, folder: Path) -> HeldDeletions:
    """The deletions that are held, and the volumes that changed. Raises OSError when the folder is not there."""
    changes = changed_volumes(session, folder)
    paths = _held(session, changes)
    return HeldDeletions(len(paths), _by_folder(paths), tuple(changes))


def changed_volumes(session: Session, folder: Path) -> list[VolumeChange]:
    """The volumes that are missing or are others than remembered. Raises OSError when the folder is not there."""
    before, ignored = remembered(session), Ignore(folder)
    with volumes.opened(folder) as descriptor:
        return volumes.changes(folder, before, volumes.present(descriptor, before, ignored), ignored)


def remembered(session: Session) -> dict[str, Volume]:
    """The volumes that are trusted; none before the first complete scan."""
    text = state.get(session, "volumes")
    if text is not None:
        return volumes.loaded(text)
    # Release 0.1.0 recorded device and inode of the folder only.
    old = state.get(session, "root")
    if old is None:
        return {}
    device, inode = ast.literal_eval(old)
    return {volumes.ROOT: Volume("", device, inode, "")}


def _held(session: Session, changes: Iterable[VolumeChange]) -> list[str]:
    """The files that are held, and those on volumes that are missing."""
    missing = [change.path for change in changes if change.condition == "missing"]
    return sorted({*ledger.held(session), *ledger.below(session, missing)})


def _by_folder(paths: Collection[str]) -> dict[str, int]:
    """Counts paths by folder; the deepest level at which there are not too many folders."""
    depth = max((len(PurePosixPath(path).parts) for path in paths), default=1) - 1
    while True:
        counts = Counter("/".join(path.split("/")[:-1][:depth]) for path in paths)
        if depth == 0 or len(counts) <= MOST_FOLDERS:
            return dict(counts.most_common())
        depth -= 1
