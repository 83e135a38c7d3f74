"""A token is returned once, allows its scopes, and ends when it expires or is revoked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from catalog_service.access import tokens
from catalog_service.errors import BadQuery, NotFound
from catalog_service.store.db import Database
from catalog_service.store.tables import AccessToken
from tests.catalog.conftest import NOW


def test_a_token_allows_its_scopes_and_no_other(catalog: Database) -> None:
    with catalog.writing() as session:
        token = tokens.create(session, ["read", "publish"], NOW, name="relay")
    with catalog.reading() as session:
        grant = tokens.grant(session, token, NOW)
        assert grant is not None
        assert (grant.name, grant.allows("publish"), grant.allows("redact")) == ("relay", True, False)
        assert tokens.grant(session, token + "x", NOW) is None
        assert tokens.grant(session, "\udc80" * 10_000, NOW) is None
        assert tokens.grant(session, "\udc80", NOW) is None


def test_the_admin_scope_includes_all_others(catalog: Database) -> None:
    with catalog.writing() as session:
        grant = tokens.grant(session, tokens.create(session, ["admin"], NOW), NOW)
        assert grant is not None
        assert all(grant.allows(scope) for scope in tokens.SCOPES)


def test_the_database_does_not_hold_the_token(catalog: Database) -> None:
    with catalog.writing() as session:
        token = tokens.create(session, ["read"], NOW)
        row = session.scalars(select(AccessToken)).one()
        assert token.encode() not in row.hash
        assert len(row.hash) == 32
        assert all(token not in repr(summary) for summary in tokens.listed(session))


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
def test_unknown_scopes_are_refused(catalog: Database, scopes: list[str]) -> None:
    with catalog.writing() as session, pytest.raises(BadQuery):
        tokens.create(session, scopes, NOW)


def test_an_expiry_in_the_past_is_refused(catalog: Database) -> None:
    with catalog.writing() as session, pytest.raises(BadQuery):
        tokens.create(session, ["read"], NOW, expires=datetime(2020, 1, 1, tzinfo=UTC))


def test_revoking_an_unknown_token_is_not_found(catalog: Database) -> None:
    with catalog.writing() as session, pytest.raises(NotFound):
        tokens.revoke(session, 7, NOW)
