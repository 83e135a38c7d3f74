"""Formats that are text but no prose, known by how they begin: their markup would be taken for words.

Each test wants two signs, so that a text that only looks a little like the format remains text.
"""

import json
import re
from collections.abc import Callable

# The bytes that are examined at the beginning, and at the end.
SAMPLE = 4_096
TAIL = 256
# Longer JSON is not parsed, but recognised by its beginning and end.
LONGEST_JSON = 1_000_000

# What may come before the root element.
PROLOG = re.compile(r"<!--.*?-->|<\?.*?\?>|<!doctype[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
ASIDE = re.compile(r"(?:\s+|<!--.*?-->|<\?(?!php).*?\?>)+", re.DOTALL)
ELEMENT = re.compile(r"<([a-z_][\w:.-]*)(?:\s[^<>]*)?/?>", re.IGNORECASE)
HTML_ROOTS = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
XML_ROOTS = re.compile(
    r"<(?:\?xml|!doctype|rss|feed|svg|nitf|newsitem|newsmessage|newsml|urlset|opml|rdf:rdf|tei|kml|gpx)\b",
    re.IGNORECASE,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HTML_ELEMENTS = _names(
    "a abbr address article aside b blockquote br center dd div dl dt em fieldset figure font footer form h1 h2 h3 h4"
    " h5 h6 header hr i iframe img input li link main meta nav ol p pre script section small span strong style sub sup"
    " table tbody td th thead title tr u ul"
)

HEADER = re.compile(r"([A-Za-z][A-Za-z0-9_-]{1,60}):[ \t]?(.*)")
# Headers that only a mail program writes, and those that a person may write above a memorandum too.
MAIL_HEADERS = _names(
    "received return-path delivered-to message-id mime-version dkim-signature content-transfer-encoding content-type"
    " in-reply-to references x-mailer x-received authentication-results arc-seal list-unsubscribe envelope-to"
    " x-originating-ip user-agent received-spf thread-index thread-topic"
)
LETTER_HEADERS = _names("from to cc bcc subject date reply-to sender")
ADDRESS = re.compile(r"\S+@\S+\.\w+")
MBOX = re.compile(r"From (?:\S+@\S+|-|MAILER-DAEMON) +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ")

OPENINGS = (
    (re.compile(r"WARC/\d\.\d\r?\n"), "WARC"),
    (re.compile(r"BEGIN:VCALENDAR\s"), "iCalendar"),
    (re.compile(r"BEGIN:VCARD\s"), "vCard"),
    (re.compile(r"\d{1,6}[ \t]*\r?\n\d{1,2}:\d\d:\d\d[,.]\d{3} --> \d"), "SRT"),
    (re.compile(r"WEBVTT(?:[ \t][^\n]*)?\r?\n(?=.*?-->)", re.DOTALL), "WebVTT"),
    (re.compile(r"\[Script Info\]\r?\n"), "SSA subtitles"),
    (re.compile(r"\\documentclass\b|\\documentstyle\b"), "LaTeX"),
    (re.compile(r"%!PS-Adobe"), "PostScript"),
    (re.compile(r"#!/\S+[^\n]*\n"), "source code"),
    (re.compile(r"<\?php\s"), "source code"),
    (re.compile(r"diff --git a/|Index: \S+\r?\n={60,}"), "a patch"),
    (re.compile(r"-----BEGIN [A-Z ]+-----\r?\n[A-Za-z0-9+/=\r\n:, -]+-----END "), "PEM"),
)

# Lines of programs: statements, declarations, and lines of closing brackets.
CODE = re.compile(
    r"\s*(?:"
    r"[{}()\[\];,]+|.*[=({\[].*[;{]|[\w.:]+\(.*\);?|(?:\}\s*)?else\b.*[{:]|return\b.*;|@\w+(?:\(.*\))?"
    r"|#\s*(?:include|define|ifn?def|endif|pragma)\b.*|(?:import|package|using|namespace)\s+[\w.*:/\"' {},]+;?"
    r"|from\s+[\w.]+\s+import\s.*|(?:async\s+)?(?:def|class)\s+\w+.*:|(?:if|elif|for|while|with|try|except)\b.*:"
    r"|(?:public|private|protected|static|export|function|func|fn|const|let|var)\s.*[{;=(].*|return\s[\w.(\[\"'].*"
    r"|[\w.]+\s*[-+]?=\s*\S.*|(?:create\s+table|insert\s+into|alter\s+table|drop\s+table)\b.*"
    r")\s*",
    re.IGNORECASE,
)
COMMENT = re.compile(r"\s*(?://|/\*|\*|#|--\s|\"\"\"|''').*")
FEWEST_CODE_LINES = 3
CODE_SHARE = 0.6
# Characters and line ends that code has and prose has seldom.
CODE_SIGNS = "(={"
FEWEST_CODE_SIGNS = 2
CODE_ENDS = ("{\n", "}\n", ";\n", ":\n", ")\n", "]\n")

JSON_OBJECT = re.compile(r"\{\s*\"[^\"\n]{1,100}\"\s*:")

DELIMITERS = "\t;,|"
FEWEST_ROWS = 4
LONGEST_FIELD = 40


def detect(content: bytes, is_markdown: bool) -> str | None:
    """The name of the format; None for prose. Markdown may contain elements of HTML, code and tables."""
    text = opening(content)
    if is_markdown:
        return _roots(text)
    if text.startswith("<"):
        return _php(text) or _roots(text) or _element(text, content)
    if text[:1] in {"{", "["}:
        return _json(content, text) or _by_opening(text)
    checks: tuple[Callable[[str], str | None], ...] = (_by_opening, _mail, _table, _code)
    return next((name for check in checks if (name := check(text))), None)


def opening(content: bytes) -> str:
    """The first characters, as far as ASCII shows the format, without a byte order mark and white space."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
    return content[:SAMPLE].removeprefix(b"\xef\xbb\xbf").decode(encoding, "ignore").lstrip()


def _by_opening(opening: str) -> str | None:
    return next((name for pattern, name in OPENINGS if pattern.match(opening)), None)


def _php(opening: str) -> str | None:
    return "source code" if opening.startswith("<?php") else None


def _roots(opening: str) -> str | None:
    """HTML or XML by its root element or prolog, perhaps after comments."""
    if opening.startswith("<?xml"):
        return "XML"
    aside = ASIDE.match(opening)
    rest = opening[aside.end() :] if aside else opening
    if HTML_ROOTS.match(rest):
        return "HTML"
    return "XML" if XML_ROOTS.match(rest) else None


def _element(opening: str, content: bytes) -> str | None:
    """HTML or XML by an element at the beginning and a tag at the end: "<b> is a tag" is neither."""
    aside = ASIDE.match(opening)
    element = ELEMENT.match(opening, aside.end() if aside else 0)
    tail = content[-TAIL:].rstrip().decode("latin-1").lower()
    if element is None or not tail.endswith(">"):
        return None
    name = element[1].lower()
    if name in HTML_ELEMENTS:
        return "HTML"
    return "XML" if tail.endswith(f"</{name}>") else None


def _json(content: bytes, opening: str) -> str | None:
    """JSON, or lines of JSON: `[1] A footnote` is neither."""
    if not re.match(r"[{\[]\s*(?:[\"{\[}]|\]\s*$)", opening):
        return None
    lines = content.split(b"\n", 1)
    for candidate in (content, lines[0]):
        try:
            if len(candidate) <= LONGEST_JSON and json.loads(candidate) is not None:
                return "JSON"
        except (ValueError, RecursionError):
            continue
    if len(content) > LONGEST_JSON and content.rstrip()[-1:] in {b"}", b"]"}:
        return "JSON"
    # An object that is cut off; above a text it may be front matter, which ends with a line.
    return "JSON" if JSON_OBJECT.match(opening) and b"\n}" not in content else None


def _mail(opening: str) -> str | None:
    """Mail by the headers before the first empty line: two that only a mail program writes, or three of a letter."""
    if MBOX.match(opening):
        return "mail"
    headers: dict[str, str] = {}
    lines = opening.splitlines()
    # The headers of a mail that was relayed often are longer than the sample, which ends inside one of them.
    for line in lines[:-1] if len(opening) > SAMPLE // 2 else lines:
        if not line.strip():
            break
        if line[0] in " \t" and headers:
            continue
        header = HEADER.fullmatch(line)
        if header is None:
            return None
        headers[header[1].lower()] = header[2]
    addressed = any(ADDRESS.search(value) for name, value in headers.items() if name in LETTER_HEADERS)
    letter = len(headers.keys() & LETTER_HEADERS)
    program = len(headers.keys() & MAIL_HEADERS)
    return "mail" if program > 1 or (program and letter > 1) or (addressed and letter > 2) else None


def _table(opening: str) -> str | None:
    """CSV by rows of as many short fields each, without the spaces that follow commas in prose."""
    rows = opening.splitlines()[: FEWEST_ROWS * 5]
    rows = rows if len(opening) < SAMPLE - 4 else rows[:-1]
    if len(rows) < FEWEST_ROWS or not all(rows[:FEWEST_ROWS]):
        return None
    for delimiter in DELIMITERS:
        count = rows[0].count(delimiter)
        if count > 1 and all(row.count(delimiter) == count for row in rows if row):
            fields = [field for row in rows for field in row.split(delimiter)]
            spaced = sum(field.startswith(" ") for field in fields) > len(fields) / 4
            return None if spaced or max(map(len, fields)) > LONGEST_FIELD else "CSV"
    return None


def _code(opening: str) -> str | None:
    """Source code by the share of its lines that are statements."""
    # Prose has few of these characters, and counting them costs a hundredth of matching lines.
    if sum(map(opening.count, CODE_SIGNS)) < FEWEST_CODE_SIGNS:
        return None
    if sum(map(opening.count, CODE_ENDS)) < FEWEST_CODE_LINES:
        return None
    lines = [line for line in opening.splitlines() if line.strip() and not COMMENT.fullmatch(line)]
    code = sum(1 for line in lines if len(line) < 200 and CODE.fullmatch(line))
    return "source code" if code >= FEWEST_CODE_LINES and code >= len(lines) * CODE_SHARE else None
