"""The brake on mass deletion: what a scan alone finds gone is not believed when the folder may be the wrong one.

Deletions that the watcher witnessed under an unchanged root pass. Those inferred from a scan are held when the root is
another directory than before, is empty, or misses too many files: a disk that was not mounted looks just like that.
Held files keep their documents until they are back, or until a person confirms that they are gone.
"""

from collections.abc import Collection
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from ingest_service import ledger, scan, state

FEW = 100
SHARE = 5
log = structlog.get_logger()


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
