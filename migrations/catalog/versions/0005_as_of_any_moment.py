"""Times of commits, digests of events, and the relations that are no longer between current versions.

Until this revision the change log did not report that a relation was withdrawn because a side was withdrawn or got
another version. Those that are not between current versions now are reported here, once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SIDES = ("a", "b")
counter = sa.table("counter", sa.column("seq"), sa.column("time", TIME))
document = sa.table("document", *(sa.column(name) for name in ("id", "status", "number")))
change = sa.table("change", sa.column("seq"), sa.column("type"), sa.column("time", TIME), sa.column("data", sa.JSON()))
relation = sa.table(
    "relation",
    *(sa.column(name) for name in ("id", "seq", "until_seq", "type")),
    *(sa.column(f"{side}_{name}") for side in SIDES for name in ("document", "version")),
)


def upgrade() -> None:
    op.add_column("counter", sa.Column("time", TIME, nullable=True))
    op.add_column("receipt", sa.Column("data_digest", sa.String(length=72), nullable=True))
    op.create_index("ix_story_seq", "story", ["seq"])
    _report_relations()
    op.execute(sa.update(counter).values(time=sa.select(sa.func.max(change.c.time)).scalar_subquery()))
    op.create_index("ix_change_time", "change", ["time", "seq"])


def downgrade() -> None:
    op.drop_index("ix_change_time", table_name="change")
    op.drop_index("ix_story_seq", table_name="story")
    op.drop_column("receipt", "data_digest")
    op.drop_column("counter", "time")


def _report_relations() -> None:
    """Appends the entries of the relations in force of which a side is not current. They remain after a downgrade."""
    connection = op.get_bind()
    entries = list(_entries(connection))
    if entries:
        connection.execute(sa.insert(change), entries)
        connection.execute(sa.update(counter).values(seq=entries[-1]["seq"]))


def _entries(connection: sa.Connection) -> Iterator[dict[str, object]]:
    now = datetime.now(UTC)
    time = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    seq: int = connection.scalar(sa.select(counter.c.seq)) or 0
    for number, row in enumerate(connection.execute(_not_current()), start=1):
        sides = [{"document": row.a_document, "version": row.a_version}]
        sides.append({"document": row.b_document, "version": row.b_version})
        data = {"relation": row.id, "type": row.type, "sides": sides, "reason": "not-current"}
        yield {"seq": seq + number, "type": "relation.withdrawn.v1", "time": time, "data": data}


def _not_current() -> sa.Select[tuple[object, ...]]:
    current = [
        sa.select(document.c.id)
        .where(
            document.c.id == relation.c[f"{side}_document"],
            document.c.number == relation.c[f"{side}_version"],
            document.c.status == "current",
        )
        .exists()
        for side in SIDES
    ]
    in_force = sa.and_(relation.c.seq != 0, relation.c.until_seq.is_(None))
    return sa.select(relation).where(in_force, sa.not_(sa.and_(*current))).order_by(relation.c.seq)
