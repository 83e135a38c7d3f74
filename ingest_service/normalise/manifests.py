"""Visible C2PA manifests: signatures that tools add to a text, between two lines of marks."""

from collections.abc import Iterator

from ingest_service.model import Span
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

# As the C2PA specification (2.1, "Embedding manifests into structured text") writes them.
BEGIN = "-----BEGIN C2PA MANIFEST-----"
END = "-----END C2PA MANIFEST-----"


def c2pa_manifest(draft: Draft) -> RuleResult:
    """Removes visible C2PA manifests: a page that is signed anew has not changed."""
    return RuleResult(cuts=list(_manifests(draft.source))) if BEGIN in draft.source else NOTHING


def _manifests(source: str) -> Iterator[Span]:
    """The spans of all manifests, marks included; one without an end is none."""
    start = source.find(BEGIN)
    while start >= 0:
        end = source.find(END, start)
        if end < 0:
            return
        yield start, end + len(END)
        start = source.find(BEGIN, end)
