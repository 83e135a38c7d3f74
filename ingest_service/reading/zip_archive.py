"""ZIP: each file in it is a member. Names are only names, and nothing is unpacked beyond the limits."""

import zipfile
from collections.abc import Iterator, Sequence

from ingest_service import file_names
from ingest_service.errors import ArchiveTooLarge, Unreadable
from ingest_service.reading import zip_directory
from ingest_service.reading.format import Format, Member, Part, Source, UnreadMember
from ingest_service.reading.member_names import MemberNames
from ingest_service.reading.opening import Opening
from ingest_service.settings import Limits

HAS_UTF8_NAME = 0x800
# In this folder macOS keeps the attributes of files.
MACOS = "__MACOSX"


def _read(source: Source) -> Iterator[Part]:
    with zip_directory.opened(source.content) as archive:
        entries = [entry for entry in archive.infolist() if not _is_ignored(_name(entry))]
        _check_size(entries, source.limits)
        names = MemberNames()
        for entry in entries:
            name = _name(entry)
            unique = names.unique(name)
            try:
                yield Member(unique, name, zip_directory.unpacked(archive, entry, source.limits))
            except Unreadable as error:
                yield UnreadMember(unique, error)


def _name(entry: zipfile.ZipInfo) -> str:
    """The path of an entry. Programs that do not say the encoding of a name mostly write UTF-8, and old ones CP437."""
    name = entry.filename
    if not name.isascii() and not entry.flag_bits & HAS_UTF8_NAME:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    # Old programs of Windows divide the folders by its own separator.
    return name.replace("\\", "/")


def _is_ignored(path: str) -> bool:
    """Whether an entry is a folder, or has a name that is ignored in the watched folder too."""
    parts = path.split("/")
    return not parts[-1] or parts[0] == MACOS or any(part != ".." and file_names.is_temporary(part) for part in parts)


def _check_size(entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuses a bomb before anything is unpacked; an entry never unpacks to more than its stated size."""
    total = sum(entry.file_size for entry in entries if entry.file_size <= limits.file_bytes)
    if total > limits.unpacked_bytes:
        raise ArchiveTooLarge(f"the files in it have {total} bytes, the limit is {limits.unpacked_bytes}")


def _recognises(opening: Opening) -> bool:
    return opening.kind == "ZIP"


FORMAT = Format("ZIP", "application/zip", frozenset({".zip"}), _recognises, _read)
