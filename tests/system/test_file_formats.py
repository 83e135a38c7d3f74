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


def test_a_saved_page_is_the_document_of_its_article(lived_in: House) -> None:
    house = lived_in
    page = (
        "<!DOCTYPE html><html><head><title>Mayor opens the bridge | The Courier</title></head><body>"
        "<nav><a href=/>Home</a></nav><article><h1>Mayor opens the bridge</h1>"
        "<p>The mayor opened the new bridge over the river in the rain.</p>"
        "<p>Boats will pass under it from Monday, the harbour office said.</p></article></body></html>"
    )
    (house.seeds / "bridge.html").write_text(page, encoding="utf-8")
    until(lambda: bool(titles(house, "bridge.html")), "the page")
    (document,) = house.catalog.get("/v1/documents?path=bridge.html").json["documents"]
    assert (document["title"], document["publisher"]) == ("Mayor opens the bridge", "The Courier")
    text = house.catalog.get(f"/v1/documents/{document['id']}/versions/1/text").body.decode()
    assert text.split("\n\n")[-2:] == [
        "The mayor opened the new bridge over the river in the rain.",
        "Boats will pass under it from Monday, the harbour office said.",
    ]


def titles(house: House, path: str) -> dict[str, str]:
    """The titles of the documents of a file, by the key of their item."""
    documents = house.catalog.get(f"/v1/documents?path={path}").json["documents"]
    return {document["item"]["key"]: document["title"] for document in documents}


def test_a_news_item_is_a_document_with_what_it_says(lived_in: House) -> None:
    house = lived_in
    body = "<p>The council approved a new timetable for the harbour ferry on Tuesday.</p>"
    (house.seeds / "ferry.xml").write_text(
        '<nitf baselang="en"><head><docdata><date.issue norm="20260304T081500Z"/></docdata></head><body><body.head>'
        "<hedline><hl1>Ferry to sail later</hl1></hedline><byline>By Ada Holm</byline>"
        f"<distributor>Harbour News</distributor></body.head><body.content>{body}</body.content></body></nitf>"
    )
    until(lambda: titles(house, "ferry.xml"), "the news item")
    (document,) = house.catalog.get("/v1/documents?path=ferry.xml").json["documents"]
    assert (document["title"], document["authors"], document["publisher"], document["published"]) == (
        "Ferry to sail later", ["Ada Holm"], "Harbour News", "2026-03-04T08:15:00Z",
    )  # fmt: skip
