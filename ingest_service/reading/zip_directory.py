"""The directory of a ZIP: its entries, and the kind of package that they make. Pure.

APPNOTE.TXT 6.3.10 of PKWARE describes the format. DOCX, OpenDocument and EPUB are ZIPs with certain entries.
"""

import io
import struct
import zipfile

from ingest_service.errors import Damaged, TooManyMembers, Unreadable

ENTRY_SIGNATURE = b"PK\x01\x02"
# More entries, which cost memory before the limit of members can be applied, are not listed.
MOST_ENTRIES = 50_000
CONTENT_TYPES = "[Content_Types].xml"
# Packages of Office by the folder of their main part.
OFFICE = {"word/": "DOCX", "xl/": "XLSX", "ppt/": "PPTX", "visio/": "VSDX"}
# Other packages by an entry that no other ZIP has.
MARKED = {"META-INF/manifest.xml": "ODT", "META-INF/container.xml": "EPUB", "META-INF/MANIFEST.MF": "JAR"}


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
        names = opened(content).namelist()
    except Unreadable:
        return "ZIP"
    entries = frozenset(names)
    if CONTENT_TYPES in entries:
        folders = {name[: name.find("/") + 1] for name in names}
        return next((name for folder, name in OFFICE.items() if folder in folders), "an Office package")
    return next((name for entry, name in MARKED.items() if entry in entries), "ZIP")
