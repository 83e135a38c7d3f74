"""Rows of the ledger's tables as values: rules read and make them without a database.

The fields of each class are named like the columns of its table.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """One path of the folder as the last scan saw it; sizes in bytes, times of the file system in nanoseconds."""

    id: int
    path: str
    state: str
    reason: str | None
    detail: str | None
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int
    digest: str | None
    since: datetime
    retry_at: datetime | None
    tries: int
    readers: str
    furniture_rereads: int


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """The newest article of an item, with what is to be done with it."""

    id: int
    item: int
    document: str
    observation: int
    digest: str
    folded_digest: str
    content: bytes
    indexed: bool
    pending: dict[str, str] | None
    original: str | None
    judging: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item, with its document and its newest observation."""

    id: int
    key: str
    by: str
    parent: str | None
    version: str | None
    path: str
    document: str
    observation: int
    status: str
    adopted: str | None
