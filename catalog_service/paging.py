"""Pages of one snapshot: the first page fixes the moment, the cursor carries it, so pages neither repeat nor skip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from catalog_service import counter, cursors
from catalog_service.errors import CursorExpired
from catalog_service.resources import Snapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is in a list: at which moment, and behind which row."""

    key: bytes
    query: object
    snapshot: Snapshot
    # Whatever the list is ordered by: a number, a name, or several of them.
    after: Any = None

    def page(self, rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
        """Of `limit` + 1 rows asked for the page, and whether there is another."""
        return rows[:limit], len(rows) > limit

    def cursor(self, after: Any) -> str:  # noqa: ANN401  JSON.
        """The cursor of the page behind the row `after`."""
        place = {"after": after, "seq": self.snapshot.seq, "epoch": self.snapshot.epoch}
        return cursors.seal(self.key, self.query, place)


def begin(session: Session, query: object, cursor: str | None) -> Place:
    """The first page of a query, or the one a cursor names.

    Raises CursorInvalid, CursorMismatch, and CursorExpired for a cursor from before the catalog was restored.
    """
    key, now = counter.cursor_key(session), counter.snapshot(session)
    if cursor is None:
        return Place(key, query, now)
    place = cursors.open_(key, query, cursor)
    if place["epoch"] != now.epoch:
        raise CursorExpired
    return Place(key, query, Snapshot(epoch=now.epoch, seq=place["seq"]), place["after"])
