"""The parts of a DOCX package (ISO/IEC 29500-2): XML documents in a ZIP, found by the relations between them. Pure."""

import posixpath
import zipfile
from dataclasses import dataclass

from ingest_service.errors import Damaged
from ingest_service.reading import xml_documents, zip_directory
from ingest_service.reading.xml_documents import Element
from ingest_service.settings import Limits

MAIN = "word/document.xml"
CORE = "docProps/core.xml"


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package."""

    archive: zipfile.ZipFile
    limits: Limits

    def main(self) -> tuple[Element, str]:
        """The main document and its name. Raises Unreadable."""
        name = self.related("", "officeDocument") or MAIN
        root = self.part(name)
        if root is None:
            raise Damaged("the document has no text part; save it again with a word processor")
        return root, name

    def part(self, name: str) -> Element | None:
        """The root element of a part; None if there is none. Raises Unreadable."""
        try:
            entry = self.archive.getinfo(name)
        except KeyError:
            return None
        return xml_documents.parse(zip_directory.unpacked(self.archive, entry, self.limits))[0]

    def related(self, name: str, kind: str) -> str | None:
        """The name of the part to which another one, or the package (""), has a relation of this kind."""
        folder, file = posixpath.split(name)
        relations = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        for relation in xml_documents.children(relations):
            target = relation.get("Target", "")
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                return posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
        return None
