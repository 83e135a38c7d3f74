"""The pages show what the API tells, escape what documents claim, and work without script in a real browser."""

import html
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright

from catalog_service import server
from catalog_service.app import create_app
from catalog_service.db import Database
from catalog_service.settings import Settings
from catalog_service.web.pages import BESIDE, PAGE
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation

GOLD = json.loads((Path(__file__).parents[2] / "quality" / "seeds.json").read_text(encoding="utf-8"))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
async def site(catalog: Database, database_url: str) -> AsyncIterator[str]:
    """Where the pages are."""
    app = create_app(Settings(database_url=database_url), catalog)
    async with server.serving(app, "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
async def browser(site: str) -> AsyncIterator[Page]:
    """A page of Debian's Chromium with scripts switched off."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium here")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await started.new_page(base_url=site, java_script_enabled=False)
        yield page
        await started.close()


async def fetched(site: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(site + path) as response:
        assert response.content_type == "text/html"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return response.status, await response.text()


def seed_events() -> list[Any]:
    """The five seeds, with the relation of the first two."""
    [told] = GOLD["relations"]
    passages = [
        {"self": each["a"], "other": each["b"], "words": each["words"], "quoted": each["quoted"],
         "verbatim": each["verbatim"]}
        for each in told["passages"]
    ]  # fmt: skip
    events = []
    for number, (name, gold) in reversed(list(enumerate(GOLD["documents"].items(), start=1))):
        found = [relation(2, passages=passages)] if name == told["a"] else []
        text = article(gold["title"], "\n\n".join(gold["paragraphs"]), kind=gold["kind"], publisher=gold["publisher"])
        events.append(event(number, path=name, article=text, relations=found))
    return events


async def test_a_person_searches_reads_and_compares(record: Record, site: str, browser: Page) -> None:
    record(*seed_events())
    await browser.goto("/")
    assert await browser.locator("ol.results > li").count() == 5
    await browser.fill("input[name=q]", "denuclearisation")
    await browser.click("button")
    assert await browser.inner_text("h1") == "2 documents for denuclearisation"
    assert await browser.locator("ol.results mark").count() >= 2

    await browser.goto("/")
    await browser.click("text=S. Korea, New Zealand agree to boost security cooperation")
    assert "President Yoon Suk Yeol" in await browser.inner_text("article")
    await browser.click("text=Shares passages with")
    marks = browser.locator("section:first-of-type mark[id]")
    assert await marks.count() == 4
    [told] = GOLD["relations"]
    text = "\n\n".join(GOLD["documents"][told["a"]]["paragraphs"])
    shown = (await marks.nth(1).inner_text()).lstrip("0123456789")
    assert shown == text[slice(*told["passages"][1]["a"])]


async def test_what_a_document_shares_is_on_pages_of_its_own_when_it_is_much(record: Record, site: str) -> None:
    copies = range(2, 2 + PAGE + 1)
    record(event(1), *(event(number, relations=[relation(1, type_="duplicate")]) for number in copies))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert page.count("The same text as") == BESIDE
    [path] = re.findall(r'href="([^"]*/relations\?version=1)"', page)
    status, first = await fetched(site, path)
    assert status == 200
    [path] = re.findall(r'rel="next" href="([^"]+)"', first)
    _, second = await fetched(site, html.unescape(path))
    assert 'rel="next"' not in second
    told = re.findall(
        r'href="/documents/([^"?]+)\?version=1">Peace', first.partition("<ul")[2] + second.partition("<ul")[2]
    )
    assert sorted(told) == sorted(map(document_id, copies))


async def test_a_story_is_a_page_and_says_when_it_went_far(record: Record, site: str) -> None:
    told = [article(f"Part {number}", published=f"2024-09-0{number}") for number in (1, 2, 3)]
    record(event(1, article=told[0]), event(2, article=told[1], relations=[relation(1, type_="revision")]))
    _, page = await fetched(site, f"/documents/{document_id(2)}")
    [path] = re.findall(r'href="(/stories/[^"]+)">A story of 2 documents</a>, of which this is the newest', page)
    _, page = await fetched(site, path)
    assert re.findall("Part [0-9]", page) == ["Part 1", "Part 2"]
    assert "only by way of others" not in page
    record(event(3, article=told[2], relations=[relation(2, type_="revision")]))
    _, page = await fetched(site, path)
    assert "Related to the newest only by way of others: 1 of its documents." in page
    _, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert "A story of 3 documents" in page


async def test_versions_and_what_changed(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    status, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert status == 200
    assert "Envoys met on Monday." in page
    assert "This is version 1 of 2" in page
    status, page = await fetched(site, f"/documents/{document_id(1)}/changes/1..2")
    assert "<del>Monday</del><ins>Tuesday</ins>" in page


async def test_a_withdrawn_document_says_so_and_stays_readable(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "withdrawn"))
    status, page = await fetched(site, f"/documents/{document_id(1)}")
    assert status == 410
    assert "was withdrawn" in page
    assert "Envoys met on Monday." in page


async def test_what_a_document_claims_is_never_markup(record: Record, site: str) -> None:
    hostile = article("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", url="javascript:alert(1)")
    record(event(1, article=hostile))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    _, page = await fetched(site, "/?q=%3Cscript%3Ealert(1)")
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/documents/none", 404),
        (f"/documents/{document_id(9)}", 404),
        (f"/documents/{document_id(9)}/changes/1..2", 404),
        ("/relations/none", 404),
        ("/stories/none", 404),
        (f"/stories/{document_id(9)}", 404),
        (f"/documents/{document_id(9)}/relations", 404),
        (f"/documents/{document_id(9)}/relations?cursor=x&version=y", 404),
        ("/?what=1", 400),
        ("/?q=x&cursor=made-up", 400),
        ("/?cursor=made-up", 400),
        ("/static/none.css", 404),
    ],
)
async def test_errors_are_pages(site: str, path: str, status: int) -> None:
    answered, page = await fetched(site, path)
    assert answered == status
    assert "Code <code>" in page


async def test_static_files_are_kept_for_ever(site: str) -> None:
    _, page = await fetched(site, "/")
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    async with aiohttp.ClientSession() as session, session.get(site + path) as response:
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.content_type == "text/css"
