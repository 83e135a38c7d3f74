"""The format of a file, detected by its first bytes, then by its name."""

from pathlib import PurePosixPath

from ingest_service.errors import UnknownFormat

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
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"SQLite format 3\x00": "SQLite",
    b"\x7fELF": "ELF",
}

# Texts that are not prose: their markup would be taken for words.
OPENINGS = {b"<!doctype html": "HTML", b"<html": "HTML", b"<?xml": "XML", b"<rss": "XML", b"<feed": "XML"}
SUFFIXES = {
    ".htm": "HTML", ".html": "HTML", ".xhtml": "HTML", ".xml": "XML", ".rss": "XML", ".atom": "XML", ".json": "JSON",
    ".jsonl": "JSON", ".eml": "mail", ".mbox": "mail", ".pdf": "PDF", ".doc": "DOC", ".docx": "DOCX", ".odt": "ODT",
    ".rtf": "RTF", ".epub": "EPUB", ".csv": "CSV", ".tsv": "CSV", ".svg": "SVG",
}  # fmt: skip
MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown"}


def detect(content: bytes, path: str) -> str:
    """The media type, which selects the reader. Raises UnknownFormat, which names the format if it is known."""
    suffix = PurePosixPath(path).suffix.lower()
    if format_name := _by_content(content) or SUFFIXES.get(suffix):
        raise UnknownFormat(f"no reader knows {format_name}")
    return MARKDOWN if suffix in MARKDOWN_SUFFIXES else TEXT


def _by_content(content: bytes) -> str | None:
    for magic, name in MAGIC.items():
        if content.startswith(magic):
            return name
    opening = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    return next((name for start, name in OPENINGS.items() if opening.startswith(start)), None)
