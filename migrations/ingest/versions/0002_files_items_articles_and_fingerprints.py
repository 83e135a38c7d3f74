"""Files, items, articles and fingerprints."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("ctime_ns", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=72), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("path", name=op.f("uq_file_path")),
    )
    op.create_index(op.f("ix_file_digest"), "file", ["digest"], unique=False)
    op.create_index("ix_file_inode", "file", ["inode", "device"], unique=False)
    op.create_index(op.f("ix_file_state"), "file", ["state"], unique=False)
    op.create_table(
        "fingerprint",
        sa.Column("fingerprint", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "article", name=op.f("pk_fingerprint")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_fingerprint_article"), "fingerprint", ["article"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("adopted", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("document", name=op.f("uq_item_document")),
    )
    op.create_index(op.f("ix_item_key"), "item", ["key"], unique=False)
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=72), nullable=False),
        sa.Column("folded_digest", sa.String(length=72), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("indexed", sa.Boolean(), nullable=False),
        sa.Column("sameness_version", sa.String(length=16), nullable=False),
        sa.Column("owes", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_article_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("item", name=op.f("uq_article_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_article_folded_digest"), "article", ["folded_digest"], unique=False)
    op.create_index(
        "ix_article_owes",
        "article",
        ["id"],
        unique=False,
        sqlite_where=sa.text("owes IS NOT NULL"),
        postgresql_where=sa.text("owes IS NOT NULL"),
    )
    op.create_table(
        "file_item",
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["file.id"], name=op.f("fk_file_item_file_file")),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_file_item_item_item")),
        sa.PrimaryKeyConstraint("file", "item", name=op.f("pk_file_item")),
    )
    op.create_index(op.f("ix_file_item_item"), "file_item", ["item"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_file_item_item"), table_name="file_item")
    op.drop_table("file_item")
    op.drop_index(
        "ix_article_owes",
        table_name="article",
        sqlite_where=sa.text("owes IS NOT NULL"),
        postgresql_where=sa.text("owes IS NOT NULL"),
    )
    op.drop_index(op.f("ix_article_folded_digest"), table_name="article")
    op.drop_table("article")
    op.drop_index(op.f("ix_item_key"), table_name="item")
    op.drop_table("item")
    op.drop_index(op.f("ix_fingerprint_article"), table_name="fingerprint")
    op.drop_table("fingerprint")
    op.drop_index(op.f("ix_file_state"), table_name="file")
    op.drop_index("ix_file_inode", table_name="file")
    op.drop_index(op.f("ix_file_digest"), table_name="file")
    op.drop_table("file")
