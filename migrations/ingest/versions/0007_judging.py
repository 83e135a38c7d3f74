"""A column for the judging queue, and plain names for templates and pending events.

Until now a sentinel in place of the version marked an article to be judged again. Which version took its fingerprints
is then not known, in either direction: such articles get version 0, and their fingerprints are taken again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

QUEUED = sa.text("judging <> 'done'")
PENDING = sa.text("owes IS NOT NULL")
TOMBSTONE = sa.text("hashes IS NULL")


def upgrade() -> None:
    op.drop_index("ix_article_owes", table_name="article", sqlite_where=PENDING, postgresql_where=PENDING)
    op.drop_index("ix_article_sameness_version", table_name="article")
    op.alter_column("article", "owes", new_column_name="pending")
    op.alter_column("article", "form", new_column_name="template")
    # Most articles are done: the default spares them a rewrite.
    op.add_column("article", sa.Column("judging", sa.String(length=16), server_default="done", nullable=False))
    op.execute("UPDATE article SET judging = 'again' WHERE sameness_version = ''")
    op.execute("UPDATE article SET judging = 'boilerplate' WHERE sameness_version = 'hindsight'")
    op.execute("UPDATE article SET sameness_version = '0' WHERE judging <> 'done'")
    op.execute("UPDATE article SET judging = 'new' WHERE pending IS NOT NULL")
    op.create_index("ix_article_judging", "article", ["judging", "id"], sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.create_index("ix_article_sameness_version", "article", ["sameness_version", "id"])
    op.drop_index("ix_fingerprints_gone", table_name="fingerprints", sqlite_where=TOMBSTONE, postgresql_where=TOMBSTONE)
    op.create_index(
        "ix_fingerprints_tombstone", "fingerprints", ["id"], sqlite_where=TOMBSTONE, postgresql_where=TOMBSTONE
    )
    _copy_hashes("gone", "deleted_template")


def downgrade() -> None:
    _copy_hashes("deleted_template", "gone")
    op.drop_index(
        "ix_fingerprints_tombstone", table_name="fingerprints", sqlite_where=TOMBSTONE, postgresql_where=TOMBSTONE
    )
    op.create_index("ix_fingerprints_gone", "fingerprints", ["id"], sqlite_where=TOMBSTONE, postgresql_where=TOMBSTONE)
    op.drop_index("ix_article_sameness_version", table_name="article")
    op.drop_index("ix_article_judging", table_name="article", sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.execute("UPDATE article SET sameness_version = '0' WHERE judging IN ('again', 'boilerplate')")
    op.drop_column("article", "judging")
    op.alter_column("article", "template", new_column_name="form")
    op.alter_column("article", "pending", new_column_name="owes")
    op.create_index("ix_article_sameness_version", "article", ["sameness_version"])
    op.create_index("ix_article_owes", "article", ["id"], sqlite_where=PENDING, postgresql_where=PENDING)


def _copy_hashes(old: str, new: str) -> None:
    """Moves the rows of one table into a new one. SQLite cannot rename the primary key of a table."""
    op.create_table(
        new,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{new}")),
    )
    source, target = (sa.table(name, sa.column("id"), sa.column("hashes")) for name in (old, new))
    op.execute(sa.insert(target).from_select(["hashes"], sa.select(source.c.hashes).order_by(source.c.id)))
    op.drop_table(old)
