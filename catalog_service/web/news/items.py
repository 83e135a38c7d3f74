"""The items of the newspaper: each event as a sentence with its kind, its context and its links. Pure."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from catalog_service import contract
from catalog_service.resources import Change, VersionSummary
from catalog_service.web import in_words, log
from catalog_service.web.news import edit_words, relation_words
from catalog_service.web.news.item import Item
from catalog_service.web.news.material import Material, name_of, names, speaker, title
from catalog_service.web.news.turns import STORY, Event, events
from catalog_service.web.sentences import Part, Sentence, sentence

READ_AGAIN = edit_words.READ_AGAIN
# So many items alike of one transaction are one item: the first scan of a folder records all its files.
FOLDED_FROM = 6
LISTED = 50
# Code points of a title that is a whole sentence.
LONGEST_TITLE = 250
CREATED, CHANGED, MOVED, WITHDRAWN = (f"document.{name}.v1" for name in ("created", "changed", "moved", "withdrawn"))
FOLDED: dict[str, str] = {
    "new": "are recorded",
    "copy": "are recorded, each a copy of another",
    READ_AGAIN: "are read again with newer rules",
    "renamed": "are renamed",
    "withdrawn": "are withdrawn",
}


def items(material: Material) -> list[Item]:
    """The items of all entries, the newest first; those alike of one transaction are folded."""
    made = [item for event in events(material) if (item := _item(event, material)) is not None]
    groups = itertools.groupby(made, key=lambda item: (item.time, item.kind))
    return [item for _, group in groups for item in _folded(list(group))]


def _folded(alike: Sequence[Item]) -> Sequence[Item]:
    if len(alike) < FOLDED_FROM or alike[0].kind not in FOLDED:
        return alike
    words = sentence(f"{in_words.spelled(len(alike), 'document')} {FOLDED[alike[0].kind]}".capitalize())
    return [
        Item(
            alike[0].kind,
            words,
            alike[0].time,
            folded=tuple(item.sentence for item in alike[:LISTED]),
            count=len(alike),
        )
    ]


def _item(event: Event, material: Material) -> Item | None:
    time = contract.format_time(event.time)
    if not event.entries:
        return relation_words.alone(event, material, time)
    if event.entries[0].type == STORY:
        return _of_story(event.entries[0], material, time)
    entry = _decisive(event.entries)
    version = material.versions.get(name_of(entry))
    if version is None:
        return Item("erased", sentence("The content of a document was erased on purpose"), time)
    return replace(WRITERS[entry.type](event, entry, version, material), time=time)


def _decisive(entries: Sequence[Change]) -> Change:
    """The entry that the sentence is about: the last one, unless the document was also created or edited."""
    if entries[-1].type not in (CREATED, CHANGED, MOVED):
        return entries[-1]
    for type_ in (CREATED, CHANGED):
        if of_type := [entry for entry in entries if entry.type == type_]:
            return of_type[-1]
    return entries[-1]


def _created(event: Event, entry: Change, version: VersionSummary, material: Material) -> Item:
    href = f"/documents/{version.id}"
    item = relation_words.of_new(event, material)
    if item is not None:
        named = any(names(part, version) for part in item.sentence)
        return item if named else replace(item, about=_about(version, href))
    return Item("new", sentence(title(version, href, LONGEST_TITLE)), "", about=_source(version))


def _source(version: VersionSummary) -> Sentence:
    """Where a new document comes from: its publisher and its date."""
    return sentence(
        *([Part(version.publisher, "theirs")] if version.publisher else []),
        ", " if version.publisher and version.published else "",
        Part(in_words.day(version.published), "theirs") if version.published else "",
    )


def _about(version: VersionSummary, href: str) -> Sentence:
    return sentence(title(version, href))


def _changed(event: Event, entry: Change, version: VersionSummary, material: Material) -> Item:
    if entry.data.get("late"):
        late = sentence(title(version, _version_page(version)), " gets an earlier version, which arrived late")
        return Item("late", late, "")
    before = (str(version.id), version.version - 1)
    compared = material.compared.get((before, name_of(entry)))
    words = edit_words.of_version(material.versions.get(before), version, compared)
    page = f"/documents/{version.id}/compare?from={version.version - 1}&to={version.version}"
    edits = sum(each.type == CHANGED for each in event.entries)
    said = sentence(
        _linked(sentence(speaker(version), " ", words.phrase), page),
        f", the last of {in_words.spelled(edits, 'edit')}" if edits > 1 else "",
        _renamed_too(event),
        relation_words.clauses(event, material),
    )
    about = _about(version, f"/documents/{version.id}") if version.publisher else ()
    return Item(words.kind, said, "", words.context, about)


def _linked(words: Sentence, page: str) -> Sentence:
    """The words with a link, up to the part before the first one that is marked as removed or added."""
    marked = next((place for place, part in enumerate(words) if part.manner in ("removed", "added")), None)
    end = len(words) if marked is None else marked - 1
    return (*(replace(part, href=page) for part in words[:end]), *words[end:])


def _version_page(version: VersionSummary) -> str:
    return f"/documents/{version.id}?version={version.version}"


def _renamed_too(event: Event) -> Sentence:
    moved = [entry for entry in event.entries if entry.type == MOVED]
    return sentence("; the file is renamed to ", Part(str(moved[-1].data["path"]), "theirs")) if moved else ()


def _moved(event: Event, entry: Change, version: VersionSummary, material: Material) -> Item:
    name = title(version, f"/documents/{version.id}")
    before, after = str(entry.data.get("previous_path") or ""), str(entry.data["path"])
    if not before or before == after:
        return Item("renamed", sentence(name, " is moved here from another collection"), "")
    return Item(
        "renamed", sentence(name, " is renamed from ", Part(before, "theirs"), " to ", Part(after, "theirs")), ""
    )


def _withdrawn(event: Event, entry: Change, version: VersionSummary, material: Material) -> Item:
    arrived = material.arrived.get(str(version.id))
    after = f" after {in_words.duration(event.time - arrived)}" if arrived else ""
    words = sentence(title(version, f"/documents/{version.id}"), f" is withdrawn{after}", relation_words.of_lost(event))
    reason = str(entry.data.get("reason") or "")
    return Item("withdrawn", words, "", about=sentence(log.REASONS.get(reason, reason)))


def _restored(event: Event, entry: Change, version: VersionSummary, material: Material) -> Item:
    return Item("restored", sentence(title(version, f"/documents/{version.id}"), " is in the catalog again"), "")


def _of_story(entry: Change, material: Material, time: str) -> Item:
    size, story = int(str(entry.data["size"])), str(entry.data["story"])
    page = f"/stories/{story}"
    head = material.versions.get(material.current.get(str(entry.data["head"]), ("", 0)))
    if not size:
        return Item(
            "story", sentence(Part("A story ends", href=page), ": its documents are in others, or in none"), time
        )
    words = Part(f"A story has {in_words.spelled(size, 'document')}", href=page)
    return Item("story", sentence(words, *((", the newest is ", title(head)) if head else ())), time)


Writer = Callable[[Event, Change, VersionSummary, Material], Item]
WRITERS: dict[str, Writer] = {
    CREATED: _created,
    CHANGED: _changed,
    MOVED: _moved,
    WITHDRAWN: _withdrawn,
    "document.restored.v1": _restored,
}
