"""Pages that say nothing, with both real services: each is a document of its own, and search shows each."""

import urllib.parse

from tests.system.conftest import mostly_on
from tests.system.house import House

STUB = "---\ntitle: {title}\nurl: https://example.org/{name}\n---\n"
WALL = (
    "Pardon Our Interruption\n\nSomething about your browser made us think that you are a bot.\n"
    "To regain access, allow cookies and JavaScript, then load the page again.\n"
)


@mostly_on("sqlite")
def test_pages_that_say_nothing_share_nothing(empty_house: House) -> None:
    house = empty_house
    for path in house.seeds.iterdir():
        path.unlink()
    for name, title in (("a", "Nine harbour maps"), ("b", "Nine harbour boats"), ("c", "Nine harbour maps")):
        (house.seeds / f"{name}.md").write_text(STUB.format(title=title, name=name), encoding="utf-8")
    for number in range(2):
        (house.seeds / f"wall{number}.txt").write_text(WALL, encoding="utf-8")
    house.start()

    documents = house.arrived(5)
    assert {path: document["suspect"] for path, document in documents.items()} == {
        "a.md": "empty", "b.md": "empty", "c.md": "empty", "wall0.txt": "bot-wall", "wall1.txt": "bot-wall",
    }  # fmt: skip
    assert {document["story"] for document in documents.values()} == {None}
    assert house.catalog.get("/v1/relations").json["relations"] == []
    query = urllib.parse.urlencode({"q": "harbour OR interruption"})
    hits = house.catalog.get(f"/v1/search?{query}").json["hits"]
    assert sorted(hit["document"]["path"] for hit in hits) == sorted(documents)
    page = house.catalog.get(f"/documents/{documents['wall0.txt']['id']}").body.decode()
    assert "bot wall" in page
