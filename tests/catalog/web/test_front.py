"""The front page: the newspaper of changes, the numbers of the catalog, and its first documents."""

import html
import itertools
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import sqlalchemy as sa

from catalog_service import contract, server
from catalog_service.app import create_app
from catalog_service.history.record import record_batch
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from catalog_service.web import folder
from catalog_service.web.pages.front import DOCUMENTS, ITEMS
from tests.catalog.conftest import NOW, Record
from tests.catalog.events import article, event, relation
from tests.catalog.fake_ingest import FakeIngest
from tests.catalog.web.conftest import fetched, words_of
from tests.catalog.web.seeds import seed_events


@pytest.fixture
def ingest() -> FakeIngest:
    """An ingest service with two files that cannot be read and three events that wait."""
    status = contract.IngestStatus(
        collection="seeds", instance="test", states={"published": 5, "quarantined": 2}, outbox={"owed": 3}
    )
    return FakeIngest(status)


@pytest.fixture
async def site(
    catalog: Database, database_url: str, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The URL of a running catalog that reads from the ingest service, on a machine that may be busy."""
    monkeypatch.setattr(folder, "SHORT_SECONDS", 30.0)
    async with ingest.serving() as ingest_url:
        app = create_app(Settings(database_url=database_url, ingest_url=ingest_url), catalog)
        async with server.serving(app, "127.0.0.1", 0) as url:
            yield url


@pytest.fixture
def record(catalog: Database) -> Record:
    """Records events in one transaction each minute and returns their receipts."""
    minutes = itertools.count()

    def recorded(*events: contract.AnyEvent) -> list[contract.Receipt]:
        with catalog.writing() as session:
            return record_batch(session, events, NOW + timedelta(minutes=next(minutes)))

    return recorded


def items_of(page: str) -> list[str]:
    """The sentences of the newspaper."""
    return [words_of(sentence) for sentence in re.findall('<p class="what">(.*?)</p>', page, re.DOTALL)]


def documents_of(page: str) -> list[str]:
    """The titles of the list of documents."""
    return [words_of(title) for title in re.findall("<h3>(.*?)</h3>", page, re.DOTALL)]


async def test_the_front_page_of_the_seeds_says_who_quotes_whom(record: Record, site: str) -> None:
    record(*seed_events())
    _, page = await fetched(site, "/")
    statement = "Joint Statement between the Republic of Korea and New Zealand 4 September 2024, Seoul"
    assert items_of(page)[:2] == ["Yonhap quotes the joint statement: four passages, one altered", statement]
    counts = words_of(re.findall('<p class="counts">(.*?)</p>', page, re.DOTALL)[0])
    assert counts.startswith("5 documents 0 stories 4 passages shared")
    assert counts.endswith("3 files waiting 2 files cannot be read")
    facets = re.findall('href="(/search[?][^"]+)"><bdi>([^<]*)</bdi> <span>([^<]*)<', page)
    assert ("/search?publisher=New+Zealand+Government", "New Zealand Government", "2") in facets
    for address, _, count in facets:
        _, found = await fetched(site, address)
        assert f"{count} document" in found
    assert documents_of(page)[0] == "S. Korea, New Zealand agree to boost security cooperation"
    assert "shares passages with 1 document" in page


async def test_the_front_page_names_the_figure_that_an_edit_changed(record: Record, site: str) -> None:
    texts = ("It sent 53 soldiers abroad.", "It sent 57 soldiers abroad.")
    before, after = (article(text=text, publisher="Yonhap", language="en") for text in texts)
    record(event(1, article=before))
    record(event(1, 2, "changed", article=after))
    _, page = await fetched(site, "/")
    assert items_of(page)[0] == "Yonhap raises the number of soldiers from 53 to 57"
    assert '<del lang="en"><bdi>53</bdi></del> <ins lang="en"><bdi>57</bdi></ins>' in page
    assert "1 change today" not in page


async def test_a_withdrawn_document_is_said_with_those_that_quote_it(record: Record, site: str) -> None:
    record(event(1, article=article("Notice", "Other.")))
    quoted = [{"self": [0, 5], "other": [1, 6], "words": 8, "quoted": [[0, 5]], "verbatim": True}]
    record(event(2, relations=[relation(1, passages=quoted)]))
    record(event(1, 2, "withdrawn", reason="file-gone"))
    _, page = await fetched(site, "/")
    assert items_of(page)[0] == "Notice is withdrawn after two minutes; one document quotes it"
    assert "its file was deleted" in page
    assert documents_of(page) == ["Peace talks resume"]


@pytest.mark.parametrize(
    ("sort", "titles"),
    [("changed", ["Old", "None", "New"]), ("published", ["New", "Old"]), ("recorded", ["None", "New", "Old"])],
)
async def test_documents_are_listed_in_the_order_that_is_asked_for(
    record: Record, site: str, sort: str, titles: list[str]
) -> None:
    old = article("Old", published="2024-09-04")
    record(event(1, article=old), event(2, article=article("New", published="2025")), event(3, article=article("None")))
    record(event(1, 2, "moved", path="new.txt", previous_path="001.txt"))
    _, page = await fetched(site, f"/?sort={sort}")
    assert documents_of(page) == titles
    assert f'href="/?sort={sort}" aria-current="true"' in page


async def test_an_empty_catalog_says_where_to_put_files_and_whether_they_are_read(
    site: str, ingest: FakeIngest
) -> None:
    _, page = await fetched(site, "/")
    assert "The ingest service is running. Put a file into the folder that it watches, seeds:" in words_of(page)
    ingest.away = True
    _, page = await fetched(site, "/")
    assert "The ingest service does not answer. Start it with ingest-service run" in words_of(page)
    assert "the ingest service is away" in page


async def test_the_front_page_takes_a_fixed_number_of_statements(record: Record, site: str, catalog: Database) -> None:
    record(*(event(number, article=article(f"Text {number}")) for number in range(1, 40)))
    for number in range(1, 40):
        edited = article(f"Text {number}", f"On Monday {number} met.")
        record(event(number, 2, "changed", article=edited, relations=[relation(number % 39 + 1)]))
    record(*(event(number, 3, "withdrawn") for number in range(30, 40)))
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    _, page = await fetched(site, "/")
    assert (len(items_of(page)), len(documents_of(page))) == (ITEMS, DOCUMENTS)
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 15, statements


async def test_hostile_names_stay_apart_from_our_words(record: Record, site: str) -> None:
    before, after = (
        article("<script>alert(1)</script>", f"Pay {count} men.", publisher="\u202eevil") for count in (5, 6)
    )
    record(event(1, article=before))
    record(event(1, 2, "changed", article=after))
    _, page = await fetched(site, "/")
    assert "<script>alert" not in page
    assert '<bdi><span class="hidden-character">U+202E</span>evil</bdi> raises the number of ' in page


async def test_changes_are_listed_in_pages_by_what_happened(record: Record, site: str) -> None:
    for number in range(1, 120):
        record(event(number, article=article(f"Text {number}")))
    record(event(1, 2, "moved", path="new.txt", previous_path="001.txt"))
    titles: list[str] = []
    path = "/changes"
    while path:
        _, page = await fetched(site, path)
        titles += items_of(page)
        path = html.unescape((re.findall('rel="next" href="([^"]+)"', page) or [""])[0])
    assert titles == ["Text 1 is renamed from 001.txt to new.txt", *(f"Text {number}" for number in range(119, 0, -1))]
    _, page = await fetched(site, "/changes?show=renamed")
    assert items_of(page) == ["Text 1 is renamed from 001.txt to new.txt"]
    _, page = await fetched(site, "/changes?show=stories")
    assert "Nothing of this kind is recorded." in page


async def test_an_outdated_cursor_of_changes_offers_to_begin_again(
    record: Record, site: str, catalog: Database
) -> None:
    for number in range(1, 103):
        record(event(number))
    _, page = await fetched(site, "/changes")
    path = html.unescape(re.findall('rel="next" href="([^"]+)"', page)[0])
    with catalog.writing() as session:
        session.execute(sa.text("UPDATE counter SET epoch = 'another'"))
    status, page = await fetched(site, path)
    assert status == 410
    assert 'href="/changes?show=all">Begin again' in page


async def test_a_filter_of_changes_that_does_not_exist_is_refused(site: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{site}/changes?show=all&cursor=x") as response:
        assert response.status == 400
    status, page = await fetched(site, "/changes?show=nothing")
    assert (status, "is none of" in page) == (400, True)


async def test_a_page_with_one_folded_item_shows_what_is_folded(record: Record, site: str) -> None:
    record(*(event(number, article=article(f"Text {number}")) for number in range(1, 9)))
    _, page = await fetched(site, "/")
    assert "<details open>" in page
    for number in range(9, 13):
        record(event(number, article=article(f"Text {number}")))
    _, page = await fetched(site, "/")
    assert "<details>" in page
