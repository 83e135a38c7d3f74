"""How much is told of what two texts share: all of it, unless it is so much that nobody could take it. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from ingest_service.model import Edit, Judgement, Passage, Span


def within(judgement: Judgement, most: int) -> Judgement:
    """The judgement with `most` passages, edits and quotations of either side at most.

    Of more passages the longest are told; edits are told together with those beside them, so that outside of them both
    texts are still the same; of more quotations the first of each passage. Coverage stays that of everything.
    """
    passages: Sequence[Passage] = judgement.passages
    if len(passages) + sum(len(each.edits) + len(each.quoted) + len(each.other_quoted) for each in passages) <= most:
        return judgement
    if len(passages) > most:
        longest = sorted(passages, key=lambda each: (-each.words, each.own))[:most]
        passages = sorted(longest, key=lambda each: each.own)
    edits = _shares([len(each.edits) for each in passages], most)
    own = _shares([len(each.quoted) for each in passages], most)
    other = _shares([len(each.other_quoted) for each in passages], most)
    told = (
        replace(
            each,
            edits=_together(each.edits, edits[number]),
            quoted=each.quoted[: own[number]],
            other_quoted=each.other_quoted[: other[number]],
        )
        for number, each in enumerate(passages)
    )
    return replace(judgement, passages=tuple(told))


def _shares(wanted: Sequence[int], most: int) -> list[int]:
    """How many of what each wants it gets, so that all together are about `most`; who wants any gets one."""
    total = sum(wanted)
    return [each if total <= most else -(-each * most // total) for each in wanted]


def _together(edits: tuple[Edit, ...], most: int) -> tuple[Edit, ...]:
    """So many edits that say the same: neighbours as one that replaces all from the first to the last of them."""
    if len(edits) <= most:
        return edits
    size = -(-len(edits) // most)
    groups = (edits[start : start + size] for start in range(0, len(edits), size))
    return tuple(
        Edit("replace", _from_to(group[0].a, group[-1].a), _from_to(group[0].b, group[-1].b)) for group in groups
    )


def _from_to(first: Span, last: Span) -> Span:
    return first[0], last[1]
