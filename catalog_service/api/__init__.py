"""The JSON API of the catalog: one module for each resource, under /v1, and the feeds under /feeds."""

from typing import Any

from catalog_service.api import changes, diffs, documents, events, feeds, phrases, relations, search, stories
from catalog_service.api.operations import Operation

OPERATIONS: tuple[Operation[Any], ...] = (
    *events.OPERATIONS,
    *documents.OPERATIONS,
    *diffs.OPERATIONS,
    *relations.OPERATIONS,
    *stories.OPERATIONS,
    *search.OPERATIONS,
    *phrases.OPERATIONS,
    *changes.OPERATIONS,
    *feeds.OPERATIONS,
)
