"""Makes versions from the articles of events: checks them, compares them, describes their change. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog_service import contract, diffing
from catalog_service.contract import FieldError
from catalog_service.errors import DigestMismatch, EventRefused
from catalog_service.store.rows import VersionRow

# The columns that two versions of the same content have in common. The digest covers title and text; notes and
# normaliser do not count.
CONTENT_COLUMNS = ("digest", "kind", "language", "publisher", "published", "published_basis", "url", "details")
# Characters of two texts in lines that differ. Up to so many, words are compared, in less than a second. Of more, only
# lines are, because other writers may wait meanwhile (see `preparer`).
MOST_COMPARED = 1_000_000


def draft(data: contract.Observed, now: datetime) -> VersionRow:
    """The version of the event's article, not yet recorded: `number` and `seq` are 0.

    Raises EventRefused and DigestMismatch when the article contradicts itself.
    """
    article, original = data.article, data.original
    assert article is not None
    assert original is not None
    _check(article, original, data.relations)
    return VersionRow(
        document=str(data.document),
        number=0,
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
        details=_details(article),
        notes=[note.model_dump(mode="json") for note in article.notes],
        normaliser=article.normaliser.model_dump(mode="json") if article.normaliser else None,
        original=original.digest,
        original_size=original.size,
        media_type=original.media_type,
        encoding=original.encoding,
        late=False,
        change={"kind": "technical" if data.cause == "reprocessed" else "publisher"},
        observed_at=data.observed_at,
        recorded_at=now,
        seq=0,
    )


def _details(article: contract.Article) -> dict[str, Any]:
    """The metadata that no query reads by itself. `suspect` is absent from most articles, as from earlier versions."""
    details = article.model_dump(mode="json", include={"authors", "credits", "wire", "fields"})
    return details if article.suspect is None else {**details, "suspect": article.suspect}


def same_content(first: VersionRow, second: VersionRow) -> bool:
    """Whether title, text and metadata are equal."""
    return all(getattr(first, name) == getattr(second, name) for name in CONTENT_COLUMNS)


def describe_change(
    previous: VersionRow | None, version: VersionRow, compared: Mapping[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    """The value of the version's `change` column: how it differs from the version before it, if there is one.

    `compared` has what `compare` returned before, by the digests of both versions.
    """
    if previous is None:
        return {"kind": "created", "words_added": version.words, "words_removed": 0, "moved": 0, "significance": None}
    change = compared.get((previous.digest, version.digest)) or compare(previous, version)
    kind = version.change["kind"]
    if kind == "publisher" and change["significance"] == "metadata":
        kind = "metadata"
    return {"kind": kind, **change}


def compare(previous: VersionRow, version: VersionRow) -> dict[str, Any]:
    """How title and text of a version differ from those of another: the numbers of words, and the significance."""
    texts = previous.text, version.text
    comparison = diffing.compare(*texts, MOST_COMPARED)
    return {
        "words_added": comparison.words_added,
        "words_removed": comparison.words_removed,
        "moved": comparison.words_moved,
        "significance": diffing.significance((previous.title, version.title), texts, comparison.ops),
    }


def _check(article: contract.Article, original: contract.Original, relations: Sequence[contract.Relation]) -> None:
    """Checks digests, sizes, and spans against the text. Raises EventRefused, DigestMismatch."""
    if article.digest != contract.digest_of((article.title + "\n\n" + article.text).encode()):
        raise _mismatch("/data/article/digest", "is not the digest of title and text")
    if original.content is not None:
        if original.digest != contract.digest_of(original.content):
            raise _mismatch("/data/original/digest", "is not the digest of the bytes")
        if original.size != len(original.content):
            raise _refused("/data/original/size", "is not the number of bytes")
    check_spans(relations, len(article.text))


def check_spans(relations: Sequence[contract.Relation], length: int) -> None:
    """Raises EventRefused when a span in this article ends after its `length` code points."""
    for number, relation in enumerate(relations):
        for index, passage in enumerate(relation.passages):
            for name, span in _own_spans(passage):
                if span[1] > length:
                    raise _refused(
                        f"/data/relations/{number}/passages/{index}/{name}", "ends after the end of the text"
                    )


def _own_spans(passage: contract.Passage) -> Iterator[tuple[str, contract.Span]]:
    yield "self", passage.own
    yield from ((f"quoted/{number}", span) for number, span in enumerate(passage.quoted))
    yield from ((f"edits/{number}/a", edit.a) for number, edit in enumerate(passage.edits))


def _refused(pointer: str, detail: str) -> EventRefused:
    return EventRefused(f"{pointer} {detail}.", errors=(FieldError(pointer=pointer, detail=detail),))


def _mismatch(pointer: str, detail: str) -> DigestMismatch:
    return DigestMismatch(f"{pointer} {detail}.", errors=(FieldError(pointer=pointer, detail=detail),))
