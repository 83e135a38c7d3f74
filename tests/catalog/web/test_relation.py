"""The page of a relation says in a sentence what two texts share, and shows each passage beside its other text."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, Page

from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, violations, words_of
from tests.catalog.web.seeds import seed_events


async def relation_path(site: str, number: int = 1) -> str:
    """The address of the first relation that the page of a document lists."""
    _, page = await fetched(site, f"/documents/{document_id(number)}")
    path: str = re.findall('href="(/relations/[^"#?]*)', page)[0]
    return path


async def test_the_relation_of_the_seeds_is_shown_in_a_sentence_with_figures_and_their_pairs(
    record: Record, site: str, catalog: Database
) -> None:
    record(*seed_events())
    path = await relation_path(site)
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    _, page = await fetched(site, path)
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 7, statements
    assert "<h1><bdi>Yonhap</bdi> quotes the joint statement</h1>" in page
    figures = (
        "Four passages, 77 words: 20% of the story and 40% of the statement. Three are word for word; one is altered."
    )
    assert figures + " One is not in quotation marks." in words_of(page)
    assert page.count('class="pair ') == 4
    assert "U.N. for UN; “(UNSC)” left out" in words_of(page)
    assert "quotation marks added" in words_of(page)
    assert '<span class="letters">U.N.</span>' in page
    assert '<span class="words">(UNSC)</span>' in page
    _, page = await fetched(site, f"{path}?passage=3")
    assert 'href="?passage=3#texts" aria-current="true">3</a>' in page
    assert (await fetched(site, f"{path}?passage=x"))[0] == 404


QUOTED = {"self": [0, 5], "other": [0, 5], "words": 8, "quoted": [[0, 5]], "verbatim": True}


@pytest.mark.parametrize(
    ("type_", "more", "heading"),
    [
        ("reuse", {"passages": [QUOTED]}, "AP quotes the joint statement"),
        ("reuse", {}, "AP repeats passages of the joint statement"),
        ("excerpt", {}, "AP carries almost all of the joint statement"),
        (
            "excerpt",
            {"coverage": {"self": 0.9, "other": 0.1}},
            "Almost all of AP’s story comes from the joint statement",
        ),
    ],
)
async def test_the_heading_says_which_text_took_what(
    record: Record, site: str, type_: str, more: dict[str, Any], heading: str
) -> None:
    statement = article("Joint Statement of both sides", "We agree on peace.", kind="release", published="2026-11-20")
    story = article("Sides agree", "Peace is agreed on.", kind="wire", publisher="AP", published="2026-11-21")
    record(event(1, article=statement), event(2, article=story, relations=[relation(1, type_=type_, **more)]))
    path = await relation_path(site)
    _, page = await fetched(site, path)
    assert f"{heading} · Palimpsest" in page
    record(event(1, 2, "withdrawn"))
    _, page = await fetched(site, path)
    past = {"quotes": "quoted", "repeats": "repeated", "carries": "carried", "comes": "came"}
    assert re.sub("quotes|repeats|carries|comes", lambda match: past[match[0]], heading) + " · Palimpsest" in page
    assert re.search("until 2026-11-22 10:00 UTC: the statement was withdrawn", words_of(page))


async def test_without_a_known_order_two_texts_share_passages(record: Record, site: str) -> None:
    record(
        event(1, article=article("One")),
        event(2, article=article("Two", "Other <b>words</b>."), relations=[relation(1)]),
    )
    _, page = await fetched(site, await relation_path(site))
    assert re.search("<h1>“<bdi>(One|Two)</bdi>” and “<bdi>(One|Two)</bdi>” share passages</h1>", page)
    assert "Which of them came first is not known." in page
    assert "<b>words" not in page


async def test_a_relation_of_long_texts_with_many_passages_is_a_page_of_bounded_size(record: Record, site: str) -> None:
    text = "\n\n".join(f"Paragraph {number} says that many words are shared by both." for number in range(4_000))
    spans = [(match.start(), match.end()) for match in re.finditer("many words are shared by both", text)][:1_000]
    passages = [{"self": span, "other": span, "words": 8} for span in spans]
    record(event(1, article=article("One", text)))
    record(event(2, article=article("Two", f"{text} "), relations=[relation(1, passages=passages, passages_omitted=7)]))
    path = await relation_path(site)
    _, page = await fetched(site, path)
    assert page.count('class="pair ') == 50
    assert "7 shorter passages are not listed." in page
    assert "Both texts are long" in page
    assert len(page) < 300_000
    [following] = re.findall('rel="next" href="([^"]*)"', page)
    _, page = await fetched(site, path + following)
    assert 'id="passage-51"' in page


IN_VIEW = """(limit) => [...document.querySelectorAll(".pair")].some((pair) => {
    const marks = [...pair.querySelectorAll("mark")];
    return marks.length === 2 && marks.every((mark) => mark.getBoundingClientRect().bottom <= limit
        && parseFloat(getComputedStyle(mark).fontSize) >= 16);
})"""
MARKS_IN_WINDOW = """(id) => [...document.getElementById(id).querySelectorAll("mark")].filter((mark) => {
    const box = mark.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
}).length === 2"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_both_texts_of_a_passage_are_in_view_together(record: Record, site: str, chromium: Browser) -> None:
    record(*seed_events())
    path = await relation_path(site)
    plain = await chromium.new_page(base_url=site, reduced_motion="reduce")
    for width, height, limit in ((1440, 900, 900), (390, 844, 1_700)):
        await plain.set_viewport_size({"width": width, "height": height})
        await plain.goto(path)
        assert await plain.evaluate(IN_VIEW, limit), f"no pair within {limit} px at {width} x {height}"
        for number in (4, 2):
            await plain.goto(f"{path}#passage-{number}")
            await plain.wait_for_function(MARKS_IN_WINDOW, arg=f"passage-{number}")
    await keys_lead_through_the_passages(plain, path)
    await plain.set_viewport_size({"width": 1440, "height": 900})
    await plain.goto(f"{path}?passage=3#texts")
    tops = await plain.evaluate(
        "['left-3', 'right-3'].map((id) => document.getElementById(id).getBoundingClientRect().y)"
    )
    assert abs(tops[0] - tops[1]) < 60
    await plain.locator(".fold summary").first.click()
    assert not await violations(plain)


async def keys_lead_through_the_passages(page: Page, path: str) -> None:
    """Presses n and p, and a letter in the search box."""
    await page.goto(path)
    for key, step in (("n", 1), ("n", 2), ("p", 1)):
        await page.keyboard.press(key)
        assert await page.evaluate("document.activeElement.id") == f"passage-{step}"
    await page.locator("input[name=q]").press("n")
    assert await page.input_value("input[name=q]") == "n"
