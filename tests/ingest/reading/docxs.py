"""Writes small DOCX files for tests: paragraphs of WordprocessingML in a package."""

from collections.abc import Mapping
from html import escape

from tests.ingest.reading.test_zip_archive import zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = "".join(
    f'<w:style w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
    for key, name in {"Titel": "Title", "berschrift1": "heading 1", "Aufzhlung": "List Bullet"}.items()
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{}</cp:coreProperties>'
)


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """A paragraph of one run."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{style}{properties}</w:pPr><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx(body: str, core: str = "", parts: Mapping[str, str] | None = None, main: str = "word/document.xml") -> bytes:
    """A package with this body, core properties, and other parts such as "footnotes" by their kinds."""
    others = {"styles": f"<w:styles {W}>{STYLES}</w:styles>", **(parts or {})}
    relations = "".join(_relation(kind, f"{kind}.xml") for kind in others)
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": f"<Relationships>{_relation('officeDocument', main)}</Relationships>".encode(),
            main: f"<w:document {W}><w:body>{body}</w:body></w:document>".encode(),
            main.replace("word/", "word/_rels/") + ".rels": f"<Relationships>{relations}</Relationships>".encode(),
            **{f"word/{kind}.xml": part.encode() for kind, part in others.items()},
            "docProps/core.xml": CORE.format(core).encode(),
        }
    )


def _relation(kind: str, target: str) -> str:
    return f'<Relationship Type="{RELATIONS}/{kind}" Target="{target}"/>'
