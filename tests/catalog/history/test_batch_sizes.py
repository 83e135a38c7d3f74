"""Batches of any size end in equal tables and logs, and the stories can be read as of the end of each batch."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog_service import contract
from catalog_service.history import record as history
from catalog_service.store import counter
from catalog_service.store.db import Database
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event, related, relation
from tests.catalog.history import contents

TEXTS = ("Envoys met on Monday.", "Envoys met on Tuesday.", "No envoy came.")
PATHS = ("001.txt", "new/002.txt")
DOCUMENTS = range(1, 7)
KINDS = ("article", "article", "article", "moved", "withdrawn", "late", "related", "again", "bad")
STEPS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(DOCUMENTS),
    st.sampled_from(TEXTS),
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.sampled_from(["duplicate", "revision", "reuse"]), max_size=2),
)
# The text of the test's document 2, which document 1 has again and again.
COPIED = 8
# The receipts, and the rows of each table.
Recorded = tuple[list[dict[str, Any]], dict[str, list[str]]]
# The stories after some events, by their number.
StoriesAfter = dict[int, list[contents.StoryContents]]
Step = tuple[str, int, str, str, dict[int, str]]


def events_of(steps: Sequence[Step]) -> list[contract.AnyEvent]:
    """Events of a few documents: articles, moves, withdrawals, late and repeated events, judgements, bad events."""
    observations = dict.fromkeys(DOCUMENTS, 0)
    events: list[contract.AnyEvent] = []
    for kind, number, text, path, types in steps:
        reported = [
            relation(other, max(observations[other], 1), type_) for other, type_ in types.items() if other != number
        ]
        if kind == "again" and events:
            events.append(events[number % len(events)])
        elif kind == "related" and observations[number]:
            events.append(related(number, observations[number], reported, f"r{len(events)}"))
        elif kind in ("moved", "withdrawn"):
            observations[number] += 1
            events.append(event(number, observations[number], kind, path=path))
        elif kind in ("article", "late", "bad"):
            observations[number] += 2 if kind == "late" else 1
            content = article(text=text) | ({"digest": contract.digest_of(b"")} if kind == "bad" else {})
            newest = observations[number]
            seen = (newest, newest - 1) if kind == "late" else (newest,)
            events += [event(number, seq, path=path, article=content, relations=reported) for seq in seen]
    return events


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=8, max_size=40))
def test_batches_of_any_size_end_in_equal_tables_and_logs(catalog: Database, steps: list[Step]) -> None:
    events = events_of(steps)
    by_size = {size: _recorded(catalog, events, size) for size in (1, 7, 100)}
    one_by_one, stories = by_size[1]
    for recorded, stories_after in by_size.values():
        assert recorded == one_by_one
        # As of the end of each batch, whatever was recorded since.
        assert stories_after == {count: stories[count] for count in stories_after}


def _recorded(catalog: Database, events: Sequence[contract.AnyEvent], size: int) -> tuple[Recorded, StoriesAfter]:
    """What an empty catalog has after the events were recorded in batches of this size.

    And the stories after each batch, by the number of events so far, as read at the end.
    """
    with catalog.writing() as session:
        contents.empty(session)
    answers, seqs, served = [], {}, {}
    for start in range(0, len(events), size):
        with catalog.writing() as session:
            answers += history.record_batch(session, events[start : start + size], NOW)
        with catalog.reading() as session:
            seqs[len(answers)], served[len(answers)] = counter.snapshot(session).seq, contents.stories(session)
    with catalog.reading() as session:
        contents.check_intervals(session)
        stories_after = {count: contents.stories_as_of(session, seq) for count, seq in seqs.items()}
        assert stories_after == served
        return (_answers(answers), contents.recorded_rows(session)), stories_after


def _answers(receipts: Sequence[contract.Receipt]) -> list[dict[str, Any]]:
    """The receipts without the seq, which counts the entries about stories."""
    return [receipt.model_dump(exclude={"epoch", "seq"}) for receipt in receipts]


def event_of_one(number: int) -> contract.ObservedEvent:
    """An observation of a document that is edited, moved, withdrawn and restored; some of its texts are copies of 2."""
    kind = ("changed", "moved", "withdrawn", "restored", "changed")[number % 5]
    path = f"{number % 3}.txt"
    if kind in ("moved", "withdrawn"):
        return event(1, number, kind, path=path)
    text = number % 50
    reported = [relation(2, type_="duplicate" if text == COPIED else "reuse")]
    return event(1, number, kind, path=path, article=article(text=f"Take {text}."), relations=reported)


def test_a_thousand_events_of_one_document_end_as_in_small_batches(catalog: Database) -> None:
    events = [event(2, article=article(text=f"Take {COPIED}.")), *map(event_of_one, range(1, 1_000))]
    in_one, in_tens = (_recorded(catalog, events, size) for size in (1_000, 10))
    assert in_one[0] == in_tens[0]
    assert in_one[1].items() <= in_tens[1].items()
