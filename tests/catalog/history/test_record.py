"""Each event is recorded completely or not at all, once and in order; no version is lost or duplicated."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import changes, contract, document_versions, documents, resources
from catalog_service.errors import CursorMismatch, NotFound, Withdrawn
from catalog_service.history.record import heads, put_original
from catalog_service.relations import queries
from catalog_service.store.db import Database
from catalog_service.store.tables import Receipt
from tests.catalog.conftest import Record, outcomes
from tests.catalog.events import article, document_id, event, original, related, relation
from tests.catalog.history import contents

ONE, TWO = UUID(document_id(1)), UUID(document_id(2))


def related_to(
    session: Session, document: str, versions: queries.VersionScope | int = "current"
) -> list[resources.Relation]:
    return list(queries.of_document(session, queries.OfDocument(document, versions), limit=100).relations)


def test_a_first_article_is_version_one(catalog: Database, record: Record) -> None:
    [receipt] = record(event(1))
    assert (receipt.outcome, receipt.version, receipt.document) == ("recorded", 1, ONE)
    with catalog.reading() as session:
        document = documents.one(session, ONE)
        assert (document.title, document.version, document.status, document.seq) == (
            "Peace talks resume",
            1,
            "current",
            receipt.seq,
        )
        assert document_versions.version(session, ONE, 1).text == "Envoys met on Monday."
        assert document_versions.original(session, ONE, 1).content == b"Peace talks resume"


def test_the_same_event_twice_is_replayed_with_the_same_receipt(record: Record) -> None:
    [first] = record(event(1))
    record(event(2))
    [second] = record(event(1))
    assert second == first.model_copy(update={"outcome": "replayed"})


def test_an_edit_is_version_two_and_version_one_stays(catalog: Database, record: Record) -> None:
    record(event(1))
    [receipt] = record(event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    assert (receipt.outcome, receipt.version) == ("recorded", 2)
    with catalog.reading() as session:
        assert [summary.version for summary in document_versions.versions(session, ONE)] == [2, 1]
        assert document_versions.version(session, ONE, 1).text == "Envoys met on Monday."
        change = document_versions.version(session, ONE, 2).change
        assert (change.kind, change.words_added, change.words_removed) == ("publisher", 1, 1)
        assert change.significance == "date"


def test_the_change_of_a_version_counts_the_words_that_moved(catalog: Database, record: Record) -> None:
    parts = ["Envoys met in Geneva on Monday.", "No agreement was reached after nine hours of talks."]
    first, second = (article(text="\n\n".join(order)) for order in (parts, parts[::-1]))
    record(event(1, article=first), event(1, 2, "changed", article=second))
    with catalog.reading() as session:
        change = document_versions.version(session, ONE, 2).change
    assert (change.words_added, change.words_removed, change.moved) == (0, 0, 6)
    assert change.significance == "substantive"


def test_an_edit_and_its_reversal_make_three_versions(record: Record) -> None:
    receipts = record(event(1), event(1, 2, "changed", article=article(text="Other.")), event(1, 3, "changed"))
    assert [receipt.version for receipt in receipts] == [1, 2, 3]


def test_the_same_article_again_makes_no_version(catalog: Database, record: Record) -> None:
    note = {"rule": "page-furniture", "removed": "SHARE ME", "at": [0, 8]}
    receipts = record(event(1), event(1, 2, "changed", article=article(notes=[note])))
    assert outcomes(receipts) == ["recorded", "unchanged"]
    assert receipts[1].version == 1
    with catalog.reading() as session:
        assert documents.one(session, ONE).versions == 1


def test_other_metadata_and_the_same_text_is_a_metadata_version(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "changed", article=article(publisher="Reuters")))
    with catalog.reading() as session:
        assert document_versions.version(session, ONE, 2).change.kind == "metadata"
        assert documents.one(session, ONE).publisher == "Reuters"


def test_a_newer_reading_of_the_same_bytes_is_a_technical_change(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "reprocessed", article=article(text="Envoys met on  Monday.")))
    with catalog.reading() as session:
        assert document_versions.version(session, ONE, 2).change.kind == "technical"


def test_a_move_changes_the_path_and_makes_no_version(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "moved", path="new.txt", previous_path="001.txt"))
    with catalog.reading() as session:
        document = documents.one(session, ONE)
        assert (document.path, document.versions) == ("new.txt", 1)
        moved = changes.log(session, str(ONE))[1]
        assert (moved.type, moved.path, moved.previous_path) == ("moved", "new.txt", "001.txt")


def test_a_withdrawn_document_has_a_tombstone_and_can_be_restored(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "withdrawn", reason="file-gone"))
    with catalog.reading() as session:
        with pytest.raises(Withdrawn) as withdrawn:
            documents.one(session, ONE)
        assert withdrawn.value.extensions["tombstone"]["path"] == "001.txt"
        assert document_versions.version(session, ONE, 1).version == 1
        assert documents.find(session, documents.Filter(), limit=10).documents == ()
    assert outcomes(record(event(1, 3, "restored"))) == ["recorded"]
    with catalog.reading() as session:
        assert documents.one(session, ONE).versions == 1
        assert [entry.type for entry in changes.log(session, str(ONE))] == ["created", "withdrawn", "restored"]


def test_a_late_observation_is_a_version_and_not_the_current_one(catalog: Database, record: Record) -> None:
    record(event(1, 5))
    [receipt] = record(event(1, 3, article=article(text="Older.")))
    assert (receipt.outcome, receipt.version) == ("late", 2)
    with catalog.reading() as session:
        assert documents.one(session, ONE).version == 1
        assert document_versions.version(session, ONE, 2).late


def test_an_older_version_of_the_publisher_is_late(record: Record) -> None:
    item = {"key": "tag:wire,1", "by": "guid", "parent": None}
    newer, older = (item | {"version": number} for number in ("10", "9"))
    receipts = record(event(1, item=newer), event(1, 2, "changed", item=older, article=article(text="Older.")))
    assert outcomes(receipts) == ["recorded", "late"]


def test_an_older_version_that_is_sent_again_under_a_new_observation_is_recorded_once(record: Record) -> None:
    newest = event(1, 1, item={"key": "urn:1", "by": "guid", "version": "2"}, article=article(text="Newest text."))
    older = [
        event(
            1,
            number,
            "changed",
            item={"key": "urn:1", "by": "guid", "version": "1"},
            article=article(text="Older text."),
        )
        for number in (2, 3)
    ]
    first, second, third = record(newest, older[0], older[1])
    assert [first.version, second.version, third.version] == [1, 2, 2]
    assert outcomes([second, third]) == ["late", "late"]


def test_a_bad_event_is_rejected_completely_and_the_others_are_recorded(catalog: Database, record: Record) -> None:
    wrong = article() | {"digest": contract.digest_of(b"something else")}
    receipts = record(event(1), event(2, article=wrong), event(3), event(4, 2, "moved"))
    assert outcomes(receipts) == ["recorded", "rejected", "recorded", "rejected"]
    assert receipts[1].problem is not None
    assert receipts[1].problem.code == "digest-mismatch"
    with catalog.reading() as session:
        assert len(documents.find(session, documents.Filter(), limit=10).documents) == 2
        seqs = [int(str(change.data["seq"])) for change in changes.since(session, 0)]
        assert seqs == sorted(set(seqs))
    assert outcomes(record(event(2))) == ["recorded"]


def test_a_large_original_must_be_put_before(catalog: Database, record: Record) -> None:
    bare = {name: value for name, value in original(b"large").items() if name != "bytes"}
    assert outcomes(record(event(1, original=bare))) == ["rejected"]
    with catalog.writing() as session:
        assert put_original(session, bare["digest"], b"large")
        assert not put_original(session, bare["digest"], b"large")
    assert outcomes(record(event(1, original=bare))) == ["recorded"]


def test_a_relation_is_pending_until_its_other_side_is_recorded(catalog: Database, record: Record) -> None:
    record(event(1, relations=[relation(2)]))
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []
    record(event(2))
    with catalog.reading() as session:
        [shared] = related_to(session, str(TWO))
        assert {shared.a.document, shared.b.document} == {ONE, TWO}
        assert documents.one(session, ONE).relations == {"reuse": 1}
        assert queries.one(session, shared.id) == shared


def test_a_pair_reported_from_both_sides_is_one_relation(catalog: Database, record: Record) -> None:
    record(event(1, relations=[relation(2)]), event(2, relations=[relation(1)]))
    with catalog.reading() as session:
        assert len(related_to(session, str(ONE))) == 1


def test_the_side_that_quotes_is_a(catalog: Database, record: Record) -> None:
    passage = {"self": [0, 5], "other": [1, 6], "words": 8, "other_quoted": [[1, 6]], "verbatim": True}
    record(event(1), event(2, relations=[relation(1, passages=[passage])]))
    with catalog.reading() as session:
        [shared] = related_to(session, str(ONE))
        assert shared.a.document == ONE
        assert shared.passages[0].a == (1, 6)
        assert shared.passages[0].quoted == ((1, 6),)
        assert (shared.coverage.a, shared.coverage.b) == (0.4, 0.2)


def test_relations_are_between_versions(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]))
    record(event(2, 2, "changed", article=article(text="Something else.")))
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []
        assert len(related_to(session, str(ONE), versions="all")) == 1


def test_pages_of_relations_are_of_one_snapshot_with_copies_last(catalog: Database, record: Record) -> None:
    # 3 shares much with 1, 2 shares little, and 4 to 7 are copies of 1.
    much = relation(1, coverage={"self": 0.9, "other": 0.8})
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in (4, 5, 6, 7)]
    record(event(1), *copies, event(2, relations=[relation(1)]), event(3, relations=[much]))
    shown: list[resources.Relation] = []
    cursor = None
    for length in (2, 2, 2):
        with catalog.reading() as session:
            page = queries.of_document(session, queries.OfDocument(str(ONE)), limit=2, cursor=cursor)
        assert len(page.relations) == length
        shown += page.relations
        cursor = page.next
        # A relation recorded between two pages is on neither.
        record(event(10 + len(shown), relations=[relation(1)]))
    assert cursor is None
    others = [row.b if row.a.document == ONE else row.a for row in shown]
    assert [side.document for side in others[:2]] == [UUID(document_id(3)), TWO]
    assert sorted(str(side.document) for side in others[2:]) == [document_id(number) for number in (4, 5, 6, 7)]
    with catalog.reading() as session, pytest.raises(CursorMismatch):
        queries.of_document(session, queries.OfDocument(str(TWO)), limit=2, cursor=page_of(session).next)


def test_a_cursor_of_relations_of_a_type_survives_new_releases(catalog: Database, record: Record) -> None:
    # Earlier releases named the type by a plain text.
    record(event(1), *(event(number, relations=[relation(1, type_="duplicate")]) for number in (2, 3)))
    with catalog.reading() as session:
        first = queries.find(session, queries.Filter("duplicate"), limit=1)
        duplicate = contract.RelationType("duplicate")
        second = queries.find(session, queries.Filter(duplicate), limit=1, cursor=first.next)
    assert first.relations != second.relations


def page_of(session: Session) -> resources.Relations:
    return queries.of_document(session, queries.OfDocument(str(ONE)), limit=2)


def test_a_new_judgement_replaces_the_old_set(catalog: Database, record: Record) -> None:
    record(event(1), event(2), event(3, relations=[relation(1), relation(2)]))
    assert outcomes(record(related(3, 1, [relation(2)]))) == ["recorded"]
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []
        assert len(related_to(session, str(TWO))) == 1
        types = [change.type for change in changes.since(session, 0)]
        assert types.count("relation.added.v1") == 2
        assert types.count("relation.withdrawn.v1") == 1


def test_a_new_judgement_does_not_change_relations_of_old_versions(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]), event(3, relations=[relation(1), relation(2)]))
    record(event(2, 2, "changed", article=article(text="Envoys met on Tuesday.")), event(3, 2, "withdrawn"))
    assert outcomes(record(related(1, 1, []))) == ["unchanged"]
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []
        rows = related_to(session, str(ONE), versions="all")
        assert sorted({side.path for row in rows for side in (row.a, row.b)}) == ["001.txt", "002.txt", "003.txt"]


def test_restoring_a_document_does_not_restore_relations_that_were_dropped(catalog: Database, record: Record) -> None:
    related_before = [relation(2), relation(3), relation(4)]
    record(event(2), event(3), event(4), event(1, relations=related_before), event(1, 2, "withdrawn"))
    # What 1 and 2 share turned out to be boilerplate; 3 has another text, and 4 is withdrawn too.
    record(related(2, 1, []), event(3, 2, "changed", article=article(text="Other.")), event(4, 2, "withdrawn"))
    with catalog.reading() as session:
        before = changes.since(session, 0)
    record(event(1, 3, "restored"))
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []
        assert documents.one(session, TWO).relations == {}
        types = [change.type for change in changes.since(session, 0)[len(before) :]]
        # The relations were reported as withdrawn when the document was.
        assert types == ["document.restored.v1"]
        rows = related_to(session, str(ONE), versions="all")
        assert {side.path for row in rows for side in (row.a, row.b)} == {"001.txt", "003.txt", "004.txt"}
    # Of two withdrawn documents, the one that is restored last is compared with the other's current version.
    record(event(4, 3, "restored"))
    with catalog.reading() as session:
        assert related_to(session, str(ONE)) == []


def test_a_relation_sent_again_by_a_restored_document_exists_once(catalog: Database, record: Record) -> None:
    record(event(1), event(2), event(3, relations=[relation(1)]), event(1, 2, "withdrawn"))
    # A judgement may name an observation of the other document that is not recorded yet.
    record(related(2, 1, [relation(1, 3)]), event(1, 3, "restored", relations=[relation(3)]))
    with catalog.reading() as session:
        assert documents.one(session, ONE).relations == {"reuse": 2}
        assert len(related_to(session, str(ONE), versions="all")) == 2
        types = [change.type for change in changes.since(session, 0)]
        assert (types.count("relation.added.v1"), types.count("relation.withdrawn.v1")) == (3, 1)


def reported_about_relations(session: Session) -> list[tuple[str, object]]:
    """The entries of the feed about relations: the type, and the reason of a withdrawal."""
    entries = [entry for entry in changes.since(session, 0) if entry.type.startswith("relation.")]
    return [(entry.type.split(".")[1], entry.data.get("reason")) for entry in entries]


def test_a_relation_is_withdrawn_when_a_side_gets_another_version(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]))
    record(event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    with catalog.reading() as session:
        assert reported_about_relations(session) == [("added", None), ("withdrawn", "not-current")]
        log = [(entry.type, entry.data["seq"]) for entry in changes.since(session, 0)]
        # The versions remain related.
        assert len(related_to(session, str(TWO), versions="all")) == 1
    assert [type_ for type_, _ in log][-2:] == ["document.changed.v1", "relation.withdrawn.v1"]
    # Another change of the same document ends nothing more, and neither does a late version.
    record(event(1, 4, "changed", article=article(text="Envoys met on Friday.")), event(1, 3))
    with catalog.reading() as session:
        assert len(reported_about_relations(session)) == 2


def test_a_relation_is_withdrawn_with_a_side_and_returns_with_it(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]), event(1, 2, "withdrawn"))
    added, gone, again = ("added", None), ("withdrawn", "not-current"), ("added", None)
    with catalog.reading() as session:
        assert reported_about_relations(session) == [added, gone]
    # The file is found elsewhere with the same bytes: its event carries no relations.
    record(event(1, 3, "moved", path="new.txt"))
    with catalog.reading() as session:
        assert reported_about_relations(session) == [added, gone, again]
        assert len(related_to(session, str(ONE))) == 1
    # Both sides are withdrawn, one after the other.
    record(event(2, 2, "withdrawn"), event(1, 4, "withdrawn"))
    with catalog.reading() as session:
        assert reported_about_relations(session)[3:] == [gone]


def test_a_relation_to_an_old_version_is_added_and_withdrawn_at_once(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Other.")), event(2, relations=[relation(1, 1)]))
    with catalog.reading() as session:
        assert reported_about_relations(session) == [("added", None), ("withdrawn", "not-current")]
        assert related_to(session, str(TWO)) == []
    # Judged again with another result, it is replaced; its second withdrawal follows its second entry.
    record(related(2, 1, [relation(1, 1, jaccard=0.5)]))
    with catalog.reading() as session:
        assert reported_about_relations(session)[2:] == [("added", None), ("withdrawn", "not-current")]
        [row] = related_to(session, str(TWO), versions="all")
        assert row.jaccard == 0.5


def test_a_judgement_that_drops_a_relation_of_an_old_version_is_reported(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]), event(2, 2, "withdrawn"), related(2, 1, []))
    with catalog.reading() as session:
        assert reported_about_relations(session)[1:] == [("withdrawn", "not-current"), ("withdrawn", "judged-again")]
        assert related_to(session, str(ONE), versions="all") == []


def test_restoring_a_document_drops_its_pending_relations(catalog: Database, record: Record) -> None:
    record(event(1, relations=[relation(2)]), event(1, 2, "withdrawn"), event(1, 3, "restored"), event(2))
    with catalog.reading() as session:
        assert related_to(session, str(ONE), versions="all") == []


def test_numbers_of_relations_are_as_of_the_seq(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]))
    with catalog.reading() as session:
        then = documents.find(session, documents.Filter(), limit=1).snapshot.seq
    record(event(1, 2, "withdrawn"), related(2, 1, []), event(1, 3, "restored"))
    with catalog.reading() as session:
        now = documents.find(session, documents.Filter(), limit=1).snapshot.seq
        counts = [queries.related(session, [str(TWO)], at=seq).counts[str(TWO)] for seq in range(then, now + 1)]
    assert counts == [{"reuse": 1}, {}, {}, {}]


def test_copies_and_revisions_form_a_story_and_reuse_does_not(catalog: Database, record: Record) -> None:
    record(
        event(1, article=article(text="Envoys meet.", published="2024-09-04")),
        event(2, article=article(published="2024-09-05"), relations=[relation(1, type_="revision")]),
        event(3, article=article(published="2024-09-05"), relations=[relation(2, type_="duplicate")]),
        event(4, relations=[relation(1)]),
    )
    with catalog.reading() as session:
        by_id = documents.by_ids(session, [document_id(number) for number in (1, 2, 3, 4)])
        stories = {number: by_id[document_id(number)].story for number in (1, 2, 3, 4)}
    assert stories[4] is None
    assert {story.id for story in stories.values() if story} == {stories[1].id}  # type: ignore[union-attr]
    roles = [stories[number].role for number in (1, 2, 3)]  # type: ignore[union-attr]
    assert roles[0] == "revision"
    assert sorted(roles[1:]) == ["copy", "head"]


def test_a_story_without_its_connecting_document_is_divided(catalog: Database, record: Record) -> None:
    record(
        event(1),
        event(2, relations=[relation(1, type_="revision")]),
        event(3, relations=[relation(2, type_="revision")]),
    )
    record(event(2, 2, "withdrawn"))
    with catalog.reading() as session:
        assert documents.one(session, ONE).story is None
    record(event(2, 3, "restored", relations=[relation(1, type_="revision"), relation(3, type_="revision")]))
    with catalog.reading() as session:
        story = documents.one(session, ONE).story
        assert story is not None
        assert story.size == 3


def test_an_edit_under_a_new_name_is_a_move_and_an_edit(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "changed", path="new.txt", article=article(text="Other.")))
    with catalog.reading() as session:
        log = changes.log(session, str(ONE))
        assert [(entry.type, entry.version, entry.previous_path) for entry in log] == [
            ("created", 1, None),
            ("moved", 1, "001.txt"),
            ("changed", 2, None),
        ]
        document = documents.one(session, ONE)
        assert (document.path, document.version, document.seq) == ("new.txt", 2, log[-1].seq)


def test_an_unchanged_observation_changes_nothing_that_is_shown(catalog: Database, record: Record) -> None:
    record(event(1))
    with catalog.reading() as session:
        before = documents.one(session, ONE)
    later = "2026-11-23T10:00:00.000000Z"
    receipts = record(event(1, 2, "changed", observed_at=later), event(1, 3, "moved", observed_at=later))
    assert outcomes(receipts) == ["unchanged", "unchanged"]
    with catalog.reading() as session:
        assert documents.one(session, ONE) == before


def test_a_late_version_has_its_log_entry_its_diff_and_its_relations(catalog: Database, record: Record) -> None:
    record(event(2), event(1, 1), event(1, 5, "changed", article=article(text="Envoys met on Friday.")))
    record(event(1, 3, article=article(text="Envoys met on Sunday."), relations=[relation(2)]))
    with catalog.reading() as session:
        late = document_versions.version(session, ONE, 3)
        assert (late.late, late.change.words_added, late.change.significance) == (True, 1, "date")
        document = documents.one(session, ONE)
        assert (document.version, document.versions, document.seq) == (2, 3, late.seq)
        assert len(related_to(session, str(ONE), versions=3)) == 1
        assert related_to(session, str(ONE)) == []


def test_an_older_version_of_the_publisher_still_advances_the_head(catalog: Database, record: Record) -> None:
    item = {"key": "tag:wire,1", "by": "guid", "parent": None}
    record(event(1, item=item | {"version": "2024-10"}))
    record(event(1, 2, "changed", item=item | {"version": "2024-9"}, article=article(text="Older.")))
    with catalog.reading() as session:
        [head] = heads(session, "seeds")
        assert head.observation == 2


@pytest.mark.parametrize(
    "sent",
    [
        event(2).model_copy(update={"id": event(1).id}),
        event(2).model_copy(update={"id": f"{event(2).id}:again"}),
        event(2).model_copy(update={"id": "first"}),
        related(1, 1, []).model_copy(update={"id": event(1).id}),
        related(1, 1, []).model_copy(update={"id": "judged"}),
    ],
)
def test_an_event_is_named_by_its_document_and_observation(record: Record, sent: contract.AnyEvent) -> None:
    first, second = record(event(1), sent)
    assert (first.outcome, second.outcome) == ("recorded", "rejected")
    assert second.problem is not None
    assert [error.pointer for error in second.problem.errors] == ["/id"]


def test_a_known_id_with_other_data_is_rejected(catalog: Database, record: Record) -> None:
    sent = event(1, relations=[relation(2)])
    judged = related(1, 1, [relation(3)])
    assert outcomes(record(sent, judged)) == ["recorded", "unchanged"]
    before = everything(catalog)
    others = [event(1), event(1, article=article(text="Other."), relations=[relation(2)]), related(1, 1, [relation(2)])]
    receipts = record(*others)
    assert outcomes(receipts) == ["rejected"] * 3
    assert [error.pointer for receipt in receipts if receipt.problem for error in receipt.problem.errors] == (
        ["/data"] * 3
    )
    assert everything(catalog) == before
    # The same data: keys in another order, a field of a later release, and an optional field written out.
    raw = sent.model_dump(mode="json", by_alias=True)
    reordered = {"later": True, **dict(reversed(raw["data"].items())), "reason": None}
    assert outcomes(record(contract.ObservedEvent.model_validate({**raw, "data": reordered}), judged)) == (
        ["replayed"] * 2
    )


def test_a_receipt_without_a_digest_is_replayed_for_any_data(catalog: Database, record: Record) -> None:
    record(event(1))
    with catalog.writing() as session:
        session.execute(sa.update(Receipt).values(data_digest=None))
    assert outcomes(record(event(1, article=article(text="Other.")))) == ["replayed"]


def test_an_observation_under_a_second_id_is_rejected(catalog: Database, record: Record) -> None:
    record(event(1))
    with catalog.writing() as session:
        # As releases before the rule for ids could record it.
        session.execute(sa.update(Receipt).values(event="first"))
    [receipt] = record(event(1))
    assert receipt.outcome == "rejected"
    assert receipt.problem is not None
    assert [error.pointer for error in receipt.problem.errors] == ["/id"]


def everything(catalog: Database) -> dict[str, list[str]]:
    with catalog.reading() as session:
        return contents.recorded_rows(session)


@pytest.mark.parametrize(
    ("passage", "pointer"),
    [
        ({"self": [0, 99], "other": [0, 9], "words": 8}, "/data/relations/0/passages/0/self"),
        ({"self": [0, 5], "other": [0, 9], "words": 8, "quoted": [[0, 99]]}, "/data/relations/0/passages/0/quoted/0"),
    ],
)
def test_a_passage_outside_the_text_is_refused_with_its_pointer(
    record: Record, passage: dict[str, object], pointer: str
) -> None:
    [receipt] = record(event(1, relations=[relation(2, passages=[passage])]))
    assert receipt.problem is not None
    assert [error.pointer for error in receipt.problem.errors] == [pointer]


def test_a_judgement_outside_the_text_is_refused(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]))
    passage = {"self": [0, 99], "other": [0, 9], "words": 8}
    assert outcomes(record(related(2, 1, [relation(1, passages=[passage])]))) == ["rejected"]
    with catalog.reading() as session:
        assert len(related_to(session, str(ONE))) == 1


def test_an_original_of_another_size_is_refused(record: Record) -> None:
    [receipt] = record(event(1, original=original(b"bytes") | {"size": 7}))
    assert receipt.problem is not None
    assert receipt.problem.errors[0].pointer == "/data/original/size"


def test_nothing_is_related_to_itself(record: Record) -> None:
    assert outcomes(record(event(1, relations=[relation(1)]))) == ["rejected"]


def test_a_relation_keeps_its_id_when_it_is_judged_again(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1)]))
    with catalog.reading() as session:
        [before] = related_to(session, str(ONE))
    record(related(2, 1, [relation(1, jaccard=0.9)]))
    with catalog.reading() as session:
        assert queries.one(session, before.id).jaccard == 0.9
    record(related(2, 1, [], "gone"))
    with catalog.reading() as session, pytest.raises(NotFound):
        queries.one(session, before.id)


def test_a_story_is_divided_where_a_relation_is_dropped(catalog: Database, record: Record) -> None:
    record(
        event(1),
        event(2, relations=[relation(1, type_="revision")]),
        event(3, relations=[relation(2, type_="revision")]),
        event(4, relations=[relation(3, type_="revision")]),
    )
    record(related(3, 1, [relation(4, type_="revision")]))
    with catalog.reading() as session:
        by_id = documents.by_ids(session, [document_id(number) for number in (1, 2, 3, 4)])
        stories = [by_id[document_id(number)].story for number in (1, 2, 3, 4)]
    assert [story.size for story in stories if story] == [2, 2, 2, 2]
    assert stories[0] != stories[2]


def test_pages_of_documents_are_of_one_snapshot_while_others_write(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 6)))
    with catalog.reading() as session:
        first = documents.find(session, documents.Filter(), limit=2)
    record(event(3, 2, "withdrawn"), event(6), event(1, 2, "moved", path="elsewhere.txt"))
    with catalog.reading() as session:
        second = documents.find(session, documents.Filter(), limit=2, cursor=first.next)
        third = documents.find(session, documents.Filter(), limit=2, cursor=second.next)
        pages = [*first.documents, *second.documents, *third.documents]
        assert [str(document.id) for document in pages] == [document_id(number) for number in (5, 4, 3, 2, 1)]
        assert pages[-1].path == "001.txt"
        assert {page.snapshot.seq for page in (first, second, third)} == {first.snapshot.seq}
        assert third.next is None
