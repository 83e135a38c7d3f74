"""Whatever is wrong with a request, the answer is a problem of the one shape."""

import asyncio
import json
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from tests.catalog.api.conftest import problem_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: none has a say here."""
    return sqlite_url


async def test_an_unknown_address_is_a_problem(client: aiohttp.ClientSession) -> None:
    async with client.get("/v1/nothing") as response:
        described = await problem_of(response)
    assert (described["status"], described["code"], described["instance"]) == (404, "not-found", "/v1/nothing")


async def test_the_answer_to_a_wrong_method_lists_the_right_ones(client: aiohttp.ClientSession) -> None:
    async with client.delete("/livez") as response:
        assert (await problem_of(response))["code"] == "method-not-allowed"
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_an_unknown_parameter_is_named(client: aiohttp.ClientSession) -> None:
    async with client.get("/livez?colour=red") as response:
        described = await problem_of(response)
    assert described["status"] == 400
    assert described["errors"] == [{"pointer": "colour", "detail": "unknown parameter"}]


async def test_a_media_type_that_there_is_not_is_refused(client: aiohttp.ClientSession) -> None:
    async with client.get("/livez", headers={"Accept": "image/png"}) as response:
        assert (await problem_of(response))["status"] == 406
    async with client.get("/livez", headers={"Accept": "image/png, */*;q=0.1"}) as response:
        assert response.status == 200


async def test_a_given_request_id_is_echoed_unless_it_is_hostile(client: aiohttp.ClientSession) -> None:
    async with client.get("/livez", headers={"X-Request-Id": "abc-1"}) as response:
        assert response.headers["X-Request-Id"] == "abc-1"
    async with client.get("/livez", headers={"X-Request-Id": "é" * 500}) as response:
        assert response.headers["X-Request-Id"].isalnum()


async def test_too_long_an_address_is_refused(client: aiohttp.ClientSession) -> None:
    for size, status in ((9_000, 414), (100_000, 431)):
        async with client.get("/v1/" + "a" * size) as response:
            assert (await problem_of(response))["status"] == status


async def test_too_large_headers_are_refused(client: aiohttp.ClientSession) -> None:
    for size in (17_000, 40_000):
        async with client.get("/livez", headers={"X-Long": "a" * size}) as response:
            assert (await problem_of(response))["status"] == 431


HOSTILE = [
    "/v1/%00", "/v1/%ff%fe", "/v1/..%2f..%2fetc%2fpasswd", "/v1/%ed%a0%80", "/v1/?%00=%00", "/v1/?=", "/v1/%",
    "/v1//////", "/problems/%00", "/problems/%ff", "/problems/" + "x" * 5_000, "/livez?%ff=%fe",
]  # fmt: skip
HOSTILE_PAGES = [
    "/%",
    "/%00",
    "/%ff%fe",
    "/documents/%ed%a0%80",
    "/static/..%2f..%2fetc%2fpasswd",
    "/?%ff=%fe",
    "/a?b=%00",
]


async def test_a_hostile_address_is_a_problem(client: aiohttp.ClientSession) -> None:
    for path in HOSTILE:
        async with client.get(URL(path, encoded=True)) as response:
            assert 400 <= (await problem_of(response))["status"] < 500


async def test_where_people_look_a_problem_is_a_page(client: aiohttp.ClientSession) -> None:
    for path in HOSTILE_PAGES:
        async with client.get(URL(path, encoded=True)) as response:
            assert 400 <= response.status < 500
            assert response.content_type == "text/html"
            assert response.headers["X-Request-Id"]


BROKEN = [
    b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
]


async def test_what_is_not_http_is_a_problem(url: str) -> None:
    address = urlsplit(url)
    for raw in BROKEN:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(raw)
        head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        assert b" 40" in head.split(b"\r\n", maxsplit=1)[0]
        assert b"application/problem+json" in head
        assert json.loads(body)["request_id"].encode() in head
