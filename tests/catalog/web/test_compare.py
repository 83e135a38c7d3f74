"""The page of a comparison says in words what changed, and shows it in three ways."""

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser

from catalog_service import diffing, document_versions
from catalog_service.diff_resources import Diff
from catalog_service.resources import Version
from catalog_service.store.db import Database
from catalog_service.web.comparing import changes, summary, view
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, words_of
from tests.catalog.web.versions import version

COMPARE = f"/documents/{document_id(1)}/compare"
MOVED = ("Envoys met in Geneva on Monday.", "No agreement was reached after nine hours of talks.")


def diffed(before: Version, after: Version) -> Diff:
    return document_versions.described(before, after, diffing.compare(before.text, after.text))


def summary_of(page: str) -> list[str]:
    """The items of the summary, as text."""
    [listed] = re.findall('<ul class="summary".*?</ul>', page, re.DOTALL)
    return [words_of(item) for item in re.findall("<li>(.*?)</li>", listed, re.DOTALL)]


async def test_two_versions_are_summed_up_in_words_with_links(record: Record, site: str, catalog: Database) -> None:
    edited = article("Peace talks fail", "Envoys met on Tuesday.", publisher="AP", authors=["Anna Ott"])
    record(event(1), event(1, 2, "changed", article=edited))
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    _, page = await fetched(site, COMPARE)
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 6, statements
    assert "From version 1 to version 2. In the text, only dates differ: 1 word added, 1 removed." in words_of(page)
    details = ["headline: resume → fail", "publisher added: AP", "authors added: Anna Ott"]
    assert summary_of(page) == [*details, "words: Monday → Tuesday"]
    [target] = re.findall('<li><a href="#(change-[^"]*)"', page)
    assert f'<span class="change" id="{target}" data-step><del>' in page
    assert "removed: Monday. added: Tuesday." in words_of(page)
    assert '</del> <ins><span class="spoken"' in page
    assert page.count("<option") == 4


async def test_a_moved_section_is_named_and_linked_with_its_former_place(record: Record, site: str) -> None:
    first, second = (article(text="\n\n".join(order)) for order in (MOVED, MOVED[::-1]))
    record(event(1, article=first), event(1, 2, "changed", article=second))
    _, page = await fetched(site, COMPARE)
    assert "6 words moved." in words_of(page)
    assert summary_of(page) == [f"moved down: “{MOVED[0]}”"]
    away = 'id="moved-away-1" href="#moved-1">moved away</a> <del class="moved">'
    here = f'id="moved-1" href="#moved-away-1">moved here</a> <mark>{MOVED[0]}</mark>'
    assert page.index(away) < page.index(MOVED[1]) < page.index(here)


async def test_the_views_and_any_two_versions_are_links_and_a_form(record: Record, site: str) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    record(event(2, article=article("Other", "Envoys did not meet on Monday.")))
    _, page = await fetched(site, f"{COMPARE}?from=1&to=2")
    assert re.findall('href="([^"]*view=[^"]*)"', html.unescape(page)) == [
        f"{COMPARE}?from=1&to=2&view={name}" for name in ("side", "changes")
    ]
    _, page = await fetched(site, f"{COMPARE}?from=2&to=1&view=side")
    assert "From version 2 to version 1" in words_of(page)
    assert page.count('<div class="row">') == 1
    _, page = await fetched(site, f"/compare?a={document_id(1)}@1&b={document_id(2)}")
    assert "Two texts compared" in page
    assert page.count("<optgroup") == 4
    assert f'value="{document_id(2)}@1" selected' in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/compare", 400),
        (f"/compare?a={document_id(1)}", 400),
        (f"/compare?a={document_id(1)}@x&b={document_id(1)}", 404),
        (f"/compare?a={document_id(1)}&b={document_id(9)}", 404),
        (f"{COMPARE}?view=else", 400),
        (f"{COMPARE}?from=7", 404),
        (f"{COMPARE}?part=x", 404),
    ],
)
async def test_what_cannot_be_compared_is_an_error(record: Record, site: str, path: str, status: int) -> None:
    record(event(1))
    assert (await fetched(site, path))[0] == status


@pytest.mark.parametrize(
    ("other", "is_same", "sentence"),
    [
        (article("Toll rises", "The U.N. said 53 soldiers died."), True, "The texts are the same to the letter."),
        (article("Toll rises", "The UN said 53 soldiers died."), False, "only typography differs."),
        (article("Toll rises", "The U.N. said 57 soldiers died."), False, "figures differ: 1 word added, 1 removed."),
        (article("Toll falls", "The U.N. said 53 soldiers died."), False, "headline: falls → rises"),
    ],
)  # fmt: skip
async def test_the_relation_of_duplicates_opens_with_what_differs(
    record: Record, site: str, *, other: dict[str, Any], is_same: bool, sentence: str
) -> None:
    later = article("Toll rises", "The U.N. said 53 soldiers died.", published="2026-11-23")
    record(event(1, article={**other, "published": "2026-11-22"}))
    record(event(2, article=later, relations=[relation(1, type_="duplicate")]))
    [path] = re.findall('href="(/relations/[^"#?]*)', (await fetched(site, f"/documents/{document_id(1)}"))[1])
    _, page = await fetched(site, path)
    assert f"<h1>{'The same text twice' if is_same else 'Almost the same text twice'}</h1>" in page
    assert sentence in words_of(page)
    assert f"{path}?view=passages" in page
    _, page = await fetched(site, f"{path}?view=passages")
    assert page.count('class="pair ') == 1
    record(event(1, 2, "withdrawn"))
    assert "This was so until" in (await fetched(site, path))[1]


def test_only_changes_are_shown_with_the_words_around_them() -> None:
    same = "These words are the same in both. " * 20
    before, after = version(f"{same}53 died. {same}\n\n{same}"), version(f"{same}57 died. {same}\n\n{same}")
    [paragraph, unchanged] = changes.only_changes(changes.paragraphs(before, after, diffed(before, after)))
    assert [bool(run.left_out) for run in paragraph] == [True, False, False, False, True]
    assert len(paragraph[1].pieces[0].text) <= changes.CONTEXT
    assert [run.left_out for run in unchanged] == [140]


def test_text_that_was_edited_as_it_moved_is_on_each_side_once() -> None:
    talks = "No agreement was reached after {} hours of talks about the costs of the new dam in the valley."
    parts = ("Envoys met in Geneva on Monday for the first time.", "They were guests of the city and its mayor.")
    before = version("\n\n".join((*parts, talks.format("nine"))))
    after = version("\n\n".join((talks.format("ten"), *parts)))
    shown = changes.paragraphs(before, after, diffed(before, after))
    sides = [
        "".join(piece.text for paragraph in shown for run in paragraph for piece in getattr(run, side))
        for side in ("before", "after")
    ]
    assert sides == [text.replace("\n\n", "") for text in (before.text, after.text)]
    items = summary.items([shown])
    assert [(item.direction, str(item.change)) for item in items] == [("up", "None"), ("", "words: nine → ten")]


def test_a_long_comparison_is_divided_into_parts_with_links_between_them() -> None:
    text = "\n\n".join(f"Paragraph {number} of many. " + "word " * 500 for number in range(100))
    before, after = version(text), version(text.replace("Paragraph 99", "Section 99") + "x" * 150_000)
    comparison = view.build("inline", 1, before, after, diffed(before, after))
    assert comparison.parts >= 3
    assert next(item.part for item in comparison.items) > 1
    last = view.build("inline", 99, before, after, diffed(before, after))
    assert last.part == last.parts
    assert all(
        sum(run.length for run in paragraph) <= changes.PART for paragraph in (*comparison.paragraphs, *last.paragraphs)
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_keys_and_the_links_of_moves_lead_to_changes(record: Record, site: str, chromium: Browser) -> None:
    filler = [f"Paragraph {number} remains where it was, with all its words." for number in range(40)]
    first, second = (article(text="\n\n".join(order)) for order in ([*MOVED, *filler], [*filler, *MOVED]))
    record(event(1, article=first), event(1, 2, "changed", article=second))
    page = await chromium.new_page(base_url=site, reduced_motion="reduce")
    await page.goto(COMPARE)
    await page.keyboard.press("n")
    assert await page.evaluate("document.activeElement.id") == "change-1"
    await page.click(".summary a[href='#moved-1']")
    box = "document.getElementById(id).getBoundingClientRect()"
    in_view = f"(id) => {box}.top >= 0 && {box}.bottom <= innerHeight"
    await page.wait_for_function(in_view, arg="moved-1")
    await page.click("#moved-1")
    await page.wait_for_function(in_view, arg="moved-away-1")
