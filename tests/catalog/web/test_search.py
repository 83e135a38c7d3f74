"""The page of a search: its form, chips, facets, folded copies, old versions, and what it says when nothing matches."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, expect

from catalog_service.errors import BadQuery
from catalog_service.web import layout, search_form
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched
from tests.catalog.web.seeds import seed_events


def words_of(page: str) -> str:
    """The page as a reader sees it, in one line."""
    return " ".join(html.unescape(re.sub("<[^>]*>", "", page.partition("<main")[2])).split())


async def test_copies_are_listed_under_their_hit_and_can_be_compared(record: Record, site: str) -> None:
    copies = range(2, 10)
    record(event(1, article=article(published="2024-09-01")))
    dated = {number: article(published=f"2024-09-{number + 10}", publisher="Wire") for number in copies}
    record(*(event(each, article=dated[each], relations=[relation(1, type_="duplicate")]) for each in copies))
    _, page = await fetched(site, "/search?q=envoys")
    assert "1 document for envoys" in words_of(page)
    assert "and 8 copies of it" in words_of(page)
    listed = re.findall(r'href="/compare\?a=([^&]*)&amp;b=([^"]*)"', page)
    assert listed == [(document_id(1), document_id(number)) for number in range(2, 7)]
    assert "and 3 more" in words_of(page)
    [more] = re.findall(r'href="([^"]*)">and 3 more', page)
    _, page = await fetched(site, html.unescape(more))
    assert "9 documents for envoys" in words_of(page)


async def test_words_that_were_taken_out_are_found_in_their_version(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Nothing was said.")))
    _, page = await fetched(site, "/search?q=envoys")
    assert "Nothing matches" in words_of(page)
    [suggested] = re.findall(r'href="([^"]*)">search all versions', page)
    _, page = await fetched(site, html.unescape(suggested))
    assert "found in version 1, not in the current one: what changed since" in words_of(page)
    assert f'href="/documents/{document_id(1)}?version=1&amp;at=0-6#found"' in page


async def test_a_facet_becomes_a_chip_and_the_chip_removes_it(record: Record, site: str) -> None:
    record(event(1, article=article(publisher="Yonhap")), event(2, article=article("Other", publisher="The <Post>")))
    _, page = await fetched(site, "/search?q=envoys")
    [address] = re.findall(r'href="([^"]*)"><bdi>The &lt;Post', page)
    _, page = await fetched(site, html.unescape(address))
    assert "1 document for envoys" in words_of(page)
    assert 'name="publisher" value="The &lt;Post&gt;"' in page
    [chip] = re.findall(r'<li><a href="([^"]*)"><span class="name">publisher', page)
    assert html.unescape(chip) == "/search?q=envoys"


async def test_a_search_as_of_a_day_shows_the_catalog_of_that_day(record: Record, site: str) -> None:
    record(event(1))
    _, page = await fetched(site, "/search?q=envoys&as_of=2026-11-21")
    assert "0 documents" in words_of(page)
    _, page = await fetched(site, "/search?q=envoys&as_of=2026-11-22")
    assert "1 document for" in words_of(page)


@pytest.mark.parametrize(
    "query",
    [
        "as_of=yesterday",
        "as_of=9999-12-31",
        "as_of=0000-00-00",
        "kind=x",
        "month=2024-13-1",
        "what=1",
        "cursor=made-up",
    ],
)
async def test_a_wrong_field_of_the_form_is_a_page_that_says_which(site: str, query: str) -> None:
    status, page = await fetched(site, f"/search?{query}")
    assert status == 400
    assert query.partition("=")[0] in words_of(page)


def test_an_empty_field_is_not_given_and_a_link_changes_one_field() -> None:
    form = search_form.read({"q": "a b", "kind": "", "sort": "relevance", "versions": "all", "cursor": "c"})
    assert parse_qs(urlsplit(form.address(publisher="P & Q")).query) == {
        "q": ["a b"], "versions": ["all"], "publisher": ["P & Q"],
    }  # fmt: skip
    assert form.address(versions="latest") == "/search?q=a+b"


def test_a_date_means_its_end_and_today_means_now() -> None:
    past, today = layout.moment("2024-02-29"), layout.moment(datetime.now(UTC).date().isoformat())
    assert past is not None
    assert past.time == datetime(2024, 3, 1, tzinfo=UTC) - timedelta(microseconds=1)
    assert today is not None
    assert today.time == today.asked_at
    assert layout.moment("") is None
    with pytest.raises(BadQuery):
        layout.moment("2024-02-30")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reader_types_and_moves_through_the_hits_by_keyboard(
    record: Record, site: str, chromium: Browser
) -> None:
    record(*seed_events())
    page = await chromium.new_page(base_url=site)
    await page.goto("/search")
    await page.focus("#words")
    await page.keyboard.type("denuclearisation", delay=5)
    await expect(page.locator("h1")).to_have_text("2 documents for denuclearisation")
    await expect(page).to_have_url(f"{site}/search?q=denuclearisation")
    await page.keyboard.press("Tab")
    for key, place in (("n", 0), ("n", 1), ("n", 1), ("p", 0)):
        await page.keyboard.press(key)
        await expect(page.locator("a.hit").nth(place)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/documents/**")
