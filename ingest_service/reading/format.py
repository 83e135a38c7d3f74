"""What a format is: how its files are recognised, and what its reader makes of them. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest_service.errors import Unreadable
from ingest_service.model import Json, Reading
from ingest_service.reading.opening import Opening
from ingest_service.settings import Limits


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file, or of a member of one; `name` is its path or the member's file name."""

    content: bytes
    name: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file, such as a member of an archive or an attachment; it is read like any other file.

    `name` is unique in its container. `file_name` ends in a suffix, if there is one. `metadata` is what the container
    says about the member; what the member says itself comes first.
    """

    name: str
    file_name: str
    content: bytes
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnreadMember:
    """A member that cannot be read, and why."""

    name: str
    error: Unreadable


Part: TypeAlias = Reading | Member | UnreadMember


@dataclass(frozen=True, slots=True)
class Format:
    """A format, with its reader.

    `recognises` judges by the content first, and by the name only where the content leaves it open. `read` yields the
    items of a file in order, and raises Unreadable if the whole file cannot be read. If a file of a format that
    `accumulates` is saved anew, items that are no longer in it are not withdrawn.
    """

    name: str
    media_type: str
    suffixes: frozenset[str]
    recognises: Callable[[Opening], bool]
    read: Callable[[Source], Iterable[Part]]
    accumulates: bool = False
