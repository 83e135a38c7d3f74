"""The registry of formats: adding one is a module with a `FORMAT`, and a line here."""

from ingest_service.errors import UnknownFormat
from ingest_service.reading import docx, feeds, gzip_file, html, mail, markdown, mhtml, pdf, text, warc, zip_archive
from ingest_service.reading.format import Format, Source
from ingest_service.reading.news import anpa, newsml, newsml_g2, ninjs, nitf
from ingest_service.reading.opening import SUFFIXES, Opening, suffix_of

# The first format that recognises a file reads it. What none recognises, and is prose, is plain text.
FORMATS: tuple[Format, ...] = (
    nitf.FORMAT,
    ninjs.FORMAT,
    feeds.FORMAT,
    newsml_g2.FORMAT,
    newsml.FORMAT,
    anpa.FORMAT,
    html.FORMAT,
    mhtml.FORMAT,
    mail.FORMAT,
    markdown.FORMAT,
    pdf.FORMAT,
    docx.FORMAT,
    gzip_file.FORMAT,
    warc.FORMAT,
    zip_archive.FORMAT,
)


def detect(source: Source) -> Format:
    """The format of a file. Raises UnknownFormat, which names the format if it is known."""
    opening = Opening(source.content, source.name)
    for format_ in FORMATS:
        if format_.recognises(opening):
            return format_
    if unread := opening.kind or _unread_suffixes().get(opening.suffix):
        raise UnknownFormat(f"no reader knows {unread}")
    return text.FORMAT


def misnamed(source: Source, format_: Format) -> str | None:
    """A sentence that says by which suffix a file is named, if that is the suffix of another format."""
    suffix = suffix_of(source.name)
    if not suffix or suffix in format_.suffixes:
        return None
    is_known = suffix in SUFFIXES or any(suffix in other.suffixes for other in (*FORMATS, text.FORMAT))
    return f"named {suffix}, read as {format_.name}" if is_known else None


def _unread_suffixes() -> dict[str, str]:
    """The suffixes of formats without a reader, with the name of the format."""
    read = {suffix for format_ in FORMATS for suffix in format_.suffixes}
    return {suffix: name for suffix, name in SUFFIXES.items() if suffix not in read}
