"""Where any text comes from is told: whole quotations, however short, and what everybody quotes."""

import random
from collections.abc import Sequence

import pytest

from catalog_service import contract
from ingest_service import model
from ingest_service.judging import matching
from ingest_service.judging.judge import Judge
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.store.db import Database
from tests.quality import sameness_predict, sameness_set
from tests.quality.sameness_predict import ORIGIN, Document

SAID = "No bridge of this town was ever built for the carts that it carries today, and none of them will be."
WORDS = [
    "harbour",
    "council",
    "tide",
    "lantern",
    "market",
    "orchard",
    "winter",
    "letter",
    "copper",
    "signal",
    "garden",
    "window",
]


def arrive(database: Database, documents: Sequence[Document]) -> None:
    sameness_predict.store(database, documents)
    sameness_predict.judge(database, Judge(ORIGIN))


def matches(database: Database, text: str) -> tuple[contract.Match, ...]:
    with database.reading() as session:
        return matching.match(session, model.Article("", (text,))).matches


def test_a_quotation_of_eight_words_is_traced_at_any_position(database: Database) -> None:
    texts = {document.id: document.text for document in sameness_set.generate().documents[:6]}
    arrive(database, [Document(name, text) for name, text in texts.items()])
    draw = random.Random(1)  # noqa: S311  Nothing secret: the same quotations every time.
    for name, text in texts.items():
        paragraph = max(text.split("\n\n"), key=len)
        words = paragraph.split()
        eights = [words[start : start + 8] for start in range(len(words) - 7)]
        # A dash between two spaces is none of the eight words.
        whole = [eight for eight in eights if all(map(str.isalnum, (word[0] for word in eight)))]
        for quotation in map(" ".join, draw.sample(whole, 5)):
            text_matches = {match.path: match for match in matches(database, quotation)}
            assert name in text_matches, quotation
            [passage, *_] = text_matches[name].passages
            assert text[slice(*passage.other)].split() == quotation[slice(*passage.own)].split()


def test_a_boilerplate_quotation_is_traced_to_the_first_articles(database: Database) -> None:
    draw = random.Random(2)  # noqa: S311  Nothing secret.
    count = PARAMETERS.document_frequency_cap + 10
    notes = [" ".join(draw.choices(WORDS, k=60)) for _ in range(count)]
    arrive(database, [Document(f"d{number:02}", f"{note}.\n\n{SAID}") for number, note in enumerate(notes)])
    text_matches = matches(database, SAID)
    assert {match.path for match in text_matches} >= {
        f"d{number:02}" for number in range(PARAMETERS.document_frequency_cap)
    }
    assert all(match.passages[0].verbatim for match in text_matches)


@pytest.mark.parametrize("text", ["", "peace", "7 8 9", "…", "peace and security on the Korean"])
def test_too_little_to_say_where_it_comes_from_matches_nothing(database: Database, text: str) -> None:
    arrive(database, [Document("long", SAID), Document("same", text or SAID)])
    assert all(match.type == "duplicate" for match in matches(database, text))
