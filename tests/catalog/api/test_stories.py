"""The API of stories."""

import aiohttp
from yarl import URL

from tests.catalog.api.conftest import got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event, relation


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
    seen, path = [], f"/v1/stories/{listed['id']}?limit=1"
    while path:
        async with client.get(path) as response:
            page = await response.json()
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
        seen += [document["id"] for document in page["documents"]]
    assert seen == [document_id(1), document_id(2)]
    assert (await got(client, f"/v1/documents/{document_id(1)}"))["story"]["id"] == listed["id"]


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
