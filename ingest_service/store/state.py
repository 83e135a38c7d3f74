"""Single facts about the service itself, stored by name; functions of a Session."""

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.store import bulk
from ingest_service.store.tables import State

_VALUE = sa.select(State.value).where(State.key == sa.bindparam("fact"))
Fact = Literal["adopted", "catalog_epoch", "root", "volumes", "fingerprints", "furniture"]


def get(session: Session, fact: Fact) -> str | None:
    """The value of a fact, or None."""
    return bulk.execute(session, _VALUE, {"fact": fact}).scalar()


def remember(session: Session, fact: Fact, value: str) -> None:
    """Stores `value`, which replaces the earlier one."""
    session.merge(State(key=fact, value=value))
