"""The feeds, as readers of other people parse them: feedparser and atoma."""

import json
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import aiohttp
import atoma  # type: ignore[import-untyped]  # Neither parser ships stubs.
import feedparser  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from lxml import etree  # type: ignore[import-untyped]
from yarl import URL

from catalog_service import diffing
from catalog_service.feeds.model import entry_id
from catalog_service.store.db import Database
from catalog_service.store.tables import Document
from tests.catalog.api.conftest import got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event

TALKS = "Envoys met on Monday.\n\nThey spoke of trade & tariffs <soon>."
TALKED = "Envoys met on Friday.\n\nThey spoke of trade & tariffs <soon>."
FEEDS = ("changes", "search", f"documents/{document_id(1)}")


async def body(client: aiohttp.ClientSession, path: str) -> bytes:
    """The body at a path, answered with 200."""
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.read()


async def entries(client: aiohttp.ClientSession, path: str) -> Sequence[Any]:
    """The entries of an Atom feed, which both parsers find valid."""
    content = await body(client, path)
    parsed = feedparser.parse(content)
    assert not parsed.bozo, parsed.bozo_exception
    strict = atoma.parse_atom_bytes(content)
    assert [entry.id_ for entry in strict.entries] == [entry.id for entry in parsed.entries]
    return list(parsed.entries)


async def test_an_entry_is_a_version_with_its_change(client: aiohttp.ClientSession) -> None:
    titled = article("Talks <open>", TALKS, authors=["Mina Kang"])
    await publish(client, raw_event(1, article=titled))
    await publish(client, raw_event(1, 2, "changed", article=article("Talks close", TALKED)))
    for name in FEEDS:
        newest, *older = await entries(client, f"/feeds/{name}.atom")
        assert (newest.title, newest.id) == ("Talks close", entry_id(document_id(1), 2)), name
        assert newest.link.endswith(f"/documents/{document_id(1)}?version=2")
        [content] = newest.content
        assert content.type == "text/html"
        assert "<del>Monday.</del><ins>Friday.</ins>" in content.value
        assert "<del>Talks &lt;open&gt;</del><ins>Talks close</ins>" in content.value
        assert "tariffs" not in content.value
        assert [entry.author for entry in older] == ([] if name == "search" else ["Mina Kang"])
        assert all("tariffs &lt;soon&gt;" in entry.content[0].value for entry in older)


async def test_an_entry_says_how_many_words_moved(client: aiohttp.ClientSession) -> None:
    parts = ("Envoys met in Geneva on Monday.", "No agreement was reached after nine hours of talks.")
    first, second = (article(text="\n\n".join(order)) for order in (parts, parts[::-1]))
    await publish(client, raw_event(1, article=first), raw_event(1, 2, "changed", article=second))
    newest, _ = await entries(client, "/feeds/changes.atom")
    assert newest.content[0].value.startswith(f"<p>6 words moved.</p><p><del>{parts[0]}</del></p>")
    assert newest.content[0].value.endswith(f"<p><ins>{parts[0]}</ins></p>")


async def test_json_feed_has_the_same_entries(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1, article=article(text=TALKS, authors=["Mina Kang"])), raw_event(2))
    for name in FEEDS:
        feed = atoma.parse_json_feed_bytes(await body(client, f"/feeds/{name}.json"))
        atom = await entries(client, f"/feeds/{name}.atom")
        assert [(item.id_, item.url, item.title) for item in feed.items] == [(e.id, e.link, e.title) for e in atom]
        assert feed.feed_url.endswith(f"/feeds/{name}.json")


SEARCHES = ["q=envoys", "q=friday", "q=", "q=envoys&collapse=none&publisher=Yonhap", 'q="met+on"&in=text&strict=true']


@pytest.mark.parametrize("query", SEARCHES)
async def test_a_search_and_its_feed_find_the_same(client: aiohttp.ClientSession, query: str) -> None:
    texts = {1: TALKS, 2: TALKED, 3: "Apples."}
    await publish(client, *(raw_event(n, article=article(text=text, publisher="Yonhap")) for n, text in texts.items()))
    found = await got(client, f"/v1/search?{query}&sort=-recorded&limit=2&total=exact&facets=kind")
    feed = await entries(client, f"/feeds/search.atom?{query}&sort=-recorded&limit=2&total=exact&facets=kind")
    expected = [entry_id(hit["document"]["id"], hit["document"]["version"]) for hit in found["hits"]]
    assert [entry.id for entry in feed] == expected


async def deleted(client: aiohttp.ClientSession, path: str) -> set[str]:
    """The ids of the tombstones of a feed, the same in both forms."""
    tree = etree.fromstring(await body(client, f"{path}.atom"))
    refs = {str(each.get("ref")) for each in tree.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")}
    extension = json.loads(await body(client, f"{path}.json"))["_palimpsest"]
    assert {each["id"] for each in extension["deleted"]} == refs
    return refs


async def test_a_withdrawn_document_leaves_tombstones_until_it_is_restored(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "changed", article=article(text=TALKS)), raw_event(2))
    before = {name: await entries(client, f"/feeds/{name}.atom") for name in FEEDS}
    await publish(client, raw_event(1, 3, "withdrawn"))
    of_one = {entry_id(document_id(1), number) for number in (1, 2)}
    for name in FEEDS:
        left = {entry.id for entry in await entries(client, f"/feeds/{name}.atom")}
        assert (await deleted(client, f"/feeds/{name}"), left & of_one) == (of_one, set()), name
        assert {entry.id for entry in before[name]} <= left | of_one
    await publish(client, raw_event(1, 4, "restored", article=article(text=TALKS)))
    for name in FEEDS:
        assert not await deleted(client, f"/feeds/{name}"), name
        assert {entry.id for entry in before[name]} == {e.id for e in await entries(client, f"/feeds/{name}.atom")}


async def test_a_redacted_document_leaves_tombstones_only(client: aiohttp.ClientSession, catalog: Database) -> None:
    await publish(client, raw_event(1, article=article("Secret", "Secret.")))
    with catalog.writing() as session:
        session.execute(sa.update(Document).values(status="redacted"))
    for name in ("changes", f"documents/{document_id(1)}"):
        assert b"Secret" not in await body(client, f"/feeds/{name}.atom")
        assert await deleted(client, f"/feeds/{name}") == {entry_id(document_id(1), 1)}


async def test_an_unchanged_feed_is_not_sent_again(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for name in FEEDS:
        async with client.get(f"/feeds/{name}.atom") as response:
            tag = {"If-None-Match": response.headers["ETag"]}
        async with client.get(f"/feeds/{name}.atom", headers=tag) as response:
            assert (response.status, await response.read()) == (304, b"")
    await publish(client, raw_event(2))
    async with client.get("/feeds/changes.atom", headers=tag) as response:
        assert response.status == 200


async def test_a_diff_of_a_feed_is_computed_once(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "changed", article=article(text=TALKS)))
    compare = Mock(side_effect=diffing.compare)
    monkeypatch.setattr(diffing, "compare", compare)
    before = await entries(client, "/feeds/changes.atom")
    await publish(client, raw_event(2))
    after = await entries(client, "/feeds/changes.atom")
    assert [entry.content for entry in after[1:]] == [entry.content for entry in before]
    assert compare.call_count == 1


async def test_control_characters_and_long_texts_give_a_valid_feed(client: aiohttp.ClientSession) -> None:
    odd = "a\x0b\x1b\ufffe]]>&amp; \U0001f600 "
    long = "\n\n".join(f"Paragraph {number} " + "word " * 50 for number in range(1_000))
    await publish(client, raw_event(1, article=article(f"Odd {odd}", odd)), raw_event(2, article=article(text=long)))
    await publish(client, raw_event(2, 2, "changed", article=article(text=f"New. {long}")))
    newest, long_one, odd_one = await entries(client, "/feeds/changes.atom")
    assert "word added" in newest.content[0].value
    assert len(long_one.content[0].value) < 12_000
    assert odd_one.title.startswith("Odd a\ufffd\ufffd\ufffd]]>")


async def test_a_change_of_details_says_so(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "changed", article=article(publisher="Yonhap")))
    newest, _ = await entries(client, "/feeds/changes.atom?collection=seeds")
    assert "are the same" in newest.content[0].value
    assert not await entries(client, "/feeds/changes.atom?collection=other")


WRONG = {
    "/feeds/changes.rss": 404, "/feeds/changes.atom?since=0": 400, "/feeds/search.atom?cursor=x": 400,
    "/feeds/search.atom?q=(a&strict=true": 400, "/feeds/documents/x.atom": 404,
    f"/feeds/documents/{document_id(9)}.atom": 404, f"/feeds/search.json?q={'x' * 2_500}": 400,
}  # fmt: skip


async def test_a_wrong_feed_is_a_problem(client: aiohttp.ClientSession) -> None:
    for path, status in WRONG.items():
        async with client.get(URL(path, encoded=True)) as response:
            assert ((await problem_of(response))["status"], response.status) == (status, status), path


@pytest.mark.parametrize("page", ["/", "/?q=envoys%20%22met%20on%22", f"/documents/{document_id(1)}"])
async def test_a_page_names_its_feed(client: aiohttp.ClientSession, page: str) -> None:
    await publish(client, raw_event(1))
    parsed = etree.fromstring(await body(client, page), etree.HTMLParser())
    [link] = parsed.findall(".//link[@rel='alternate']")
    assert [entry.id for entry in await entries(client, link.get("href"))] == [entry_id(document_id(1), 1)]
