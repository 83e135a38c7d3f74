"""Stories and the documents in them, each from one `seq` to another.

The change log has the head and the size of every story at every `seq`, and the past of stories is filled from it. It
does not have their documents: those of the present are entered from the last change of their story on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CURRENT = sa.text("until_seq IS NULL")
counter = sa.table("counter", sa.column("seq"))
document = sa.table("document", sa.column("id"), sa.column("story"))
change = sa.table("change", sa.column("seq"), sa.column("type"), sa.column("data", sa.JSON()))
story = sa.table("story", *(sa.column(name) for name in ("id", "seq", "until_seq", "head", "size")))
present = sa.table("present_story", sa.column("id"), sa.column("head"), sa.column("size"))
membership = sa.table("membership", *(sa.column(name) for name in ("document", "seq", "until_seq", "story")))


def upgrade() -> None:
    _set_aside("SELECT id, head, size FROM story")
    op.create_table(
        "story",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=True),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", "seq", name=op.f("pk_story")),
    )
    op.create_index("ix_story_current", "story", ["id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT)
    op.create_table(
        "membership",
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=True),
        sa.Column("story", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_membership_document_document")),
        sa.PrimaryKeyConstraint("document", "seq", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_story", "membership", ["story", "seq"])
    _fill()
    op.execute("DROP TABLE present_story")


def downgrade() -> None:
    op.drop_index("ix_membership_story", table_name="membership")
    op.drop_table("membership")
    op.drop_index("ix_story_current", table_name="story", sqlite_where=CURRENT, postgresql_where=CURRENT)
    _set_aside("SELECT id, head, size FROM story WHERE until_seq IS NULL")
    op.create_table(
        "story",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("head", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    columns = ["id", "head", "size"]
    op.execute(sa.insert(story).from_select(columns, sa.select(present.c.id, present.c.head, present.c.size)))
    op.execute("DROP TABLE present_story")


def _set_aside(present_stories: str) -> None:
    """Moves the present stories to a temporary table. SQLite cannot change the primary key of a table."""
    op.execute(f"CREATE TEMPORARY TABLE present_story AS {present_stories}")
    op.drop_table("story")


def _fill() -> None:
    """Fills both tables from the change log and the present stories."""
    id_, size = change.c.data["story"].as_string(), change.c.data["size"].as_integer()
    entry = (
        sa.select(
            id_.label("id"),
            change.c.seq,
            sa.func.lead(change.c.seq).over(partition_by=id_, order_by=change.c.seq).label("until_seq"),
            change.c.data["head"].as_string().label("head"),
            size.label("size"),
        )
        .where(change.c.type == "story.changed.v1")
        .subquery("entry")
    )
    # A story that ended has an entry of size 0.
    past = sa.select(entry).where(entry.c.until_seq.is_not(None), entry.c.size > 0)
    op.execute(sa.insert(story).from_select(["id", "seq", "until_seq", "head", "size"], past))
    last = sa.and_(entry.c.id == present.c.id, entry.c.until_seq.is_(None))
    seq = sa.func.coalesce(entry.c.seq, sa.select(counter.c.seq).scalar_subquery())
    current = sa.select(present.c.id, seq, present.c.head, present.c.size).outerjoin(entry, last)
    op.execute(sa.insert(story).from_select(["id", "seq", "head", "size"], current))
    members = sa.select(document.c.id, story.c.seq, story.c.id).join(story, story.c.id == document.c.story)
    op.execute(
        sa.insert(membership).from_select(["document", "seq", "story"], members.where(story.c.until_seq.is_(None)))
    )
