"""The outbox keeps what is owed, in order per document, until the catalog has answered for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery import outbox
from ingest_service.store import tables
from ingest_service.store.db import Database
from tests.ingest.events import NOON, document_id, event_id, head, observed, problem, put_event, receipt, related

LARGE = b"%PDF" * 20_000
LARGE_DIGEST = model.digest_of(LARGE)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = Database(database_url)
    tables.Base.metadata.create_all(database.engine)
    with database.writing() as session:
        yield session
    database.close()


def claim(
    session: Session, *, events: int = 1_000, size: int = contract.MAX_BATCH_BYTES, now: datetime = NOON
) -> list[outbox.PendingEvent]:
    return outbox.claim(session, limit_events=events, limit_bytes=size, now=now)


def names(session: Session, *, now: datetime = NOON) -> list[str]:
    return [event.event for event in claim(session, now=now)]


def put_large(session: Session, name: str) -> None:
    """An event whose bytes travel apart."""
    if outbox.original(session, LARGE_DIGEST) is None:
        session.merge(
            tables.Original(digest=LARGE_DIGEST, size=len(LARGE), media_type="application/pdf", content=LARGE)
        )
    original = contract.Original(digest=LARGE_DIGEST, size=len(LARGE), media_type="application/pdf")
    put_event(session, observed(name, original=original), original=LARGE_DIGEST)


def test_what_is_put_is_claimed_in_order_as_it_was(session: Session) -> None:
    for name in ("seoul", "tokyo"):
        put_event(session, observed(name))
    put_event(session, observed("seoul", 2, text="It snowed."))
    claimed = claim(session)
    assert [owed.event for owed in claimed] == [event_id("seoul"), event_id("tokyo"), event_id("seoul", 2)]
    assert contract.ObservedEvent.model_validate_json(claimed[2].body) == observed("seoul", 2, text="It snowed.")


def test_a_claim_leaves_no_mark(session: Session) -> None:
    put_event(session, observed())
    assert claim(session) == claim(session)


def test_a_claim_stays_within_its_limits_but_takes_one(session: Session) -> None:
    for name in ("seoul", "tokyo", "wellington"):
        put_event(session, observed(name))
    size = len(claim(session)[0].body)
    assert len(claim(session, events=2)) == 2
    assert len(claim(session, size=2 * size + 200)) == 2
    assert len(claim(session, size=1)) == 1


def test_what_is_delivered_is_not_claimed_and_a_second_receipt_changes_nothing(session: Session) -> None:
    put_event(session, observed())
    outbox.delivered(session, [receipt(event_id("seoul"))], NOON)
    outbox.delivered(session, [receipt(event_id("seoul"), "replayed")], NOON + timedelta(days=30))
    assert names(session) == []
    assert outbox.counts(session) == {"owed": 0, "delivered": 1, "dead": 0}
    assert outbox.prune(session, NOON + timedelta(days=1)) == 1


def test_nothing_of_a_document_overtakes_an_event_that_waits(session: Session) -> None:
    for event in (observed("seoul"), observed("tokyo"), observed("seoul", 2)):
        put_event(session, event)
    first = claim(session)[0]
    outbox.refuse(session, first.id, problem("internal", 500), NOON)
    assert names(session) == [event_id("tokyo")]
    assert names(session, now=NOON + outbox.REFUSALS.first) == [
        event_id("seoul"),
        event_id("tokyo"),
        event_id("seoul", 2),
    ]


def test_each_refusal_waits_twice_as_long_and_the_last_makes_a_dead_letter(session: Session) -> None:
    put_event(session, observed())
    event = claim(session)[0]
    now, waits = NOON, []
    while not outbox.refuse(session, event.id, problem("internal", 500), now):
        assert outbox.waiting(session).events == 1
        wait = outbox.REFUSALS.first
        while not claim(session, now=now + wait):
            wait *= 2
        waits.append(wait)
        now += wait
    assert waits == [outbox.REFUSALS.first * 2**number for number in range(5)]
    assert outbox.counts(session) == {"owed": 0, "delivered": 0, "dead": 1}
    assert outbox.waiting(session) == outbox.Waiting(0, None)
    assert outbox.retry(session) == 1
    assert claim(session)[0].refusals == 0


def test_the_words_of_the_first_waiting_event_are_reported(session: Session) -> None:
    for name in ("seoul", "tokyo"):
        put_event(session, observed(name))
        outbox.refuse(session, claim(session)[0].id, problem(f"about-{name}", 503), NOON)
    assert outbox.waiting(session) == outbox.Waiting(2, problem("about-seoul", 503))


def test_a_probe_has_no_earlier_event_of_its_document(session: Session) -> None:
    for event in (observed("seoul"), observed("seoul", 2), observed("tokyo")):
        put_event(session, event)
        outbox.delivered(session, [receipt(event.id)], NOON)
    probes = [outbox.first_delivered(session, skip=skip) for skip in range(3)]
    assert [probe and probe.event for probe in probes] == [event_id("seoul"), event_id("tokyo"), None]


def test_a_dead_letter_blocks_nothing_after_it(session: Session) -> None:
    for observation in (1, 2):
        put_event(session, observed("seoul", observation))
    outbox.dead(session, claim(session)[0].id, problem())
    assert names(session) == [event_id("seoul", 2)]
    assert outbox.counts(session) == {"owed": 1, "delivered": 0, "dead": 1}


@pytest.mark.parametrize(
    ("asked", "freed"),
    [({}, 2), ({"event": event_id("seoul")}, 1), ({"code": "too-large"}, 1), ({"code": "unheard-of"}, 0)],
)
def test_dead_letters_are_owed_again_all_or_one_or_by_reason(
    session: Session, asked: dict[str, str], freed: int
) -> None:
    for name, code in (("seoul", "event-invalid"), ("tokyo", "too-large")):
        put_event(session, observed(name))
        outbox.dead(session, claim(session)[0].id, problem(code))
    assert outbox.retry(session, **asked) == freed
    assert len(claim(session)) == freed


def test_dead_letters_are_listed_oldest_first_with_words_and_path(session: Session) -> None:
    document = str(document_id("tokyo"))
    session.add(tables.Item(key="t", by="path", path="t.txt", document=document, observation=1, status="current"))
    for name in ("seoul", "tokyo", "wellington"):
        put_event(session, observed(name))
        outbox.dead(session, claim(session)[0].id, problem(f"about-{name}"))
    letters = outbox.dead_letters(session, limit=2)
    assert [(letter.event, letter.path) for letter in letters] == [
        (event_id("seoul"), None),
        (event_id("tokyo"), "t.txt"),
    ]
    assert letters[0].problem == problem("about-seoul")
    assert letters[0].created_at == NOON


def test_the_time_of_the_oldest_pending_event_is_reported(session: Session) -> None:
    assert outbox.oldest(session) is None
    put_event(session, observed())
    assert outbox.oldest(session) == NOON
    outbox.delivered(session, [receipt(event_id("seoul"))], NOON)
    assert outbox.oldest(session) is None


def test_large_bytes_stay_until_the_last_event_that_needs_them_is_delivered(session: Session) -> None:
    put_large(session, "seoul")
    put_large(session, "tokyo")
    assert [owed.original for owed in claim(session)] == [LARGE_DIGEST, LARGE_DIGEST]
    outbox.delivered(session, [receipt(event_id("seoul"))], NOON)
    assert outbox.original(session, LARGE_DIGEST) == LARGE
    outbox.delivered(session, [receipt(event_id("tokyo"))], NOON)
    assert outbox.original(session, LARGE_DIGEST) is None


def test_a_dead_letter_keeps_its_bytes_for_another_try(session: Session) -> None:
    put_large(session, "seoul")
    put_large(session, "tokyo")
    outbox.dead(session, claim(session)[0].id, problem())
    outbox.delivered(session, [receipt(event_id("tokyo"))], NOON)
    assert outbox.original(session, LARGE_DIGEST) == LARGE


def test_a_redacted_document_leaves_nothing_in_the_outbox(session: Session) -> None:
    put_large(session, "seoul")
    put_event(session, observed("seoul", 2))
    put_event(session, observed("tokyo"))
    outbox.delivered(session, [receipt(event_id("seoul", 2))], NOON)
    outbox.erase(session, str(document_id("seoul")))
    assert names(session) == [event_id("tokyo")]
    assert outbox.counts(session)["delivered"] == 0
    assert outbox.original(session, LARGE_DIGEST) is None


def test_a_catalog_from_a_backup_is_owed_what_it_lost_before_anything_newer(session: Session) -> None:
    for event in (observed("seoul"), observed("seoul", 2), related("seoul", 1), observed("tokyo")):
        put_event(session, event)
        outbox.delivered(session, [receipt(event.id)], NOON)
    put_event(session, observed("seoul", 3))
    assert outbox.recall(session) == 4
    outbox.still_held(session, [head("seoul", 1)])
    assert names(session) == [
        event_id("seoul", 2), related("seoul", 1).id, event_id("tokyo"), event_id("seoul", 3)
    ]  # fmt: skip


def test_a_late_observation_is_sent_again_although_a_newer_one_is_held(session: Session) -> None:
    for observation, outcome in ((1, "late"), (2, "recorded")):
        put_event(session, observed("seoul", observation))
        outbox.delivered(session, [receipt(event_id("seoul", observation), outcome)], NOON)  # type: ignore[arg-type]
    outbox.recall(session)
    outbox.still_held(session, [head("seoul", 2)])
    assert names(session) == [event_id("seoul", 1)]


def test_only_what_was_delivered_long_ago_is_forgotten(session: Session) -> None:
    for name in ("seoul", "tokyo", "wellington"):
        put_event(session, observed(name))
    outbox.delivered(session, [receipt(event_id("seoul"))], NOON - timedelta(days=8))
    outbox.delivered(session, [receipt(event_id("tokyo"))], NOON)
    assert outbox.prune(session, NOON - timedelta(days=7)) == 1
    assert outbox.counts(session) == {"owed": 1, "delivered": 1, "dead": 0}
