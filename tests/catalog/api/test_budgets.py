"""How many statements and transactions the answer to a request may take, on both databases."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from catalog_service import server
from catalog_service.app import create_app
from catalog_service.relations import queries
from catalog_service.settings import Settings
from catalog_service.store import prepared
from catalog_service.store.db import Database
from tests.catalog.api.conftest import got, publish
from tests.catalog.events import article, document_id, raw_event, relation

STORIES = 60
# It has two versions and no relations.
CHANGED = f"/v1/documents/{document_id(2)}"
# A copy in a story, and not its head: every computed field has to be read.
COPY = f"/v1/documents/{document_id(5)}"
NO_HEADERS: Mapping[str, str] = {}


@dataclass(slots=True)
class Recorder:
    """The statements that an engine has executed, and the number of its transactions."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0

    def add(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Records a statement, unless it begins a transaction."""
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)

    def begin(self, _connection: object) -> None:
        """Records the begin of a transaction."""
        self.transactions += 1

    def clear(self) -> None:
        """Forgets what is recorded."""
        self.statements.clear()
        self.transactions = 0


@pytest.fixture
def recorder(catalog: Database) -> Recorder:
    """The recorder of the catalog's engine."""
    recorder = Recorder()
    sa.event.listen(catalog.engine, "before_cursor_execute", recorder.add)
    sa.event.listen(catalog.engine, "begin", recorder.begin)
    return recorder


@pytest.fixture
async def client(catalog: Database, database_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a catalog with public reads: the check for tokens, once a second, is not counted."""
    settings = Settings(database_url=database_url, public_read=True)
    async with (
        server.serving(create_app(settings, catalog), "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url) as client,
    ):
        yield client


async def publish_stories(client: aiohttp.ClientSession) -> None:
    """Stories of three: a document, its copy and a revision; and a quotation between each two stories."""
    events = []
    for first in range(1, 3 * STORIES, 3):
        quotation = [relation(first - 3, type_="reuse")] if first > 1 else []
        text, revised = (article(text=f"Envoys met in {kind} {first}.") for kind in ("city", "town"))
        events += [
            raw_event(first, article=text, relations=quotation),
            raw_event(first + 1, article=text, relations=[relation(first, type_="duplicate")]),
            raw_event(first + 2, article=revised, relations=[relation(first, type_="revision")]),
        ]
    await publish(client, *events, raw_event(2, 2, "changed", article=article(text="Envoys met again.")))


ONE_RESOURCE = [
    CHANGED,
    COPY,
    f"{COPY}/versions/1",
    f"{COPY}/versions/1/text",
    f"{COPY}/versions/1/original",
    f"{CHANGED}/changes/1..2",
    f"/v1/compare?a={document_id(1)}@1&b={document_id(2)}@2",
]


async def test_one_resource_takes_two_statements_and_its_304_one(
    client: aiohttp.ClientSession, recorder: Recorder
) -> None:
    await publish_stories(client)
    for path in ONE_RESOURCE:
        recorder.clear()
        async with client.get(path) as response:
            assert response.status == 200, path
        assert (len(recorder.statements) <= 2, recorder.transactions <= 1) == (True, True), (path, recorder.statements)
        recorder.clear()
        async with client.get(path, headers={"If-None-Match": response.headers["ETag"]}) as unchanged:
            assert unchanged.status == 304, path
        assert (len(recorder.statements), recorder.transactions <= 1) == (1, True), (path, recorder.statements)


async def test_a_document_as_of_a_moment_takes_three_statements(
    client: aiohttp.ClientSession, recorder: Recorder
) -> None:
    await publish_stories(client)
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    for path in (CHANGED, COPY):
        whole = await got(client, path)
        for moment in (now, f"seq:{whole['seq']}"):
            recorder.clear()
            async with client.get(f"{path}?as_of={moment}") as response:
                assert (await response.json())["id"] == whole["id"]
            assert len(recorder.statements) == 3, recorder.statements
            recorder.clear()
            headers = {"If-None-Match": response.headers["ETag"]}
            async with client.get(f"{path}?as_of={moment}", headers=headers) as unchanged:
                assert (unchanged.status, len(recorder.statements)) == (304, 2), recorder.statements


async def test_a_list_of_fifty_takes_eight_statements(client: aiohttp.ClientSession, recorder: Recorder) -> None:
    await publish_stories(client)
    story = (await got(client, COPY))["story"]
    assert (story["role"], story["size"]) == ("copy", 3)
    lists = {
        "/v1/documents?limit=50": "documents",
        "/v1/relations?limit=50": "relations",
        "/v1/stories?limit=50": "stories",
        f"/v1/stories/{story['id']}": "documents",
        f"/v1/documents/{document_id(1)}/relations?versions=all": "relations",
        "/v1/changes?since=0&limit=50": "events",
    }
    last = (await got(client, "/v1/documents?limit=1"))["snapshot"]["seq"]
    as_of = {f"{path}{'&' if '?' in path else '?'}as_of=seq:{last}": name for path, name in lists.items()}
    as_of = {path: name for path, name in as_of.items() if name != "events"}
    for path, name in (lists | as_of).items():
        recorder.clear()
        page = await got(client, path)
        assert len(page[name]) == 50 or "limit" not in path, path
        assert (len(recorder.statements) <= 8, recorder.transactions <= 1) == (True, True), (path, recorder.statements)


async def test_a_search_reads_the_index_once_for_its_counts(client: aiohttp.ClientSession, recorder: Recorder) -> None:
    await publish_stories(client)
    recorder.clear()
    counted = "total=exact&facets=kind,publisher,language,month"
    found = await got(client, f"/v1/search?q=city&{counted}&collapse=duplicates&limit=5")
    assert (len(found["hits"]), found["total"]["documents"]) == (5, STORIES)
    assert [sum(facet.values()) for facet in found["facets"].values()] == [STORIES] * 4
    counts = [statement for statement in recorder.statements if statement.startswith("WITH matches")]
    # The matches with links are found once for both, copies and stories.
    linked = [statement for statement in counts if "document IN (SELECT relation.a_document" in statement]
    assert (len(counts), len(linked)) == (1, 1), recorder.statements
    # The others read the three tiers, and check which other documents of the stories match.
    index = [statement for statement in recorder.statements if "FROM search_entry" in statement]
    assert len(index) <= 5, recorder.statements


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/search?q={}&total=exact&facets=kind&recorded=2024..&limit=5", "hits"),
        ("/v1/phrases?q={}&limit=5", "documents"),
    ],
    ids=["search", "phrases"],
)
async def test_the_statements_of_a_search_are_built_once(
    client: aiohttp.ClientSession, catalog: Database, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    await publish_stories(client)
    await got(client, path.format("met"))
    executed: list[str] = []
    sa.event.listen(catalog.engine, "before_execute", lambda _, statement, *_more: executed.append(str(statement)))
    monkeypatch.setattr(prepared, "_Compiled", None)
    found = await got(client, path.format("envoys"))
    assert len(found[name]) == 5
    # The collapsed documents of hits have a statement of their own.
    assert name != "hits" or any(hit["collapsed"] for hit in found[name])
    # The limit of time on PostgreSQL.
    assert [statement for statement in executed if not statement.startswith("SET LOCAL")] == []


async def test_a_feed_of_fifty_takes_eight_statements(client: aiohttp.ClientSession, recorder: Recorder) -> None:
    await publish_stories(client)
    recorder.clear()
    async with client.get("/feeds/changes.json") as response:
        assert len((await response.json(content_type=None))["items"]) == 50
    assert len(recorder.statements) <= 8, recorder.statements
    recorder.clear()
    async with client.get("/feeds/changes.json", headers={"If-None-Match": response.headers["ETag"]}) as unchanged:
        assert (unchanged.status, len(recorder.statements)) == (304, 1)


async def test_the_web_page_of_a_document_reads_its_row_once(client: aiohttp.ClientSession, recorder: Recorder) -> None:
    await publish_stories(client)
    recorder.clear()
    async with client.get(COPY.removeprefix("/v1")) as response:
        assert response.status == 200
    # Four of them read the log, and the related documents with what ended their relations, one their publishers.
    own = "SELECT document.id, document.collection"
    rows = [statement for statement in recorder.statements if statement.startswith(own)]
    assert (len(rows), len(recorder.statements) <= 13) == (1, True), recorder.statements


async def test_the_web_page_of_a_change_reads_each_version_once(
    client: aiohttp.ClientSession, recorder: Recorder
) -> None:
    await publish_stories(client)
    recorder.clear()
    async with client.get(f"{CHANGED.removeprefix('/v1')}/compare?from=1&to=2") as response:
        assert response.status == 200
    # The two others read the document and the list of its versions, without their texts.
    texts = [statement for statement in recorder.statements if "version.paragraphs" in statement]
    assert (len(texts), len(recorder.statements)) == (2, 4), recorder.statements


async def test_a_page_of_relations_reads_only_the_versions_that_it_shows(
    client: aiohttp.ClientSession, catalog: Database
) -> None:
    texts = [article(text=f"Envoys met on day {number}.") for number in range(1, 31)]
    changes = [raw_event(1, number, "changed", article=text) for number, text in enumerate(texts[1:], start=2)]
    quoting = raw_event(2, relations=[relation(1, observation=30, type_="reuse")])
    await publish(client, raw_event(1, article=texts[0]), *changes, quoting)
    calls: list[tuple[Any, ...]] = []
    with catalog.reading() as session:
        sa.event.listen(catalog.engine, "before_cursor_execute", lambda *call: calls.append(call))
        (listed,) = queries.find(session, queries.Filter(), limit=50).relations
        ((statement, parameters),) = [call[2:4] for call in calls if "FROM version" in call[2]]
        rows = session.connection().exec_driver_sql(statement, parameters).all()
    assert {listed.a.version, listed.b.version} == {1, 30}
    assert len(rows) == 2
