"""The API of diffs and relations."""

import aiohttp
from yarl import URL

from tests.catalog.api.conftest import Json, got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event, relation

ONE, TWO = f"/v1/documents/{document_id(1)}", f"/v1/documents/{document_id(2)}"


def rebuilt(diff: Json, first: str, second: str) -> str:
    """The second text, rebuilt from the operations."""
    copied = ("equal", "move")
    return "".join(first[slice(*op["a"])] if op["op"] in copied else second[slice(*op["b"])] for op in diff["ops"])


async def test_a_diff_turns_the_first_text_into_the_second(client: aiohttp.ClientSession) -> None:
    first, second = "Envoys met on Monday in Seoul.", "Envoys met on Friday in Seoul, again."
    await publish(
        client,
        raw_event(1, article=article(text=first)),
        raw_event(1, 2, "changed", article=article(text=second)),
        raw_event(2, article=article(text=second)),
    )
    async with client.get(f"{ONE}/changes/1..2") as response:
        diff, etag = await response.json(), response.headers["ETag"]
    assert rebuilt(diff, first, second) == second
    assert (diff["coarse"], diff["summary"]["moved"]) == (False, 0)
    assert (diff["from"]["version"], diff["to"]["version"]) == (1, 2)
    async with client.get(f"{ONE}/changes/1..2", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    across = await got(client, f"/v1/compare?a={document_id(1)}@1&b={document_id(2)}@1")
    assert across["ops"] == diff["ops"]


async def test_a_relation_is_found_from_both_sides(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2, article=article(text="Other news."), relations=[relation(1)]))
    (listed,) = (await got(client, "/v1/relations"))["relations"]
    assert {listed["a"]["document"], listed["b"]["document"]} == {document_id(1), document_id(2)}
    assert await got(client, f"/v1/relations/{listed['id']}") == listed
    for path in (ONE, TWO):
        for versions in ("current", "all", "1"):
            assert (await got(client, f"{path}/relations?versions={versions}"))["relations"] == [listed]
    assert (await got(client, "/v1/relations?type=duplicate"))["relations"] == []
    assert (await got(client, ONE))["relations"] == {"reuse": 1}


async def test_the_relations_of_a_document_come_in_pages(client: aiohttp.ClientSession) -> None:
    copies = [raw_event(number, relations=[relation(1, type_="duplicate")]) for number in (2, 3, 4)]
    await publish(client, raw_event(1), *copies)
    first = await got(client, f"{ONE}/relations?limit=2")
    async with client.get(f"{ONE}/relations?limit=2&cursor={first['next']}") as response:
        second = await response.json()
        assert "Link" not in response.headers
    relations = [*first["relations"], *second["relations"]]
    assert len({row["id"] for row in relations}) == 3
    assert second["next"] is None
    assert second["snapshot"] == first["snapshot"]
    async with client.get(f"{TWO}/relations?cursor={first['next']}") as response:
        assert (await problem_of(response))["code"] == "cursor-mismatch"


WRONG = [
    (f"{ONE}/changes/1..9", 404),
    (f"{ONE}/changes/1..x", 404),
    (f"{ONE}/changes/1...2", 404),
    (f"{ONE}/changes/..", 404),
    (f"/v1/compare?a={document_id(1)}@1", 400),
    (f"/v1/compare?a={document_id(1)}@1&b=x", 400),
    (f"/v1/compare?a={'-' * 36}@1&b={document_id(1)}@1", 400),
    (f"/v1/compare?a={document_id(1)}@0&b={document_id(1)}@9999999999", 404),
    ("/v1/relations/%00", 404),
    ("/v1/relations/nothing", 404),
    ("/v1/relations?cursor=x", 400),
    ("/v1/relations?type=marriage", 400),
    (f"{TWO}/relations", 404),
    (f"{ONE}/relations?cursor=x", 400),
    (f"{ONE}/relations?versions=-1", 400),
    (f"{ONE}/relations?versions=%E0%A5%AF", 400),
    (f"{ONE}/relations?versions={'9' * 5_000}", 400),
]


async def test_a_wrong_path_or_query_is_a_problem(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for path, status in WRONG:
        async with client.get(URL(path, encoded=True)) as response:
            assert (await problem_of(response))["status"] == status, path
