"""What `migrate plan` says of the catalog's schema; the rest is in `tests/twins`."""

from catalog_service.store import schema
from catalog_service.store.db import Database


def test_a_new_database_needs_every_migration_and_a_migrated_one_none(database_url: str) -> None:
    database = Database(database_url)
    assert [step.partition(" ")[0] for step in schema.plan(database)][:2] == ["0001", "0002"]
    schema.upgrade(database, "0001")
    assert [step.partition(" ")[0] for step in schema.plan(database)][:1] == ["0002"]
    schema.upgrade(database)
    assert schema.plan(database) == []
    database.close()
