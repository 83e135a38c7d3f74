"""The set of labelled edits in `diffs.yaml`, as diffs that a person drew."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import yaml

EDITS = Path(__file__).parent / "diffs.yaml"
MARK = re.compile(r"(\{-|-\}|\{\+|\+\}|\{=\d |=\}|\{@\d\})")
Span = tuple[int, int]


class Op(NamedTuple):
    """An operation of a diff: equal, insert, delete, replace or move."""

    op: str
    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A labelled edit: the two texts, the operations that a person would draw, and the number of marks for them."""

    name: str
    first: str
    second: str
    ops: tuple[Op, ...]
    marks: int


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text that is kept, removed or added, or the origin of a moved part.

    `moved` is the number of the moved part that it is in. `a` is where it begins in the first text.
    """

    text: str
    manner: str
    moved: str
    a: int = 0


def edits() -> tuple[Edit, ...]:
    """The edits of the set."""
    return tuple(edit(item["name"], item["text"]) for item in yaml.safe_load(EDITS.read_text(encoding="utf-8")))


def digest() -> str:
    """The digest of the set."""
    return "sha-256:" + hashlib.sha256(EDITS.read_bytes()).hexdigest()


def edit(name: str, source: str) -> Edit:
    """The edit that the marks of a text describe."""
    parts = _placed(list(_parts(source)))
    first = "".join(part.text for part in sorted(parts, key=lambda part: part.a) if part.manner != "added")
    second = "".join(part.text for part in parts if part.manner != "removed")
    ops = tuple(_ops(parts))
    # A moved part is one mark, and each change inside it is one.
    return Edit(name, first, second, ops, len({part.moved for part in parts} - {""}) + sum(map(_is_change, ops)))


def _is_change(op: Op) -> bool:
    return op.op in ("insert", "delete", "replace")


def _parts(source: str) -> Iterator[Part]:
    manner, moved = "kept", ""
    for mark in MARK.split(source):
        if mark in ("{-", "{+"):
            manner = "removed" if mark == "{-" else "added"
        elif mark in ("-}", "+}"):
            manner = "kept"
        elif mark.startswith("{@"):
            yield Part("", "origin", mark[2])
        elif mark.startswith("{="):
            moved = mark[2]
        elif mark == "=}":
            moved = ""
        elif mark:
            yield Part(mark, manner, moved)


def _placed(parts: Sequence[Part]) -> list[Part]:
    """The parts without the origins, each with its position in the first text."""
    starts: dict[int, int] = {}
    at = 0
    for number, part in enumerate(parts):
        if part.moved and part.manner != "origin":
            continue
        same = [other for other, inner in enumerate(parts) if inner.moved == part.moved and inner.manner != "origin"]
        for place in same if part.manner == "origin" else [number]:
            starts[place] = at
            at += len(parts[place].text) if parts[place].manner != "added" else 0
    return [replace(part, a=starts[number]) for number, part in enumerate(parts) if number in starts]


def _ops(parts: Sequence[Part]) -> Iterator[Op]:
    """The parts as operations; a removal and the addition that follows it are one replacement."""
    at = 0
    replaced = None
    for number, part in enumerate(parts):
        a, b = (part.a, part.a + len(part.text)), (at, at + len(part.text))
        if part.manner == "removed":
            following = parts[number + 1].manner if number + 1 < len(parts) else ""
            if following == "added":
                replaced = a
            else:
                yield Op("delete", a, (at, at))
            continue
        if part.manner == "kept":
            yield Op("move" if part.moved else "equal", a, b)
        elif replaced:
            yield Op("replace", replaced, b)
        else:
            yield Op("insert", (part.a, part.a), b)
        replaced, at = None, b[1]
