"""Feeds as JSON Feed 1.1 (jsonfeed.org). It has no tombstones: they are in an extension of ours. Pure."""

import json
from typing import Any

from catalog_service.contract import format_time
from catalog_service.feeds.model import Addresses, Entry, Feed

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"
# The name of an extension begins with an underscore.
EXTENSION = "_palimpsest"


def render(feed: Feed, addresses: Addresses) -> bytes:
    """The feed as a JSON document in UTF-8."""
    deleted = [
        {"id": tombstone.id, "when": format_time(tombstone.when), "reason": tombstone.reason}
        for tombstone in feed.tombstones
    ]
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": addresses.absolute(feed.path),
        "feed_url": addresses.own,
        "items": [_item(entry, addresses) for entry in feed.entries],
        EXTENSION: {"deleted": deleted},
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _item(entry: Entry, addresses: Addresses) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": addresses.absolute(entry.path),
        "title": entry.title,
        "content_html": entry.content,
        "date_published": format_time(entry.published),
        "date_modified": format_time(entry.updated),
    }
    return item | ({"authors": [{"name": name} for name in entry.authors]} if entry.authors else {})
