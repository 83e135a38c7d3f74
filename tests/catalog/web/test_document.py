"""The page of a document: its text with its margin, its timeline, its relations."""

import html
import re

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, Page

from catalog_service.store.db import Database
from catalog_service.store.tables import Change
from catalog_service.web.layout import PAGE
from catalog_service.web.pages.document import MAX_RELATIONS_BESIDE
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, listed_relations, words_of
from tests.catalog.web.seeds import edited_story, seed_events

DOCUMENT = f"/documents/{document_id(1)}"


def last_seq(catalog: Database) -> int:
    with catalog.reading() as session:
        return session.scalars(sa.select(sa.func.max(Change.seq))).one()


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


async def test_the_relations_as_of_a_moment_are_those_of_that_moment(
    catalog: Database, record: Record, site: str
) -> None:
    """First only the second document quotes the first; then the first changes, and the third quotes the new text."""
    record(event(1), event(2, article=article("Two", "Other."), relations=[relation(1)]))
    moment = f"as_of=seq:{last_seq(catalog)}"
    record(event(1, 2, "changed", article=article("One", "A new text.")))
    record(event(3, article=article("Three", "Third."), relations=[relation(1, 2)]))
    for address in (
        f"{DOCUMENT}?{moment}",
        f"{DOCUMENT}/relations?{moment}",
        f"{DOCUMENT}/relations?version=1&{moment}",
    ):
        _, page = await fetched(site, address)
        assert listed_relations(page) == ["Shares passages with Two"]
    _, page = await fetched(site, DOCUMENT)
    now = [line.partition(" until")[0] for line in listed_relations(page)]
    assert now == ["Shares passages with Three", "Shared passages with Two"]


async def test_the_story_as_of_a_moment_is_that_of_the_moment(record: Record, catalog: Database, site: str) -> None:
    record(event(1), event(2, article=article("Two"), relations=[relation(1, type_="revision")]))
    moment = f"as_of=seq:{last_seq(catalog)}"
    record(event(3, article=article("Three"), relations=[relation(1, type_="revision")]))
    assert "in a story of 3" in words_of((await fetched(site, DOCUMENT))[1])
    assert "in a story of 2" in words_of((await fetched(site, f"{DOCUMENT}?{moment}"))[1])


async def test_a_relation_with_a_withdrawn_document_is_shown_in_the_past(record: Record, site: str) -> None:
    record(event(1), event(2, article=article("Two", "Other."), relations=[relation(1)]))
    [path, *_] = re.findall('href="(/relations/[^"#]*)"', (await fetched(site, f"/documents/{document_id(1)}"))[1])
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
    assert "renamed from 001.txt 2026-11-22 10:00 UTC" in words_of(page)
    record(edited)
    _, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert "<code><bdi>new &lt;b&gt;.txt</bdi></code>, then <code><bdi>001.txt</bdi></code>" in page


async def test_a_page_says_where_a_text_comes_from_and_what_reading_took_off(record: Record, site: str) -> None:
    notes = [
        {"rule": "title", "at": [0, 11], "removed": "Talks begin"},
        {"rule": "white-space", "at": [11, 13], "removed": "\n\n"},
        {"rule": "caption", "at": [33, 43], "removed": "Photo: x\u202e."},
    ]
    described = article(
        "Talks begin", "Envoys met in Seoul.", publisher="Yonhap", published="2024-09-04", published_basis="caption",
        language="en", kind="wire", wire={"marker": "LEAD", "sequence": 1}, notes=notes,
    )  # fmt: skip
    record(event(1, article=described))
    _, page = await fetched(site, DOCUMENT)
    words = words_of(page)
    assert (
        "wire · (LEAD) Talks begin Yonhap 4 September 2024, from the caption English 4 words layers original" in words
    )
    assert "Taken off or mended in reading: a headline and a photo caption. Show in place" in words
    assert "Talks beginheadline" in words
    assert "Photo: xU+202E.photo caption" in words
    assert "Yonhap, “Talks begin”, 4 September 2024. Version 1, recorded 2026-11-22 10:00 UTC." in words
    assert f"{site}{DOCUMENT}?version=1" in words


async def test_the_timeline_names_what_changed_with_the_events_of_the_file(record: Record, site: str) -> None:
    first = article("Korea agrees to boost ties", "It sent 53 soldiers, he said.")
    second = article("Korea agrees to boost ties", "It sent 57 soldiers, he said.")
    third = article("Korea agrees to deepen ties", "It sent 57 soldiers, he said.")
    record(event(1, article=first), event(1, 2, "changed", article=second))
    record(
        event(1, 3, "moved", path="b.txt", previous_path="001.txt"), event(1, 4, "changed", path="b.txt", article=third)
    )
    _, page = await fetched(site, DOCUMENT)
    [timeline] = re.findall('<ol class="strip">(.*?)</ol>', page, re.DOTALL)
    items = [words_of("<li" + item).partition(" 2026-11-22 10:00 UTC")[0] for item in timeline.split("<li")[1:]]
    assert items == [
        "1 (version)first reading",
        "2 (version)figure: 53 → 57",
        "renamed from 001.txt",
        "3 (version)headline: boost → deepen",
    ]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("?as_of=seq:1", 200, "As it was on seq:1: version 1 of 2."),
        ("?as_of=2026-11-22T10:00", 200, "As it was on 2026-11-22 10:00 UTC: version 2 of 2."),
        ("?as_of=2026-11-22T09:00Z", 404, "There is no document"),
        ("?as_of=yesterday", 400, "as_of is a date such as 2026-11-22"),
        ("?as_of=2999-01-01", 400, "lies in the future"),
        ("?at=7", 200, "Envoys met on Tuesday."),
        ("?at=seven", 400, "at is a span of the text"),
        ("?part=2", 404, "The text has no part 2; it has 1."),
        ("?version=3", 404, "has no version 3"),
    ],
)
async def test_a_document_is_shown_as_of_a_moment_and_at_a_place(
    record: Record, site: str, *, query: str, status: int, words: str
) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    answered, page = await fetched(site, DOCUMENT + query)
    assert answered == status
    assert words in words_of(page)


async def test_a_long_text_is_read_in_parts(record: Record, site: str) -> None:
    paragraphs = [f"Paragraph {number}. " + "word " * 400 for number in range(1, 41)] + [""]
    record(event(1, article=article(text="\n\n".join(paragraphs))))
    _, page = await fetched(site, f"{DOCUMENT}?at=50000-50004")
    assert "Part 2 of 3" in words_of(page)
    assert '<span class="found" id="found">' in page
    _, following = await fetched(site, f"{DOCUMENT}?version=1&part=3")
    shown = re.findall('id="p([0-9]+)"', page) + re.findall('id="p([0-9]+)"', following)
    assert shown == [str(number) for number in range(int(shown[0]), 42)]


async def test_a_tombstone_names_the_documents_that_took_words_from_it(record: Record, site: str) -> None:
    source = article("The statement", published="2026-11-20")
    taker = article("A story", published="2026-11-21")
    record(event(1, article=source), event(2, article=taker, relations=[relation(1)]))
    record(event(1, 2, "withdrawn", reason="cancelled"))
    status, page = await fetched(site, DOCUMENT)
    assert status == 410
    assert "because its publisher cancelled it" in words_of(page)
    assert "Its words were in A story." in words_of(page)


async def is_beside_its_lines(page: Page, number: int) -> bool:
    """Whether a note is at the right of its passage, at most three lines away."""
    note = await page.locator(f"#about-{number}").bounding_box()
    mark = await page.locator(f"mark.tone-{number}").first.bounding_box()
    assert note is not None
    assert mark is not None
    return note["x"] > mark["x"] and abs(note["y"] - mark["y"]) < 80


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reader_follows_the_margin_by_mouse_by_keyboard_and_without_scripts(
    record: Record, site: str, chromium: Browser
) -> None:
    record(*seed_events(), edited_story())
    page = await chromium.new_page(base_url=site, java_script_enabled=False, viewport={"width": 1440, "height": 900})
    await page.goto(f"{DOCUMENT}?version=1")

    # Each note is beside the lines of its passage, at the right of the text.
    for number in (1, 2, 3, 4):
        assert await is_beside_its_lines(page, number)
    assert "quoted from the joint statement, 34 words, altered" in await page.inner_text("#about-1")
    await page.click("#passage-2")
    assert page.url.endswith("#about-2")
    await page.click("#about-2 a >> nth=1")
    assert "#passage-2" in page.url
    assert await page.locator("h1").inner_text() == "Yonhap quoted the joint statement"

    # In a narrow window each note is under its sentences, before the next ones.
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{DOCUMENT}?version=1")
    tops = [
        await page.locator(f"{selector}").first.bounding_box()
        for selector in ("mark.tone-1", "#about-1", "mark.tone-2")
    ]
    heights = [box["y"] for box in tops if box]
    assert heights == sorted(heights)

    # The switch shows what reading took off, by the keyboard alone.
    await page.goto(DOCUMENT)
    removed = page.locator("del.removed").first
    assert not await removed.is_visible()
    await page.locator("#nothing-hidden").focus()
    await page.keyboard.press("Space")
    assert await removed.is_visible()

    # The forms lead to a comparison and to a moment of the past.
    await page.locator("#from").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/compare?from=1&to=2")
    await page.goto(DOCUMENT)
    await page.fill("#as-of", "2026-11-22T10:00")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/documents/*?as_of=*")
    assert "As it was on 2026-11-22 10:00 UTC: version 2 of 2." in await page.inner_text("[role=status]")

    # With scripts, one key switches the layers of the palimpsest view; without, the switch does.
    scripted = await chromium.new_page(base_url=site)
    await scripted.goto(f"{DOCUMENT}/layers?version=1")
    layers = scripted.locator(".layers").first
    assert await layers.is_visible()
    await scripted.keyboard.press("l")
    assert not await layers.is_visible()
    await page.goto(f"{DOCUMENT}/layers?version=1")
    await page.uncheck("#show-layers")
    assert not await page.locator(".layers").first.is_visible()
