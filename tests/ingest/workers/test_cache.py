"""The cache of facts: bounded, and one in each worker process."""

from contextlib import closing
from pathlib import Path

import pytest

from ingest_service import model, sameness
from ingest_service.folder import scan
from ingest_service.folder.scan import FileFact
from ingest_service.judging import parallel
from ingest_service.judging.parallel import Comparison
from ingest_service.settings import Limits
from ingest_service.store import article_blob
from ingest_service.workers import cache
from ingest_service.workers.cache import FactsCache, PackedFacts, StoredArticle
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import FileToRead, PreparedFile, Task


def stored(text: str) -> StoredArticle:
    article = model.Article("", (text,))
    return StoredArticle(article.digest, article_blob.packed(article))


def test_a_cache_is_bounded_by_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_CHARACTERS", 100)
    facts = FactsCache()
    of_a, of_b, of_c = (facts.facts_of(stored(letter * 40)) for letter in "abc")
    assert facts.facts_of(stored("c" * 40)) is of_c
    assert facts.facts_of(stored("b" * 40)) is of_b
    assert facts.facts_of(stored("a" * 40)) is not of_a


def test_a_text_longer_than_the_bound_is_cached_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_CHARACTERS", 100)
    facts = FactsCache()
    long = facts.facts_of(stored("d" * 500))
    assert facts.facts_of(stored("d" * 500)) is long


def test_packed_facts_are_unpacked_once_and_judge_as_before() -> None:
    article = model.Article("", ("The minister opened the new harbour on Tuesday, after nine years of work.",))
    facts, packed = FactsCache(), PackedFacts.of(sameness.prepare(article))
    facts.put(article.digest, packed)
    # Without content, the facts can only come from the cache.
    unpacked = facts.facts_of(StoredArticle(article.digest, b""))
    assert facts.facts_of(StoredArticle(article.digest, b"")) is unpacked
    assert (packed.folded_digest, packed.characters) == (unpacked.folded_digest, len(article.text))
    assert packed.fingerprints.tolist() == unpacked.fingerprints.tolist()
    judgement = sameness.judge(unpacked, sameness.prepare(article))
    assert judgement == sameness.judge(sameness.prepare(article), sameness.prepare(article)) is not None


async def test_worker_and_service_cache_the_facts_of_a_file_that_was_read(tmp_path: Path) -> None:
    limits = Limits(workers=1)
    (tmp_path / "a.txt").write_text("News of the day.", encoding="utf-8")
    fact = scan.look(tmp_path, "a.txt")
    assert isinstance(fact, FileFact)
    with closing(WorkerPool(limits)) as pool:
        [prepared] = await pool.prepare(Task(tmp_path, (FileToRead(fact),)))
        assert isinstance(prepared, PreparedFile)
        # Without content, its facts can only come from a cache.
        article = StoredArticle(prepared.items[0].article.digest, b"")
        assert pool.facts.facts_of(article).side.text == "News of the day."
        comparison = Comparison(article, [article], sameness.NOTHING_MASKED)
        [[judgement]] = pool.run(parallel.judge_chunk, [comparison]).result()
        assert judgement is not None
