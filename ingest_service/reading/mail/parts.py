"""The parts of a message (RFC 2046): which are its text, and which are attachments. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from typing import TypeAlias

from ingest_service.errors import Damaged, Encrypted, UnknownFormat, Unreadable

MailPart: TypeAlias = "Message[str, str]"

PLAIN, HTML = "text/plain", "text/html"
ENCRYPTED = {"multipart/encrypted"}
# Sealed by a certificate: encrypted, or signed in a form that only a mail program opens.
SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
OUTLOOK = {"application/ms-tnef", "application/vnd.ms-tnef"}
# What belongs to the message and is neither text nor a file.
IGNORED = {
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-encrypted", "message/delivery-status", "message/disposition-notification", "text/rfc822-headers",
}  # fmt: skip
# Of these kinds, parts that the text shows inside itself are pictures of a signature or the like.
SHOWN = ("image/", "audio/", "video/", "font/")
# Multiparts inside multiparts; no mail program nests so deep.
MOST_LEVELS = 50


@dataclass(slots=True)
class Contents:
    """The parts of one message. `bodies` are its text: pairs of plain text and HTML, of which one may lack."""

    bodies: list[tuple[MailPart | None, MailPart | None]] = field(default_factory=list)
    attachments: list[MailPart] = field(default_factory=list)
    sealed: Unreadable | None = None


def of(message: MailPart) -> Contents:
    """The contents of a message. Raises Damaged if it is nested too deep."""
    contents = Contents()
    _add(message, contents, MOST_LEVELS)
    return contents


def _add(part: MailPart, contents: Contents, levels: int) -> None:
    kind = part.get_content_type()
    if not levels:
        raise Damaged("the parts of the mail are inside each other without end")
    if kind in ENCRYPTED:
        contents.sealed = Encrypted("the mail is encrypted; save its text decrypted")
    elif kind in SEALED and not part.is_multipart():
        contents.sealed = _sealed(part)
    elif kind == "multipart/alternative" and part.is_multipart():
        _add_alternatives(part, contents, levels)
    elif kind in {"multipart/related", "multipart/signed"} and part.is_multipart():
        first, *others = _children(part)
        _add(first, contents, levels - 1)
        contents.attachments += (other for other in others if not _is_shown(other))
    elif part.is_multipart() and kind.startswith("multipart/"):
        for child in _children(part):
            _add(child, contents, levels - 1)
    elif _is_text(part):
        contents.bodies.append((None, part) if kind == HTML else (part, None))
    elif kind not in IGNORED:
        contents.attachments.append(part)


def _add_alternatives(part: MailPart, contents: Contents, levels: int) -> None:
    """Adds one pair of the alternatives, and the attachments that some programs put inside one of them."""
    inner = Contents()
    for child in _children(part):
        _add(child, inner, levels - 1)
    plain = next((plain for plain, _ in inner.bodies if plain is not None), None)
    html = next((html for _, html in inner.bodies if html is not None), None)
    if plain is not None or html is not None:
        contents.bodies.append((plain, html))
    contents.attachments += (other for other in inner.attachments if other.get_content_type() != "text/calendar")
    contents.sealed = contents.sealed or inner.sealed


def _children(part: MailPart) -> list[MailPart]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _is_text(part: MailPart) -> bool:
    """Whether a part is text to be read in place: not an attachment, and without a file name."""
    is_attached = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    # A multipart type without parts is a damaged message: its bytes are read as text.
    kind = part.get_content_type()
    return not is_attached and (kind in {PLAIN, HTML} or kind.startswith("multipart/"))


def _is_shown(part: MailPart) -> bool:
    kind = part.get_content_type()
    return kind in IGNORED or kind.startswith(SHOWN)


def _sealed(part: MailPart) -> Unreadable:
    if part.get_param("smime-type") == "signed-data":
        return UnknownFormat("the mail is signed in a form that only a mail program opens; save its text")
    return Encrypted("the mail is encrypted; save its text decrypted")


def outlook_error(part: MailPart) -> Unreadable | None:
    """The error of an attachment that only Outlook opens; None for all others."""
    is_outlook = part.get_content_type() in OUTLOOK or (part.get_filename() or "").lower() == "winmail.dat"
    return UnknownFormat("only Outlook opens winmail.dat; ask for a mail in HTML or plain text") if is_outlook else None
