"""The search index, with statements of its own for each database."""

from alembic import op

from catalog_service.search import tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_version_seq", "version", ["seq"], unique=True)
    tables.create(op.get_bind())


def downgrade() -> None:
    tables.drop(op.get_bind())
    op.drop_index("ix_version_seq", table_name="version")
