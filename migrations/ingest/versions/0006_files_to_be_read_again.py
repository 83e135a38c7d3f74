"""Files can be read again: those whose reading failed for no fault of theirs, and those that other readers read.

On PostgreSQL, paths are compared byte by byte, as SQLite does: then an index serves the paths below a folder.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("file", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("file", sa.Column("readers", sa.String(length=64), server_default="", nullable=False))
    op.create_index(op.f("ix_file_retry_at"), "file", ["retry_at"], unique=False)
    op.create_index("ix_file_readers", "file", ["state", "readers"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("file", "path", type_=sa.Text(collation="C"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("file", "path", type_=sa.Text(collation="default"))
    op.drop_index("ix_file_readers", table_name="file")
    op.drop_index(op.f("ix_file_retry_at"), table_name="file")
    op.drop_column("file", "readers")
    op.drop_column("file", "tries")
    op.drop_column("file", "retry_at")
