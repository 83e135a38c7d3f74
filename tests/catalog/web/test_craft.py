"""Every page: valid HTML with links that lead somewhere and, in a real browser, accessible and never too wide.

One database is enough: the pages' content is tested on both by the modules of the pages.
"""

import html
import re
from collections.abc import Sequence

import aiohttp
import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, ConsoleMessage

from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, is_wider_than_its_window, violations
from tests.catalog.web.seeds import edited_story, seed_events

WIDTHS = (320, 390, 900, 1440)
# The most has a search: four facets, two totals, and the limit of time of PostgreSQL.
MOST_STATEMENTS = 18
# Of a page with its style sheets and scripts, compressed.
MOST_BYTES = 100_000
LONG_WORD = "Donau" * 2_000
SEED = document_id(1)
# One address for each page and state; a page with a new state adds it here.
ADDRESSES = (
    "/",
    "/?sort=published",
    "/changes",
    "/stories",
    "/stories/{story}",
    "/activity",
    "/changes?show=stories",
    "/search",
    "/search?q=korea",
    f"/search?q={'x' * 900}&versions=all&kind=wire&publisher={'y' * 900}",
    "/search?q=donau*",
    f"/documents/{SEED}",
    f"/documents/{SEED}?version=1&at=900-950&changes=substantial",
    f"/documents/{SEED}?as_of=seq:3",
    f"/documents/{SEED}/relations",
    f"/documents/{SEED}/compare",
    f"/documents/{SEED}/compare?view=side",
    f"/documents/{SEED}/compare?view=changes",
    f"/compare?a={SEED}&b={document_id(9)}",
    f"/documents/{document_id(9)}",
    f"/documents/{document_id(8)}",
    f"/documents/{SEED}/layers",
    "/match",
    "/relations/{relation}",
    "/relations/{relation}?passage=2#passage-2",
    "/nowhere",
    "/sign-in",
    "/search?q=x&cursor=made-up",
)


def catalog_events() -> Sequence[object]:
    """The seeds, one of them edited, and a story of documents that are one long word with an address in it."""
    long = article(
        LONG_WORD[:2_000], f"{LONG_WORD} https://example.test/{'path/' * 200}", publisher="\u202e" + LONG_WORD[:1_900]
    )
    withdrawn = [event(8, article=long), event(8, 2, "withdrawn", reason="file-gone")]
    longer = {**article(long["title"], f"Again {LONG_WORD}"), "publisher": long["publisher"]}
    story = [event(9, article=long), event(10, article=longer, relations=[relation(9, type_="revision")])]
    return [*seed_events(), edited_story(), *story, *withdrawn]


@pytest.fixture
async def addresses(record: Record, site: str) -> list[str]:
    """The addresses of all pages and states of a catalog with these events."""
    record(*catalog_events())
    async with aiohttp.ClientSession(site) as session:
        async with session.get(f"/v1/documents/{SEED}/relations?versions=all") as response:
            [relation_] = (await response.json())["relations"]
        async with session.get("/v1/stories") as response:
            [story] = (await response.json())["stories"]
    return [address.replace("{relation}", relation_["id"]).replace("{story}", story["id"]) for address in ADDRESSES]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_link_of_every_page_leads_somewhere(addresses: Sequence[str], site: str) -> None:
    links: dict[str, str] = {}
    for address in addresses:
        _, page = await fetched(site, address)
        links |= {html.unescape(link).partition("#")[0]: address for link in re.findall('href="(/[^"]*)"', page)}
    faults = []
    async with aiohttp.ClientSession() as session:
        for link, address in links.items():
            async with session.get(site + link) as response:
                # A withdrawn document has its page, with the status 410.
                if response.status >= 400 and (response.status != 410 or document_id(8) not in link):
                    faults.append(f"{address} links to {link}: {response.status}")
    assert not faults, "\n".join(faults)
    assert len(links) > 50


async def test_every_page_is_light_and_takes_few_statements(
    addresses: Sequence[str], site: str, catalog: Database
) -> None:
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    sizes: dict[str, int] = {}
    faults = []
    async with aiohttp.ClientSession(site, auto_decompress=False) as session:
        for address in addresses:
            statements.clear()
            async with session.get(address) as response:
                assert response.headers["Content-Encoding"] in {"gzip", "deflate"}
                content = await response.read()
            taken = len([statement for statement in statements if not statement.startswith("BEGIN")])
            if taken > MOST_STATEMENTS:
                faults.append(f"{address} takes {taken} statements")
            _, page = await fetched(site, address)
            # Icons, style sheets and scripts; the two files of the text face are kept for ever.
            parts = set(re.findall('"(/static/[^"]*[.](?:css|js|svg))"', page))
            for path in parts - sizes.keys():
                async with session.get(path) as response:
                    sizes[path] = len(await response.read())
            size = len(content) + sum(sizes[path] for path in parts)
            if size > MOST_BYTES:
                faults.append(f"{address} has {size:,} bytes")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible_and_fits_every_window(
    addresses: Sequence[str], site: str, chromium: Browser, scheme: str
) -> None:
    page = await chromium.new_page(base_url=site, color_scheme="dark" if scheme == "dark" else "light")
    messages: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        # A page that answers 404 or 410 is said on the console, too.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            messages.append(message.text)

    page.on("console", keep)
    faults: list[str] = []
    for address in addresses:
        await page.goto(address)
        faults += [f"{address}: {fault}" for fault in await violations(page)]
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if await is_wider_than_its_window(page):
                faults.append(f"{address} scrolls sideways at {width} px")
    assert not faults, "\n".join(faults)
    assert not messages, messages
