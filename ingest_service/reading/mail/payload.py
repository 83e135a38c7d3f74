"""What the parts of a message contain: bytes, and text in its declared charset, whatever is wrong with both. Pure."""

from __future__ import annotations

import base64
import io
import quopri
import re
from collections.abc import Iterator
from email.errors import InvalidBase64CharactersDefect, InvalidBase64LengthDefect
from email.generator import BytesGenerator
from email.message import Message

from ingest_service.errors import Damaged
from ingest_service.reading import charset
from ingest_service.reading.detection import Decoded
from ingest_service.reading.mail.parts import MailPart

# Words that spaces divide are no base64, whatever the header says; soft line breaks are quoted-printable.
WORDS = re.compile(rb"[^\s=]{1,20} [^\s=]{1,20} ")
DAMAGED = (InvalidBase64LengthDefect, InvalidBase64CharactersDefect)
BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/=]{24,}\s")
NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
PADDING = re.compile(rb"=+")
SOFT_BREAK = re.compile(rb"=\r?\n")
QUOTED = re.compile(rb"=[0-9A-F]{2}")
FEWEST_QUOTED = 3
QUOTE = re.compile(r">*")
SIGNATURE = "-- "
# A text that is signed in place (RFC 9580, 7) is between these lines.
SIGNED, SIGNATURE_OF = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----"
SIGNATURE_END = "-----END PGP SIGNATURE-----"
DASH_ESCAPE = re.compile(r"^- ", re.MULTILINE)
SEALED = "-----BEGIN PGP MESSAGE-----"


def content(part: MailPart) -> bytes:
    """The bytes of a part; those of a message in it as they are. Raises Damaged."""
    try:
        payload = part.get_payload()
        if not isinstance(payload, list):
            return _decoded(part)
        return b"".join(_flattened(child) for child in payload if isinstance(child, Message))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Damaged("the part of the mail is damaged; ask for the mail again") from None


def text(part: MailPart) -> Decoded:
    """The text of a part. Raises Damaged or Undecodable."""
    decoded = charset.decode(content(part), part.get_content_charset())
    plain = decoded.text.replace("\r\n", "\n")
    if str(part.get_param("format")).lower() == "flowed":
        plain = "\n".join(_unflowed(plain, drops_space=str(part.get_param("delsp")).lower() == "yes"))
    return Decoded(_unsigned(plain), decoded.encoding, decoded.rivals)


def _unsigned(text: str) -> str:
    """The text without the lines of a signature in place."""
    before, is_signed, rest = text.partition(SIGNED)
    signed, has_signature, after = rest.partition(SIGNATURE_OF)
    if not is_signed or not has_signature:
        return text
    # The headers of the armor end with an empty line.
    return before + DASH_ESCAPE.sub("", signed.partition("\n\n")[2]) + after.partition(SIGNATURE_END)[2]


def _decoded(part: MailPart) -> bytes:
    """The bytes of a part, by its transfer encoding unless the bytes contradict it."""
    stated = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    if stated == "base64":
        raw = str(part.get_payload()).encode("utf-8", "surrogateescape")
        if WORDS.search(raw[:1_000]) and not BASE64_LINE.match(raw):
            return raw
        return _of_damaged_base64(raw) if any(isinstance(defect, DAMAGED) for defect in part.defects) else payload
    if stated != "quoted-printable" and SOFT_BREAK.search(payload) and len(QUOTED.findall(payload)) >= FEWEST_QUOTED:
        return quopri.decodestring(payload)
    return payload


def _of_damaged_base64(raw: bytes) -> bytes:
    """The bytes of base64 that is cut off or in parts, and after it, as it is, the text that a mailing list adds."""
    end = len(raw)
    if words := WORDS.search(raw):
        before = raw[: words.start()]
        # Such a text begins below an empty line, mostly.
        end = max(before.rfind(b"\n\n"), before.rfind(b"\n\r\n"))
        end = max(0, before.rfind(b"\n")) if end < 0 else end
    # A program may add a text in base64 of its own, behind the padding of the first.
    blocks = PADDING.split(NO_BASE64.sub(b"", raw[:end]))
    return b"".join(map(_of_block, blocks)) + raw[end:]


def _of_block(letters: bytes) -> bytes:
    # A single letter more than whole bytes holds no byte.
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _flattened(message: Message) -> bytes:
    buffer = io.BytesIO()
    BytesGenerator(buffer, mangle_from_=False, maxheaderlen=0).flatten(message)
    return buffer.getvalue()


def _unflowed(text: str, *, drops_space: bool) -> Iterator[str]:
    """The lines of a text in format=flowed (RFC 3676, 4): one that ends with a space continues in the next."""
    open_line, open_depth = "", -1
    for line in text.split("\n"):
        depth = len(QUOTE.match(line)[0])  # type: ignore[index]  # It matches any line.
        stuffed = line[depth:]
        rest = stuffed.removeprefix(" ")
        continues = open_depth == depth and rest != SIGNATURE
        if open_depth >= 0 and not continues:
            yield open_line
        start = open_line if open_depth >= 0 and continues else ">" * depth + (" " if depth else "")
        if rest.endswith(" ") and rest != SIGNATURE:
            open_line, open_depth = start + (rest[:-1] if drops_space else rest), depth
        else:
            yield start + rest
            open_line, open_depth = "", -1
    if open_depth >= 0:
        yield open_line
