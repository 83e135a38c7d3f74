"""The page that checks a quotation shows the first speaker on top and what was altered, and stores nothing."""

import io

import aiohttp
import html5lib
import pytest
from playwright.async_api import Browser

from catalog_service import contract, server
from catalog_service.app import create_app
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from catalog_service.web import layout
from catalog_service.web.pages import match as page
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.fake_ingest import FakeIngest
from tests.catalog.web.conftest import violations, words_of

PASTED = "Both sides condemned in the weakest possible terms the attack."
SAID = PASTED.replace("weakest", "strongest")
STATEMENT = article("Joint Statement of both sides", f"In Seoul: {SAID}", kind="release", published="2024-09-04")
STORY = article(
    "Sides agree", f'They agreed. "{SAID}"', kind="wire", publisher="Yonhap News Agency", published="2024-09-04"
)


def match(number: int, text: str, observation: int = 1, share: float = 1.0) -> contract.Match:
    """A match of all of PASTED with its place in the text of a document."""
    start = text.index("Both sides")
    passage = contract.Passage(own=(0, len(PASTED)), other=(start, start + len(SAID)), words=10, verbatim=False)
    digest = contract.digest_of(b"anything")
    other = contract.Reference.model_validate(
        {"document": document_id(number), "observation": observation, "digest": digest}
    )
    coverage = contract.Coverage(own=share, other=0.5)
    return contract.Match(
        type=contract.RelationType("reuse"), other=other, jaccard=0.1, coverage=coverage, passages=(passage,),
        path=f"{number:03}.txt", title=f"Match {number}",
    )  # fmt: skip


async def posted(catalog: Database, url: str, text: str | bytes, **headers: str) -> tuple[int, str]:
    """The status and the text of the page that answers the form."""
    app = create_app(Settings(database_url=str(catalog.engine.url.render_as_string(False)), ingest_url=url), catalog)
    data = {"text": text} if isinstance(text, str) else io.BytesIO(text)
    async with (
        server.serving(app, "127.0.0.1", 0) as site,
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{site}/match", data=data) as response,
    ):
        answer = await response.text()
    html5lib.HTMLParser(strict=True).parse(answer)
    return response.status, answer


QUOTED = {"self": [14, 70], "other": [10, 66], "words": 10, "quoted": [[14, 70]], "verbatim": True}


async def test_the_document_that_others_quote_is_first_and_altered_words_are_marked(
    record: Record, catalog: Database
) -> None:
    record(event(1, article=STORY), event(2, article=STATEMENT))
    record(
        event(1, 2, "changed", article=STORY | {"published": "2024-09-03"}, relations=[relation(2, passages=[QUOTED])])
    )
    service = FakeIngest(
        matches=(
            match(1, STORY["paragraphs"][0], 2),
            match(2, STATEMENT["paragraphs"][0]),
            match(3, SAID),
            match(4, SAID),
        )
    )
    record(event(4, 1, article=article("A mention", SAID)), event(4, 2, "withdrawn"))
    async with service.serving() as url:
        status, answer = await posted(catalog, url, PASTED + "\r\n")
    assert status == 200
    assert service.texts == [PASTED + "\n"]
    assert "<h1>First found in the joint statement</h1>" in answer
    assert "10 words, altered: 100% of what you pasted. 2 other documents have words of it, too." in words_of(answer)
    assert answer.index("Joint Statement") < answer.index("Sides agree") < answer.index("A mention")
    assert '<span class="words">weakest</span>' in answer
    assert '<span class="words">strongest</span>' in answer
    assert "weakest for strongest" in words_of(answer)
    assert "Also in Match 3, which is not in the catalog yet" in words_of(answer)
    assert f'href="/documents/{document_id(2)}?version=1&amp;at=10-74#found"' in answer


async def test_without_a_match_the_page_says_in_how_many_documents_it_looked(record: Record, catalog: Database) -> None:
    record(event(1), event(2))
    async with FakeIngest().serving() as url:
        status, answer = await posted(catalog, url, "Nobody said <b>this</b>.")
        assert status == 200
        assert "No document has these words" in answer
        assert "Looked in 2 documents" in words_of(answer)
        assert "<b>this" not in answer
        assert "/search?q=%22Nobody%20said" in answer
        assert (await posted(catalog, url, "  "))[1].count("Who said these words first?") == 1


async def test_an_ingest_service_that_is_away_is_said_with_the_time(catalog: Database) -> None:
    async with FakeIngest(away=True).serving() as url:
        status, answer = await posted(catalog, url, PASTED)
    assert status == 503
    assert "does not answer since" in answer
    assert PASTED in answer


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_other_bodies_than_the_form_are_refused_as_pages(catalog: Database) -> None:
    form = {"Content-Type": layout.FORM}
    async with FakeIngest().serving() as url:
        refused = [
            await posted(catalog, url, b"text=a", **{"Content-Type": "text/plain"}),
            await posted(catalog, url, b"&".join([b"text=a"] * 20), **form),
            await posted(catalog, url, "x" * (page.LONGEST + 1)),
            await posted(catalog, url, b"text=" + b"a" * 2_000_000, **form),
        ]
        odd = await posted(
            catalog, url, b"text=%00%ff%ED%A0%80 more", **{"Content-Type": f"{layout.FORM}; charset=none"}
        )
    assert [status for status, _ in refused] == [400, 400, 413, 413]
    assert all("Code <code>" in answer for _, answer in refused)
    assert odd[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_quotation_is_checked_in_a_browser_by_keyboard(
    record: Record, catalog: Database, database_url: str, chromium: Browser
) -> None:
    record(event(2, article=STATEMENT))
    service = FakeIngest(matches=(match(2, STATEMENT["paragraphs"][0]),))
    async with service.serving() as url:
        app = create_app(Settings(database_url=database_url, ingest_url=url), catalog)
        async with server.serving(app, "127.0.0.1", 0) as site:
            window = await chromium.new_page(base_url=site)
            await window.goto("/match")
            await window.focus("textarea")
            await window.keyboard.type(PASTED)
            await window.keyboard.press("Tab")
            await window.keyboard.press("Enter")
            await window.wait_for_selector("h1:has-text('First found in the joint statement')")
            assert await window.input_value("textarea") == PASTED
            assert not await violations(window)
