"""The five seeds come out exactly as the golden reading says, and their notes tell the way from source to text."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest_service import normalise, reading

ROOT = Path(__file__).parents[2]
GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "seeds.json").read_text(encoding="utf-8"))["documents"]
FIELDS = ("title", "kind", "publisher", "published", "published_basis", "language", "url", "fields")


@pytest.mark.parametrize("name", GOLDEN)
def test_a_seed_is_read_exactly_as_the_golden_reading_says(name: str) -> None:
    (source,) = reading.read((ROOT / "seeds" / name).read_bytes(), name).items
    article = normalise.normalise(source)
    wanted = GOLDEN[name]
    assert list(article.paragraphs) == wanted["paragraphs"]
    assert {field: getattr(article, field) for field in FIELDS} == {field: wanted[field] for field in FIELDS}
    assert list(article.credits) == wanted["credits"]
    wire = {"marker": article.wire.marker, "sequence": article.wire.sequence} if article.wire else None
    assert wire == wanted["wire"]
    assert normalise.apply(source.source, article.notes) == article.text
