"""The rules of recording without a database: events decided one after the other against a state in memory."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_service import contract
from catalog_service.errors import CatalogError
from catalog_service.history.decide import decide
from catalog_service.history.state import BatchState
from catalog_service.store.counter import WriterTurn
from tests.catalog.events import article, document_id, event, original, related, relation

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DOCUMENTS = (1, 2, 3)
Events = Sequence[contract.AnyEvent]


def new_turn() -> WriterTurn:
    """The turn of a writer on an empty catalog."""
    return WriterTurn("epoch", 0, NOW)


def outcomes(*events: contract.AnyEvent) -> list[str]:
    """The outcomes of these events on an empty catalog."""
    state, turn = BatchState(), new_turn()
    return [decide(state, turn, each).outcome for each in events]


def edited(number: int, observation: int, text: str, **data: object) -> contract.ObservedEvent:
    """A change of the test's document `number`."""
    fields = {"article": article(text=text), "original": original(text.encode()), **data}
    return event(number, observation, "changed", **fields)


def test_an_event_is_decided_by_what_the_events_before_it_left() -> None:
    decided = [
        (event(1), "recorded"),
        (edited(1, 2, "It rained."), "recorded"),
        (edited(1, 3, "It rained."), "unchanged"),
        (event(1, 4, "moved", path="b.txt"), "recorded"),
        (event(1, 5, "withdrawn"), "recorded"),
        (event(1, 6, "withdrawn"), "unchanged"),
        (edited(1, 7, "It rained."), "recorded"),
    ]
    assert outcomes(*(sent for sent, _ in decided)) == [outcome for _, outcome in decided]
    assert outcomes(event(1), event(1)) == ["recorded", "replayed"]


def test_a_publisher_version_below_the_current_one_is_late() -> None:
    item = {"key": "urn:7", "by": "guid", "parent": None}
    first = event(1, item={**item, "version": "10"})
    assert outcomes(first, edited(1, 2, "Older words.", item={**item, "version": "9"})) == ["recorded", "late"]
    assert outcomes(first, edited(1, 2, "Newer words.", item={**item, "version": "11"})) == ["recorded", "recorded"]


def test_nothing_of_a_redacted_document_is_recorded() -> None:
    state, turn = BatchState(), new_turn()
    decide(state, turn, event(1))
    row = state.documents[document_id(1)]
    state.documents[row.id] = replace(row, status="redacted")
    seq = turn.seq
    assert [decide(state, turn, each).outcome for each in (event(1), edited(1, 2, "New."))] == ["redacted", "redacted"]
    assert turn.seq == seq
    assert len(state.added.versions) == 1


WRONG_DIGEST = {**article(), "digest": "sha-256:" + "0" * 64}
REFUSED: dict[str, Callable[[int], contract.AnyEvent]] = {
    "a withdrawal of an unknown document": lambda _: event(9, 1, "withdrawn"),
    "a move of an unknown document": lambda _: event(9, 1, "moved", path="b.txt"),
    "relations of an unknown observation": lambda number: related(number, 900, [relation(2)]),
    "a wrong digest": lambda number: edited(number, 800, "unseen bytes", article=WRONG_DIGEST),
    "a passage behind the text": lambda number: edited(number, 801, "y", relations=[relation(2)]),
    "an original that nobody put": lambda number: edited(
        number, 802, "x", original={"digest": "sha-256:" + "1" * 64, "size": 9, "media_type": "text/plain"}
    ),
    "a late article with a wrong digest": lambda number: edited(number, 1, "x", article=WRONG_DIGEST),
}
changes = st.tuples(
    st.sampled_from(DOCUMENTS), st.sampled_from(["text", "move", "withdraw", "relate"]), st.integers(0, 2)
)


def history(drawn: Sequence[tuple[int, str, int]]) -> list[contract.AnyEvent]:
    """The second observation of every document, then the drawn changes, each with the next observation."""
    events: list[contract.AnyEvent] = [event(number, 2) for number in DOCUMENTS]
    observations = dict.fromkeys(DOCUMENTS, 2)
    for place, (number, kind, draw) in enumerate(drawn):
        if kind == "relate":
            other = DOCUMENTS[number % len(DOCUMENTS)]
            events.append(related(number, observations[number], [relation(other)] * (draw > 0), name=f"r{place}"))
            continue
        observations[number] += 1
        if kind == "text":
            events.append(edited(number, observations[number], f"Words of kind {draw}."))
        else:
            cause = "moved" if kind == "move" else "withdrawn"
            events.append(event(number, observations[number], cause, path=f"{number}-{draw}.txt"))
    return events


@pytest.mark.parametrize("name", REFUSED)
@settings(deadline=None)
@given(drawn=st.lists(changes, max_size=8), number=st.sampled_from(DOCUMENTS))
def test_a_refused_event_leaves_no_trace(name: str, drawn: list[tuple[int, str, int]], number: int) -> None:
    state, turn = BatchState(), new_turn()
    for each in history(drawn):
        decide(state, turn, each)
    before, seq = copy.deepcopy(state), turn.seq
    with pytest.raises(CatalogError):
        decide(state, turn, REFUSED[name](number))
    assert (state, turn.seq) == (before, seq)
