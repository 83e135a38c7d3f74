"""Pages of a catalog with tokens ask for one once; the cookie allows reading and nothing else."""

import html
import re
from datetime import UTC, datetime

import aiohttp
import pytest

from catalog_service.access import tokens
from catalog_service.access.policy import TOKEN_COOKIE
from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import document_id, event, raw_event
from tests.catalog.web.conftest import fetched


@pytest.fixture
def token(catalog: Database) -> str:
    """A token that may read and publish."""
    with catalog.writing() as session:
        return tokens.create(session, {"read", "publish"}, datetime.now(UTC))


@pytest.fixture
def publishing_token(catalog: Database) -> str:
    """A token that may publish only."""
    with catalog.writing() as session:
        return tokens.create(session, {"publish"}, datetime.now(UTC))


async def test_a_page_asks_for_a_token_once_and_goes_on_to_its_address(record: Record, token: str, site: str) -> None:
    record(event(1))
    wanted = f"/documents/{document_id(1)}?version=1"
    status, page = await fetched(site, wanted)
    assert status == 401
    assert "Envoys" not in page
    [target] = re.findall('name="next" value="([^"]*)"', page)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        form = {"token": f" {token} ", "next": html.unescape(target)}
        async with session.post(site + "/sign-in", data=form, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, wanted)
            cookie = response.headers["Set-Cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
        async with session.get(site + wanted) as response:
            assert "Envoys met on Monday." in await response.text()
            assert "private" in response.headers["Cache-Control"]
        async with session.get(site + "/v1/documents") as response:
            assert response.status == 200
        async with session.post(site + "/sign-in", data={"next": "/"}, allow_redirects=False) as response:
            assert response.status == 303
        async with session.get(site + wanted) as response:
            assert response.status == 401


async def test_the_cookie_does_not_allow_to_publish(token: str, site: str) -> None:
    async with aiohttp.ClientSession(cookies={TOKEN_COOKIE: token}) as session:
        async with session.get(site + "/") as response:
            assert response.status == 200
        headers = {"Content-Type": "application/cloudevents+json"}
        async with session.post(site + "/v1/events", json=raw_event(1), headers=headers) as response:
            assert response.status == 401
            assert (await response.json())["code"] == "unauthorized"


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ("wrong", 401, "unknown, expired or revoked"),
        ("a\nb", 401, "letters, digits"),
        ("é", 401, "letters, digits"),
        ("publishing", 403, "does not have the scope read"),
    ],
)
async def test_a_token_that_does_not_allow_reading_is_asked_for_again(
    publishing_token: str, site: str, given: str, status: int, words: str
) -> None:
    form = {"token": publishing_token if given == "publishing" else given, "next": "/stories?cursor=x"}
    async with aiohttp.ClientSession() as session, session.post(site + "/sign-in", data=form) as response:
        page = await response.text()
        assert response.status == status
        assert "Set-Cookie" not in response.headers
        assert words in page
        assert 'value="/stories?cursor=x"' in page
        assert publishing_token not in page


async def test_a_form_with_an_unknown_encoding_is_refused_or_read(token: str, site: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=what"}
    async with aiohttp.ClientSession(headers=headers) as session:
        body = f"token={token}&next=/stories".encode()
        async with session.post(site + "/sign-in", data=body, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/stories")
    async with aiohttp.ClientSession() as session, session.post(site + "/sign-in", json={}) as response:
        assert response.status == 400


@pytest.mark.parametrize("target", ["https://example.test/", "//example.test", "/\\example.test", "/a\r\nb: c", ""])
async def test_a_token_never_leads_to_another_site(token: str, site: str, target: str) -> None:
    async with aiohttp.ClientSession() as session:
        form = {"token": token, "next": target}
        async with session.post(site + "/sign-in", data=form, allow_redirects=False) as response:
            assert response.headers["Location"] == "/"


async def test_a_list_with_a_useless_cursor_offers_to_begin_again(site: str) -> None:
    status, page = await fetched(site, "/search?q=a+b&cursor=made-up")
    assert status == 400
    assert 'href="/search?q=a+b">Begin again' in page
