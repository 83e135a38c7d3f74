"""What repeats what: one fold, one kind of fingerprint, one alignment, one judge. Pure."""

from dataclasses import dataclass, replace

import numpy as np

from ingest_service.model import Article, Judgement
from ingest_service.sameness import judging, side
from ingest_service.sameness.fingerprints import Hashes

__all__ = ["NOTHING_MASKED", "Hashes", "TextFacts", "judge", "prepare"]

NOTHING_MASKED: Hashes = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What judging needs of one text, computed once."""

    side: side.Side
    is_suspect: bool = False

    @property
    def fingerprints(self) -> Hashes:
        """The distinct fingerprints, in order of value; signed 64 bits."""
        return self.side.folded.fingerprints.unique

    @property
    def folded_digest(self) -> str | None:
        """The digest of the fold: equal for texts with the same words, whatever their typography.

        None for a text that says nothing: it is a copy of no other.
        """
        return None if self.is_suspect else self.side.folded_digest


def prepare(article: Article) -> TextFacts:
    """Folds the text of an article and takes its fingerprints; linear time. A text that says nothing has none."""
    if article.suspect is not None:
        return TextFacts(side.side_of(replace(article, paragraphs=())), is_suspect=True)
    return TextFacts(side.side_of(article))


def judge(
    a: TextFacts, b: TextFacts, masked: Hashes = NOTHING_MASKED, *, compare_always: bool = False
) -> Judgement | None:
    """The relation of two texts, seen from `a`; None when they have no passage in common.

    `masked` are fingerprints of boilerplate, in order of value: text that they cover is no passage by itself. Texts
    that share fewer than three fingerprints are compared only if `compare_always` is true: a single short quotation
    has no more. The judgement of (b, a) is the same, seen from `b`.
    """
    return judging.judge(a.side, b.side, masked, compare_always=compare_always)
