"""Relations as news: a document quotes another, is a copy of it, or files its story again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog_service import resources
from catalog_service.relation_types import PROPERTIES
from catalog_service.web import in_words, naming, presenting
from catalog_service.web.news import edit_words
from catalog_service.web.news.item import Item
from catalog_service.web.news.material import Material, end_name, names, speaker, title
from catalog_service.web.news.turns import Event
from catalog_service.web.sentences import Part, Sentence, sentence


@dataclass(frozen=True, slots=True)
class Facing:
    """A relation seen from one of its documents: its own version, the other one, and whether text came from there."""

    relation: resources.Relation
    own: resources.VersionSummary
    other: resources.VersionSummary
    takes: bool

    @property
    def page(self) -> str:
        """The address of the relation's page."""
        return f"/relations/{self.relation.id}"


def facing(relation: resources.Relation, document: str | None, material: Material) -> Facing | None:
    """The relation seen from a document; None if a side has been erased."""
    own_side: resources.RelationSide = "b" if str(relation.b.document) == document else "a"
    ends = (relation.a, relation.b) if own_side == "a" else (relation.b, relation.a)
    own, other = (material.versions.get(end_name(end)) for end in ends)
    if own is None or other is None:
        return None
    return Facing(relation, own, other, takes=relation.source not in (None, own_side))


def _facings(relations: Sequence[resources.Relation], event: Event, material: Material) -> list[Facing]:
    """Relations seen from the document of an event, the most telling first."""
    seen = [facing(relation, event.document, material) for relation in relations]
    return sorted(
        filter(None, seen),
        key=lambda each: (_joins_story(each.relation), _is_copy(each.relation), -_words(each.relation)),
    )


def _joins_story(relation: resources.Relation) -> bool:
    return PROPERTIES[relation.type].joins_story


def _is_copy(relation: resources.Relation) -> bool:
    return PROPERTIES[relation.type].is_copy


def _passages(relation: resources.Relation) -> str:
    return in_words.spelled(len(relation.passages) + relation.passages_omitted, "passage")


def _words(relation: resources.Relation) -> int:
    return sum(passage.words for passage in relation.passages)


def of_new(event: Event, material: Material) -> Item | None:
    """The item of a new document that is related to others; None for one that is not."""
    gained = _facings(event.gained, event, material)
    if not gained:
        return None
    first, rest = gained[0], len(gained) - 1 + event.unread
    kind, words = _phrase(first, material)
    more = f"; it shares text with {in_words.spelled(rest, 'other document')}" if rest else ""
    return Item(kind, sentence(words, more), "", context=_context(first))


def alone(event: Event, material: Material, time: str) -> Item | None:
    """The item of relations that were found or withdrawn while no document changed."""
    if event.gained:
        item = of_new(event, material)
        own = _facings(event.gained, event, material)[:1]
        named = item and own and any(names(part, own[0].own) for part in item.sentence)
        return item and replace(item, time=time, about=() if named else _title(event, material))
    lost = _facings(event.lost, event, material)
    if not lost:
        return None
    words = sentence(speaker(lost[0].own, lost[0].page), " is judged again: it shares no text with ")
    others = title(lost[0].other) if len(lost) == 1 else in_words.spelled(len(lost), "document")
    return Item("judged again", sentence(words, others, " by the present rules"), time, about=_title(event, material))


def _title(event: Event, material: Material) -> Sentence:
    seen = _facings([*event.gained, *event.lost], event, material)
    return sentence(title(seen[0].own, f"/documents/{seen[0].own.id}")) if seen else ()


def clauses(event: Event, material: Material) -> Sentence:
    """What an edit changed in the relations of its document: the first of them that it has now, and had not before."""
    parts: list[Part] = []
    gained = [each for each in _facings(event.gained, event, material) if not _joins_story(each.relation)]
    if gained:
        passages = Part(_passages(gained[0].relation), href=gained[0].page)
        parts += sentence("; it now shares ", passages, " with ", title(gained[0].other))
    lost = [each for each in _facings(event.lost, event, material) if not _joins_story(each.relation)]
    if lost:
        others = title(lost[0].other) if len(lost) == 1 else in_words.spelled(len(lost), "other document")
        parts += sentence("; it shares no passage with ", others, " any more")
    return tuple(parts)


def of_lost(event: Event) -> Sentence:
    """How many documents quote a document that is withdrawn, or share passages with it."""
    passing = [relation for relation in event.lost if not _joins_story(relation)]
    if not passing:
        return ()
    verb = "quote" if all(_quotes(relation, event.document) for relation in passing) else "share passages with"
    one = verb.replace("quote", "quotes").replace("share ", "shares ")
    return sentence(f"; {in_words.spelled(len(passing), 'document')} {one if len(passing) == 1 else verb} it")


def _quotes(relation: resources.Relation, document: str | None) -> bool:
    source = relation.a if relation.source == "a" else relation.b
    return relation.source is not None and relation.source_basis == "quotes" and str(source.document) == document


def _sharing(seen: Facing) -> Sentence:
    """Passages in common, with the direction if it is known: a quotation, or text of the earlier document."""
    relation, page = seen.relation, seen.page
    own, other = speaker(seen.own, page), Part(naming.text(seen.other), href=page)
    if seen.own.publisher and seen.own.publisher == seen.other.publisher:
        own, other = title(seen.own, page), title(seen.other, page)
    if seen.takes and relation.source_basis == "quotes":
        return sentence(own, Part(" quotes ", href=page), other, f": {_passages(relation)}{_altered(relation)}")
    verb = f" takes {_passages(relation)} from " if seen.takes else f" shares {_passages(relation)} with "
    return sentence(own, Part(verb, href=page), other, _altered(relation))


def _altered(relation: resources.Relation) -> str:
    """How many of the passages differ in words."""
    altered = sum(not passage.verbatim for passage in relation.passages)
    if relation.passages_omitted:
        return f", of the {in_words.spelled(len(relation.passages))} longest {in_words.spelled(altered)} altered"
    if not altered:
        return ", word for word"
    if altered == len(relation.passages):
        return ", altered" if altered == 1 else ", all altered"
    return f", {in_words.spelled(altered)} altered"


def _containment(seen: Facing) -> Sentence:
    coverage = seen.relation.coverage
    own_is_a = end_name(seen.relation.a) == (str(seen.own.id), seen.own.version)
    own, other = (coverage.a, coverage.b) if own_is_a else (coverage.b, coverage.a)
    verb = " is almost wholly contained in " if own > other else " contains almost all of "
    return sentence(title(seen.own, seen.page), Part(verb, href=seen.page), title(seen.other, seen.page))


def _filing(seen: Facing, material: Material) -> Sentence:
    own, other, page = seen.own, seen.other, seen.page
    if not seen.takes:
        between = sentence(title(own, page), Part(" and ", href=page), title(other, page))
        return sentence(between, " are filings of one story")
    marker = own.wire.marker if own.wire else None
    filer = sentence(Part(marker, "theirs", page), ", ", speaker(own)) if marker else sentence(speaker(own, page))
    compared = material.compared.get(((str(other.id), other.version), (str(own.id), own.version)))
    if compared is None:
        return sentence(filer, " files ", title(other, page), " again")
    summary = compared.diff.summary
    extent = edit_words.of_extent(summary.words_added, summary.words_removed, summary.moved)
    preposition = "to" if summary.words_added and not summary.words_removed else "compared with"
    return sentence(filer, f" {extent} {preposition} ", title(other, page))


def _copy(seen: Facing) -> Sentence:
    same = "the same text as" if seen.relation.a.digest == seen.relation.b.digest else "almost the same text as"
    return sentence(title(seen.own, seen.page), Part(f" is {same} ", href=seen.page), title(seen.other, seen.page))


def _context(seen: Facing) -> Sentence:
    """What differs in two filings, or in two texts that are almost the same."""
    differs = presenting.differences_listed(seen.relation.differs)
    return sentence(f"differs in {differs}") if differs and _joins_story(seen.relation) else ()


def _phrase(seen: Facing, material: Material) -> tuple[str, Sentence]:
    """The kind of an item about a relation, and its sentence."""
    properties = PROPERTIES[seen.relation.type]
    if properties.is_copy:
        return "copy", _copy(seen)
    if properties.joins_story:
        return "filing", _filing(seen, material)
    if properties.is_containment:
        return "contained", _containment(seen)
    return ("quotes" if seen.relation.source_basis == "quotes" else "shared"), _sharing(seen)
