"""Whether one text is the other one filed again: a lead, a correction, an expansion, an abridgement. Pure."""

from collections.abc import Sequence

from ingest_service.sameness import openings
from ingest_service.sameness.alignment import Alignment
from ingest_service.sameness.coverage import Coverage
from ingest_service.sameness.likeness import Likeness
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.sameness.side import Side


def may_be_filed_again(a: Side, b: Side, alignments: Sequence[Alignment], coverage: Coverage) -> bool:
    """Whether enough is equal to compare the texts word by word.

    A rewritten text keeps less of itself, but its opening and some whole sentences, or many pieces all over it.
    """
    if coverage.of_shorter >= PARAMETERS.revision_coverage:
        return True
    is_rewritten = (
        coverage.of_shorter >= PARAMETERS.rewritten_coverage and coverage.shared >= PARAMETERS.rewritten_shared
    )
    return is_rewritten and (_are_scattered(alignments) or openings.are_alike(a, b, alignments))


def is_filed_again(a: Side, b: Side, alignments: Sequence[Alignment], coverage: Coverage, like: Likeness) -> bool:
    """Whether one text is a revision of the other, if it may be: the same story, with few other names and numbers."""
    return _share_a_story(coverage, like) and _have_same_facts(coverage, like) and _begin_alike(a, b, alignments)


def is_much_longer(a: Side, b: Side) -> bool:
    """Whether one text is so much longer than the other that it must be about more."""
    shorter, longer = sorted((len(a.string), len(b.string)))
    return longer >= PARAMETERS.excerpt_times * shorter


def _share_a_story(coverage: Coverage, like: Likeness) -> bool:
    """Whether so much is equal that one text may be the other one filed again.

    In short texts few runs are long enough to be aligned: there, words in the same order count as well.
    """
    return like.words >= PARAMETERS.revision_words and (
        coverage.of_shorter >= PARAMETERS.revision_sure_coverage
        or coverage.shared >= PARAMETERS.revision_shared
        or like.words >= PARAMETERS.revision_sure_words
    )


def _have_same_facts(coverage: Coverage, like: Likeness) -> bool:
    """Whether few names and numbers are replaced by others.

    A form filled in twice has many replaced. It is short: of long texts with nearly the same words, more may be.
    """
    names, numbers = PARAMETERS.revision_swapped_names, PARAMETERS.revision_swapped_numbers
    if coverage.shared >= PARAMETERS.long_shared and like.words >= PARAMETERS.long_words:
        names, numbers = PARAMETERS.long_swapped_names, PARAMETERS.long_swapped_numbers
    return like.swapped_names <= names and like.swapped_numbers <= numbers


def _begin_alike(a: Side, b: Side, alignments: Sequence[Alignment]) -> bool:
    """Whether the texts have much the same title or opening, if they need to.

    A text that is much shorter and opens differently is about less: it was taken out of the other, or quotes it. Pages
    with other titles and other openings share the menus and lists of their site. Without titles, a text of which many
    pieces are scattered over the other is its expansion: quotations are few, and mostly one long one.
    """
    if openings.have_titles(a, b):
        return openings.are_alike(a, b, alignments)
    return not is_much_longer(a, b) or _are_scattered(alignments) or openings.are_alike(a, b, alignments)


def _are_scattered(alignments: Sequence[Alignment]) -> bool:
    """Whether there are many alignments, none of which is most of what they cover."""
    lengths = [alignment.a[1] - alignment.a[0] for alignment in alignments]
    return len(lengths) >= PARAMETERS.scattered_pieces and 2 * max(lengths) <= sum(lengths)
