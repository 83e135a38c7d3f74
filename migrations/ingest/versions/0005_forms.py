"""Stores whether an article is template text, and the fingerprints of deleted template texts.

Both are determined when this release judges all articles again. An index finds the rows that record deleted articles,
without a scan of the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gone",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone")),
    )
    op.add_column("article", sa.Column("form", sa.Boolean(), server_default=sa.false(), nullable=False))
    told = sa.text("hashes IS NULL")
    op.create_index(
        "ix_fingerprints_gone", "fingerprints", ["id"], unique=False, sqlite_where=told, postgresql_where=told
    )


def downgrade() -> None:
    op.drop_index("ix_fingerprints_gone", table_name="fingerprints")
    op.drop_column("article", "form")
    op.drop_table("gone")
