"""The fingerprints of an article are one row.

They are computed anew when the service starts, because every article is then judged again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprints")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fingerprints_article"), "fingerprints", ["article"], unique=False)
    op.create_table(
        "boilerplate",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boilerplate")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_boilerplate_fingerprint")),
        sqlite_autoincrement=True,
    )
    op.add_column("article", sa.Column("original", sa.String(length=72), nullable=True))
    op.create_index(op.f("ix_article_original"), "article", ["original"], unique=False)
    article = sa.table("article", sa.column("owes", sa.JSON()), sa.column("original", sa.String()))
    op.execute(article.update().values(original=article.c.owes["original"].as_string()))
    op.drop_index(op.f("ix_fingerprint_article"), table_name="fingerprint")
    op.drop_table("fingerprint")


def downgrade() -> None:
    op.create_table(
        "fingerprint",
        sa.Column("fingerprint", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "article", name=op.f("pk_fingerprint")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_fingerprint_article"), "fingerprint", ["article"], unique=False)
    # The older table is empty after this, so an older release must compute all fingerprints anew.
    op.execute("UPDATE article SET sameness_version = '0'")
    op.drop_index(op.f("ix_article_original"), table_name="article")
    op.drop_column("article", "original")
    op.drop_table("boilerplate")
    op.drop_index(op.f("ix_fingerprints_article"), table_name="fingerprints")
    op.drop_table("fingerprints")
