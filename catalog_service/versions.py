"""What an event's article becomes: a version, checked, compared with the one before it, and ready to be kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from catalog_service import contract, diff
from catalog_service.contract import FieldError
from catalog_service.errors import DigestMismatch, EventRefused
from catalog_service.tables import Version

# What makes two readings the same: title, text and metadata. Notes and normaliser do not count.
COMPARED = ("digest", "kind", "language", "publisher", "published", "published_basis", "url", "details")


def draft(data: contract.Observed) -> Version:
    """The version that the event's article would be, without number and place in time.

    Raises EventRefused and DigestMismatch for what contradicts itself.
    """
    article, original = data.article, data.original
    assert article is not None
    assert original is not None
    _check(article, original, data.relations)
    return Version(
        document=str(data.document),
        observation=data.observation,
        collection=data.collection,
        path=data.path,
        item=data.item.model_dump(mode="json"),
        title=article.title,
        paragraphs=list(article.paragraphs),
        digest=article.digest,
        words=article.words,
        kind=article.kind,
        language=article.language,
        publisher=article.publisher,
        published=article.published,
        published_basis=article.published_basis,
        url=article.url,
        details=article.model_dump(mode="json", include={"authors", "credits", "wire", "fields"}),
        notes=[note.model_dump(mode="json") for note in article.notes],
        normaliser=article.normaliser.model_dump(mode="json") if article.normaliser else None,
        original=original.digest,
        original_size=original.size,
        media_type=original.media_type,
        encoding=original.encoding,
        late=False,
        change={"kind": "technical" if data.cause == "reprocessed" else "publisher"},
        observed_at=data.observed_at,
    )


def same(one: Version, other: Version) -> bool:
    """Whether they say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in COMPARED)


def change(previous: Version | None, version: Version) -> dict[str, Any]:
    """What the version is to the one before it."""
    if previous is None:
        return {"kind": "created", "words_added": version.words, "words_removed": 0, "significance": None}
    before, after = ("\n\n".join(each.paragraphs) for each in (previous, version))
    ops = diff.diff(before, after)
    added, removed = diff.words_changed(before, after, ops)
    meant = diff.significance((previous.title, version.title), (before, after), ops)
    kind = version.change["kind"]
    if kind == "publisher" and meant == "metadata":
        kind = "metadata"
    return {"kind": kind, "words_added": added, "words_removed": removed, "significance": meant}


def _check(article: contract.Article, original: contract.Original, found: Sequence[contract.Relation]) -> None:
    """What pydantic cannot see. Raises EventRefused, DigestMismatch."""
    if article.digest != contract.digest_of((article.title + "\n\n" + article.text).encode()):
        raise _mismatch("/data/article/digest", "is not the digest of title and text")
    if original.content is not None:
        if original.digest != contract.digest_of(original.content):
            raise _mismatch("/data/original/digest", "is not the digest of the bytes")
        if original.size != len(original.content):
            raise _refused("/data/original/size", "is not the number of bytes")
    check_spans(found, len(article.text))


def check_spans(found: Sequence[contract.Relation], length: int) -> None:
    """Raises EventRefused when a span of this side ends behind a text of `length` code points."""
    for number, relation in enumerate(found):
        for place, passage in enumerate(relation.passages):
            for name, span in _own_spans(passage):
                if span[1] > length:
                    raise _refused(f"/data/relations/{number}/passages/{place}/{name}", "ends behind the text")


def _own_spans(passage: contract.Passage) -> Iterator[tuple[str, contract.Span]]:
    yield "self", passage.own
    yield from ((f"quoted/{number}", span) for number, span in enumerate(passage.quoted))
    yield from ((f"edits/{number}/a", edit.a) for number, edit in enumerate(passage.edits))


def _refused(pointer: str, detail: str) -> EventRefused:
    return EventRefused(f"{pointer} {detail}.", errors=(FieldError(pointer=pointer, detail=detail),))


def _mismatch(pointer: str, detail: str) -> DigestMismatch:
    return DigestMismatch(f"{pointer} {detail}.", errors=(FieldError(pointer=pointer, detail=detail),))
