"""A feed as values: what Atom and JSON Feed are rendered from. Pure.

An entry is one version of a document. When the document is withdrawn or redacted, a tombstone takes the place of its
entries.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# The time of a feed that never had an entry.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One version; `content` is HTML: its text if it is the first of its document, else what changed."""

    id: str
    path: str
    """The address of its page, without the origin."""
    title: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime
    content: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that was deleted (RFC 6721)."""

    id: str
    when: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest entries, and the tombstones of those that were deleted; `path` is the page with the same content."""

    id: str
    title: str
    path: str
    entries: Sequence[Entry]
    tombstones: Sequence[Tombstone]

    @property
    def updated(self) -> datetime:
        """The time of the last change of the feed."""
        times = [entry.updated for entry in self.entries] + [tombstone.when for tombstone in self.tombstones]
        return max(times, default=NEVER)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the feed is read: the origin of all addresses, and the feed's own path with its query."""

    origin: str
    own: str

    def absolute(self, path: str) -> str:
        """The address of a path of the catalog."""
        return self.origin + path


def entry_id(document: str, version: int) -> str:
    """The id of the entry of a version: made from the document's id, so the same in all feeds, for ever."""
    return uuid.uuid5(uuid.UUID(document), str(version)).urn


def feed_id(name: str) -> str:
    """The id of a feed with this name, which begins with the epoch of the catalog."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name).urn
