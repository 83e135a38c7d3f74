"""Single facts about the service itself, stored by name; functions of a Session."""

from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.store import bulk
from ingest_service.store.prepared import Prepared
from ingest_service.store.tables import State

Fact = Literal["adopted", "catalog_epoch", "root", "volumes", "fingerprints", "furniture"]


def get(session: Session, fact: Fact) -> str | None:
    """The value of a fact, or None."""
    row = _select_value.row(session, fact=fact)
    return None if row is None else str(row.value)


@Prepared
def _select_value() -> sa.Select[str]:
    return sa.select(State.value).where(State.key == sa.bindparam("fact"))


def remember(session: Session, fact: Fact, value: str) -> None:
    """Stores `value`, which replaces the earlier one."""
    bulk.put(session, State.key, "value", [{"key": fact, "value": value}])
