"""Pages of one snapshot: the cursor carries the `seq` of the first page, so that pages neither repeat nor skip rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from catalog_service.errors import CursorExpired
from catalog_service.resources import Snapshot
from catalog_service.store import cursors, moments
from catalog_service.store.moments import AsOf

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The start of one page of a list: the snapshot it is read from, and the row that it comes after."""

    key: bytes
    query: object
    snapshot: Snapshot
    # The sort key of the row before the page, a JSON value or a list of them; None for the first page.
    after: Any = None

    def page(self, rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
        """The first `limit` of up to `limit` + 1 rows, and whether another page follows."""
        return rows[:limit], len(rows) > limit

    def cursor(self, after: Any) -> str:  # noqa: ANN401  JSON.
        """The cursor of the page that begins after the row with the sort key `after`."""
        position = {"after": after, "seq": self.snapshot.seq, "epoch": self.snapshot.epoch}
        return cursors.seal(self.key, self.query, position)


def begin(session: Session, query: object, cursor: str | None, as_of: AsOf | None = None) -> PagePosition:
    """The position of the first page of a query, now or as of a moment, or of the page that the cursor names.

    Raises CursorInvalid, CursorMismatch, FutureMoment, and CursorExpired when the catalog was restored after the cursor
    was made.
    """
    if as_of is not None:
        query = (query, as_of.written)
    key, snapshot = moments.open_snapshot(session, as_of)
    if cursor is None:
        return PagePosition(key, query, snapshot)
    position = cursors.open_(key, query, cursor)
    if position["epoch"] != snapshot.epoch:
        raise CursorExpired
    return PagePosition(key, query, Snapshot(epoch=snapshot.epoch, seq=position["seq"]), position["after"])
