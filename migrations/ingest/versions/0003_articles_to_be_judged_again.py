"""An index finds the articles that are to be judged again."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_article_sameness_version", "article", ["sameness_version"])


def downgrade() -> None:
    op.drop_index("ix_article_sameness_version", table_name="article")
