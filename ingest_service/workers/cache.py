"""Texts that are already folded and fingerprinted, so that judging need not do it again.

Each process has one cache: the service passes its own to the worker pool and the judge pool; the pool's initializer
creates the one of a worker.
"""

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


@dataclass(slots=True)
class FactsCache:
    """The facts of the texts used last, by the digest of their article. Safe for threads."""

    _facts: dict[str, sameness.TextFacts] = field(default_factory=dict)
    _characters: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, digest: str, facts: sameness.TextFacts) -> None:
        """Stores the facts of a text. Evicts the texts used longest ago, but never the one just stored."""
        with self._lock:
            if self._facts.pop(digest, None) is None:
                self._characters += len(facts.side.text)
            self._facts[digest] = facts
            while self._characters > MAX_CHARACTERS and len(self._facts) > 1:
                self._characters -= len(self._facts.pop(next(iter(self._facts))).side.text)

    def facts_of(self, article: StoredArticle) -> sameness.TextFacts:
        """The facts of an article: from the cache, else computed from its content and stored."""
        cached = self._facts.get(article.digest)
        facts = sameness.prepare(article_blob.unpacked(article.content)) if cached is None else cached
        self.put(article.digest, facts)
        return facts


_worker_cache: FactsCache | None = None


def create_worker_cache() -> None:
    """Creates the cache of this worker process; called once, by the initializer of the worker pool."""
    global _worker_cache  # noqa: PLW0603  A worker's functions get pickled arguments only, so they find it here.
    _worker_cache = FactsCache()


def worker_cache() -> FactsCache:
    """The cache of this worker process."""
    assert _worker_cache is not None, "the worker pool's initializer has created it"
    return _worker_cache
