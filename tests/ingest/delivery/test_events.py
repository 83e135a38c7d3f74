"""Every body that the ingest service writes is an event of the contract, and in the words of its models."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery import events
from ingest_service.delivery.outbox import Event
from ingest_service.store.rows import ItemRow

EVENTS: TypeAdapter[contract.ObservedEvent | contract.RelatedEvent] = TypeAdapter(contract.AnyEvent)
ORIGIN = events.Origin("seeds", "/ingest/seeds")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
WORDS = st.lists(TEXTS, max_size=2).map(tuple)
NAMES = TEXTS.filter(bool)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  It adds the zone.
NUMBERS = st.integers(0, contract.MAX_NUMBER)
SPANS = st.tuples(NUMBERS, NUMBERS).map(sorted).map(tuple)
SHARES = st.floats(0, 1)
OBSERVATIONS = st.integers(1, contract.MAX_NUMBER)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS, st.lists, max_leaves=5)
DIGESTS = TEXTS.map(lambda text: model.digest_of(text.encode()))
DOCUMENTS = st.uuids(version=4).map(str)
ARTICLES = st.builds(
    model.Article,
    title=TEXTS, paragraphs=WORDS, language=st.none() | TEXTS, publisher=st.none() | TEXTS,
    kind=st.sampled_from(["wire", "release", "article", "document"]), url=st.none() | TEXTS,
    published=st.sampled_from([None, "2026", "2026-11-22", "2026-11-22T10:00:00.5Z"]),
    published_basis=st.sampled_from([None, "metadata", "dateline", "text", "caption"]),
    authors=WORDS, credits=WORDS, fields=st.dictionaries(TEXTS, JSON, max_size=2),
    wire=st.none() | st.builds(model.Wire, TEXTS, st.integers(0, 1_000_000)),
    notes=st.lists(st.builds(model.Note, TEXTS, st.none() | SPANS, TEXTS, TEXTS), max_size=2).map(tuple),
    normaliser=st.builds(model.Normaliser, TEXTS, TEXTS),
)  # fmt: skip
EDITS = st.builds(model.Edit, st.sampled_from(["insert", "delete", "replace"]), SPANS, SPANS)
PASSAGES = st.builds(
    model.Passage, SPANS, SPANS, NUMBERS, st.lists(SPANS, max_size=2).map(tuple), st.booleans(),
    st.lists(EDITS, max_size=2).map(tuple), st.lists(SPANS, max_size=2).map(tuple),
)  # fmt: skip
JUDGEMENTS = st.builds(
    model.Judgement, st.sampled_from(["duplicate", "revision", "excerpt", "reuse"]), SHARES, SHARES, SHARES,
    st.lists(PASSAGES, max_size=2).map(tuple),
)  # fmt: skip
RELATIONS = st.lists(
    st.builds(model.Relation, st.builds(model.Reference, DOCUMENTS, OBSERVATIONS, DIGESTS), JUDGEMENTS), max_size=2
)
ITEMS = st.builds(
    ItemRow, id=NUMBERS, key=NAMES, by=st.sampled_from(["path", "member", "guid"]), parent=st.none() | NAMES,
    version=st.none() | TEXTS, path=NAMES, document=DOCUMENTS, observation=OBSERVATIONS, status=st.just("current"),
    adopted=st.none(),
)  # fmt: skip
ORIGINALS = st.builds(
    events.Original, DIGESTS, st.integers(0, 2 * contract.MAX_INLINE_ORIGINAL), st.just("text/plain"),
    st.none() | TEXTS, st.none() | st.binary(),
)  # fmt: skip
OBSERVED = st.builds(
    lambda number, cause, moment, original, article: events.Observation(
        number, cause, moment, original, article, article.digest
    ),
    OBSERVATIONS, st.sampled_from(["created", "changed", "restored", "reprocessed"]), MOMENTS, ORIGINALS, ARTICLES,
)  # fmt: skip
CHANGES = st.builds(
    events.ItemChange, st.sampled_from(["moved", "withdrawn"]), NAMES, st.none() | NAMES, st.none() | TEXTS
)


def assert_in_the_contract(event: Event) -> None:
    """The catalog reads the body, and would write it in the same bytes."""
    read = EVENTS.validate_json(event.body)
    assert read.model_dump_json(by_alias=True).encode() == event.body
    assert (read.id, str(read.subject), read.data.observation, read.time) == (
        event.id, event.document, event.observation, event.time
    )  # fmt: skip


@given(ITEMS, OBSERVED, RELATIONS)
def test_an_observed_event_is_in_the_contract(
    item: ItemRow, observation: events.Observation, relations: list[model.Relation]
) -> None:
    event = events.observed(ORIGIN, item, observation, relations)
    assert_in_the_contract(event)
    is_large = observation.original.size > contract.MAX_INLINE_ORIGINAL
    assert event.original == (observation.original.digest if is_large else None)


@given(ITEMS, CHANGES, MOMENTS)
def test_a_move_and_a_withdrawal_are_in_the_contract(
    item: ItemRow, change: events.ItemChange, moment: datetime
) -> None:
    assert_in_the_contract(events.without_article(ORIGIN, item, change, moment))


@given(DOCUMENTS, OBSERVATIONS, RELATIONS, MOMENTS)
def test_a_related_event_is_in_the_contract(
    document: str, observation: int, relations: list[model.Relation], moment: datetime
) -> None:
    assert_in_the_contract(events.related(ORIGIN, document, observation, relations, moment))


def test_the_check_of_these_tests_can_fail() -> None:
    event = events.related(ORIGIN, "no document", 1, [], datetime(2026, 11, 22, tzinfo=UTC))
    with pytest.raises(ValidationError):
        assert_in_the_contract(event)
