"""Feeds as Atom (RFC 4287), with tombstones (RFC 6721). Pure."""

import re
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from catalog_service.contract import format_time
from catalog_service.feeds.model import Addresses, Entry, Feed, Tombstone

MEDIA_TYPE = "application/atom+xml"
ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
AUTHOR = "Palimpsest"
UNTITLED = "Without a title"
# What no XML 1.0 document can have, not even escaped.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
register_namespace("", ATOM)
register_namespace("at", TOMBSTONES)


def render(feed: Feed, addresses: Addresses) -> bytes:
    """The feed as an XML document in UTF-8."""
    root = Element(f"{{{ATOM}}}feed")
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", format_time(feed.updated))
    _link(root, "self", addresses.own, MEDIA_TYPE)
    _link(root, "alternate", addresses.absolute(feed.path), "text/html")
    _author(root, AUTHOR)
    for entry in feed.entries:
        _entry(root, entry, addresses)
    for tombstone in feed.tombstones:
        _tombstone(root, tombstone)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(root: Element, entry: Entry, addresses: Addresses) -> None:
    element = SubElement(root, f"{{{ATOM}}}entry")
    _text(element, "id", entry.id)
    _text(element, "title", entry.title or UNTITLED)
    _text(element, "published", format_time(entry.published))
    _text(element, "updated", format_time(entry.updated))
    _link(element, "alternate", addresses.absolute(entry.path), "text/html")
    for author in entry.authors:
        _author(element, author)
    _text(element, "content", entry.content).set("type", "html")


def _tombstone(root: Element, tombstone: Tombstone) -> None:
    element = SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", ref=tombstone.id, when=format_time(tombstone.when))
    SubElement(element, f"{{{TOMBSTONES}}}comment").text = tombstone.reason


def _author(parent: Element, name: str) -> None:
    _text(SubElement(parent, f"{{{ATOM}}}author"), "name", name)


def _link(parent: Element, relation: str, address: str, media_type: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", rel=relation, href=address, type=media_type)


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = NOT_XML.sub("\ufffd", text)
    return element
