"""Where a text comes from: the articles of the folder that share words with any text; functions of a Session.

The text is not stored.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, sameness
from ingest_service.delivery import events
from ingest_service.index import lookup
from ingest_service.store import article_blob
from ingest_service.store.tables import Article, Item


@dataclass(frozen=True, slots=True)
class TextMatch:
    """One article that shares words with the query, and its text, to which the offsets of `other` refer."""

    match: contract.Match
    text: str


def match(session: Session, article: model.Article) -> contract.Matches:
    """What `find` returns, in the form of the contract."""
    return contract.Matches(matches=tuple(text_match.match for text_match in find(session, article)))


def find(session: Session, article: model.Article) -> list[TextMatch]:
    """The articles that share words with this one, those that contain most of it first.

    Copies are represented by one of their class. If the query itself is boilerplate, the first articles that contain it
    are returned. Offsets are code points of the texts.
    """
    facts = sameness.prepare(article)
    candidates = lookup.find_candidates(session, {0: facts.fingerprints})[0]
    masked = sameness.NOTHING_MASKED if candidates.is_template else candidates.masked
    is_near = sa.or_(Article.id.in_(candidates.articles), Article.folded_digest == facts.folded_digest)
    rows = session.execute(
        sa.select(Article, Item.path).join(Item, Item.id == Article.item).where(is_near, Article.indexed)
    )
    related: list[tuple[model.Relation, model.Article, dict[str, Any]]] = []
    for row, path in rows:
        other = article_blob.unpacked(row.content)
        judgement = sameness.judge(facts, sameness.prepare(other), masked, compare_always=True)
        if judgement is not None:
            relation = model.Relation(model.Reference(row.document, row.observation, row.digest), judgement)
            related.append((relation, other, {"path": path, "title": other.title, "copies": _copies(session, row)}))
    relations = events.relations_data([relation for relation, _, _ in related])
    matches = [
        TextMatch(contract.Match.model_validate(relation | about), other.text)
        for relation, (_, other, about) in zip(relations, related, strict=True)
    ]
    return sorted(matches, key=_rank)


def _rank(text_match: TextMatch) -> tuple[float, float, str]:
    """The order of matches: those that cover most of the text first."""
    match = text_match.match
    return -match.coverage.own, -match.coverage.other, match.path


def _copies(session: Session, row: Article) -> int:
    """The number of other articles in the same equivalence class."""
    members = sa.select(sa.func.count()).select_from(Article).where(Article.folded_digest == row.folded_digest)
    return (session.scalar(members) or 1) - 1
