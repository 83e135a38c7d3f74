"""Files of other formats than text, with both real services: each item of them is a document with its own original."""

import io
import zipfile
from collections.abc import Mapping

from tests.system.house import House, until

FERRY = "Ferry to sail later at night\n\nThe council approved a new timetable for the harbour ferry on Tuesday.\n"
MAYOR = "Mayor opens the bridge\n\nThe mayor opened the new bridge over the river in the rain on Sunday.\n"


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_each_file_in_an_archive_is_a_document(lived_in: House) -> None:
    house = lived_in
    content = zipped({"ferry.txt": FERRY.encode(), "sub/mayor.txt": MAYOR.encode(), "photo.jpg": b"\xff\xd8\xff\xe0"})
    (house.seeds / "news.zip").write_bytes(content)
    until(lambda: len(titles(house, "news.zip")) == 2, "both files of the archive")
    assert titles(house, "news.zip") == {
        "news.zip#ferry.txt": "Ferry to sail later at night", "news.zip#sub/mayor.txt": "Mayor opens the bridge",
    }  # fmt: skip


def titles(house: House, path: str) -> dict[str, str]:
    """The titles of the documents of a file, by the key of their item."""
    documents = house.catalog.get(f"/v1/documents?path={path}").json["documents"]
    return {document["item"]["key"]: document["title"] for document in documents}
