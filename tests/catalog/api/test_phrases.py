"""A phrase has a first and a last version in each document, and is absent from the next one; no more is claimed."""

import aiohttp
import pytest
from yarl import URL

from tests.catalog.api.conftest import Json, got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event


def seen(number: int, observation: int, text: str, day: int, cause: str = "changed") -> Json:
    """An observation of a document on a day of March."""
    moment = f"2026-03-{day:02}T00:00:00.000000Z"
    return raw_event(number, observation, cause, article=article(text=text), observed_at=moment)


async def fill(client: aiohttp.ClientSession) -> None:
    """Three documents: the phrase is in versions 2 and 3 of one, in the last of another, and never in the third."""
    await publish(client, seen(2, 1, "They agreed on trade.", 1, "created"), seen(3, 1, "Apples.", 1, "created"))
    await publish(
        client,
        seen(1, 1, "They met.", 2, "created"),
        seen(1, 2, "They met, and spoke: “a  full\n\ntrade-deal” of 5 years.", 3),
        seen(1, 3, "A full trade deal of 6 years.", 4),
        seen(2, 2, "They agreed on a full trade deal.", 5),
        seen(1, 4, "A trade deal, full of errors.", 6),
    )


async def test_first_and_last_version_of_each_document(client: aiohttp.ClientSession) -> None:
    await fill(client)
    found = await got(client, "/v1/phrases?q=%22full+trade+deal%22")
    one, two = found["documents"]
    assert (one["document"], two["document"]) == (document_id(1), document_id(2))
    assert [one[name]["version"] for name in ("first", "last", "absent")] == [2, 3, 4]
    assert [one[name]["observed_at"][8:10] for name in ("first", "last", "absent")] == ["03", "04", "06"]
    assert (one["versions"], one["first"]["significance"], one["absent"]["significance"]) == (
        2,
        "substantive",
        "substantive",
    )
    assert (two["versions"], two["first"]["version"], two["last"]["version"], two["absent"]) == (1, 2, 2, None)
    assert found == await got(client, "/v1/phrases?q=full+trade+deal")


async def test_a_withdrawn_document_says_so_and_its_phrase_is_not_absent(client: aiohttp.ClientSession) -> None:
    await publish(client, seen(1, 1, "A full trade deal.", 1, "created"), raw_event(1, 2, "withdrawn"))
    [found] = (await got(client, "/v1/phrases?q=trade"))["documents"]
    assert (found["status"], found["absent"], found["first"]["significance"]) == ("withdrawn", None, None)


async def test_pages_are_of_one_moment(client: aiohttp.ClientSession) -> None:
    await publish(client, *(seen(number, 1, "A trade deal.", 1, "created") for number in range(1, 6)))
    whole = await got(client, "/v1/phrases?q=trade+deal")
    page = await got(client, "/v1/phrases?q=trade+deal&limit=2")
    await publish(client, seen(4, 2, "Nothing.", 2), seen(6, 1, "A trade deal.", 2, "created"))
    documents = page["documents"]
    while page["next"]:
        page = await got(client, f"/v1/phrases?q=trade+deal&limit=2&cursor={page['next']}")
        documents += page["documents"]
    assert documents == whole["documents"]
    assert (await got(client, "/v1/phrases?q=trade+deal&collection=other"))["documents"] == []
    assert (await got(client, "/v1/phrases?q=trade+deal&in=title"))["documents"] == []


@pytest.mark.parametrize("q", ["", "%22%22", "-", "%22%E2%80%9C", "x+" * 33, "x" * 1_500])
async def test_a_phrase_without_words_or_with_too_many_is_a_problem(client: aiohttp.ClientSession, q: str) -> None:
    async with client.get(URL(f"/v1/phrases?q={q}", encoded=True)) as response:
        described = await problem_of(response)
    assert (response.status, [error["pointer"] for error in described["errors"]]) == (400, ["q"])
