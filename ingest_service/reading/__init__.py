"""Reading: bytes to readings, that is decoded text and the file's own metadata. Pure.

One module for each format, listed in `formats`. A reader of a container, such as an archive or a message, yields the
files in it, which are read like any other file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest_service import file_names
from ingest_service.errors import (
    ArchiveTooLarge,
    NestedTooDeep,
    NoReadableMember,
    ReaderFailed,
    TooLarge,
    TooManyMembers,
    Unreadable,
)
from ingest_service.model import Note, Original, Reading
from ingest_service.reading import formats
from ingest_service.reading.format import Member, Source, UnreadMember
from ingest_service.settings import Limits

DEFAULTS = Limits()
WRONG_SUFFIX = "wrong-suffix"
# So many unread members are named in a sentence.
MOST_REASONS = 5
LONGEST_REASON = 500
LONGEST_NAME_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class FileReading:
    """The items of a file, and its members that cannot be read.

    If `accumulates`, items that are no longer in the file are not withdrawn.
    """

    items: tuple[Reading, ...]
    unread: tuple[UnreadMember, ...] = ()
    accumulates: bool = False

    @property
    def unread_sentence(self) -> str | None:
        """How many members cannot be read, and why the first of them cannot; None if all can."""
        if not self.unread:
            return None
        reasons = "; ".join(f"{member.name}: {member.error}" for member in self.unread[:MOST_REASONS])
        more = f"; and {len(self.unread) - MOST_REASONS} more" if len(self.unread) > MOST_REASONS else ""
        return f"Of the files in it, {len(self.unread)} cannot be read: {reasons}{more}"


def read(content: bytes, path: str, limits: Limits = DEFAULTS) -> FileReading:
    """The items of a file, one for most. Raises a child of Unreadable if it has none."""
    if len(content) > limits.file_bytes:
        raise TooLarge(f"the file has {len(content)} bytes, the limit is {limits.file_bytes}")
    walk = _Walk(limits)
    items = tuple(walk.items(Source(content, path, limits)))
    if not items:
        raise _no_items(walk.unread)
    return FileReading(items, tuple(walk.unread), walk.accumulates)


@dataclass(slots=True)
class _Walk:
    """Reads a file and the files inside it, within limits that hold for all of them together."""

    limits: Limits
    unread: list[UnreadMember] = field(default_factory=list)
    accumulates: bool = False
    _members: int = 0
    _bytes: int = 0

    def items(self, source: Source, container: str | None = None, depth: int = 0) -> Iterator[Reading]:
        """The items of a file, or of the member with the name `container`."""
        if depth > self.limits.depth:
            raise NestedTooDeep
        format_ = formats.detect(source)
        self.accumulates |= format_.accumulates and depth == 0
        wrong_suffix = formats.misnamed(source, format_)
        for part in format_.read(source):
            if isinstance(part, Reading):
                yield _noted(_placed(part, container), wrong_suffix)
            elif isinstance(part, Member):
                yield from self._member(part, container, depth + 1)
            else:
                self.unread.append(UnreadMember(_joined(container, part.name), part.error))

    def _member(self, member: Member, container: str | None, depth: int) -> Iterator[Reading]:
        """The items of a member, which have its bytes as their original. A fault of it does not concern the others."""
        self._count(member)
        name = _joined(container, member.name)
        try:
            for item in self.items(Source(member.content, member.file_name, self.limits), name, depth):
                own = Original(member.content, item.media_type, item.encoding)
                parent = container if item.name == name else item.parent
                stated = {**member.metadata, **item.metadata}
                yield replace(item, original=item.original or own, parent=parent, metadata=stated)
        except (ArchiveTooLarge, TooManyMembers):
            raise
        except Unreadable as error:
            self.unread.append(UnreadMember(name, error))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  A reader's fault on a member must not stop the others.
            self.unread.append(UnreadMember(name, ReaderFailed(f"{type(error).__name__}: {error}"[:LONGEST_REASON])))

    def _count(self, member: Member) -> None:
        self._members += 1
        self._bytes += len(member.content)
        if self._members > self.limits.members:
            raise TooManyMembers(f"the file holds more than {self.limits.members} files")
        if self._bytes > self.limits.unpacked_bytes:
            raise ArchiveTooLarge(f"the files in it have more than {self.limits.unpacked_bytes} bytes")


def _placed(item: Reading, container: str | None) -> Reading:
    """The item with its name inside the whole file, and that of the member that contains it."""
    if item.name is None:
        return replace(item, name=container)
    return replace(item, name=_joined(container, item.name), parent=container)


def _joined(container: str | None, name: str) -> str:
    """The name of a member inside the whole file; a long one is shortened, since databases index it with the path."""
    joined = name if container is None else f"{container}#{name}"
    return joined if len(joined.encode()) <= LONGEST_NAME_BYTES else file_names.shortened(joined)


def _noted(item: Reading, detail: str | None) -> Reading:
    """The item, with a note if its file has the suffix of another format."""
    if detail is None:
        return item
    return replace(item, repairs=(Note(WRONG_SUFFIX, (0, 0), "", detail=detail), *item.repairs))


def _no_items(unread: list[UnreadMember]) -> Unreadable:
    """The error of a file without items: that of its only member, or a summary, with the code that all share."""
    if not unread:
        return NoReadableMember("The file holds no files.")
    first = unread[0]
    if len(unread) == 1:
        return type(first.error)(f"{first.name}: {first.error}")
    kinds = {type(member.error) for member in unread}
    summary = type(first.error) if len(kinds) == 1 else NoReadableMember
    return summary(f"None of the {len(unread)} files in it can be read; {first.name}: {first.error}")
