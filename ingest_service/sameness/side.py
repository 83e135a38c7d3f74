"""One text as it is judged: everything that is made of it once. Pure."""

import functools
import hashlib
from dataclasses import dataclass

from ingest_service.model import Article, Span
from ingest_service.sameness import quotations
from ingest_service.sameness.alignment import Folded
from ingest_service.sameness.fingerprints import fingerprints
from ingest_service.sameness.fold import fold


@dataclass(frozen=True)
class Side:
    """A text with its fold, its fingerprints and the digest of its fold."""

    title: str
    text: str
    folded: Folded
    folded_digest: str

    @functools.cached_property
    def quoted(self) -> tuple[Span, ...]:
        """What of the text stands in quotation marks; most texts are never asked."""
        return quotations.quoted(self.text)

    @property
    def string(self) -> str:
        """The folded text."""
        return self.folded.fold.string


def side_of(article: Article) -> Side:
    """An article made ready to be judged; linear time."""
    text = article.text
    folded, codes = fold(text)
    # A text without a letter is equal to none but itself.
    digest = "sha-256:" + hashlib.sha256((folded.string or text).encode("utf-8", "surrogatepass")).hexdigest()
    prints = fingerprints(codes)
    return Side(article.title, text, Folded(folded, prints), digest)
