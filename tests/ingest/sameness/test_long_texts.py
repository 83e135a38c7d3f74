"""Texts of megabytes are related exactly and in bounded time: bills with each other, and one bill inside another."""

import time

import pytest

from ingest_service import normalise, reading, sameness
from ingest_service.delivery import events
from ingest_service.model import PARAGRAPH_BREAK, Article, Judgement, Reference, Relation, RelationType
from tests.ingest.sameness import bills

REFERENCE = Reference("9d7c8ea6-1e54-4d0c-a1a4-8f6a3a3c6c0f", 1, "sha-256:" + 64 * "0")
# Two of the longest words of the bills, in characters.
WORDS = 40


def judged(one: list[str], other: list[str]) -> Judgement:
    a, b = (sameness.prepare(Article("", tuple(sections))) for sections in (one, other))
    judgement = sameness.judge(a, b)
    assert judgement is not None
    return judgement


def check_inserted(guest: list[str], host: list[str]) -> Judgement:
    """The judgement of a bill and another one that has each of its sections; each is a passage, give or take two words.

    Two sections may begin or end alike by chance, so that a passage has some letters of the next section.
    """
    judgement = judged(guest, bills.with_inserted(host, guest))
    start = 0
    for passage, section in zip(judgement.passages, guest, strict=True):
        assert len(passage.edits) <= 1
        end = start + len(section)
        assert max(abs(passage.own[0] - start), abs(passage.own[1] - end)) <= WORDS
        start = end + len(PARAGRAPH_BREAK)
    return judgement


def test_a_bill_inside_another_one_is_found_section_by_section_in_order() -> None:
    judgement = check_inserted(bills.sections(1, 120), bills.sections(2, 200))
    assert judgement.type == "revision"
    assert judgement.coverage_own == pytest.approx(1.0, abs=0.01)


def test_an_amended_bill_is_a_revision_without_the_struck_sections() -> None:
    bill = bills.sections(1, 300)
    judgement = judged(bill, bills.amended(bill, 2))
    assert judgement.type == RelationType.REVISION
    assert 0.9 < judgement.coverage_own < 0.97
    assert judgement.coverage_other > 0.99
    assert list(judgement.passages) == sorted(judgement.passages, key=lambda passage: passage.own)


def seconds_to_read(sections: list[str]) -> float:
    """The processor time of reading a bill: from its bytes to its article and fingerprints."""
    start = time.process_time()
    [item] = reading.read(PARAGRAPH_BREAK.join(sections).encode(), "bill.txt").items
    sameness.prepare(normalise.normalise(item))
    return time.process_time() - start


@pytest.mark.scenario
def test_two_bills_of_2_5_megabytes_are_judged_in_three_times_the_time_of_reading_them() -> None:
    bill = bills.sections(1, 6_500)
    pair = bill, bills.amended(bill, 2)
    a, b = (sameness.prepare(Article("", tuple(sections))) for sections in pair)
    assert min(len(a.side.text), len(b.side.text)) > 2_500_000
    normalise.load()
    read = sum(map(seconds_to_read, pair))
    start = time.process_time()
    assert sameness.judge(a, b)
    judged_in = time.process_time() - start
    assert judged_in <= 3 * read, (judged_in, read)


@pytest.mark.scenario
def test_a_bill_in_1251_pieces_is_reported_by_its_longest_ones() -> None:
    judgement = check_inserted(bills.sections(1, 1_251), bills.sections(2, 4_000))
    [reported] = events.relations_data([Relation(REFERENCE, judgement)])
    assert (len(reported["passages"]), reported["passages_omitted"]) == (1_000, 251)
    assert reported["passages"] == sorted(reported["passages"], key=lambda passage: passage["self"])
