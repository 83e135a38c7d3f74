"""The rules of the ledger without a database: changes of files decided one after the other on values in memory."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service import model
from ingest_service.ledger.batch import Batch, FileChanges
from ingest_service.ledger.classes import Classes, Member
from ingest_service.ledger.decide import decide
from ingest_service.store.tables import AGAIN, NEW, PUBLISHED
from ingest_service.workers.cache import StoredArticle
from ingest_service.workers.prepare import PreparedFile
from tests.ingest.ledger.histories import HISTORIES, NOW, Round, fact, prepared, steps

OTHER_TEXT = prepared((1, "plain", ()))


def decided(*changes: FileChanges) -> Batch:
    """An empty ledger after these changes."""
    batch = Batch(NOW)
    for change in changes:
        decide(batch, change)
    return batch


def causes(batch: Batch) -> list[str | None]:
    """The causes of all observations: those with articles, then moves and withdrawals."""
    with_article = [change.article.cause for change in batch.article_changes if change.article]
    return [*with_article, *(change.cause for _, change in batch.item_changes)]


def stored(path: str, number: int, content: str = "plain") -> FileChanges:
    """A file that was read."""
    return FileChanges(stored=[(fact(path, number), prepared((0, content, ())))])


def test_the_cause_of_an_observation_is_what_happened_to_the_item() -> None:
    deleted = FileChanges(deleted=["a"])
    assert causes(decided(stored("a", 1))) == ["created"]
    assert causes(decided(stored("a", 1), stored("a", 2))) == ["created"]
    assert causes(decided(stored("a", 1), stored("a", 2, "capitals"))) == ["created", "changed"]
    assert causes(decided(stored("a", 1), stored("a", 2, "notes"))) == ["created"]
    assert causes(decided(stored("a", 1), stored("a", 2, "words"))) == ["created", "reprocessed"]
    assert causes(decided(stored("a", 1), deleted, stored("a", 2))) == ["created", "restored", "withdrawn"]


def test_an_article_that_another_release_compressed_is_no_change() -> None:
    [item] = prepared((0, "plain", ())).items
    article = StoredArticle(item.article.digest, zlib.compress(zlib.decompress(item.article.content), 9))
    edited = model.Original(b"edited", "text/plain", "utf-8")
    again = PreparedFile(edited.digest, edited, (replace(item, article=article),))
    assert article.content != item.article.content
    assert causes(decided(stored("a", 1), FileChanges(stored=[(fact("a", 2), again)]))) == ["created"]


def test_a_new_file_at_the_old_path_of_a_moved_one_is_another_document() -> None:
    moved_and_new = FileChanges(moved={"a": fact("b", 2)}, stored=[(fact("a", 3), OTHER_TEXT)])
    batch = decided(stored("a", 1), moved_and_new)
    assert causes(batch) == ["created", "created", "moved"]
    assert sorted(row.key for row in batch.items.values()) == ["a", "b"]


def test_a_file_that_is_replaced_by_a_moved_one_is_withdrawn() -> None:
    batch = decided(stored("a", 1), stored("b", 2), FileChanges(moved={"a": fact("b", 3)}))
    assert [(row.path, row.status) for row in batch.items.values()] == [("b", "current"), ("b", "withdrawn")]
    assert [(change.cause, row.observation) for row, change in batch.item_changes] == [("withdrawn", 2), ("moved", 2)]


def test_an_item_is_withdrawn_with_the_last_file_that_holds_it() -> None:
    # "b#c" in the first file and "c" in the second one are the same item.
    both = FileChanges(
        stored=[(fact("a", 1), prepared((0, "plain", ("b#c",)))), (fact("a#b", 2), prepared((0, "plain", ("c",))))]
    )
    batch = decided(both, FileChanges(deleted=["a"]))
    assert [row.status for row in batch.items.values()] == ["current"]
    decide(batch, FileChanges(deleted=["a#b"]))
    assert [row.status for row in batch.items.values()] == ["withdrawn"]
    assert causes(batch) == ["created", "moved", "withdrawn"]


@settings(max_examples=20, deadline=None)
@given(HISTORIES)
def test_files_and_items_agree_after_any_history(history: list[Round]) -> None:
    batch = Batch(NOW)
    forgotten: set[int] = set()
    for changes in (each for step in steps(history) for each in step.changes):
        held = {item for path in changes.forgotten for item in batch.items_of(batch.files[path].id)}
        decide(batch, changes)
        forgotten = {item for item in forgotten | held if not batch.holders(item)}
        check(batch, forgotten)


def check(batch: Batch, forgotten: set[int]) -> None:
    """Raises AssertionError when the ledger contradicts itself."""
    articles = (change.article for change in batch.article_changes if change.article)
    observed = Counter([*(row.document for row, _ in batch.item_changes), *(article.document for article in articles)])
    assert observed == {row.document: row.observation for row in batch.items.values()}
    assert all(row.path == path for path, row in batch.files.items())
    files = {row.id: row for row in batch.files.values()}
    assert len(files) == len(batch.files)
    for file, item in batch.holdings():
        assert files[file].path
        assert batch.items[item].status == "current"
    for row in batch.items.values():
        assert (row.status == "current") == (bool(batch.holders(row.id)) or row.id in forgotten)
        assert (row.id in batch.contents) == (row.status == "current")
    for id_, file_row in files.items():
        assert bool(batch.items_of(id_)) == (file_row.digest is not None)
        assert file_row.state != PUBLISHED or file_row.digest is not None


MEMBERSHIPS = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["x", "y", None])), max_size=30)


@settings(deadline=None)
@given(MEMBERSHIPS)
def test_the_first_article_of_each_class_represents_it(changes: Sequence[tuple[int, str | None]]) -> None:
    classes = Classes()
    expected: dict[int, str] = {}
    for item, folded_digest in changes:
        classes.delete(item)
        expected.pop(item, None)
        if folded_digest is not None:
            classes.add(item, folded_digest, NEW)
            expected[item] = folded_digest
        members = classes.new()
        assert [(member.item, member.folded_digest) for member in members] == list(expected.items())
        first = {folded: item for item, folded in reversed(expected.items())}
        assert {member.item for member in members if member.indexed} == set(first.values())


def test_a_class_is_judged_again_once_its_representative_is_deleted() -> None:
    stored_members = [Member(1, 1, "x", True, "done"), Member(2, 2, "x", False, "done"), Member(3, 3, "x", False, NEW)]
    classes = Classes(stored_members)
    classes.add(4, "x", "done")
    classes.delete(1)
    assert [member.item for member in classes.promoted()] == [2]
    assert classes.requeued() == ["x"]
    assert [(member.item, member.indexed, member.judging) for member in classes.new()] == [(4, False, AGAIN)]
