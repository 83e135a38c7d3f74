"""Indexes list relations in the order of recording, of one type or of all types."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_relation_seq", "relation", ["seq"])
    op.create_index("ix_relation_type", "relation", ["type", "seq"])


def downgrade() -> None:
    op.drop_index("ix_relation_type", table_name="relation")
    op.drop_index("ix_relation_seq", table_name="relation")
