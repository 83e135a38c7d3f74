"""What is learned of the furniture of sites, and how often a file was read again for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("furniture_rereads", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "edge_line",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_edge_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "furniture",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_furniture")),
        sa.UniqueConstraint("key", name=op.f("uq_furniture_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "furniture_evidence",
        sa.Column("furniture", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["furniture"], ["furniture.id"],
            name=op.f("fk_furniture_evidence_furniture_furniture"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_furniture_evidence_item_item")),
        sa.PrimaryKeyConstraint("furniture", "item", name=op.f("pk_furniture_evidence")),
    )  # fmt: skip
    op.create_index(op.f("ix_furniture_evidence_item"), "furniture_evidence", ["item"], unique=False)


def downgrade() -> None:
    op.drop_table("furniture_evidence")
    op.drop_table("furniture")
    op.drop_table("edge_line")
    op.drop_column("file", "furniture_rereads")
