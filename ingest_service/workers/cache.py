"""Texts that are already folded and fingerprinted, so that judging need not do it again.

Each process has one cache: the service passes its own to the worker pool and the judge pool; the pool's initializer
creates the one of a worker.
"""

import pickle
import threading
from dataclasses import dataclass, field

from ingest_service import sameness
from ingest_service.store import article_blob

# Characters of text a cache may hold; each costs about six bytes of memory.
MAX_CHARACTERS = 6_000_000


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as the ledger stores it: the digest of its title and text, and its packed content."""

    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """The facts of a text as a worker returns them: those that the ledger stores, and all of them as bytes.

    The service judges only some of the texts that its workers read, and unpacks the facts of these alone.
    """

    folded_digest: str | None
    fingerprints: sameness.Hashes
    characters: int
    packed: bytes

    @classmethod
    def of(cls, facts: sameness.TextFacts) -> "PackedFacts":
        """The facts of a text, packed."""
        packed = pickle.dumps(facts, pickle.HIGHEST_PROTOCOL)
        return cls(facts.folded_digest, facts.fingerprints, len(facts.side.text), packed)

    def unpacked(self) -> sameness.TextFacts:
        """The facts as they were packed, by a process of this service."""
        facts: sameness.TextFacts = pickle.loads(self.packed)  # noqa: S301  No other program made them.
        return facts


@dataclass(slots=True)
class FactsCache:
    """The facts of the texts used last, by the digest of their article. Safe for threads."""

    _facts: dict[str, sameness.TextFacts | PackedFacts] = field(default_factory=dict)
    _characters: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, digest: str, facts: sameness.TextFacts | PackedFacts) -> None:
        """Stores the facts of a text. Evicts the texts used longest ago, but never the one just stored."""
        with self._lock:
            if self._facts.pop(digest, None) is None:
                self._characters += _characters(facts)
            self._facts[digest] = facts
            while self._characters > MAX_CHARACTERS and len(self._facts) > 1:
                self._characters -= _characters(self._facts.pop(next(iter(self._facts))))

    def facts_of(self, article: StoredArticle) -> sameness.TextFacts:
        """The facts of an article: from the cache, else computed from its content and stored."""
        facts = self._facts.get(article.digest)
        if facts is None:
            facts = sameness.prepare(article_blob.unpacked(article.content))
        elif isinstance(facts, PackedFacts):
            facts = facts.unpacked()
        self.put(article.digest, facts)
        return facts


def _characters(facts: sameness.TextFacts | PackedFacts) -> int:
    return facts.characters if isinstance(facts, PackedFacts) else len(facts.side.text)


_worker_cache: FactsCache | None = None


def create_worker_cache() -> None:
    """Creates the cache of this worker process; called once, by the initializer of the worker pool."""
    global _worker_cache  # noqa: PLW0603  A worker's functions get pickled arguments only, so they find it here.
    _worker_cache = FactsCache()


def worker_cache() -> FactsCache:
    """The cache of this worker process."""
    assert _worker_cache is not None, "the worker pool's initializer has created it"
    return _worker_cache
