"""The marks of Markdown: replaced by the text that they mark. Code stays as it is.

Written by hand, since parsers of Markdown do not report where in the source an inline mark lies, and a note needs that.
Headings, and lists with their marks, are handled like those of other texts.
"""

import bisect
import functools
import html
import re
import unicodedata
from collections.abc import Iterator

from ingest_service.model import Note

NAME = "markdown"

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
HEADING = re.compile(r" {0,3}#{1,6}\s")
QUOTE = re.compile(r" {0,3}>[> ]*")
RULE = re.compile(r" {0,3}(?:={2,}|([-*_])(?:[ \t]*\1){2,})[ \t]*")
DEFINITION = re.compile(
    r"^ {0,3}\[(?P<name>[^\]^\n][^\]\n]{0,200})\]:[ \t]+(?:<[^>\n]*>|\S+)(?:[ \t]+[\"'(].*[\"')])?[ \t]*$", re.MULTILINE
)
FOOTNOTE = re.compile(r"^ {0,3}\[(?P<name>\^[^\]\n]{1,50})\]:", re.MULTILINE)
DELIMITERS = re.compile(
    r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*|[ \t]*\|[ \t]*:?-+:?[ \t]*\|[ \t]*"
)
OUTER_PIPES = re.compile(r"[ \t]*\|[ \t]*|[ \t]*\|?[ \t]*\Z")
INNER_PIPE = re.compile(r"[ \t]*(?<!\\)\|[ \t]*")

_TAGS = (
    "a|abbr|address|article|aside|audio|b|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure"
    "|font|footer|h[1-6]|header|hr|i|iframe|img|ins|kbd|li|mark|ol|p|picture|pre|q|s|section|small|source|span|strong"
    "|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|video|wbr"
)
_LABEL = r"(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,500}"
_TARGET = (
    r"(?:\(\s*(?:<[^<>\n]{0,2000}>|[^\s()<>]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,200}){0,5})"
    r"(?:\s+(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'))?\s*\)|\[(?P<reference>[^\]\n]{0,200})\])"
)
INLINE = re.compile(
    "|".join(
        (
            r"(?P<escape>\\)(?=[!-/:-@\[-`{-~]|\r?\n)",
            r"(?P<ticks>`{1,3})(?P<code>[^`]{1,500})(?P=ticks)(?!`)",
            r"(?P<shortcode>\{\{[<%]|\{%|<!--|<script|<style)",
            r"(?P<attributes>\{:[^{}\n]{0,500}\}|\{#[\w-]{1,100}\}|\[/?(?:caption|gallery|embed)\b[^\]\n]{0,500}\])",
            rf"(?P<tag></?(?P<tag_name>{_TAGS})(?:\s[^<>]{{0,2000}})?/?>)",
            r"<(?P<address>https?://[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,200})>",
            r"\[(?P<footnote>\^[\w.-]{1,50})\]:?",
            rf"(?P<link>!?\[)(?=(?P<label>{_LABEL})(?P<target>\]{_TARGET}))",
            # "[the plan]" alone, where the text defines its address.
            r"(?P<shortcut>!?\[)(?=(?P<name>[^\[\]\n]{1,200})(?P<close>\](?![\[(:])))",
            r"(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)",
            r"(?<![\w*])(?P<stars>\*{1,3})(?=[^\s*])(?=(?P<starred>(?:[^*]|(?<!\*)\*(?!\*)){0,300}?[^\s*])(?P=stars)(?![\w*]))",
            r"(?<!\w)(?P<lines>_{1,3})(?=[^\s_])(?=(?P<lined>(?:[^_]|(?<=\w)_(?=\w)){0,300}?[^\s_])(?P=lines)(?!\w))",
            r"(?<!~)(?P<struck>~~)(?=[^\s~])(?=(?P<deleted>[^~]{0,998}[^\s~])~~(?!~))",
        )
    )
)
BEGINNINGS = re.compile(r"[\\`{<\[!&*_~]")
# Where an emphasis may end, by the sign that begins it.
ENDS = {"*": re.compile(r"(?<=[^\s*])\*(?=\*{0,2}(?![\w*]))"), "_": re.compile(r"(?<=[^\s_])_(?=_{0,2}(?!\w))")}
LONGEST_EMPHASIS = 304
CLOSERS = {"{{<": ">}}", "{{%": "%}}", "{%": "%}", "<!--": "-->", "<script": "</script>", "<style": "</style>"}
LONGEST_SHORTCODE = 5_000
# Tabs, line ends, and characters that Unicode does not assign: their entities remain.
UNREADABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def markdown(source: str, start: int) -> list[Note]:
    """Replaces the marks of Markdown by what they mark: entities, links, images, emphasis, tables and shortcodes."""
    return [
        Note(NAME, (begin, end), source[begin:end], inserted)
        for first, last in _regions(source, start)
        for begin, end, inserted in _replacements(source, first, last)
    ]


def _regions(source: str, start: int) -> Iterator[tuple[int, int]]:
    """The spans of text outside of code: a paragraph, an item, a heading, or one line of a table."""
    at = first = start
    fence, in_list, blank = "", False, True
    for row in source[start:].splitlines(keepends=True):
        opening = FENCE.match(row)
        is_code = bool(fence or opening) or (blank and not in_list and bool(INDENTED.match(row)))
        if opening and (not fence or (opening[1].startswith(fence) and not row.strip(" \t\r\n`~"))):
            fence = "" if fence else opening[1]
        blank = not row.strip()
        starts = is_code or blank or ITEM.match(row) or HEADING.match(row) or QUOTE.match(row) or "|" in row
        if starts or DEFINITION.fullmatch(row.rstrip("\r\n")) or RULE.fullmatch(row.rstrip("\r\n")):
            if first < at:
                yield first, at
            first = at
        in_list = bool(ITEM.match(row)) or (in_list and (blank or row[0] in " \t"))
        at += len(row)
        if is_code or blank:
            first = at
    if first < at:
        yield first, at


def _replacements(source: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The spans to replace in a region, and their replacements, in order."""
    if quote := QUOTE.match(source, start, end):
        yield start, quote.end(), ""
        start = quote.end()
    line_end = start + len(source[start:end].rstrip("\r\n"))
    line = source[start:line_end]
    if line and (RULE.fullmatch(line) or DEFINITION.fullmatch(line) or ("|" in line and DELIMITERS.fullmatch(line))):
        yield start, line_end, ""
    elif "|" in line and "\n" not in line and _is_row(source, start, line_end):
        yield from _row(source, start, line_end)
    else:
        yield from _inline(source, start, end)


def _is_row(source: str, start: int, end: int) -> bool:
    """Whether a line is the row of a table: between pipes, or above the line of delimiters."""
    line = source[start:end].strip()
    if line[0] == line[-1] == "|" and len(line) > 1:
        return True
    below = source[end : end + 500].lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    return "|" in below and bool(DELIMITERS.fullmatch(below))


def _row(source: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Replaces the pipes of a row by tabs, and the marks in its cells."""
    opening = OUTER_PIPES.match(source, start, end)
    if opening and opening.end() > start:
        yield start, opening.end(), ""
        start = opening.end()
    while pipe := INNER_PIPE.search(source, start, end):
        yield from _inline(source, start, pipe.start())
        yield *pipe.span(), "" if pipe.end() == end else "\t"
        start = pipe.end()
    yield from _inline(source, start, end)


def _inline(source: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Replaces the marks between two positions."""
    # The ends of the marks that are open, the innermost last.
    closings: list[tuple[int, int]] = []
    while True:
        limit = closings[-1][0] if closings else end
        match = _next_mark(source, start, limit)
        if match is None:
            if not closings:
                return
            yield *closings[-1], ""
            start = closings.pop()[1]
        elif opened := _opened(match):
            yield *match.span(), ""
            closings.append(opened)
            start = match.end()
        else:
            start = match.end() + bool(match["escape"])
            for begin, stop, inserted in _closed(source, match, limit):
                yield begin, stop, inserted
                start = max(start, stop)


def _next_mark(source: str, start: int, limit: int) -> re.Match[str] | None:
    """The first mark between two positions. Most characters can begin none, so these are passed over first."""
    while candidate := BEGINNINGS.search(source, start, limit):
        at = candidate.start()
        if _may_end(source, at) and (match := INLINE.match(source, at, limit)):
            return match
        start = candidate.end()
    return None


def _may_end(source: str, at: int) -> bool:
    """Whether the mark at a position is no emphasis, or one that may end. Else its text would be searched in vain."""
    if source[at] not in ENDS:
        return True
    ends = _ends(source, source[at])
    following = bisect.bisect_right(ends, at)
    return following < len(ends) and ends[following] - at <= LONGEST_EMPHASIS


@functools.lru_cache(maxsize=len(ENDS))
def _ends(source: str, sign: str) -> list[int]:
    """The positions at which an emphasis of a sign may end, in order."""
    return [match.start() for match in ENDS[sign].finditer(source)]


def _closed(source: str, match: re.Match[str], limit: int) -> Iterator[tuple[int, int, str]]:
    """Replaces a mark that holds no other marks."""
    if match["link"] or match["shortcut"]:
        return
    if match["footnote"]:
        # "[^1]" and "[^1]: " become "[1]" and "[1] ", where the text holds the footnote.
        if match["footnote"].casefold() in _definitions(source):
            yield match.start("footnote"), match.start("footnote") + 1, ""
            yield match.end("footnote") + 1, match.end(), ""
        return
    if inner := next((name for name in ("code", "address") if match[name]), None):
        yield match.start(), match.start(inner), ""
        yield match.end(inner), match.end(), ""
    elif match["shortcode"]:
        closer = CLOSERS[match["shortcode"]]
        stop = source.find(closer, match.end(), min(limit, match.end() + LONGEST_SHORTCODE))
        if stop >= 0:
            yield match.start(), stop + len(closer), ""
    elif match["entity"]:
        text = html.unescape(match["entity"])
        if text != match["entity"] and not any(unicodedata.category(sign) in UNREADABLE for sign in text):
            yield *match.span(), text
    else:
        yield *match.span(), "\n" if match["tag_name"] == "br" else ""


def _opened(match: re.Match[str]) -> tuple[int, int] | None:
    """The span of the mark that closes a link, an image or an emphasis."""
    for mark, inner in (("stars", "starred"), ("lines", "lined"), ("struck", "deleted")):
        if match[mark]:
            return match.end(inner), match.end(inner) + len(match[mark])
    if match["shortcut"]:
        return match.span("close") if match["name"].casefold() in _definitions(match.string) else None
    if not match["link"] or (match["reference"] is not None and not _is_defined(match)):
        return None
    return match.span("target")


def _is_defined(match: re.Match[str]) -> bool:
    """Whether the text defines the address of a link such as [the plan][1]."""
    return (match["reference"] or match["label"]).casefold() in _definitions(match.string)


@functools.lru_cache(maxsize=1)
def _definitions(source: str) -> frozenset[str]:
    """The names of the addresses and footnotes that a text defines."""
    matches = (*DEFINITION.finditer(source), *FOOTNOTE.finditer(source))
    return frozenset(match["name"].casefold() for match in matches)
