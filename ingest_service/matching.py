"""Where a text comes from: what the folder has in common with any text, asked and forgotten; functions of a Session."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import events, fingerprint_index, model, packing, sameness
from ingest_service.tables import Article, Item


@dataclass(frozen=True, slots=True)
class Found:
    """An article that shares words with the text asked about, and its own text, which the offsets of `other` index."""

    match: contract.Match
    text: str


def match(session: Session, article: model.Article) -> contract.Matches:
    """What `find` finds, as the contract has it."""
    return contract.Matches(matches=tuple(each.match for each in find(session, article)))


def find(session: Session, article: model.Article) -> list[Found]:
    """The articles that share words with this one, those with the most of its words first; stores nothing.

    Of articles that say the same words one stands for all. What everybody quotes is no boilerplate to who asks for just
    that: the first who have it are told. Offsets are code points of the texts.
    """
    facts = sameness.prepare(article)
    asked = fingerprint_index.candidates(session, {0: facts.fingerprints})[0]
    masked = sameness.NOTHING_MASKED if asked.is_form else asked.masked
    near = sa.or_(Article.id.in_(asked.articles), Article.folded_digest == facts.folded_digest)
    rows = session.execute(
        sa.select(Article, Item.path).join(Item, Item.id == Article.item).where(near, Article.indexed)
    )
    found: list[tuple[model.Relation, model.Article, dict[str, Any]]] = []
    for row, path in rows:
        other = packing.unpacked(row.content)
        judgement = sameness.judge(facts, sameness.prepare(other), masked, met=True)
        if judgement is not None:
            relation = model.Relation(model.Reference(row.document, row.observation, row.digest), judgement)
            found.append((relation, other, {"path": path, "title": other.title, "copies": _copies(session, row)}))
    told = events.relations_told([relation for relation, _, _ in found])
    matches = [
        Found(contract.Match.model_validate(relation | about), other.text)
        for relation, (_, other, about) in zip(told, found, strict=True)
    ]
    return sorted(matches, key=lambda each: (-each.match.coverage.own, -each.match.coverage.other, each.match.path))


def _copies(session: Session, row: Article) -> int:
    """How many others say the same words."""
    asked = sa.select(sa.func.count()).select_from(Article).where(Article.folded_digest == row.folded_digest)
    return (session.scalar(asked) or 1) - 1
