"""The pages of stories: the list, one story with what each filing changed, and a story that has ended."""

import re

import sqlalchemy as sa

from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, words_of

FIRST, SECOND = "Envoys met on Monday.", "Envoys met on Monday. They will meet again."


def rows_of(page: str) -> list[str]:
    """The rows of the table of filings, as text."""
    return [words_of(row) for row in re.findall("<tr[^>]*>(.*?)</tr>", page, re.DOTALL)[1:]]


async def story_path(site: str, document: int) -> str:
    """The address of the story of a document."""
    _, page = await fetched(site, f"/documents/{document_id(document)}")
    return str(re.findall(r'href="(/stories/[^"]+)"', page)[0])


def a_story(record: Record) -> None:
    """Two filings by Yonhap, a copy of the first, and a statement outside that the second one quotes."""
    first = article("Talks", FIRST, published="2024-09-04", publisher="Yonhap")
    second = article(
        "Talks end", SECOND, published="2024-09-05", publisher="Yonhap", wire={"marker": "LEAD", "sequence": 1}
    )
    quoted = [{"self": [0, 5], "other": [1, 6], "words": 8, "quoted": [[0, 5]], "verbatim": True}]
    record(event(1, article=first), event(4, article=article("Statement", "We met.", published="2024-09-03")))
    record(event(2, article=second, relations=[relation(1, type_="revision"), relation(4, passages=quoted)]))
    record(event(3, article=first, relations=[relation(1, type_="duplicate")]))


async def test_a_story_says_what_each_filing_changed_and_what_it_takes_from_outside(record: Record, site: str) -> None:
    a_story(record)
    _, page = await fetched(site, await story_path(site, 1))
    first, second = rows_of(page)
    assert first == "4 September 2024 Talks Yonhap 1 copy Talks 003.txt 4 words"
    assert second == "5 September 2024 Talks end YonhapLEADthe newest adds four words takes one passage from Statement"
    assert f'/compare?a={document_id(1)}@1&amp;b={document_id(2)}@1"' in page
    assert 'class="filing"' in page
    assert 'class="passages"' in page
    drawn = [words_of(line) for line in re.findall("<li>(.*?)</li>", page.partition("The same in words")[2])]
    assert sorted(drawn) == [
        "LEAD, Yonhap is a later filing of Yonhap",
        "LEAD, Yonhap takes one passage from Statement",
    ]


async def test_the_page_of_a_story_counts_documents_far_from_its_head(record: Record, site: str) -> None:
    articles = [article(f"Part {number}", published=f"2024-09-0{number}") for number in (1, 2, 3)]
    record(event(1, article=articles[0]), event(2, article=articles[1], relations=[relation(1, type_="revision")]))
    _, page = await fetched(site, f"/documents/{document_id(2)}")
    [path] = re.findall(r'in <a href="(/stories/[^"]+)">a story of 2</a>, its newest', page)
    _, page = await fetched(site, path)
    assert [re.findall("Part [0-9]", row)[0] for row in rows_of(page)] == ["Part 1", "Part 2"]
    assert "only through others" not in page
    record(event(3, article=articles[2], relations=[relation(2, type_="revision")]))
    _, page = await fetched(site, path)
    assert "1 of its documents is linked to the newest only through others." in page
    _, page = await fetched(site, f"/documents/{document_id(1)}?version=1")
    assert "a story of 3" in page


async def test_stories_are_listed_by_their_newest_change(record: Record, site: str) -> None:
    _, page = await fetched(site, "/stories")
    assert "No text has been filed twice yet." in page
    a_story(record)
    record(event(5, article=article("Other", "Other.")), event(6, article=article("Other again", "Other."),
           relations=[relation(5, type_="duplicate")]))  # fmt: skip
    _, page = await fetched(site, "/stories")
    titles = [words_of(title) for title in re.findall("<h2>(.*?)</h2>", page)]
    assert len(titles) == 2
    assert titles[1] == "Talks end"
    assert "3 documents" in page


async def test_an_ended_story_leads_to_where_its_documents_are(record: Record, site: str) -> None:
    a_story(record)
    path = await story_path(site, 1)
    record(event(1, 2, "withdrawn"), event(3, 2, "withdrawn"))
    status, page = await fetched(site, path)
    assert status == 410
    assert "This story has ended" in page
    listed = [words_of(line) for line in re.findall("<li>(.*?)</li>", page, re.DOTALL)]
    assert listed == ["Talks withdrawn", "Talks end in no story now", "Talks withdrawn"]


async def test_the_page_of_a_large_story_takes_a_fixed_number_of_statements(
    record: Record, site: str, catalog: Database
) -> None:
    record(event(1, article=article("Part 1", published="2024-01-01")))
    for number in range(2, 70):
        text = article(f"Part {number}", f"Envoys met {number} times.", published=f"2024-02-{number % 28 + 1:02}")
        record(event(number, article=text, relations=[relation(number - 1, type_="revision")]))
    path = await story_path(site, 1)
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    _, page = await fetched(site, path)
    assert len(rows_of(page)) == 50
    assert 'rel="next"' in page
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 14, statements
