"""Every page, in a real browser: no fault of accessibility, no sideways scroll, no refused resource.

One database is enough: the pages' content is tested on both by the modules of the pages.
"""

from collections.abc import Sequence

import pytest
from playwright.async_api import Browser, ConsoleMessage

from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import is_wider_than_its_window, violations
from tests.catalog.web.seeds import edited_story, seed_events

WIDTHS = (320, 390, 900, 1440)
LONG_WORD = "Donau" * 2_000
SEED = document_id(1)
# One address for each page and state; a page with a new state adds it here.
ADDRESSES = (
    "/",
    "/?sort=published",
    "/changes",
    "/stories",
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
    "{story}",
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible_and_fits_every_window(
    record: Record, site: str, chromium: Browser, scheme: str
) -> None:
    record(*catalog_events())
    page = await chromium.new_page(base_url=site, color_scheme="dark" if scheme == "dark" else "light")
    messages: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        # A page that answers 404 or 410 is said on the console, too.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            messages.append(message.text)

    page.on("console", keep)
    await page.goto(f"/documents/{SEED}")
    of_relation = await page.locator("a[href^='/relations/']").first.get_attribute("href")
    await page.goto("/stories")
    of_story = await page.locator("main a[href^='/stories/']").first.get_attribute("href")
    faults: list[str] = []
    for address in ADDRESSES:
        await page.goto(address.replace("/relations/{relation}", of_relation or "").replace("{story}", of_story or ""))
        faults += [f"{address}: {fault}" for fault in await violations(page)]
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if await is_wider_than_its_window(page):
                faults.append(f"{address} scrolls sideways at {width} px")
    assert not faults, "\n".join(faults)
    assert not messages, messages
