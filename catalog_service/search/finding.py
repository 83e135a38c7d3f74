"""Executes a query: one page of hits in order, copies collapsed, with snippets, totals and facets."""

import functools
import itertools
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import documents
from catalog_service.errors import SearchTooExpensive
from catalog_service.search import collapsed, counting, plan
from catalog_service.search.grammar import Parsed, leaves, parse
from catalog_service.search.grouping import Group, Groups
from catalog_service.search.plan import Tier
from catalog_service.search.results import Hit, Query, SearchResults, Snippet, Sort, Understood
from catalog_service.search.scope import MAX_FORMS, PUBLISHED, Form, SearchScope
from catalog_service.search.snippets import Allowance, Highlighter
from catalog_service.search.tree import Or
from catalog_service.store import arrays, deadline, paging
from catalog_service.store.moments import AsOf
from catalog_service.store.prepared import NamedRow, Prepared
from catalog_service.store.tables import DocumentState, Version

# Rows read for each hit of a page, since copies of hits on earlier pages are skipped.
ROWS_PER_HIT = 2
# The statements of a search may take so long; then it is refused.
MAX_SECONDS = 10.0
UNMARKED = "Not all matches are marked: the texts of this page are too long for that."


@dataclass(frozen=True, slots=True)
class _RankedDocument:
    """A document that matches, with its sort key in the order of hits."""

    document: str
    entry: int
    score: float | None
    sort_key: list[Any]
    group: Group | None = None


def find(session: Session, query: Query, as_of: AsOf | None = None) -> SearchResults:
    """One page of the documents that match, as of a moment or else as of the snapshot of the first page.

    Raises BadQuery, SearchTooExpensive, CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    try:
        with deadline.limited(session, MAX_SECONDS):
            return _find(session, query, as_of)
    except deadline.Exceeded:
        raise SearchTooExpensive from None


def _find(session: Session, query: Query, as_of: AsOf | None) -> SearchResults:
    started = time.perf_counter()
    parsed = parse(query.q, strict=query.strict)
    position = paging.begin(session, replace(query, limit=0, cursor=None), query.cursor, as_of)
    past = as_of is not None or query.cursor is not None
    scope = SearchScope(session, query, position.snapshot.seq, _complete_plan(query, parsed), past=past)
    groups = Groups(scope)
    shown, more = position.page(_shown(groups, parsed, position.after), query.limit)
    counts = counting.count(groups)
    allowance = Allowance()
    hits = _hits(scope, parsed, shown, allowance)
    warnings = parsed.warnings if allowance.left else (*parsed.warnings, UNMARKED)
    return SearchResults(
        hits=hits,
        facets=counts.facets,
        total=counts.total,
        query=Understood(parsed=parsed.written, escaped=parsed.escaped, warnings=warnings),
        snapshot=position.snapshot,
        next=position.cursor(shown[-1].sort_key) if more else None,
        took_ms=round((time.perf_counter() - started) * 1_000, 3),
    )


def _complete_plan(query: Query, parsed: Parsed) -> plan.Plan | None:
    """The plan of all matches: None, which selects everything, for an empty query; NOTHING for one without words."""
    if parsed.node is None:
        return plan.NOTHING if query.q.strip() else None
    return plan.everywhere(parsed.node, query.within)


def _shown(groups: Groups, parsed: Parsed, after: list[Any] | None) -> list[_RankedDocument]:
    """The documents of a page and one more. Of each group of copies, only the shown document is included."""
    shown: list[_RankedDocument] = []
    limit = groups.scope.query.limit
    # Each group is looked up once: ten thousand copies of one text may come between two hits.
    group_of: dict[str, Group] = {}
    with closing(_ranked(groups.scope, parsed, after)) as ranked:
        while len(shown) <= limit and (chunk := list(itertools.islice(ranked, ROWS_PER_HIT * limit + 1))):
            new = [row.document for row in chunk if row.document not in group_of]
            group_of |= groups.of_documents(groups.scope.query.collapse, new)
            for row in chunk:
                group = group_of.get(row.document)
                if group is None or group.shown.document == row.document:
                    shown.append(replace(row, group=group))
    return shown[: limit + 1]


def _ranked(scope: SearchScope, parsed: Parsed, after: list[Any] | None) -> Generator[_RankedDocument, None, None]:
    """All documents that match and sort after the key `after`, the best first; read from the database on demand."""
    tiers = _tiers(scope, parsed)
    for number, tier in enumerate(tiers):
        if after is None or number >= after[0]:
            better = Or(tuple(earlier.plan for earlier in tiers[:number] if earlier)) if number else None
            tier_scope = scope.with_plan(tier.plan, better) if tier else scope
            score = tier.score if tier else None
            for row in _tier_rows(tier_scope, after[1:] if after and number == after[0] else None):
                yield _RankedDocument(row.document, row.seq, score, [number, *row[2:]])


def _tiers(scope: SearchScope, parsed: Parsed) -> Sequence[Tier | None]:
    """The tiers of a search by relevance; for the other orders None, one tier of everything without a score."""
    if scope.query.sort == "relevance" and parsed.node is not None:
        return plan.tiers(parsed.node, scope.query.within)
    return (None,)


def _tier_rows(scope: SearchScope, after: list[Any] | None) -> Iterator[NamedRow]:
    """The documents of one tier, the best first: document, entry, and the columns of the sort key.

    `after` is the key after which the documents start; None for all documents of the tier.
    """
    form, values = scope.form()
    values |= {f"after{index}": value for index, value in enumerate(after or ())}
    statement = _select_tier(form, scope.query.sort, first=after is None)
    with closing(statement.stream(scope.session, ROWS_PER_HIT * scope.query.limit + 1, **values)) as rows:
        yield from rows


@functools.lru_cache(MAX_FORMS)
def _select_tier(form: Form, sort: Sort, *, first: bool) -> Prepared:
    """The documents of `_tier_rows`; all of them for the `first` page, else those after the key `:after0`, ...."""

    def build() -> sa.Select[*tuple[Any, ...]]:
        statement, entry = form.select_with_entry(DocumentState.document, Version.seq)
        order: dict[str, tuple[Any, ...]] = {
            "relevance": (entry,),
            "-published": (PUBLISHED, entry),
            "-recorded": (DocumentState.seq,),
        }
        keys = order[sort]
        statement = statement.add_columns(*(key.label(f"key{index}") for index, key in enumerate(keys)))
        statement = statement.order_by(*(key.desc() for key in keys))
        if first:
            return statement
        after = (sa.bindparam(f"after{index}", type_=key.type) for index, key in enumerate(keys))
        return statement.where(sa.tuple_(*keys) < sa.tuple_(*after))

    return Prepared(build)


def _hits(
    scope: SearchScope, parsed: Parsed, shown: Sequence[_RankedDocument], allowance: Allowance
) -> tuple[Hit, ...]:
    by_id = documents.by_ids(scope.session, [ranked.document for ranked in shown], scope.at)
    versions = _select_versions.rows(scope.session, entries=[ranked.entry for ranked in shown])
    rows = {row.document: row for row in versions}
    matched = _matched_versions(scope, rows)
    listed = collapsed.read(scope, (ranked.group for ranked in shown))
    differs = collapsed.differing(scope, {ranked.document: ranked.group for ranked in shown})
    fields = scope.query.within if scope.query.highlight else ()
    highlighters = [Highlighter(field, leaves(parsed.node), allowance) for field in fields]
    return tuple(
        Hit(
            document=by_id[ranked.document],
            version=rows[ranked.document].number,
            score=ranked.score,
            snippets=_snippets(highlighters, rows[ranked.document]),
            collapsed=collapsed.of_hit(scope.query, by_id[ranked.document], ranked.group, listed, differs),
            matched_versions=tuple(matched[ranked.document]),
        )
        for ranked in shown
    )


@Prepared
def _select_versions() -> sa.Select[*tuple[Any, ...]]:
    columns = (Version.document, Version.number, Version.title, Version.paragraphs)
    return sa.select(*columns).where(arrays.any_of(Version.seq, arrays.numbers_parameter("entries")))


def _matched_versions(scope: SearchScope, rows: Mapping[str, NamedRow]) -> Mapping[str, list[int]]:
    """The numbers of the versions of each document that match; `rows` have the document and one such version."""
    if scope.query.versions == "latest":
        return {document: [row.number] for document, row in rows.items()}
    matched: defaultdict[str, list[int]] = defaultdict(list)
    form, values = scope.of_documents(rows.keys()).form()
    for document, number in _select_matched_versions(form).rows(scope.session, **values):
        matched[document].append(number)
    return matched


@functools.lru_cache(MAX_FORMS)
def _select_matched_versions(form: Form) -> Prepared:
    return Prepared(form.select_matched_versions)


def _snippets(highlighters: Iterable[Highlighter], row: NamedRow) -> tuple[Snippet, ...]:
    texts = {"title": row.title, "text": "\n\n".join(row.paragraphs)}
    return tuple(snippet for highlighter in highlighters for snippet in highlighter.snippets(texts[highlighter.field]))
