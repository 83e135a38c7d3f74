"""However much two texts share, what is told of it has an end, and what is told stays true."""

from hypothesis import given
from hypothesis import strategies as st

from catalog_service import contract
from ingest_service import sameness
from ingest_service.delivery import events
from ingest_service.model import PARAGRAPH_BREAK, Article, Edit, Judgement, Passage, Reference, Relation, RelationType
from ingest_service.sameness import bounds

lengths = st.lists(st.integers(0, 12), min_size=1, max_size=8)


def edit(at: int) -> Edit:
    return Edit("replace", (at, at + 3), (at + 7, at + 9))


def judgement(edits: list[int]) -> Judgement:
    """One passage for each number, a hundred characters long, with as many edits, one quotation for each."""
    passages = [
        Passage(
            (at, at + 100), (at + 7, at + 107), 10 + at % 7,
            quoted=tuple((at + 8 * each, at + 8 * each + 3) for each in range(count)),
            verbatim=not count,
            edits=tuple(edit(at + 8 * each) for each in range(count)),
        )
        for at, count in zip(range(0, 200 * len(edits), 200), edits, strict=True)
    ]  # fmt: skip
    return Judgement(RelationType.REUSE, 0.5, 0.5, 0.5, tuple(passages))


@given(lengths, st.integers(1, 20))
def test_reported_passages_are_bounded(edits: list[int], most: int) -> None:
    told = bounds.within(judgement(edits), most).passages
    assert len(told) <= most
    assert sum(len(each.edits) for each in told) <= most + len(told)
    assert sum(len(each.quoted) for each in told) <= most + len(told)
    assert list(told) == sorted(told, key=lambda each: each.own)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 20))
def test_the_longest_passages_are_reported_and_the_others_counted(edits: list[int], most: int) -> None:
    whole = judgement(edits)
    bounded = bounds.within(whole, most)
    assert len(bounded.passages) + bounded.passages_omitted == len(whole.passages)
    lengths = sorted((passage.words for passage in whole.passages), reverse=True)
    assert sorted((passage.words for passage in bounded.passages), reverse=True) == lengths[: len(bounded.passages)]


@given(lengths, st.integers(1, 20))
def test_outside_of_edits_both_texts_are_still_the_same(edits: list[int], most: int) -> None:
    whole = judgement(edits)
    for told in bounds.within(whole, most).passages:
        [before] = [each for each in whole.passages if each.own == told.own]
        assert told.verbatim == before.verbatim == (not told.edits)
        for one in before.edits:
            assert sum(wide.a[0] <= one.a[0] and one.a[1] <= wide.a[1] for wide in told.edits) == 1
            assert sum(wide.b[0] <= one.b[0] and one.b[1] <= wide.b[1] for wide in told.edits) == 1


def test_a_small_judgement_is_reported_whole() -> None:
    whole = judgement([3, 0, 2])
    assert bounds.within(whole, 5) == whole


def test_texts_with_thousands_of_passages_in_common_are_judged() -> None:
    shared = [
        f"Of the {number} ships that left port in the night only a few came home before noon."
        for number in range(2_600)
    ]
    one = PARAGRAPH_BREAK.join(f"{text} Harbour {number} was told so." for number, text in enumerate(shared))
    other = PARAGRAPH_BREAK.join(
        f"{text} Nobody at pier {number} knew." for number, text in enumerate(reversed(shared))
    )
    found = sameness.judge(sameness.prepare(Article("", (one,))), sameness.prepare(Article("", (other,))))
    assert found is not None
    assert len(found.passages) > 2_000
    reference = Reference("9d7c8ea6-1e54-4d0c-a1a4-8f6a3a3c6c0f", 1, "sha-256:" + 64 * "0")
    [told] = events.relations_data([Relation(reference, found)])
    reported = contract.Relation.model_validate(told)
    assert len(reported.passages) == events.MAX_OF_RELATION
    assert reported.passages_omitted == len(found.passages) - events.MAX_OF_RELATION
