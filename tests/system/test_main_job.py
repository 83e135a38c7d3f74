"""The main job with both real services: what is done in the folder shows in the catalog, and nothing else does."""

import contextlib
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.system import texts
from tests.system.conftest import mostly_on
from tests.system.house import House, until

GOLDEN = json.loads((Path(__file__).parents[1] / "quality" / "seeds.json").read_text(encoding="utf-8"))
S000, S001, S002, S003, S004 = sorted(GOLDEN["documents"])


def search(house: House, query: str) -> dict[str, Any]:
    """The answer of a search."""
    answer = house.catalog.get(f"/v1/search?{urllib.parse.urlencode({'q': query})}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def found_paths(house: House, query: str) -> set[str]:
    """The paths of the documents that a search finds."""
    return {hit["document"]["path"] for hit in search(house, query)["hits"]}


def relations(house: House) -> list[dict[str, Any]]:
    """All current relations."""
    found: list[dict[str, Any]] = house.catalog.get("/v1/relations").json["relations"]
    return found


def version(house: House, document: dict[str, Any], number: int) -> dict[str, Any]:
    """One version of a document, whole."""
    answer = house.catalog.get(f"/v1/documents/{document['id']}/versions/{number}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def log_types(house: House, document: dict[str, Any]) -> list[str]:
    """The types of a document's log, oldest first."""
    return [entry["type"] for entry in house.catalog.get(f"/v1/documents/{document['id']}/log").json["log"]]


def write(house: House, name: str, text: str) -> None:
    """Writes a file in place."""
    (house.seeds / name).write_text(text, encoding="utf-8")


def with_sides(passage: dict[str, Any], first: str, second: str) -> dict[str, Any]:
    """A passage as the golden file has it, seen from the side that the golden file calls a."""
    return {"a": passage[first], "b": passage[second], "words": passage["words"], "verbatim": passage["verbatim"]}


class TestTheSeeds:
    """Point 2 of the main job."""

    def test_all_five_are_read_found_and_related_as_they_must_be(self, lived_in: House) -> None:
        documents = lived_in.documents()
        assert sorted(documents) == [S000, S001, S002, S003, S004]
        for path, golden in GOLDEN["documents"].items():
            found = version(lived_in, documents[path], 1)
            for field in ("title", "paragraphs", "kind", "publisher", "published", "published_basis", "language"):
                assert found[field] == golden[field], (path, field)
            assert found["text"] == "\n\n".join(golden["paragraphs"])
            assert found["original"]["digest"] == golden["original"]
            original = lived_in.catalog.get(f"/v1/documents/{documents[path]['id']}/versions/1/original")
            assert original.body == (lived_in.seeds / path).read_bytes()

        assert found_paths(lived_in, "denuclearisation") == {S001, S004}

        [relation] = relations(lived_in)
        [golden] = GOLDEN["relations"]
        assert relation["type"] == golden["type"]
        sides = ("a", "b") if relation["a"]["path"] == golden["a"] else ("b", "a")
        assert {relation[side]["path"] for side in sides} == {golden["a"], golden["b"]}
        # The story quotes the statement.
        assert (relation["source"], relation["source_basis"]) == (sides[1], "quotes")
        found_passages = sorted((with_sides(each, *sides) for each in relation["passages"]), key=lambda each: each["a"])
        assert found_passages == [with_sides(each, "a", "b") for each in golden["passages"]]

    def test_a_text_is_traced_to_where_it_comes_from(self, lived_in: House) -> None:
        quotation = "expressed concern over what the DPRK may gain in exchange for its provision of weapons to Russia"
        quoting = f"Ministers {quotation}; nobody asked why."
        answer = lived_in.ingest.post("/v1/match", quoting.encode(), "text/plain")
        assert answer.status == 200, answer.body
        found = answer.json["matches"]
        assert {each["path"] for each in found} == {S000, S001}
        texts_ = {path: "\n\n".join(golden["paragraphs"]) for path, golden in GOLDEN["documents"].items()}
        for each in found:
            [passage] = each["passages"]
            assert quoting[slice(*passage["self"])] == quotation
            assert texts_[each["path"]][slice(*passage["other"])] == quoting[slice(*passage["self"])]
        assert lived_in.ingest.get("/v1/status").json["states"] == {"published": 5}

    def test_people_can_read_them(self, lived_in: House) -> None:
        [relation] = relations(lived_in)
        document = lived_in.documents()[S000]
        for path, expected in (
            ("/", "Luxon wraps up Japan trip"),
            ("/?q=denuclearisation", "Peters reaffirms"),
            (f"/documents/{document['id']}", "comprehensive strategic partnership"),
            (f"/relations/{relation['id']}", "<mark"),
        ):
            answer = lived_in.catalog.get(path, {"Accept": "text/html"})
            assert answer.status == 200, path
            assert expected in answer.body.decode(), path


class TestTheFolderChanges:
    """Point 3 of the main job, while both services run."""

    def test_a_file_lives_from_its_arrival_to_its_end(self, lived_in: House) -> None:
        write(lived_in, "harbour.txt", texts.HARBOUR)
        first = lived_in.appeared("harbour.txt")
        assert first["version"] == 1
        assert found_paths(lived_in, "Kestrel") == {"harbour.txt"}

        write(lived_in, "harbour.txt", texts.HARBOUR_LATER)
        until(lambda: lived_in.documents()["harbour.txt"]["version"] == 2, "version 2")
        assert lived_in.documents()["harbour.txt"]["id"] == first["id"]
        before, after = version(lived_in, first, 1)["text"], version(lived_in, first, 2)["text"]
        diff = lived_in.catalog.get(f"/v1/documents/{first['id']}/changes/1..2").json
        added = [after[slice(*op["b"])] for op in diff["ops"] if op["op"] == "insert"]
        assert "".join(added).strip() == "A second boat will follow in spring."
        sources = {"equal": (before, "a"), "move": (before, "a"), "insert": (after, "b"), "replace": (after, "b")}
        parts = [sources[op["op"]] + (op,) for op in diff["ops"] if op["op"] != "delete"]
        assert "".join(text[slice(*op[side])] for text, side, op in parts) == after

        (lived_in.seeds / "harbour.txt").rename(lived_in.seeds / "ferry.txt")
        moved = lived_in.appeared("ferry.txt")
        assert (moved["id"], moved["version"], moved["versions"]) == (first["id"], 2, 2)
        assert "harbour.txt" not in lived_in.documents()

        (lived_in.seeds / "ferry.txt").unlink()
        gone = until(lambda: self._gone(lived_in, first), "410")
        assert gone["code"] == "withdrawn"
        assert version(lived_in, first, 1)["text"] == before
        assert log_types(lived_in, first) == ["created", "changed", "moved", "withdrawn"]
        assert not found_paths(lived_in, "Kestrel")
        assert sorted(lived_in.documents()) == sorted(GOLDEN["documents"])

    def test_a_copy_under_another_name_is_a_duplicate_and_collapsed(self, lived_in: House) -> None:
        (lived_in.seeds / "copy.txt").write_bytes((lived_in.seeds / S003).read_bytes())
        copy = lived_in.appeared("copy.txt")
        until(lambda: len(relations(lived_in)) == 2, "the relation of the copy")
        [duplicate] = [each for each in relations(lived_in) if each["type"] == "duplicate"]
        assert {duplicate["a"]["path"], duplicate["b"]["path"]} == {"copy.txt", S003}
        assert lived_in.documents()["copy.txt"]["story"]["id"] == lived_in.documents()[S003]["story"]["id"]
        [hit] = search(lived_in, "intel sharing pact Luxon Japan")["hits"]
        assert hit["collapsed"]["count"] == 1
        assert copy["id"] != lived_in.documents()[S003]["id"]

    @staticmethod
    def _gone(house: House, document: dict[str, Any]) -> dict[str, Any] | None:
        answer = house.catalog.get(f"/v1/documents/{document['id']}")
        return answer.json if answer.status == 410 else None


class TestEverythingStopped:
    """What happens while nobody looks."""

    @mostly_on("postgres")
    def test_changes_while_stopped_end_the_same_with_and_without_the_ledger(self, empty_house: House) -> None:
        empty_house.start()
        until(lambda: len(empty_house.documents()) == 5, "the five seeds, there when both are ready", seconds=1.0)
        write(empty_house, "harbour.txt", texts.HARBOUR)
        empty_house.arrived(6)

        with self.stopped(empty_house):
            write(empty_house, "orchard.txt", texts.ORCHARD)
            (empty_house.seeds / S002).rename(empty_house.seeds / "pact.txt")
            (empty_house.seeds / S004).unlink()
        self.assert_same(empty_house, {S002: "pact.txt", S004: None}, new="orchard.txt")

        with self.stopped(empty_house):
            empty_house.forget_the_ledger()
            write(empty_house, "observatory.txt", texts.OBSERVATORY)
            (empty_house.seeds / S003).rename(empty_house.seeds / "trip.txt")
            (empty_house.seeds / "orchard.txt").unlink()
            write(empty_house, "harbour.txt", texts.HARBOUR_LATER)
        self.assert_same(
            empty_house, {S003: "trip.txt", "orchard.txt": None}, new="observatory.txt", edited="harbour.txt"
        )

    before: dict[str, dict[str, Any]]

    @contextlib.contextmanager
    def stopped(self, house: House) -> Iterator[None]:
        """Both services stopped while the block lasts."""
        self.before = house.documents()
        house.stop()
        yield
        house.start()

    def assert_same(self, house: House, moves: dict[str, str | None], *, new: str, edited: str = "") -> None:
        """All documents are who they were, where they are now; what went is withdrawn; one is new."""
        after = house.arrived(len(self.before))
        expected = {moves.get(old, old): document for old, document in self.before.items()}
        gone = [self.before[old] for old, path in moves.items() if path is None]
        assert sorted(after) == sorted([*(path for path in expected if path), new])
        for path, document in expected.items():
            if path:
                assert after[path]["id"] == document["id"], path
                assert after[path]["version"] == (2 if path == edited else 1), path
        for document in gone:
            assert house.catalog.get(f"/v1/documents/{document['id']}").status == 410
            assert version(house, document, 1)["text"]
        [relation] = relations(house)
        assert {relation["a"]["path"], relation["b"]["path"]} == {S000, S001}
        assert len(relation["passages"]) == 4


class TestBadInput:
    """What cannot be read is said, and stops nothing."""

    def test_bad_files_end_with_a_reason_and_hold_up_nothing(self, lived_in: House) -> None:
        (lived_in.seeds / "empty.txt").write_bytes(b"")
        (lived_in.seeds / "noise.txt").write_bytes(b"\x00\xff\xfe\x81\x8d\x8f\x90\x9d" * 400)
        write(lived_in, "orchard.txt", texts.ORCHARD)
        lived_in.appeared("orchard.txt")

        def reasons() -> dict[str, str]:
            return {path: each["reason"] for path, each in lived_in.files().items() if each["reason"]}

        until(
            lambda: reasons().keys() >= {"empty.txt", "noise.txt"}, f"two reasons; output: {lived_in.ingest.output()}"
        )
        assert reasons()["empty.txt"] == "empty"
        assert reasons()["noise.txt"] in ("undecodable", "unknown-format")
        assert sorted(lived_in.documents()) == sorted([*GOLDEN["documents"], "orchard.txt"])

        write(lived_in, "empty.txt", texts.OBSERVATORY)
        lived_in.appeared("empty.txt")
        assert "empty.txt" not in reasons()

    def test_a_bad_event_is_rejected_and_its_neighbours_are_not(self, lived_in: House) -> None:
        body = json.dumps([{"specversion": "1.0", "id": "x", "type": "document.observed.v1"}]).encode()
        answer = lived_in.catalog.post("/v1/events", body, "application/cloudevents-batch+json")
        assert answer.status == 200, answer.body
        [receipt] = answer.json["receipts"]
        assert receipt["outcome"] == "rejected"
        assert receipt["problem"]["code"]

    def test_every_error_is_a_problem(self, lived_in: House) -> None:
        for path, status in (
            ("/v1/nothing", 404),
            ("/v1/documents/not-an-id", 404),
            ("/v1/documents/00000000-0000-4000-8000-000000000000", 404),
            ("/v1/documents?unknown=1", 400),
            ("/v1/documents?cursor=forged", 400),
        ):
            answer = lived_in.catalog.get(path)
            assert answer.status == status, path
            assert answer.headers["Content-Type"].startswith("application/problem+json")
            assert answer.json["code"]
