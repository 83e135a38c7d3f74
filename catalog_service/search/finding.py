"""One page of what a query finds: in order, with copies shown as one, and the words marked."""

import itertools
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import documents, paging
from catalog_service.resources import Document
from catalog_service.search import counting, plan
from catalog_service.search.grammar import Parsed, leaves, parse
from catalog_service.search.grouping import Group, Groups
from catalog_service.search.plan import Tier
from catalog_service.search.results import Collapsed, Hit, Query, SearchResults, Snippet, Understood
from catalog_service.search.scope import PUBLISHED, Scope
from catalog_service.search.snippets import snippets
from catalog_service.tables import DocumentState, Version

AHEAD = 2


@dataclass(frozen=True, slots=True)
class _Found:
    """A document in its place among the hits."""

    document: str
    entry: int
    score: float | None
    place: list[Any]
    group: Group | None = None


def find(session: Session, query: Query) -> SearchResults:
    """One page of what matches, of the moment of the first page.

    Raises BadQuery, CursorInvalid, CursorMismatch, CursorExpired.
    """
    begun = time.perf_counter()
    parsed = parse(query.q, strict=query.strict)
    place = paging.begin(session, replace(query, limit=0, cursor=None), query.cursor)
    scope = Scope(session, query, place.snapshot.seq, _whole(query, parsed))
    groups = Groups(scope)
    shown, more = place.page(_shown(groups, parsed, place.after), query.limit)
    counted = counting.count(groups)
    return SearchResults(
        hits=_hits(scope, parsed, shown),
        facets=counted.facets,
        total=counted.total,
        query=Understood(parsed=parsed.written, escaped=parsed.escaped, warnings=parsed.warnings),
        snapshot=place.snapshot,
        next=place.cursor(shown[-1].place) if more else None,
        took_ms=round((time.perf_counter() - begun) * 1_000, 3),
    )


def _whole(query: Query, parsed: Parsed) -> plan.Plan | None:
    """All that matches: without a query everything, with one that holds no word nothing."""
    if parsed.node is None:
        return plan.NOTHING if query.q.strip() else None
    return plan.everywhere(parsed.node, query.within)


def _shown(groups: Groups, parsed: Parsed, after: list[Any] | None) -> list[_Found]:
    """The documents of a page and one more; looked for ahead, as some are copies of what is shown elsewhere."""
    shown: list[_Found] = []
    limit = groups.scope.query.limit
    # Each group is looked up once, however many of it come: ten thousand copies of one text may lie between two hits.
    known: dict[str, Group] = {}
    with closing(_in_order(groups.scope, parsed, after)) as found:
        while len(shown) <= limit and (some := list(itertools.islice(found, AHEAD * limit + 1))):
            new = [each.document for each in some if each.document not in known]
            known |= groups.among(groups.scope.query.collapse, new)
            for each in some:
                group = known.get(each.document)
                if group is None or group.shown.document == each.document:
                    shown.append(replace(each, group=group))
    return shown[: limit + 1]


def _in_order(scope: Scope, parsed: Parsed, after: list[Any] | None) -> Generator[_Found, None, None]:
    """All that matches behind the place `after`, best first; read as far as it is asked for."""
    runs = _runs(scope, parsed)
    for number, tier in enumerate(runs):
        if after is None or number >= after[0]:
            yield from _run(scope, number, tier, after[1:] if after and number == after[0] else None)


def _runs(scope: Scope, parsed: Parsed) -> Sequence[Tier | None]:
    """By relevance the tiers one behind the other, else everything at once."""
    if scope.query.sort == "relevance" and parsed.node is not None:
        return plan.tiers(parsed.node, scope.query.within)
    return (None,)


def _run(scope: Scope, number: int, tier: Tier | None, after: list[Any] | None) -> Iterator[_Found]:
    asked, entry = (scope.following(tier.plan) if tier else scope).numbered(DocumentState.document, Version.seq)
    order: dict[str, tuple[Any, ...]] = {
        "relevance": (entry,),
        "-published": (PUBLISHED, entry),
        "-recorded": (DocumentState.seq,),
    }
    keys = order[scope.query.sort]
    asked = asked.add_columns(*(key.label(f"key{place}") for place, key in enumerate(keys)))
    asked = asked.order_by(*(key.desc() for key in keys))
    if after is not None:
        asked = asked.where(sa.tuple_(*keys) < sa.tuple_(*after))
    rows = scope.session.execute(asked, execution_options={"yield_per": AHEAD * scope.query.limit + 1})
    with closing(rows):
        for row in rows:
            yield _Found(row.document, row.seq, tier.score if tier else None, [number, *row[2:]])


def _hits(scope: Scope, parsed: Parsed, shown: Sequence[_Found]) -> tuple[Hit, ...]:
    asked = documents.with_version(scope.at).where(Version.seq.in_([each.entry for each in shown]))
    rows = documents.read(scope.session, asked)
    described = {str(each.id): each for each in documents.described(scope.session, rows, scope.at)}
    texts = {row[0].document: "\n\n".join(row[1].paragraphs) for row in rows}
    return tuple(
        Hit(
            document=described[each.document],
            score=each.score,
            snippets=_snippets(scope.query, parsed, described[each.document], texts[each.document]),
            collapsed=_collapsed(scope.query, described[each.document], each.group),
            matched_versions=(described[each.document].version,),
        )
        for each in shown
    )


def _collapsed(query: Query, shown: Document, group: Group | None) -> Collapsed | None:
    if group is None or not group.hidden or query.collapse == "none":
        return None
    return Collapsed(story=shown.story.id if shown.story else None, count=len(group.hidden), because=query.collapse)


def _snippets(query: Query, parsed: Parsed, found: Document, text: str) -> tuple[Snippet, ...]:
    if not query.highlight:
        return ()
    asked = list(leaves(parsed.node))
    said = {"title": found.title, "text": text}
    return tuple(each for field in query.within for each in snippets(field, said[field], asked))
