"""Fingerprints: every long enough match shares one, and their number is bounded."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.index import postings
from ingest_service.sameness import fingerprints, fold
from ingest_service.sameness.fingerprints import Fingerprints
from ingest_service.sameness.parameters import PARAMETERS
from tests.quality import sameness_set

MATCH = PARAMETERS.window + PARAMETERS.gram - 1
letters = st.text("abcdefghij", max_size=200)


def printed(text: str) -> Fingerprints:
    return fingerprints.fingerprints(fold.fold(text)[1])


@given(letters, letters, st.text("abcdefghij", min_size=MATCH, max_size=MATCH), letters, letters)
def test_every_match_of_window_and_gram_shares_a_fingerprint(
    before: str, behind: str, shared: str, front: str, back: str
) -> None:
    one, other = printed(before + shared + behind), printed(front + shared + back)
    assert set(one.unique.tolist()) & set(other.unique.tolist())


@given(st.text("ab", max_size=120))
def test_the_least_hash_of_each_window_is_kept(text: str) -> None:
    hashes = fingerprints.gram_hashes(fold.fold(text)[1], PARAMETERS.gram).tolist()
    width = min(PARAMETERS.window, len(hashes))
    least = {min(hashes[start : start + width]) for start in range(len(hashes) - width + 1)} if hashes else set()
    prints = printed(text)
    assert {hashes[place] for place in prints.positions.tolist()} == least
    assert len(prints.unique) == len(least)


def test_fingerprints_lie_anywhere_among_all_numbers() -> None:
    # The index divides them by their first bits; of the least of windows a fifth would be in the first part.
    texts = [document.text for document in sameness_set.generate().documents[:100]]
    values = np.concatenate([printed(text).unique for text in texts])
    parts = np.bincount(np.searchsorted(postings.EDGES, values), minlength=postings.PARTITIONS)
    assert parts.min() > parts.mean() / 2
    assert parts.max() < parts.mean() * 2


def test_a_gram_has_the_same_hash_at_any_position() -> None:
    codes = fold.fold("security cooperation and a comprehensive strategic partnership")[1]
    alone = fingerprints.gram_hashes(codes[7 : 7 + PARAMETERS.gram], PARAMETERS.gram)
    assert alone.tolist() == [fingerprints.gram_hashes(codes, PARAMETERS.gram)[7]]


def test_a_text_shorter_than_a_gram_has_no_fingerprints() -> None:
    assert len(printed("nineteen letters..").hashes) == 0


def test_a_repeated_fingerprint_keeps_few_places() -> None:
    prints = printed("peace " * 10_000)
    assert len(prints.unique) < 10
    assert len(prints.positions) <= fingerprints.MAX_OCCURRENCES * len(prints.unique)
    assert prints.positions.tolist()[:2] == sorted(prints.positions.tolist()[:2])


def test_hashes_are_sorted_and_equal_ones_stay_in_the_order_of_the_text() -> None:
    draw = np.random.default_rng(1)
    spread = draw.integers(-(2**63), 2**63 - 1, 2_000)
    # Of these, the lowest bits alone decide.
    alike = draw.integers(0, 8, 2_000) - 4
    for hashes in (spread, spread.take(draw.integers(0, 50, 2_000)), alike, spread[:1], spread[:0]):
        order, ordered = fingerprints.in_order(hashes)
        assert order.tolist() == hashes.argsort(kind="stable").tolist()
        assert ordered.tolist() == sorted(hashes.tolist())
