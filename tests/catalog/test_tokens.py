"""A token is told once, allows what it says, and ends when it should."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from catalog_service import tokens
from catalog_service.db import Database
from catalog_service.errors import BadQuery, NotFound
from catalog_service.tables import Token
from tests.catalog.conftest import NOW


def test_a_token_allows_its_scopes_and_no_other(catalog: Database) -> None:
    with catalog.writing() as session:
        made = tokens.create(session, ["read", "publish"], NOW, name="relay")
    with catalog.reading() as session:
        grant = tokens.grant(session, made, NOW)
        assert grant is not None
        assert (grant.name, grant.allows("publish"), grant.allows("redact")) == ("relay", True, False)
        assert tokens.grant(session, made + "x", NOW) is None
        assert tokens.grant(session, "\udc80" * 10_000, NOW) is None
        assert tokens.grant(session, "\udc80", NOW) is None


def test_whoever_administers_may_do_everything(catalog: Database) -> None:
    with catalog.writing() as session:
        grant = tokens.grant(session, tokens.create(session, ["admin"], NOW), NOW)
        assert grant is not None
        assert all(grant.allows(scope) for scope in tokens.SCOPES)


def test_the_database_does_not_hold_the_token(catalog: Database) -> None:
    with catalog.writing() as session:
        made = tokens.create(session, ["read"], NOW)
        row = session.scalars(select(Token)).one()
        assert made.encode() not in row.hash
        assert len(row.hash) == 32
        assert all(made not in repr(each) for each in tokens.listed(session))


def test_a_token_ends_when_it_expires_or_is_revoked(catalog: Database) -> None:
    day = timedelta(days=1)
    with catalog.writing() as session:
        short = tokens.create(session, ["read"], NOW, expires=NOW + day)
        assert tokens.grant(session, short, NOW) is not None
        assert tokens.grant(session, short, NOW + day) is None
        assert not tokens.exist(session, NOW + day)
        long = tokens.create(session, ["read"], NOW)
        tokens.revoke(session, tokens.listed(session)[1].id, NOW + day)
        assert tokens.grant(session, long, NOW + day) is None
        tokens.revoke(session, tokens.listed(session)[1].id, NOW + 2 * day)
        assert tokens.listed(session)[1].revoked_at == NOW + day


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "write"]])
def test_scopes_there_are_not_are_refused(catalog: Database, scopes: list[str]) -> None:
    with catalog.writing() as session, pytest.raises(BadQuery):
        tokens.create(session, scopes, NOW)


def test_a_token_that_would_have_expired_is_refused(catalog: Database) -> None:
    with catalog.writing() as session, pytest.raises(BadQuery):
        tokens.create(session, ["read"], NOW, expires=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_token_there_is_not_cannot_be_revoked(catalog: Database) -> None:
    with catalog.writing() as session, pytest.raises(NotFound):
        tokens.revoke(session, 7, NOW)
