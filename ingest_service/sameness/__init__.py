"""What repeats what: one fold, one kind of fingerprints, one alignment, one judge. Pure."""

from dataclasses import dataclass

import numpy as np

from ingest_service.model import Article, Judgement
from ingest_service.sameness import judging, side
from ingest_service.sameness.fingerprints import Hashes

__all__ = ["NOTHING_MASKED", "VERSION", "Hashes", "TextFacts", "judge", "prepare"]

VERSION = "6"
NOTHING_MASKED: Hashes = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What judging needs of one text, made once."""

    side: side.Side

    @property
    def fingerprints(self) -> Hashes:
        """The fingerprints, each once, in order of value; signed 64 bits."""
        return self.side.folded.prints.unique

    @property
    def folded_digest(self) -> str:
        """Equal for texts of the same words, whatever their typography."""
        return self.side.folded_digest


def prepare(article: Article) -> TextFacts:
    """Folds the text of an article and takes its fingerprints; linear time."""
    return TextFacts(side.side_of(article))


def judge(a: TextFacts, b: TextFacts, masked: Hashes = NOTHING_MASKED, *, met: bool = False) -> Judgement | None:
    """What two texts are to each other, seen from `a`; None when they have no passage in common.

    `masked` are fingerprints of boilerplate, in order of value: what they cover is no passage of its own. Texts that
    share fewer than three fingerprints are not compared, unless they are known to have `met`: a single short quotation
    has no more. The result does not depend on the order of the two.
    """
    return judging.judge(a.side, b.side, masked, met=met)
