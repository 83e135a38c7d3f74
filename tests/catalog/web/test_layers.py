"""Under each sentence are its earlier wordings and the documents that share it; sentences taken out are listed."""

import html
import itertools
import re

import sqlalchemy as sa

from catalog_service import diffing, document_versions
from catalog_service.diff_resources import DiffOp
from catalog_service.resources import Version
from catalog_service.store.db import Database
from catalog_service.web import layers
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation
from tests.catalog.web.conftest import fetched, words_of
from tests.catalog.web.versions import version

FIRST = "Envoys met in Geneva. It sent 53 soldiers to the border. The harbour remains closed for now."
SECOND = "Envoys met in Geneva. It sent 55 soldiers to the border. The harbour remains closed for now."
THIRD = "Envoys met in Geneva. It sent 57 soldiers to the border. Talks will go on in June, both sides said."


def steps(*texts: str) -> list[layers.Step]:
    """The steps back from the last of these texts."""
    versions: list[Version] = [version(text, version=number) for number, text in enumerate(texts, start=1)]
    pairs = list(itertools.pairwise(versions))
    return [
        layers.Step(before, after, document_versions.described(before, after, diffing.compare(before.text, after.text)))
        for before, after in reversed(pairs)
    ]


def test_a_sentence_is_followed_back_through_its_wordings_to_the_version_that_began_it() -> None:
    found = layers.sentences(THIRD, (0, len(THIRD)), steps(FIRST, SECOND, THIRD), [])
    assert "".join(sentence.text for sentence in found) == THIRD
    shown = [
        [(wording.version, "".join(piece.text for piece in wording.pieces).strip()) for wording in sentence.wordings]
        for sentence in found
    ]
    changed = [(2, "It sent 55 soldiers to the border."), (1, "It sent 53 soldiers to the border.")]
    assert shown == [[], changed, []]
    assert [piece.text for piece in found[1].wordings[0].pieces if piece.manner == "removed"] == ["55"]
    assert [sentence.since for sentence in found] == [None, None, 3]
    assert [sentence.has_layers for sentence in found] == [False, True, True]


def test_an_empty_paragraph_has_no_layers() -> None:
    [sentence] = layers.sentences("One.\n\n\n\nTwo.", (6, 6), steps("One.\n\nTwo.", "One.\n\n\n\nTwo."), [])
    assert not sentence.has_layers


def test_a_moved_sentence_keeps_its_layers() -> None:
    before = "The harbour of the old city remains closed.\n\nEnvoys met in Geneva to talk.\n\nNothing was said of it."
    after = "Envoys met in Geneva to talk.\n\nNothing was said of it.\n\nThe harbour of the old city remains closed."
    start = after.index("The harbour")
    [sentence] = layers.sentences(after, (start, len(after)), steps(before, after), [])
    assert (sentence.wordings, sentence.since) == ((), None)


def test_the_counterpart_of_a_sentence_is_never_a_whole_part_of_the_text() -> None:
    ops = [DiffOp(op="equal", a=(0, 10), b=(0, 10)), DiffOp(op="equal", a=(5_000, 5_020), b=(10, 30))]
    assert layers.counterpart("x" * 30, ops, (0, 30)) == (5_000, 5_020)
    assert layers.counterpart("x" * 30, [DiffOp(op="insert", a=(4, 4), b=(0, 30))], (0, 30)) is None


def test_sentences_that_were_taken_out_are_listed_unless_they_are_back() -> None:
    back = f"{SECOND} It was a cold day in the whole of the country."
    [found] = layers.taken_out(steps(SECOND, THIRD), THIRD)
    assert found == layers.TakenOut(1, "The harbour remains closed for now.")
    assert layers.taken_out(steps(back, SECOND), SECOND)[0].text == "It was a cold day in the whole of the country."
    assert layers.taken_out(steps(back, SECOND, back), back) == []
    assert layers.phrase("It was a cold day; in the whole, wide country.", 6) == '"It was a cold day in"'


async def test_the_palimpsest_view_shows_layers_and_finds_what_was_taken_out(
    record: Record, site: str, catalog: Database
) -> None:
    removed = " It was a cold day in the whole of the country."
    record(event(2, article=article("The statement", FIRST, kind="release", publisher="Ministry of Ports")))
    record(event(1, article=article(text=FIRST + removed)))
    record(event(1, 2, "changed", article=article(text=SECOND), relations=[relation(2)]))
    status, page = await fetched(site, f"/documents/{document_id(1)}/layers")
    words = words_of(page)
    assert status == 200
    assert "Version 2, compared back to version 1." in words
    assert "version 1 It sent 53 soldiers to the border." in words
    assert re.search('also in <a href="/relations/[0-9a-f]+#passage-1">', page)
    assert "last in version 1 · search in all versions for these wordsIt was a cold day" in words
    [search] = re.findall('href="(/search[?]versions=all[^"]+)"', page)
    _, results = await fetched(site, html.unescape(search))
    assert f"/documents/{document_id(1)}?version=1" in results
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    await fetched(site, f"/documents/{document_id(1)}/layers")
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) <= 12, statements
    for path, code in (("?part=2", 404), ("?version=9", 404), ("?as_of=seq:1", 400)):
        assert (await fetched(site, f"/documents/{document_id(1)}/layers{path}"))[0] == code
