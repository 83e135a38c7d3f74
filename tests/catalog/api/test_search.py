"""The API of search."""

import aiohttp
from yarl import URL

from tests.catalog.api.conftest import got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event, relation

TALKS = "Envoys met on Monday. They spoke of denuclearisation."


async def fill(client: aiohttp.ClientSession) -> None:
    """Records three documents: one on talks, a copy of it, and one on the harvest."""
    await publish(
        client,
        raw_event(1, article=article(text=TALKS, kind="wire", publisher="Yonhap", published="2024-09-04")),
        raw_event(2, article=article(text=TALKS), relations=[relation(1, type_="duplicate")]),
        raw_event(3, article=article(title="Harvest", text="Apples again.")),
    )


def document_ids(page: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
    """The ids of the documents of the hits."""
    return {hit["document"]["id"] for hit in page["hits"]}


async def test_a_copy_is_shown_once_with_the_words_marked(client: aiohttp.ClientSession) -> None:
    await fill(client)
    page = await got(client, "/v1/search?q=denuclearisation&total=exact")
    (hit,) = page["hits"]
    assert hit["collapsed"]["count"] == 1
    (snippet,) = hit["snippets"]
    assert [TALKS[start:end] for start, end in snippet["highlights"]] == ["denuclearisation"]
    assert page["total"] == {"documents": 1, "stories": 1, "relation": "eq"}
    everything = await got(client, "/v1/search?q=denuclearisation&collapse=none&highlight=none")
    assert document_ids(everything) == {document_id(1), document_id(2)}
    assert all(hit["snippets"] == [] for hit in everything["hits"])


async def test_filters_and_facets_of_a_search(client: aiohttp.ClientSession) -> None:
    await fill(client)
    assert document_ids(await got(client, "/v1/search?kind=wire")) == {document_id(1)}
    assert document_ids(await got(client, "/v1/search?published=2024-09..")) == {document_id(1)}
    assert document_ids(await got(client, "/v1/search?q=envoys&in=title")) == set()
    facets = (await got(client, "/v1/search?facets=kind,publisher&collapse=none"))["facets"]
    assert facets == {"kind": {"document": 2, "wire": 1}, "publisher": {"": 2, "Yonhap": 1}}


async def test_pages_of_hits_neither_repeat_nor_skip(client: aiohttp.ClientSession) -> None:
    await fill(client)
    seen, path = [], "/v1/search?collapse=none&limit=1&sort=-recorded"
    while path:
        async with client.get(path) as response:
            seen += [hit["document"]["id"] for hit in (await response.json())["hits"]]
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
    assert seen == [document_id(number) for number in (3, 2, 1)]


async def test_a_query_that_does_not_parse_is_taken_as_words_unless_strict(client: aiohttp.ClientSession) -> None:
    await fill(client)
    page = await got(client, "/v1/search?q=(denuclearisation")
    assert (page["query"]["escaped"], len(page["hits"])) == (True, 1)
    async with client.get("/v1/search?q=(denuclearisation&strict=true") as response:
        assert "position" in await problem_of(response)


async def test_a_text_that_was_taken_out_is_found_in_its_version(client: aiohttp.ClientSession) -> None:
    await fill(client)
    await publish(client, raw_event(3, 2, "changed", article=article(title="Harvest", text="Pears.")))
    assert (await got(client, "/v1/search?q=apples"))["hits"] == []
    (hit,) = (await got(client, "/v1/search?q=apples&versions=all"))["hits"]
    assert (hit["document"]["version"], hit["version"], hit["matched_versions"]) == (2, 1, [1])


WRONG = (
    "versions=old q=%00 in=body facets=mood sort=mood collapse=all limit=201 cursor=x strict=perhaps story=x q=a&q=b"
)


async def test_a_wrong_query_is_a_problem(client: aiohttp.ClientSession) -> None:
    for query in WRONG.split():
        async with client.get(URL(f"/v1/search?{query}", encoded=True)) as response:
            assert (await problem_of(response))["status"] == 400, query
