"""One text, prepared for judging. Pure."""

import functools
import hashlib
import re
from dataclasses import dataclass

from ingest_service.model import Article, Span
from ingest_service.sameness import quotations
from ingest_service.sameness.alignment import FoldedText
from ingest_service.sameness.fingerprints import fingerprints
from ingest_service.sameness.fold import fold

LETTERS = re.compile(r"[^\W\d_]+")
# The language in which all nouns have capitals, and what precedes a noun there: an article or the like, or a figure,
# and perhaps adjectives. A word in "te" after "das" is rather a verb: "das sagte Maier".
GERMAN = "de"
NOUN_AFTER = re.compile(
    r"\b(?:(?i:das)\s+(?:[a-zäöüß]+(?<!t)e[mnrs]?\s+){0,2}|(?:(?i:d(?:er|ie|en|em|es)|(?:[dkms]?ein|ihr|unser)(?:e[mnrs]?)?"
    r"|diese[mnrs]?|jede[mnrs]?|alle[nr]?|viele[nr]?|einige[nr]?|mehrere[nr]?|beide[nr]?|zu[mr]|[ai]m|vom|beim|ins|ans)"
    r"|\d[\d.,]{0,20})\s+(?:[a-zäöüß]+e[mnrs]?\s+){0,2})([A-ZÄÖÜ][^\W\d_]+)"
)


@dataclass(frozen=True)
class Side:
    """One side of a judgement: a text with its fold, its fingerprints and the digest of its fold."""

    title: str
    text: str
    folded: FoldedText
    folded_digest: str
    language: str | None = None

    @functools.cached_property
    def quoted(self) -> tuple[Span, ...]:
        """The spans in quotation marks. Computed on demand, since most texts need none."""
        return quotations.quoted(self.text)

    @functools.cached_property
    def common_words(self) -> frozenset[str]:
        """The words that the text has in lower case: with a capital, they are no names at the start of a sentence.

        Computed on demand, since most texts need none.
        """
        return frozenset(filter(str.islower, LETTERS.findall(self.text)))

    @functools.cached_property
    def nouns(self) -> frozenset[str]:
        """The words of a German text, in lower case, that have capitals only because all nouns have them.

        A noun has an article somewhere in the text, and few names have one. Empty in other languages.
        """
        if (self.language or "").partition("-")[0] != GERMAN:
            return frozenset()
        return frozenset(noun.casefold() for noun in NOUN_AFTER.findall(self.text))

    @property
    def string(self) -> str:
        """The folded text."""
        return self.folded.fold.string


def side_of(article: Article) -> Side:
    """Prepares the text of an article; linear time."""
    text = article.text
    folded, codes = fold(text)
    # A text without letters and digits has an empty fold; its digest is that of the text, so it equals only itself.
    digest = "sha-256:" + hashlib.sha256((folded.string or text).encode("utf-8", "surrogatepass")).hexdigest()
    return Side(article.title, text, FoldedText(folded, fingerprints(codes)), digest, article.language)
