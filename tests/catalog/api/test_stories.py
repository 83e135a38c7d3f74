"""The API of stories."""

import aiohttp
from yarl import URL

from tests.catalog.api.conftest import Json, got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event, relation


async def one_by_one(client: aiohttp.ClientSession, path: str, name: str) -> list[Json]:
    """The entries of all pages from this one, which have one entry each."""
    entries: list[Json] = []
    while path:
        async with client.get(path) as response:
            page = await response.json()
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
        [entry] = page[name]
        entries.append(entry)
    return entries


async def test_a_story_is_listed_and_has_its_documents_in_order(client: aiohttp.ClientSession) -> None:
    await publish(
        client,
        raw_event(1, article=article(text="Envoys meet.", published="2024-09-04")),
        raw_event(
            2,
            article=article(text="Envoys met.", published="2024-09-05"),
            relations=[relation(1, type_="revision")],
        ),
        raw_event(3, article=article(text="Apples again.")),
    )
    (listed,) = (await got(client, "/v1/stories"))["stories"]
    assert (listed["size"], listed["head"]["id"]) == (2, document_id(2))
    documents = await one_by_one(client, f"/v1/stories/{listed['id']}?limit=1", "documents")
    assert [document["id"] for document in documents] == [document_id(1), document_id(2)]
    assert (await got(client, f"/v1/documents/{document_id(1)}"))["story"]["id"] == listed["id"]


def a_story(first: int) -> list[object]:
    """Two documents with the same text, of which the second was filed a day later."""
    text = f"Envoys met in hall {first}."
    copy = article(text=text, published="2024-09-05")
    return [
        raw_event(first, article=article(text=text, published="2024-09-04")),
        raw_event(first + 1, article=copy, relations=[relation(first, type_="duplicate")]),
    ]


async def test_the_story_with_the_newest_change_is_listed_first(client: aiohttp.ClientSession) -> None:
    for first in (1, 3, 5):
        await publish(client, *a_story(first))
    before = await one_by_one(client, "/v1/stories?limit=1", "stories")
    assert [(story["head"]["id"], story["size"]) for story in before] == [
        (document_id(6), 2),
        (document_id(4), 2),
        (document_id(2), 2),
    ]
    later = article(text="Envoys met in hall 1 again.", published="2024-09-06")
    await publish(client, raw_event(7, article=later, relations=[relation(1, type_="revision")]))
    after = await one_by_one(client, "/v1/stories?limit=1", "stories")
    assert [(story["head"]["id"], story["size"]) for story in after] == [
        (document_id(7), 3),
        (document_id(6), 2),
        (document_id(4), 2),
    ]
    assert after == (await got(client, "/v1/stories"))["stories"]


WRONG = {
    f"/v1/stories/{document_id(1)}": 404,
    "/v1/stories/x": 404,
    "/v1/stories?cursor=x": 400,
    "/v1/stories?q=x": 400,
}


async def test_a_wrong_path_or_query_is_a_problem(client: aiohttp.ClientSession) -> None:
    for path, status in WRONG.items():
        async with client.get(URL(path, encoded=True)) as response:
            assert (await problem_of(response))["status"] == status, path
