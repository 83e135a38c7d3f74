"""Mail: the text of a message is one item, and each file or message attached to it is a member."""

from __future__ import annotations

import email
import email.errors
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest_service.errors import Damaged, Encrypted, NoText, TextTooLong, Undecodable, Unreadable
from ingest_service.model import PARAGRAPH_BREAK, Json, Note, Reading
from ingest_service.reading import html, repairs, text_formats
from ingest_service.reading.format import Format, Member, Part, Source, UnreadMember
from ingest_service.reading.mail import headers, parts, payload
from ingest_service.reading.mail.parts import Contents, MailPart
from ingest_service.reading.opening import Opening

MEDIA_TYPE = "message/rfc822"
SUFFIXES = frozenset({".eml", ".mbox"})
SUBJECT_PREFIX = "subject-prefix"
# Mail programs divide messages in one file by such a line, after an empty one and before a header (RFC 4155).
MAILBOX = b"From "
DIVIDER = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From \S+ [^\r\n]{10,60}\d{4}\r?\n(?=[!-9;-~]+:)")
ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
# A plain text with fewer words, and a small share of those in the HTML, only says that there is HTML.
FEW_WORDS = 40
STUB_SHARE = 0.3
MOST_NAMES = 100
# The parser of the standard library fails so on messages that are damaged on purpose.
PARSER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, RecursionError, email.errors.MessageError)


def _read(source: Source) -> Iterator[Part]:
    messages = DIVIDER.split(source.content) if source.content.startswith(MAILBOX) else [source.content]
    messages = [message for message in messages if message.strip()]
    if len(messages) > 1:
        yield from (
            Member(str(number), f"{number}.eml", ESCAPED_FROM.sub(rb"\1", message))
            for number, message in enumerate(messages, 1)
        )
    else:
        yield from _message(messages[0], source)


def _message(content: bytes, source: Source) -> Iterator[Part]:
    """The text of a message, and its attachments."""
    try:
        message: MailPart = email.message_from_bytes(content)
        contents = parts.of(message)
        names = [headers.decoded(part.get_filename() or "") for part in contents.attachments]
    except PARSER_ERRORS:
        raise Damaged("the structure of the mail is damaged; ask for the mail again") from None
    body = _body(contents, source)
    if body is not None:
        yield _with_headers(body, message, names)
    elif not contents.attachments:
        raise contents.sealed or NoText("the mail has neither a text nor attachments")
    elif contents.sealed:
        yield UnreadMember("1", contents.sealed)
    for number, (part, name) in enumerate(zip(contents.attachments, names, strict=True), 2):
        yield _attachment(str(number), part, name)


def _attachment(number: str, part: MailPart, name: str) -> Part:
    if error := parts.outlook_error(part):
        return UnreadMember(number, error)
    is_message = part.get_content_type() == MEDIA_TYPE
    try:
        return Member(number, name or (f"{number}.eml" if is_message else number), payload.content(part))
    except Unreadable as error:
        return UnreadMember(number, error)


def _body(contents: Contents, source: Source) -> Reading | None:
    """The text of a message; None if it has none."""
    pieces = [piece for pair in contents.bodies if (piece := _piece(*pair, source))]
    text = PARAGRAPH_BREAK.join(piece.text.strip("\r\n") for piece in pieces)
    if payload.SEALED in text:
        contents.sealed = Encrypted("the text of the mail is encrypted; save it decrypted")
        return None
    if not pieces or not any(map(str.isalnum, text)):
        return None
    if len(text) > source.limits.text_characters:
        raise TextTooLong(f"the text has {len(text)} characters, the limit is {source.limits.text_characters}")
    clean, notes = repairs.repaired(text)
    return Reading(None, MEDIA_TYPE, pieces[0].encoding, text, clean, notes, is_extracted=True)


def _piece(plain: MailPart | None, page: MailPart | None, source: Source) -> Reading | None:
    """The better one of two alternatives: the plain text, unless it only says that there is HTML."""
    try:
        written = _plain(plain) if plain is not None else None
        words = len(written.text.split()) if written else 0
        if page is not None and words < FEW_WORDS:
            shown = _html(page, source)
            if words < len(shown.text.split()) * STUB_SHARE or not words:
                return shown
    except (NoText, Undecodable, Damaged):
        return _plain(plain) if plain is not None and page is not None else None
    return written


def _plain(part: MailPart) -> Reading:
    decoded = payload.text(part)
    return Reading(None, MEDIA_TYPE, decoded.encoding, decoded.text, decoded.text)


def _html(part: MailPart, source: Source) -> Reading:
    """The text of a page, whose charset the message declares."""
    decoded = payload.text(part)
    page = html.reading(replace(source, content=b"\xef\xbb\xbf" + decoded.text.encode("utf-8", "replace")))
    return replace(page, encoding=decoded.encoding)


def _with_headers(body: Reading, message: MailPart, names: Iterable[str]) -> Reading:
    """The text with what the headers say."""
    subject, prefix = headers.without_prefix(headers.text(message, "subject"))
    sender, is_office = headers.sender(headers.text(message, "from"))
    attached: list[Json] = [name for name in names if name]
    stated: dict[str, Json] = {
        "title": subject,
        "publisher" if is_office else "sender": sender,
        "date": headers.sent(message),
        "language": headers.text(message, "content-language").partition(",")[0],
        "message_id": headers.text(message, "message-id"),
        "in_reply_to": headers.text(message, "in-reply-to"),
        "attachments": attached[:MOST_NAMES],
    }
    notes = (Note(SUBJECT_PREFIX, (0, 0), "", detail=prefix), *body.repairs) if prefix else body.repairs
    return replace(body, metadata={name: value for name, value in stated.items() if value}, repairs=notes)


def _recognises(opening: Opening) -> bool:
    if opening.kind is None and opening.suffix in SUFFIXES:
        return text_formats.HEADER.match(opening.text) is not None
    return opening.kind == "mail"


FORMAT = Format("mail", MEDIA_TYPE, SUFFIXES, _recognises, _read)
