"""The pages show the API's data, escape the documents' text, and work without scripts in a real browser."""

import html
import re

import aiohttp
import pytest
import sqlalchemy as sa
from playwright.async_api import Page

from catalog_service.store.db import Database
from catalog_service.web.layout import PAGE
from catalog_service.web.pages.document import MAX_RELATIONS_BESIDE
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
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


async def test_a_page_of_many_related_documents_takes_a_fixed_number_of_statements(
    record: Record, site: str, catalog: Database
) -> None:
    record(event(1), *(event(number, relations=[relation(1)]) for number in range(2, 30)))
    record(*(event(number, 2, "withdrawn") for number in range(15, 30)))
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert len(listed_relations(page)) == MAX_RELATIONS_BESIDE
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 16, statements


async def test_a_document_with_many_relations_lists_them_on_separate_pages(record: Record, site: str) -> None:
    copies = range(2, 2 + PAGE + 1)
    record(event(1), *(event(number, relations=[relation(1, type_="duplicate")]) for number in copies))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert page.count("The same text as") == MAX_RELATIONS_BESIDE
    [path] = re.findall(r'href="([^"]*/relations)"', page)
    status, first = await fetched(site, path)
    assert status == 200
    [path] = re.findall(r'rel="next" href="([^"]+)"', first)
    _, second = await fetched(site, html.unescape(path))
    assert 'rel="next"' not in second
    listed = re.findall(
        r'href="/documents/([^"?]+)\?version=1"><bdi>Peace', first.partition("<ul")[2] + second.partition("<ul")[2]
    )
    assert sorted(listed) == sorted(map(document_id, copies))


def listed_relations(page: str) -> list[str]:
    """The lines of the related documents of a page, as text."""
    [listed] = re.findall('<ul class="relations">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall("<li>(.*?)</li>", listed, re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]*>", "", line)).split()) for line in lines]


async def test_a_document_that_was_changed_often_is_listed_once_after_current_ones(record: Record, site: str) -> None:
    record(event(1, article=article("One")), event(2, article=article("Two")))
    for observation in range(1, 5):
        edited = article(f"Edit {observation}", f"Edit {observation} of a text.")
        largest = relation(1, coverage={"self": 1, "other": 1})
        cause = "created" if observation == 1 else "changed"
        record(event(3, observation, cause, article=edited, relations=[largest]))
    record(event(3, 5, "changed", article=article("Edit 5", "Another text."), relations=[]))
    record(event(4, article=article("Four"), relations=[relation(1), relation(2)]))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    was = "until 2026-11-22 10:00 UTC: the other document was changed"
    assert listed_relations(page) == ["Shares passages with Four", f"Shared passages with Edit 4 {was}"]
    _, page = await fetched(site, f"/documents/{document_id(3)}")
    was = "until 2026-11-22 10:00 UTC: this document was changed"
    assert listed_relations(page) == [f"Shared passages with One {was}"]
    _, page = await fetched(site, f"/documents/{document_id(3)}/relations?version=2")
    assert listed_relations(page) == [f"Shared passages with One {was}"]


async def test_a_list_of_related_documents_says_what_differs_in_a_filing(record: Record, site: str) -> None:
    edits = [
        {"op": "replace", "a": [at, at + 1], "b": [at, at + 1], "kind": kind}
        for at, kind in ((0, "figure"), (3, "name"))
    ]
    passage = {"self": [0, 5], "other": [0, 5], "words": 8, "verbatim": False, "edits": edits}
    record(event(1), event(2, article=article("Two"), relations=[relation(1, type_="revision", passages=[passage])]))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert listed_relations(page) == ["Another filing of the same story: Two differs in 1 figure and 1 name"]


async def test_a_relation_with_a_withdrawn_document_is_shown_in_the_past(record: Record, site: str) -> None:
    record(event(1), event(2, article=article("Two", "Other."), relations=[relation(1)]))
    [path] = re.findall('href="(/relations/[^"]*)"', (await fetched(site, f"/documents/{document_id(1)}"))[1])
    assert "This was so" not in (await fetched(site, path))[1]
    record(event(2, 2, "withdrawn"))
    was = "Shared passages with Two until 2026-11-22 10:00 UTC: {} document was withdrawn"
    for number, name in ((1, "the other"), (2, "this")):
        _, page = await fetched(site, f"/documents/{document_id(number)}")
        assert listed_relations(page) == [was.format(name).replace("Two", ("Two", "Peace talks resume")[number - 1])]
    _, page = await fetched(site, path)
    assert re.search("This was so until <time[^>]*>[^<]*</time> UTC: “<bdi>Two</bdi>” was withdrawn", page)
    record(event(2, 3, "restored", article=article("Two", "Other."), relations=[relation(1)]))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert listed_relations(page) == ["Shares passages with Two"]
    assert "This was so" not in (await fetched(site, path))[1]
    record(event(1, 2, "changed", article=article("One", "Another.")))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert listed_relations(page) == ["Shared passages with Two until 2026-11-22 10:00 UTC: this document was changed"]


async def test_a_relation_ended_when_the_first_of_its_documents_changed(record: Record, site: str) -> None:
    record(event(1, article=article("One")), event(2, article=article("Two"), relations=[relation(1)]))
    record(event(2, 2, "changed", article=article("Two", "Other.")))
    record(event(2, 3, "withdrawn"), event(1, 2, "changed", article=article("One", "Another.")))
    for number, name, which in ((1, "Two", "the other"), (2, "One", "this")):
        _, page = await fetched(site, f"/documents/{document_id(number)}")
        [line] = listed_relations(page)
        assert line == f"Shared passages with {name} until 2026-11-22 10:00 UTC: {which} document was changed"


async def test_a_relation_with_a_version_that_was_never_current_has_no_end(record: Record, site: str) -> None:
    record(event(1, relations=[relation(2, 3)]), event(2, 5, article=article("Two", "New.")))
    record(event(2, 3, article=article("Late", "Old.")))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert listed_relations(page) == ["Shared passages with Late not between current versions"]


async def test_the_page_of_a_story_counts_documents_far_from_its_head(record: Record, site: str) -> None:
    articles = [article(f"Part {number}", published=f"2024-09-0{number}") for number in (1, 2, 3)]
    record(event(1, article=articles[0]), event(2, article=articles[1], relations=[relation(1, type_="revision")]))
    _, page = await fetched(site, f"/documents/{document_id(2)}")
    [path] = re.findall(r'href="(/stories/[^"]+)">A story of 2 documents</a>, of which this is the newest', page)
    _, page = await fetched(site, path)
    assert re.findall("Part [0-9]", page) == ["Part 1", "Part 2"]
    assert "only through others" not in page
    record(event(3, article=articles[2], relations=[relation(2, type_="revision")]))
    _, page = await fetched(site, path)
    assert "1 of its documents is linked to the newest only through others." in page
    _, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert "A story of 3 documents" in page


async def test_an_old_version_and_a_word_diff_have_pages(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    status, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert status == 200
    assert "Envoys met on Monday." in page
    assert "This is version 1 of 2" in page
    status, page = await fetched(site, f"/documents/{document_id(1)}/compare?from=1&to=2")
    assert "<del>Monday.</del><ins>Tuesday.</ins>" in page


MOVED = ("Envoys met in Geneva on Monday.", "No agreement was reached after nine hours of talks.")


async def test_a_moved_section_is_said_and_linked_with_its_former_place(record: Record, site: str) -> None:
    first, second = (article(text="\n\n".join(order)) for order in (MOVED, MOVED[::-1]))
    record(event(1, article=first), event(1, 2, "changed", article=second))
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert "edited, 6 words moved<" in page
    _, page = await fetched(site, f"/documents/{document_id(1)}/compare")
    assert "<span>6 words moved</span>" in page
    away, here = (
        'id="moved-away-1" href="#moved-1">moved away</a> ',
        'id="moved-1" href="#moved-away-1">moved here</a> ',
    )
    assert f'{away}<del class="moved">{MOVED[0]}</del>' in page
    assert f"{here}<mark>{MOVED[0]}</mark>" in page
    assert page.index(away) < page.index(MOVED[1]) < page.index(here)


async def test_the_page_of_a_withdrawn_document_says_when_and_why_and_shows_its_text(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "withdrawn", reason="file-gone"))
    status, page = await fetched(site, f"/documents/{document_id(1)}")
    assert status == 410
    words = html.unescape(re.sub("<[^>]*>", "", page))
    when = "2026-11-22 10:00 UTC"
    assert (
        f"This document was withdrawn because its file was deleted: {when}. It was in the catalog since {when}" in words
    )
    assert "Envoys met on Monday." in page


async def test_a_renamed_file_is_shown_under_its_new_name_with_the_old_one_in_the_log(
    record: Record, site: str
) -> None:
    edited = event(1, 3, "changed", path="new <b>.txt", article=article("", "Edited."))
    moved = event(1, 2, "moved", path="new <b>.txt", previous_path="001.txt")
    record(event(1, article=article("")), moved)
    _, page = await fetched(site, f"/documents/{document_id(1)}")
    assert "<h1><bdi>new &lt;b&gt;.txt</bdi></h1>" in page
    assert "<dd><code><bdi>new &lt;b&gt;.txt</bdi></code></dd>" in page
    assert re.search("renamed from <code><bdi>001.txt</bdi></code>, <time[^>]*>2026-11-22 10:00</time> UTC", page)
    record(edited)
    _, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert "<code><bdi>new &lt;b&gt;.txt</bdi></code>, then <code><bdi>001.txt</bdi></code>" in page


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
