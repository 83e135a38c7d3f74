"""The pages show the API's data, escape the documents' text, and work without scripts in a real browser."""

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event
from tests.catalog.web.conftest import fetched
from tests.catalog.web.seeds import seed_events


async def test_a_reader_searches_reads_and_compares_in_a_browser(record: Record, site: str, browser: Page) -> None:
    record(*seed_events())
    await browser.goto("/search")
    assert await browser.locator("ol.results > li").count() == 5
    await browser.fill("input[name=q]", "denuclearisation")
    await browser.click("button")
    assert await browser.inner_text("h1") == "2 documents for denuclearisation"
    assert await browser.locator("ol.results mark").count() >= 2

    await browser.goto("/")
    await browser.click("text=S. Korea, New Zealand agree to boost security cooperation")
    assert "President Yoon Suk Yeol" in await browser.inner_text("article")
    await browser.click("text=Shares passages with")
    assert await browser.inner_text("h1") == "Yonhap quotes the joint statement"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reader_gets_from_the_news_to_a_passage_by_keyboard_alone(
    record: Record, site: str, browser: Page
) -> None:
    record(*seed_events())
    await browser.goto("/")
    await tab_to(browser, "Yonhap quotes the joint statement")
    await browser.keyboard.press("Enter")
    await browser.wait_for_url(f"{site}/relations/*")
    await tab_to(browser, "3")
    await browser.keyboard.press("Enter")
    await browser.wait_for_url("**#passage-3")
    for mark in await browser.locator("#passage-3 mark").all():
        await expect(mark).to_be_in_viewport()
    await browser.keyboard.press("Alt+ArrowLeft")
    await browser.wait_for_url(f"{site}/relations/*")


async def tab_to(page: Page, text: str) -> None:
    """Presses Tab until the link with this text has the focus. Raises AssertionError if Tab does not lead to it."""
    focused = page.locator("a:focus")
    for _ in range(100):
        await page.keyboard.press("Tab")
        if await focused.count() and (await focused.inner_text()).strip() == text:
            return
    raise AssertionError(f"Tab does not lead to {text!r}")


async def test_an_old_version_has_a_page(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    status, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert status == 200
    assert "Envoys met on Monday." in page
    assert "This is version 1 of 2" in page


MOVED = ("Envoys met in Geneva on Monday.", "No agreement was reached after nine hours of talks.")


async def test_a_moved_section_is_said_in_the_list_of_versions(record: Record, site: str) -> None:
    first, second = (article(text="\n\n".join(order)) for order in (MOVED, MOVED[::-1]))
    record(event(1, article=first), event(1, 2, "changed", article=second))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert "6 words moved<" in page


async def test_text_and_urls_of_a_document_are_never_markup(record: Record, site: str) -> None:
    hostile = article("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", url="javascript:alert(1)")
    record(event(1, article=hostile))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert "alert(1)</script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    _, page = await fetched(site, "/search?q=%3Cscript%3Ealert(1)")
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
        ("/search?q=x&cursor=made-up", 400),
        ("/search?cursor=made-up", 400),
        ("/static/none.css", 404),
    ],
)
async def test_an_error_is_a_page(site: str, path: str, status: int) -> None:
    answered, page = await fetched(site, path)
    assert answered == status
    assert "Code <code>" in page


async def test_static_files_may_be_cached_for_ever(site: str) -> None:
    _, page = await fetched(site, "/")
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    async with aiohttp.ClientSession() as session, session.get(site + path) as response:
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.content_type == "text/css"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/?q=a+b", "/search?q=a+b"),
        (
            f"/documents/{document_id(1)}/changes/1..2",
            f"/documents/{document_id(1)}/compare?from=1&to=2",
        ),
    ],
)
async def test_an_older_address_of_a_page_redirects(site: str, old: str, new: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(site + old, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (308, new)
