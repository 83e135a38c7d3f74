"""A running catalog, its pages checked as valid HTML whenever a test fetches one, and a real browser."""

import html
import re
import shutil
from collections.abc import AsyncIterator
from importlib import resources

import aiohttp
import html5lib
import pytest
from playwright.async_api import Browser, Page, async_playwright

from catalog_service import server
from catalog_service.app import create_app
from catalog_service.settings import Settings
from catalog_service.store.db import Database

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
async def site(catalog: Database, database_url: str) -> AsyncIterator[str]:
    """The URL of a running catalog."""
    app = create_app(Settings(database_url=database_url), catalog)
    async with server.serving(app, "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium. Pages of it need a `base_url`."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium here")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def browser(site: str, chromium: Browser) -> Page:
    """A page of the browser with scripts switched off."""
    return await chromium.new_page(base_url=site, java_script_enabled=False)


async def fetched(site: str, path: str) -> tuple[int, str]:
    """The status and the text of a page, which is valid HTML."""
    async with aiohttp.ClientSession() as session, session.get(site + path) as response:
        assert response.content_type == "text/html"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        text = await response.text()
    html5lib.HTMLParser(strict=True).parse(text)
    assert "style=" not in text, "the content security policy refuses inline styles"
    return response.status, text


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as the browser shows it now, by the rules of WCAG 2.2 AA; scripts must be on."""
    await page.evaluate(AXE)
    found = await page.evaluate("(options) => axe.run(document, options)", RULES)
    return [
        f"{violation['id']}: {node['html'][:200]}" for violation in found["violations"] for node in violation["nodes"]
    ]


async def is_wider_than_its_window(page: Page) -> bool:
    """Whether the page can be scrolled sideways."""
    wider: bool = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wider


def words_of(page: str) -> str:
    """The page without its markup, in one line."""
    return " ".join(html.unescape(re.sub("<[^>]*>", "", page)).split())


def listed_relations(page: str) -> list[str]:
    """The lines of the related documents of a page, as text."""
    [listed] = re.findall('<ul class="relations">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall("<li>(.*?)</li>", listed, re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]*>", "", line)).split()) for line in lines]
