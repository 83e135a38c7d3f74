"""The headers of a message as text: encoded words (RFC 2047), raw bytes in any charset, addresses and dates. Pure."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from ingest_service.errors import Undecodable
from ingest_service.reading import charset

# Longer values are cut off: decoding them takes time, and no article has such a title.
LONGEST = 10_000
FOLD = re.compile(r"\r?\n(?=[ \t])")
ADDRESS = re.compile(r"<?([^\s<>\"]{1,200})@[^\s<>\"]{1,250}>?$")
# "Re: ", "Fwd: " and the like in several languages, perhaps counted; and the mark of mail from outside.
PREFIX = re.compile(
    r"(?:\[(?:ext|external|extern|externe|externo)(?: (?:e-?mail|sender|mail))?\]:?\s*"
    r"|(?:re|fwd?|fw|aw|wg|antw|tr|rv|sv|vs|vb|odp|pd|ynt|i|r|res|enc|ref|回复|转发|答复)(?:\[\d{1,3}\]|\^\d)?\s?[:：]\s*)+",
    re.I,
)
# Mailboxes of offices rather than of persons.
OFFICE = re.compile(
    r"(?:no-?reply|do-?not-?reply|press\w*|presse\w*|media\w*|news\w*|info\w*|communications?|comms|pr|office|contact"
    r"|prensa|stampa|redaktion|redaction|redazione|editor(?:ial|s)?|desk|bounce\S*|mailer\S*|notifications?|alerts?)"
    r"(?:[.+_-].*)?",
    re.I,
)
EARLIEST_YEAR = 1980
LONGEST_DATE = 100


def text(message: Message[str, str], name: str) -> str:
    """The value of the first header of this name on one line; empty if there is none."""
    value = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return decoded(value)


def sent(message: Message[str, str]) -> str | None:
    """When a message was sent, in RFC 3339; without a date, when the first server received it."""
    servers = [str(value)[-LONGEST_DATE:] for key, value in message.raw_items() if key.lower() == "received"]
    return date(text(message, "date")) or (date(servers[-1].rpartition(";")[2].strip()) if servers else None)


def without_prefix(subject: str) -> tuple[str, str]:
    """A subject without "Fwd:" and "Re:" before it, and these; the subject itself if it is nothing else."""
    prefix = PREFIX.match(subject)
    rest = subject[prefix.end() :] if prefix else ""
    return (rest, subject[: len(subject) - len(rest)].strip()) if rest else (subject, "")


def sender(value: str) -> tuple[str | None, bool]:
    """The name of a sender, None if only the address is known; and whether the mailbox is that of an office."""
    address = ADDRESS.search(value)
    name = (value[: address.start()] if address else value).strip().strip("\"'").strip()
    is_office = bool(address and OFFICE.fullmatch(address[1]))
    if not name or "@" in name:
        return None, is_office
    last, comma, first = name.partition(", ")
    # "Doe, Jane"; an office has a comma inside its name.
    is_reversed = comma and not is_office and len(last.split()) == 1 and 0 < len(first.split()) <= 2
    return f"{first} {last}" if is_reversed else name, is_office


def date(value: str) -> str | None:
    """A date (RFC 5322, 3.3) in RFC 3339, with its own zone if it has one; None if it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not EARLIEST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
        return None
    return moment.isoformat()


def decoded(value: str) -> str:
    """A value on one line, with its encoded words decoded, whatever they are declared as."""
    value = FOLD.sub("", value[:LONGEST])
    try:
        parts = decode_header(value) if "=?" in value else [(value, None)]
    except (HeaderParseError, MessageError, binascii.Error, ValueError):
        parts = [(value, None)]
    return " ".join("".join(_text(_bytes(part), label) for part, label in parts).split())


def _bytes(part: str | bytes) -> bytes:
    """The bytes of a part; raw ones of a header are lone surrogates (PEP 383)."""
    if isinstance(part, bytes):
        return part
    try:
        return part.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return part.encode("utf-8", "surrogateescape")


def _text(content: bytes, label: str | None) -> str:
    """The text of bytes in their declared charset, else in the most probable one, else with replaced characters."""
    try:
        return charset.decode(content, label).text
    except Undecodable:
        return content.decode("latin-1").encode("ascii", "replace").decode()
