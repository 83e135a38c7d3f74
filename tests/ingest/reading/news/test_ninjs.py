"""ninjs in its three versions: the same item whatever the form of its keys, and no other JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import Damaged, NoText, UnknownFormat
from ingest_service.model import Article, Publication, Reading

TEXT = "The council approved a new timetable for the harbour ferry on Tuesday evening."
MORE = "Night nurses had asked for it, the mayor said."
COMMON = {
    "uri": "urn:newsml:harbour.example:ferry", "type": "text", "version": "3", "language": "en", "urgency": 4,
    "located": "Port Alma", "slugline": "ferry-hours",
}  # fmt: skip
ONE = COMMON | {
    "versioncreated": "2026-03-04T09:15:00+01:00", "firstcreated": "2026-03-03T21:00:00Z", "pubstatus": "usable",
    "headline": "Ferry to sail later at night", "byline": "By Ada Holm", "source": "Harbour News",
    "description_text": "A new timetable.", "body_text": f"{TEXT} {MORE}",
    "body_xhtml": f"<p>{TEXT}</p>\n<p>{MORE}</p>", "subject": [{"name": "transport"}], "ednote": "Adds quotes",
}  # fmt: skip
TWO: dict[str, Any] = COMMON | {
    "versioncreated": "2026-03-04T08:15:00Z", "firstcreated": "2026-03-03T21:00:00Z", "pubstatus": "usable",
    "headlines": [{"role": "sub", "value": "Council votes"}, {"role": "main", "value": "Ferry to sail later at night"}],
    "by": "Ada Holm", "copyrightholder": "Harbour News", "infosources": [{"name": "Council"}],
    "descriptions": [{"role": "writer", "value": "jb"}, {"role": "summary", "value": "A new timetable."}],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": f"{TEXT} {MORE}"},
        {"role": "xhtml", "contenttype": "text/html", "value": f"<body><p>{TEXT}</p><p>{MORE}</p></body>"},
    ],
    "subjects": [{"name": "transport"}], "ednote": "Adds quotes",
}  # fmt: skip
# 3.0 writes the same keys in another case.
CASES = {
    "versioncreated": "versionCreated",
    "firstcreated": "firstCreated",
    "pubstatus": "pubStatus",
    "ednote": "edNote",
}
THREE = {CASES.get(key, key): value for key, value in TWO.items()} | {
    "bodies": [
        {key.replace("contenttype", "contentType"): value for key, value in body.items()} for body in TWO["bodies"]
    ]
}
PHOTO = {
    "uri": "urn:photo", "type": "picture", "versioncreated": "2026-03-04T08:15:00Z", "headline": "The quay",
    "byline": "Jo Berg", "description_text": TEXT, "description_xhtml": f"<p>{TEXT}</p>",
}  # fmt: skip


def read(value: object) -> tuple[Reading, ...]:
    return reading.read(json.dumps(value).encode(), "news.json").items


def article(value: object) -> Article:
    (item,) = read(value)
    return normalise.normalise(item)


@pytest.mark.parametrize("value", [ONE, TWO, THREE], ids=["1", "2", "3"])
def test_the_versions_make_the_same_article(value: dict[str, Any]) -> None:
    (item,) = read(value)
    made = normalise.normalise(item)
    assert item.publication == Publication("urn:newsml:harbour.example:ferry", "3")
    assert (made.title, made.authors, made.publisher) == ("Ferry to sail later at night", ("Ada Holm",), "Harbour News")
    assert (made.published, made.language, made.paragraphs) == ("2026-03-03T21:00:00Z", "en", (TEXT, MORE))
    assert {**made.fields} == {
        "version_created": "2026-03-04T08:15:00Z", "located": "Port Alma", "slugline": "ferry-hours", "urgency": "4",
        "subjects": ["transport"], "type": "text", "status": "usable", "note_to_editors": "Adds quotes",
        "summary": "A new timetable.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "availability", "embargo"),
    [
        ({"pubstatus": "withheld"}, "withheld", None),
        ({"pubstatus": "canceled"}, "cancelled", None),
        ({"embargoed": "2026-03-05T12:00:00+0100"}, "usable", datetime(2026, 3, 5, 11, tzinfo=UTC)),
        # The time of the version says which zone this one is in.
        ({"embargoed": "2026-03-05T12:00:00"}, "usable", datetime(2026, 3, 5, 11, tzinfo=UTC)),
        ({"embargoed": None}, "usable", None),
        ({"embargoed": ""}, "usable", None),
        # An end that cannot be read ends no embargo.
        ({"embargoed": "next week"}, "withheld", None),
        ({"embargoed": ["2026-03-05T12:00:00Z"]}, "withheld", None),
    ],
)
def test_status_and_embargo_hold_or_cancel(more: dict[str, Any], availability: str, embargo: datetime | None) -> None:
    (item,) = read(ONE | more)
    assert (item.publication.availability, item.publication.embargo) == (availability, embargo)


def test_without_a_version_the_time_of_the_version_orders() -> None:
    (item,) = read({key: value for key, value in ONE.items() if key != "version"})
    assert item.publication.version == "2026-03-04T08:15:00Z"


@pytest.mark.parametrize("altids", [{"itemid": "4711-a", "etag": "9"}, [{"role": "itemid", "value": "4711-a"}]])
def test_an_item_id_identifies_an_item_whose_address_changes(altids: object) -> None:
    items = [read(ONE | {"uri": f"https://api.harbour.example/ferry?v={v}", "altids": altids})[0] for v in "12"]
    assert [item.publication.guid for item in items] == ["4711-a", "4711-a"]


@pytest.mark.parametrize(
    ("uri", "url", "kind"),
    [
        ("https://www.businesswire.com/news/home/1/en", "https://www.businesswire.com/news/home/1/en", "release"),
        ("https://api.harbour.example/ferry", None, "article"),
    ],
)
def test_an_identity_that_is_a_page_is_the_address(uri: str, url: str | None, kind: str) -> None:
    made = article(ONE | {"uri": uri})
    assert (made.url, made.kind) == (url, kind)


def test_a_photograph_carries_its_caption() -> None:
    made = article(PHOTO | {"body_text": "Something else about the photograph."})
    assert (made.title, made.paragraphs, made.authors) == ("The quay", (TEXT,), ("Jo Berg",))


def test_an_event_is_described() -> None:
    event = {"uri": "urn:e", "title": "Press conference", "descriptions": [{"role": "text", "value": TEXT}]}
    made = article(event | {"eventDetails": {"dates": {"startDate": "2026-03-05T10:00:00Z"}}})
    assert (made.title, made.paragraphs) == ("Press conference", (TEXT,))
    assert made.fields["event"] == {"startdate": "2026-03-05T10:00:00Z"}


def test_a_body_of_nitf_is_read() -> None:
    nitf = f"<?xml version='1.0'?><nitf><body><body.content><p>{TEXT}</p></body.content></body></nitf>"
    bodies = [{"role": "text", "value": MORE}, {"role": "nitf", "contentType": "text/vnd.IPTC.NITF", "value": nitf}]
    assert article(THREE | {"bodies": bodies}).paragraphs == (TEXT,)


@pytest.mark.parametrize("photos", [{"main": PHOTO, "more": [PHOTO]}, [PHOTO, PHOTO]], ids=["1", "2"])
def test_pictures_of_an_item_are_fields_of_it(photos: object) -> None:
    picture = {"guid": "urn:photo", "headline": "The quay", "caption": TEXT, "credit": "Jo Berg"}
    assert article(ONE | {"associations": photos}).fields["pictures"] == [picture, picture]


def test_an_associated_text_is_an_item_of_its_own() -> None:
    sidebar = ONE | {"uri": "urn:sidebar", "headline": "How the council voted"}
    story, other = read(ONE | {"associations": {"sidebar": sidebar, "link": {"headline": "No text"}}})
    assert (story.name, other.name) == (ONE["uri"], "urn:sidebar")
    assert (other.publication.guid, other.metadata["title"]) == ("urn:sidebar", "How the council voted")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda items: items,
        lambda items: {"total": 2, "item": items},
        lambda items: {"data": {"items": [{"item": item} for item in items]}},
    ],
)
def test_lists_of_items_are_items_of_the_file(wrap: Any) -> None:  # noqa: ANN401  Any shape of JSON.
    other = ONE | {"uri": "urn:2"}
    assert [item.name for item in read(wrap([ONE, other]))] == [ONE["uri"], "urn:2"]


@pytest.mark.parametrize(
    "value",
    [
        {"uri": "https://example.org", "title": "An entry", "type": "link"},
        {"guid": "1", "headline": "Only one sign"},
        {"headline": "No identity", "byline": "Ada Holm", "body_text": TEXT},
        [1, 2, {"a": {"uri": "u", "headline": "h", "byline": "b"}}],
        {"uri": 5, "headline": "h", "byline": "b"},
        json.loads("[" * 500 + "]" * 500),
    ],
)
def test_other_json_is_not_read(value: object) -> None:
    with pytest.raises(UnknownFormat):
        read(value)


def test_values_of_the_wrong_type_are_ignored() -> None:
    odd = {
        "headline": 5, "byline": ["x"], "bodies": {"a": 1}, "descriptions": [None, 3], "subject": "x",
        "associations": [[None]], "genre": [None, 5, {"name": 7}], "embargoed": {}, "language": [], "eventdetails": 3,
    }  # fmt: skip
    made = article(ONE | odd | {"firstcreated": "yesterday"})
    assert (made.title, made.paragraphs, made.published) == ("5", (TEXT, MORE), "2026-03-04T08:15:00Z")


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    assert article(ONE | {"body_xhtml": "<p>A\x00B \ud83d C</p>"}).paragraphs == ("A\ufffdB \ufffd C",)


def test_an_item_without_text_has_none() -> None:
    with pytest.raises(NoText, match="urn:1"):
        read({"uri": "urn:1", "headline": "Only a headline", "versioncreated": "2026-03-04T08:15:00Z"})


@pytest.mark.parametrize("cut", [200, 700])
def test_a_cut_off_file_is_damaged(cut: int) -> None:
    with pytest.raises(Damaged, match="cut off"):
        reading.read(json.dumps(ONE).encode()[:cut], "news.json")


def test_deep_nesting_costs_one_file() -> None:
    deep = '{"uri": "urn:1", "headline": "h", "byline": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(Damaged):
        reading.read(deep.encode(), "news.json")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_any_encoding_is_read(encoding: str) -> None:
    content = json.dumps(ONE | {"headline": "Café at the quay – open"}, ensure_ascii=False).encode(encoding)
    (item,) = reading.read(content, "news.json").items
    assert item.metadata["title"] == "Café at the quay – open"
