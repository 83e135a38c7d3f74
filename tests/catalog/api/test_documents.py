"""The API of documents and versions."""

import aiohttp
from yarl import URL

from tests.catalog.api.conftest import got, problem_of, publish
from tests.catalog.events import article, document_id, original, raw_event, relation

ONE = f"/v1/documents/{document_id(1)}"


async def test_documents_are_listed_newest_first_in_pages(client: aiohttp.ClientSession) -> None:
    await publish(client, *(raw_event(number) for number in range(1, 6)))
    seen, path = [], "/v1/documents?limit=2"
    while path:
        async with client.get(path) as response:
            page = await response.json()
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
        assert (page["next"] is None) == (not path)
        seen += [document["id"] for document in page["documents"]]
    assert seen == [document_id(number) for number in (5, 4, 3, 2, 1)]


async def test_documents_are_selected_by_filters(client: aiohttp.ClientSession) -> None:
    await publish(
        client,
        raw_event(1, article=article(publisher="Yonhap", published="2024-09-04", kind="wire")),
        raw_event(
            2, article=article(text="Other news.", published="2024-06-20"), relations=[relation(1, type_="revision")]
        ),
        raw_event(3, collection="else"),
        raw_event(4, 1, article=article(text="Six envoys met.")),
        raw_event(4, 2, "changed", article=article(text="Seven envoys met, and 12 aides.")),
    )
    document = await got(client, ONE)
    day = document["recorded_at"][:10]
    for query, expected in {
        "publisher=Yonhap": [1],
        "kind=wire": [1],
        "published=2024-07..2024-12": [1],
        "published=..2024-06-20": [2],
        "path=002.txt": [2],
        "collection=else": [3],
        "status=withdrawn": [],
        "significance=substantive": [4],
        "significance=headline": [],
        f"story={document['story']['id']}": [2, 1],
        f"story={document['story']['id']}&kind=wire": [1],
        f"story={document_id(9)}": [],
        f"recorded={day}..&kind=wire": [1],
        f"recorded={day}..9999&kind=wire": [1],
        "recorded=..2024": [],
        "significance=substantive&as_of=seq:5": [],
    }.items():
        page = await got(client, f"/v1/documents?{query}")
        assert [document["id"] for document in page["documents"]] == [document_id(number) for number in expected], query


async def test_an_unchanged_document_is_answered_with_304(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    async with client.get(ONE) as response:
        etag = response.headers["ETag"]
        assert response.headers["Last-Modified"].endswith("GMT")
        assert response.headers["Cache-Control"] == "no-cache"
        assert (await response.json())["version"] == 1
    async with client.get(ONE, headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", etag)
    await publish(client, raw_event(1, 2, "moved", path="new.txt"))
    async with client.get(ONE, headers={"If-None-Match": etag}) as response:
        assert response.status == 200
        assert response.headers["ETag"] != etag


async def test_the_etag_of_a_document_is_weak_and_all_others_are_strong(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "changed", article=article(text="Envoys met on Friday.")))
    version = f"{ONE}/versions/1"
    paths = (ONE, version, f"{version}/text", f"{version}/original", f"{ONE}/changes/1..2")
    for path in paths:
        async with client.get(path) as response:
            etag = response.headers["ETag"]
        assert etag.startswith("W/") == (path == ONE), path
        opaque = etag.removeprefix("W/")
        # If-None-Match compares weakly: RFC 9110, 13.1.2.
        for known, status in {
            opaque: 304,
            f"W/{opaque}": 304,
            f'"other", W/{opaque}': 304,
            "*": 304,
            '"*"': 200,
            opaque.replace('"', ""): 200,
            f'"{opaque.strip(chr(34))}0"': 200,
        }.items():
            async with client.get(path, headers={"If-None-Match": known}) as response:
                assert (response.status, response.headers["ETag"]) == (status, etag), (path, known)
                assert (await response.read() == b"") == (status == 304)


async def test_if_range_compares_strongly(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    async with client.get(f"{ONE}/versions/1/text") as response:
        etag = response.headers["ETag"]
    for condition, status in {etag: 206, f"W/{etag}": 200, '"other"': 200}.items():
        headers = {"Range": "bytes=0-5", "If-Range": condition}
        async with client.get(f"{ONE}/versions/1/text", headers=headers) as response:
            assert response.status == status, condition


async def test_the_etag_of_a_document_ignores_its_computed_fields(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    async with client.get(ONE) as response:
        etag = response.headers["ETag"]
    await publish(client, raw_event(2, relations=[relation(1, type_="duplicate")]))
    assert (await got(client, ONE))["duplicates"] == 1
    async with client.get(ONE, headers={"If-None-Match": etag}) as response:
        assert response.status == 304


async def test_what_may_not_be_read_is_never_answered_with_304(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2, article=article(text="Other news.")))
    version, across = f"{ONE}/versions/1", f"/v1/compare?a={document_id(1)}@1&b={document_id(2)}@1"
    etags = {}
    for path in (ONE, version, f"{version}/text", f"{version}/original", across):
        async with client.get(path) as response:
            etags[path] = response.headers["ETag"]
    await publish(client, raw_event(1, 2, "withdrawn"))
    for known in (etags[ONE], "*"):
        async with client.get(ONE, headers={"If-None-Match": known}) as response:
            assert (await problem_of(response))["status"] == 410
    for path in (version, f"{version}/text", f"{version}/original", across):
        async with client.get(path, headers={"If-None-Match": etags[path]}) as response:
            assert response.status == 304, path
    for path in (f"{ONE}/versions/2", f"{ONE}/versions/2/text", f"{ONE}/versions/2/original", f"{ONE}/changes/1..2"):
        async with client.get(path, headers={"If-None-Match": "*"}) as response:
            assert (await problem_of(response))["status"] == 404, path


async def test_versions_link_to_each_other(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "changed", article=article(text="Envoys met on Friday.")))
    async with client.get(f"{ONE}/versions/1") as response:
        assert (await response.json())["text"] == "Envoys met on Monday."
        links = {name: URL(link["url"]).path for name, link in response.links.items()}
        etag = response.headers["ETag"]
    assert links == {
        "version-history": f"{ONE}/versions",
        "latest-version": f"{ONE}/versions/2",
        "successor-version": f"{ONE}/versions/2",
    }
    async with client.get(f"{ONE}/versions/1", headers={"If-None-Match": f'"x", W/{etag}'}) as response:
        assert response.status == 304
    assert [summary["version"] for summary in (await got(client, f"{ONE}/versions"))["versions"]] == [2, 1]
    assert [entry["type"] for entry in (await got(client, f"{ONE}/log"))["log"]] == ["created", "changed"]


async def test_a_withdrawn_document_leaves_a_tombstone_and_its_history(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(1, 2, "withdrawn", reason="file-gone"))
    async with client.get(ONE) as response:
        described = await problem_of(response)
    assert (described["status"], described["code"]) == (410, "withdrawn")
    assert described["tombstone"]["path"] == "001.txt"
    assert (await got(client, f"{ONE}/versions/1"))["text"] == "Envoys met on Monday."
    assert [entry["type"] for entry in (await got(client, f"{ONE}/log"))["log"]] == ["created", "withdrawn"]


RANGES = [
    ("bytes=0-5", 206, "bytes 0-5/21", b"Envoys"),
    ("bytes=-7", 206, "bytes 14-20/21", b"Monday."),
    ("bytes=14-999", 206, "bytes 14-20/21", b"Monday."),
    ("bytes=5-1", 200, None, b"Envoys met on Monday."),
    ("bytes=0-1,3-4", 200, None, b"Envoys met on Monday."),
    ("lines=1-2", 200, None, b"Envoys met on Monday."),
]


async def test_a_range_of_the_text_is_answered_with_206(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for range_, status, content_range, expected in RANGES:
        async with client.get(f"{ONE}/versions/1/text", headers={"Range": range_}) as response:
            assert (response.status, response.headers.get("Content-Range")) == (status, content_range)
            assert (response.content_type, await response.read()) == ("text/plain", expected)
    async with client.get(f"{ONE}/versions/1/text", headers={"Range": "bytes=99-"}) as response:
        assert (await problem_of(response))["status"] == 416
        assert response.headers["Content-Range"] == "bytes */21"


async def test_an_original_is_a_download_of_the_exact_bytes(client: aiohttp.ClientSession) -> None:
    content = b"<script>alert(1)</script>"
    await publish(
        client, raw_event(1, path='a/n\u00e9"ws.html', original=original(content) | {"media_type": "text/html"})
    )
    async with client.get(f"{ONE}/versions/1/original") as response:
        assert await response.read() == content
        headers = response.headers
    assert headers["Content-Disposition"] == "attachment; filename=\"n__ws.html\"; filename*=UTF-8''n%C3%A9%22ws.html"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Repr-Digest"].startswith("sha-256=:")
    assert "sandbox" in headers["Content-Security-Policy"]


WRONG = [
    (f"/v1/documents/{document_id(9)}", 404),
    ("/v1/documents/not-a-uuid", 404),
    ("/v1/documents/%00", 404),
    (f"{ONE}/versions/0", 404),
    (f"{ONE}/versions/999999999999999999999999", 404),
    (f"{ONE}/versions/2", 404),
    (f"{ONE}/versions/1/picture", 404),
    (f"{ONE}?id=1", 400),
    ("/v1/documents?limit=0", 400),
    ("/v1/documents?limit=x", 400),
    ("/v1/documents?limit=1&limit=2", 400),
    ("/v1/documents?cursor=AAAA", 400),
    ("/v1/documents?cursor=%ff%00", 400),
    ("/v1/documents?kind=poem", 400),
    ("/v1/documents?publisher=%00", 400),
    ("/v1/documents?published=soon", 400),
    ("/v1/documents?recorded=2026-02-30", 400),
    ("/v1/documents?story=x", 400),
    ("/v1/documents?significance=great", 400),
    ("/v1/documents?offset=3", 400),
]


async def test_a_wrong_path_or_query_is_a_problem(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for path, status in WRONG:
        async with client.get(URL(path, encoded=True)) as response:
            assert (await problem_of(response))["status"] == status, path
