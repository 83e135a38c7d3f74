"""The look-up: which articles share fingerprints with an article; functions of a Session.

The fingerprints table holds one row for each article, written in the transaction of the article; it alone is the truth.
Searches use arrays that mirror it (`mirror`). A fingerprint in more articles than the document-frequency cap is
boilerplate: it makes no candidates and is returned as masked, so the cost of a search does not grow with how often a
footer repeats. Once recognised, boilerplate stays boilerplate when articles are deleted.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.index import candidates, mirror
from ingest_service.index.candidates import Candidates, HolderFacts, QueryBatch, TemplateHolders
from ingest_service.index.mirror import STORED
from ingest_service.index.postings import Holders
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first
from ingest_service.sameness.matching import among
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.store import bulk
from ingest_service.store.db import chunked
from ingest_service.store.prepared import Prepared
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.tables import BOILERPLATE, Article, Boilerplate, DeletedTemplate, Fingerprints

# When a fingerprint becomes boilerplate, only its first holders can have been judged while it still counted: as many as
# the cap allows, and those that the same transaction added. This bounds both.
FIRST_HOLDERS = 1_000
_OF_ARTICLES = Prepared(
    lambda: sa.select(Fingerprints.article, Fingerprints.hashes).where(
        bulk.any_of(Fingerprints.article), Fingerprints.hashes.is_not(None)
    )
)
_FACTS = Prepared(
    lambda: sa.select(
        Article.id, Article.folded_digest, Article.template, (Article.judging == BOILERPLATE).label("is_queued")
    ).where(bulk.any_of(Article.id))
)


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds articles with their fingerprints."""
    rows = [{"article": article, "hashes": hashes.astype(STORED).tobytes()} for article, hashes in articles.items()]
    if rows:
        bulk.insert_without_ids(session, Fingerprints, rows)
        mirror.mark_written(session)


def remove(session: Session, articles: Sequence[int], templates: Sequence[int] = ()) -> None:
    """Removes articles; each leaves a tombstone row for the processes that mirror the table.

    The fingerprints of those that are `templates` are kept until `successors` has used them.
    """
    for chunk in chunked(templates):
        rows = sa.select(Fingerprints.hashes).where(Fingerprints.article.in_(chunk), Fingerprints.hashes.is_not(None))
        session.execute(sa.insert(DeletedTemplate).from_select(["hashes"], rows.order_by(Fingerprints.id)))
    removed = _REMOVE.returned(session, [articles]) if articles else []
    if removed:
        tombstones = [{"article": article, "hashes": None} for (article,) in sorted(removed)]
        bulk.insert_without_ids(session, Fingerprints, tombstones)
        mirror.mark_written(session)


def _removing(_: str) -> sa.sql.dml.ReturningDelete[int]:
    table = bulk.table_of(Fingerprints)
    is_held = sa.and_(bulk.any_of(table.c.article), table.c.hashes.is_not(None))
    return sa.delete(table).where(is_held).returning(table.c.article)


_REMOVE = PreparedWrite(["values"], _removing)


def of(session: Session, articles: Sequence[int]) -> dict[int, Hashes]:
    """The fingerprints of those of the articles that are in the index."""
    rows = bulk.rows(session, _OF_ARTICLES, articles)
    return {article: np.frombuffer(hashes, dtype=STORED) for article, hashes in rows}


def find_candidates(session: Session, fingerprints: Mapping[int, Hashes]) -> dict[int, Candidates]:
    """The candidates of each article, given its fingerprints. No article is a candidate of itself."""
    if not fingerprints:
        return {}
    queries = QueryBatch.of(fingerprints)
    with mirror.arrays(session) as arrays:
        holders = arrays.postings.find(queries.values, PARAMETERS.document_frequency_cap + 1)
        recognised = among(queries.values, arrays.boilerplate)
        is_boilerplate = (holders.counts > PARAMETERS.document_frequency_cap) | recognised
        templates = queries.templates(is_boilerplate)
        # The values of template texts are looked up again, with more holders of each.
        of_templates = np.zeros(len(queries.values), dtype=bool)
        of_templates[queries.value_numbers[templates[queries.owners]]] = True
        template_values = queries.values[of_templates]
        more = arrays.postings.find(template_values, candidates.MAX_HOLDERS + 1) if len(template_values) else None
    result = candidates.by_rare_fingerprints(queries, is_boilerplate, holders)
    if more is None:
        return result
    numbers = np.flatnonzero(templates).tolist()
    judged = [queries.articles[number] for number in numbers]
    new_boilerplate = (is_boilerplate & ~recognised)[of_templates]
    template_holders = TemplateHolders.of(more, _facts(session, more), judged, new_boilerplate)
    value_numbers = np.cumsum(of_templates) - 1
    for number, article in zip(numbers, judged, strict=True):
        own = queries.value_numbers[queries.own(number)]
        result[article] = template_holders.candidates(article, value_numbers[own], result[article].masked)
    return result


def successors(session: Session, limit: int) -> tuple[int, tuple[int, ...]]:
    """The articles that may have become representatives by the deletion of up to `limit` template texts.

    Returns the number of template texts, which are then forgotten, and the ids of the successors.
    """
    oldest = sa.select(DeletedTemplate.id, DeletedTemplate.hashes).order_by(DeletedTemplate.id).limit(limit)
    rows = session.execute(oldest).all()
    if not rows:
        return 0, ()
    queries = QueryBatch.of({row.id: np.frombuffer(row.hashes, dtype=STORED) for row in rows})
    with mirror.arrays(session) as arrays:
        holders = arrays.postings.find(queries.values, candidates.MAX_HOLDERS + 1)
    session.execute(sa.delete(DeletedTemplate).where(DeletedTemplate.id.in_([row.id for row in rows])))
    # Those beyond the limit are deleted as well, and each may have held any of the values.
    others = session.scalar(sa.select(sa.func.count()).select_from(DeletedTemplate)) or 0
    deleted = np.bincount(queries.value_numbers, minlength=len(queries.values)) + others
    return len(rows), TemplateHolders.of(holders, _facts(session, holders)).successors(deleted)


def _facts(session: Session, holders: Holders) -> dict[int, HolderFacts]:
    """The facts of the ledger about each holder, by its id."""
    rows = bulk.rows(session, _FACTS, np.unique(holders.articles).tolist())
    return {article: HolderFacts(*facts) for article, *facts in rows}


def _distinct(values: Hashes) -> Hashes:
    """Each value once, in order."""
    ordered = np.sort(values)
    return ordered[is_first(ordered)]


def recognise_boilerplate(session: Session, all_candidates: Iterable[Candidates]) -> list[int]:
    """Records the masked fingerprints that were not recognised as boilerplate before.

    Returns, in order, the ids of the first `FIRST_HOLDERS` holders of each: only these can have been judged while the
    fingerprint still counted.
    """
    masked = _distinct(np.concatenate([*(own.masked for own in all_candidates), np.zeros(0, dtype=np.int64)]))
    with mirror.arrays(session) as arrays:
        new = masked[~among(masked, arrays.boilerplate)]
        if not len(new):
            return []
        holders = np.unique(arrays.postings.find(new, FIRST_HOLDERS).articles)
    bulk.insert_without_ids(session, Boilerplate, [{"fingerprint": value} for value in new.tolist()])
    mirror.mark_written(session)
    return [int(article) for article in holders]
