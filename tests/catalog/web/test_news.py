"""The newspaper of changes says in words what happened to a document, without a database."""

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup

from catalog_service import diffing, document_versions
from catalog_service.resources import Change, Relation, Version
from catalog_service.web.news import items
from catalog_service.web.news.item import Item
from catalog_service.web.news.material import Compared, Material, Name
from catalog_service.web.sentences import Sentence
from tests.catalog.events import document_id
from tests.catalog.web.versions import version

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
YONHAP, STATEMENT = document_id(1), document_id(2)
TAGS = re.compile("<[^>]*>")
MARKS = {"ours": "{}", "theirs": "{}", "removed": "-{}-", "added": "+{}+"}


@dataclass
class Log:
    """A change log and what it names; each method adds an entry."""

    changes: list[Change] = field(default_factory=list)
    versions: dict[Name, Version] = field(default_factory=dict)
    relations: dict[tuple[str, int], Relation] = field(default_factory=dict)
    arrived: dict[str, datetime] = field(default_factory=dict)
    compared: dict[tuple[Name, Name], Compared] = field(default_factory=dict)

    def add(self, type_: str, document: str | None = None, minute: int = 0, **data: Any) -> int:  # noqa: ANN401
        """An entry of this type; returns its `seq`."""
        seq, time = len(self.changes) + 1, NOON + timedelta(minutes=minute)
        data = {"seq": seq, "document": document, "collection": "seeds", **data}
        self.changes.append(
            Change(id=f"e:{seq}", source="/catalog", type=type_, subject=document, time=time, data=data)
        )
        return seq

    def recorded(self, document: Version, name: str = "created", minute: int = 0, **data: Any) -> None:  # noqa: ANN401
        """An entry about a document and its version."""
        self.versions[str(document.id), document.version] = document
        self.add(f"document.{name}.v1", str(document.id), minute, version=document.version, path=document.path, **data)

    def edited(self, before: Version, after: Version) -> None:
        """A version that another one follows, with their diff."""
        self.versions[str(before.id), before.version] = before
        diff = document_versions.described(before, after, diffing.compare(before.text, after.text))
        summary = {**diff.summary.model_dump(), "kind": "publisher"}
        after = after.model_copy(update={"change": type(after.change).model_validate(summary)})
        names = (str(before.id), before.version), (str(after.id), after.version)
        self.compared[names] = Compared(before, after, diff)
        self.recorded(after, "changed")

    def related(self, relation: Relation, name: str = "added", minute: int = 0) -> None:
        """An entry about a relation."""
        sides = [{"document": str(end.document), "version": end.version} for end in (relation.a, relation.b)]
        seq = self.add(f"relation.{name}.v1", None, minute, relation=relation.id, type=relation.type, sides=sides)
        self.relations[relation.id, seq] = relation

    def items(self) -> list[Item]:
        """The items, the newest first."""
        current = {document: (document, number) for document, number in sorted(self.versions)}
        changes = self.changes[::-1]
        return items.items(Material(changes, self.versions, self.relations, current, self.arrived, self.compared))


def relation(a: Version, b: Version, type_: str = "reuse", **fields: Any) -> Relation:  # noqa: ANN401
    """A relation of two versions in which the first one quotes the second, with one passage word for word."""
    ends = [{"document": each.id, **each.model_dump(include={"version", "digest", "title", "path"})} for each in (a, b)]
    defaults = {
        "id": f"{a.id}{b.id}"[:32], "type": type_, "jaccard": 0.1, "coverage": {"a": 0.2, "b": 0.1}, "earlier": "b",
        "earlier_basis": "published", "source": "b", "source_basis": "quotes", "differs": None, "passages_omitted": 0,
        "passages": [passage()], "recorded_at": NOON,
    }  # fmt: skip
    return Relation.model_validate(defaults | dict(zip("ab", ends, strict=True)) | fields)


def passage(*, verbatim: bool = True) -> dict[str, Any]:
    """A passage."""
    return {"a": (0, 5), "b": (0, 5), "words": 8, "verbatim": verbatim}


def said(parts: Sentence) -> str:
    """A sentence as text, with what was removed and added marked: "-53-", "+57+"."""
    return "".join(MARKS[part.manner].format(html.unescape(TAGS.sub("", part.text))) for part in parts)


STORY = version(title="Korea, NZ agree", publisher="Yonhap")
SOURCE = version(id=STATEMENT, title="Joint Statement", path="002.txt", kind="release")


def edit(before: str, after: str, **fields: Any) -> Item:  # noqa: ANN401
    """The item of an edit of a text by Yonhap."""
    log = Log()
    log.edited(version(before, publisher="Yonhap"), version(after, **{"publisher": "Yonhap", "version": 2, **fields}))
    [item] = log.items()
    return item


@pytest.mark.parametrize(
    ("before", "after", "kind", "words", "context"),
    [
        (
            "It sent 53 soldiers, he said.", "It sent 57 soldiers, he said.", "figure",
            "Yonhap raises the number of soldiers from -53- to +57+", "… It sent -53- +57+ soldiers, he said. …",
        ),
        (
            "It costs 1,200.50 a day.", "It costs 900 a day.", "figure",
            "Yonhap lowers a figure from -1,200.50- to +900+", "… It costs -1,200.50- +900+ a day. …",
        ),
        (
            "Of 5 men 3 left.", "Of 6 men 4 left.", "figure",
            "Yonhap changes two figures: from -5- to +6+, from -3- to +4+", "… Of -5- +6+ men 4 left. …",
        ),
        (
            "It begins on Monday.", "It begins on Tuesday.", "date",
            "Yonhap changes a date from -Monday- to +Tuesday+", "… It begins on -Monday- +Tuesday+. …",
        ),
        (
            "“We will go,” he said.", "“We will stay,” he said.", "quotation",
            "Yonhap alters a quotation", "… “We will -go- +stay+,” he said. …",
        ),
        (
            "The envoys met.", "The tired envoys met.", "edited",
            "Yonhap adds one word", "… The +tired+ envoys met. …",
        ),
        (
            "The envoys met at night in Seoul.", "The envoys met in Seoul.", "edited",
            "Yonhap removes two words", "… The envoys met -at night- in Seoul. …",
        ),
        (
            "Envoys met. Nobody spoke of the war.", "Old envoys met. Some spoke of war.", "edited",
            "Yonhap adds two words and removes two", "",
        ),
        ("The U.N. met.", "The UN met.", "typography", "Yonhap changes typography only", ""),
        (
            "Envoys met in Geneva on Monday.\n\nNo agreement was reached after nine hours of talks.",
            "No agreement was reached after nine hours of talks.\n\nEnvoys met in Geneva on Monday.", "moved",
            "Yonhap moves six words; no word changed", "Envoys met in Geneva on Monday. …",
        ),
    ],
)  # fmt: skip
def test_an_edit_is_said_in_words(before: str, after: str, kind: str, words: str, context: str) -> None:
    item = edit(before, after)
    assert (item.kind, said(item.sentence), said(item.context)) == (kind, words, context)


def test_an_edit_links_its_words_to_the_comparison_and_its_title_to_the_document() -> None:
    item = edit("It sent 53 soldiers.", "It sent 57 soldiers.")
    page = f"/documents/{YONHAP}/compare?from=1&to=2"
    assert [part.href for part in item.sentence] == [page] * 5 + [None] * 4
    [title] = item.about
    assert (title.text, title.href) == ("Peace talks resume", f"/documents/{YONHAP}")


def test_a_headline_shows_both_and_marks_the_words_that_differ() -> None:
    item = edit("Same.", "Same.", title="Peace talks fail")
    assert said(item.sentence) == "Yonhap changes its headline"
    assert said(item.context) == "Peace talks -resume- +fail+"


def test_other_details_are_said_with_their_old_and_new_value() -> None:
    item = edit("Same.", "Same.", published="2024-09-04", publisher=None)
    words = "“Peace talks resume” changes its publisher from -Yonhap- to none, its date of publication to +2024-09-04+"
    assert said(item.sentence) == words


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({}, "quotes", "Yonhap quotes the joint statement: one passage, word for word"),
        (
            {"passages": [passage(), passage(verbatim=False), passage()]}, "quotes",
            "Yonhap quotes the joint statement: three passages, one altered",
        ),
        (
            {"source_basis": "published", "passages": [passage(verbatim=False)]}, "shared",
            "Yonhap takes one passage from the joint statement, altered",
        ),
        (
            {"source": None, "source_basis": None}, "shared",
            "Yonhap shares one passage with the joint statement, word for word",
        ),
        ({"type": "excerpt"}, "contained", "Korea, NZ agree is almost wholly contained in Joint Statement"),
        (
            {"type": "excerpt", "coverage": {"a": 0.1, "b": 0.9}}, "contained",
            "Korea, NZ agree contains almost all of Joint Statement",
        ),
        ({"type": "duplicate"}, "copy", "Korea, NZ agree is the same text as Joint Statement"),
        (
            {"type": "revision", "differs": {"figures": 1, "names": 2}}, "filing",
            "Yonhap files Joint Statement again",
        ),
        (
            {"type": "revision", "source": None}, "filing",
            "Korea, NZ agree and Joint Statement are filings of one story",
        ),
    ],
)  # fmt: skip
def test_a_new_document_says_what_it_takes_from_others(fields: dict[str, Any], kind: str, words: str) -> None:
    log = Log()
    log.versions[STATEMENT, 1] = SOURCE
    log.recorded(STORY)
    log.related(relation(STORY, SOURCE, **fields))
    [item] = log.items()
    assert (item.kind, said(item.sentence)) == (kind, words)
    assert item.sentence[0].href == f"/relations/{f'{YONHAP}{STATEMENT}'[:32]}"


def test_a_filing_says_how_many_words_it_adds_under_its_marker() -> None:
    log = Log()
    lead = version(
        "Envoys met on Monday. They will meet again.", publisher="Yonhap", wire={"marker": "2nd LEAD", "sequence": 2}
    )
    log.versions[STATEMENT, 1] = earlier = version(id=STATEMENT, title="Talks")
    diff = document_versions.described(earlier, lead, diffing.compare(earlier.text, lead.text))
    log.compared[(STATEMENT, 1), (YONHAP, 1)] = Compared(earlier, lead, diff)
    log.recorded(lead)
    log.related(relation(lead, earlier, "revision"))
    assert [said(item.sentence) for item in log.items()] == ["2nd LEAD, Yonhap adds four words to Talks"]


def test_both_documents_of_a_relation_may_be_new() -> None:
    log = Log()
    log.recorded(STORY)
    log.recorded(SOURCE)
    log.related(relation(STORY, SOURCE))
    assert [(item.kind, said(item.sentence)) for item in log.items()] == [
        ("quotes", "Yonhap quotes the joint statement: one passage, word for word"),
        ("new", "Joint Statement"),
    ]


def test_an_edit_says_the_relations_that_it_begins_and_ends_but_not_those_that_go_on() -> None:
    log, others = Log(), [version(id=document_id(number), title=f"Text {number}") for number in (3, 4, 5)]
    log.versions |= {(str(other.id), 1): other for other in others}
    log.edited(STORY, version("Other.", title=STORY.title, publisher="Yonhap", version=2))
    before, after = log.versions[YONHAP, 1], log.versions[YONHAP, 2]
    log.related(relation(before, others[0]), "withdrawn")
    log.related(relation(before, others[1]), "withdrawn")
    log.related(relation(after, others[1]))
    log.related(relation(after, others[2]))
    [item] = log.items()
    clauses = "; it now shares one passage with Text 5; it shares no passage with Text 3 any more"
    assert said(item.sentence) == f"Yonhap adds one word and removes four{clauses}"


@pytest.mark.parametrize(
    ("count", "source", "words"),
    [
        (3, {}, "Joint Statement is withdrawn after two hours; three documents quote it"),
        (1, {}, "Joint Statement is withdrawn after two hours; one document quotes it"),
        (2, {"source": None}, "Joint Statement is withdrawn after two hours; two documents share passages with it"),
        (0, {}, "Joint Statement is withdrawn after two hours"),
    ],
)
def test_a_withdrawal_says_after_how_long_and_how_many_documents_quote_it(
    count: int, source: dict[str, Any], words: str
) -> None:
    log = Log(arrived={STATEMENT: NOON - timedelta(hours=2, minutes=20)})
    log.recorded(SOURCE, "withdrawn", reason="file-gone")
    for number in range(count):
        other = version(id=document_id(10 + number))
        log.versions[str(other.id), 1] = other
        log.related(relation(other, SOURCE, **source), "withdrawn")
    [item] = log.items()
    assert (item.kind, said(item.sentence), said(item.about)) == ("withdrawn", words, "its file was deleted")


@pytest.mark.parametrize(
    ("name", "data", "kind", "words"),
    [
        ("moved", {"previous_path": "old.txt"}, "renamed", "Joint Statement is renamed from old.txt to 002.txt"),
        ("moved", {"previous_path": "002.txt"}, "renamed", "Joint Statement is moved here from another collection"),
        ("restored", {}, "restored", "Joint Statement is in the catalog again"),
        ("changed", {"late": True}, "late", "Joint Statement gets an earlier version, which arrived late"),
    ],
)
def test_other_changes_of_a_document_are_said(name: str, data: dict[str, Any], kind: str, words: str) -> None:
    log = Log()
    log.recorded(SOURCE, name, **data)
    [item] = log.items()
    assert (item.kind, said(item.sentence)) == (kind, words)


def test_an_erased_document_is_not_named() -> None:
    log = Log()
    log.recorded(SOURCE)
    del log.versions[STATEMENT, 1]
    [item] = log.items()
    assert said(item.sentence) == "The content of a document was erased on purpose"


def test_several_edits_and_a_rename_in_one_transaction_are_one_item() -> None:
    log = Log()
    log.edited(STORY, version("Envoys met on Friday.", publisher="Yonhap", version=2))
    log.edited(log.versions[YONHAP, 2], version("Envoys met on Sunday.", publisher="Yonhap", version=3, path="new.txt"))
    log.recorded(log.versions[YONHAP, 3], "moved", previous_path="001.txt")
    [item] = log.items()
    words = "Yonhap changes a date from -Friday- to +Sunday+, the last of two edits; the file is renamed to new.txt"
    assert said(item.sentence) == words


def test_a_relation_that_was_found_later_is_an_item_of_its_own() -> None:
    log = Log()
    log.recorded(STORY)
    log.versions[STATEMENT, 1] = SOURCE
    log.related(relation(STORY, SOURCE), minute=1)
    log.related(relation(STORY, SOURCE), "withdrawn", minute=2)
    again, quotes, new = log.items()
    assert said(again.sentence) == "Yonhap is judged again: it shares no text with Joint Statement by the present rules"
    assert said(quotes.sentence) == "Yonhap quotes the joint statement: one passage, word for word"
    assert (said(new.sentence), new.kind) == ("Korea, NZ agree", "new")


@pytest.mark.parametrize(("size", "head", "words"), [
    (3, STATEMENT, "A story has three documents, the newest is Joint Statement"),
    (2, None, "A story has two documents"),
    (0, None, "A story ends: its documents are in others, or in none"),
])  # fmt: skip
def test_a_story_that_grows_or_ends_is_said(size: int, head: str | None, words: str) -> None:
    log = Log()
    log.versions[STATEMENT, 1] = SOURCE
    log.add("story.changed.v1", story=document_id(7), size=size, head=head)
    [item] = log.items()
    assert said(item.sentence) == words
    assert item.sentence[0].href == f"/stories/{document_id(7)}"


def test_many_new_documents_of_one_transaction_are_one_item() -> None:
    log = Log()
    for number in range(60):
        log.recorded(version(id=document_id(number + 1), title=f"Text {number}"))
    log.recorded(SOURCE, minute=1)
    newest, folded = log.items()
    assert said(newest.sentence) == "Joint Statement"
    assert (said(folded.sentence), folded.count) == ("60 documents are recorded", 60)
    assert [said(each) for each in folded.folded[:2]] == ["Text 59", "Text 58"]
    assert len(folded.folded) == items.LISTED


def test_relations_that_were_not_read_are_counted() -> None:
    log = Log()
    log.versions[STATEMENT, 1] = SOURCE
    log.recorded(STORY)
    log.related(relation(STORY, SOURCE))
    log.related(relation(STORY, version(id=document_id(5))))
    del log.relations[next(reversed(log.relations))]
    [item] = log.items()
    words = "Yonhap quotes the joint statement: one passage, word for word; it shares text with one other document"
    assert said(item.sentence) == words


def test_no_text_of_a_document_is_among_our_own_words() -> None:
    log, hostile = Log(), "\u202e<b>evil</b>"
    before = version("Pay 5 evils.", title=hostile, publisher=hostile, path=hostile)
    log.edited(before, version("Pay 6 evils.", title=hostile, publisher=hostile, version=2, path=hostile))
    log.recorded(log.versions[YONHAP, 2], "moved", previous_path=hostile)
    log.recorded(version(id=STATEMENT, title=hostile), minute=1)
    parts = [part for item in log.items() for part in (*item.sentence, *item.context, *item.about)]
    ours = [part.text for part in parts if part.manner == "ours" and not isinstance(part.text, Markup)]
    assert "evil" in said(tuple(parts))
    assert not [text for text in ours if "evil" in text]
    assert not [part.text for part in parts if isinstance(part.text, Markup) and "<b>" in part.text]
