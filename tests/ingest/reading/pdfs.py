"""Writes small PDFs for tests: text at places, in the order it is drawn, and pages with only a picture."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842
LEFT, TOP, LEADING, SIZE = 72, 760, 14, 11
# The only character beyond cp1252 that the fonts have, and what says so (ISO 32000-1, 9.10.3).
EMOJI = "\U0001f600"
TO_UNICODE = (
    b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <7F> <D83DDE00> endbfchar endcmap"
)
# The padding of passwords (ISO 32000-1, algorithm 2).
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass(frozen=True, slots=True)
class Text:
    """A text at a place, in points from the lower left corner."""

    text: str
    x: float
    y: float
    size: float = SIZE
    bold: bool = False


def column(lines: Iterable[str], x: float = LEFT, top: float = TOP, size: float = SIZE) -> list[Text]:
    """Lines below each other; an empty one leaves a gap."""
    return [Text(line, x, top - number * LEADING, size) for number, line in enumerate(lines) if line]


def pdf(*pages: Sequence[Text], info: Mapping[str, str] | None = None, password: str | None = None) -> bytes:
    """A PDF with these pages. A password encrypts it; an empty one protects it against changes only."""
    return _written([_content(page) for page in pages], info or {}, password)


def picture() -> bytes:
    """A PDF with one page that is a picture."""
    return _written([b"q 500 0 0 700 50 70 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"], {}, None)


def _content(page: Sequence[Text]) -> bytes:
    return b"\n".join(
        b"BT /%s %g Tf %g %g Td (%s) Tj ET"
        % (b"F2" if text.bold else b"F1", text.size, text.x, text.y, _escaped(text.text))
        for text in page
    )


def _escaped(text: str) -> bytes:
    return (
        text.replace(EMOJI, "\x7f").encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )


def _written(contents: Sequence[bytes], info: Mapping[str, str], password: str | None) -> bytes:
    pages = range(7, 7 + 2 * len(contents), 2)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding/ToUnicode 6 0 R%s>>"
    # PDFium takes the weight of a font from its descriptor.
    descriptor = b"/FontDescriptor<</Type/FontDescriptor/FontName/Helvetica-Bold/Flags 32/StemV 140>>"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % page for page in pages)),
        3: font % (b"Helvetica", b""),
        4: font % (b"Helvetica-Bold", descriptor),
        5: b"<<%s>>" % b"".join(b"/%s(%s)" % (name.encode(), _escaped(value)) for name, value in info.items()),
    }
    security = Security.of(password) if password is not None else None
    streams = {6: TO_UNICODE} | {page + 1: content for page, content in zip(pages, contents, strict=True)}
    for number in pages:
        resources = b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        box = b"/MediaBox[0 0 %d %d]" % (WIDTH, HEIGHT)
        objects[number] = b"<</Type/Page/Parent 2 0 R%s%s/Contents %d 0 R>>" % (box, resources, number + 1)
    for number, content in streams.items():
        stream = security.encrypted(content, number) if security else content
        objects[number] = b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream)
    trailer = security.trailer if security else b""
    # The strings of the information dictionary would have to be encrypted too.
    return _file(objects, trailer if security else b"/Info 5 0 R")


def _file(objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    parts, offsets, at = [b"%PDF-1.4\n"], [], 9
    for number, body in sorted(objects.items()):
        parts.append(b"%d 0 obj%s\nendobj\n" % (number, body))
        offsets.append(at)
        at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return b"".join([*parts, end % (count, table, count, trailer, at)])


@dataclass(frozen=True, slots=True)
class Security:
    """Encryption of revision 2, with 40 bits (ISO 32000-1, 7.6): weak, and what all readers understand."""

    key: bytes
    trailer: bytes

    @classmethod
    def of(cls, password: str) -> "Security":
        """The encryption with this password of the user."""
        user = (password.encode() + PADDING)[:32]
        owner = rc4(hashlib.md5(PADDING).digest()[:5], user)  # noqa: S324  The format's own algorithm.
        identifier, permissions = b"0123456789abcdef", -4
        seed = user + owner + permissions.to_bytes(4, "little", signed=True) + identifier
        key = hashlib.md5(seed).digest()[:5]  # noqa: S324  As above.
        check = rc4(key, PADDING)
        encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>/ID[<%s><%s>]"
        names = (
            owner.hex().encode(),
            check.hex().encode(),
            permissions,
            identifier.hex().encode(),
            identifier.hex().encode(),
        )
        return cls(key, encrypt % names)

    def encrypted(self, content: bytes, number: int) -> bytes:
        """The stream of an object, encrypted."""
        key = hashlib.md5(self.key + number.to_bytes(3, "little") + b"\x00\x00").digest()[:10]  # noqa: S324  As above.
        return rc4(key, content)


def rc4(key: bytes, content: bytes) -> bytes:
    """The content, encrypted or decrypted by RC4."""
    state, at = list(range(256)), 0
    for number in range(256):
        at = (at + state[number] + key[number % len(key)]) % 256
        state[number], state[at] = state[at], state[number]
    result, first, second = bytearray(), 0, 0
    for byte in content:
        first = (first + 1) % 256
        second = (second + state[first]) % 256
        state[first], state[second] = state[second], state[first]
        result.append(byte ^ state[(state[first] + state[second]) % 256])
    return bytes(result)
