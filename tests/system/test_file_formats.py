"""Files of other formats than text, with both services: each item is a document, and a bomb costs only itself."""

import gzip
import json
import urllib.parse
from typing import Any

from tests.ingest.reading.docxs import docx, paragraph
from tests.ingest.reading.news.test_newsml_g2 import message as message_of_items
from tests.ingest.reading.news.test_newsml_g2 import news_item
from tests.ingest.reading.news.test_ninjs import ONE as NINJS
from tests.ingest.reading.pdfs import Text, column, pdf
from tests.ingest.reading.test_mail import attached, message, mixed
from tests.ingest.reading.test_warc import ADDRESS, PAGE, answer
from tests.ingest.reading.test_zip_archive import zipped
from tests.system.conftest import mostly_on
from tests.system.house import SEEDS, House, until

FERRY = [
    "The council approved a new timetable for the harbour ferry on Tuesday, and the",
    "last boat of the day leaves at midnight from now on.",
]
TEXT = " ".join(FERRY)
TITLE = "Ferry to sail later at night"


@mostly_on("sqlite", "inhabited")
def test_each_item_of_a_file_is_a_document(lived_in: House) -> None:
    house = lived_in
    contents = {
        "release.pdf": pdf([Text(TITLE, 72, 790, 20), *column(FERRY)]),
        "letter.docx": docx(paragraph(TITLE, "Titel") + paragraph(TEXT)),
        "mail.eml": mixed(attached(f"# {TITLE}\n\n{TEXT}\n".encode(), "ferry.md"), text=TEXT),
        "crawl.warc.gz": gzip.compress(answer(PAGE)),
        "news.zip": zipped({"sub/ferry.txt": f"{TITLE}\n\n{TEXT}\n".encode(), "photo.jpg": b"\xff\xd8\xff\xe0"}),
    }
    for name, content in contents.items():
        (house.seeds / name).write_bytes(content)
    page = f"crawl.warc.gz#{ADDRESS}"
    titles = {
        "release.pdf": TITLE,
        "letter.docx": TITLE,
        "mail.eml": "Ferry",
        "mail.eml#2": TITLE,
        page: "Ferry to sail later",
        "news.zip#sub/ferry.txt": TITLE,
    }
    until(lambda: len(items(house, *contents)) == len(titles), "all items")
    house.quiet()
    documents = items(house, *contents)
    assert {key: document["title"] for key, document in documents.items()} == titles
    for document in documents.values():
        version = house.catalog.get(f"/v1/documents/{document['id']}/versions/1").json
        assert TEXT.split(",", maxsplit=1)[0] in version["text"]
    assert documents["mail.eml#2"]["item"] == {
        "key": "mail.eml#2",
        "by": "member",
        "parent": "mail.eml",
        "version": None,
    }
    assert (documents[page]["url"], documents[page]["fields"]["fetched"]) == (ADDRESS, "2024-06-04T10:15:00Z")
    assert documents["mail.eml"]["fields"]["attachments"] == ["ferry.md"]
    original = house.catalog.get(f"/v1/documents/{documents[page]['id']}/versions/1/original")
    assert (original.body, original.headers["Content-Type"].partition(";")[0]) == (PAGE, "text/html")
    stories = {document["story"]["id"] for key, document in documents.items() if key != page}
    assert len(stories) == 1


@mostly_on("sqlite", "inhabited")
def test_bombs_and_damaged_files_cost_only_themselves(lived_in: House) -> None:
    house = lived_in
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    nested = message("", TEXT)
    for number in range(60):
        nested = f"Subject: {number}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n".encode() + nested
    matryoshka = zipped({"ferry.txt": TEXT.encode()})
    for _ in range(10):
        matryoshka = zipped({"inner.zip": matryoshka})
    poison = {
        "bomb.docx": (docx(paragraph("a" * 30_000_000)), "archive-too-large"),
        "bomb.zip": (zipped({"zeros.txt": bytes(60_000_000)}), "too-large"),
        "bomb.gz": (gzip.compress(bytes(60_000_000)), "archive-too-large"),
        "matryoshka.zip": (matryoshka, "nested-too-deep"),
        "nested.eml": (nested, "nested-too-deep"),
        "deep.docx": (docx("<w:p>" * 5_000 + "</w:p>" * 5_000), "damaged"),
        "cut.pdf": (pdf(column(FERRY))[:300], "damaged"),
        "cut.zip": (zipped({"ferry.txt": TEXT.encode()})[:60], "damaged"),
        "locked.pdf": (pdf(column(FERRY), password="a password"), "encrypted"),  # noqa: S106  Of this test file.
        "empty.docx": (b"", "empty"),
    }
    good = {f"good{number}.txt": f"Pier {number} is closed.\n\n{TEXT}".encode() for number in range(10)}
    good["page.docx"] = PAGE
    good["laughs.docx"] = docx(
        paragraph(TEXT), parts={"styles": f'<!DOCTYPE w [<!ENTITY a0 "ha">{laughs}]><w>&a11;</w>'}
    )
    for name, content in {**{name: content for name, (content, _) in poison.items()}, **good}.items():
        (house.seeds / name).write_bytes(content)
    house.arrived(len(list(SEEDS.glob("*.txt"))) + len(good))
    states = until(lambda: found if poison.keys() <= (found := quarantined(house)).keys() else None, "all reasons")
    assert states == {name: reason for name, (_, reason) in poison.items()}

    (house.seeds / "cut.pdf").write_bytes(pdf(column(FERRY)))
    house.appeared("cut.pdf")


@mostly_on("postgres", "inhabited")
def test_files_of_one_news_item_are_versions_of_one_document(lived_in: House) -> None:
    house, guid = lived_in, "urn:newsml:harbour.example:ferry"
    first = news_item(attributes=f'guid="{guid}" version="7"')
    second = json.dumps({**NINJS, "uri": guid, "version": "8", "headline": "Ferry to sail even later"})
    cancelled = news_item("", '<pubStatus qcode="stat:canceled"/>', "", f'guid="{guid}" version="9"')
    (house.seeds / "second.json").write_text(second)
    document = until(lambda: items(house, "second.json").get(guid), "the second version")
    (house.seeds / "first.xml").write_text(
        message_of_items(first, news_item(attributes='guid="urn:other" version="1"'))
    )
    until(lambda: "urn:other" in items(house, "first.xml"), "the message with the first version")
    house.quiet()
    versions = house.catalog.get(f"/v1/documents/{document['id']}/versions").json["versions"]
    assert [(version["title"], version["late"]) for version in versions] == [
        ("Ferry to sail later at night", True), ("Ferry to sail even later", False),
    ]  # fmt: skip
    assert house.catalog.get(f"/v1/documents/{document['id']}").json["title"] == "Ferry to sail even later"
    (house.seeds / "cancelled.xml").write_text(cancelled)
    until(lambda: house.catalog.get(f"/v1/documents/{document['id']}").status == 410, "the cancellation")


@mostly_on("sqlite", "inhabited")
def test_a_feed_that_is_saved_anew_withdraws_no_entry(lived_in: House) -> None:
    house = lived_in
    entry = "<item><guid>{0}</guid><title>Pier {0} is closed</title><description>{1}</description></item>"
    feed = "<rss><channel><title>Harbour News</title>{}</channel></rss>"
    (house.seeds / "feed.xml").write_text(feed.format(entry.format(1, TEXT) + entry.format(2, TEXT)))
    until(lambda: len(items(house, "feed.xml")) == 2, "the entries of the feed")
    (house.seeds / "feed.xml").write_text(feed.format(entry.format(3, TEXT) + entry.format(2, TEXT)))
    until(lambda: len(items(house, "feed.xml")) == 3, "the new entry")
    documents = items(house, "feed.xml")
    assert {key: (document["publisher"], document["versions"]) for key, document in documents.items()} == {
        f"feed.xml#{number}": ("Harbour News", 1) for number in (1, 2, 3)
    }


def quarantined(house: House) -> dict[str, Any]:
    """The reasons of the files that cannot be read, by path."""
    return {path: file["reason"] for path, file in house.files().items() if file["state"] == "quarantined"}


def items(house: House, *paths: str) -> dict[str, dict[str, Any]]:
    """The documents of these files by the key of their item."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        documents = house.catalog.get(f"/v1/documents?path={urllib.parse.quote(path)}").json["documents"]
        found |= {document["item"]["key"]: document for document in documents}
    return found
