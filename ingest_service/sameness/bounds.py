"""The bound of what an event reports of a relation: everything, unless it is too much for an event. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from ingest_service.model import EDIT_KINDS, Edit, Judgement, Passage, Span


def within(judgement: Judgement, most: int) -> Judgement:
    """The judgement with at most `most` passages, edits, and quotations of either side.

    Of more passages the longest are kept, in reading order, and the others are counted. Of more edits, neighbouring
    ones are joined, so that both texts are still equal outside the edits. Of more quotations the first of each passage
    are kept. The coverage remains that of all passages.
    """
    passages: Sequence[Passage] = judgement.passages
    details = sum(len(passage.edits) + len(passage.quoted) + len(passage.other_quoted) for passage in passages)
    if len(passages) + details <= most:
        return judgement
    if len(passages) > most:
        longest = sorted(passages, key=lambda passage: (-passage.words, passage.own))[:most]
        passages = sorted(longest, key=lambda passage: passage.own)
    edits = _shares([len(passage.edits) for passage in passages], most)
    own = _shares([len(passage.quoted) for passage in passages], most)
    other = _shares([len(passage.other_quoted) for passage in passages], most)
    bounded = (
        replace(
            passage,
            edits=_joined(passage.edits, edits[number]),
            quoted=passage.quoted[: own[number]],
            other_quoted=passage.other_quoted[: other[number]],
        )
        for number, passage in enumerate(passages)
    )
    omitted = len(judgement.passages) - len(passages)
    return replace(judgement, passages=tuple(bounded), passages_omitted=omitted)


def _shares(counts: Sequence[int], most: int) -> list[int]:
    """How much of each count is allowed, in proportion, so that the sum is about `most`; at least one of any."""
    total = sum(counts)
    return [count if total <= most else -(-count * most // total) for count in counts]


def _joined(edits: tuple[Edit, ...], most: int) -> tuple[Edit, ...]:
    """At most `most` edits with the same result: neighbours become one that replaces the first to the last of them.

    It has the most important kind of them.
    """
    if len(edits) <= most:
        return edits
    size = -(-len(edits) // most)
    groups = (edits[start : start + size] for start in range(0, len(edits), size))
    return tuple(
        Edit(
            "replace",
            _from_to(group[0].a, group[-1].a),
            _from_to(group[0].b, group[-1].b),
            min((edit.kind for edit in group), key=EDIT_KINDS.index),
        )
        for group in groups
    )


def _from_to(first: Span, last: Span) -> Span:
    return first[0], last[1]
