"""Single facts about the service itself, stored by name; functions of a Session."""

from typing import Literal

from sqlalchemy.orm import Session

from ingest_service.store.tables import State

Fact = Literal["adopted", "catalog_epoch", "root", "volumes", "fingerprints"]


def get(session: Session, fact: Fact) -> str | None:
    """The value of a fact, or None."""
    row = session.get(State, fact)
    return None if row is None else row.value


def remember(session: Session, fact: Fact, value: str) -> None:
    """Stores `value`, which replaces the earlier one."""
    session.merge(State(key=fact, value=value))
