"""What repeats what: one fold, one kind of fingerprints, one alignment, one judge. Pure."""

import hashlib
from dataclasses import dataclass

from ingest_service.model import Article, Judgement
from ingest_service.sameness import judging, quotations
from ingest_service.sameness.alignment import Folded
from ingest_service.sameness.fingerprints import Hashes, fingerprints
from ingest_service.sameness.fold import fold

__all__ = ["NOTHING_MASKED", "VERSION", "Hashes", "Prepared", "judge", "prepare"]

VERSION = "1"
NOTHING_MASKED: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What judging needs of one text, made once: its fold, fingerprints and quotations."""

    side: judging.Side

    @property
    def fingerprints(self) -> Hashes:
        """The fingerprints, each once, in order of value; signed 64 bits."""
        return self.side.folded.prints.unique

    @property
    def folded_digest(self) -> str:
        """Equal for texts of the same words, whatever their typography."""
        return self.side.folded_digest


def prepare(article: Article) -> Prepared:
    """Folds the text of an article and takes its fingerprints; linear time."""
    text = article.text
    folded = fold(text)
    string = folded.codes.tobytes().decode("utf-32-le", "surrogatepass")
    digest = "sha-256:" + hashlib.sha256(folded.codes.tobytes()).hexdigest()
    side = judging.Side(text, Folded(folded, string, fingerprints(folded.codes)), digest, quotations.quoted(text))
    return Prepared(side)


def judge(a: Prepared, b: Prepared, masked: frozenset[int] = NOTHING_MASKED) -> Judgement | None:
    """What two texts are to each other, seen from `a`; None when they have no passage in common.

    `masked` are fingerprints of boilerplate, which start no passage. The result does not depend on the order of the
    two.
    """
    return judging.judge(a.side, b.side, masked)
