"""The kind of a file as its first bytes show it, whether a reader for it exists or not. Pure."""

import re
import zlib
from functools import cached_property
from pathlib import PurePosixPath

from ingest_service.reading import text_formats, zip_directory

ZIP = "ZIP"
GZIP, GZIP_MAGIC = "gzip", b"\x1f\x8b"
# The bytes at the beginning of a compressed archive of web pages.
WARC = b"WARC/"
# First bytes that no text has, and the format they begin.
MAGIC = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "OLE (also DOC, XLS)",
    b"{\\rtf": "RTF",
    GZIP_MAGIC: GZIP,
    **{b"BZh%d" % level: "bzip2" for level in range(1, 10)},
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"RIFF": "RIFF (also WAV, AVI, WebP)",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"ID3\x03": "MP3",
    b"ID3\x04": "MP3",
    b"OggS\x00": "Ogg",
    b"fLaC\x00": "FLAC",
    b"\x1aE\xdf\xa3": "Matroska",
    b"Rar!\x1a\x07": "RAR",
    b"\xca\xfe\xba\xbe": "Java class",
    b"\x00asm": "WebAssembly",
    b"!BDN": "Outlook mailbox",
    b"MZ\x90\x00": "Windows program",
    b"wOFF": "font",
    b"wOF2": "font",
    b"\x00\x01\x00\x00\x00": "font",
    b"SQLite format 3\x00": "SQLite",
    b"\x7fELF": "ELF",
}

# The same at another place.
INNER_MAGIC = ((4, b"ftyp", "MP4"), (257, b"ustar", "tar"))

# Programs accept other bytes before the header of a PDF, such as blank lines or the headers of a web server, if it is
# in the first 1,024 (ISO 32000-1, annex H.3.4.1). A text about PDF may show a header, but hardly a whole file.
PDF_AFTER = re.compile(rb"%PDF-\d\.\d\s(?:%[^\r\n]{0,64}\s)?\s{0,8}\d{1,10} \d{1,5} obj\b")
PDF_END = b"%%EOF"
PDF_SEARCHED = 1_024

# Formats that a text with such a name has, though its content does not show it.
SUFFIXES = {
    ".htm": "HTML", ".html": "HTML", ".xhtml": "HTML", ".xml": "XML", ".rss": "XML", ".atom": "XML", ".json": "JSON",
    ".jsonl": "JSON", ".eml": "mail", ".mbox": "mail", ".pdf": "PDF", ".doc": "DOC", ".docx": "DOCX",
    ".odt": "OpenDocument", ".rtf": "RTF", ".epub": "EPUB",
    ".csv": "CSV", ".tsv": "CSV", ".svg": "SVG", ".warc": "WARC", ".ics": "iCalendar",
    ".vcf": "vCard", ".srt": "SRT", ".vtt": "WebVTT", ".tex": "LaTeX", ".ndjson": "JSON", ".msg": "Outlook mail",
    ".css": "CSS", ".sql": "SQL", ".ini": "settings", ".desktop": "settings", ".url": "a link", ".webloc": "a link",
    **dict.fromkeys(
        (".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".cs", ".go", ".rs", ".rb", ".php", ".sh", ".bat", ".ps1"),
        "source code",
    ),
}  # fmt: skip
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown"})
ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")


class Opening:
    """What the beginning of a file shows of its format. Each property is computed when it is first asked for."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content = content
        self.suffix = suffix_of(name)

    @cached_property
    def kind(self) -> str | None:
        """The name of the format by the content; None for prose."""
        kind = _by_magic(self.content)
        if kind == ZIP:
            return zip_directory.kind(self.content)
        if kind == GZIP and _first_unpacked(self.content).startswith(WARC):
            return "WARC"
        kind = kind or text_formats.detect(self.content, self.suffix in MARKDOWN_SUFFIXES)
        return kind or ("PDF" if _is_pdf_after_other_bytes(self.content) else None)

    @cached_property
    def text(self) -> str:
        """The first characters, as far as ASCII shows the format."""
        return text_formats.opening(self.content)

    @cached_property
    def root(self) -> str | None:
        """The name of the first element of an XML document, without its prefix."""
        if not self.text.startswith("<"):
            return None
        element = ROOT.match(text_formats.PROLOG.sub("", self.text).lstrip())
        return element[1] if element else None


def suffix_of(name: str) -> str:
    """The suffix of a name in lower case, with its dot; empty if it has none."""
    return PurePosixPath(name).suffix.lower()


def _by_magic(content: bytes) -> str | None:
    for magic, name in MAGIC.items():
        if content.startswith(magic):
            return name
    return next((name for at, magic, name in INNER_MAGIC if content.startswith(magic, at)), None)


def _is_pdf_after_other_bytes(content: bytes) -> bool:
    is_headed = PDF_AFTER.search(content, 0, PDF_SEARCHED + 128)
    return is_headed is not None and (PDF_END in content[-PDF_SEARCHED:] or b"\x00" in content)


def _first_unpacked(content: bytes) -> bytes:
    """The first bytes of a compressed file; empty if they are damaged."""
    try:
        return zlib.decompressobj(31).decompress(content[: text_formats.SAMPLE], len(WARC))
    except zlib.error:
        return b""
