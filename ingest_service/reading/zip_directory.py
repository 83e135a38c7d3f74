"""The directory of a ZIP: its entries, their bytes within limits, and the kind of package that they make. Pure.

APPNOTE.TXT 6.3.10 of PKWARE describes the format. DOCX, OpenDocument and EPUB are ZIPs with certain entries.
"""

import io
import re
import struct
import zipfile
import zlib

from ingest_service.errors import (
    ArchiveTooLarge,
    Damaged,
    Encrypted,
    TooLarge,
    TooManyMembers,
    UnknownFormat,
    Unreadable,
)
from ingest_service.settings import Limits

ENTRY_SIGNATURE = b"PK\x01\x02"
# More entries, which cost memory before the limit of members can be applied, are not listed.
MOST_ENTRIES = 50_000
IS_ENCRYPTED = 0x1
# The only methods that can be unpacked in bounded memory; hardly a program uses others.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Text is compressed to a tenth, and what is repeated over and over to a thousandth. Small files may be repetitive.
MOST_RATIO = 200
LARGE = 2**20
CONTENT_TYPES = "[Content_Types].xml"
# Packages of Office by the folder of their main part.
OFFICE = {"word/": "DOCX", "xl/": "XLSX", "ppt/": "PPTX", "visio/": "VSDX"}
# Other packages by an entry that no other ZIP has.
MARKED = {
    "META-INF/manifest.xml": "OpenDocument", "META-INF/container.xml": "EPUB", "META-INF/MANIFEST.MF": "JAR",
    "Index/Document.iwa": "iWork (Pages, Numbers, Keynote)", "Index.zip": "iWork (Pages, Numbers, Keynote)",
}  # fmt: skip
# In this entry a package may say which format it has (OpenDocument 1.3 part 2, 3.3; EPUB OCF 3.3, 4.3).
MIMETYPE = "mimetype"
MEDIA_TYPE = re.compile(rb"application/[\w.+-]{1,100}\s*")
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."


def opened(content: bytes) -> zipfile.ZipFile:
    """The archive with its directory read. Raises Damaged or TooManyMembers."""
    entries = content.count(ENTRY_SIGNATURE)
    if entries > MOST_ENTRIES:
        raise TooManyMembers(f"the archive lists {entries} files, the limit is {MOST_ENTRIES}")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError, struct.error):
        raise Damaged("the archive has no valid list of its files: it is cut off or damaged; save it again") from None


def kind(content: bytes) -> str:
    """The name of the format of a ZIP: that of a package, else ZIP."""
    try:
        archive = opened(content)
    except Unreadable:
        return "ZIP"
    names = archive.namelist()
    entries = frozenset(names)
    if CONTENT_TYPES in entries:
        folders = {name[: name.find("/") + 1] for name in names}
        return next((name for folder, name in OFFICE.items() if folder in folders), "an Office package")
    marked = next((name for entry, name in MARKED.items() if entry in entries), None)
    return marked or (_stated_kind(archive) if MIMETYPE in entries else None) or "ZIP"


def _stated_kind(archive: zipfile.ZipFile) -> str | None:
    """The format that a package names itself; None if its entry for that holds something else."""
    try:
        stated = unpacked(archive, archive.getinfo(MIMETYPE), Limits())
    except Unreadable:
        return None
    if not MEDIA_TYPE.fullmatch(stated):
        return None
    media_type = stated.strip()
    return "OpenDocument" if media_type.startswith(OPEN_DOCUMENT) else media_type.decode()


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> bytes:
    """The bytes of an entry. Raises Unreadable."""
    if entry.flag_bits & IS_ENCRYPTED:
        raise Encrypted("it is protected by a password; store it without one")
    if entry.file_size > limits.file_bytes:
        raise TooLarge(f"it has {entry.file_size} bytes, the limit is {limits.file_bytes}")
    if entry.file_size > max(LARGE, entry.compress_size * MOST_RATIO):
        raise ArchiveTooLarge(f"its {entry.compress_size} bytes unpack to {entry.file_size}; it may be a bomb")
    if entry.compress_type not in METHODS:
        raise UnknownFormat(f"it is compressed by method {entry.compress_type}, which no reader knows")
    try:
        with archive.open(entry) as file:
            # Never more than this is unpacked, whatever the data hold; then the check sum is wrong.
            return file.read(entry.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        raise Damaged("its bytes in the archive are damaged; save the archive again") from None
