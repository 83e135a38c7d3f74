"""The format of a file, detected by its first bytes, then by its name."""

from pathlib import PurePosixPath

from ingest_service.errors import UnknownFormat
from ingest_service.reading import text_formats

TEXT = "text/plain"
MARKDOWN = "text/markdown"

# First bytes that no text has, and the format they begin.
MAGIC = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "ZIP (also DOCX, ODT, EPUB)",
    b"PK\x05\x06": "ZIP",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "OLE (also DOC, XLS)",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
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

SUFFIXES = {
    ".htm": "HTML", ".html": "HTML", ".xhtml": "HTML", ".xml": "XML", ".rss": "XML", ".atom": "XML", ".json": "JSON",
    ".jsonl": "JSON", ".eml": "mail", ".mbox": "mail", ".pdf": "PDF", ".doc": "DOC", ".docx": "DOCX", ".odt": "ODT",
    ".rtf": "RTF", ".epub": "EPUB", ".csv": "CSV", ".tsv": "CSV", ".svg": "SVG", ".warc": "WARC", ".ics": "iCalendar",
    ".vcf": "vCard", ".srt": "SRT", ".vtt": "WebVTT", ".tex": "LaTeX", ".ndjson": "JSON", ".msg": "Outlook mail",
    ".css": "CSS", ".sql": "SQL", ".ini": "settings", ".desktop": "settings", ".url": "a link", ".webloc": "a link",
    **dict.fromkeys(
        (".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".cs", ".go", ".rs", ".rb", ".php", ".sh", ".bat", ".ps1"),
        "source code",
    ),
}  # fmt: skip
MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown"}


def detect(content: bytes, path: str) -> str:
    """The media type, which selects the reader. Raises UnknownFormat, which names the format if it is known."""
    suffix = PurePosixPath(path).suffix.lower()
    is_markdown = suffix in MARKDOWN_SUFFIXES
    if format_name := _by_magic(content) or SUFFIXES.get(suffix) or text_formats.detect(content, is_markdown):
        raise UnknownFormat(f"no reader knows {format_name}")
    return MARKDOWN if is_markdown else TEXT


def _by_magic(content: bytes) -> str | None:
    for magic, name in MAGIC.items():
        if content.startswith(magic):
            return name
    return next((name for at, magic, name in INNER_MAGIC if content.startswith(magic, at)), None)
