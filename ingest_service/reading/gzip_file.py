"""gzip: the one file in it is a member (RFC 1952). Archives of web pages are read by their own reader."""

import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest_service.errors import ArchiveTooLarge, Damaged
from ingest_service.reading import zip_directory
from ingest_service.reading.format import Format, Member, Part, Source
from ingest_service.reading.opening import GZIP, Opening
from ingest_service.settings import Limits

# The window of zlib with the header of gzip.
WITH_HEADER = 31
STEP = 2**20
# The suffixes that say both, such as that of a compressed tar.
DOUBLE = {".tgz": ".tar"}


def _read(source: Source) -> Iterator[Part]:
    path = PurePosixPath(source.name)
    suffix = path.suffix.lower()
    name = path.stem + DOUBLE.get(suffix, "") if suffix in FORMAT.suffixes else path.name
    yield Member(name, name, _unpacked(source.content, source.limits))


class Unpacked:
    """The bytes of a compressed file as a stream, up to a limit. After the end, `is_cut_off` if its last part is."""

    def __init__(self, content: bytes, most: int) -> None:
        self._rest = content
        self._part = zlib.decompressobj(WITH_HEADER)
        self._most = most
        self._size = 0
        self._has_ended = not content
        self.is_cut_off = False

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; none at the end. Raises ArchiveTooLarge or zlib.error."""
        unpacked = b""
        while not unpacked and not self._has_ended:
            unpacked = self._part.decompress(self._rest, size)
            self._rest = self._part.unconsumed_tail
            if self._part.eof:
                # Another part may follow, or padding (2.2).
                self._rest = self._part.unused_data.lstrip(b"\x00")
                self._part = zlib.decompressobj(WITH_HEADER)
                self._has_ended = not self._rest
            elif not unpacked and not self._rest:
                self._has_ended = self.is_cut_off = True
        self._size += len(unpacked)
        if self._size > self._most:
            raise ArchiveTooLarge(f"the file in it has more than {self._most} bytes")
        return unpacked

    def tell(self) -> int:
        """The number of bytes that were read."""
        return self._size


def _unpacked(content: bytes, limits: Limits) -> bytes:
    """The bytes of the file. Raises ArchiveTooLarge or Damaged."""
    most = min(limits.file_bytes, max(zip_directory.LARGE, len(content) * zip_directory.MOST_RATIO))
    stream = Unpacked(content, most)
    try:
        unpacked = b"".join(iter(lambda: stream.read(STEP), b""))
    except zlib.error:
        raise Damaged("the compressed bytes are damaged; copy the file again") from None
    if stream.is_cut_off:
        raise Damaged("the file is cut off; copy it again")
    return unpacked


def _recognises(opening: Opening) -> bool:
    return opening.kind == GZIP


FORMAT = Format("gzip", "application/gzip", frozenset({".gz", ".tgz"}), _recognises, _read)
