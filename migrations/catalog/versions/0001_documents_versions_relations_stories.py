"""Documents, versions, relations, stories and the change log."""

import secrets
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("cursor_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("created_seq", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("first_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("story", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_heads", "document", ["collection", "id"], unique=False)
    op.create_index(op.f("ix_document_story"), "document", ["story"], unique=False)
    op.create_table(
        "document_state",
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=True),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("created_seq", sa.BigInteger(), nullable=False),
        sa.Column("first_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_document_state_document_document")),
        sa.PrimaryKeyConstraint("document", "seq", name=op.f("pk_document_state")),
    )
    op.create_index("ix_document_state_listing", "document_state", ["status", "created_seq"], unique=False)
    op.create_table(
        "original",
        sa.Column("digest", sa.String(length=72), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_original")),
    )
    op.create_table(
        "receipt",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_observation", "receipt", ["document", "observation"], unique=False)
    op.create_table(
        "relation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=True),
        sa.Column("a_document", sa.String(length=36), nullable=False),
        sa.Column("a_observation", sa.Integer(), nullable=False),
        sa.Column("a_version", sa.Integer(), nullable=True),
        sa.Column("b_document", sa.String(length=36), nullable=False),
        sa.Column("b_observation", sa.Integer(), nullable=False),
        sa.Column("b_version", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("jaccard", sa.Double(), nullable=False),
        sa.Column("coverage_a", sa.Double(), nullable=False),
        sa.Column("coverage_b", sa.Double(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "seq", name=op.f("pk_relation")),
    )
    op.create_index("ix_relation_a_observation", "relation", ["a_document", "a_observation"], unique=False)
    op.create_index("ix_relation_b", "relation", ["b_document", "b_version"], unique=False)
    op.create_index("ix_relation_b_observation", "relation", ["b_document", "b_observation"], unique=False)
    op.create_index(
        "ix_relation_versions", "relation", ["a_document", "a_version", "b_document", "b_version"], unique=False
    )
    op.create_table(
        "story",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=36), nullable=True),
        sa.Column("collection", sa.Text(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_change_document_document")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.create_index("ix_change_document", "change", ["document", "seq"], unique=False)
    op.create_table(
        "version",
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=72), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("published", sa.String(length=32), nullable=True),
        sa.Column("published_basis", sa.String(length=16), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("normaliser", sa.JSON(), nullable=True),
        sa.Column("original", sa.String(length=72), nullable=False),
        sa.Column("original_size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_version_document_document")),
        sa.ForeignKeyConstraint(["original"], ["original.digest"], name=op.f("fk_version_original_original")),
        sa.PrimaryKeyConstraint("document", "number", name=op.f("pk_version")),
    )
    op.create_index("ix_version_digest", "version", ["digest"], unique=False)
    op.create_index(op.f("ix_version_original"), "version", ["original"], unique=False)
    op.create_index("ix_version_published", "version", ["published"], unique=False)

    # A new catalog has a new epoch, which readers of the change feed compare.
    counter = sa.table("counter", sa.column("id"), sa.column("epoch"), sa.column("seq"), sa.column("cursor_key"))
    op.execute(
        counter.insert().values(
            id=1,
            epoch=str(uuid.uuid4()),
            seq=0,
            cursor_key=sa.literal(secrets.token_bytes(32), sa.LargeBinary()),
        )
    )


def downgrade() -> None:
    op.drop_index("ix_version_published", table_name="version")
    op.drop_index(op.f("ix_version_original"), table_name="version")
    op.drop_index("ix_version_digest", table_name="version")
    op.drop_table("version")
    op.drop_index("ix_change_document", table_name="change")
    op.drop_table("change")
    op.drop_table("token")
    op.drop_table("story")
    op.drop_index("ix_relation_versions", table_name="relation")
    op.drop_index("ix_relation_b_observation", table_name="relation")
    op.drop_index("ix_relation_b", table_name="relation")
    op.drop_index("ix_relation_a_observation", table_name="relation")
    op.drop_table("relation")
    op.drop_index("ix_receipt_observation", table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("original")
    op.drop_index(op.f("ix_document_story"), table_name="document")
    op.drop_index("ix_document_heads", table_name="document")
    op.drop_index("ix_document_state_listing", table_name="document_state")
    op.drop_table("document_state")
    op.drop_table("document")
    op.drop_table("counter")
