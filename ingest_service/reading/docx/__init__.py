"""DOCX: paragraphs, lists and tables of a document of Word, with all tracked changes accepted and without comments."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from ingest_service.errors import Encrypted, NoText
from ingest_service.model import Json
from ingest_service.reading import document_metadata, extracts, xml_documents, zip_directory
from ingest_service.reading.docx import body
from ingest_service.reading.docx.body import Block
from ingest_service.reading.docx.package import CORE, Package
from ingest_service.reading.extracts import Paragraph
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.opening import Opening

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = frozenset({".docx", ".docm", ".dotx", ".dotm"})
# Word puts a document with a password into a container of OLE, in a stream of this name ([MS-OFFCRYPTO], 2.3.4.4).
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEALED = "EncryptedPackage".encode("utf-16-le")
# The title is one of the first paragraphs: so many may be above one in a style. The stated title has its words among
# those of the first characters.
TITLE_STYLES = {"title": 8, "heading 1": 3}
TOP = 8
BEGINNING = 3_000


def _read(source: Source) -> Iterator[Part]:
    if source.content.startswith(OLE):
        raise Encrypted("the document is protected by a password; save it without one")
    package = Package(zip_directory.opened(source.content), source.limits)
    blocks = list(_blocks(package))
    if not any(map(str.isalnum, chain.from_iterable(block.text for block in blocks))):
        raise NoText("the document has no text; pictures of text are not read")
    properties = _properties(package)
    stated = _stated_title(properties, blocks)
    title = _title(stated, blocks)
    fields = _fields(properties)
    if name := blocks[title].text if title is not None else stated:
        fields["title"] = name
    paragraphs = (
        Paragraph(block.text, extracts.TITLE if number == title else None) for number, block in enumerate(blocks)
    )
    yield extracts.reading(MEDIA_TYPE, paragraphs, fields, source.limits)


def _blocks(package: Package) -> Iterator[Block]:
    """The paragraphs of the document, then its footnotes and endnotes."""
    root, name = package.main()
    styles = body.style_names(_related(package, name, "styles"))
    yield from body.blocks(root, styles)
    for kind in ("footnotes", "endnotes"):
        yield from body.notes(_related(package, name, kind), styles)


def _related(package: Package, name: str, kind: str) -> xml_documents.Element | None:
    related = package.related(name, kind)
    return package.part(related) if related else None


def _properties(package: Package) -> dict[str, str]:
    """The core properties by their local names."""
    root = package.part(package.related("", "core-properties") or CORE)
    return {xml_documents.name(element): xml_documents.line(element) for element in xml_documents.children(root)}


def _stated_title(properties: Mapping[str, str], blocks: Sequence[Block]) -> str | None:
    beginning = "\n".join(block.text for block in blocks)[:BEGINNING]
    return document_metadata.plausible_title(properties.get("title", ""), beginning)


def _title(stated: str | None, blocks: Sequence[Block]) -> int | None:
    """The number of the paragraph that is the title: by its style, else the one that repeats the stated title.

    The last paragraph, which may be all there is, remains text.
    """
    top = list(enumerate(blocks[:-1][:TOP]))
    by_style = [number for style, most in TITLE_STYLES.items() for number, block in top[:most] if block.style == style]
    words = document_metadata.words_of(stated or "")
    same = [number for number, block in top if words and document_metadata.words_of(block.text) == words]
    return next(iter(by_style or same), None)


def _fields(properties: Mapping[str, str]) -> dict[str, Json]:
    """The fields of the article: author and dates are those of the file, which may be a copy of a template."""
    return document_metadata.fields(
        {
            "document_author": properties.get("creator"),
            "document_created": properties.get("created"),
            "document_modified": properties.get("modified"),
            "subject": properties.get("subject"),
            "keywords": properties.get("keywords"),
        }
    )


def _recognises(opening: Opening) -> bool:
    return opening.kind == "DOCX" or (opening.content.startswith(OLE) and SEALED in opening.content)


FORMAT = Format("DOCX", MEDIA_TYPE, SUFFIXES, _recognises, _read)
