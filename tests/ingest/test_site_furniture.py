"""Furniture from the disk to the outbox: learned from three pages, lifted from all, and undone."""

import random
from typing import Any

import sqlalchemy as sa

from ingest_service.ledger import entries, furniture
from ingest_service.ledger.furniture import StoredLine
from ingest_service.ledger.rereads import MOST_FURNITURE_REREADS
from ingest_service.store.tables import File
from tests.ingest.folders import Folder

HEADLINES = (
    "Three men arrested over life jackets", "Captain Doe has died at last", "Taxi boats get cheaper in July",
    "Southern yard builds another vessel",
)  # fmt: skip
MENU = "News of the harbour\n\nTickets and passes\n\nMoorings and berths"
FOOTER = "The Harbour Herald\n\n12 Quay Street, Port Alma\n\nWrite to us about lost property"
BODIES = (
    "Three men were arrested on Sunday night after a watchman saw them carry life jackets out of the boathouse.",
    "Captain John Doe, who steered the island ferry for thirty-one years, died on Thursday at the age of eighty-four.",
    "Taxi boats may ask no more than nine dollars for a trip inside the breakwater from the first of July.",
    "A fourth boat was ordered from the southern yard after the old one had failed its inspection in the spring.",
    "The new lighthouse keeper moved in last week, and has already painted the stairs and mended the bell.",
)


WALL = "Our systems have detected unusual activity.\n\nPress and hold the button. Reference code 7f3a-{0}, 10:0{0}."


def page(number: int, body: str = "") -> str:
    """A page of the site, which names itself by its URL."""
    story = f"Story number {number} of the harbour\n\n{body or BODIES[number]}"
    return f"---\nurl: https://herald.example/{number}\n---\n\n{MENU}\n\n{story}\n\n{FOOTER}\n"


def learned(folder: Folder) -> list[StoredLine]:
    """The lines that the ledger has learned."""
    with folder.database.reading() as session:
        return list(furniture.lines(session))


def articles(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest article of each path."""
    return {event["path"]: event["article"] for event in events if event.get("article")}


async def test_the_third_page_shows_what_is_furniture_and_all_are_read_without_it(folder: Folder) -> None:
    for number in range(2):
        folder.write(f"{number}.txt", page(number))
    first = articles(await folder.once())
    assert first["0.txt"]["paragraphs"][-1] == "Write to us about lost property"
    assert learned(folder) == []
    folder.write("2.txt", page(2))
    events = await folder.once()
    assert {line.text for line in learned(folder)} == {*MENU.split("\n\n"), *FOOTER.split("\n\n")}
    assert {line.evidence for line in learned(folder)} == {("0.txt", "1.txt", "2.txt")}
    again = [event for event in events if event["cause"] == "reprocessed"]
    assert sorted(event["path"] for event in again) == ["0.txt", "1.txt", "2.txt"]
    now = articles(events)
    assert [now[f"{number}.txt"]["paragraphs"] for number in range(3)] == [[BODIES[number]] for number in range(3)]
    assert now["1.txt"]["title"] == "Story number 1 of the harbour"
    lifted = [note["removed"] for note in now["0.txt"]["notes"] if note["rule"] == "site-furniture"]
    assert lifted == [*MENU.split("\n\n"), *FOOTER.split("\n\n")]
    folder.write("3.txt", page(3))
    [event] = await folder.once()
    assert (event["cause"], event["article"]["paragraphs"]) == ("created", [BODIES[3]])
    assert await folder.once() == []


async def test_a_line_that_a_person_disables_is_put_back(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.txt", page(number))
    await folder.once()
    [line] = [line for line in learned(folder) if line.text == "12 Quay Street, Port Alma"]
    with folder.database.writing() as session:
        assert furniture.switch(session, line.id, disabled=True) == 3
        assert furniture.switch(session, line.id, disabled=True) == 0
        assert furniture.switch(session, 10_000, disabled=True) is None
    now = articles(await folder.once())
    assert {tuple(article["paragraphs"]) for article in now.values()} == {(body, line.text) for body in BODIES[:3]}
    assert [line.disabled for line in learned(folder) if line.text == "12 Quay Street, Port Alma"] == [True]
    folder.write("3.txt", page(3))
    [event] = await folder.once()
    assert event["article"]["paragraphs"] == [BODIES[3], line.text]
    with folder.database.writing() as session:
        assert furniture.switch(session, line.id, disabled=False) == 4
    assert {tuple(article["paragraphs"]) for article in articles(await folder.once()).values()} == {
        (body,) for body in BODIES[:4]
    }


async def test_lines_that_differ_in_numbers_are_one_line_that_a_person_may_disable(folder: Folder) -> None:
    views = [f"Number of views: {number}" for number in (3_623, 409, 1_114, 2_046)]

    def write(number: int) -> None:
        text = page(number).replace(f"Story number {number} of the harbour", HEADLINES[number])
        folder.write(f"{number}.txt", f"{text}\n{views[number]}\n")

    for number in range(3):
        write(number)
    now = articles(await folder.once())
    assert [now[f"{number}.txt"]["paragraphs"] for number in range(3)] == [[BODIES[number]] for number in range(3)]
    [line] = [line for line in learned(folder) if line.text not in page(0)]
    assert (line.text, line.evidence) == ("Number of views: #", ("0.txt", "1.txt", "2.txt"))
    write(3)
    [event] = await folder.once()
    assert event["article"]["paragraphs"] == [BODIES[3]]
    with folder.database.writing() as session:
        assert furniture.switch(session, line.id, disabled=True) == 4
    now = articles(await folder.once())
    assert [now[f"{number}.txt"]["paragraphs"] for number in range(4)] == [
        [BODIES[number], views[number]] for number in range(4)
    ]


async def test_a_wall_that_a_site_sends_for_three_pages_is_suspect_until_a_person_disables_it(folder: Folder) -> None:
    def write(number: int) -> None:
        front_matter = f"---\nurl: https://herald.example/{number}\ntitle: Story number {number}\n---\n\n"
        folder.write(f"{number}.txt", front_matter + WALL.format(number))

    for number in range(2):
        write(number)
    assert {article["suspect"] for article in articles(await folder.once()).values()} == {None}
    write(2)
    events = await folder.once()
    assert {event["path"]: event["relations"] for event in events} == {f"{number}.txt": [] for number in range(3)}
    now = articles(events)
    assert [now[f"{number}.txt"]["suspect"] for number in range(3)] == ["bot-wall"] * 3
    assert now["1.txt"]["paragraphs"] == WALL.format(1).split("\n\n")
    write(3)
    [event] = await folder.once()
    assert (event["cause"], event["article"]["suspect"], event["relations"]) == ("created", "bot-wall", [])
    assert await folder.once() == []
    [line] = learned(folder)
    with folder.database.writing() as session:
        assert furniture.switch(session, line.id, disabled=True) == 4
    now = articles(await folder.once())
    assert [now[f"{number}.txt"]["suspect"] for number in range(4)] == [None] * 4


async def test_the_same_bytes_are_read_again_three_times_at_most(folder: Folder) -> None:
    footers = [f"{word} lines of the harbour are closed" for word in ("Red", "Blue", "Green", "White", "Black")]
    folder.write("0.txt", page(0) + "\n\n".join(footers))
    versions = 0
    for round_, footer in enumerate(footers):
        for number in (1, 2):
            words = BODIES[number].split()
            body = " ".join(random.Random(round_).sample(words, len(words)))  # noqa: S311  Nothing secret.
            folder.write(f"{number}-{round_}.txt", page(number, body) + footer)
        versions += sum(event["path"] == "0.txt" for event in await folder.once())
    assert versions == 1 + MOST_FURNITURE_REREADS
    with folder.database.reading() as session:
        assert session.scalar(sa.select(File.furniture_rereads).where(File.path == "0.txt")) == MOST_FURNITURE_REREADS
    folder.write("0.txt", page(0) + footers[-1] + "\n\nThe lines are open again.")
    await folder.once()
    with folder.database.reading() as session:
        assert session.scalar(sa.select(File.furniture_rereads).where(File.path == "0.txt")) == 0


async def test_what_only_redacted_pages_show_is_forgotten(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.txt", page(number))
    documents = {event["document"] for event in await folder.once()}
    for document in sorted(documents):
        assert learned(folder)
        with folder.database.writing() as session:
            entries.purge(session, document)
    assert learned(folder) == []
