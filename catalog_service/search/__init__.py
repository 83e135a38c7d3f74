"""Full text: current versions indexed, asked for in one grammar on both databases, copies collapsed."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import counter, cursors, documents, stories
from catalog_service.resources import Document as DocumentResource
from catalog_service.search import analyzer, engine
from catalog_service.search.grammar import Field, Parsed, Words, leaves, parse
from catalog_service.search.results import Collapsed, Hit, SearchResults, Snippet, Total, Understood
from catalog_service.search.snippets import snippets
from catalog_service.tables import Document, Version

# So many matches at most are ranked, counted and collapsed, the newest ones; beyond it totals say "gte".
CAP = 5_000
FIELDS: tuple[Field, ...] = ("title", "text")
FACETS = ("kind", "publisher", "language", "month")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked; the fields are those of the API. Ranges are (from, to), either end open."""

    q: str = ""
    within: tuple[Field, ...] = FIELDS
    kind: str | None = None
    publisher: str | None = None
    language: str | None = None
    collection: str | None = None
    path: str | None = None
    status: str = "current"
    published: tuple[str | None, str | None] = (None, None)
    story: str | None = None
    collapse: Literal["none", "duplicates", "stories"] = "duplicates"
    facets: tuple[str, ...] = ()
    highlight: bool = True
    sort: Literal["relevance", "-published", "-recorded"] = "relevance"
    limit: int = 20
    cursor: str | None = None
    total: Literal["none", "exact"] = "none"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A document that matches, and what sorting, collapsing and counting need of it."""

    id: str
    entry: int
    story: str | None
    seq: int
    published: str
    facets: dict[str, str]
    score: float


def index(session: Session, document: str, title: str, text: str) -> None:
    """Makes this the text that is found for a document, in the place of an older one."""
    engine.put(session, _entry(session, document), analyzer.analyze(title), analyzer.analyze(text))


def remove(session: Session, document: str) -> None:
    """A document's text is found no more."""
    engine.remove(session, _entry(session, document))


def find(session: Session, query: Query) -> SearchResults:
    """One page of what matches. Raises BadQuery (strict), CursorInvalid, CursorMismatch."""
    begun = time.perf_counter()
    now, key = counter.snapshot(session), counter.cursor_key(session)
    parsed = parse(query.q, strict=query.strict)
    asked = {name: value for name, value in asdict(query).items() if name not in ("cursor", "limit")}
    opened: dict[str, Any] = cursors.open_(key, asked, query.cursor) if query.cursor else {"seq": now.seq}
    after, until = opened.get("after"), opened["seq"]
    found = _sorted(query, _matching(session, query, parsed, until))
    groups = _collapsed(session, query, found[:CAP])
    left = [group for group in groups if after is None or _place(query, group[0]) < after]
    page = left[: query.limit]
    place = {"after": _place(query, page[-1][0]), "seq": until} if len(left) > query.limit else None
    return SearchResults(
        hits=_hits(session, query, parsed, page),
        facets=_facets(query, groups),
        total=_total(groups, len(found) > CAP) if query.total == "exact" else None,
        query=Understood(parsed=query.q.strip(), escaped=parsed.escaped, warnings=parsed.warnings),
        snapshot=now,
        next=cursors.seal(key, asked, place) if place else None,
        took_ms=round((time.perf_counter() - begun) * 1000, 3),
    )


def _entry(session: Session, document: str) -> int:
    """An entry is known by the change in which its document first appeared."""
    return session.execute(sa.select(Document.created_seq).where(Document.id == document)).scalar_one()


def _matching(session: Session, query: Query, parsed: Parsed, until: int) -> list[_Found]:
    """What matches of the documents that were there at `until`, newest first, one more than the cap at most."""
    if query.q.strip() and parsed.node is None:
        return []
    asked = (
        sa.select(Document.id, Document.created_seq, Document.story, Document.seq, Version.published, Version.kind)
        .add_columns(Version.publisher, Version.language)
        .join(Version, (Version.document == Document.id) & (Version.number == Document.number))
        .where(Document.created_seq <= until, *_conditions(query))
        .order_by(Document.created_seq.desc())
        .limit(CAP + 1)
    )
    if parsed.node is not None:
        asked = asked.where(engine.condition(session, parsed.node, query.within))
    rows = list(session.execute(asked))
    ranked = query.sort == "relevance" and parsed.node is not None
    scores = engine.scores(session, leaves(parsed.node), [row.created_seq for row in rows]) if ranked else {}
    return [_found(row, scores.get(row.created_seq, 0.0)) for row in rows]


def _found(row: Any, score: float) -> _Found:  # noqa: ANN401  A row of the query above.
    facets = {
        "kind": row.kind,
        "publisher": row.publisher,
        "language": row.language,
        "month": (row.published or "")[:7],
    }
    told = {name: value for name, value in facets.items() if value}
    return _Found(row.id, row.created_seq, row.story, row.seq, row.published or "", told, round(score, 6))


def _conditions(query: Query) -> Iterable[sa.ColumnElement[bool]]:
    equal = {
        Document.status: query.status,
        Document.collection: query.collection,
        Document.path: query.path,
        Document.story: query.story,
        Version.kind: query.kind,
        Version.publisher: query.publisher,
        Version.language: query.language,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    start, end = query.published
    if start is not None:
        yield Version.published >= start
    if end is not None:
        yield Version.published <= end + "~"


def _sorted(query: Query, found: Sequence[_Found]) -> list[_Found]:
    return sorted(found, key=lambda each: _place(query, each), reverse=True)


def _place(query: Query, found: _Found) -> list[Any]:
    """Where a document stands in the order asked for; greater comes first."""
    first = {"relevance": found.score, "-published": found.published, "-recorded": found.seq}[query.sort]
    return [first, found.entry]


def _collapsed(session: Session, query: Query, found: Sequence[_Found]) -> list[list[_Found]]:
    """What is shown as one, the best first in each group and among the groups."""
    names = {each.id: each.id for each in found}
    if query.collapse == "stories":
        names = {each.id: each.story or each.id for each in found}
    elif query.collapse == "duplicates":
        names = _classes(session, [each.id for each in found if each.story])
    groups: dict[str, list[_Found]] = {}
    for each in found:
        groups.setdefault(names.get(each.id, each.id), []).append(each)
    return list(groups.values())


def _classes(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The name of each document's class of copies: the least id that copies reach."""
    names = {each: each for each in ids}

    def root(name: str) -> str:
        while names[name] != name:
            names[name] = names[names[name]]
            name = names[name]
        return name

    for start in range(0, len(names), 500):
        some = list(names)[start : start + 500]
        for row in session.execute(stories.links(("duplicate",)), {"documents": list(some)}):
            names.setdefault(row.other, row.other)
            one, other = root(row.document), root(row.other)
            names[max(one, other)] = min(one, other)
    return {each: root(each) for each in list(names)}


def _hits(session: Session, query: Query, parsed: Parsed, page: Sequence[Sequence[_Found]]) -> tuple[Hit, ...]:
    described = documents.by_ids(session, [group[0].id for group in page])
    asked = list(leaves(parsed.node)) if query.highlight else []
    texts = _texts(session, [group[0].id for group in page]) if asked else {}
    because = "duplicates" if query.collapse == "duplicates" else "story"
    return tuple(
        Hit(
            document=described[best.id],
            score=best.score,
            snippets=_snippets(query, described[best.id], texts.get(best.id, ""), asked),
            collapsed=_others(best, others, because),
            matched_versions=(described[best.id].version,),
        )
        for best, *others in page
    )


def _others(best: _Found, others: Sequence[_Found], because: str) -> Collapsed | None:
    if not others:
        return None
    return Collapsed.model_validate({"story": best.story, "count": len(others), "because": because})


def _texts(session: Session, ids: Collection[str]) -> dict[str, str]:
    asked = (
        sa.select(Document.id, Version.paragraphs)
        .join(Version, (Version.document == Document.id) & (Version.number == Document.number))
        .where(Document.id.in_(ids))
    )
    return {row.id: "\n\n".join(row.paragraphs) for row in session.execute(asked)}


def _snippets(query: Query, found: DocumentResource, text: str, asked: Sequence[Words]) -> tuple[Snippet, ...]:
    fields: dict[str, str] = {"title": found.title, "text": text}
    return tuple(
        snippet
        for field in query.within
        if asked
        for snippet in snippets(field, fields[field], analyzer.analyze(fields[field]), asked)
    )


def _facets(query: Query, groups: Sequence[Sequence[_Found]]) -> dict[str, dict[str, int]]:
    """Each group counts once, as its best."""
    return {
        name: dict(Counter(group[0].facets[name] for group in groups if name in group[0].facets).most_common())
        for name in query.facets
        if name in FACETS
    }


def _total(groups: Sequence[Sequence[_Found]], capped: bool) -> Total:
    told = {group[0].story or group[0].id for group in groups}
    return Total(documents=len(groups), stories=len(told), relation="gte" if capped else "eq")
