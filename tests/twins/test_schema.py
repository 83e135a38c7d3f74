"""The schema of each service goes up and down on both databases; one that does not fit is refused in a sentence."""

from collections.abc import Iterator

import alembic.command
import pytest
import sqlalchemy
from alembic.script import ScriptDirectory

from tests import templates
from tests.twins.conftest import TWINS, Command, Database, Twin


@pytest.fixture
def database(twin: Twin, database_url: str) -> Iterator[Database]:
    made = twin.database(database_url)
    yield made
    made.close()


def mark_revision(database: Database, revision: str) -> None:
    """Has the database say that it is of this revision."""
    with database.writing() as session:
        session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_migrations_go_up_and_down_and_up(twin: Twin, database: Database) -> None:
    schema = twin.module("schema")
    schema.upgrade(database)
    schema.check(database)
    schema.downgrade(database, "base")
    assert schema.current(database) is None
    assert sqlalchemy.inspect(database.engine).get_table_names() == ["alembic_version"]
    schema.upgrade(database)
    schema.check(database)
    with database.migrating() as connection:
        alembic.command.check(schema.config(connection))


def test_the_template_of_the_tests_has_the_schema_of_this_release(twin: Twin, database: Database) -> None:
    templates.bring_up(database)
    twin.module("schema").check(database)
    with database.migrating() as connection:
        alembic.command.check(twin.module("schema").config(connection))
    with pytest.raises(AssertionError, match="is not"):
        templates.bring_up(database)


def test_the_names_of_the_migrations_begin_with_their_revisions(twin: Twin) -> None:
    schema = twin.module("schema")
    scripts = ScriptDirectory.from_config(schema.config(None))
    assert schema.revisions() == [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_a_database_with_several_revisions_is_refused(twin: Twin, database: Database) -> None:
    schema = twin.module("schema")
    schema.upgrade(database)
    with database.writing() as session:
        session.execute(sqlalchemy.text("INSERT INTO alembic_version (version_num) VALUES ('0001')"))
    with pytest.raises(twin.module("errors").SchemaMismatch, match="0001, "):
        schema.check(database)


def test_a_plan_lists_what_a_migration_would_do(twin: Twin, database: Database, command: Command) -> None:
    schema = twin.module("schema")
    assert [step.partition(" ")[0] for step in schema.plan(database)][:2] == ["0001", "0002"]
    schema.upgrade(database, "0001")
    assert schema.plan(database)[0].startswith("0002 ")
    url = database.engine.url.render_as_string(hide_password=False)
    assert command("migrate", "plan", DATABASE_URL=url)[1].startswith("0002 ")
    schema.upgrade(database)
    assert command("migrate", "plan", "--json", DATABASE_URL=url)[:2] == (0, '{"steps": []}\n')


def test_a_schema_that_does_not_fit_is_refused_with_what_to_do(twin: Twin, database: Database) -> None:
    schema, mismatch = twin.module("schema"), twin.module("errors").SchemaMismatch
    for step in (lambda: None, lambda: schema.upgrade(database, "0001")):
        step()
        with pytest.raises(mismatch, match=f"run `{twin.name}-service migrate up`"):
            schema.check(database)


def test_the_database_of_a_newer_release_is_left_alone(twin: Twin, database: Database) -> None:
    schema, mismatch = twin.module("schema"), twin.module("errors").SchemaMismatch
    schema.upgrade(database)
    mark_revision(database, "9999")
    for refused in (schema.check, schema.upgrade, lambda database: schema.downgrade(database, "base")):
        with pytest.raises(mismatch, match="a newer release made the database"):
            refused(database)


def test_the_database_of_the_other_service_is_left_alone(twin: Twin, database: Database) -> None:
    """Both number their revisions from 0001: by the revision alone, one would migrate the other's tables."""
    [other] = (each for each in TWINS if each.name == twin.other)
    strange = other.database(database.engine.url.render_as_string(hide_password=False))
    other.module("schema").upgrade(strange)
    tables = sqlalchemy.inspect(strange.engine).get_table_names()
    schema, mismatch = twin.module("schema"), twin.module("errors").SchemaMismatch
    for refused in (schema.check, schema.upgrade, lambda database: schema.downgrade(database, "base")):
        with pytest.raises(mismatch, match="another program"):
            refused(database)
    assert sqlalchemy.inspect(strange.engine).get_table_names() == tables
    strange.close()


def test_a_revision_that_does_not_exist_is_usage(command: Command, database_url: str) -> None:
    for arguments in (("up", "nowhere"), ("down", "nowhere"), ("down", "-9")):
        code, _, errors = command("migrate", *arguments, DATABASE_URL=database_url)
        assert (code, errors.count("\n")) == (2, 1), errors


def test_a_migration_that_fails_changes_nothing(twin: Twin, command: Command, database: Database) -> None:
    own_table = twin.module("schema").OWN_TABLE
    with database.writing() as session:
        session.execute(sqlalchemy.text(f"CREATE TABLE {own_table} (n INTEGER)"))
    url = database.engine.url.render_as_string(hide_password=False)
    code, _, errors = command("migrate", "up", DATABASE_URL=url)
    assert (code, errors.count("\n"), "changed nothing" in errors) == (3, 1, True)
    assert sqlalchemy.inspect(database.engine).get_table_names() == [own_table]


def test_one_step_down_is_minus_one(twin: Twin, command: Command, database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    assert command("migrate", "up", "0002", DATABASE_URL=url)[0] == 0
    assert command("migrate", "down", "-1", DATABASE_URL=url)[0] == 0
    assert twin.module("schema").current(database) == "0001"
