"""The databases of every release come up to this one with all they hold, and both services go on with them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import catalog_service.store.schema
import ingest_service.store.schema
from catalog_service.store.db import Database as CatalogDatabase
from ingest_service.store.db import Database as IngestDatabase
from tests.postgres import Server
from tests.releases import dumps
from tests.system import house
from tests.system.conftest import DATABASES

RELEASES = sorted(dumps.FOLDER.iterdir())


@pytest.fixture(params=DATABASES)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URLs of two databases, catalog and ingest, in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/catalog.db", f"sqlite:///{tmp_path}/ingest.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    made = server.create(), server.create()
    yield (made[0].render_as_string(hide_password=False), made[1].render_as_string(hide_password=False))
    for url in made:
        server.drop(url)


@pytest.mark.parametrize("release", RELEASES, ids=lambda folder: folder.name)
def test_both_services_go_on_where_an_earlier_release_stopped(
    release: Path, urls: tuple[str, str], tmp_path: Path
) -> None:
    loading = dumps.load_sqlite if urls[0].startswith("sqlite") else dumps.load_postgres
    for service, url in zip(dumps.SERVICES, urls, strict=True):
        loading(release / service, url)
    assert revisions(urls) != (None, None)
    with house.living(tmp_path, *urls) as home:
        dumps.change(home.seeds)
        home.catalog.start()
        house.until(home.catalog.ready, "the catalog")
        before = home.catalog.get("/v1/changes?since=0").json["events"]
        assert len(before) >= 10
        assert home.documents()[dumps.EDITED]["versions"] == 2
        assert list(home.documents("withdrawn")) == [dumps.GONE]

        home.ingest.start()
        house.until(home.ingest.ready, "the ingest service")
        home.arrived(6)
        house.until(lambda: home.documents()["harbour.txt"]["kind"] == "article", "the files to be read again")
        house.until(lambda: not home.ingest.get("/v1/status").json["to_read_again"], "the last file to be read again")
        home.quiet()
        # The files are other inodes now with the same bytes. Only what is read otherwise than before gets a version:
        # this release recognises a report by its style.
        events = home.catalog.get("/v1/changes?since=0").json["events"][len(before) :]
        changed = [event for event in events if not event["type"].startswith("relation.")]
        harbour = home.documents()["harbour.txt"]["id"]
        assert [(event["type"], event["subject"]) for event in changed] == [("document.changed.v1", harbour)]
        version = home.catalog.get(f"/v1/documents/{harbour}/versions/2").json
        assert (version["change"]["kind"], version["change"]["significance"]) == ("technical", "metadata")
        assert home.files()["empty.txt"]["reason"] == "empty"
        hits = home.catalog.get("/v1/search?q=denuclearisation").json["hits"]
        assert [hit["document"]["path"][:3] for hit in hits] == ["001"]

        (home.seeds / "harbour.txt").write_text("Ferry stops\n\nThe ferry has stopped for good.", encoding="utf-8")
        house.until(lambda: home.documents()["harbour.txt"]["version"] == 3, "a new version")
        home.stop()


def revisions(urls: tuple[str, str]) -> tuple[str | None, str | None]:
    """The revisions of both schemas."""
    with (
        contextlib.closing(CatalogDatabase(urls[0])) as catalog,
        contextlib.closing(IngestDatabase(urls[1])) as ingest,
    ):
        return catalog_service.store.schema.current(catalog), ingest_service.store.schema.current(ingest)
