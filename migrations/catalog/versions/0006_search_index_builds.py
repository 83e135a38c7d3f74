"""The progress of a build of the search index beside the live one."""

import sqlalchemy as sa
from alembic import op

from catalog_service.search import tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_build",
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("analysis", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    tables.drop(op.get_bind(), tables.NEXT)
    op.drop_table("search_build")
