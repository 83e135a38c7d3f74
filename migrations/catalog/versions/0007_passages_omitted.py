"""The passages that a relation does not list because there are too many."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("relation", sa.Column("passages_omitted", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("relation", "passages_omitted")
